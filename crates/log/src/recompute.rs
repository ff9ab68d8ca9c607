//! The log's tree, recomputed from its entries and compared with every tile and bundle on disk.
//!
//! Where two files disagree, the signed root settles which is right, if the tiles between are sound;
//! if not, both are named.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    fields::Hex,
    merkle::{self, Hash},
    page::root_of_edges,
};
use blackbox_store::Store;

use crate::{
    CHECKPOINT, Kind, Leaf, Log,
    tile::{Level, TILE_WIDTH, Tile},
    tree::{read_entries, read_hashes},
    verify::{FAULTS, Fault, push, reason},
};

/// What was found.
pub(crate) struct Recompute<'l> {
    store: &'l dyn Store,
    log: &'l Log<'l>,
    tiles: &'l BTreeSet<Tile>,
    /// Whether the tree's right edge leads to the signed root.
    sound: bool,
    /// For each level, hashes that the level below gave and that fill no tile yet; `None`: unknown.
    rows: Vec<Vec<Option<Hash>>>,
    /// Bundles that disagree with their hash tile while nothing above settles which is right.
    suspects: Vec<Tile>,
    pub(crate) faults: Vec<Fault>,
    /// Bodies that entries name, and the first entry that does.
    pub(crate) bodies: BTreeMap<Hex<32>, u64>,
}

/// What a tile should hold: its hashes, or at least their root.
struct Settled {
    hashes: Option<Vec<Hash>>,
    root: Option<Hash>,
}

impl<'l> Recompute<'l> {
    /// Checks the log's tree; `tiles` are the files that are there.
    pub(crate) fn of(store: &'l dyn Store, log: &'l Log<'l>, tiles: &'l BTreeSet<Tile>) -> Recompute<'l> {
        let sound = log.tree().edges().is_ok();
        let (rows, suspects, faults, bodies) = Default::default();
        let mut all = Recompute { store, log, tiles, sound, rows, suspects, faults, bodies };
        for number in 0..log.size().div_ceil(TILE_WIDTH) {
            all.check_bundle(number);
            if all.faults.len() > FAULTS {
                return all;
            }
        }
        all.check_root();
        all
    }

    /// Checks bundle `number`, its hash tile, and the tiles above that they fill.
    fn check_bundle(&mut self, number: u64) {
        let bundle = self.tile(Level::Entries, number);
        let entries = read_entries(self.store, bundle);
        let leaves = entries.as_ref().ok().map(|entries| hash(entries));
        let settled = self.settle(0, number, leaves.clone());
        match (entries, leaves, &settled.hashes) {
            (Ok(entries), Some(leaves), Some(hashes)) if leaves == *hashes => {
                self.check_leaves(bundle, &entries)
            }
            (Ok(_), Some(leaves), Some(hashes)) => self.fault(bundle, differing(bundle, &leaves, hashes)),
            (Err(error), _, _) => self.fault(bundle, reason(&error)),
            _ => self.fault(bundle, "its entries are not those that the checkpoint signs"),
        }
        self.check_partials(bundle, settled.hashes.as_deref());
        match bundle.is_full() {
            true => self.rise(1, number, settled.root),
            false => *self.row(0) = known(settled.hashes, bundle.width),
        }
    }

    /// Gives `level` hash number `index`; if that fills a tile, checks it.
    fn rise(&mut self, level: u8, index: u64, hash: Option<Hash>) {
        self.row(level).push(hash);
        if index % TILE_WIDTH == TILE_WIDTH - 1 {
            let below = std::mem::take(self.row(level)).into_iter().collect();
            let number = index / TILE_WIDTH;
            let root = self.settle(level, number, below).root;
            self.rise(level + 1, number, root);
        }
    }

    /// Checks the partial tiles of the upper levels, and that all of them lead to the signed root.
    fn check_root(&mut self) {
        let size = self.log.size();
        for level in (1..).take_while(|level| Level::Hashes(*level).count(size) > 0) {
            let number = Level::Hashes(level).count(size) / TILE_WIDTH;
            if let Some(tile) = Tile::of_log(Level::Hashes(level), number, size) {
                let below = self.row(level).iter().copied().collect();
                *self.row(level) = known(self.settle(level, number, below).hashes, tile.width);
            }
        }
        let edges: Option<Vec<Vec<Hash>>> =
            self.rows.iter().map(|row| row.iter().copied().collect()).collect();
        if edges.is_some_and(|edges| root_of_edges(&edges) == self.log.checkpoint().root) {
            return;
        }
        let suspects = std::mem::take(&mut self.suspects);
        suspects.iter().for_each(|bundle| self.fault(*bundle, "it and its hash tile disagree"));
        if self.faults.is_empty() {
            push(&mut self.faults, CHECKPOINT.to_owned(), "the log's entries lead to another root");
        }
    }

    /// Checks a hash tile against what lies `below` it and what is signed above it.
    fn settle(&mut self, level: u8, number: u64, below: Option<Vec<Hash>>) -> Settled {
        let tile = self.tile(Level::Hashes(level), number);
        let signed = self.signed(tile);
        let disk = match (&signed, self.tiles.contains(&tile)) {
            (Some(hashes), true) => Ok(hashes.clone()),
            _ => read_hashes(self.store, tile),
        };
        let wanted = self.wanted(tile);
        let hashes = match (signed, wanted, below) {
            (Some(signed), _, _) => Some(signed),
            (None, Some(wanted), below) => below.filter(|below| merkle::root(below) == wanted),
            (None, None, Some(below)) => Some(below),
            (None, None, None) => disk.as_ref().ok().cloned(),
        };
        match disk {
            Err(error) => self.fault(tile, reason(&error)),
            Ok(disk) if Some(&disk) == hashes.as_ref() => {}
            Ok(_) => {
                self.fault(tile, "its hashes are not those of the entries");
                if level == 0 && wanted.is_none() {
                    self.suspects.push(Tile { level: Level::Entries, ..tile });
                }
            }
        }
        self.check_partials(tile, hashes.as_deref());
        let root = wanted.or_else(|| hashes.as_deref().map(merkle::root));
        Settled { hashes, root }
    }

    /// The tile's hashes, if those on disk lead to the signed root.
    fn signed(&self, tile: Tile) -> Option<Vec<Hash>> {
        let Level::Hashes(level) = tile.level else { return None };
        let hashes = self.sound.then(|| self.log.tree().tile(level, tile.number))?;
        hashes.ok().map(|hashes| hashes.to_vec())
    }

    /// The full tile's root, if the tile above it leads to the signed root.
    fn wanted(&self, tile: Tile) -> Option<Hash> {
        let Level::Hashes(level) = tile.level else { return None };
        let sound = self.sound && tile.is_full();
        let above = sound.then(|| self.log.tree().tile(level + 1, tile.number / TILE_WIDTH))?;
        above.ok().map(|above| above[(tile.number % TILE_WIDTH) as usize])
    }

    /// Checks the partial versions of `tile` that are there: each is the beginning of `hashes`.
    fn check_partials(&mut self, tile: Tile, hashes: Option<&[Hash]>) {
        let first = Tile { width: 1, ..tile };
        for part in self.tiles.range(first..tile.full()).filter(|part| **part != tile) {
            let found = match part.level {
                Level::Entries => read_entries(self.store, *part).map(|entries| hash(&entries)),
                Level::Hashes(_) => read_hashes(self.store, *part),
            };
            let what = match (found, hashes.and_then(|hashes| hashes.get(..part.width as usize))) {
                (Err(error), _) => reason(&error),
                (Ok(_), None) => "the tile that it begins is wrong, so it could not be checked".to_owned(),
                (Ok(found), Some(hashes)) if found != hashes => {
                    "it is not how its full version begins".to_owned()
                }
                (Ok(_), Some(_)) => continue,
            };
            push(&mut self.faults, part.to_string(), what);
        }
    }

    /// Checks that the entries of a bundle are leaves, and collects the bodies that they name.
    fn check_leaves(&mut self, bundle: Tile, entries: &[Vec<u8>]) {
        for (index, entry) in (bundle.number * TILE_WIDTH..).zip(entries) {
            match Leaf::parse(entry) {
                Err(error) => self.fault(bundle, format!("entry {index}: {error}")),
                Ok(leaf) if (leaf.kind == Kind::Init) != (index == 0) => {
                    self.fault(
                        bundle,
                        format!("entry {index} is \"{}\": entry 0, and no other, is init", leaf.kind),
                    );
                }
                Ok(leaf) => leaf.bodies.into_iter().for_each(|hash| {
                    self.bodies.entry(hash).or_insert(index);
                }),
            }
        }
    }

    fn tile(&self, level: Level, number: u64) -> Tile {
        Tile::of_log(level, number, self.log.size()).expect("only tiles that the log reaches are checked")
    }

    fn row(&mut self, level: u8) -> &mut Vec<Option<Hash>> {
        let level = usize::from(level);
        if self.rows.len() <= level {
            self.rows.resize_with(level + 1, Vec::new);
        }
        &mut self.rows[level]
    }

    fn fault(&mut self, tile: Tile, what: impl Into<String>) {
        push(&mut self.faults, tile.to_string(), what);
    }
}

fn hash(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| merkle::leaf(entry)).collect()
}

fn known(hashes: Option<Vec<Hash>>, width: u64) -> Vec<Option<Hash>> {
    hashes.map_or_else(|| vec![None; width as usize], |hashes| hashes.into_iter().map(Some).collect())
}

/// How a bundle with these leaf hashes differs from what its tile was settled to hold.
fn differing(bundle: Tile, leaves: &[Hash], settled: &[Hash]) -> String {
    let at = leaves.iter().zip(settled).position(|(leaf, settled)| leaf != settled).unwrap_or_default();
    format!("entry {} is not the one that the checkpoint signs", bundle.number * TILE_WIDTH + at as u64)
}
