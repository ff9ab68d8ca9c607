//! What one custodian keeps of one deposit: its subset keys, as the sealer signed them.

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    manifest::{Manifest, MonthRoot},
    merkle,
    month::Month,
    threshold::{Subset, Threshold},
};
use zeroize::Zeroizing;

use crate::{
    function::{MonthKey, SubsetKey},
    secret::Secret,
};

/// A subset and its key.
#[derive(Clone, PartialEq, Eq)]
pub struct HeldKey {
    /// The custodians who all hold it.
    pub subset: Subset,
    /// The key.
    pub key: SubsetKey,
}

/// The content of a custody file (spec/custody.md, "Custody file").
#[derive(Clone, PartialEq, Eq)]
pub struct CustodyKeys {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// The deposit.
    pub deposit: String,
    /// Its compartment.
    pub compartment: String,
    /// Number of the custodian in archive.toml, from 0.
    pub custodian: usize,
    /// How many custodians must answer.
    pub threshold: Threshold,
    /// One key for each subset that the custodian belongs to, ascending.
    pub keys: Vec<HeldKey>,
    /// The custodian's own key of the exceptional route, if the archive has one.
    pub exceptional: Option<SubsetKey>,
}

/// Why a custody file is not the one that belongs here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustodyError {
    /// It is not a custody document.
    #[error("the custody file cannot be read: {0}")]
    Form(#[from] FieldsError),
    /// The manifest is not one that a deposit can have.
    #[error("the manifest cannot stand: {0}")]
    Manifest(&'static str),
    /// It was made for another archive, deposit, compartment, custodian or threshold.
    #[error("the custody file belongs to another {0}")]
    Foreign(&'static str),
    /// Keys are missing, or there are keys of subsets that the custodian is not in.
    #[error("the custody file does not hold exactly the keys of this custodian")]
    Keys,
    /// A key is not the one that the manifest commits to.
    #[error("the key of custodians {0} is not the one that the manifest commits to")]
    Commitment(Subset),
}

impl CustodyKeys {
    /// The text to sign. It holds the keys.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<Zeroizing<String>, FieldsError> {
        let mut out = Writer::new("custody");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("deposit", &self.deposit)
            .field("compartment", &self.compartment)
            .field("custodian", self.custodian)
            .field("threshold", self.threshold);
        for held in &self.keys {
            let line = Zeroizing::new(format!("{} {}", held.subset, Hex(*held.key.expose())));
            out.field("key", &*line);
        }
        out.fields("exceptional-key", self.exceptional.iter().map(|key| Hex(*key.expose())));
        out.finish().map(Zeroizing::new)
    }

    /// Reads a custody text.
    ///
    /// # Errors
    /// The text is not a custody document in its one writing.
    pub fn parse(text: &str) -> Result<CustodyKeys, CustodyError> {
        let mut from = Reader::new(text, "custody")?;
        let (origin, archive) = (from.value("origin")?, from.value("archive")?);
        let (deposit, compartment) = (from.value("deposit")?, from.value("compartment")?);
        let (custodian, threshold) = (from.value("custodian")?, from.value("threshold")?);
        let lines: Vec<Zeroizing<String>> =
            from.values::<String>("key")?.into_iter().map(Zeroizing::new).collect();
        let keys =
            lines.iter().map(|line| held_key(line)).collect::<Option<_>>().ok_or(CustodyError::Keys)?;
        let exceptional: Vec<Hex<32>> = from.values("exceptional-key")?;
        from.finish()?;
        let exceptional = match exceptional[..] {
            [] => None,
            [key] => Some(Secret::new(key.0)),
            _ => return Err(CustodyError::Keys),
        };
        Ok(CustodyKeys { origin, archive, deposit, compartment, custodian, threshold, keys, exceptional })
    }

    /// Checks that these are exactly the keys of custodian `custodian` for the deposit of
    /// `manifest`, and those that it commits to.
    ///
    /// # Errors
    /// Anything differs.
    pub fn check(&self, manifest: &Manifest, custodian: usize) -> Result<(), CustodyError> {
        self.check_place(manifest, custodian)?;
        let own = self.threshold.subsets().into_iter().filter(|subset| subset.contains(custodian));
        if !own.eq(self.keys.iter().map(|held| held.subset))
            || self.exceptional.is_some() == manifest.exceptional_roots.is_empty()
        {
            return Err(CustodyError::Keys);
        }
        self.check_commitments(manifest, custodian)
    }

    /// The keys of custodian `custodian` from what others handed over: parts of the same deposit, of which
    /// each key is one that the manifest commits to. The unanimous key may be lacking: its former holder alone
    /// had it.
    ///
    /// # Errors
    /// A part belongs elsewhere, holds another key, or keys are lacking.
    pub fn gather(
        parts: Vec<CustodyKeys>,
        manifest: &Manifest,
        custodian: usize,
    ) -> Result<CustodyKeys, CustodyError> {
        let mut parts = parts.into_iter();
        let mut all = parts.next().ok_or(CustodyError::Keys)?;
        all.check_part(manifest, custodian)?;
        for part in parts {
            part.check_part(manifest, custodian)?;
            all.keys.extend(part.keys);
            all.exceptional = all.exceptional.or(part.exceptional);
        }
        all.keys.sort_by_key(|held| held.subset);
        all.keys.dedup_by_key(|held| held.subset);
        let own = all.threshold.subsets().into_iter().filter(|subset| subset.contains(custodian));
        match own.eq(all.keys.iter().map(|held| held.subset)) {
            true => Ok(all),
            false => Err(CustodyError::Keys),
        }
    }

    /// Checks that this is a part of what custodian `custodian` needs: of this deposit, each key one that the
    /// manifest commits to.
    ///
    /// # Errors
    /// It belongs elsewhere, or holds another key.
    pub fn check_part(&self, manifest: &Manifest, custodian: usize) -> Result<(), CustodyError> {
        self.check_place(manifest, custodian)?;
        self.check_commitments(manifest, custodian)
    }

    fn check_place(&self, manifest: &Manifest, custodian: usize) -> Result<(), CustodyError> {
        manifest.check().map_err(CustodyError::Manifest)?;
        let same = [
            (self.origin == manifest.origin, "origin"),
            (self.archive == manifest.archive, "archive"),
            (self.deposit == manifest.deposit, "deposit"),
            (self.compartment == manifest.compartment, "compartment"),
            (self.threshold == manifest.threshold, "threshold"),
            (self.custodian == custodian, "custodian"),
        ];
        if let Some((_, what)) = same.iter().find(|(same, _)| !same) {
            return Err(CustodyError::Foreign(what));
        }
        Ok(())
    }

    fn check_commitments(&self, manifest: &Manifest, custodian: usize) -> Result<(), CustodyError> {
        for held in &self.keys {
            check_commitment(held, &manifest.month_roots, manifest)?;
        }
        match &self.exceptional {
            None => Ok(()),
            Some(key) => {
                let held = HeldKey { subset: Subset::single(custodian), key: key.clone() };
                check_commitment(&held, &manifest.exceptional_roots, manifest)
            }
        }
    }
}

fn check_commitment(held: &HeldKey, roots: &[MonthRoot], manifest: &Manifest) -> Result<(), CustodyError> {
    let expected = MonthRoot { subset: held.subset, root: month_root(&held.key, manifest.months()) };
    match roots.contains(&expected) {
        true => Ok(()),
        false => Err(CustodyError::Commitment(held.subset)),
    }
}

fn held_key(line: &str) -> Option<HeldKey> {
    let (subset, key) = line.split_once(' ')?;
    let parsed: Subset = subset.parse().ok()?;
    let key: Hex<32> = key.parse().ok()?;
    (parsed.to_string() == subset).then(|| HeldKey { subset: parsed, key: Secret::new(key.0) })
}

/// RFC 6962 root over `SHA-256(r_{A,m})` of each month, the commitment of a subset's keys.
pub fn month_root(key: &SubsetKey, months: impl Iterator<Item = Month>) -> Hex<32> {
    let leaves: Vec<_> = months.map(|month| merkle::leaf(&MonthKey::new(key, month).commitment())).collect();
    Hex(merkle::root(&leaves))
}
