//! `keygen`: an identity file to keep, a public file to give away.

use blackbox_custody::{Identity, Public};
use serde_json::json;

use crate::{cli::Keygen, failure::Failure, output::Outcome};

pub fn run(args: &Keygen) -> Result<Outcome, Failure> {
    let public_path = Public::path_beside(&args.output);
    if public_path == args.output {
        return Err(Failure::error("an identity file cannot end in .pub: its public file does"));
    }
    if let Some(path) = [&args.output, &public_path].into_iter().find(|path| path.exists()) {
        let path = path.display().to_string();
        return Err(
            Failure::error(format!("\"{path}\": exists already; refusing to overwrite it")).file(path)
        );
    }
    let identity = Identity::generate(&args.name)?;
    identity.save(&args.output)?;
    identity.public().save(&public_path)?;
    let written = [args.output.display().to_string(), public_path.display().to_string()];
    let text = format!(
        "Wrote {}: keep it, secret and backed up.\nWrote {}: give it to whoever makes the archive.",
        written[0], written[1]
    );
    Ok(Outcome::done(json!({ "written": written, "log_index": null }), text))
}
