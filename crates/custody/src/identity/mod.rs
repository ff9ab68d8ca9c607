//! Who takes part: an age identity to receive, an Ed25519 note key to sign, and their public half.

mod file;
mod key;
mod passphrase;
pub mod prompt;
mod public;
mod recipient;

use std::path::Path;

use age::{secrecy::ExposeSecret, x25519};
use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    fields::{FieldsError, Reader, Writer},
    id::Slug,
    note::{Signer, TYPE_ED25519, Verifier},
};
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

pub(crate) use self::recipient::Group;
use self::{
    file::{Mode, write_new},
    key::Key,
    passphrase::{Locked, is_locked, lock},
    recipient::Form,
};
pub use self::{key::PluginFile, passphrase::Passphrase, public::Public};
use crate::{
    error::Error,
    wrap::{unwrap, wrap},
};

/// Largest identity file, in bytes, protected or not.
const IDENTITY_BYTES: u64 = 64 << 10;

/// A person's identity file.
pub struct Identity {
    public: Public,
    age: Key,
    signing: SigningKey,
}

impl Identity {
    /// A fresh identity for `name`.
    ///
    /// # Errors
    /// Nothing of the name can stand in a file name.
    pub fn generate(name: &str) -> Result<Identity, Error> {
        Identity::named(name, slug(name)?.as_str())
    }

    /// A fresh identity whose key is called `key_name`.
    ///
    /// # Errors
    /// The key's name holds blanks or `+`, or the name holds control characters.
    pub fn named(name: &str, key_name: &str) -> Result<Identity, Error> {
        let age = x25519::Identity::generate();
        let recipient = age.to_public().to_string();
        Identity::of((name, key_name), (Key::X25519(age), recipient), fresh_signing_key())
    }

    /// A fresh identity for `name` that receives through a plugin. It is proved once: what is
    /// encrypted to the recipient must open with the plugin's identity.
    ///
    /// # Errors
    /// Nothing of the name can stand in a file name, the recipient is missing or of no known form, or
    /// the plugin is missing, fails, or does not open what is the recipient's.
    pub fn with_plugin(name: &str, file: PluginFile) -> Result<Identity, Error> {
        let recipient =
            file.recipient.ok_or_else(|| Error::Usage("its recipient is not known".to_owned()))?;
        Form::parse(&recipient).map_err(Error::Usage)?;
        let identity =
            Identity::of((name, slug(name)?.as_str()), (file.key, recipient), fresh_signing_key())?;
        identity.prove().map(|()| identity)
    }

    fn of(
        (name, key_name): (&str, &str),
        (age, recipient): (Key, String),
        signing: SigningKey,
    ) -> Result<Identity, Error> {
        if name.chars().any(char::is_control) || name != name.trim() {
            return Err(Error::Usage(
                "a name holds no control characters and no blanks at its ends".to_owned(),
            ));
        }
        let verifier = Verifier::new(key_name, signing.verifying_key().to_bytes());
        let verifier = verifier.map_err(|error| Error::Usage(error.to_string()))?;
        Ok(Identity { public: Public { name: name.to_owned(), recipient, verifier }, age, signing })
    }

    /// Encrypts random bytes to the recipient, and opens them.
    ///
    /// # Errors
    /// The plugin is missing or fails, or does not open what is the recipient's.
    pub fn prove(&self) -> Result<(), Error> {
        let mut random = [0; 32];
        blackbox_token::secret::fill_random(&mut random);
        match unwrap(&wrap(&random, [&self.public])?, self, "a test") {
            Ok(plain) if *plain == random => Ok(()),
            Err(error @ (Error::Plugin(_) | Error::PluginMissing(_))) => Err(error),
            _ => Err(Error::Usage(format!(
                "the age identity does not open what is encrypted to \"{}\"",
                self.public.recipient
            ))),
        }
    }

    /// The public half.
    pub fn public(&self) -> &Public {
        &self.public
    }

    /// What decrypts files for this person.
    ///
    /// # Errors
    /// It is a plugin that is not in PATH.
    pub fn age(&self) -> Result<Box<dyn age::Identity>, Error> {
        self.age.opener()
    }

    /// Name of the plugin that receives for this person, if one does.
    pub fn plugin(&self) -> Option<&str> {
        self.age.plugin()
    }

    /// The identity file's text. It holds the secret keys.
    ///
    /// # Errors
    /// The name cannot stand in a file.
    pub fn to_text(&self) -> Result<Zeroizing<String>, FieldsError> {
        let key = Zeroizing::new([&[TYPE_ED25519][..], self.signing.as_bytes()].concat());
        let key = Zeroizing::new(STANDARD.encode(&*key));
        let mut out = Writer::new("identity");
        out.field("name", &self.public.name)
            .field("recipient", &self.public.recipient)
            .field("verifier", &self.public.verifier)
            .field("age", self.age.to_text().expose_secret())
            .field("signing-key", &*key);
        out.finish().map(Zeroizing::new)
    }

    /// Reads an identity file's text.
    ///
    /// # Errors
    /// It is not an identity file, or its halves do not belong together.
    pub fn parse(text: &str) -> Result<Identity, String> {
        let shown = |error: FieldsError| error.to_string();
        let mut from = Reader::new(text, "identity").map_err(shown)?;
        let name = from.text("name").map_err(shown)?;
        let (recipient, verifier) =
            (from.text("recipient").map_err(shown)?, from.value::<Verifier>("verifier").map_err(shown)?);
        let age = Key::parse(from.text("age").map_err(shown)?)?;
        let key = STANDARD.decode(from.text("signing-key").map_err(shown)?);
        let key = Zeroizing::new(key.map_err(|_| "its signing key is not base64")?);
        let seed = key.strip_prefix(&[TYPE_ED25519]).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let signing =
            SigningKey::from_bytes(&Zeroizing::new(seed.ok_or("its signing key is not an Ed25519 key")?));
        from.finish().map_err(shown)?;
        // A plugin's recipient follows from nothing that is here; its form is all that can be checked.
        Form::parse(recipient)?;
        let belongs = age.recipient().is_none_or(|derived| derived == recipient);
        let identity = Identity::of((name, verifier.name()), (age, recipient.to_owned()), signing)
            .map_err(|error| error.to_string())?;
        match belongs && identity.public.verifier == verifier {
            true => Ok(identity),
            false => Err("its public keys do not belong to its secret keys".to_owned()),
        }
    }

    /// Reads an identity file that no passphrase protects.
    ///
    /// # Errors
    /// The file cannot be read, is not an identity file, or is protected.
    pub fn load(path: &Path) -> Result<Identity, Error> {
        Identity::load_with(path, || Err(Error::file(path, "it is protected by a passphrase")))
    }

    /// Reads an identity file; `passphrase` is called if one protects it.
    ///
    /// # Errors
    /// The file cannot be read or is not an identity file, or the passphrase is not to be had or wrong.
    pub fn load_with<E: From<Error>>(
        path: &Path,
        passphrase: impl FnOnce() -> Result<Passphrase, E>,
    ) -> Result<Identity, E> {
        let wrong = |what: String| Error::file(path, what);
        let bytes = file::read(path)?;
        let text = match is_locked(&bytes) {
            false => bytes,
            true => Locked::new(&bytes).map_err(wrong)?.open(&passphrase()?).map_err(wrong)?,
        };
        let text = std::str::from_utf8(&text).map_err(|error| wrong(error.to_string()))?;
        Ok(Identity::parse(text).map_err(wrong)?)
    }

    /// Writes the identity file `path` (mode 0600), and refuses an existing one.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_new(path, self.to_text()?.as_bytes(), Mode::Secret)
    }

    /// The same, protected by a passphrase.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn save_with(&self, path: &Path, passphrase: &Passphrase) -> Result<(), Error> {
        write_new(path, &lock(&self.to_text()?, passphrase)?, Mode::Secret)
    }
}

fn slug(name: &str) -> Result<Slug, Error> {
    let slug = Slug::of_name(name);
    slug.ok_or_else(|| Error::Usage(format!("the name \"{name}\" holds no letter or digit")))
}

fn fresh_signing_key() -> SigningKey {
    let mut seed = Zeroizing::new([0; 32]);
    blackbox_token::secret::fill_random(&mut *seed);
    SigningKey::from_bytes(&seed)
}

impl Signer for Identity {
    fn verifier(&self) -> &Verifier {
        &self.public.verifier
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_reads_back_and_a_mixed_one_does_not() {
        let (one, two) = (Identity::generate("Ann Örn").unwrap(), Identity::generate("Ann Örn").unwrap());
        assert_eq!(one.public().verifier.name(), "ann-orn");
        let (first, second) = (one.to_text().unwrap(), two.to_text().unwrap());
        assert_eq!(Identity::parse(&first).unwrap().public(), one.public());
        let line =
            |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        for field in ["recipient", "verifier", "age", "signing-key"] {
            let mixed = first.replace(&line(&first, field), &line(&second, field));
            assert!(Identity::parse(&mixed).is_err(), "{field}");
        }
        assert_eq!(one.public().to_string().parse::<Public>().unwrap(), *one.public());
    }

    #[test]
    fn an_identity_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let identity = Identity::generate("A").unwrap();
        identity.save(&path).unwrap();
        assert!(identity.save(&path).is_err());
        assert_eq!(Identity::load(&path).unwrap().public(), identity.public());
    }

    #[test]
    fn a_plugin_identity_file_reads_back_and_its_recipient_must_have_a_form() {
        let file = PluginFile::parse("# recipient: age1nobody1k3qyy9\nAGE-PLUGIN-NOBODY-1VM8A94\n").unwrap();
        let of = (file.key, file.recipient.unwrap());
        let identity = Identity::of(("Ann", "ann"), of, fresh_signing_key()).unwrap();
        let text = identity.to_text().unwrap();
        let read = Identity::parse(&text).unwrap();
        assert_eq!((read.public(), read.plugin()), (identity.public(), Some("nobody")));
        assert!(
            matches!(read.age().err().unwrap(), Error::PluginMissing(name) if name == "age-plugin-nobody")
        );
        for (part, other) in [("age1nobody1", "age1nobody2"), ("AGE-PLUGIN-NOBODY-1", "AGE-PLUGIN-NOBODY-2")]
        {
            assert!(Identity::parse(&text.replace(part, other)).is_err(), "{part}");
        }
    }

    #[test]
    fn a_large_file_is_no_identity_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        std::fs::write(&path, vec![b'a'; IDENTITY_BYTES as usize + 1]).unwrap();
        assert!(Identity::load(&path).err().unwrap().to_string().contains("larger than"));
    }
}
