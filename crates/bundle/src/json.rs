//! `hits.json`: the answer for programs.

use blackbox_query::answer::Answer;

/// `answer` as one pretty JSON document in UTF-8 with a newline at its end.
///
/// Imported text is kept as it is: JSON itself escapes the control characters below U+0020, and
/// everything else, bidirectional controls included, stays raw.
pub fn json(answer: &Answer) -> Vec<u8> {
    let mut document = serde_json::to_vec_pretty(answer).expect("an answer's keys are all strings");
    document.push(b'\n');
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn hostile_text_reads_back_unchanged() {
        let text = "\u{202E}<script>\u{1b}[2J\0\"'=HYPERLINK(1)\u{7f}\u{2028}";
        let written = json(&fixture::answer(vec![fixture::hit(text)]));
        assert!(written.ends_with(b"}\n"));
        let value: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(value["hits"][0]["text"], text);
        assert!(std::str::from_utf8(&written).unwrap().contains("\u{202E}<script>\\u001b[2J\\u0000"));
    }

    #[test]
    fn an_absent_chat_is_null() {
        let mut hit = fixture::hit("x");
        hit.chat = None;
        let value: serde_json::Value = serde_json::from_slice(&json(&fixture::answer(vec![hit]))).unwrap();
        assert!(value["hits"][0]["chat"].is_null() && value["unanswered"].as_array().unwrap().is_empty());
    }
}
