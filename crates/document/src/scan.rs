//! The pictures of a scanned PDF, in formats that programs recognising text can read.

use pdf_extract::Document;
use pdf_extract::xobject::PdfImage;

use crate::outcome::Extent;

/// The most pictures of one document.
pub(crate) const MAX_SCANS: usize = 1000;
/// The most bytes of all of them, 64 MiB.
pub(crate) const MAX_SCANS_BYTES: usize = 64 << 20;
/// Smaller pictures, in both directions, are ornaments.
const MIN_PIXELS: i64 = 100;

/// The pictures of all pages in order: JPEG as it is, uncompressed grey and coloured ones as PNM. Those of the encodings
/// of fax machines (CCITT, JBIG2) and of JPEG 2000 are gaps.
pub(crate) fn pictures(document: &Document) -> (Vec<Vec<u8>>, Extent) {
    let (mut pictures, mut extent, mut left) = (Vec::new(), Extent::Whole, MAX_SCANS_BYTES);
    for page in document.get_pages().into_values() {
        let Ok(images) = document.get_page_images(page) else { continue };
        for image in images.iter().filter(|image| image.width.min(image.height) >= MIN_PIXELS) {
            match picture(document, image, left).filter(|picture| picture.len() <= left) {
                Some(_) if pictures.len() == MAX_SCANS => return (pictures, Extent::Cut),
                Some(picture) => {
                    left -= picture.len();
                    pictures.push(picture);
                }
                None => extent = Extent::Gaps,
            }
        }
    }
    (pictures, extent)
}

fn picture(document: &Document, image: &PdfImage<'_>, most: usize) -> Option<Vec<u8>> {
    let filters: Vec<&str> = image.filters.iter().flatten().map(String::as_str).collect();
    match filters.as_slice() {
        ["DCTDecode"] => Some(image.content.to_vec()),
        [] | ["FlateDecode"] if image.bits_per_component == Some(8) => pnm(document, image, most),
        _ => None,
    }
}

fn pnm(document: &Document, image: &PdfImage<'_>, most: usize) -> Option<Vec<u8>> {
    let pixels = usize::try_from(image.width.checked_mul(image.height)?).ok()?;
    let stream = document.get_object(image.id).ok()?.as_stream().ok()?;
    // The numbers of a palette would make a picture too, but not the one that was meant.
    if pixels > most || image.color_space.as_deref() == Some("Indexed") {
        return None;
    }
    let data = stream.get_plain_content().ok()?;
    let kind = match data.len().checked_div(pixels)? {
        1 => 5,
        3 => 6,
        _ => return None,
    };
    let mut picture = format!("P{kind}\n{} {}\n255\n", image.width, image.height).into_bytes();
    picture.extend(data.get(..pixels * if kind == 6 { 3 } else { 1 })?);
    Some(picture)
}
