//! A publication: the public part of an archive, as files that any web server can host (spec/publish.md).

use std::collections::BTreeSet;

use blackbox_format::fields::{FieldsError, Hex, Reader, Writer};
use blackbox_log::{CHECKPOINT, Kind, cosigned, tile::Tile};
use blackbox_store::Store;

use crate::{
    archive::Archive,
    change::{configuration_path, note_path},
    config::CONFIG,
    error::{Error, malformed},
    ledger::{Ledger, Logged, check, check_approval},
    proof::check_proof,
};

/// Path of the file that says that a folder is a publication.
pub const MARKER: &str = "publication";
/// Folder of the log's tiles.
const TILES: &str = "log/tile";

/// What the marker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
}

impl Marker {
    /// The marker of a publication of `archive`.
    pub fn of(archive: &Archive<'_>) -> Marker {
        Marker { origin: archive.config.origin.clone(), archive: archive.hash }
    }

    /// The file's text.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        Writer::new("publication").field("origin", &self.origin).field("archive", self.archive).finish()
    }

    /// The marker of the folder in `store`, if it has one.
    ///
    /// # Errors
    /// It is damaged, or the store failed.
    pub fn read(store: &dyn Store) -> Result<Option<Marker>, Error> {
        if !store.exists(MARKER)? {
            return Ok(None);
        }
        let bytes = store.read(MARKER)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| Error::invalid(MARKER, error))?;
        let parse = || {
            let mut from = Reader::new(text, "publication")?;
            let marker = Marker { origin: from.value("origin")?, archive: from.value("archive")? };
            from.finish()?;
            Ok(marker)
        };
        parse().map(Some).map_err(malformed(MARKER))
    }
}

/// The public files of an archive, in the order in which they are to be written: each but the last may be
/// there before the log says so. The checkpoint is not among them: it comes last, when all others are there.
#[derive(Debug, Default)]
pub struct Files {
    /// Paths of documents and tiles.
    pub paths: Vec<String>,
    /// Logged documents that do not count, and are left out: nobody knows what is in them.
    pub left_out: Vec<String>,
}

/// Lists the public files of `archive`. A logged path is no word that its file is public (an operator can log
/// any): it is taken only if the document counts.
///
/// # Errors
/// The store failed.
pub fn files(archive: &Archive<'_>, ledger: &Ledger) -> Result<Files, Error> {
    let mut files = Files::default();
    let mut documents: BTreeSet<String> = [CONFIG.to_owned()].into();
    for number in 1..archive.eras.len() as u64 {
        documents.extend([note_path(number), configuration_path(number)]);
    }
    for logged in ledger.leaves.iter().filter(|logged| logged.leaf.kind != Kind::Init) {
        match check(archive, ledger, logged) {
            Ok(()) => {
                documents.insert(logged.leaf.path.clone());
                documents.extend(proof(archive, ledger, logged));
            }
            Err(error) => files.left_out.push(error.to_string()),
        }
    }
    files.paths.extend(documents);
    for path in archive.store.list(TILES)? {
        if path.parse::<Tile>().is_ok_and(|tile| !tile.is_beyond(archive.log.size())) {
            files.paths.push(path);
        }
    }
    // Checkpoints that were cosigned, public like the newest.
    let sizes = cosigned::sizes(archive.store)?.into_iter().filter(|size| *size <= archive.log.size());
    files.paths.extend(sizes.map(cosigned::path));
    debug_assert!(!files.paths.iter().any(|path| path == CHECKPOINT));
    Ok(files)
}

/// The proof that an approval names, if it is one: public, like all that it holds.
fn proof(archive: &Archive<'_>, ledger: &Ledger, logged: &Logged) -> Option<String> {
    let approval =
        (logged.leaf.kind == Kind::Approval).then(|| check_approval(archive, ledger, logged).ok())??;
    let request = ledger.about(Kind::Request, &logged.leaf.subject).next()?;
    approval.document.proof?;
    check_proof(archive, (&approval.document, logged), request.index).ok()?;
    Some(approval.document.proof_path())
}
