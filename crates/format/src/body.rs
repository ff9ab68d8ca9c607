//! The body of a record: what AES-256-GCM seals, padded.
//!
//! `kind u8 || length u32 LE || bincode bytes || zeros`, padded by Padme to at least 256 bytes. The
//! bincode form is fixed-width little-endian and specified in spec/archive.md, "Body".

use bincode::Options;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    message::{AttachmentText, MAX_NAMES, Message, Names, Quoted},
    padme,
};

/// Smallest padded body, in bytes.
pub const BODY_FLOOR: u64 = 256;
/// Largest body read or written, in bytes.
pub const BODY_BYTES: u64 = 256 << 20;
const HEAD_BYTES: usize = 5;

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A message or event.
    Message(Box<Sealed>),
    /// The register of conversations of a month.
    Register(Register),
    /// The row that a drill opens.
    Drill,
}

/// A sealed message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Number of the message in its deposit, in sealing order.
    pub sequence: u64,
    /// Unix time in milliseconds.
    pub time: i64,
    /// The time as exported.
    pub written_time: String,
    /// Platform slug.
    pub platform: String,
    /// The export's id of the message.
    pub source_id: Option<String>,
    /// Conversation.
    pub chat: Option<String>,
    /// Sender.
    pub from: String,
    /// Recipients.
    pub to: Vec<String>,
    /// Text.
    pub text: String,
    /// Kind of event, if it is one.
    pub event: Option<String>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
    /// Further facts.
    pub annotations: Vec<(String, String)>,
    /// What only some messages have.
    #[serde(skip)]
    pub further: Further,
}

/// What only some messages have: bodies of kind 3 end with it, kind 0 means that all of it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Further {
    /// Other names of sender and recipients.
    pub names: Vec<Names>,
    /// The parts of the text that quote another message.
    pub quoted: Vec<Quoted>,
    /// Text of attachments.
    pub texts: Vec<AttachmentText>,
}

/// A sealed attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name as written.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Where its bytes are sealed; `None` if the export did not hold them.
    pub blob: Option<Blob>,
}

/// A sealed file: an age file under the deposit's `blobs/`, padded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Name of the file, as 16 bytes.
    pub id: [u8; 16],
    /// age identity that decrypts it.
    pub identity: String,
    /// Its size in bytes before padding.
    pub size: u64,
    /// SHA-256 of its bytes before padding.
    pub sha256: [u8; 32],
}

/// The conversations of one month of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The month, as `2020-03`.
    pub month: String,
    /// Its conversations, by name.
    pub conversations: Vec<Conversation>,
}

/// One conversation in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Platform slug.
    pub platform: String,
    /// Name; `None` for messages outside any named chat.
    pub chat: Option<String>,
    /// Who wrote or received in it, at most 256 names.
    pub members: Vec<String>,
    /// First message, Unix milliseconds.
    pub first: i64,
    /// Last message, Unix milliseconds.
    pub last: i64,
    /// Messages.
    pub messages: u64,
    /// Events.
    pub events: u64,
}

/// Why a body could not be encoded or decoded.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is over 256 MiB.
    #[error("a message is larger than 256 MiB")]
    Size,
    /// The bytes are not a body.
    #[error("an opened record is not of the format")]
    Form,
}

impl Sealed {
    /// `message` as number `sequence` of its deposit, with its `attachments`.
    pub fn new(message: Message, sequence: u64, attachments: Vec<Attachment>) -> Sealed {
        Sealed {
            sequence,
            time: message.time,
            written_time: message.written_time,
            platform: message.platform,
            source_id: message.source_id,
            chat: message.chat,
            from: message.from,
            to: message.to,
            text: message.text,
            event: message.event,
            attachments,
            annotations: message.annotations,
            further: Further { names: message.names, quoted: message.quoted, texts: message.texts },
        }
    }

    /// The message, without its attachments.
    pub fn message(&self) -> Message {
        Message {
            time: self.time,
            written_time: self.written_time.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            chat: self.chat.clone(),
            text: self.text.clone(),
            platform: self.platform.clone(),
            source_id: self.source_id.clone(),
            event: self.event.clone(),
            annotations: self.annotations.clone(),
            names: self.further.names.clone(),
            quoted: self.further.quoted.clone(),
            texts: self.further.texts.clone(),
        }
    }
}

impl Further {
    /// Refuses what no writer makes: nothing at all, ranges that are not in the text, texts of no attachment.
    fn check(&self, message: &Sealed) -> Result<(), BodyError> {
        let mut end = 0;
        let ranges = self.quoted.iter().all(|range| {
            let apart = end <= range.start && range.start < range.end;
            end = range.end;
            let borders = [range.start, range.end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            apart && borders.iter().all(|at| message.text.is_char_boundary(*at))
        });
        let attached = self.texts.iter().all(|text| text.attachment < message.attachments.len() as u64);
        let few = self.names.iter().all(|names| names.also.len() <= MAX_NAMES);
        match *self != Further::default() && ranges && attached && few {
            true => Ok(()),
            false => Err(BodyError::Form),
        }
    }
}

impl Body {
    /// The padded bytes.
    ///
    /// # Errors
    /// The body is over 256 MiB.
    pub fn encode(&self) -> Result<Vec<u8>, BodyError> {
        let (kind, bytes) = match self {
            Body::Message(message) if message.further == Further::default() => (0, codec_encode(message)?),
            Body::Message(message) => (3, codec_encode(&(message, &message.further))?),
            Body::Register(register) => (1, codec_encode(register)?),
            Body::Drill => (2, Vec::new()),
        };
        let length = u32::try_from(bytes.len()).map_err(|_| BodyError::Size)?;
        let size = padme::padded((HEAD_BYTES + bytes.len()) as u64, BODY_FLOOR) as usize;
        let mut out = Vec::with_capacity(size);
        out.push(kind);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&bytes);
        out.resize(size, 0);
        Ok(out)
    }

    /// Reads padded bytes.
    ///
    /// # Errors
    /// The bytes are no body, or the padding is not zeros of the right number.
    pub fn decode(padded: &[u8]) -> Result<Body, BodyError> {
        let (head, rest) = padded.split_first_chunk::<HEAD_BYTES>().ok_or(BodyError::Form)?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let (bytes, padding) = rest.split_at_checked(length).ok_or(BodyError::Form)?;
        let size = padme::padded((HEAD_BYTES + length) as u64, BODY_FLOOR);
        if padding.iter().any(|byte| *byte != 0) || padded.len() as u64 != size {
            return Err(BodyError::Form);
        }
        match head[0] {
            0 => Ok(Body::Message(Box::new(codec_decode(bytes)?))),
            1 => Ok(Body::Register(codec_decode(bytes)?)),
            2 if bytes.is_empty() => Ok(Body::Drill),
            3 => {
                let (mut message, further): (Box<Sealed>, Further) = codec_decode(bytes)?;
                further.check(&message)?;
                message.further = further;
                Ok(Body::Message(message))
            }
            _ => Err(BodyError::Form),
        }
    }
}

fn codec() -> impl Options {
    bincode::options().with_limit(BODY_BYTES).with_fixint_encoding().reject_trailing_bytes()
}

fn codec_encode(value: &impl Serialize) -> Result<Vec<u8>, BodyError> {
    codec().serialize(value).map_err(|_| BodyError::Size)
}

fn codec_decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BodyError> {
    codec().deserialize(bytes).map_err(|_| BodyError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Body {
        let message = Message { from: "Ann".into(), text: "hé".into(), time: -5, ..Message::default() };
        let blob = Blob { id: [1; 16], identity: "AGE".into(), size: 9, sha256: [2; 32] };
        let attachment =
            Attachment { name: "a.jpg".into(), media_type: "image/jpeg".into(), blob: Some(blob) };
        Body::Message(Box::new(Sealed::new(message, 7, vec![attachment])))
    }

    #[test]
    fn a_body_reads_back_padded_and_nothing_else_does() {
        let register = Body::Register(Register { month: "2020-03".into(), conversations: vec![] });
        for body in [sealed(), register, Body::Drill] {
            let bytes = body.encode().unwrap();
            assert_eq!(bytes.len() as u64, padme::padded(bytes.len() as u64, BODY_FLOOR));
            assert_eq!(Body::decode(&bytes).unwrap(), body);
            let mut dirty = bytes.clone();
            *dirty.last_mut().unwrap() = 1;
            assert!(Body::decode(&dirty).is_err());
            assert!(Body::decode(&bytes[..bytes.len() - 1]).is_err());
        }
        assert!(Body::decode(&[9; 256]).is_err() && Body::decode(&[]).is_err());
    }

    #[test]
    fn what_only_some_messages_have_reads_back_and_is_checked() {
        let with = |further: Further| {
            let Body::Message(mut message) = sealed() else { unreachable!() };
            message.further = further;
            Body::Message(message)
        };
        let text = |attachment| AttachmentText { attachment, origin: "document".into(), text: "loan".into() };
        let names = |count| Names { written: "Ann".into(), also: vec!["Ann Bee".into(); count] };
        let range = |start, end| Quoted { start, end };
        let good = [
            Further { quoted: vec![range(0, 1), range(1, 3)], ..Further::default() },
            Further { texts: vec![text(0)], names: vec![names(8)], ..Further::default() },
        ];
        for further in good {
            let body = with(further);
            let bytes = body.encode().unwrap();
            assert_eq!((bytes[0], Body::decode(&bytes).unwrap()), (3, body));
        }
        let bad = [
            Further { quoted: vec![range(0, 2)], ..Further::default() },
            Further { quoted: vec![range(1, 3), range(0, 1)], ..Further::default() },
            Further { quoted: vec![range(1, 1)], ..Further::default() },
            Further { quoted: vec![range(0, u64::MAX)], ..Further::default() },
            Further { texts: vec![text(1)], ..Further::default() },
            Further { names: vec![names(9)], ..Further::default() },
        ];
        for further in bad {
            assert!(Body::decode(&with(further.clone()).encode().unwrap()).is_err(), "{further:?}");
        }
    }

    #[test]
    fn the_bytes_of_a_body_are_as_specified() {
        let bytes = sealed().encode().unwrap();
        assert_eq!(bytes[0], 0);
        assert_eq!(&bytes[5..13], &7u64.to_le_bytes());
        assert_eq!(&bytes[13..21], &(-5i64).to_le_bytes());
        assert_eq!(&bytes[21..29], &0u64.to_le_bytes(), "written_time is empty");
    }
}
