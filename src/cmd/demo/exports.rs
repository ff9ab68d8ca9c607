//! The sample exports, which ship inside the program.

use std::{fs, path::Path};

use blackbox_custody::Error;

use crate::failure::Failure;

/// One file: its path below the exports' folder, and its bytes.
type Sample = (&'static str, &'static [u8]);

/// The files, as `demo/README.md` describes them.
pub const SAMPLES: [Sample; 6] = [
    (
        "WhatsApp Chat - Heron Barrier delivery group.zip",
        include_bytes!("../../../demo/WhatsApp Chat - Heron Barrier delivery group.zip"),
    ),
    (
        "WhatsApp Chat with Piers Lockhart.txt",
        include_bytes!("../../../demo/WhatsApp Chat with Piers Lockhart.txt"),
    ),
    (
        "WhatsApp Chat with Private Office.txt",
        include_bytes!("../../../demo/WhatsApp Chat with Private Office.txt"),
    ),
    (
        "WhatsApp Chat with The Ashdowns.txt",
        include_bytes!("../../../demo/WhatsApp Chat with The Ashdowns.txt"),
    ),
    ("texts-and-mail.jsonl", include_bytes!("../../../demo/texts-and-mail.jsonl")),
    (
        "attachments/heads-of-terms-draft.pdf",
        include_bytes!("../../../demo/attachments/heads-of-terms-draft.pdf"),
    ),
];

/// Writes the exports into `folder`.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    for (name, bytes) in SAMPLES {
        let path = folder.join(name);
        let parent = path.parent().expect("a path below a folder has a parent");
        fs::create_dir_all(parent).map_err(|error| Error::file(parent, error))?;
        fs::write(&path, bytes).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}
