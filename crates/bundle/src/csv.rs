//! `hits.csv`: the hits for spreadsheets, one row each.

use std::borrow::Cow;

use blackbox_query::answer::{Answer, Hit, HitAttachment};

use crate::plain;

const COLUMNS: [&str; 12] = [
    "id",
    "time",
    "written_time",
    "platform",
    "chat",
    "from",
    "to",
    "text",
    "attachments",
    "matched",
    "quoted",
    "facts",
];

/// The hits of `answer` as CSV (RFC 4180) in UTF-8 without a byte order mark: a header row, then one row a hit.
///
/// Lists are joined with `; `; `quoted` has those of `matched` that are only quoted of another message, `facts` what
/// else the export states; an attachment is `name (type, size bytes, sha256)`. A cell that
/// begins with `=`, `+`, `-`, `@`, a tab or a line break would be run as a formula by some
/// spreadsheets, so it is prefixed with `'`; a telephone number reads `'+44 7700 900123`. Other
/// control and bidirectional characters stay raw. The exact text is in `hits.json`.
pub fn csv(answer: &Answer) -> Vec<u8> {
    const MEMORY: &str = "writing to memory does not fail";
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).expect(MEMORY);
    for hit in &answer.hits {
        writer.write_record(row(hit).iter().map(|cell| defuse(cell).into_owned())).expect(MEMORY);
    }
    writer.into_inner().expect(MEMORY)
}

fn row(hit: &Hit) -> [String; COLUMNS.len()] {
    let attachments: Vec<String> = hit.attachments.iter().map(attachment).collect();
    [
        hit.id.clone(),
        hit.time.clone(),
        hit.written_time.clone(),
        hit.platform.clone(),
        hit.chat.clone().unwrap_or_default(),
        hit.from.clone(),
        hit.to.join("; "),
        hit.text.clone(),
        attachments.join("; "),
        hit.matched.join("; "),
        hit.quoted.join("; "),
        facts(hit),
    ]
}

fn facts(hit: &Hit) -> String {
    let facts: Vec<String> = plain::facts(hit).map(|(name, value)| format!("{name}: {value}")).collect();
    facts.join("; ")
}

fn attachment(file: &HitAttachment) -> String {
    let HitAttachment { name, media_type, size, sha256, .. } = file;
    match (size, sha256) {
        (None, None) => format!("{name} ({media_type}, not in the export)"),
        _ => {
            let size = size.map_or("size unknown".to_owned(), |size| format!("{size} bytes"));
            format!("{name} ({media_type}, {size}, {})", sha256.as_deref().unwrap_or("digest unknown"))
        }
    }
}

/// The cell, with a `'` before anything that a spreadsheet might run.
fn defuse(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn rows(answer: &Answer) -> Vec<::csv::StringRecord> {
        let bytes = csv(answer);
        ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&*bytes)
            .records()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn a_formula_is_text() {
        for formula in ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            let mut hit = fixture::hit(formula);
            hit.from = formula.to_owned();
            hit.chat = Some(formula.to_owned());
            let rows = rows(&fixture::answer(vec![hit]));
            for column in [4, 5, 7] {
                assert_eq!(rows[1][column], format!("'{formula}"));
            }
        }
    }

    #[test]
    fn a_row_holds_the_whole_hit() {
        let mut hit = fixture::hit("two\nlines, \"quoted\"");
        hit.to = vec!["Ann".into(), "Bo".into()];
        hit.attachments = vec![
            fixture::file("a.pdf", Some(1200)),
            HitAttachment { sha256: None, ..fixture::file("b.jpg", None) },
        ];
        let rows = rows(&fixture::answer(vec![hit]));
        assert_eq!(rows[0].iter().collect::<Vec<_>>(), COLUMNS);
        assert_eq!(&rows[1][6], "Ann; Bo");
        assert_eq!(&rows[1][7], "two\nlines, \"quoted\"");
        let digest = "ab".repeat(32);
        assert_eq!(
            rows[1][8],
            format!(
                "a.pdf (application/pdf, 1200 bytes, {digest}); b.jpg (application/pdf, not in the export)"
            )
        );
        assert_eq!(&rows[1][9], "word:greensill");
    }

    #[test]
    fn no_hits_leave_the_header() {
        assert_eq!(rows(&fixture::answer(vec![])).len(), 1);
    }
}
