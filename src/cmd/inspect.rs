//! `inspect`: all that is visible in a file without a key.

pub fn run(args: &crate::cli::Inspect) -> Result<crate::output::Outcome, crate::failure::Failure> {
    let _ = args;
    Err(crate::failure::Failure::error("not yet"))
}
