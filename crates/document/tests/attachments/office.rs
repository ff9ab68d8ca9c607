//! Office documents, built here part by part.

use crate::fixture::{package, reason, text};
use blackbox_document::{Extent, Origin, Reason};

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

fn word(runs: &str) -> String {
    format!("<w:document xmlns:w=\"w\"><w:body>{runs}</w:body></w:document>")
}

#[test]
fn a_text_document_is_read_with_all_that_hangs_on_it() {
    let body = word(
        "<w:p><w:r><w:t>The fer</w:t></w:r><w:r><w:t>ry </w:t><w:tab/><w:t xml:space=\"preserve\">leaves&#x20;&amp; </w:t></w:r></w:p>\
         <w:tbl><w:tr><w:tc><w:p><w:r><w:t>at nine</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
         <w:p><w:del><w:r><w:delText>struck out</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>\
         <mc:AlternateContent><mc:Choice><w:p><w:r><w:t>in a box</w:t></w:r></w:p></mc:Choice>\
         <mc:Fallback><w:p><w:r><w:t>in a box</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>",
    );
    let part = |name: &str| format!("<w:x><w:p><w:r><w:t>{name}</w:t></w:r></w:p></w:x>");
    let document = package(&[
        TYPES,
        ("word/comments.xml", &part("a remark")),
        ("word/footnotes.xml", &part("a note")),
        ("word/header1.xml", &part("above")),
        ("word/footer1.xml", &part("below")),
        ("word/document.xml", &body),
        ("word/glossary/document.xml", &part("Click here")),
        ("word/media/image1.png", "\u{1}"),
    ]);
    let read = text(&document);
    assert_eq!(
        read.text,
        "The ferry \tleaves & \nat nine\nstruck out\nin a box\na remark\nbelow\na note\nabove"
    );
    assert_eq!((read.origin, read.extent), (Origin::Document, Extent::Whole));
}

#[test]
fn a_body_by_another_name_is_found() {
    let document = package(&[TYPES, ("word/document2.xml", &word("<w:p><w:r><w:t>mill</w:t></w:r></w:p>"))]);
    assert_eq!(text(&document).text, "mill");
}

#[test]
fn a_damaged_part_leaves_the_others() {
    let body = word("<w:p><w:r><w:t>mill</w:t></w:r></w:p>");
    let document = package(&[TYPES, ("word/document.xml", &body), ("word/header1.xml", "<w:hdr><w:p>")]);
    assert_eq!((text(&document).text.as_str(), text(&document).extent), ("mill", Extent::Gaps));
}

#[test]
fn a_document_without_words_is_counted_as_such() {
    let document = package(&[TYPES, ("word/document.xml", &word("<w:p/>"))]);
    assert_eq!(reason(&document), Reason::DocumentWithoutText);
    let broken = package(&[TYPES, ("word/document.xml", "<w:document>")]);
    assert_eq!(reason(&broken), Reason::DamagedDocument);
}

#[test]
fn a_workbook_is_read_cell_by_cell() {
    let workbook = package(&[
        TYPES,
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"Tides &amp; fares\"/></sheets></workbook>"),
        (
            "xl/styles.xml",
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yy\"/></numFmts>\
             <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
             <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>Har</t><r><t>bour</t></r><rPh><t>no</t></rPh></si><si><t/></si><si><t>Mill</t></si></sst>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>2</v></c><c t=\"s\"><v>99</v></c></row>\
             <row><c><v>45356</v></c><c s=\"1\"><v>45356</v></c><c t=\"str\"><f>A1</f><v>sum</v></c>\
             <c t=\"inlineStr\"><is><t>inline</t></is></c></row></sheetData></worksheet>",
        ),
        ("xl/comments1.xml", "<comments><comment><text><r><t>too dear</t></r></text></comment></comments>"),
        ("xl/drawings/drawing1.xml", "<d><a:p><a:r><a:t>boxed</a:t></a:r></a:p></d>"),
    ]);
    assert_eq!(
        text(&workbook).text,
        "Tides & fares\nHarbour\tMill\t\t\n45356\t2024-03-05\tsum\tinline\t\ntoo dear\nboxed"
    );
}

#[test]
fn a_workbook_without_shared_strings_is_whole() {
    let sheet = "<worksheet><row><c><v>7</v></c></row></worksheet>";
    let workbook = package(&[TYPES, ("xl/worksheets/sheet1.xml", sheet)]);
    assert_eq!((text(&workbook).text.as_str(), text(&workbook).extent), ("7", Extent::Whole));
}

#[test]
fn slides_come_in_order_with_their_notes() {
    let slide = |words: &str| format!("<p:sld><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sld>");
    let slides = package(&[
        TYPES,
        ("ppt/presentation.xml", "<p:presentation/>"),
        ("ppt/slides/slide10.xml", &slide("ten")),
        ("ppt/slides/slide2.xml", &slide("two")),
        ("ppt/slideLayouts/slideLayout1.xml", &slide("Click to edit")),
        ("ppt/notesSlides/notesSlide1.xml", &slide("say slowly")),
        ("ppt/comments/comment1.xml", "<p:cmLst><p:cm><p:text>cut this</p:text></p:cm></p:cmLst>"),
    ]);
    assert_eq!(text(&slides).text, "two\nten\nsay slowly\ncut this");
}

const ODT: (&str, &str) = ("mimetype", "application/vnd.oasis.opendocument.text");

#[test]
fn an_opendocument_is_read() {
    let content = "<office:body><table:table table:name=\"Fares\"><text:p>at<text:s text:c=\"2\"/>nine</text:p></table:table>\
        <text:h>Mill<text:tab/>road</text:h><dc:creator>nobody</dc:creator></office:body>";
    let styles = "<office:styles><style:footer><text:p>page foot</text:p></style:footer></office:styles>";
    let document = package(&[ODT, ("content.xml", content), ("styles.xml", styles)]);
    assert_eq!(text(&document).text, "Fares\nat  nine\nMill\troad\npage foot");
}

#[test]
fn an_encrypted_opendocument_is_counted_as_such() {
    let manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>";
    let document = package(&[ODT, ("content.xml", "\u{1}\u{2}"), ("META-INF/manifest.xml", manifest)]);
    assert_eq!(reason(&document), Reason::EncryptedDocument);
}

#[test]
fn an_electronic_book_is_read_and_a_plain_zip_is_an_archive() {
    let book =
        package(&[("mimetype", "application/epub+zip"), ("OEBPS/one.xhtml", "<html><p>Once</p></html>")]);
    assert_eq!(text(&book).text, "Once");
    assert_eq!(reason(&package(&[("notes.txt", "Once")])), Reason::Archive);
}
