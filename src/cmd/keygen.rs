//! `keygen`: an identity file to keep, a public file to give away.

use std::path::Path;

use blackbox_custody::{
    Error, Identity, Public,
    identity::{Passphrase, PluginFile},
};
use serde_json::json;
use zeroize::Zeroizing;

use crate::{cli::Keygen, failure::Failure, input::of_key, output::Outcome};

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
    // Nothing is written before the plugin is proved and the passphrase is there.
    let identity = match &args.plugin_identity {
        Some(file) => through_plugin(args, file)?,
        None => Identity::generate(&args.name)?,
    };
    let passphrase = passphrase(args)?;
    match &passphrase {
        Some(passphrase) => identity.save_with(&args.output, passphrase)?,
        None => identity.save(&args.output)?,
    }
    identity.public().save(&public_path)?;
    let written = [args.output.display().to_string(), public_path.display().to_string()];
    let keep = match (&passphrase, identity.plugin()) {
        (Some(_), _) => "backed up, and its passphrase apart from it",
        (None, Some(_)) => "secret and backed up; its plugin or token opens nothing without it",
        (None, None) => "secret and backed up",
    };
    let text = format!(
        "Wrote {}: keep it, {keep}.\nWrote {}: give it to whoever makes the archive.",
        written[0], written[1]
    );
    let json = json!({
        "written": written, "log_index": null, "recipient": identity.public().recipient,
        "protected": passphrase.is_some(),
    });
    Ok(Outcome::done(json, text))
}

fn through_plugin(args: &Keygen, path: &Path) -> Result<Identity, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
    let text = Zeroizing::new(text);
    let mut file = PluginFile::parse(&text).map_err(|what| Error::file(path, what))?;
    file.recipient = args.recipient.clone().or(file.recipient);
    if file.recipient.is_none() {
        let path = path.display().to_string();
        let message = format!("\"{path}\": no comment in it gives the plugin's recipient");
        return Err(Failure::error(message).file(path).hint("give it with --recipient age1..."));
    }
    Ok(Identity::with_plugin(&args.name, file)?)
}

fn passphrase(args: &Keygen) -> Result<Option<Passphrase>, Failure> {
    let wanted = args.passphrase || args.passphrase_file.is_some();
    wanted.then(|| of_key(args.passphrase_file.as_deref()).fresh()).transpose()
}
