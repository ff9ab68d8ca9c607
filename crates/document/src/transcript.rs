//! Transcripts that lie beside a recording.

use crate::draft::MAX_TEXT_BYTES;
use crate::html;
use crate::plain;

/// The text of a transcript: a `.txt` as it is, the words of `.vtt` (WebVTT) and `.srt` (SubRip) without numbers, times
/// and tags. `None` for other names, and if no words are in it.
pub fn transcript(name: &str, bytes: &[u8]) -> Option<String> {
    let (_, extension) = name.rsplit_once('.')?;
    let bytes = &bytes[..bytes.len().min(2 * MAX_TEXT_BYTES)];
    let text = plain::decode(bytes, None);
    let words = match extension.to_ascii_lowercase().as_str() {
        "txt" => text.into_owned(),
        "vtt" | "srt" => cues(&text),
        _ => return None,
    };
    let words = words.trim();
    let end = words.floor_char_boundary(MAX_TEXT_BYTES);
    (!words.is_empty()).then(|| words[..end].to_owned())
}

/// The lines between a line of times and the next blank line. Headers, notes and styles of WebVTT have no times.
fn cues(text: &str) -> String {
    let (mut words, mut in_cue) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        if line.contains("-->") {
            in_cue = true;
        } else if line.is_empty() {
            in_cue = false;
        } else if in_cue {
            push_untagged(line, &mut words);
            words.push('\n');
        }
    }
    html::words(&words)
}

/// Speakers, styles and times within a cue stand in angle brackets; a lone bracket is text.
fn push_untagged(mut line: &str, words: &mut String) {
    while let Some((before, tag)) = line.split_once('<') {
        let Some((_, after)) = tag.split_once('>') else { break };
        words.push_str(before);
        line = after;
    }
    words.push_str(&line.replace('<', "&lt;"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_as_it_is() {
        assert_eq!(transcript("PTT-1.TXT", b"\xEF\xBB\xBFmeet --> me\n").as_deref(), Some("meet --> me"));
        assert_eq!(transcript("PTT-1.pdf", b"meet me"), None);
        assert_eq!(transcript("PTT-1.txt", b" \n"), None);
    }

    #[test]
    fn only_the_words_of_cues_are_taken() {
        let vtt = b"WEBVTT - harbour\n\nNOTE\nnot this\n\nSTYLE\n::cue {}\n\n1\n00:01.000 --> 00:02.000 align:start\n\
            <v Ilka>The ferry <i>leaves</i>\nat nine &amp; ten\n\n00:03.000 --> 00:04.000\nso <00:03.500>run\n";
        assert_eq!(transcript("a.vtt", vtt).as_deref(), Some("The ferry leaves\nat nine & ten\nso run"));
        let srt = b"1\r\n00:00:01,000 --> 00:00:02,000\r\n<font color=red>2 tickets</font>\r\n\r\n2\r\n\
            00:00:03,000 --> 00:00:04,000\r\nplease\r\n";
        assert_eq!(transcript("a.srt", srt).as_deref(), Some("2 tickets\nplease"));
        assert_eq!(transcript("a.srt", b"no times at all"), None);
    }
}
