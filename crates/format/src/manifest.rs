//! The manifest of a deposit: what was sealed, and the root of every file (spec/archive.md, "Manifest").

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::{
    fields::{FieldsError, Hex, Reader, Writer},
    id::Slug,
    month::Month,
    page::Root,
    threshold::{Subset, Threshold},
};

/// Path of a deposit's manifest.
pub fn manifest_path(deposit: &str) -> String {
    format!("deposits/{deposit}/manifest")
}

/// Path of a custodian's custody file in a deposit.
pub fn custody_path(deposit: &str, custodian: &str) -> String {
    format!("deposits/{deposit}/custody/{custodian}.age")
}

/// Path of a file of a segment.
pub fn segment_path(deposit: &str, segment: u32, file: &str) -> String {
    format!("deposits/{deposit}/{segment:05}/{file}")
}

/// Path of the list of blobs of a deposit.
pub fn blob_index_path(deposit: &str) -> String {
    format!("deposits/{deposit}/blobs/index")
}

/// Path of a blob.
pub fn blob_path(deposit: &str, id: &[u8; 16]) -> String {
    format!("deposits/{deposit}/blobs/{}", hex::encode(id))
}

/// The files of a segment, each with a tree beside it.
pub const SEGMENT_FILES: [&str; 4] = ["finder", "opener", "records", "offsets"];

/// What is said of one deposit, signed by its sealer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// The deposit.
    pub deposit: String,
    /// Its compartment.
    pub compartment: String,
    /// When it was sealed, RFC 3339 UTC.
    pub sealed: String,
    /// Version of normalisation and segmentation.
    pub words: String,
    /// Zone that times without one were read in.
    pub timezone: String,
    /// Whether it was sealed although small.
    pub small: Flag,
    /// Messages sealed before that the exports lack, a month: kept only by `seal --remember`.
    pub lacking: Vec<LackingLine>,
    /// How many custodians must answer.
    pub threshold: Threshold,
    /// Slots on each side of a record.
    pub context: u8,
    /// First month covered.
    pub first: Month,
    /// Last month covered.
    pub last: Month,
    /// Per subset of custodians, the root over the commitments of its month keys.
    pub month_roots: Vec<MonthRoot>,
    /// The same for the exceptional route's keys; empty if the archive has no such route.
    pub exceptional_roots: Vec<MonthRoot>,
    /// Custody files, by custodian: SHA-256 of the age file.
    pub custody: Vec<CustodyLine>,
    /// The segments, in order.
    pub segments: Vec<SegmentLine>,
    /// Length and root of every paged file, by path below the deposit.
    pub files: Vec<FileLine>,
}

/// `yes` or `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// yes
    Yes,
    /// no
    No,
}

/// Messages of a month that an earlier deposit sealed and a later export of their chat lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LackingLine {
    /// The month.
    pub month: Month,
    /// How many.
    pub messages: u64,
}

/// Root over the month commitments of one subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRoot {
    /// The subset.
    pub subset: Subset,
    /// RFC 6962 root over `SHA-256(r_{A,m})` of each month.
    pub root: Hex<32>,
}

/// A custody file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyLine {
    /// Key name of the custodian.
    pub custodian: String,
    /// SHA-256 of the age file.
    pub digest: Hex<32>,
}

/// A segment: padded numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentLine {
    /// Rows, dummies included.
    pub rows: u32,
    /// Entries of each table, padding included.
    pub entries: u64,
}

/// A file and its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Path below the deposit's folder.
    pub path: String,
    /// Length and root.
    pub root: Root,
}

impl Manifest {
    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("manifest");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("deposit", &self.deposit)
            .field("compartment", &self.compartment)
            .field("sealed", &self.sealed)
            .field("words", &self.words)
            .field("timezone", &self.timezone)
            .field("small", self.small)
            .fields("lacking", &self.lacking)
            .field("threshold", self.threshold)
            .field("context", self.context)
            .field("first-month", self.first)
            .field("last-month", self.last)
            .fields("month-root", &self.month_roots)
            .fields("exceptional-root", &self.exceptional_roots)
            .fields("custody", &self.custody)
            .fields("segment", &self.segments)
            .fields("file", &self.files);
        out.finish()
    }

    /// Reads a manifest's text.
    ///
    /// # Errors
    /// The text is not a manifest in its one writing.
    pub fn parse(text: &str) -> Result<Manifest, FieldsError> {
        let mut from = Reader::new(text, "manifest")?;
        let manifest = Manifest {
            origin: from.value("origin")?,
            archive: from.value("archive")?,
            deposit: from.value("deposit")?,
            compartment: from.value("compartment")?,
            sealed: from.value("sealed")?,
            words: from.value("words")?,
            timezone: from.value("timezone")?,
            small: from.value("small")?,
            lacking: from.values("lacking")?,
            threshold: from.value("threshold")?,
            context: from.value("context")?,
            first: from.value("first-month")?,
            last: from.value("last-month")?,
            month_roots: from.values("month-root")?,
            exceptional_roots: from.values("exceptional-root")?,
            custody: from.values("custody")?,
            segments: from.values("segment")?,
            files: from.values("file")?,
        };
        from.finish()?;
        Ok(manifest)
    }

    /// Checks what a reader must reject: a range of no months, roots that are not exactly one a subset
    /// of custodians, or paths that lead elsewhere.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), &'static str> {
        let subsets = |roots: &[MonthRoot], threshold: Threshold| {
            roots.iter().map(|line| line.subset).eq(threshold.subsets())
        };
        // Two roots for one subset would let a sealer give its holders different keys, each committed to.
        let rooted = subsets(&self.month_roots, self.threshold)
            && (self.exceptional_roots.is_empty()
                || subsets(&self.exceptional_roots, self.threshold.unanimous()));
        let distinct = |names: Vec<&str>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        let custody: Vec<&str> = self.custody.iter().map(|line| line.custodian.as_str()).collect();
        let files: Vec<&str> = self.files.iter().map(|line| line.path.as_str()).collect();
        let inside = files.iter().all(|path| path.split('/').all(|part| part.parse::<Slug>().is_ok()));
        let known = [
            (self.first <= self.last, "its last month is before its first"),
            (rooted, "its month roots are not exactly one a subset of custodians"),
            (self.deposit.parse::<Slug>().is_ok(), "its deposit's name is not a file name"),
            (
                custody.iter().all(|name| name.parse::<Slug>().is_ok()),
                "a custodian's name is not a file name",
            ),
            (custody.len() == self.threshold.custodians(), "it does not name one custody file a custodian"),
            (distinct(custody), "a custodian is named twice"),
            (inside && distinct(files), "a file is named twice, or lies elsewhere"),
            (self.context <= 3, "it has more context than the format knows"),
            (self.segments.len() < 100_000, "it has more segments than the format knows"),
        ];
        known.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, what)| Err(*what))
    }

    /// Length and root of the file at `path` below the deposit's folder.
    pub fn file(&self, path: &str) -> Option<Root> {
        self.files.iter().find(|line| line.path == path).map(|line| line.root)
    }

    /// Every month covered.
    pub fn months(&self) -> impl Iterator<Item = Month> + Clone + use<> {
        crate::month::months(self.first, self.last)
    }
}

/// Gives a line type its text form: parts split at single blanks.
macro_rules! line {
    ($type:ty, $name:literal, |$it:ident| [$($part:expr),+], |$parts:ident| $build:expr) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $it = self;
                let parts: Vec<String> = vec![$($part.to_string()),+];
                f.write_str(&parts.join(" "))
            }
        }

        impl FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<$type, &'static str> {
                let mut $parts = text.split(' ');
                let value: Option<$type> = (|| Some($build))();
                value.filter(|_| $parts.next().is_none()).ok_or(concat!("it is not ", $name))
            }
        }
    };
}

line!(Flag, "yes or no", |it| [if *it == Flag::Yes { "yes" } else { "no" }], |parts| match parts.next()? {
    "yes" => Flag::Yes,
    "no" => Flag::No,
    _ => None?,
});
line!(LackingLine, "a month and a number", |it| [it.month, it.messages], |parts| LackingLine {
    month: parts.next()?.parse().ok()?,
    messages: parts.next()?.parse().ok()?,
});
line!(MonthRoot, "a subset and a root", |it| [it.subset, it.root], |parts| MonthRoot {
    subset: parts.next()?.parse().ok()?,
    root: parts.next()?.parse().ok()?,
});
line!(CustodyLine, "a custodian and a digest", |it| [it.custodian, it.digest], |parts| CustodyLine {
    custodian: parts.next()?.to_owned(),
    digest: parts.next()?.parse().ok()?,
});
line!(SegmentLine, "a number of rows and one of entries", |it| [it.rows, it.entries], |parts| SegmentLine {
    rows: parts.next()?.parse().ok()?,
    entries: parts.next()?.parse().ok()?,
});
line!(FileLine, "a path, a length and a root", |it| [it.path, it.root.length, Hex(it.root.root)], |parts| {
    let path = parts.next()?.to_owned();
    let length = parts.next()?.parse().ok()?;
    let root: Hex<32> = parts.next()?.parse().ok()?;
    FileLine { path, root: Root { length, root: root.0 } }
});

impl From<bool> for Flag {
    fn from(yes: bool) -> Flag {
        if yes { Flag::Yes } else { Flag::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let threshold = Threshold::new(2, 3).unwrap();
        let root = |subset| MonthRoot { subset, root: Hex([2; 32]) };
        let custody = |name: &str| CustodyLine { custodian: name.into(), digest: Hex([3; 32]) };
        Manifest {
            origin: "example.org/box".into(),
            archive: Hex([1; 32]),
            deposit: "d1".into(),
            compartment: "main".into(),
            sealed: "2026-01-01T00:00:00Z".into(),
            words: "w".into(),
            timezone: "Europe/London".into(),
            small: Flag::No,
            lacking: vec![LackingLine { month: "2020-02".parse().unwrap(), messages: 3 }],
            threshold,
            context: 2,
            first: "2020-01".parse().unwrap(),
            last: "2020-03".parse().unwrap(),
            month_roots: threshold.subsets().into_iter().map(root).collect(),
            exceptional_roots: vec![],
            custody: vec![custody("ico"), custody("tna"), custody("court")],
            segments: vec![SegmentLine { rows: 256, entries: 8192 }],
            files: vec![FileLine { path: "00000/finder".into(), root: Root { length: 9, root: [4; 32] } }],
        }
    }

    #[test]
    fn what_a_reader_must_reject_is_rejected() {
        assert_eq!(manifest().check(), Ok(()));
        let wrong: [fn(&mut Manifest); 6] = [
            |one| one.last = "2019-12".parse().unwrap(),
            |one| one.month_roots.push(one.month_roots[0]),
            |one| one.month_roots.swap(0, 1),
            |one| one.exceptional_roots = one.month_roots.clone(),
            |one| one.files[0].path = "../../x".into(),
            |one| one.custody[1].custodian = "ico".into(),
        ];
        for (number, alter) in wrong.into_iter().enumerate() {
            let mut one = manifest();
            alter(&mut one);
            assert!(one.check().is_err(), "{number}");
        }
    }

    #[test]
    fn a_manifest_reads_back_and_no_altered_writing_does() {
        let manifest = manifest();
        let text = manifest.to_text().unwrap();
        assert_eq!(Manifest::parse(&text).unwrap(), manifest);
        assert_eq!(manifest.months().count(), 3);
        for (from, to) in
            [("256 8192", "256  8192"), ("small: no", "small: No"), ("0,1", "1,0"), ("2 of 3", "02 of 3")]
        {
            assert!(Manifest::parse(&text.replace(from, to)).is_err(), "{to}");
        }
    }
}
