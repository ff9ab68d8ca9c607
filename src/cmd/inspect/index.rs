//! finder and opener: tables that look random to whoever has no token.

use blackbox_format::{
    fields::Hex,
    page::{ENTRY_BYTES, PAGE_BYTES, TreeBuilder},
};
use blackbox_token::entry::{FINDER_LABEL_BYTES, OPENER_LABEL_BYTES};

use super::{
    facts::{Fact, Facts},
    manifest,
    subject::Subject,
};
use crate::failure::Failure;

/// Labels that are shown.
const SHOWN: u64 = 4;

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let parts = subject.parts();
    let (kind, about, label_bytes) = match parts[0] {
        "finder" => (
            "finder",
            "the finder of a segment: label 12, row 4, nonce 16 bytes an entry",
            FINDER_LABEL_BYTES,
        ),
        "opener" => {
            ("opener", "the opener of a segment: label 16, secret 16 bytes an entry", OPENER_LABEL_BYTES)
        }
        _ => return Ok(None),
    };
    if !subject.length.is_multiple_of(ENTRY_BYTES as u64) {
        return Err(subject.fault(format!("a {kind} has entries of {ENTRY_BYTES} bytes, and this does not")));
    }
    let mut scan = Scan::new(label_bytes);
    subject.stream::<PAGE_BYTES>(|page| scan.page(page))?;
    let mut facts = Facts::new(kind, about);
    facts
        .keyed("entries", "Entries, padding included", subject.length / ENTRY_BYTES as u64)
        .keyed("sorted", "Sorted by label", scan.sorted)
        .keyed("first_labels", "First labels", scan.labels.iter().map(|label| hex(label)).collect::<Fact>());
    manifest::add_root(&mut facts, subject, scan.tree.finish().0);
    facts.note("Without tokens, entries cannot be told from random bytes: not which are padding, nor which belong to one term or one message.");
    Ok(Some(facts))
}

/// Goes once through a table.
struct Scan {
    label_bytes: usize,
    last: Vec<u8>,
    sorted: bool,
    labels: Vec<Vec<u8>>,
    tree: TreeBuilder,
}

impl Scan {
    fn new(label_bytes: usize) -> Scan {
        Scan { label_bytes, last: Vec::new(), sorted: true, labels: Vec::new(), tree: TreeBuilder::default() }
    }

    fn page(&mut self, page: &[u8]) {
        self.tree.update(page);
        for entry in page.chunks_exact(ENTRY_BYTES) {
            let label = &entry[..self.label_bytes];
            self.sorted &= self.last[..] < *label;
            self.last.clear();
            self.last.extend_from_slice(label);
            if (self.labels.len() as u64) < SHOWN {
                self.labels.push(label.to_vec());
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| Hex([*byte]).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_or_descending_label_is_not_sorted() {
        let scan = |firsts: &[u8]| {
            let mut scan = Scan::new(FINDER_LABEL_BYTES);
            firsts.iter().for_each(|first| scan.page(&[*first; ENTRY_BYTES]));
            scan
        };
        assert!(scan(&[0, 1, 2]).sorted && !scan(&[1, 1]).sorted && !scan(&[2, 1]).sorted);
        assert_eq!(hex(&scan(&[0, 0xa1]).labels[1]), "a1".repeat(12));
    }
}
