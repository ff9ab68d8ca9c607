//! `read-document`: one document from standard input to its text on standard output, for `seal`, which starts it.

use std::io;

use crate::{failure::Failure, output::Outcome};

pub fn run() -> Result<Outcome, Failure> {
    let failed = |error: io::Error| Failure::error(format!("the document cannot be read: {error}"));
    blackbox_document::confine().map_err(failed)?;
    blackbox_document::serve(io::stdin().lock(), io::stdout().lock()).map_err(failed)?;
    Ok(Outcome::printed())
}
