//! Sorted tables of 32-byte entries, searched by interpolation in about two page reads.
//!
//! Labels are outputs of a pseudorandom function, so an entry's place follows from its label
//! (spec/archive.md, "Index"). Absence is shown by the two neighbours between which a label would lie.

use blackbox_format::page::{ENTRY_BYTES, PAGE_BYTES, Root};

use crate::{Paged, PagedError, Store};

const ENTRIES_A_PAGE: u64 = (PAGE_BYTES / ENTRY_BYTES) as u64;

/// A finder or opener table.
pub struct Table<'a> {
    file: Paged<'a>,
    pages: u64,
}

impl<'a> Table<'a> {
    /// Opens the table at `path`, whose manifest says `root`.
    ///
    /// # Errors
    /// As [`Paged::open`].
    pub fn open(store: &'a dyn Store, path: &str, root: Root) -> Result<Table<'a>, PagedError> {
        let file = Paged::open(store, path, root)?;
        if !root.length.is_multiple_of(ENTRY_BYTES as u64) {
            return Err(PagedError::Changed(path.to_owned()));
        }
        let pages = blackbox_format::page::pages(root.length);
        Ok(Table { file, pages })
    }

    /// The entry that begins with `label`, if there is one.
    ///
    /// # Errors
    /// A page read is not the one that was signed.
    pub fn find(&self, label: &[u8]) -> Result<Option<[u8; ENTRY_BYTES]>, PagedError> {
        let (mut low, mut high) = (Edge::start(), Edge::end(self.pages));
        while low.page < high.page {
            let number = guess(label, low, high);
            let page = self.file.page(number)?;
            let (first, last) = (entry(&page, 0), entry(&page, page.len() / ENTRY_BYTES - 1));
            if label < &first[..label.len()] {
                high = Edge { page: number, value: value(&first) };
            } else if label > &last[..label.len()] {
                low = Edge { page: number + 1, value: value(&last) };
            } else {
                return Ok(search(&page, label));
            }
        }
        Ok(None)
    }

    /// Whether all labels ascend, `label_bytes` long.
    ///
    /// # Errors
    /// A page is not the one that was signed.
    pub fn is_sorted(&self, label_bytes: usize) -> Result<bool, PagedError> {
        let mut before: Option<Vec<u8>> = None;
        for number in 0..self.pages {
            for entry in self.file.page(number)?.chunks_exact(ENTRY_BYTES) {
                let label = &entry[..label_bytes];
                if before.is_some_and(|before| before[..] >= *label) {
                    return Ok(false);
                }
                before = Some(label.to_vec());
            }
        }
        Ok(true)
    }
}

/// A bound of the search: pages before `page` end below `value`, or those from it on begin at it.
#[derive(Clone, Copy)]
struct Edge {
    page: u64,
    value: u64,
}

impl Edge {
    fn start() -> Edge {
        Edge { page: 0, value: 0 }
    }

    fn end(pages: u64) -> Edge {
        Edge { page: pages, value: u64::MAX }
    }
}

/// The page between the edges in which a uniform label most likely lies.
fn guess(label: &[u8], low: Edge, high: Edge) -> u64 {
    let span = u128::from(high.value.saturating_sub(low.value)).max(1);
    let above = u128::from(value(label).saturating_sub(low.value)).min(span);
    let pages = u128::from(high.page - low.page);
    low.page + ((above * pages / span) as u64).min(high.page - low.page - 1)
}

fn value(label: &[u8]) -> u64 {
    u64::from_be_bytes(label[..8].try_into().expect("a label has at least eight bytes"))
}

fn entry(page: &[u8], number: usize) -> [u8; ENTRY_BYTES] {
    page[number * ENTRY_BYTES..][..ENTRY_BYTES].try_into().expect("32 bytes")
}

fn search(page: &[u8], label: &[u8]) -> Option<[u8; ENTRY_BYTES]> {
    debug_assert!(page.len() as u64 <= ENTRIES_A_PAGE * ENTRY_BYTES as u64);
    let (mut low, mut high) = (0, page.len() / ENTRY_BYTES);
    while low < high {
        let middle = usize::midpoint(low, high);
        match entry(page, middle)[..label.len()].cmp(label) {
            std::cmp::Ordering::Equal => return Some(entry(page, middle)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use blackbox_format::{merkle::sha256, page};

    use super::*;
    use crate::Folder;

    #[test]
    fn every_entry_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::new(folder.path());
        for (name, count) in [("none", 0u32), ("one", 1), ("some", 1000), ("many", 20_000)] {
            let mut entries: Vec<[u8; 32]> = (0..count).map(|i| sha256(&i.to_le_bytes())).collect();
            entries.sort_unstable();
            let bytes = entries.concat();
            let (root, tree) = page::tree(&bytes);
            store.put(name, &bytes).unwrap();
            store.put(&format!("{name}.tree"), &tree).unwrap();
            let table = Table::open(&store, name, root).unwrap();
            assert!(table.is_sorted(12).unwrap());
            for entry in entries.iter().step_by(7) {
                assert_eq!(table.find(&entry[..12]).unwrap(), Some(*entry));
                let mut absent = *entry;
                absent[11] ^= 1;
                assert_eq!(table.find(&absent[..12]).unwrap(), None);
            }
            for edge in [[0; 16], [255; 16]] {
                assert_eq!(table.find(&edge).unwrap(), None);
            }
        }
    }

    #[test]
    fn an_unsorted_table_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::new(folder.path());
        let bytes = [[2; 32], [1; 32]].concat();
        let (root, tree) = page::tree(&bytes);
        store.put("t", &bytes).unwrap();
        store.put("t.tree", &tree).unwrap();
        assert!(!Table::open(&store, "t", root).unwrap().is_sorted(12).unwrap());
    }
}
