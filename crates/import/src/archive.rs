//! The directory of a zip. Members are named by it alone; nothing is ever extracted to a disk.

use std::io::{self, BufReader};

use zip::{CompressionMethod, ZipArchive, read::ZipFile, result::ZipError};

use crate::{
    bounded::{MAX_MEMBER_BYTES, MAX_MEMBERS},
    place::{Layer, Section},
};

/// A file in a zip.
pub(crate) struct Member {
    /// Its path, with `/` between folders.
    pub(crate) name: String,
    /// Where its bytes lie and how they unfold, or why they cannot be read.
    pub(crate) bytes: Result<(Section, Layer), String>,
}

/// What a zip holds.
pub(crate) struct Directory {
    /// Its files, sorted by name.
    pub(crate) members: Vec<Member>,
    /// Whether several members have one name: then one of them hides the others.
    pub(crate) hidden: bool,
}

/// Members that show a zip to be a document or a program, not a folder that somebody packed.
const DOCUMENT_MEMBERS: &[&str] = &["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"];

/// The directory of the zip that `section` holds.
///
/// # Errors
/// Why the zip as a whole cannot be read.
pub(crate) fn directory(section: &Section) -> Result<Directory, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the zip is damaged: {error}");
    let reader = BufReader::new(section.reader().map_err(|error| damaged(&error))?);
    let mut archive = ZipArchive::new(reader).map_err(|error| damaged(&error))?;
    if archive.len() > MAX_MEMBERS {
        return Err(format!("refusing to open a zip of more than {MAX_MEMBERS} members"));
    }
    let mut members = Vec::new();
    for index in 0..archive.len() {
        match archive.by_index_raw(index) {
            Ok(file) if file.is_dir() => {}
            Ok(file) => members.push(member(section, &file)),
            Err(error) => members.push(unreadable(index, error)),
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Directory { members, hidden: archive.has_duplicate_names() })
}

impl Directory {
    /// Whether the zip is a document (docx, odt, jar) rather than a packed folder.
    pub(crate) fn is_document(&self) -> bool {
        self.members.iter().any(|member| DOCUMENT_MEMBERS.contains(&&*member.name))
    }

    /// How many bytes all members have when unfolded, as the directory states.
    pub(crate) fn unfolded(&self) -> u64 {
        let lengths = self.members.iter().filter_map(|member| Some(member.bytes.as_ref().ok()?.1.length()));
        lengths.fold(0, u64::saturating_add)
    }
}

fn unreadable(index: usize, error: ZipError) -> Member {
    Member { name: format!("member {}", index + 1), bytes: Err(format!("the member is damaged: {error}")) }
}

fn member<R: io::Read + io::Seek>(section: &Section, file: &ZipFile<'_, R>) -> Member {
    let name = match file.name() {
        Ok(name) => name.into_owned(),
        Err(_) => String::from_utf8_lossy(file.name_raw()).into_owned(),
    };
    let name = name.replace('\\', "/").trim_start_matches("./").to_owned();
    let bytes = match leaves(&name) {
        true => Err("its name leads out of the zip".into()),
        false => bytes(section, file),
    };
    Member { name, bytes }
}

fn leaves(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    drive || name.starts_with('/') || name.contains('\0') || name.split('/').any(|part| part == "..")
}

fn bytes<R: io::Read + io::Seek>(
    section: &Section,
    file: &ZipFile<'_, R>,
) -> Result<(Section, Layer), String> {
    if file.is_symlink() {
        return Err("a symbolic link, which is not followed".into());
    }
    if file.encrypted() {
        return Err("it is encrypted".into());
    }
    if file.size() > MAX_MEMBER_BYTES {
        return Err(format!("refusing to read a member of more than {MAX_MEMBER_BYTES} bytes"));
    }
    let deflated = match file.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => return Err(format!("it is compressed with {other}, which is not supported")),
    };
    let start = file.data_start().ok_or("the member is damaged: it has no data")?;
    let part = section.part(start, file.compressed_size()).ok_or("the zip is truncated")?;
    Ok((part, Layer::Member { deflated, length: file.size(), crc: file.crc32() }))
}
