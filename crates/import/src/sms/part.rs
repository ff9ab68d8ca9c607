//! `<part>`: a text of an MMS, or an attachment in base64.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use blackbox_format::message::Media;
use quick_xml::events::BytesStart;

use super::attrs::Attrs;
use crate::{held::Held, media::stated};

/// Writers differ in whether they fill up the last group.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is known of a part, and says nothing to a reader.
const DROPPED: [&str; 9] = ["seq", "chset", "cid", "ctt_s", "ctt_t", "sub_id", "_id", "mid", "cd"];

/// What a part is.
pub(crate) enum Part {
    Text(String),
    Media {
        media: Media,
        held: u64,
        note: Option<String>,
    },
    /// How the phone lays the message out.
    Layout,
}

/// A part with what of it is not understood.
pub(crate) struct Parsed {
    pub(crate) part: Part,
    pub(crate) rest: Attrs,
}

/// Reads a `<part>`.
///
/// # Errors
/// Its attributes are malformed.
pub(crate) fn parse(tag: &BytesStart<'_>) -> Result<Parsed, &'static str> {
    let mut attrs = Attrs::of(tag)?;
    let declared = attrs.take("ct");
    let kind = declared.as_deref().unwrap_or_default().to_ascii_lowercase();
    let text = attrs.written("text");
    let names = ["fn", "name", "cl"].map(|key| attrs.take(key));
    for key in DROPPED {
        attrs.written(key);
    }
    if kind == "application/smil" {
        return Ok(Parsed { part: Part::Layout, rest: attrs });
    }
    let text = text.filter(|text| text != "null");
    let data = tag.attributes().with_checks(false).flatten().find(|one| one.key.as_ref() == "data");
    let data = data.as_ref().map(|data| &data.value[..]).filter(|data| !data.is_empty() && *data != "null");
    let part = match (text, data) {
        (Some(text), None) if kind == "text/plain" => Part::Text(text),
        (text, data) => {
            let name = names.into_iter().flatten().next().unwrap_or_default();
            let media = Media::new(name.clone(), stated(declared.as_deref(), &name));
            let bytes = data.map(decode).or_else(|| text.map(|text| Some(text.into_bytes())));
            fill(media, bytes)
        }
    };
    Ok(Parsed { part, rest: attrs })
}

/// Gives an attachment its bytes; none if there were none, or if they are not base64.
fn fill(mut media: Media, bytes: Option<Option<Vec<u8>>>) -> Part {
    let name = &media.name;
    let (bytes, note) = match bytes {
        None => (None, Some(format!("attachment \"{name}\" is not in the export"))),
        Some(None) => (None, Some(format!("attachment \"{name}\" is not base64"))),
        Some(bytes) => (bytes, None),
    };
    let held = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
    media.content = bytes.map(Held::content);
    Part::Media { media, held, note }
}

fn decode(data: &str) -> Option<Vec<u8>> {
    match data.bytes().any(|byte| byte.is_ascii_whitespace() || byte == b'&') {
        false => BASE64.decode(data).ok(),
        true => {
            let data = super::entity::resolve(data).text;
            let letters: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            BASE64.decode(letters).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding_and_line_ends() {
        for data in ["aGVsbG8=", "aGVsbG8", "aGVs\nbG8=", "aGVs&#10;bG8="] {
            assert_eq!(decode(data).as_deref(), Some(&b"hello"[..]), "{data:?}");
        }
        for data in ["not base64!", "aGVsbG8===", "é", "a"] {
            assert_eq!(decode(data), None, "{data:?}");
        }
    }
}
