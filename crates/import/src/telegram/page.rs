//! A page: its elements are gathered into the pieces of one message after another.

use super::markup::{Tag, Token};

/// Elements deeper than this in a message are not told apart.
const MAX_DEPTH: usize = 1000;
/// How many elements that were not closed an end tag may close.
const MAX_UNCLOSED: usize = 16;

/// What an element of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Around others, without text of its own.
    Around,
    Forwarded,
    Media,
    Poll,
    Reactions,
    Photo,
    /// Of no meaning.
    Skip,
    Header,
    Notice,
    Date,
    From,
    ForwardedFrom,
    ForwardedDate,
    Reply,
    Title,
    Description,
    Status,
    Question,
    Answer,
    Votes,
    PollNote,
    Line,
    Text,
    Signature,
    Emoji,
    Giver,
    Count,
    Button,
    /// Not known: its class names it.
    Other,
}

use Role::{
    Answer, Around, Button, Count, Date, Description, Emoji, Forwarded, ForwardedDate, ForwardedFrom, From,
    Giver, Header, Line, Media, Notice, Other, Photo, Poll, PollNote, Question, Reactions, Reply, Signature,
    Skip, Status, Text, Title, Votes,
};

/// One element that has a role.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) role: Role,
    pub(crate) class: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The targets of links in it.
    pub(crate) links: Vec<String>,
    /// Where the text after the last line break begins.
    tail: usize,
}

/// A message, or the page's title.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) pieces: Vec<Piece>,
    /// Pictures that the exporter made small.
    pub(crate) previews: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Message,
    Service,
}

struct Frame {
    name: String,
    role: Role,
    /// The piece that its text belongs to.
    piece: Option<usize>,
    /// Whether that piece ends with it.
    own: bool,
}

/// Gathers a page.
#[derive(Default)]
pub(crate) struct Page {
    frames: Vec<Frame>,
    draft: Option<Draft>,
}

impl Page {
    /// Whether a message has begun and not ended.
    pub(crate) fn is_inside(&self) -> bool {
        self.draft.is_some()
    }

    /// Takes a token; gives what ends with it.
    pub(crate) fn take(&mut self, token: Token) -> Option<Draft> {
        match token {
            Token::Open(tag) => self.open(tag),
            Token::Close(name) => return self.close(&name),
            Token::Text(text) => self.text(&text),
        }
        None
    }

    /// What the page ends within.
    pub(crate) fn finish(&mut self) -> Option<Draft> {
        self.frames.clear();
        self.draft.take()
    }

    fn open(&mut self, tag: Tag) {
        if self.draft.is_none() {
            return self.begin(tag);
        }
        if matches!(&tag.name[..], "br" | "img" | "input" | "hr" | "meta" | "link" | "wbr") {
            return self.void(&tag);
        }
        let Some(around) = self.frames.last().filter(|_| self.frames.len() < MAX_DEPTH) else { return };
        let (piece, within) = (around.piece, around.role);
        match role(&tag, within) {
            Some(role) => self.push(tag, role),
            None => {
                if let (Some(draft), Some(at), false) = (&mut self.draft, piece, tag.href.is_empty()) {
                    let links = draft.pieces.get_mut(at).map(|piece| &mut piece.links);
                    links.into_iter().for_each(|links| links.push(tag.href.clone()));
                }
                self.frames.push(Frame { name: tag.name, role: within, piece, own: false });
            }
        }
    }

    /// Begins a message, if this tag does.
    fn begin(&mut self, tag: Tag) {
        let kind = match () {
            () if tag.is("message") && tag.is("service") => Kind::Service,
            () if tag.is("message") && tag.is("default") => Kind::Message,
            () if tag.name == "div" && tag.is("text") && tag.is("bold") => Kind::Header,
            () => return,
        };
        self.draft = Some(Draft { id: tag.id.clone(), kind, pieces: Vec::new(), previews: Vec::new() });
        let role = if kind == Kind::Header { Header } else { Around };
        self.push(tag, role);
    }

    fn push(&mut self, tag: Tag, role: Role) {
        let Some(draft) = &mut self.draft else { return };
        let tail = 0;
        let Tag { name, class, href, title, .. } = tag;
        draft.pieces.push(Piece { role, class, href, title, text: String::new(), links: Vec::new(), tail });
        self.frames.push(Frame { name, role, piece: Some(draft.pieces.len() - 1), own: true });
    }

    fn void(&mut self, tag: &Tag) {
        let Some(draft) = &mut self.draft else { return };
        if tag.name == "img" && !tag.src.is_empty() {
            return draft.previews.push(tag.src.clone());
        }
        let at = self.frames.last().and_then(|frame| frame.piece);
        if let (Some(piece), "br") = (at.and_then(|at| draft.pieces.get_mut(at)), &tag.name[..]) {
            piece.text.push('\n');
            piece.tail = piece.text.len();
        }
    }

    fn text(&mut self, text: &str) {
        let at = self.frames.last().and_then(|frame| frame.piece);
        let Some(piece) = self.draft.as_mut().and_then(|draft| draft.pieces.get_mut(at?)) else { return };
        // The exporter writes every start tag on a line of its own.
        let first = piece.text.is_empty() && piece.tail == 0;
        piece.text.push_str(if first { text.strip_prefix('\n').unwrap_or(text) } else { text });
    }

    fn close(&mut self, name: &str) -> Option<Draft> {
        let unclosed = self.frames.iter().rev().take(MAX_UNCLOSED).position(|frame| frame.name == name)?;
        for _ in 0..=unclosed {
            let Some(Frame { own: true, piece: Some(at), .. }) = self.frames.pop() else { continue };
            if let Some(piece) = self.draft.as_mut().and_then(|draft| draft.pieces.get_mut(at)) {
                piece.end();
            }
        }
        if self.frames.is_empty() { self.draft.take() } else { None }
    }
}

impl Piece {
    /// Takes off the line that the exporter writes the end tag on.
    fn end(&mut self) {
        let tail = self.text.get(self.tail..).unwrap_or_default();
        if let Some(at) = tail.rfind('\n')
            && tail[at..].trim().is_empty()
        {
            self.text.truncate(self.tail + at);
        }
    }
}

/// Whether text of an element with this role is its own, and elements in it are parts of the text.
fn is_text(role: Role) -> bool {
    !matches!(role, Around | Forwarded | Media | Poll | Reactions | Photo | Other)
}

/// The role of an element; `None` if it is part of what is around it.
fn role(tag: &Tag, within: Role) -> Option<Role> {
    let is = |word: &str| tag.is(word);
    if tag.class.is_empty() || within == Skip {
        return None;
    }
    Some(match within {
        ForwardedFrom if is("details") => ForwardedDate,
        Answer if is("details") => Votes,
        Reactions => reaction(tag)?,
        within if is_text(within) => return None,
        _ if is("userpic_wrap") && is("forwarded") => Skip,
        _ if is("forwarded") && is("body") => Forwarded,
        _ if is("userpic_wrap") && is("pull_left") => Skip,
        _ if is("userpic_wrap") || is("userpic_link") => Photo,
        _ if is("userpic") || is("initials") => Skip,
        Around if is("body") && is("details") => Notice,
        Poll if is("details") && !is("total") => PollNote,
        Poll if is("question") => Question,
        Poll if is("answer") => Answer,
        Poll if is("total") => PollNote,
        Media if tag.class.split_ascii_whitespace().any(|word| word.starts_with("section")) => Line,
        Forwarded if is("from_name") => ForwardedFrom,
        _ => plain(tag)?,
    })
}

/// The role of an element that has the same wherever it is.
fn plain(tag: &Tag) -> Option<Role> {
    let is = |word: &str| tag.is(word);
    let words = || tag.class.split_ascii_whitespace();
    Some(match () {
        () if is("from_name") => From,
        () if is("date") => Date,
        () if is("reply_to") => Reply,
        () if is("media_poll") => Poll,
        () if is("media_wrap") || is("media") || words().any(|word| word.ends_with("_wrap")) => Media,
        () if words().any(|word| word.starts_with("media_")) => Media,
        () if is("title") => Title,
        () if is("description") => Description,
        () if is("status") => Status,
        () if is("text") => Text,
        () if is("signature") => Signature,
        () if is("reactions") => Reactions,
        () if is("bot_button") => Button,
        () if is("bot_buttons_table") || is("bot_button_row") || is("bot_button_column_separator") => Around,
        () if is("fill") || is("video_duration") || words().any(|word| word.contains("_play")) => Skip,
        () if is("body") => return None,
        () => Other,
    })
}

fn reaction(tag: &Tag) -> Option<Role> {
    let is = |word: &str| tag.is(word);
    Some(match () {
        () if is("emoji") => Emoji,
        () if is("count") => Count,
        () if is("initials") => Giver,
        () if is("userpics") || is("userpic") || is("reaction") || is("userpic_link") => return None,
        () => Other,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::markup::{Meter, tokens},
        *,
    };

    fn drafts(html: &str) -> Vec<Draft> {
        let mut page = Page::default();
        let mut drafts: Vec<Draft> =
            tokens(html.as_bytes(), &Meter::new()).filter_map(|token| page.take(token.unwrap())).collect();
        drafts.extend(page.finish());
        drafts
    }

    fn text(html: &str) -> String {
        let html = format!("<div class=\"message default\"><div class=\"body\">{html}</div></div>");
        let mut pieces = drafts(&html).remove(0).pieces.into_iter();
        pieces.find(|piece| piece.role == Text).unwrap().text
    }

    #[test]
    fn a_text_is_what_was_written_without_the_lines_of_its_tags() {
        assert_eq!(text("\n<div class=\"text\">\nHello\n  </div>\n"), "Hello");
        assert_eq!(text("<div class=\"text\">Hello</div>"), "Hello");
        assert_eq!(text("<div class=\"text\">\n  a<br><br>b <br>\n  </div>"), "  a\n\nb \n");
        assert_eq!(
            text("<div class=\"text\">\n<strong>a</strong> <span class=\"spoiler\">b</span>\n </div>"),
            "a b"
        );
    }

    #[test]
    fn messages_that_are_not_closed_end_with_the_page() {
        let all = drafts("<div class=\"message service\" id=\"message-1\"><div class=\"body details\">x");
        assert_eq!((all.len(), all[0].kind), (1, Kind::Service));
        let deep = format!("<div class=\"message default\">{}", "<div class=\"q\">".repeat(100_000));
        assert_eq!(drafts(&deep)[0].pieces.len(), MAX_DEPTH);
        assert!(drafts(&"</div>".repeat(1000)).is_empty());
    }
}
