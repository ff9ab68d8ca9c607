//! From the pieces of a page to messages.

use blackbox_format::message::{Media, Message, annotation};
use jiff::{
    civil,
    tz::{Offset, TimeZone},
};

use super::{
    PLATFORM,
    content::Mention,
    notice::notice,
    page::{Draft, Kind, Piece, Role},
};
use crate::{
    media::{file_name, type_of},
    time::{Moment, in_zone},
};

const MAX_RAW_BYTES: usize = 64 << 10;
const MAX_UNKNOWN: usize = 64;
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// What is known from the messages before.
#[derive(Default)]
pub(crate) struct Thread {
    from: String,
    via: Option<String>,
    forwarded: String,
    /// The time of the message before, and the day, whichever came last: as written, in milliseconds.
    last: Option<(i64, String)>,
}

/// What a draft is.
pub(crate) enum Read {
    /// No item of the export: a line that tells the day.
    Separator,
    Message(Box<Parsed>),
    Skip(&'static str),
}

/// A message that was understood.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) message: Message,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) unknown: Vec<String>,
    pub(crate) zoneless: bool,
    /// Who wrote it or caused it.
    pub(crate) sender: String,
}

/// A thing beside the text: a file, a place, a call.
#[derive(Default)]
struct Card {
    class: String,
    href: String,
    title: String,
    description: String,
    status: String,
}

impl Thread {
    /// Reads a draft.
    pub(crate) fn read(&mut self, draft: Draft, zone: &TimeZone) -> Read {
        match draft.kind {
            Kind::Header => Read::Separator,
            Kind::Service => self.service(draft, zone),
            Kind::Message => self.message(draft, zone),
        }
    }

    fn service(&mut self, draft: Draft, zone: &TimeZone) -> Read {
        let text: Vec<&str> = texts(&draft, Role::Notice).collect();
        let text = text.join("\n");
        let day = day(&text);
        if let Some(start) = day.and_then(|day| in_zone(day, zone)) {
            self.last = Some((start, text));
            return Read::Separator;
        }
        if draft.id.starts_with("message-") {
            return Read::Separator;
        }
        let Some((time, written_time)) = self.last.clone() else {
            return Read::Skip("a service message without a day before it");
        };
        let mut parsed = Parsed { zoneless: true, ..Parsed::default() };
        let told = notice(&text);
        parsed.message = Message { time, written_time, event: Some(told.slug.to_owned()), ..base(&draft) };
        parsed.annotate("time-of", "the message or the day before: the export gives none");
        if let Some(actor) = told.actor {
            parsed.sender = actor.to_owned();
            parsed.annotate(annotation::SENDER, actor);
        }
        if let Some(timer) = told.timer {
            parsed.annotate(annotation::DISAPPEARING, timer.to_string());
        }
        let links =
            draft.pieces.iter().filter(|piece| piece.role == Role::Notice).flat_map(|piece| &piece.links);
        links.filter_map(|link| target(link)).for_each(|id| parsed.annotate(annotation::REPLY_TO, id));
        parsed.message.text = text;
        if let Some(photo) =
            draft.pieces.iter().find(|piece| piece.role == Role::Photo && !piece.href.is_empty())
        {
            parsed.mentions.push(file(&Card { href: photo.href.clone(), ..Card::default() }));
        }
        parsed.others(&draft.pieces);
        Read::Message(Box::new(parsed))
    }

    fn message(&mut self, draft: Draft, zone: &TimeZone) -> Read {
        let written =
            draft.pieces.iter().find(|piece| piece.role == Role::Date).map(|piece| piece.title.trim());
        let Some(written) = written.filter(|time| !time.is_empty()) else {
            return Read::Skip("it has no time");
        };
        let Some(moment) = time(written, zone) else { return Read::Skip("its time is not one") };
        let mut parsed = Parsed { zoneless: moment.zoneless, ..Parsed::default() };
        parsed.message = Message { time: moment.millis, written_time: written.to_owned(), ..base(&draft) };
        self.last = Some((moment.millis, written.to_owned()));
        self.sender(&draft, &mut parsed);
        parsed.content(&draft);
        parsed.others(&draft.pieces);
        Read::Message(Box::new(parsed))
    }

    /// Who wrote it, and from whom it is forwarded: where that is not said, it is as before.
    fn sender(&mut self, draft: &Draft, parsed: &mut Parsed) {
        if let Some(name) = texts(draft, Role::From).next() {
            let (name, via) = via(name);
            (self.from, self.via) = (name.to_owned(), via);
            self.forwarded.clear();
        }
        parsed.sender = self.from.clone();
        parsed.message.from = self.from.clone();
        if draft.pieces.iter().any(|piece| piece.role == Role::Forwarded) {
            if let Some(name) = texts(draft, Role::ForwardedFrom).next() {
                let (name, via) = via(name);
                name.clone_into(&mut self.forwarded);
                via.into_iter().for_each(|via| parsed.annotate("via-bot", via));
            }
            parsed.annotate(annotation::FORWARDED, self.forwarded.clone());
            texts(draft, Role::ForwardedDate).for_each(|date| parsed.annotate("forwarded-date", date));
        }
        self.via.iter().for_each(|via| parsed.annotate("via-bot", via.clone()));
    }
}

/// Who wrote a draft, if it says so itself.
pub(crate) fn author(draft: &Draft) -> Option<String> {
    texts(draft, Role::From).next().map(|name| via(name).0.to_owned())
}

fn base(draft: &Draft) -> Message {
    let source_id = draft.id.strip_prefix("message").filter(|id| !id.is_empty()).map(str::to_owned);
    Message { platform: PLATFORM.into(), source_id, ..Message::default() }
}

/// The texts of a role's pieces, trimmed, but for those that are empty.
fn texts(draft: &Draft, role: Role) -> impl Iterator<Item = &str> {
    let pieces = draft.pieces.iter().filter(move |piece| piece.role == role);
    pieces.map(|piece| piece.text.trim()).filter(|text| !text.is_empty())
}

/// Splits ` via @bot` off a name.
fn via(name: &str) -> (&str, Option<String>) {
    match name.rsplit_once(" via @") {
        Some((name, bot)) if bot.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            (name.trim(), Some(format!("@{bot}")))
        }
        _ => (name, None),
    }
}

/// The message that a link leads to: `messages2.html#go_to_message17`.
fn target(link: &str) -> Option<&str> {
    link.split_once("#go_to_message").map(|(_, id)| id).filter(|id| !id.is_empty())
}

/// `12.03.2020 09:30:00`, with or without ` UTC+01:00`.
///
/// The exporter writes local times, and beside them the zone's standard offset, in summer too. If that is the
/// standard offset of the zone that was given, this zone tells the true one.
fn time(written: &str, zone: &TimeZone) -> Option<Moment> {
    let (local, stated) = match written.split_once(" UTC") {
        Some((local, offset)) => (local, Some(offset.trim())),
        None => (written, None),
    };
    let civil = civil::DateTime::strptime("%d.%m.%Y %H:%M:%S", local.trim()).ok()?;
    let Some(stated) = stated else {
        return Some(Moment { millis: in_zone(civil, zone)?, zoneless: true });
    };
    let offset = offset(stated)?;
    match standard(civil.year(), zone) == Some(offset) {
        true => Some(Moment { millis: in_zone(civil, zone)?, zoneless: true }),
        false => Some(Moment { millis: in_zone(civil, &TimeZone::fixed(offset))?, zoneless: false }),
    }
}

/// `+01:00`, `-03`, or nothing for UTC itself.
fn offset(text: &str) -> Option<Offset> {
    let Some(sign) = text.chars().next() else { return Some(Offset::UTC) };
    let (hours, minutes) = text.get(sign.len_utf8()..)?.split_once(':').unwrap_or((text.get(1..)?, "0"));
    let seconds =
        hours.parse::<i32>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?.checked_mul(60)?;
    match sign {
        '+' => Offset::from_seconds(seconds).ok(),
        '-' | '\u{2212}' => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// The offset of a zone in the half of a year without daylight saving.
fn standard(year: i16, zone: &TimeZone) -> Option<Offset> {
    let of = |month| {
        let time = civil::DateTime::new(year, month, 1, 0, 0, 0, 0).ok()?;
        Some(zone.to_offset(zone.to_timestamp(time).ok()?))
    };
    Some(of(1)?.min(of(7)?))
}

/// The day that a line between messages names: `12 March 2020`.
fn day(text: &str) -> Option<civil::DateTime> {
    let date = civil::Date::strptime("%d %B %Y", text.trim()).ok()?;
    Some(date.to_datetime(civil::Time::midnight()))
}

impl Parsed {
    fn annotate(&mut self, name: &str, value: impl Into<String>) {
        self.message.annotations.push((name.to_owned(), value.into()));
    }

    /// The text, and what is beside it.
    fn content(&mut self, draft: &Draft) {
        let text: Vec<&str> = draft
            .pieces
            .iter()
            .filter(|piece| piece.role == Role::Text)
            .map(|piece| &piece.text[..])
            .collect();
        let mut lines: Vec<String> = vec![text.join("\n")];
        for card in cards(&draft.pieces) {
            self.card(&card, &mut lines);
        }
        lines.extend(poll(&draft.pieces));
        lines.extend(texts(draft, Role::Line).map(str::to_owned));
        lines.retain(|line| !line.is_empty());
        self.message.text = lines.join("\n");
        for piece in &draft.pieces {
            self.piece(piece);
        }
        self.reactions(&draft.pieces);
    }

    fn piece(&mut self, piece: &Piece) {
        let text = piece.text.trim();
        match piece.role {
            Role::Text => {
                let said = |link: &str| {
                    let bare = link.strip_prefix("mailto:").or(link.strip_prefix("tel:")).unwrap_or(link);
                    text.contains(bare)
                };
                piece
                    .links
                    .iter()
                    .filter(|link| !said(link))
                    .for_each(|link| self.annotate("link", link.clone()));
            }
            Role::Reply => match piece.links.iter().find_map(|link| target(link)) {
                Some(id) => self.annotate(annotation::REPLY_TO, id),
                None => self.annotate("reply", text),
            },
            Role::Signature => self.annotate("author", text),
            Role::PollNote => self.annotate("poll", text),
            Role::Button => {
                let link = piece.links.first().map(|link| format!(" {link}")).unwrap_or_default();
                self.annotate("button", format!("{text}{link}"));
            }
            _ => {}
        }
    }

    fn reactions(&mut self, pieces: &[Piece]) {
        let mut emoji = String::new();
        let mut named = true;
        let close = |parsed: &mut Parsed, emoji: &str, named: bool| {
            if !named {
                parsed.annotate(annotation::REACTION, emoji);
            }
        };
        for piece in pieces {
            let text = piece.text.trim();
            match piece.role {
                Role::Emoji => {
                    close(self, &emoji, named);
                    let custom = piece.links.first().map_or("", |link| file_name(link));
                    emoji = if text.is_empty() { custom } else { text }.to_owned();
                    named = false;
                }
                Role::Giver if !piece.title.is_empty() => {
                    self.annotate(annotation::REACTION, format!("{emoji} {}", piece.title.trim()));
                    named = true;
                }
                Role::Count => {
                    self.annotate(annotation::REACTION, format!("{emoji} ({text} in all)"));
                    named = true;
                }
                _ => {}
            }
        }
        close(self, &emoji, named);
    }

    fn card(&mut self, card: &Card, lines: &mut Vec<String>) {
        let kind = card.class.split_ascii_whitespace().find(|word| word.starts_with("media_"));
        let shown =
            || [&card.title, &card.description, &card.status].into_iter().filter(|text| !text.is_empty());
        match kind.unwrap_or(&card.class) {
            "media_call" => {
                self.message.event = Some("call".into());
                self.message.from.clear();
                self.annotate(annotation::SENDER, self.sender.clone());
                lines.push(shown().map(String::as_str).collect::<Vec<_>>().join(": "));
            }
            "media_contact" => {
                lines.extend(shown().map(|text| text.trim_end_matches(" - vCard").to_owned()));
                if !card.href.is_empty() {
                    self.mentions.push(file(card));
                }
            }
            "media_location" | "media_live_location" | "media_venue" => {
                lines.extend(shown().cloned());
                let point =
                    card.href.split_once("maps?q=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
                point.into_iter().for_each(|point| self.annotate(annotation::LOCATION, point));
            }
            "media_game" | "media_invoice" => lines.extend(shown().cloned()),
            _ => {
                self.mentions.push(file(card));
                for (name, value) in [("title", &card.title), ("status", &card.status)] {
                    if !value.is_empty() {
                        self.annotate(name, value.clone());
                    }
                }
            }
        }
    }

    /// Keeps the text of elements that are not known.
    fn others(&mut self, pieces: &[Piece]) {
        let is_other = |role| {
            matches!(
                role,
                Role::Other | Role::Around | Role::Forwarded | Role::Media | Role::Poll | Role::Reactions
            )
        };
        for piece in pieces.iter().filter(|piece| is_other(piece.role)) {
            let text = piece.text.trim();
            if text.is_empty() {
                continue;
            }
            let class = piece.class[..piece.class.floor_char_boundary(200)].to_owned();
            if self.unknown.len() < MAX_UNKNOWN {
                let text = &text[..text.floor_char_boundary(MAX_RAW_BYTES)];
                self.annotate(&format!("{}:{class}", annotation::RAW), text);
            }
            self.unknown.push(class);
        }
    }
}

/// The things beside a text, with their titles.
fn cards(pieces: &[Piece]) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    for piece in pieces {
        let text = piece.text.trim();
        match (piece.role, cards.last_mut()) {
            (Role::Media, _)
                if piece.class.starts_with("media_wrap") || piece.class.contains("media_giveaway") => {}
            (Role::Media, _) => {
                let (class, href) = (piece.class.clone(), piece.href.trim().to_owned());
                cards.push(Card { class, href, ..Card::default() });
            }
            (Role::Title, Some(card)) => text.clone_into(&mut card.title),
            (Role::Description, Some(card)) => text.clone_into(&mut card.description),
            (Role::Status, Some(card)) => text.clone_into(&mut card.status),
            _ => {}
        }
    }
    cards
}

/// A poll's question and answers.
fn poll(pieces: &[Piece]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        let text = piece.text.trim();
        match (piece.role, lines.last_mut()) {
            (Role::Question | Role::Answer, _) => lines.push(text.to_owned()),
            (Role::Votes, Some(line)) => *line = format!("{line} ({text})"),
            _ => {}
        }
    }
    lines
}

/// A file, or why it is not there.
fn file(card: &Card) -> Mention {
    let is_document = card.class.contains("media_file");
    let name = match (is_document && !card.title.is_empty(), card.href.is_empty()) {
        (true, _) => &card.title,
        (false, true) => "",
        (false, false) => file_name(&card.href),
    };
    let mut media_type = type_of(name);
    if media_type == UNKNOWN_TYPE {
        guess(&card.class).clone_into(&mut media_type);
    }
    let reason = [&card.description, &card.status].into_iter().find(|text| !text.is_empty());
    let place = match card.href.is_empty() {
        false => Ok(card.href.clone()),
        true => Err(reason.cloned().unwrap_or_default()),
    };
    Mention { media: Media::new(name, media_type), place }
}

/// The media type of one of Telegram's kinds.
fn guess(class: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("photo", "image/jpeg"),
        ("sticker", "image/webp"),
        ("video", "video/mp4"),
        ("animated", "video/mp4"),
        ("voice", "audio/ogg"),
        ("audio", "audio/mpeg"),
        ("contact", "text/vcard"),
    ];
    KINDS.iter().find(|(word, _)| class.contains(word)).map_or(UNKNOWN_TYPE, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(written: &str, zone: &str) -> Option<(String, bool)> {
        let moment = time(written, &TimeZone::get(zone).unwrap())?;
        Some((crate::time::written(moment.millis)?, moment.zoneless))
    }

    #[test]
    fn the_offset_beside_a_time_is_that_of_winter() {
        let found = |text: &str, zoneless| Some((text.to_owned(), zoneless));
        let (winter, summer) = ("12.01.2020 09:30:00 UTC+01:00", "12.07.2020 09:30:00 UTC+01:00");
        assert_eq!(at(winter, "Europe/Oslo"), found("2020-01-12T08:30:00Z", true));
        assert_eq!(at(summer, "Europe/Oslo"), found("2020-07-12T07:30:00Z", true));
        assert_eq!(at(summer, "Europe/London"), found("2020-07-12T08:30:00Z", false));
        assert_eq!(at("12.07.2020 09:30:00", "Europe/London"), found("2020-07-12T08:30:00Z", true));
        assert_eq!(at("12.07.2020 09:30:00 UTC-03:30", "Europe/Oslo"), found("2020-07-12T13:00:00Z", false));
        for wrong in
            ["", "12.13.2020 09:30:00", "12.07.2020 09:30:00 UTC+é", "12.07.2020 09:30:00 UTC+99:99", " UTC"]
        {
            assert_eq!(at(wrong, "UTC"), None, "{wrong}");
        }
    }

    #[test]
    fn a_bot_is_no_part_of_a_name() {
        assert_eq!(via("Ida via @gif"), ("Ida", Some("@gif".into())));
        assert_eq!(via("Ida via @g f"), ("Ida via @g f", None));
    }
}
