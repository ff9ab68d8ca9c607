//! Documents whose structure is read: which format one is, and its text.

use crate::draft::Draft;
use crate::kind::{OLE_MARK, RTF_MARK, ZIP_MARK};
use crate::outcome::{Extent, Reason};
use crate::package::Package;
use crate::{html, office, opendocument, pdf, rtf, sheet};

/// The text of a document, in the process that calls.
pub(crate) fn read(bytes: &[u8]) -> Result<(String, Extent), Reason> {
    let mut draft = Draft::default();
    let begins = |mark| bytes.trim_ascii_start().starts_with(mark);
    if begins(ZIP_MARK) {
        read_package(bytes, &mut draft)?;
    } else if begins(OLE_MARK) {
        return Err(old_office(bytes));
    } else if begins(RTF_MARK) {
        rtf::read(bytes, &mut draft);
    } else {
        pdf::read(bytes, &mut draft)?;
        return draft.finish(Reason::PdfWithoutText);
    }
    draft.finish(Reason::DocumentWithoutText)
}

fn read_package(bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
    let mut package = Package::open(bytes)?;
    let office = package.has("[Content_Types].xml");
    if office && package.has("word/") {
        office::read_text(&mut package, draft);
    } else if office && package.has("xl/") {
        sheet::read(&mut package, draft);
    } else if office && package.has("ppt/") {
        office::read_slides(&mut package, draft);
    } else {
        let kind = if package.has("mimetype") { package.part("mimetype")? } else { Vec::new() };
        match kind.as_slice() {
            kind if kind.starts_with(b"application/vnd.oasis.opendocument") => {
                opendocument::read(&mut package, draft)
            }
            kind if kind.starts_with(b"application/epub+zip") => read_book(&mut package, draft),
            _ => return Err(Reason::Archive),
        }
    }
    Ok(())
}

/// The pages of an electronic book.
fn read_book(package: &mut Package<'_>, draft: &mut Draft) {
    let page = |name: &str| [".xhtml", ".html", ".htm"].iter().any(|end| name.ends_with(end));
    package.each(draft, page, |bytes, draft| {
        html::read(bytes, "", draft);
        Ok(())
    });
}

/// An encrypted document of today's formats lies in a container of the old ones ([MS-OFFCRYPTO] 2.3).
fn old_office(bytes: &[u8]) -> Reason {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    match memchr::memmem::find(bytes, &name) {
        Some(_) => Reason::EncryptedDocument,
        None => Reason::OldOffice,
    }
}
