//! The text of HTML, and which of it quotes another mail.

use std::ops::Range;

use blackbox_document::page::{Tag, Token};

use crate::html::tokens;

/// HTML as text: a line for each block, white space as a browser shows it, nothing of scripts and styles. With the
/// byte ranges of the text that stand in quotations, ascending and apart.
pub(super) fn text(html: &str) -> (String, Vec<Range<usize>>) {
    let mut page = Page::default();
    for token in tokens(html) {
        match token {
            Token::Start(tag) => page.start(&tag),
            Token::End(name) => page.end(&name),
            Token::Text(text) => page.push(&text),
        }
    }
    page.finish()
}

/// Elements that begin and end a line.
const LINES: &[&str] = &[
    "div", "tr", "li", "ul", "ol", "dl", "dt", "dd", "table", "section", "article", "header", "footer",
    "address", "center", "hr", "form", "fieldset", "figure", "body", "title", "option",
];
/// Elements with an empty line around them.
const PARAGRAPHS: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"];
/// Elements whose content nobody sees.
const HIDDEN: &[&str] = &["script", "style", "title", "template", "noembed", "iframe", "xml"];

#[derive(Default)]
struct Page {
    text: String,
    /// Whether white space came since the last letter.
    blank: bool,
    /// How many line ends are due before the next letter.
    breaks: usize,
    hidden: Option<String>,
    pre: u32,
    divs: u32,
    blockquotes: u32,
    /// The division that is a quotation, by its depth.
    quoting: Option<u32>,
    since: Option<usize>,
    quoted: Vec<Range<usize>>,
}

impl Page {
    fn start(&mut self, tag: &Tag) {
        let name = &tag.name[..];
        if HIDDEN.contains(&name) && !tag.closed {
            self.hidden.get_or_insert_with(|| name.to_owned());
            return;
        }
        self.block(name);
        match name {
            "br" => self.text.extend(self.hidden.is_none().then_some('\n')),
            "td" | "th" => self.blank = true,
            "pre" => self.pre += 1,
            "blockquote" => self.blockquotes += 1,
            "div" => {
                self.divs += 1;
                if self.quoting.is_none() && is_quotation(tag) {
                    self.quoting = Some(self.divs);
                }
            }
            "img" => {
                self.push(tag.get("alt").unwrap_or_default());
            }
            _ => {}
        }
        self.mark();
    }

    fn end(&mut self, name: &str) {
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
            return;
        }
        match name {
            "pre" => self.pre = self.pre.saturating_sub(1),
            "blockquote" => self.blockquotes = self.blockquotes.saturating_sub(1),
            "div" => {
                if self.quoting == Some(self.divs) {
                    self.quoting = None;
                }
                self.divs = self.divs.saturating_sub(1);
            }
            _ => {}
        }
        self.mark();
        self.block(name);
    }

    fn block(&mut self, name: &str) {
        let due = match name {
            name if PARAGRAPHS.contains(&name) => 2,
            name if LINES.contains(&name) => 1,
            _ => 0,
        };
        self.breaks = self.breaks.max(due);
    }

    /// Opens or closes a quoted range where the page enters or leaves quotations.
    fn mark(&mut self) {
        let inside = self.blockquotes > 0 || self.quoting.is_some();
        match (inside, self.since) {
            (true, None) => self.since = Some(usize::MAX),
            (false, Some(start)) => {
                self.since = None;
                if start < self.text.len() {
                    self.quoted.push(start..self.text.len());
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        for letter in text.chars() {
            match letter {
                '\r' => {}
                letter if self.pre > 0 => self.letter(letter),
                // A browser shows a no-break space as a space; words are found across it either way.
                letter if letter.is_ascii_whitespace() => self.blank = true,
                letter => self.letter(letter),
            }
        }
    }

    fn letter(&mut self, letter: char) {
        let have = self.text.bytes().rev().take(2).take_while(|byte| *byte == b'\n').count();
        match self.text.is_empty() {
            true => {}
            false if self.breaks > 0 => (have..self.breaks).for_each(|_| self.text.push('\n')),
            false if self.blank && have == 0 => self.text.push(' '),
            false => {}
        }
        (self.breaks, self.blank) = (0, false);
        if self.since == Some(usize::MAX) {
            self.since = Some(self.text.len());
        }
        self.text.push(letter);
    }

    fn finish(mut self) -> (String, Vec<Range<usize>>) {
        (self.blockquotes, self.quoting) = (0, None);
        self.mark();
        (self.text, self.quoted)
    }
}

/// Whether a division is what a program for mail puts around the mail that is answered.
fn is_quotation(tag: &Tag) -> bool {
    const QUOTATIONS: [&str; 4] = ["gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"];
    QUOTATIONS.iter().any(|class| tag.has_class(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> (String, Vec<String>) {
        let (text, quoted) = text(html);
        let quoted = quoted.into_iter().map(|range| text[range].to_owned()).collect();
        (text, quoted)
    }

    #[test]
    fn html_becomes_the_text_that_is_seen() {
        let html = "<html><head><title>no</title><style>p{}</style></head><body>\n<p>One &amp;\n two<br>three</p>\
            <script>if (a<b) {}</script><div>four<b>five</b></div><table><tr><td>a</td><td>b</td></tr></table>\
            <pre>x\n  y</pre><img alt='cat'>";
        assert_eq!(read(html).0, "One & two\nthree\n\nfourfive\na b\n\nx\n  y\n\ncat");
    }

    #[test]
    fn quotations_are_marked() {
        let html = "<div>Yes.</div><div class='x gmail_quote'><div>On Monday Ann wrote:</div>\
            <blockquote>Shall we?<div>Bo</div></blockquote></div><div>sent from a phone</div><blockquote>more";
        let (text, quoted) = read(html);
        assert_eq!(quoted, ["On Monday Ann wrote:\n\nShall we?\nBo", "more"]);
        assert!(text.starts_with("Yes.\nOn Monday"));
        assert_eq!(read("</blockquote></div>a<blockquote></blockquote>").1, Vec::<String>::new());
    }

    #[test]
    fn hostile_html_is_read_in_bounded_time() {
        assert_eq!(text(&"<div>".repeat(200_000)).0, "");
        assert_eq!(text(&"<".repeat(200_000)).0.len(), 200_000);
        assert_eq!(text(&"<!--".repeat(200_000)).0, "");
        text(&"<a ".repeat(100_000));
    }
}
