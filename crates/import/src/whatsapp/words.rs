//! The words in headers.

/// Which half of the day a clock of twelve hours means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Morning,
    /// Twelve belongs to the day before noon: 12 is 12, 1 is 13.
    Noon,
    Afternoon,
}

/// Words for halves of the day, lower case, without dots and spaces.
const HALVES: &[(Half, &[&str])] = &[
    (
        Half::Morning,
        &[
            "am",
            "vorm",
            "ص",
            "قظ",
            "上午",
            "凌晨",
            "早上",
            "清晨",
            "오전",
            "午前",
            "πμ",
            "öö",
            "de",
            "dop",
            "fm",
            "sa",
            "vm",
            "pg",
            "पूर्वाह्न",
            "मपू",
            "ก่อนเที่ยง",
            "дп",
            "ap",
        ],
    ),
    (Half::Noon, &["中午", "noon"]),
    (
        Half::Afternoon,
        &[
            "pm",
            "nachm",
            "م",
            "بظ",
            "下午",
            "晚上",
            "傍晚",
            "오후",
            "午後",
            "μμ",
            "ös",
            "du",
            "odp",
            "em",
            "ch",
            "nm",
            "ptg",
            "अपराह्न",
            "मउ",
            "หลังเที่ยง",
            "пп",
            "ip",
        ],
    ),
];

/// Words between or after date and time that mean nothing, without the dot.
pub(crate) const LINKS: &[&str] = &[
    "at", "um", "à", "kl", "klo", "às", "a las", "a la", "alle", "om", "г", "в", "o", "u", "Uhr", "uhr", "ч",
    "h",
];

/// The half of the day that `word` names.
pub(crate) fn half(word: &str) -> Option<Half> {
    let plain: String =
        word.chars().filter(|c| c.is_alphanumeric() || is_sign(*c)).flat_map(char::to_lowercase).collect();
    let named = |(_, words): &&(Half, &[&str])| words.contains(&&*plain);
    if plain.is_empty() { None } else { HALVES.iter().find(named).map(|(half, _)| *half) }
}

/// Vowel signs and viramas of the scripts above, which are no letters of their own.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

impl Half {
    /// The hour of the day, 0 to 23. Hours over twelve stand as they are, 24 is midnight.
    pub(crate) fn apply(half: Option<Half>, hour: u16) -> Option<u8> {
        let hour = u8::try_from(hour).ok()?;
        match (half, hour) {
            (_, 25..) => None,
            (_, 24) => Some(0),
            (Some(Half::Morning), 12) => Some(0),
            (Some(Half::Afternoon), 1..12) | (Some(Half::Noon), 1..11) => Some(hour + 12),
            _ => Some(hour),
        }
    }
}
