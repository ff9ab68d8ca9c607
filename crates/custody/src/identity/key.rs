//! The age half of an identity: an X25519 secret, or what a plugin finds its secret by.

use age::{
    plugin::{self, IdentityPluginV1},
    secrecy::SecretString,
    x25519,
};

use super::{prompt::Installed, recipient::Form};
use crate::error::Error;

/// What opens age files.
pub(super) enum Key {
    X25519(x25519::Identity),
    Plugin(plugin::Identity),
}

impl Key {
    /// Reads `AGE-SECRET-KEY-1...` or `AGE-PLUGIN-NAME-1...`. Errors do not echo it.
    pub(super) fn parse(text: &str) -> Result<Key, String> {
        let secret = text.parse().map(Key::X25519);
        let key = secret.or_else(|_| text.parse().map(Key::Plugin));
        key.map_err(|_| "its age identity is neither AGE-SECRET-KEY-1... nor AGE-PLUGIN-NAME-1...".to_owned())
    }

    pub(super) fn to_text(&self) -> SecretString {
        match self {
            Key::X25519(key) => key.to_string(),
            Key::Plugin(key) => SecretString::from(key.to_string()),
        }
    }

    /// The recipient that follows from the key; from a plugin's none does.
    pub(super) fn recipient(&self) -> Option<String> {
        match self {
            Key::X25519(key) => Some(key.to_public().to_string()),
            Key::Plugin(_) => None,
        }
    }

    /// The plugin's name.
    pub(super) fn plugin(&self) -> Option<&str> {
        match self {
            Key::X25519(_) => None,
            Key::Plugin(key) => Some(key.plugin()),
        }
    }

    /// What decrypts; a plugin is looked for in PATH.
    pub(super) fn opener(&self) -> Result<Box<dyn age::Identity>, Error> {
        match self {
            Key::X25519(key) => Ok(Box::new(key.clone())),
            Key::Plugin(key) => {
                let plugin = IdentityPluginV1::new(key.plugin(), std::slice::from_ref(key), Installed);
                Ok(Box::new(plugin.map_err(Error::missing)?))
            }
        }
    }
}

/// What an age plugin writes when it makes a key: the identity, and in a comment its recipient.
pub struct PluginFile {
    pub(super) key: Key,
    /// The recipient, if a comment gives it.
    pub recipient: Option<String>,
}

impl PluginFile {
    /// Reads `# public key: age1...` or `# recipient: age1...`, in letters of any case, and one line
    /// `AGE-PLUGIN-NAME-1...`.
    ///
    /// # Errors
    /// There is no such line, or more than one.
    pub fn parse(text: &str) -> Result<PluginFile, String> {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut keys = lines().filter(|line| !line.starts_with('#'));
        let (key, more) = (keys.next(), keys.next());
        let key = key.and_then(|line| line.parse().ok()).map(Key::Plugin);
        let key = key.ok_or("it holds no line AGE-PLUGIN-NAME-1...")?;
        if more.is_some() {
            return Err("it holds more than one identity".to_owned());
        }
        let recipient = lines().filter_map(commented).find(|text| Form::parse(text).is_ok());
        Ok(PluginFile { key, recipient: recipient.map(str::to_owned) })
    }
}

/// The recipient of a comment.
fn commented(line: &str) -> Option<&str> {
    let (name, value) = line.strip_prefix('#')?.split_once(':')?;
    let name = name.trim().to_ascii_lowercase();
    matches!(name.as_str(), "public key" | "recipient").then_some(value.trim())
}

#[cfg(test)]
impl Key {
    pub(super) fn expose(&self) -> String {
        age::secrecy::ExposeSecret::expose_secret(&self.to_text()).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    const KEY: &str = "AGE-PLUGIN-NOBODY-1VM8A94";
    const RECIPIENT: &str = "age1nobody1k3qyy9";

    #[test]
    fn what_plugins_write_is_read() {
        for comment in ["# public key: ", "# recipient: ", "#    Recipient: ", "# Public Key: "] {
            let text = format!("#  created: today\n{comment}{RECIPIENT}\r\n\n{KEY}\n");
            let file = PluginFile::parse(&text).unwrap();
            assert_eq!(file.recipient.as_deref(), Some(RECIPIENT), "{comment}");
            assert_eq!((file.key.expose().as_str(), file.key.plugin()), (KEY, Some("nobody")));
        }
        assert!(PluginFile::parse(&format!("# recipient: nobody\n{KEY}")).unwrap().recipient.is_none());
        let secret = x25519::Identity::generate().to_string();
        for wrong in ["", "# recipient: x", &format!("{KEY}\n{KEY}"), secret.expose_secret()] {
            assert!(PluginFile::parse(wrong).is_err());
        }
    }
}
