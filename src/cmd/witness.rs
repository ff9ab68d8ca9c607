//! `witness`: cosigns the log, for who follows it.

use std::{fs::OpenOptions, io::Write, path::Path};

use blackbox_custody::{
    Archive, Error,
    ledger::Ledger,
    witness::{add, check_witness, cosign},
};
use blackbox_log::{CHECKPOINT, cosigned};
use blackbox_store::Store;
use serde_json::json;

use crate::{cli, clock, failure::Failure, input, output::Outcome};

pub fn run(args: &cli::Witness) -> Result<Outcome, Failure> {
    if let Some(path) = args.output.as_deref().filter(|path| path.exists()) {
        return Err(Error::file(path, "exists already; refusing to overwrite it").into());
    }
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let own = input::own(&args.who)?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = input::who_is(&archive, &ledger, (own, &args.who))?;
    check_witness(&archive, &who.identity)?;
    let mut lines = Vec::new();
    for path in &args.add {
        let names = add(&mut archive, &input::outside(path)?)?;
        lines.push(format!(
            "Took in the cosignature(s) of {} from \"{}\".",
            names.join(", "),
            path.display()
        ));
    }
    let now = clock::now();
    let note = cosign(&mut archive, (&who.identity, &mut who.state), &now)?;
    let size = archive.log.size();
    let mut written = vec![CHECKPOINT.to_owned(), cosigned::path(size)];
    if let Some(path) = &args.output {
        write(path, &note.to_bytes())?;
        written.push(path.display().to_string());
    }
    let checkpoint = note.to_string();
    let shown: Vec<_> = checkpoint.lines().map(blackbox_bundle::escape_terminal).collect();
    lines.push(format!(
        "Cosigned the log at {size} entries, at {}, as \"{}\":\n\n{}",
        now.time,
        who.identity.public().verifier.name(),
        shown.join("\n")
    ));
    let json = json!({ "checkpoint": checkpoint, "written": written, "log_index": null });
    Ok(Outcome::done(json, lines.join("\n")))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Error::file(path, error).into())
}
