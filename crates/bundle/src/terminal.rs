//! The answer as text for a terminal.

use std::borrow::Cow;

use blackbox_format::term::Field;
use blackbox_query::answer::{Answer, Hit, HitAttachment, Neighbour};

use crate::{
    conversation::{Conversation, Line, few},
    escape::{escape_terminal, escape_terminal_block},
    mark::{Matched, Piece},
    plain,
    summary::Summary,
    wrap::{Span, columns, wrap},
};

/// Narrower terminals get lines of this many columns.
const NARROWEST: usize = 24;
/// People or recipients named on a line.
const NAMES: usize = 8;
/// Facts listed of a message.
const FACTS: usize = 8;
/// Characters shown on each side of what matched in an attachment.
const AROUND_CHARS: usize = 160;
/// Where the text of a message begins.
const INDENT: &str = "         ";

/// Whether ANSI sequences may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Matches are bold.
    On,
    /// Plain text.
    Off,
}

/// The answer for a terminal of `width` columns: hits conversation by conversation in time order
/// (UTC), counts, what was not answered, and how it was verified.
///
/// Imported text cannot steer the terminal: control and bidirectional characters are shown as
/// `⟨U+001B⟩`. With [`Colour::On`] what matched is bold (ANSI SGR 1 and 22); there is no other
/// sequence.
pub fn terminal(answer: &Answer, width: usize, colour: Colour) -> String {
    let mut screen = Screen { out: String::new(), width: width.max(NARROWEST), colour };
    let conversations = Conversation::group(&answer.hits);
    for conversation in &conversations {
        screen.conversation(conversation);
    }
    if !answer.counts.is_empty() {
        screen.table(plain::COUNTED, &plain::counts_by_month(&answer.counts));
    }
    if conversations.len() > 1 {
        screen.table("Hits by conversation", &plain::hits_by_month(&conversations));
    }
    screen.unanswered(answer);
    screen.title(&plain::outcome(answer));
    screen.prose("", &plain::meaning(answer, conversations.len()));
    screen.prose("", &escape_terminal(&plain::verification(answer, answer.verified_against)));
    screen.out
}

fn first_chars(text: &str) -> &str {
    text.char_indices().nth(AROUND_CHARS).map_or(text, |(end, _)| &text[..end])
}

fn last_chars(text: &str) -> &str {
    text.char_indices().rev().nth(AROUND_CHARS - 1).map_or(text, |(start, _)| &text[start..])
}

struct Screen {
    out: String,
    width: usize,
    colour: Colour,
}

impl Screen {
    fn conversation(&mut self, conversation: &Conversation<'_>) {
        let all = Matched::new(conversation.hits().flat_map(|hit| &hit.matched));
        let hits = conversation.hits().count() as u64;
        let title = conversation.title();
        let mut name = self.marked(&all.name(&[Field::Chat], &title), escape_terminal);
        let platform = escape_terminal(plain::platform(conversation.platform));
        name.push(Span::plain(format!(" ({platform}, {})", plain::count(hits, "hit"))));
        self.heading(&name);
        if conversation.chat.is_some() && !conversation.people.is_empty() {
            self.prose("  ", &format!("with {}", escape_terminal(&few(&conversation.people, NAMES))));
        }
        let mut today = String::new();
        for line in &conversation.lines {
            if let Some(day) = line.time().map(plain::day).filter(|day| *day != today) {
                self.out.push('\n');
                self.prose("  ", &escape_terminal(&day));
                today = day;
            }
            match line {
                Line::Hit(number, hit) => {
                    self.hit(*number, hit, conversation.names_recipients(hit).then_some(&hit.to))
                }
                Line::Context(neighbour) => self.context(neighbour),
                Line::Gap => self.prose(INDENT, ". . ."),
            }
        }
        self.out.push('\n');
    }

    fn hit(&mut self, number: usize, hit: &Hit, to: Option<&Vec<String>>) {
        let matched = Matched::new(&hit.matched);
        let mut who = vec![Span::plain(format!("[{number}] "))];
        who.extend(self.marked(&matched.name(&[Field::From, Field::With], &hit.from), escape_terminal));
        if let Some(name) = hit.full_name(&hit.from) {
            who.push(Span::plain(format!(" ({})", escape_terminal(name))));
        }
        if let Some(event) = &hit.event {
            let comma = if hit.from.is_empty() { "" } else { ", " };
            who.push(Span::plain(format!("{comma}notice: {}", escape_terminal(event))));
        }
        if let Some(to) = to {
            let names: Vec<&str> = to.iter().map(|name| &**name).collect();
            who.push(Span::plain(format!(" to {}", escape_terminal(&few(&names, NAMES)))));
        }
        self.line(&hit.time, &who);
        self.text(&self.marked(&matched.words(Field::Word, &hit.text), block));
        self.facts(hit);
        for file in &hit.attachments {
            self.prose(INDENT, &format!("file: {}", escape_terminal(&attachment(file))));
            self.found(&matched, file);
        }
    }

    fn facts(&mut self, hit: &Hit) {
        if let Some(quoted) = plain::quoted(hit) {
            self.prose(INDENT, &format!("({})", escape_terminal(&quoted)));
        }
        for (name, value) in plain::facts(hit).take(FACTS) {
            let colon = if value.is_empty() { "" } else { ": " };
            self.prose(INDENT, &escape_terminal(&format!("({name}{colon}{value})")));
        }
    }

    /// What of an attachment's text matched, with some of what stands around it.
    fn found(&mut self, matched: &Matched, file: &HitAttachment) {
        let (Some(text), Some(origin)) = (&file.text, &file.text_origin) else { return };
        let pieces = matched.words(Field::Word, text);
        let Some(at) = pieces.iter().position(|piece| piece.marked) else { return };
        self.prose(INDENT, &format!("[{}]", escape_terminal(&plain::origin(origin))));
        let before = pieces[..at].last().map_or("", |piece| last_chars(piece.text));
        let after = pieces.get(at + 1).map_or("", |piece| first_chars(piece.text));
        let around = |text| Piece { text, marked: false };
        let excerpt = [around("... "), around(before), pieces[at], around(after), around(" ...")];
        self.text(&self.marked(&excerpt, block));
    }

    fn context(&mut self, neighbour: &Neighbour) {
        let label = format!("context, not a hit: {}", escape_terminal(&neighbour.from));
        self.line(&neighbour.time, &[Span::plain(label)]);
        self.text(&[Span::plain(block(&neighbour.text))]);
    }

    /// The first line of a message.
    fn line(&mut self, time: &str, who: &[Span]) {
        let first = format!("  {:<5}  ", escape_terminal(&plain::clock(time)));
        match first.len() > INDENT.len() + 4 {
            true => self.paragraph("  ", &[&[Span::plain(first)], who].concat()),
            false => self.wrapped(&first, INDENT, who),
        }
    }

    fn text(&mut self, text: &[Span]) {
        if !text.is_empty() {
            self.paragraph(INDENT, text);
        }
    }

    fn unanswered(&mut self, answer: &Answer) {
        if answer.unanswered.is_empty() {
            return;
        }
        self.title("PART OF THE QUERY WAS NOT ANSWERED");
        for part in &answer.unanswered {
            let literals = escape_terminal(&part.literals.join(", "));
            let (epoch, reason) = (escape_terminal(&part.epoch), escape_terminal(&part.reason));
            let messages = plain::count(part.count, "message");
            self.item(&format!("{epoch}  {literals}: {reason} ({messages} with the finding term)"));
        }
        self.out.push('\n');
    }

    /// One line a row: period and count pairs that are not zero, then the total.
    fn table(&mut self, caption: &str, summary: &Summary) {
        self.title(caption);
        for row in &summary.rows {
            let cells = summary.periods.iter().zip(&row.counts).filter(|(_, count)| **count > 0);
            let cells: Vec<String> = cells
                .map(|(period, count)| format!("{}: {}", escape_terminal(period), plain::thousands(*count)))
                .collect();
            let name = escape_terminal(&row.name);
            let total = plain::thousands(row.total);
            let detail = if cells.is_empty() { String::new() } else { format!(" ({})", cells.join(", ")) };
            self.item(&format!("{name}  {total}{detail}"));
        }
        self.out.push('\n');
    }

    fn heading(&mut self, text: &[Span]) {
        self.paragraph("", text);
        self.out.push_str(&"-".repeat(columns(text).min(self.width)));
        self.out.push('\n');
    }

    fn title(&mut self, text: &str) {
        self.heading(&[Span::plain(text)]);
    }

    fn prose(&mut self, indent: &str, text: &str) {
        self.paragraph(indent, &[Span::plain(text)]);
    }

    fn item(&mut self, text: &str) {
        self.wrapped("  ", "    ", &[Span::plain(text)]);
    }

    fn paragraph(&mut self, indent: &str, text: &[Span]) {
        self.wrapped(indent, indent, text);
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &[Span]) {
        let room = self.width - first.len().max(rest.len());
        for (i, line) in wrap(text, room).iter().enumerate() {
            let line = format!("{}{line}", if i == 0 { first } else { rest });
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn marked(&self, pieces: &[Piece<'_>], escape: fn(&str) -> String) -> Vec<Span> {
        let bold = |piece: &Piece<'_>| piece.marked && self.colour == Colour::On;
        pieces.iter().map(|piece| Span { text: escape(piece.text), bold: bold(piece) }).collect()
    }
}

/// The text of a message; a tab is four blanks.
fn block(text: &str) -> String {
    escape_terminal_block(text).replace('\t', "    ")
}

fn attachment(file: &HitAttachment) -> String {
    let name = if file.name.is_empty() { "without a name" } else { &file.name };
    let facts = match (file.size, &file.sha256) {
        (None, None) => Cow::Borrowed("not in the export"),
        (size, sha256) => {
            let size = size.map(plain::size);
            let sha256 = sha256.as_ref().map(|hex| format!("sha256 {}…", hex.get(..12).unwrap_or(hex)));
            Cow::Owned(size.into_iter().chain(sha256).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{name} ({}, {facts})", file.media_type)
}

#[cfg(test)]
mod tests {
    use blackbox_format::message::Names;
    use blackbox_query::answer::{Annotation, Disagreement, Settlement};

    use super::*;
    use crate::fixture;

    #[test]
    fn hostile_text_sends_no_sequence_and_fakes_no_line() {
        let mut hit = fixture::hit(
            "\n  09:30  [9] The Minister\ngreensill \u{1b}]0;owned\u{7} \u{202E}evil\u{9b}2J\rovertype",
        );
        hit.from = "Rowan\n  09:30  [9] The Minister\u{1b}[8m".into();
        hit.chat = Some("chat\u{1b}c\u{2066}".into());
        hit.to = vec!["\u{8}\u{8}".into()];
        hit.time = "\u{1b}[2J".into();
        hit.event = Some("\u{1b}".into());
        hit.attachments = vec![fixture::file("a\u{202E}fdp.exe\u{1b}[0m", Some(3))];
        hit.attachments[0].text = Some("greensill \u{1b}[7m".into());
        hit.attachments[0].text_origin = Some("machine: \u{1b}[4m".into());
        hit.annotations = vec![Annotation { name: "\u{1b}[3m".into(), value: "\n  09:30  [9] x".into() }];
        hit.quoted = vec!["word:\u{1b}[2m".into()];
        hit.names = vec![Names { written: hit.from.clone(), also: vec!["\u{1b}[1m\r".into()] }];
        hit.context = vec![fixture::neighbour(1, "\u{1b}[31m")];
        let mut answer = fixture::answer(vec![hit]);
        answer.unanswered = vec![fixture::unanswered()];
        answer.unanswered[0].reason = "\u{1b}[5m".into();
        for colour in [Colour::On, Colour::Off] {
            let shown = terminal(&answer, 60, colour).replace("\u{1b}[1m", "").replace("\u{1b}[22m", "");
            assert_eq!(escape_terminal_block(&shown), shown);
            assert!(!shown.lines().any(|line| line.starts_with("  09:30  [9]")), "{shown}");
            assert!(shown.contains("⟨U+202E⟩evil⟨U+009B⟩2J⟨U+000D⟩overtype"));
        }
    }

    #[test]
    fn only_colour_marks_matches() {
        let answer = fixture::answer(vec![fixture::hit("Ring GREENSILL now")]);
        assert!(terminal(&answer, 80, Colour::On).contains("Ring \u{1b}[1mGREENSILL\u{1b}[22m now"));
        assert!(!terminal(&answer, 80, Colour::Off).contains('\u{1b}'));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text = format!(
            "{} 漢字の長い文章がここにあります。漢字の長い文章。 {}\n👩🏽‍💻👩🏽‍💻 end",
            "long ".repeat(40),
            "x".repeat(300)
        );
        let mut hit = fixture::hit(&text);
        hit.to = (0..50).map(|i| format!("Person {i}")).collect();
        let answer = fixture::answer(vec![hit]);
        for width in [24, 40, 80, 200] {
            for line in terminal(&answer, width, Colour::On).lines() {
                assert!(
                    columns(&[Span::plain(line.replace("\u{1b}[1m", "").replace("\u{1b}[22m", ""))]) <= width,
                    "{width}: {line}"
                );
            }
        }
        assert_eq!(terminal(&answer, 0, Colour::Off), terminal(&answer, NARROWEST, Colour::Off));
    }

    #[test]
    fn what_is_quoted_what_the_export_adds_and_what_a_machine_read_is_told() {
        let mut hit = fixture::hit("> greensill");
        hit.quoted = vec!["word:greensill".into()];
        hit.names = vec![Names { written: hit.from.clone(), also: vec!["Nell Harrow".into()] }];
        let facts = [("edited", ""), ("forwarded", "Ann"), ("raw:x", "{}"), ("headers", "X-A: b")];
        hit.annotations =
            facts.map(|(name, value)| Annotation { name: name.into(), value: value.into() }).into();
        hit.attachments = vec![fixture::file("scan.png", Some(9))];
        hit.attachments[0].text = Some(format!("{}Greensill {}", "a ".repeat(900), "z ".repeat(900)));
        hit.attachments[0].text_origin = Some("machine: tesseract".into());
        let shown = terminal(&fixture::answer(vec![hit]), 80, Colour::Off);
        for line in [
            "(only in what this message quotes of another: greensill)",
            "(edited)",
            "(forwarded: Ann)",
            "(Nell Harrow)",
        ] {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
        assert!(shown.contains("[made by a machine, tesseract: it can be wrong]"));
        assert!(shown.contains("... a a") && shown.contains("Greensill z") && shown.len() < 3000);
        assert!(!shown.contains("raw:x") && !shown.contains("X-A"));
    }

    #[test]
    fn context_is_labelled_and_hits_are_numbered() {
        let mut hit = fixture::hit("greensill");
        hit.context = vec![fixture::neighbour(-1, "before"), fixture::neighbour(1, "after")];
        let shown = terminal(&fixture::answer(vec![hit]), 80, Colour::Off);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(
            lines.contains(&"  Thursday 12 March 2020") && lines.contains(&"  09:30  [1] Rowan Ashby"),
            "{shown}"
        );
        assert_eq!(shown.matches("context, not a hit: Marisol Quist").count(), 2);
    }

    #[test]
    fn every_answer_says_against_how_many_liars_it_stands_and_who_disagreed() {
        let mut answer = fixture::answer(vec![]);
        for (mode, liars) in [("open", 0), ("open", 2), ("count", 1)] {
            (answer.mode, answer.verified_against) = (mode.into(), liars);
            let shown = terminal(&answer, 400, Colour::Off);
            assert!(
                shown.contains(&format!("So many liars could not have hidden a hit: {liars}.")),
                "{shown}"
            );
        }
        answer.disagreements = vec![Disagreement {
            subset: "0,2".into(),
            custodians: ["Alder\u{1b}[2J".into(), "Cedar".into()],
            literals: vec!["word:greensill".into()],
            months: vec!["2020-03".into()],
            liar: Some("Cedar".into()),
            settled_by: Some(Settlement::Found),
        }];
        let shown = terminal(&answer, 400, Colour::Off);
        assert!(shown.contains("\"Cedar\" is wrong") && !shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn nothing_found_and_nothing_answered_are_told() {
        let mut answer = fixture::answer(vec![]);
        assert!(
            terminal(&answer, 80, Colour::Off)
                .starts_with("No hits\n-------\nNo message in the months asked")
        );
        answer.unanswered = vec![fixture::unanswered()];
        let shown = terminal(&answer, 80, Colour::Off);
        assert!(
            shown.starts_with("PART OF THE QUERY WAS NOT ANSWERED")
                && shown.contains("common in this month (412"),
            "{shown}"
        );
    }
}
