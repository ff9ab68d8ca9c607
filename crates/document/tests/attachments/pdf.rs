//! PDFs, written by hand.

use crate::fixture::{self, reason, text};
use crate::paper::{pages, pdf};
use blackbox_document::{Extent, Outcome, Reader, Reason};

const ROOT: &str = "/Root 1 0 R";

fn made(objects: &[String], trailer: &str) -> Vec<u8> {
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    pdf(&objects, trailer)
}

#[test]
fn the_text_of_all_pages_is_read() {
    let read = text(&made(&pages(&["The ferry leaves at nine", "Gr\\374\\337e"]), ROOT));
    assert_eq!(read.text, "The ferry leaves at nine\nGrüße");
    assert_eq!(read.extent, Extent::Whole);
}

#[test]
fn a_page_that_breaks_the_parser_leaves_the_others() {
    let mut objects = pages(&["first", "second", "third"]);
    objects[5] = objects[5].replace("/MediaBox [0 0 612 792]", "");
    let read = text(&made(&objects, ROOT));
    assert_eq!((read.text.as_str(), read.extent), ("first\nthird", Extent::Gaps));
}

#[test]
fn words_broken_at_the_end_of_a_line_are_mended() {
    let lines =
        "The harbour-) Tj 0 -14 Td (master sold pier 3-) Tj 0 -14 Td (a of the Nord-) Tj 0 -14 Td (West dock";
    let expected = "The harbourmaster sold pier 3-\na of the Nord-\nWest dock";
    assert_eq!(text(&made(&pages(&[lines]), ROOT)).text, expected);
}

#[test]
fn remarks_and_filled_in_forms_are_read() {
    let mut objects = pages(&["Name:"]);
    objects.push("<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (ask the miller) >>".to_owned());
    objects.push("<< /Subtype /Widget /Rect [0 0 9 9] /FT /Tx /T (who) /V <FEFF004100E9> >>".to_owned());
    objects.push("<< /Subtype /Widget /Rect [0 0 9 9] /FT /Btn /V /Yes >>".to_owned());
    assert_eq!(text(&made(&objects, ROOT)).text, "Name:\nask the miller\nAé");
}

#[test]
fn a_scan_is_a_pdf_without_text() {
    assert_eq!(reason(&made(&pages(&["", " "]), ROOT)), Reason::PdfWithoutText);
}

#[test]
fn a_password_is_noticed() {
    let mut objects = pages(&["secret"]);
    let key = "0123456789abcdef".repeat(4);
    objects.push(format!("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{key}> /U <{key}> >>"));
    let id = "<00112233445566778899aabbccddeeff>";
    let trailer = format!("{ROOT} /Encrypt {} 0 R /ID [{id} {id}]", objects.len());
    assert_eq!(reason(&made(&objects, &trailer)), Reason::EncryptedPdf);
}

#[test]
fn a_pdf_cut_anywhere_is_damaged_or_read() {
    let whole = made(&pages(&["The ferry leaves"]), ROOT);
    for length in 5..whole.len() {
        let outcome = fixture::read(&Reader::new(), &whole[..length]);
        if let Outcome::Unsearchable(reason) = outcome {
            assert!(matches!(reason, Reason::DamagedDocument | Reason::PdfWithoutText), "{length}: {reason}");
        }
    }
}
