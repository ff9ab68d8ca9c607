//! `publish`: the public part of an archive, as static files that any web server can host.

use std::{collections::HashSet, path::Path};

use blackbox_custody::{
    Archive, Error,
    audit::{Facts, tally},
    ledger::Ledger,
    papers::Papers,
    publication::{self, MARKER, Marker},
};
use blackbox_log::{CHECKPOINT, Kind};
use blackbox_store::{Folder, Store};
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input,
    output::{self, Outcome},
    report::{self, Reader, Report},
};

/// Path of the page.
const PAGE: &str = "index.html";

pub fn run(args: &cli::Publish) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let target = Folder::new(&args.dir);
    check_target(&archive, &target, args)?;
    let files = publication::files(&archive, &ledger)?;
    for left_out in &files.left_out {
        output::warn(&format!("left out, because it does not count: {left_out}"));
    }
    let mut written = Vec::new();
    let mut put = |path: &str, bytes: &[u8]| -> Result<(), Failure> {
        if !is_there(&target, path, bytes)? {
            target.replace(path, bytes)?;
            written.push(path.to_owned());
        }
        Ok(())
    };
    put(MARKER, Marker::of(&archive).to_text().map_err(Error::from)?.as_bytes())?;
    for path in &files.paths {
        put(path, &store.read(path)?)?;
    }
    put(PAGE, page(&archive, &ledger).as_bytes())?;
    // The last of all: whoever reads it finds what it signs.
    put(CHECKPOINT, &archive.log.checkpoint_note().to_bytes())?;
    let removed = remove_old(&target, &files.paths)?;
    let text = format!(
        "Published {} entries of the log in \"{}\": {} file(s) written, {} as they were, {removed} tile(s) removed that a \
         larger one holds.",
        archive.log.size(),
        args.dir.display(),
        written.len(),
        files.paths.len() + 3 - written.len()
    );
    let json = json!({ "written": written, "log_size": archive.log.size(), "left_out": files.left_out });
    Ok(Outcome::done(json, text))
}

/// A folder is written into only if nothing else can be in it.
fn check_target(archive: &Archive<'_>, target: &Folder, args: &cli::Publish) -> Result<(), Failure> {
    let what = format!("publish into \"{}\"", args.dir.display());
    let refused = |why: &str| Err(Error::refused(what.clone(), why).into());
    let inside = |outer: &Path, inner: &Path| match (outer.canonicalize(), inner.canonicalize()) {
        (Ok(outer), Ok(inner)) => inner.starts_with(outer),
        _ => false,
    };
    let parent = args.dir.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&args.dir);
    if inside(&args.archive.archive, parent) {
        return refused("it lies in the archive; name a folder outside");
    }
    match Marker::read(target)? {
        Some(marker) if marker == Marker::of(archive) => Ok(()),
        Some(_) => refused("it is a publication of another archive; name a new or empty folder"),
        None if target.list("")?.is_empty() => Ok(()),
        None => refused("it holds other files; name a new or empty folder, or a former publication"),
    }
}

fn is_there(target: &Folder, path: &str, bytes: &[u8]) -> Result<bool, Failure> {
    Ok(target.exists(path)? && target.length(path)? == bytes.len() as u64 && target.read(path)? == bytes)
}

/// Partial tiles of a former checkpoint, which the archive has dropped: full ones are in their place.
fn remove_old(target: &Folder, paths: &[String]) -> Result<usize, Failure> {
    let (mut removed, kept) = (0, paths.iter().collect::<HashSet<_>>());
    for path in target.list("log/tile")? {
        if !kept.contains(&path) {
            target.remove(&path)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The page: what a public audit would show.
fn page(archive: &Archive<'_>, ledger: &Ledger) -> String {
    let now = clock::now();
    let requests = ledger.of_kind(Kind::Request);
    let papers = requests.filter_map(|logged| {
        let first = ledger.about(Kind::Request, &logged.leaf.subject).next();
        first.filter(|first| first.index == logged.index)?;
        Papers::read(archive, ledger, &logged.leaf.subject).ok()
    });
    let facts: Vec<Facts> = papers.map(|papers| Facts::of(&papers, None, now.today)).collect();
    let statistics = blackbox_custody::audit::Statistics { to: archive.log.size(), ..tally(facts.iter()) };
    let report = Report {
        origin: &archive.config.origin,
        made: ledger.leaves.last().map_or("", |last| &last.leaf.time),
        findings: None,
        facts: facts.iter().collect(),
        statistics: &statistics,
        reader: Reader::Public,
    };
    report::page(&report)
}
