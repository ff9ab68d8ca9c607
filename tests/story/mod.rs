//! Messages of invented people, whose words are known because they were put there: with inflected and
//! misspelt words, signs between them, attachments, other names, notices, and times at edges of months.

use std::{io, sync::Arc};

use blackbox_format::message::{AttachmentText, Content, Incoming, Media, Message, Names};
use blackbox_seal::{History, SealError};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::asked::plain::{Attached, Plain};

/// A message, and the words of its texts.
pub struct Story {
    message: Message,
    texts: Vec<Vec<String>>,
    attached: Option<(String, &'static str, Vec<u8>)>,
}

/// Stories as a history.
pub struct Told<'a>(pub &'a [Story]);

struct Held(Vec<u8>);

impl Content for Held {
    fn open(&self) -> io::Result<Box<dyn io::Read + '_>> {
        Ok(Box::new(&self.0[..]))
    }
}

impl History for Told<'_> {
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError> {
        self.0.iter().try_for_each(|story| each(story.incoming()))
    }
}

impl Story {
    pub fn plain(&self) -> Plain {
        let attached = self.attached.iter().map(|(name, media_type, bytes)| {
            let digest = blackbox_format::merkle::sha256(bytes);
            Attached(name, media_type, Some(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
        });
        Plain::of(&self.message, self.texts.clone(), &attached.collect::<Vec<_>>())
    }

    fn incoming(&self) -> Incoming {
        let media = self.attached.iter().map(|(name, media_type, bytes)| Media {
            content: Some(Arc::new(Held(bytes.clone()))),
            ..Media::new(name.clone(), *media_type)
        });
        Incoming { message: self.message.clone(), media: media.collect() }
    }
}

/// As written, and as a word of the index.
const WORDS: [(&str, &str); 40] = [
    ("the", "the"),
    ("we", "we"),
    ("meeting", "meeting"),
    ("Ferry", "ferry"),
    ("lend", "lend"),
    ("lent", "lent"),
    ("lending", "lending"),
    ("Loan", "loan"),
    ("loans", "loans"),
    ("loan’s", "loan's"),
    ("payment", "payment"),
    ("payments", "payments"),
    ("paid", "paid"),
    ("Greensill", "greensill"),
    ("Grensill", "grensill"),
    ("Greenslil", "greenslil"),
    ("greensill's", "greensill's"),
    ("Café", "cafe"),
    ("naïve", "naive"),
    ("STRASSE", "strasse"),
    ("Straße", "strasse"),
    ("👍🏽", "👍"),
    ("10.5", "10.5"),
    ("contract", "contract"),
    ("contracts", "contracts"),
    ("harbour", "harbour"),
    ("harbor", "harbor"),
    ("otter", "otter"),
    ("otters", "otters"),
    ("badger", "badger"),
    ("heron", "heron"),
    ("herons", "herons"),
    ("programme", "programme"),
    ("supper", "supper"),
    ("minister", "minister"),
    ("ministers", "ministers"),
    ("https", "https"),
    ("письмо", "письмо"),
    ("हिन्दी", "हिन्दी"),
    ("urgent", "urgent"),
];
const PEOPLE: [&str; 6] = ["Ada Quill", "Ben Marsh", "Cleo Varga", "Dov Ilesanmi", "Edda Ruiz", "Zoë O'Hara"];
const SIGNS: [&str; 6] = [" ", " ", " ", ", ", " - ", ". "];
/// Seconds from 2020-01-01 to edges of months, and what lies beside them.
const EDGES: [i64; 4] = [31 * 86_400, 60 * 86_400, 91 * 86_400, 80 * 86_400];

/// So many stories, in order of time.
pub fn stories(count: usize) -> Vec<Story> {
    let mut random = StdRng::seed_from_u64(5);
    let mut stories: Vec<Story> = (0..count).map(|number| story(number, &mut random)).collect();
    stories.sort_by_key(|story| story.message.time);
    stories
}

fn story(number: usize, random: &mut StdRng) -> Story {
    let (text, words) = text(random, 14);
    let time = match random.random_range(0..3) {
        0 => EDGES.choose(random).unwrap() * 1_000 + [-1, 0, 1, 86_399_999].choose(random).unwrap(),
        _ => random.random_range(0..100 * 86_400_000),
    };
    let members = *[1, 1, 1, 2, 5, 8, 9, 32, 33].choose(random).unwrap();
    let from = PEOPLE.choose(random).unwrap().to_string();
    let mut message = Message {
        time: 1_577_836_800_000 + time,
        to: (0..members).map(|at| PEOPLE[(number + at) % 6].to_owned()).collect(),
        chat: (!number.is_multiple_of(3)).then(|| format!("Ferry group {}", number % 4)),
        text,
        platform: "jsonl".to_owned(),
        source_id: Some(number.to_string()),
        event: number.is_multiple_of(40).then(|| ["added", "deleted", "call"][number % 3].to_owned()),
        from,
        ..Message::default()
    };
    if number.is_multiple_of(4) {
        let also = |also: &[&str]| also.iter().map(|name| (*name).to_owned()).collect();
        message.names = vec![
            Names { written: PEOPLE[0].to_owned(), also: also(&["Ada Mary Quill", "+44 7700 900123"]) },
            Names { written: PEOPLE[1].to_owned(), also: also(&["B. Marsh MP", "ben@marsh.example"]) },
        ];
    }
    let mut texts = vec![words];
    let attached = number.is_multiple_of(5).then(|| {
        let media_type = ["image/jpeg", "application/pdf", "text/plain", "video/mp4"][number / 5 % 4];
        (format!("Loan terms {}.{}", number % 7, &media_type[..1]), media_type, vec![(number % 50) as u8; 40])
    });
    if attached.is_some() && number.is_multiple_of(10) {
        let (found, words) = self::text(random, 30);
        message.texts.push(AttachmentText { attachment: 0, origin: "document".to_owned(), text: found });
        texts.push(words);
    }
    Story { message, texts, attached }
}

/// A text, frequent words first, and some that stand nowhere else.
fn text(random: &mut StdRng, most: usize) -> (String, Vec<String>) {
    let (mut text, mut words) = (String::new(), Vec::new());
    for _ in 0..random.random_range(1..most) {
        let rare = random.random_range(0..4) > 0;
        let at = (40.0 * random.random_range(0.0..1.0f64).powf(1.4)) as usize;
        let (written, word) = match rare {
            true => {
                let word =
                    format!("{}{}", ["ka", "lo", "mi", "ne", "pu"][at % 5], random.random_range(0..400));
                (word.clone(), word)
            }
            false => (WORDS[at].0.to_owned(), WORDS[at].1.to_owned()),
        };
        text.push_str(&written);
        text.push_str(SIGNS.choose(random).unwrap());
        words.push(word);
    }
    (text, words)
}
