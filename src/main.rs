//! `blackbox`: a sealed archive of messages that can be searched but not browsed.

mod cli;
mod clock;
mod cmd;
mod failure;
mod input;
mod output;
mod progress;
mod prompt;
mod remember;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    forbid_core_dumps();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(output::usage(&error)),
    };
    blackbox_custody::identity::prompt::install(prompt::Terminal);
    let json = cli.json;
    ExitCode::from(output::finish(cmd::run(cli), json))
}

/// A core dump would write keys and messages to the disk.
fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // Lowering a limit is always allowed; should it fail all the same, nothing better can be done.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}
