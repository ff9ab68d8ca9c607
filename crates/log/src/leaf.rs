//! Leaves: the log's entries, each a small text document about one signed document.

use std::{fmt, str::FromStr};

use blackbox_format::fields::{FieldsError, Hex, Reader, Writer};
use jiff::Timestamp;

use crate::bundle::ENTRY_BYTES;

/// Length of a time such as `2021-05-04T09:30:00Z`, in bytes.
const TIME_BYTES: usize = 20;

/// What a leaf records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The archive began; entry 0 and no other.
    Init,
    /// A deposit was sealed.
    Deposit,
    /// A custodian accepted a deposit's custody file.
    Accept,
    /// An examiner asked.
    Request,
    /// A custodian approved.
    Approval,
    /// A custodian refused.
    Refusal,
    /// An examiner disclosed what was found.
    Disclosure,
    /// Custodians changed who takes part, or the policy.
    Change,
    /// A custodian re-wrapped its keys for one who came into office by a change.
    HandOver,
    /// A custodian confirmed that its custody files open.
    Check,
    /// The terms of a closed request were made public.
    Release,
    /// An arbiter found which of two answers was right.
    Ruling,
}

/// A log entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it records.
    pub kind: Kind,
    /// When, as RFC 3339 in UTC to the second: `2021-05-04T09:30:00Z`. The appender's word.
    pub time: String,
    /// What it is about: the archive's hash, a deposit's id or a request's id.
    pub subject: String,
    /// Name of the key that signed the document.
    pub by: String,
    /// SHA-256 of the document's file; for `init`, of `archive.toml`.
    pub document: Hex<32>,
    /// Path of the document in the archive.
    pub path: String,
    /// SHA-256 of each age file in `log/bodies/` that belongs to it.
    pub bodies: Vec<Hex<32>>,
}

/// Why a leaf was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// It is not UTF-8.
    #[error("a log entry is not UTF-8 text")]
    Utf8,
    /// It is longer than a log entry can be.
    #[error("a log entry of {0} bytes is too long: at most {ENTRY_BYTES} fit")]
    TooLong(usize),
    /// It is not of a leaf's form.
    #[error(transparent)]
    Fields(#[from] FieldsError),
    /// A field does not hold what it should.
    #[error("field \"{name}\": \"{value}\" is not {wanted}")]
    Value {
        /// The field.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 12] = [
        Kind::Init,
        Kind::Deposit,
        Kind::Accept,
        Kind::Request,
        Kind::Approval,
        Kind::Refusal,
        Kind::Disclosure,
        Kind::Change,
        Kind::HandOver,
        Kind::Check,
        Kind::Release,
        Kind::Ruling,
    ];

    /// The word in a leaf.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Init => "init",
            Kind::Deposit => "deposit",
            Kind::Accept => "accept",
            Kind::Request => "request",
            Kind::Approval => "approval",
            Kind::Refusal => "refusal",
            Kind::Disclosure => "disclosure",
            Kind::Change => "change",
            Kind::HandOver => "hand-over",
            Kind::Check => "check",
            Kind::Release => "release",
            Kind::Ruling => "ruling",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no kind of leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no kind of log entry")]
pub struct KindError(String);

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Kind, KindError> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| KindError(text.to_owned()))
    }
}

impl Leaf {
    /// The leaf as a log entry.
    ///
    /// # Errors
    /// A field does not hold what it should, or the entry would be too long.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let text = Writer::new("leaf")
            .field("kind", self.kind)
            .field("time", &self.time)
            .field("subject", &self.subject)
            .field("by", &self.by)
            .field("document", self.document)
            .field("path", &self.path)
            .fields("body", &self.bodies)
            .finish()?;
        match text.len() <= ENTRY_BYTES {
            true => Ok(text.into_bytes()),
            false => Err(LeafError::TooLong(text.len())),
        }
    }

    /// Reads a log entry, strictly: what it accepts, [`Leaf::to_bytes`] writes back byte by byte.
    ///
    /// # Errors
    /// It is not a leaf.
    pub fn parse(bytes: &[u8]) -> Result<Leaf, LeafError> {
        if bytes.len() > ENTRY_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| LeafError::Utf8)?;
        let mut reader = Reader::new(text, "leaf")?;
        let leaf = Leaf {
            kind: reader.value("kind")?,
            time: reader.value("time")?,
            subject: reader.value("subject")?,
            by: reader.value("by")?,
            document: reader.value("document")?,
            path: reader.value("path")?,
            bodies: reader.values("body")?,
        };
        reader.finish()?;
        leaf.check()?;
        Ok(leaf)
    }

    fn check(&self) -> Result<(), LeafError> {
        let blank = |c: char| c.is_whitespace() || c == '+';
        let named = !self.by.is_empty() && !self.by.contains(blank);
        for (holds, name, value, wanted) in [
            (is_time(&self.time), "time", &self.time, "a UTC time such as 2021-05-04T09:30:00Z"),
            (!self.subject.is_empty(), "subject", &self.subject, "a hash or an id"),
            (named, "by", &self.by, "the name of a key"),
            (is_path(&self.path), "path", &self.path, "a path inside an archive"),
        ] {
            if !holds {
                return Err(LeafError::Value { name, value: value.clone(), wanted });
            }
        }
        Ok(())
    }
}

fn is_time(text: &str) -> bool {
    text.len() == TIME_BYTES && text.parse::<Timestamp>().is_ok_and(|time| time.to_string() == text)
}

/// Whether `text` is a relative path that cannot lead out of the archive or to a hidden file.
fn is_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            kind: Kind::Request,
            time: "2021-05-04T09:30:00Z".into(),
            subject: "r-7".into(),
            by: "foi-officer".into(),
            document: Hex([1; 32]),
            path: "requests/r-7/request".into(),
            bodies: vec![Hex([2; 32]), Hex([3; 32])],
        }
    }

    #[test]
    fn a_leaf_of_every_kind_reads_back_as_written() {
        for kind in Kind::ALL {
            for bodies in [vec![], leaf().bodies] {
                let leaf = Leaf { kind, bodies, ..leaf() };
                assert_eq!(Leaf::parse(&leaf.to_bytes().unwrap()), Ok(leaf));
            }
        }
        let text = String::from_utf8(leaf().to_bytes().unwrap()).unwrap();
        let start =
            "blackbox/v1 leaf\nkind: request\ntime: 2021-05-04T09:30:00Z\nsubject: r-7\nby: foi-officer\n";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn a_leaf_has_one_writing() {
        let text = String::from_utf8(leaf().to_bytes().unwrap()).unwrap();
        for (from, to) in [
            ("kind: request", "kind: Request"),
            ("kind: request", "kind: rumour"),
            ("09:30:00Z", "09:30:00+00:00"),
            ("09:30:00Z", "09:30:00.5Z"),
            ("2021-05-04T", "2021-05-04 "),
            ("2021-05-04", "2021-02-29"),
            ("09:30:00Z", "23:59:60Z"),
            ("subject: r-7", "subject:"),
            ("by: foi-officer", "by: foi officer"),
            ("0101", "010x"),
            ("requests/", "/requests/"),
            ("requests/", "requests/../"),
            ("requests/", "requests//"),
            ("requests/", ".requests/"),
            ("requests/", "requests\\"),
            ("path: ", "route: "),
            ("body: ", "bodies: "),
            ("leaf\n", "leaf\n\n"),
        ] {
            assert!(text.contains(from), "{from}");
            let bad = text.replacen(from, to, 1);
            assert!(Leaf::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Leaf::parse(format!("{text}more: x\n").as_bytes()).is_err());
        assert!(Leaf::parse(text.trim_end().as_bytes()).is_err());
        assert_eq!(Leaf::parse(b"\xff"), Err(LeafError::Utf8));
    }

    #[test]
    fn what_would_not_read_back_is_not_written() {
        for bad in [
            Leaf { subject: "a\nby: eve".into(), ..leaf() },
            Leaf { time: "yesterday".into(), ..leaf() },
            Leaf { by: String::new(), ..leaf() },
            Leaf { path: "../archive.toml".into(), ..leaf() },
        ] {
            assert!(bad.to_bytes().is_err(), "{bad:?}");
        }
        let long = Leaf { bodies: vec![Hex([2; 32]); 1000], ..leaf() };
        assert!(matches!(long.to_bytes(), Err(LeafError::TooLong(length)) if length > ENTRY_BYTES));
    }
}
