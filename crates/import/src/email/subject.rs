//! What a mail's subject says of the conversation that it belongs to.

/// How programs for mail mark answers and forwarded mails, in several languages.
const PREFIXES: &[&str] = &[
    "re",
    "fw",
    "fwd",
    "aw",
    "wg",
    "sv",
    "vs",
    "vb",
    "vl",
    "antw",
    "doorst",
    "r",
    "rif",
    "i",
    "inoltra",
    "tr",
    "rép",
    "réf",
    "ref",
    "res",
    "enc",
    "encaminhado",
    "rv",
    "odp",
    "pd",
    "ynt",
    "ilt",
    "atb",
    "bls",
    "fs",
    "sl",
    "ang",
    "betr",
    "trs",
    "απ",
    "πρθ",
    "σχετ",
    "ha",
    "ответ",
    "отв",
    "пересл",
    "על",
    "הועבר",
    "تر",
    "رد",
    "إعادة توجيه",
    "回复",
    "答复",
    "回覆",
    "转发",
    "轉寄",
    "返信",
    "転送",
    "回信",
    "답장",
    "전달",
];
/// The most prefixes that are taken off.
const MAX_PREFIXES: usize = 32;

/// The subject without the prefixes of answers; tags of lists like `[team]` stay. `None` if nothing is left.
pub(super) fn thread(subject: &str) -> Option<String> {
    let mut tags = String::new();
    let mut rest = subject.trim();
    for _ in 0..MAX_PREFIXES {
        if let Some(after) = without_prefix(rest) {
            rest = after;
        } else if let Some(end) = tag_before_prefix(rest) {
            tags.push_str(rest[..end].trim_end());
            tags.push(' ');
            rest = rest[end..].trim_start();
        } else {
            break;
        }
    }
    let name = format!("{tags}{rest}").trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// What follows a prefix like `Re:`, `RE[2]:` or `Antw.:`
fn without_prefix(text: &str) -> Option<&str> {
    let end = text.find([':', '：']).filter(|end| *end <= 40)?;
    let word = text[..end].trim_end().to_lowercase();
    let bare = word.trim_end_matches(|letter: char| {
        letter.is_ascii_digit() || matches!(letter, '[' | ']' | '(' | ')' | '^' | '*' | '.')
    });
    let known = PREFIXES.contains(&bare.trim_end());
    known.then(|| text[end..].trim_start_matches([':', '：']).trim_start())
}

/// The end of a tag that an answer's prefix follows.
fn tag_before_prefix(text: &str) -> Option<usize> {
    let end = text.strip_prefix('[')?.find(']')? + 2;
    without_prefix(text[end..].trim_start()).map(|_| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_belong_to_the_conversation_that_they_answer() {
        for subject in [
            "Lunch",
            "Re: Lunch",
            "RE: AW: Fwd: Lunch",
            "Re[2]: Lunch",
            "Re(3) : Lunch",
            " SV: Lunch",
            "回复：Lunch",
            "Re:Re:Lunch",
            "Antw.: Lunch",
        ] {
            assert_eq!(thread(subject).as_deref(), Some("Lunch"), "{subject}");
        }
        for subject in ["[team] Lunch", "Re: [team] Lunch", "[team] Re: Lunch", "Re: [team] AW: Lunch"] {
            assert_eq!(thread(subject).as_deref(), Some("[team] Lunch"), "{subject}");
        }
        for plain in ["Reason: none", "[PATCH v2 1/3] clk: fix rate", "12:30", "R&D: plans", "[Re: x"] {
            assert_eq!(thread(plain).as_deref(), Some(plain));
        }
        assert_eq!((thread(""), thread("Re: ")), (None, None));
        thread(&"re:[".repeat(100_000));
    }
}
