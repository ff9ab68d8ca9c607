//! The log: its checkpoint, its tiles of hashes and its bundles of entries.

use blackbox_format::{
    fields::Hex,
    merkle::{self, HASH_BYTES},
    note::Note,
    page::hashes,
};
use blackbox_log::{
    Checkpoint, CheckpointError, Leaf, Proof, bundle,
    tile::{Level, Tile},
};

use super::{
    facts::{Fact, Facts},
    signers,
    subject::Subject,
};
use crate::failure::Failure;

/// Largest checkpoint that is looked at, in bytes.
const CHECKPOINT_BYTES: u64 = 1 << 20;

/// A signed checkpoint, wherever it lies: people keep copies.
pub fn read_checkpoint(subject: &Subject) -> Result<Option<Facts>, Failure> {
    if subject.length > CHECKPOINT_BYTES {
        return Ok(None);
    }
    let Ok(note) = Note::parse(&subject.bytes()?) else { return Ok(None) };
    let Ok(checkpoint) = note.text.parse::<Checkpoint>() else { return Ok(None) };
    let mut facts = Facts::new("checkpoint", "a checkpoint: what the operator signed about the whole log");
    facts.fact("Origin", checkpoint.origin).keyed("size", "Entries of the log", checkpoint.size).keyed(
        "root",
        "Root of the log, in hex",
        Hex(checkpoint.root).to_string(),
    );
    signers::add(&mut facts, subject, &note);
    facts.note(
        "A copy kept elsewhere shows whether the log was cut back since: `blackbox audit --checkpoint FILE`.",
    );
    Ok(Some(facts))
}

/// A proof that an entry is in the log, wherever it lies.
pub fn read_proof(subject: &Subject) -> Result<Option<Facts>, Failure> {
    if !subject.head.starts_with(b"c2sp.org/tlog-proof@") {
        return Ok(None);
    }
    let proof = Proof::parse(&subject.bytes()?).map_err(|error| subject.fault(error))?;
    let checkpoint: Checkpoint =
        proof.note.text.parse().map_err(|error: CheckpointError| subject.fault(error))?;
    let mut facts = Facts::new("proof", "a proof that an entry is in the log, under a checkpoint");
    facts.keyed("index", "Number of the entry", proof.index).fact("Origin", checkpoint.origin).keyed(
        "size",
        "Entries of the log",
        checkpoint.size,
    );
    facts.keyed("root", "Root of the log, in hex", Hex(checkpoint.root).to_string());
    signers::add(&mut facts, subject, &proof.note);
    facts
        .note("Whether the entry is the one meant, `blackbox verify` checks. Any reader of C2SP proofs can.");
    Ok(Some(facts))
}

/// A tile or bundle, told by its path below `log/tile`.
pub fn read_tile(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let path = subject.slashed();
    let Some(at) = path.rfind("/log/tile/") else { return Ok(None) };
    let Ok(tile) = path[at + 1..].parse::<Tile>() else { return Ok(None) };
    match tile.level {
        Level::Entries => entries(subject, tile).map(Some),
        Level::Hashes(level) => hash_tile(subject, tile, level).map(Some),
    }
}

fn hash_tile(subject: &Subject, tile: Tile, level: u8) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    if bytes.len() as u64 != tile.width * HASH_BYTES as u64 {
        let found = bytes.len();
        return Err(subject.fault(format!("its name says {} hashes, and it has {found} bytes", tile.width)));
    }
    let mut facts = Facts::new("tile", "a tile of the log: hashes of its tree");
    add_place(&mut facts, tile);
    facts
        .keyed("level", "Level of the tree, from the entries up", u64::from(level))
        .fact("Hashes", tile.width)
        .keyed("root", "Root over these hashes", Hex(merkle::root(&hashes(&bytes))).to_string());
    Ok(facts)
}

fn entries(subject: &Subject, tile: Tile) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    let entries = bundle::split(&bytes, tile.width).map_err(|error| subject.fault(error))?;
    let first = tile.number * tile.full().width;
    let rows = entries.iter().zip(first..).map(|(entry, index)| {
        let leaf = Leaf::parse(entry).map_err(|error| subject.fault(format!("entry {index}: {error}")));
        leaf.map(|leaf| row(index, &leaf))
    });
    let rows: Vec<Fact> = rows.collect::<Result<_, _>>()?;
    let mut facts = Facts::new("entries", "a bundle of the log: its entries");
    add_place(&mut facts, tile);
    facts.keyed("entries", "Entries", Fact::List(rows));
    facts.note("Entries say who did what and when. The terms asked are not among them.");
    Ok(facts)
}

fn add_place(facts: &mut Facts, tile: Tile) {
    facts.keyed("number", "Number of the tile in its level", tile.number).fact("Full", tile.is_full());
}

fn row(index: u64, leaf: &Leaf) -> Fact {
    Fact::Row(vec![
        ("entry", index.into()),
        ("kind", leaf.kind.to_string().into()),
        ("time", leaf.time.clone().into()),
        ("by", leaf.by.clone().into()),
        ("subject", leaf.subject.clone().into()),
        ("path", leaf.path.clone().into()),
        ("sha256", leaf.document.to_string().into()),
        ("bodies", leaf.bodies.iter().map(|body| body.to_string()).collect()),
    ])
}
