//! `age-plugin-tide`: an age plugin for tests. It wraps with X25519, as age itself does, under a name of
//! its own: keys are age's own, as text inside the plugin's. Run alone, it prints a new key.
//!
//! It calls itself post-quantum, which it is not, so that tests see what that label does. A key made
//! with `--ask` wants a yes from its owner before it opens anything; a key made with `--mixed` does
//! not belong to its recipient. Where a file `blame` lies beside the plugin, files to one person fail,
//! through the fault of what it says: `stanza` or `token`.

use std::{
    collections::{HashMap, HashSet},
    io,
};

use age::{Identity, Recipient, secrecy::ExposeSecret, x25519};
use age_core::format::{FileKey, Stanza};
use age_plugin::{
    Callbacks, PluginHandler,
    identity::{self, IdentityPluginV1},
    print_new_identity,
    recipient::{self, RecipientPluginV1},
    run_state_machine,
};

const NAME: &str = "tide";
/// What comes first in a key that asks.
const ASKS: &str = "ask ";

fn main() -> io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if let Some(machine) = argument.strip_prefix("--age-plugin=") {
        return run_state_machine(machine, Tide);
    }
    let (key, other) = (x25519::Identity::generate(), x25519::Identity::generate());
    let public = if argument == "--mixed" { other.to_public() } else { key.to_public() };
    let asks = if argument == "--ask" { ASKS } else { "" };
    let secret = format!("{asks}{}", key.to_string().expose_secret());
    print_new_identity(NAME, secret.as_bytes(), public.to_string().as_bytes());
    Ok(())
}

struct Tide;

impl PluginHandler for Tide {
    type RecipientV1 = Wrapper;
    type IdentityV1 = Opener;

    fn recipient_v1(self) -> io::Result<Wrapper> {
        Ok(Wrapper::default())
    }

    fn identity_v1(self) -> io::Result<Opener> {
        Ok(Opener::default())
    }
}

#[derive(Default)]
struct Wrapper(Vec<x25519::Recipient>);

impl RecipientPluginV1 for Wrapper {
    fn add_recipient(&mut self, index: usize, _: &str, bytes: &[u8]) -> Result<(), recipient::Error> {
        let read = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
        let message = "not a recipient of tide".to_owned();
        self.0.push(read.ok_or(recipient::Error::Recipient { index, message })?);
        Ok(())
    }

    fn add_identity(&mut self, index: usize, _: &str, _: &[u8]) -> Result<(), recipient::Error> {
        Err(recipient::Error::Identity { index, message: "tide wraps to recipients only".to_owned() })
    }

    fn labels(&mut self) -> HashSet<String> {
        ["postquantum".to_owned()].into()
    }

    fn wrap_file_keys(
        &mut self,
        file_keys: Vec<FileKey>,
        _: impl Callbacks<recipient::Error>,
    ) -> io::Result<Result<Vec<Vec<Stanza>>, Vec<recipient::Error>>> {
        let wrap = |file_key: &FileKey| {
            let wrapped = self.0.iter().flat_map(|recipient| {
                recipient.wrap_file_key(file_key).map(|(stanzas, _)| stanzas).unwrap_or_default()
            });
            wrapped.map(|stanza| Stanza { tag: NAME.to_owned(), ..stanza }).collect()
        };
        Ok(Ok(file_keys.iter().map(wrap).collect()))
    }
}

#[derive(Default)]
struct Opener {
    keys: Vec<x25519::Identity>,
    asks: bool,
}

impl IdentityPluginV1 for Opener {
    fn add_identity(&mut self, index: usize, _: &str, bytes: &[u8]) -> Result<(), identity::Error> {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        self.asks |= text.starts_with(ASKS);
        let key = text.trim_start_matches(ASKS).parse();
        let message = "not an identity of tide".to_owned();
        self.keys.push(key.map_err(|_| identity::Error::Identity { index, message })?);
        Ok(())
    }

    fn unwrap_file_keys(
        &mut self,
        files: Vec<Vec<Stanza>>,
        mut callbacks: impl Callbacks<identity::Error>,
    ) -> io::Result<HashMap<usize, Result<FileKey, Vec<identity::Error>>>> {
        // Nobody may be there to read it.
        let _ = callbacks.message("the tide comes in")?;
        if self.asks && !matches!(callbacks.confirm("May tide open this?", "yes", Some("no"))?, Ok(true)) {
            let refused =
                || vec![identity::Error::Identity { index: 0, message: "nobody said yes".to_owned() }];
            return Ok((0..files.len()).map(|file| (file, Err(refused()))).collect());
        }
        let blame =
            std::env::current_exe().and_then(|path| std::fs::read_to_string(path.with_file_name("blame")));
        let mut opened = HashMap::new();
        for (number, stanzas) in files.into_iter().enumerate() {
            let people = stanzas.iter().filter(|stanza| [NAME, "X25519"].contains(&stanza.tag.as_str()));
            if let (Ok(blame), 1) = (&blame, people.count()) {
                opened.insert(number, Err(vec![fault(blame, number)]));
                continue;
            }
            let own = stanzas.into_iter().filter(|stanza| stanza.tag == NAME);
            let own: Vec<Stanza> = own.map(|stanza| Stanza { tag: "X25519".to_owned(), ..stanza }).collect();
            let file_key = self.keys.iter().find_map(|key| key.unwrap_stanzas(&own)?.ok());
            opened.extend(file_key.map(|file_key| (number, Ok(file_key))));
        }
        Ok(opened)
    }
}

fn fault(blame: &str, file_index: usize) -> identity::Error {
    let message = format!("the {blame} is broken");
    match blame {
        "stanza" => identity::Error::Stanza { file_index, stanza_index: 0, message },
        _ => identity::Error::Identity { index: 0, message },
    }
}
