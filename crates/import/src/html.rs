//! HTML to the text that a reader sees of it.

use blackbox_document::page::{self, Tag, Token};

/// Elements that begin and end lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
];
/// Elements whose text is not shown.
const HIDDEN: &[&str] = &["script", "style"];

/// The text of `html`: lines where blocks and breaks make them, white space as browsers show it, pictures by their
/// description. Anything is read, however broken; the text is about as long as `html` at most.
pub(crate) fn text(html: &str) -> String {
    let mut text = Text::default();
    for token in tokens(html) {
        text.token(&token);
    }
    text.finish()
}

/// Stands where a page goes on in a way that is not read: a tag with hundreds of attributes.
pub(crate) const CUT: &str = " [the rest of this page is not readable]";

/// The tokens of `html`.
pub(crate) fn tokens(html: &str) -> impl Iterator<Item = Token> + '_ {
    page::tokens(html.as_bytes()).map(|token| token.unwrap_or_else(|_| Token::Text(CUT.to_owned())))
}

/// Text that grows token by token.
#[derive(Default)]
pub(crate) struct Text {
    out: String,
    /// Line ends that come before the next letter.
    breaks: usize,
    /// Whether a blank comes before it.
    blank: bool,
    /// Whether the line has letters.
    open: bool,
    /// How many elements around are not shown.
    hidden: usize,
    /// How many elements around keep their white space.
    kept: usize,
}

impl Text {
    /// Text whose white space is kept.
    pub(crate) fn preserving() -> Text {
        Text { kept: 1, ..Text::default() }
    }

    /// Adds a token.
    pub(crate) fn token(&mut self, token: &Token) {
        match token {
            Token::Start(tag) => self.start(tag),
            Token::End(name) => self.end(name),
            Token::Text(text) => self.string(text),
        }
    }

    fn start(&mut self, tag: &Tag) {
        let name = &tag.name[..];
        match name {
            "br" => self.line(),
            "img" | "emoji" => self.letters(tag.get("alt").unwrap_or_default()),
            "td" | "th" if self.open => self.blank = true,
            _ if HIDDEN.contains(&name) => self.hide(),
            _ if BLOCKS.contains(&name) => {
                self.close();
                self.kept += usize::from(name == "pre");
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if HIDDEN.contains(&name) {
            self.show();
        } else if BLOCKS.contains(&name) {
            self.close();
            self.kept = self.kept.saturating_sub(usize::from(name == "pre"));
        }
    }

    /// Leaves out what follows.
    pub(crate) fn hide(&mut self) {
        self.hidden += 1;
    }

    /// Ends the last [`Text::hide`].
    pub(crate) fn show(&mut self) {
        self.hidden = self.hidden.saturating_sub(1);
    }

    /// Whether what follows is left out.
    pub(crate) fn is_hiding(&self) -> bool {
        self.hidden > 0
    }

    /// Ends the line, if it has letters.
    pub(crate) fn close(&mut self) {
        if self.open {
            self.line();
        }
    }

    fn line(&mut self) {
        if self.hidden == 0 {
            self.breaks += 1;
            (self.open, self.blank) = (false, false);
        }
    }

    fn string(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.kept > 0 {
            return self.letters(&text.replace("\r\n", "\n"));
        }
        for (number, word) in text.split([' ', '\n', '\t', '\r', '\u{c}']).enumerate() {
            self.blank |= number > 0 && self.open;
            self.letters(word);
        }
    }

    /// Adds letters as they are, after what has to come before them.
    pub(crate) fn letters(&mut self, text: &str) {
        if text.is_empty() || self.hidden > 0 {
            return;
        }
        self.settle();
        // A blank that does not break looks like any other.
        self.out.extend(text.chars().map(|letter| if letter == '\u{a0}' { ' ' } else { letter }));
        self.open = true;
    }

    /// Where the next letters will stand.
    pub(crate) fn settle(&mut self) -> usize {
        if !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n('\n', self.breaks));
            if self.blank {
                self.out.push(' ');
            }
        }
        (self.breaks, self.blank) = (0, false);
        self.out.len()
    }

    /// Where the last letters end.
    pub(crate) fn length(&self) -> usize {
        self.out.len()
    }

    /// The text without white space at its end.
    pub(crate) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_the_text_that_is_seen() {
        for (html, seen) in [
            ("<p>One  \n two</p><p>three</p>", "One two\nthree"),
            ("<div>a<div>b</div></div>\n<div><br></div><div>c</div>", "a\nb\n\nc"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("x <b>bold</b>, <i>thin</i>", "x bold, thin"),
            ("1 &lt; 2 &amp; caf&eacute;&nbsp;!", "1 < 2 & café !"),
            ("<p>hi <img alt=\"wave\"><emoji alt=\"😀\"></emoji></p>", "hi wave😀"),
            ("<style>p{}</style>a<script>if (a<b) {}</script>b", "ab"),
            ("<pre>a\r\n  b</pre>c", "a\n  b\nc"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("a < b <", "a < b <"),
            ("<!-- x --><p", ""),
            ("", ""),
        ] {
            assert_eq!(text(html), seen, "{html}");
        }
    }

    #[test]
    fn broken_html_is_read_in_little_time() {
        let deep = "<div><p>".repeat(200_000);
        assert_eq!(text(&deep), "");
        let open = "<a b=".repeat(100_000);
        assert!(text(&open).len() <= open.len());
    }
}
