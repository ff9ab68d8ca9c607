//! `hits.html`: the answer as a page that a person reads and prints.
//!
//! The page is one file: its style is inline, it has no script and asks nothing of any network. Its
//! Content-Security-Policy allows that one style, by hash, and nothing else.

mod facts;
mod thread;

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use blackbox_query::answer::Answer;
use maud::{DOCTYPE, Markup, PreEscaped, html as page};
use sha2::{Digest, Sha256};

use crate::{
    Heading,
    conversation::Conversation,
    escape::{self, Lines, Part, escape_terminal},
    mark::Piece,
};

const STYLE: &str = include_str!("html/style.css");

/// The page of `answer` under `heading`: facts, what was not answered, counts, then the hits
/// conversation by conversation in time order (UTC), and how it was and can be checked.
///
/// Imported text cannot act on the page: it is escaped, and control and bidirectional characters
/// are shown as `⟨U+202E⟩`. The page tells how to check its bundle, which it takes to be a folder
/// with `hits.html`, `hits.json`, `hits.csv` and `salt`, the 32 bytes before `hits.json` in the
/// digest of the disclosure.
pub fn html(heading: &Heading, answer: &Answer) -> String {
    let conversations = Conversation::group(&answer.hits);
    let title = format!("{}: {}", crate::plain::outcome(answer), heading.request);
    let body = page! {
        (facts::head(heading, answer, conversations.len()))
        (facts::unanswered(answer))
        (facts::summary(answer, &conversations))
        @for (i, conversation) in conversations.iter().enumerate() {
            (thread::section(conversation, i + 1, &heading.matched_words))
        }
        (facts::checks(heading, answer))
    };
    framed(&title, &body)
}

/// `body` as a whole page in this project's style, which loads nothing and runs nothing.
pub fn framed(title: &str, body: &Markup) -> String {
    let whole = page! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (escape_terminal(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    whole.into_string()
}

/// Content Security Policy Level 3: nothing may load or run; the one style is known by its hash.
fn policy() -> String {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

/// Imported text, its acting characters visible. Line breaks stay, for places that keep them.
pub fn visible(text: &str) -> Markup {
    page! {
        @for part in escape::parts(text, Lines::Kept) {
            @match part {
                Part::Plain(text) => (text),
                Part::Acting(c) => span.acting { (escape::shown(c)) },
            }
        }
    }
}

/// Text with its matches marked.
fn marked(pieces: &[Piece<'_>]) -> Markup {
    page! {
        @for piece in pieces {
            @if piece.marked { mark { (visible(piece.text)) } } @else { (visible(piece.text)) }
        }
    }
}

/// SHA-256 in hex, short on a screen and whole on paper.
fn digest(hex: &str) -> Markup {
    let hex = escape_terminal(hex);
    let mut short: String = hex.chars().take(12).collect();
    write!(short, "…").expect("writing to memory does not fail");
    page! {
        span.mono title=(hex) { span.digest-short { (short) } span.digest-whole { (hex) } }
    }
}

#[cfg(test)]
mod tests {
    use blackbox_format::message::Names;
    use blackbox_query::answer::{Annotation, Count, Hit, Unanswered};
    use proptest::prelude::*;

    use super::*;
    use crate::fixture;

    /// Every tag of a page with its attributes, name and value. Text never holds a bare `<`, so what
    /// a browser takes for a tag is found here.
    fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
        let page = page.replace(STYLE, "");
        let inner =
            page.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0.to_owned());
        inner
            .map(|tag| {
                let (name, mut rest) = tag.split_once(' ').unwrap_or((&tag, ""));
                let mut attributes = Vec::new();
                while let Some((attribute, value)) = rest.split_once("=\"") {
                    let (value, after) = value.split_once('"').expect("a value ends");
                    attributes.push((attribute.trim().to_owned(), value.to_owned()));
                    rest = after;
                }
                let bare = rest.trim();
                assert!(bare.is_empty() || name == "!DOCTYPE", "{bare:?} in {tag:?}");
                (name.to_owned(), attributes)
            })
            .collect()
    }

    const TAGS: [&str; 39] = [
        "details", "summary", "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header",
        "section", "article", "footer", "div", "p", "span", "bdi", "mark", "code", "pre", "time", "a", "h1",
        "h2", "h3", "dl", "dt", "dd", "ul", "li", "table", "caption", "thead", "tbody", "tfoot", "tr", "th",
        "td", "br",
    ];
    const ATTRIBUTES: [&str; 11] =
        ["class", "id", "title", "lang", "dir", "scope", "datetime", "href", "charset", "name", "content"];

    fn assert_inert(page: &str) {
        for (name, attributes) in tags(page) {
            assert!(TAGS.contains(&name.trim_start_matches('/')), "tag {name:?}");
            for (attribute, value) in attributes {
                let policy = attribute == "http-equiv" && value == "Content-Security-Policy";
                assert!(policy || ATTRIBUTES.contains(&&*attribute), "attribute {attribute:?}");
                assert!(attribute != "href" || value.starts_with('#'), "link {value:?}");
            }
        }
        let page = page.to_lowercase();
        assert!(!page.contains("<script") && !page.contains("url(") && !page.contains("@import"));
        assert_eq!(escape::escape_terminal_block(&page), page, "no character acts");
    }

    /// A page with `text` in every place that imported or typed text can reach.
    fn flooded(text: &str) -> String {
        let own = || text.to_owned();
        let mut hit = fixture::hit(text);
        hit.context = vec![fixture::neighbour(-1, text), fixture::neighbour(1, text)];
        hit.context[0].from = own();
        hit.context[1].time = own();
        hit.attachments = vec![fixture::file(text, Some(3)), fixture::file("b", None)];
        hit.attachments[0].media_type = own();
        (hit.attachments[0].text, hit.attachments[0].text_origin) = (Some(own()), Some(own()));
        hit.annotations = vec![Annotation { name: own(), value: own() }];
        hit.quoted = vec![own()];
        hit.names = vec![Names { written: own(), also: vec![own() + "x"] }];
        hit.attachments[1].sha256 = Some(own());
        hit.matched = vec![format!("word:{text}"), format!("from:{text}"), own()];
        (hit.id, hit.time, hit.written_time, hit.from) = (own(), own(), own(), own());
        (hit.chat, hit.platform, hit.event, hit.to) = (Some(own()), own(), Some(own()), vec![own(); 9]);
        let mut answer = fixture::answer(vec![hit.clone(), Hit { chat: None, ..hit }]);
        answer.unanswered = vec![Unanswered { literals: vec![own()], reason: own(), epoch: own(), count: 1 }];
        answer.counts = vec![Count { literal: own(), epoch: own(), count: 1 }];
        html(&heading(text), &answer)
    }

    fn heading(text: &str) -> Heading {
        let own = || text.to_owned();
        Heading {
            origin: own(),
            request: own(),
            query: own(),
            case: own(),
            basis: own(),
            purpose: own(),
            examiner: own(),
            months: own(),
            approved_by: vec![own()],
            verified_against: 0,
            deposits: vec![own()],
            asked: own(),
            log_size: 12,
            matched_words: vec![own()],
        }
    }

    const HOSTILE: [&str; 12] = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "'><svg/onload=alert(1)>",
        "</p></article></body><meta http-equiv=refresh content=\"0;url=//x\">",
        "<!--",
        "]]></style><style>*{background:url(//x)}</style>",
        "&lt;script&gt;&#60;script&#62;",
        "\u{202E}gnp.exe\u{2066}",
        "\u{1b}[31m\0\u{85}\r",
        "javascript:alert(1)",
        "{{constructor.constructor('alert(1)')()}}",
    ];

    #[test]
    fn hostile_text_is_only_text() {
        for text in HOSTILE {
            assert_inert(&flooded(text).replace("url(//x)", ""));
        }
        let page = flooded("<b onclick=\"x\">\u{202E}");
        assert!(page.contains("&lt;b onclick=&quot;x&quot;&gt;"));
        assert!(page.contains("<span class=\"acting\">⟨U+202E⟩</span>"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_at_all_acts(parts in prop::collection::vec(
            prop_oneof![prop::sample::select(&HOSTILE[..6]).prop_map(str::to_owned), "\\PC{0,6}", "[<>\"'&= \n\t]{0,4}"], 0..6,
        )) {
            assert_inert(&flooded(&parts.concat()));
        }
    }

    #[test]
    fn nothing_may_load_or_run_and_the_one_style_is_allowed() {
        let page = html(&Heading::default(), &fixture::answer(vec![]));
        let policies: Vec<String> = tags(&page)
            .into_iter()
            .filter(|(_, attributes)| attributes.iter().any(|(name, _)| name == "http-equiv"))
            .map(|(_, attributes)| attributes[1].1.clone())
            .collect();
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        assert_eq!(policies.len(), 1);
        assert!(policies[0].starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'; ")));
        assert!(!page.contains(" style="));
    }

    #[test]
    fn matches_are_marked_as_written() {
        let mut hit = fixture::hit("Ring GREÉNSILL, greensills & Greensill 👍🏽");
        hit.matched = ["word:greensill", "word:👍", "from:ashby", "chat:harbour works", "to:marisol quist"]
            .map(Into::into)
            .into();
        hit.attachments = vec![fixture::file("Harbour plan (2).pdf", None)];
        hit.matched.extend(["file:plan".to_owned(), "type:application".to_owned()]);
        let mut answer = fixture::answer(vec![hit]);
        let page = html(&Heading::default(), &answer);
        assert!(page.contains(
            "Ring <mark>GREÉNSILL</mark>, greensills &amp; <mark>Greensill</mark> <mark>👍🏽</mark>"
        ));
        assert!(page.contains("<bdi>Rowan <mark>Ashby</mark></bdi>"));
        assert!(page.contains("<h2><bdi><mark>Harbour works</mark></bdi></h2>"));
        assert!(page.contains("<bdi><mark>Marisol Quist</mark></bdi>"));
        assert!(
            page.contains("Harbour <mark>plan</mark> (2).pdf")
                && page.contains("<mark>application/pdf</mark>")
        );
        answer.hits[0].matched.clear();
        assert!(!html(&Heading::default(), &answer).contains("<mark>"));
        let words = Heading { matched_words: vec!["word:ring".into()], ..Heading::default() };
        assert!(html(&words, &answer).contains("<mark>Ring</mark>"));
    }

    #[test]
    fn a_conversation_reads_in_order_with_its_context() {
        let mut hits = vec![fixture::hit("one"), fixture::hit("two")];
        hits[0].context = vec![fixture::neighbour(-1, "before")];
        hits[1].time = "2020-03-13T00:00:05Z".into();
        let page = html(&Heading::default(), &fixture::answer(hits));
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        let order =
            ["Thursday 12 March 2020", ">before<", ">one<", "Friday 13 March 2020", "00:00:05", ">two<"];
        assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
        assert_eq!(page.matches("context, not a hit").count(), 1);
        assert_eq!(page.matches("<article").count(), 2);
        assert!(page.contains("title=\"As written: 12/03/2020, 09:30\""));
    }

    #[test]
    fn nothing_found_and_nothing_answered_are_told_apart() {
        let mut answer = fixture::answer(vec![]);
        let page = html(&Heading::default(), &answer);
        assert!(page.contains("<h1>No hits</h1>") && page.contains("No message in the months asked matches"));
        assert!(!page.contains("was not answered") && !page.contains("<table"));
        answer.unanswered = vec![fixture::unanswered()];
        let page = html(&Heading::default(), &answer);
        assert!(page.contains("Part of the query was not answered") && page.contains("common in this month"));
    }

    #[test]
    fn the_weaker_claim_of_verification_is_stated() {
        let mut answer = fixture::answer(vec![]);
        answer.verified_against = 2;
        let heading = Heading { verified_against: 0, ..Heading::default() };
        assert!(html(&heading, &answer).contains("a single lying custodian"));
    }
}
