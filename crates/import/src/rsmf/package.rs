//! Where a manifest and its attachments lie.

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::Arc,
};

use blackbox_format::message::Media;

use crate::{
    archive, bounded,
    importer::{File, Input},
    media::file_name,
    place::{Place, Section},
};

use super::MANIFEST;

/// A manifest with its attachments.
pub(super) enum Package<'a, 'b> {
    /// In a folder, or in a zip that was opened when exports were looked for.
    Folder(&'a Input<'b>, File<'b>),
    /// In a zip that a mail holds.
    Zip { manifest: Place, files: HashMap<String, Place> },
}

impl<'a, 'b> Package<'a, 'b> {
    /// The package that a zip in memory is, or why it is none.
    pub(super) fn zip(bytes: Vec<u8>) -> Result<Package<'a, 'b>, String> {
        let most = bounded::unfolded(bytes.len() as u64);
        let section = Section::memory(bytes);
        let directory = archive::directory(&section)?;
        if directory.unfolded() > most {
            return Err(format!("refusing to unfold its zip: it has more than {most} bytes"));
        }
        let mut files = HashMap::new();
        for member in directory.members {
            if let Ok((section, layer)) = member.bytes {
                files.insert(member.name, Place::new(section, most).with(layer));
            }
        }
        let is = |name: &&String| file_name(name).eq_ignore_ascii_case(MANIFEST);
        let name = files.keys().filter(is).min_by_key(|name| name.len()).cloned();
        let manifest = name.and_then(|name| files.remove(&name));
        let manifest = manifest.ok_or_else(|| format!("its zip holds no {MANIFEST} that can be read"))?;
        Ok(Package::Zip { manifest, files })
    }

    /// The manifest's text, from its start.
    pub(super) fn manifest(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Package::Folder(_, file) => file.text(),
            Package::Zip { manifest, .. } => crate::encoding::utf8(manifest.open()?),
        }
    }

    /// Gives `media` the bytes of the file called `name`. Says whether there is one.
    pub(super) fn attach(&self, media: &mut Media, name: &str) -> bool {
        match self {
            Package::Folder(input, _) => input.attach(media, name),
            Package::Zip { files, .. } => {
                let place = files.get(name).cloned();
                let found = place.is_some();
                media.content = place.map(|place| Arc::new(place) as _);
                found
            }
        }
    }

    /// Says that a file belongs to the export.
    pub(super) fn beside(&self, name: &str) {
        if let Package::Folder(input, _) = self {
            _ = input.beside(name);
        }
    }
}
