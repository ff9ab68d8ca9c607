//! `demo`: the whole story.

pub fn run(args: &crate::cli::Demo) -> Result<crate::output::Outcome, crate::failure::Failure> {
    let _ = args;
    Err(crate::failure::Failure::error("not yet"))
}
