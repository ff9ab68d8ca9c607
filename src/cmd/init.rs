//! `init`: an archive, its policy pinned as the log's first leaf.

use std::path::{Path, PathBuf};

use blackbox_custody::{
    Archive, Config, Error, Identity, Public,
    common::common_words,
    config::{CONFIG, Person, check_origin},
    policy::Policy,
};
use blackbox_format::{VERSION, note::Signer};
use blackbox_log::{CHECKPOINT, Cosigner};
use serde_json::json;

use crate::{
    cli::Init,
    clock,
    failure::Failure,
    input::{operator_path, store},
    output::Outcome,
    prompt::Source,
};

pub fn run(args: &Init) -> Result<Outcome, Failure> {
    check_origin(&args.origin).map_err(Failure::error)?;
    // Written only once all else is known to be right.
    let operator = Identity::named("operator", &args.origin)?;
    let config = config(args, &operator)?;
    config.people().map_err(Failure::error)?;
    let operator_path = operator_path(&args.archive.archive);
    if operator_path.exists() {
        let path = operator_path.display().to_string();
        return Err(
            Failure::error(format!("\"{path}\": exists already; refusing to overwrite it")).file(path)
        );
    }
    let flag = "--operator-passphrase-file";
    let passphrase = args.operator_passphrase_file.as_deref();
    let passphrase = passphrase.map(|file| Source { file: Some(file), flag }.fresh()).transpose()?;
    let store = store(&args.archive);
    match &passphrase {
        Some(passphrase) => operator.save_with(&operator_path, passphrase)?,
        None => operator.save(&operator_path)?,
    }
    if let Err(error) = Archive::create(&store, &config, &operator) {
        // The key of an archive that was not made serves nobody.
        let _ = std::fs::remove_file(&operator_path);
        return Err(error.into());
    }
    let folder = args.archive.archive.display();
    let written =
        [format!("{folder}/{CONFIG}"), format!("{folder}/{CHECKPOINT}"), operator_path.display().to_string()];
    let mut text = format!(
        "Made the archive {folder} ({}): {} of {} custodians must agree.\nIts log's key is {}: it belongs to whoever runs the archive, outside the folder.",
        args.origin,
        args.threshold,
        args.custodian.len(),
        operator_path.display()
    );
    if args.threshold == args.custodian.len() && args.threshold > 1 {
        text.push_str(
            "\nWarning: every custodian is needed. If one loses its key, nothing can ever be opened again, and no\n\
             successor can be given its keys: that takes as many others as must agree.",
        );
    }
    Ok(Outcome::done(json!({ "written": written, "log_index": 0 }), text))
}

fn config(args: &Init, operator: &Identity) -> Result<Config, Failure> {
    let policy = match &args.policy {
        None => Policy::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
            Policy::parse(&text).map_err(|what| Error::file(path, what))?
        }
    };
    let common = common_words(&policy, languages).map_err(Failure::error)?;
    Ok(Config {
        format: VERSION.to_owned(),
        origin: args.origin.clone(),
        created: clock::now().time,
        log: operator.verifier().to_string(),
        witness: witnesses(&args.witness)?,
        threshold: args.threshold,
        custodian: people(&args.custodian)?,
        sealer: people(&args.sealer)?,
        examiner: people(&args.examiner)?,
        auditor: people(&args.auditor)?,
        policy,
        common,
    })
}

/// The people of these public files.
///
/// # Errors
/// One is not a public file.
pub fn people(paths: &[PathBuf]) -> Result<Vec<Person>, Failure> {
    paths.iter().map(|path| Ok(Person::from(&Public::load(path)?))).collect()
}

/// Cosignature keys of witnesses.
///
/// # Errors
/// One is neither a key nor a public file.
pub fn witnesses(given: &[String]) -> Result<Vec<String>, Failure> {
    given.iter().map(|given| witness(given)).collect()
}

/// A witness's cosignature key, given as it is or in a public file.
fn witness(given: &str) -> Result<String, Failure> {
    let key: Cosigner = match given.parse() {
        Ok(key) => key,
        Err(_) => Cosigner::new(&Public::load(Path::new(given))?.verifier),
    };
    Ok(key.to_string())
}

/// Stop words of a language given as two letters.
pub fn languages(language: &str) -> Option<Vec<String>> {
    if language.len() != 2 || !LANGUAGES.contains(&language) {
        return None;
    }
    Some(stop_words::get(language).iter().map(|word| word.to_string()).collect())
}

/// The languages with a list (those of NLTK, by ISO 639-1).
const LANGUAGES: [&str; 20] = [
    "ar", "az", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "id", "it", "kk", "ne", "no", "pt", "ro",
    "ru", "es", "sv",
];
