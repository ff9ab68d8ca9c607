//! OpenDocument (ISO/IEC 26300): texts, sheets and presentations alike.

use std::ops::ControlFlow;

use crate::draft::Draft;
use crate::outcome::Reason;
use crate::package::Package;
use crate::xml::{self, Node};

/// The most blanks that one element may stand for.
const MAX_BLANKS: usize = 100;

/// Adds a document: its content, then headers and footers, which stand among its styles.
pub(crate) fn read(package: &mut Package<'_>, draft: &mut Draft) {
    let manifest = package.part("META-INF/manifest.xml").unwrap_or_default();
    if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
        draft.miss(Reason::EncryptedDocument);
        return;
    }
    for part in ["content.xml", "styles.xml"] {
        package.each(draft, |name| name == part, read_part);
    }
}

/// Paragraphs and headings hold all text; cells show their values as paragraphs too.
fn read_part(bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
    let mut paragraphs = 0_usize;
    xml::walk(bytes, |node| {
        match node {
            Node::Open("p" | "h", _) => paragraphs += 1,
            Node::Close("p" | "h") => {
                paragraphs = paragraphs.saturating_sub(1);
                draft.end_line();
            }
            Node::Open("table", attributes) => {
                draft.push(&attributes.get("name").unwrap_or_default());
                draft.end_line();
            }
            Node::Text(text) if paragraphs > 0 => draft.push(text),
            Node::Open("tab", _) => draft.push("\t"),
            Node::Open("line-break", _) => draft.end_line(),
            Node::Open("s", attributes) if paragraphs > 0 => {
                let count = attributes.get("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                draft.push(&" ".repeat(MAX_BLANKS.min(count)));
            }
            _ => {}
        }
        if draft.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
