//! The content of a message: HTML, and the elements of their own that Skype and Teams put into it.

use blackbox_document::page::{Tag, Token};
use blackbox_format::message::Quoted;

use crate::html::{self, Text, tokens};

/// How the white space of a content is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// As in HTML.
    Html,
    /// As it is written.
    Kept,
}

/// What a content says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) quoted: Vec<Quoted>,
    /// Id of the message that it answers; empty if the quotation has none.
    pub(super) reply_to: Option<String>,
    /// Whether it quotes a message that was forwarded.
    pub(super) forwarded: bool,
    /// Files and pictures that stand in it.
    pub(super) objects: Vec<Object>,
    /// Addresses that its words lead to.
    pub(super) links: Vec<String>,
    /// Latitude and longitude of a place.
    pub(super) location: Option<String>,
    /// Cards of programs, in base64.
    pub(super) cards: Vec<String>,
}

/// A file or picture in a content.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// Its id in the store; may be empty.
    pub(super) id: String,
    /// Its file name; may be empty.
    pub(super) name: String,
    /// What kind of object it is, such as `Picture.1`; may be empty.
    pub(super) kind: String,
}

/// Reads a content.
pub(super) fn read(source: &str, space: Space) -> Content {
    let text = if space == Space::Kept { Text::preserving() } else { Text::default() };
    let mut reader = Reader { text, content: Content::default(), quotes: Vec::new(), object: false };
    tokens(source).for_each(|token| reader.token(&token));
    let cut = reader.text.is_hiding();
    let mut content = reader.finish();
    if cut {
        // An element that is not shown never ends: better all text than what comes before it.
        (content.text, content.quoted) = (html::text(source), Vec::new());
    }
    content
}

struct Reader {
    text: Text,
    content: Content,
    /// Where the quotations around begin, and what elements they are.
    quotes: Vec<(usize, String)>,
    /// Whether what comes stands in a `URIObject`, whose text tells how to open it in an old program.
    object: bool,
}

impl Reader {
    fn token(&mut self, token: &Token) {
        match token {
            Token::Start(tag) => self.start(tag, token),
            Token::End(name) => self.end(name, token),
            Token::Text(_) => self.text.token(token),
        }
    }

    fn start(&mut self, tag: &Tag, token: &Token) {
        let of = |name: &str| tag.get(name).unwrap_or_default().to_owned();
        match &tag.name[..] {
            "quote" => {
                self.content.reply_to.get_or_insert(of("messageid"));
                self.quote("quote");
            }
            "blockquote" => self.blockquote(&of("itemtype"), of("itemid"), token),
            "legacyquote" => self.text.hide(),
            "uriobject" => self.begin_object(&of("doc_id"), &of("uri"), of("type"), &of("title")),
            "swift" => self.content.cards.push(of("b64")),
            "location" => self.content.location = location(&of("latitude"), &of("longitude")),
            "c" => self.contact(&of("f"), &of("s")),
            "originalname" => self.name(of("v")),
            "meta" => self.name(of("originalname")),
            "img" if of("itemtype").contains("AMSImage") || of("src").contains("/hostedContents/") => {
                let id = if of("itemid").is_empty() { tail(&of("src")) } else { of("itemid") };
                self.content.objects.push(Object { id, name: of("alt"), kind: "Picture.1".into() });
            }
            "a" => {
                self.link(of("href"));
                self.text.token(token);
            }
            _ => self.text.token(token),
        }
    }

    fn blockquote(&mut self, kind: &str, id: String, token: &Token) {
        self.text.token(token);
        self.quote("blockquote");
        if kind.ends_with("/Reply") {
            self.content.reply_to.get_or_insert(id);
        }
        self.content.forwarded |= kind.ends_with("/Forward");
    }

    fn quote(&mut self, name: &str) {
        self.text.close();
        let start = self.text.settle();
        self.quotes.push((start, name.to_owned()));
    }

    fn end(&mut self, name: &str, token: &Token) {
        match name {
            "quote" | "blockquote" if self.quotes.last().is_some_and(|(_, open)| open == name) => {
                self.unquote()
            }
            "legacyquote" => self.text.show(),
            "uriobject" if self.object => {
                self.object = false;
                self.text.show();
            }
            _ => self.text.token(token),
        }
    }

    /// Ends a quotation. One that stands in another is part of that.
    fn unquote(&mut self) {
        let Some((start, _)) = self.quotes.pop() else { return };
        let end = self.text.length();
        if self.quotes.is_empty() && start < end {
            self.content.quoted.push(Quoted { start: start as u64, end: end as u64 });
        }
        self.text.close();
    }

    fn begin_object(&mut self, id: &str, uri: &str, kind: String, title: &str) {
        // A poll and a card are no files.
        let shown = kind == "Poll" || kind.starts_with("SWIFT");
        if shown {
            self.text.letters(title);
            self.text.close();
        }
        if !self.object {
            self.object = true;
            self.text.hide();
        }
        if !shown {
            let id = if id.is_empty() { tail(uri) } else { id.to_owned() };
            self.content.objects.push(Object { id, kind, ..Object::default() });
        }
    }

    /// A contact that was sent: name and id on a line of its own.
    fn contact(&mut self, name: &str, id: &str) {
        self.text.close();
        self.text.letters(&match (name, id) {
            ("", id) => id.to_owned(),
            (name, "") => name.to_owned(),
            (name, id) => format!("{name} ({id})"),
        });
    }

    fn name(&mut self, name: String) {
        if let Some(object) = self.content.objects.last_mut()
            && object.name.is_empty()
        {
            object.name = name;
        }
    }

    fn link(&mut self, address: String) {
        if !self.object && !address.is_empty() && self.content.links.last() != Some(&address) {
            self.content.links.push(address);
        }
    }

    fn finish(mut self) -> Content {
        while !self.quotes.is_empty() {
            self.unquote();
        }
        self.content.text = self.text.finish();
        let length = self.content.text.len() as u64;
        self.content.quoted.iter_mut().for_each(|quoted| quoted.end = quoted.end.min(length));
        self.content.quoted.retain(|quoted| quoted.start < quoted.end);
        self.content
    }
}

/// Degrees, from the millionths in which Skype writes them.
fn location(latitude: &str, longitude: &str) -> Option<String> {
    let degrees = |text: &str| match text.contains('.') {
        true => text.parse::<f64>().ok(),
        false => text.parse::<i32>().ok().map(|millionths| f64::from(millionths) / 1e6),
    };
    Some(format!("{},{}", degrees(latitude)?, degrees(longitude)?))
}

/// The part of an address that names an object of the store.
fn tail(address: &str) -> String {
    let path =
        ["/views/", "/$value", "?"].iter().fold(address, |path, end| path.split(end).next().unwrap_or(path));
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(content: &Content) -> Vec<&str> {
        content
            .quoted
            .iter()
            .map(|quoted| &content.text[quoted.start as usize..quoted.end as usize])
            .collect()
    }

    #[test]
    fn a_reply_of_teams_quotes_what_it_answers() {
        let html = "<blockquote itemscope itemtype=\"http://schema.skype.com/Reply\" itemid=\"17\"><strong>Bo</strong>\
                    <p>When?</p></blockquote><p>Now.</p>";
        let content = read(html, Space::Html);
        assert_eq!((&content.text[..], quoted(&content)), ("Bo\nWhen?\nNow.", vec!["Bo\nWhen?"]));
        assert_eq!(content.reply_to.as_deref(), Some("17"));
    }

    #[test]
    fn a_quotation_of_skype_is_read_without_its_old_form() {
        let html = "<quote author=\"bo\" messageid=\"9\"><legacyquote>[12] Bo: </legacyquote>When?\r\n<legacyquote>\
                    &lt;&lt;&lt; </legacyquote></quote>Now, <ss type=\"smile\">:)</ss>";
        let content = read(html, Space::Kept);
        assert_eq!((&content.text[..], quoted(&content)), ("When?\n\nNow, :)", vec!["When?\n"]));
        assert_eq!(content.reply_to.as_deref(), Some("9"));
    }

    #[test]
    fn an_object_has_its_id_and_name_and_not_the_words_for_old_programs() {
        let html = "<URIObject type=\"File.1\" uri=\"https://a.example/v1/objects/0-x-1\"><Title/>To view, go to: \
                    <a href=\"https://b.example\">b</a><OriginalName v=\"plan.pdf\"/><FileSize v=\"3\"/></URIObject>ok";
        let content = read(html, Space::Kept);
        let object = Object { id: "0-x-1".into(), name: "plan.pdf".into(), kind: "File.1".into() };
        assert_eq!((&content.text[..], &content.objects[..], content.links.len()), ("ok", &[object][..], 0));
        let html = "<p><img alt=\"map\" itemtype=\"http://schema.skype.com/AMSImage\" itemid=\"\" \
                    src=\"https://a.example/v1/objects/0-y/views/imgo\"></p>";
        assert_eq!(read(html, Space::Html).objects[0].id, "0-y");
    }

    #[test]
    fn contacts_places_and_polls_are_text() {
        let contacts = read(
            "<contacts alt=\"x\"><c t=\"s\" s=\"bo\" f=\"Bo Tarn\"></c><c s=\"cy\"></c></contacts>",
            Space::Kept,
        );
        assert_eq!(contacts.text, "Bo Tarn (bo)\ncy");
        let place =
            read("<location latitude=\"51500000\" longitude=\"-120000\">The weir</location>", Space::Kept);
        assert_eq!((&place.text[..], place.location.as_deref()), ("The weir", Some("51.5,-0.12")));
        let poll =
            read("<URIObject type=\"Poll\" title=\"Noon?\">To view this poll ...</URIObject>", Space::Kept);
        assert_eq!((&poll.text[..], poll.objects.len()), ("Noon?", 0));
    }

    #[test]
    fn quotations_that_never_end_and_ends_without_a_beginning_are_read() {
        let content = read("</quote><quote><blockquote>a</quote>b", Space::Html);
        assert_eq!((quoted(&content), content.forwarded), (vec!["ab"], false));
        assert_eq!(read("a<legacyquote>b<URIObject>c", Space::Kept).text, "abc");
    }
}
