//! Rich Text Format 1.9.1: the words, without fonts, styles, pictures and other destinations.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::draft::Draft;

/// How deep groups may lie in groups; what lies deeper is not read.
const MAX_DEPTH: usize = 1000;

/// Adds the words of an RTF document.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) {
    let state = State { hidden: false, skip: 1 };
    let mut reader = Reader {
        rest: bytes,
        draft,
        state,
        outer: Vec::new(),
        over: 0,
        raw: Vec::new(),
        code: WINDOWS_1252,
        high: None,
        skipped: 0,
    };
    while reader.step() && !reader.draft.is_full() {}
    reader.flush();
}

/// What a group inherits and gives back.
#[derive(Clone, Copy)]
struct State {
    /// In a destination that is not the text.
    hidden: bool,
    /// How many characters stand for a Unicode one, for readers that know none.
    skip: usize,
}

struct Reader<'a, 'd> {
    rest: &'a [u8],
    draft: &'d mut Draft,
    state: State,
    outer: Vec<State>,
    /// Groups opened below the deepest that is read.
    over: usize,
    /// Bytes of the document's encoding, decoded together: one may be half a character.
    raw: Vec<u8>,
    code: &'static Encoding,
    /// The first half of a character of two units.
    high: Option<u16>,
    /// Characters still to skip after a Unicode one.
    skipped: usize,
}

impl Reader<'_, '_> {
    fn step(&mut self) -> bool {
        let Some((&byte, rest)) = self.rest.split_first() else { return false };
        self.rest = rest;
        match byte {
            b'{' => self.open(),
            b'}' => self.close(),
            b'\\' => self.control(),
            b'\r' | b'\n' => {}
            byte => self.byte(byte),
        }
        true
    }

    fn open(&mut self) {
        self.flush();
        if self.outer.len() < MAX_DEPTH {
            self.outer.push(self.state);
        } else {
            self.over += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.skipped = 0;
        match self.over.checked_sub(1) {
            Some(over) => self.over = over,
            None => self.state = self.outer.pop().unwrap_or(self.state),
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if !self.state.hidden && self.over == 0 {
            self.raw.push(byte);
        }
    }

    fn flush(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        self.draft.push(&self.code.decode_without_bom_handling(&raw).0);
    }

    fn show(&mut self, text: &str) {
        self.flush();
        if !self.state.hidden && self.over == 0 {
            self.draft.push(text);
        }
    }

    fn control(&mut self) {
        let letters = self.rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            return self.symbol();
        }
        let (word, rest) = self.rest.split_at(letters);
        let signed = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[signed..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = rest.split_at(if digits == 0 { 0 } else { signed + digits });
        self.rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let number = str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        self.word(word, number);
    }

    fn symbol(&mut self) {
        let Some((&symbol, rest)) = self.rest.split_first() else { return };
        self.rest = rest;
        match symbol {
            b'\'' => self.hex(),
            b'*' => self.state.hidden = true,
            b'~' => self.show("\u{a0}"),
            b'_' => self.show("-"),
            b'\r' | b'\n' => self.show("\n"),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            _ => {}
        }
    }

    fn hex(&mut self) {
        let digit = |place: usize| self.rest.get(place).and_then(|&byte| char::from(byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            self.rest = &self.rest[2..];
            self.byte((high * 16 + low) as u8);
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        match word {
            b"par" | b"line" | b"row" | b"page" | b"sect" => self.show("\n"),
            b"tab" | b"cell" => self.show("\t"),
            b"emdash" | b"endash" => self.show("\u{2013}"),
            b"lquote" | b"rquote" => self.show("\u{2019}"),
            b"ldblquote" | b"rdblquote" => self.show("\""),
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => self.state.skip = number.and_then(|count| count.try_into().ok()).unwrap_or(1).min(16),
            b"ansicpg" => self.code = number.and_then(code_page).unwrap_or(WINDOWS_1252),
            b"bin" => {
                let length = number.and_then(|length| length.try_into().ok()).unwrap_or(0);
                self.rest = self.rest.get(length..).unwrap_or_default();
            }
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"themedata"
            | b"fldinst" => {
                self.state.hidden = true;
            }
            // Starred as if it were not the text, but it is somebody's comment.
            b"annotation" => self.state.hidden = false,
            _ => {}
        }
    }

    /// A UTF-16 unit as a signed number; a pair comes as two.
    fn unicode(&mut self, number: i32) {
        let unit = number as u16;
        match (self.high.take(), unit) {
            (_, 0xD800..0xDC00) => self.high = Some(unit),
            (Some(high), 0xDC00..0xE000) => self.show(&String::from_utf16_lossy(&[high, unit])),
            _ => self.show(&String::from_utf16_lossy(&[unit])),
        }
        self.skipped = self.state.skip;
    }
}

/// Windows code pages by number.
fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        65001 => "utf-8".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rtf: &[u8]) -> String {
        let mut draft = Draft::default();
        read(rtf, &mut draft);
        draft.finish(crate::Reason::Empty).map_or(String::new(), |(text, _)| text)
    }

    #[test]
    fn words_are_read_without_fonts_and_pictures() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator X;}{\pict 00ff\bin3 }}}}\f0 \b The\b0  mill\par
caf\'e9\~8\line{\field{\*\fldinst HYPERLINK}{\fldrslt here}}{\*\annotation burnt}}";
        assert_eq!(text(rtf), "The mill\ncafé\u{a0}8\nhereburnt");
    }

    #[test]
    fn unicode_and_its_substitutes_are_one_character() {
        assert_eq!(text(br"{\rtf1 \u321?\'f3d\u378 ?}"), "Łódź");
        assert_eq!(text(br"{\rtf1\uc2 \u-10179\'3f\'3f\u-8694??!}"), "\u{1f60a}!");
    }

    #[test]
    fn a_code_page_is_heeded_across_bytes() {
        assert_eq!(text(br"{\rtf1\ansicpg1251 \'ec\'e8\'f0}"), "мир");
        assert_eq!(text(br"{\rtf1\ansicpg932 \'93\'fa}"), "日");
    }

    #[test]
    fn groups_without_end_cost_nothing() {
        assert_eq!(text(&br"{\rtf1 ".repeat(200_000)), "");
        let mut deep = br"{\rtf1 a".to_vec();
        deep.extend(b"{".repeat(5_000));
        deep.extend(b"b");
        deep.extend(b"}".repeat(5_000));
        deep.extend(b"c}");
        assert_eq!(text(&deep), "ac");
    }
}
