//! One conversation of the page.

use blackbox_format::term::Field;
use blackbox_query::answer::{Hit, HitAttachment, Neighbour};
use maud::{Markup, html as page};

use super::{digest, marked, visible};
use crate::{
    conversation::{Conversation, Line, few},
    escape::escape_terminal,
    mark::Matched,
    plain,
};

/// Recipients named on a line; all are in its title.
const RECIPIENTS: usize = 8;

/// The conversation as the page's section `number`, marking `words` in every text.
pub fn section(conversation: &Conversation<'_>, number: usize, words: &[String]) -> Markup {
    let all = Matched::new(conversation.hits().flat_map(|hit| &hit.matched));
    let mut today = String::new();
    page! {
        section id={ "c" (number) } {
            h2 { bdi { (marked(&all.name(&[Field::Chat], &conversation.title()))) } }
            (about(conversation, &all))
            @for line in &conversation.lines {
                @if let Some(day) = line.time().map(plain::day).filter(|day| *day != today) {
                    h3.day { (visible(&day)) }
                    ({ today = day; "" })
                }
                @match line {
                    Line::Hit(number, hit) => (self::hit(*number, hit, &Shown { conversation, words })),
                    Line::Context(neighbour) => (context(neighbour)),
                    Line::Gap => p.gap { "· · · other messages may stand between these" },
                }
            }
        }
    }
}

/// What the lines of a conversation share.
struct Shown<'a> {
    conversation: &'a Conversation<'a>,
    words: &'a [String],
}

fn about(conversation: &Conversation<'_>, all: &Matched) -> Markup {
    let hits = conversation.hits().count() as u64;
    page! {
        p.about {
            (visible(plain::platform(conversation.platform))) ", " (plain::count(hits, "hit"))
            @if conversation.chat.is_some() && !conversation.people.is_empty() {
                ". Senders and recipients of these hits: "
                @for (i, name) in conversation.people.iter().enumerate() {
                    @if i > 0 { ", " }
                    bdi { (marked(&all.name(&[Field::From, Field::To, Field::With], name))) }
                }
            }
        }
    }
}

fn hit(number: usize, hit: &Hit, shown: &Shown<'_>) -> Markup {
    let matched = Matched::new(&hit.matched).with_words(shown.words);
    page! {
        article.line.hit.notice[hit.event.is_some()] id={ "hit-" (number) } {
            (time(&hit.time, &hit.written_time))
            div {
                p.who {
                    @if !hit.from.is_empty() {
                        span.from { bdi { (marked(&matched.name(&[Field::From, Field::With], &hit.from))) } }
                        @if let Some(name) = hit.full_name(&hit.from) {
                            " (" bdi { (marked(&matched.name(&[Field::From, Field::With], name))) } ") "
                        }
                    }
                    @if let Some(event) = &hit.event { (kind(event, &matched)) }
                    @if shown.conversation.names_recipients(hit) { (recipients(hit, &matched)) }
                    span.ref title={ "Record " (escape_terminal(&hit.id)) } {
                        a href={ "#hit-" (number) } { "hit " (number) } " · " span.mono { (visible(&hit.id)) }
                    }
                }
                @if !hit.text.is_empty() {
                    p.text dir="auto" { (marked(&matched.words(Field::Word, &hit.text))) }
                }
                @if let Some(quoted) = plain::quoted(hit) { p.detail { (visible(&quoted)) } }
                (facts(hit))
                (files(&hit.attachments, &matched))
            }
        }
    }
}

fn facts(hit: &Hit) -> Markup {
    page! {
        @if plain::facts(hit).next().is_some() {
            details.facts {
                summary.detail { "further facts of the export" }
                dl {
                    @for (name, value) in plain::facts(hit) {
                        dt { (visible(name)) }
                        dd { bdi { (visible(value)) } }
                    }
                }
            }
        }
    }
}

fn kind(event: &str, matched: &Matched) -> Markup {
    page! {
        span.kind { "notice: " @if matched.is(Field::Event, event) { mark { (visible(event)) } } @else { (visible(event)) } }
    }
}

fn recipients(hit: &Hit, matched: &Matched) -> Markup {
    let names: Vec<&str> = hit.to.iter().map(|name| &**name).collect();
    let rest = names.len().saturating_sub(RECIPIENTS) as u64;
    page! {
        span.to title=(escape_terminal(&few(&names, names.len()))) {
            "to "
            @for (i, name) in names.iter().take(RECIPIENTS).enumerate() {
                @if i > 0 { ", " }
                bdi { (marked(&matched.name(&[Field::To, Field::With], name))) }
            }
            @if rest > 0 { " and " (plain::count(rest, "other")) }
        }
    }
}

fn context(neighbour: &Neighbour) -> Markup {
    page! {
        div.line.context {
            (time(&neighbour.time, ""))
            div {
                p.who {
                    span.from { bdi { (visible(&neighbour.from)) } }
                    span.label { "context, not a hit" }
                }
                p.text dir="auto" { (visible(&neighbour.text)) }
            }
        }
    }
}

/// The time of day in UTC; the export's own writing of it, if it is another, as title.
fn time(utc: &str, written: &str) -> Markup {
    let other = Some(written).filter(|written| !written.is_empty() && *written != utc);
    let title = other.map(|written| format!("As written: {}", escape_terminal(written)));
    page! {
        time datetime=(escape_terminal(utc)) title=[title] { (visible(&plain::clock(utc))) }
    }
}

fn files(attachments: &[HitAttachment], matched: &Matched) -> Markup {
    page! {
        @if !attachments.is_empty() {
            ul.files {
                @for file in attachments { li { (self::file(file, matched)) } }
            }
        }
    }
}

fn file(file: &HitAttachment, matched: &Matched) -> Markup {
    let name = if file.name.is_empty() { "attachment without a name" } else { &file.name };
    let family = file.media_type.split('/').next().unwrap_or_default();
    let of_type = [family, &file.media_type].iter().any(|kind| matched.is(Field::Type, kind));
    page! {
        bdi { (marked(&matched.name(&[Field::File], name))) }
        span.detail {
            " · " @if of_type { mark { (visible(&file.media_type)) } } @else { (visible(&file.media_type)) }
            @match (file.size, &file.sha256) {
                (None, None) => " · not in the export",
                (size, sha256) => {
                    @if let Some(size) = size {
                        " · " span title={ (plain::thousands(size)) " bytes" } { (plain::size(size)) }
                    }
                    @if let Some(sha256) = sha256 {
                        " · SHA-256 "
                        @if matched.is(Field::Sha256, sha256) { mark { (digest(sha256)) } } @else { (digest(sha256)) }
                    }
                },
            }
        }
        @if let (Some(text), Some(origin)) = (&file.text, &file.text_origin) {
            details.found {
                summary.detail { (visible(&plain::origin(origin))) }
                p.text dir="auto" { (marked(&matched.words(Field::Word, text))) }
            }
        }
    }
}
