//! Where the log's files lie (c2sp.org/tlog-tiles): hash tiles and entry bundles, full or partial.
//!
//! `log/tile/<L>/<N>[.p/<W>]` and `log/tile/entries/<N>[.p/<W>]`; N in groups of three digits, all
//! but the last with an `x` before: 1234067 is `x001/x234/067`.

use std::{fmt, str::FromStr};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Height of a full tile's tree: `2^TILE_HEIGHT = TILE_WIDTH`.
pub const TILE_HEIGHT: u32 = 8;
/// Levels that a log can have: 2^48 entries give level 6 its last hash.
pub const LEVELS: u8 = 7;

const TILES: &str = "log/tile/";
const PARTIAL: &str = ".p/";

/// A row of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Bundles of entries.
    Entries,
    /// Tiles of hashes, each of `256^L` entries.
    Hashes(u8),
}

impl Level {
    /// How many entries or hashes of this level a log of `size` entries has.
    pub fn count(self, size: u64) -> u64 {
        match self {
            Level::Entries => size,
            Level::Hashes(level) => size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Entries => f.write_str("entries"),
            Level::Hashes(level) => write!(f, "{level}"),
        }
    }
}

/// One file; `Display` is its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Its row.
    pub level: Level,
    /// Its place in the row.
    pub number: u64,
    /// Entries or hashes in it, 1 to 256; fewer than 256: a partial tile.
    pub width: u64,
}

impl Tile {
    /// Tile `number` of `level`, as wide as a log of `size` entries has it; `None` if it is empty.
    pub fn of_log(level: Level, number: u64, size: u64) -> Option<Tile> {
        let start = number.checked_mul(TILE_WIDTH)?;
        let width = level.count(size).saturating_sub(start).min(TILE_WIDTH);
        (width > 0).then_some(Tile { level, number, width })
    }

    /// Whether it is 256 wide.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same tile, full.
    pub fn full(&self) -> Tile {
        Tile { width: TILE_WIDTH, ..*self }
    }

    /// Whether a log of `size` entries does not reach the end of this tile.
    pub fn is_beyond(&self, size: u64) -> bool {
        Tile::of_log(self.level, self.number, size).is_none_or(|tile| tile.width < self.width)
    }

    /// Folder of the tile's partial versions.
    pub fn partials(&self) -> String {
        format!("{}.p", self.full())
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TILES}{}/", self.level)?;
        let mut groups = vec![self.number % 1000];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        match self.is_full() {
            true => Ok(()),
            false => write!(f, "{PARTIAL}{}", self.width),
        }
    }
}

/// The path is not that of a tile or bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not the path of a tile")]
pub struct TilePathError(String);

impl FromStr for Tile {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Tile, TilePathError> {
        let tile = parse(path).filter(|tile| tile.to_string() == path);
        tile.ok_or_else(|| TilePathError(path.to_owned()))
    }
}

/// Reads a path leniently; its one writing is checked by whoever asks.
fn parse(path: &str) -> Option<Tile> {
    let (level, rest) = path.strip_prefix(TILES)?.split_once('/')?;
    let level = match level {
        "entries" => Level::Entries,
        _ => Level::Hashes(level.parse().ok().filter(|level| *level < LEVELS)?),
    };
    let (number, width) = match rest.split_once(PARTIAL) {
        None => (rest, TILE_WIDTH),
        Some((number, width)) => (number, width.parse().ok().filter(|w| (1..TILE_WIDTH).contains(w))?),
    };
    let mut sum: u64 = 0;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u64 = digits.parse().ok().filter(|_| digits.len() == 3)?;
        sum = sum.checked_mul(1000)?.checked_add(value)?;
    }
    Some(Tile { level, number: sum, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_as_written() {
        for (level, number, width, path) in [
            (Level::Hashes(0), 0, 256, "log/tile/0/000"),
            (Level::Hashes(3), 999, 1, "log/tile/3/999.p/1"),
            (Level::Entries, 1000, 256, "log/tile/entries/x001/000"),
            (Level::Entries, 1_234_067, 255, "log/tile/entries/x001/x234/067.p/255"),
        ] {
            let tile = Tile { level, number, width };
            assert_eq!(tile.to_string(), path);
            assert_eq!(path.parse(), Ok(tile));
        }
    }

    #[test]
    fn a_path_in_another_writing_is_no_tile() {
        for path in [
            "log/tile/0/0",
            "log/tile/00/000",
            "log/tile/7/000",
            "log/tile/0/x000/000",
            "log/tile/0/001/000",
            "log/tile/0/x001/x000",
            "log/tile/0/000.p/0",
            "log/tile/0/000.p/256",
            "log/tile/0/000.p/01",
            "log/tile/0/+01",
            "log/tile/entries",
            "tile/0/000",
            "log/tile/0/000/",
            "log/tile/0/000.p/1/1",
            "log/tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert!(path.parse::<Tile>().is_err(), "{path}");
        }
    }

    #[test]
    fn the_specifications_example_of_70_000_entries() {
        let width = |level, number| Tile::of_log(level, number, 70_000).map(|tile| tile.width);
        assert_eq!(width(Level::Hashes(0), 272), Some(256));
        assert_eq!(width(Level::Hashes(0), 273), Some(112));
        assert_eq!(width(Level::Hashes(0), 274), None);
        assert_eq!((width(Level::Hashes(1), 0), width(Level::Hashes(1), 1)), (Some(256), Some(17)));
        assert_eq!((width(Level::Hashes(2), 0), width(Level::Hashes(3), 0)), (Some(1), None));
    }

    #[test]
    fn what_the_log_does_not_reach_is_beyond() {
        let tile = |width| Tile { level: Level::Entries, number: 1, width };
        assert!(!tile(4).is_beyond(260) && tile(5).is_beyond(260) && tile(256).is_beyond(260));
        assert!(tile(1).is_beyond(256) && !tile(256).is_beyond(512));
    }
}
