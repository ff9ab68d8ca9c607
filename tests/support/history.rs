//! Generated messages of people who do not exist.

use std::{fmt::Write, fs, path::Path};

use blackbox_format::message::{Incoming, Message};
use blackbox_seal::{History, SealError};

/// A word in few messages of every month of both exports.
pub const RARE: &str = "quillwort";
/// How many messages of both exports hold [`RARE`].
pub const RARE_MESSAGES: usize = 2 * 3 * 8;
/// Another such word; in one message a month and export together with [`RARE`].
pub const OTHER_RARE: &str = "bramblegate";
/// How many messages of both exports hold both.
pub const BOTH_MESSAGES: usize = 2 * 3;
/// A word in a fifth of all messages: too common to find by.
pub const FREQUENT: &str = "harbour";
/// Who writes.
pub const PEOPLE: [&str; 5] =
    ["Orla Fenwick", "Tobias Marsh", "Wren Castell", "Ivo Larkspur", "Nell Hathersage"];
/// The months covered.
pub const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];
/// Messages of an export.
pub const MESSAGES: usize = 600;

const CHATS: [Option<&str>; 4] =
    [Some("Quay rebuild"), Some("Allotment society"), None, Some("Lamplighters")];
const SYLLABLES: [&str; 16] = [
    "ba", "den", "fi", "gor", "hal", "ki", "lom", "mar", "nu", "pel", "ro", "sti", "tam", "ver", "wo", "zim",
];

/// One generated message.
pub struct Line {
    /// Day of the month, from 1.
    pub day: usize,
    /// Month, an index into [`MONTHS`].
    pub month: usize,
    /// Sender.
    pub from: &'static str,
    /// Conversation.
    pub chat: Option<&'static str>,
    /// Text.
    pub text: String,
}

/// Numbers that are the same at every run.
pub struct Numbers(u64);

impl Numbers {
    /// Begins with `seed`.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// An invented word, one of 4,096.
    pub fn word(&mut self) -> String {
        (0..3).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }
}

/// The messages of an export: 200 a month, with the planted words in fixed places.
pub fn lines(seed: u64) -> Vec<Line> {
    let mut numbers = Numbers::new(seed);
    let line = |number: usize| {
        let (month, within) = (number / 200, number % 200);
        let mut text: Vec<String> = (0..8).map(|_| numbers.word()).collect();
        if within % 25 == 3 {
            text.push(RARE.to_owned());
        }
        if within % 40 == 7 || within == 128 {
            text.push(OTHER_RARE.to_owned());
        }
        if within % 5 == 0 {
            text.push(FREQUENT.to_owned());
        }
        Line {
            day: 1 + within * 28 / 200,
            month,
            from: PEOPLE[numbers.below(PEOPLE.len())],
            chat: CHATS[numbers.below(CHATS.len())],
            text: text.join(" "),
        }
    };
    (0..MESSAGES).map(line).collect()
}

/// Writes an export of JSON Lines with three attachments into `folder`.
pub fn write_export(folder: &Path, seed: u64) {
    fs::create_dir_all(folder).unwrap();
    let mut out = String::new();
    for (number, line) in lines(seed).iter().enumerate() {
        let (month, day, minute) = (MONTHS[line.month], line.day, number % 60);
        let mut message = serde_json::json!({
            "id": format!("{seed}-{number}"), "time": format!("{month}-{day:02}T09:{minute:02}:00Z"),
            "from": line.from, "to": [PEOPLE[0]], "text": line.text,
        });
        if let Some(chat) = line.chat {
            message["chat"] = chat.into();
        }
        if number % 200 == 3 {
            let name = format!("sketch-{seed}-{number}.txt");
            fs::write(folder.join(&name), format!("sketch {number} of export {seed}").repeat(9)).unwrap();
            message["attachments"] = serde_json::json!([{ "path": name }]);
        }
        writeln!(out, "{message}").unwrap();
    }
    fs::write(folder.join("messages.jsonl"), out).unwrap();
}

/// Generated messages for the library's sealer: `count` of them, `words` words each.
pub struct Generated {
    /// How many messages.
    pub count: usize,
    /// How many words each.
    pub words: usize,
    /// Told apart by it.
    pub seed: u64,
}

impl History for Generated {
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError> {
        let mut numbers = Numbers::new(self.seed);
        for number in 0..self.count {
            let mut text: Vec<String> = (0..self.words).map(|_| numbers.word()).collect();
            if number % 50 == 3 {
                text.push(RARE.to_owned());
            }
            let message = Message {
                // From 2023-01-01 on, evenly over 90 days.
                time: 1_672_531_200_000 + (number as i64 * 90 * 86_400_000) / self.count as i64,
                from: PEOPLE[numbers.below(PEOPLE.len())].to_owned(),
                chat: CHATS[numbers.below(CHATS.len())].map(str::to_owned),
                text: text.join(" "),
                platform: "generated".to_owned(),
                ..Message::default()
            };
            each(Incoming { message, media: Vec::new() })?;
        }
        Ok(())
    }
}
