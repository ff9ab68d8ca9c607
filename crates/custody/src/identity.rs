//! Who takes part: an age identity to receive, an Ed25519 note key to sign, and their public half.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

use age::{secrecy::ExposeSecret, x25519};
use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    fields::{FieldsError, Reader, Writer},
    id::Slug,
    note::{Signer, TYPE_ED25519, Verifier},
};
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use crate::error::Error;

/// What everyone may know of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// Name as written.
    pub name: String,
    /// age recipient (X25519).
    pub recipient: String,
    /// Key under which the person's signatures are checked; its name is the slug of the name.
    pub verifier: Verifier,
}

/// A person's identity file.
pub struct Identity {
    public: Public,
    age: x25519::Identity,
    signing: SigningKey,
}

impl Identity {
    /// A fresh identity for `name`.
    ///
    /// # Errors
    /// Nothing of the name can stand in a file name.
    pub fn generate(name: &str) -> Result<Identity, Error> {
        let slug = Slug::of_name(name);
        let slug =
            slug.ok_or_else(|| Error::Usage(format!("the name \"{name}\" holds no letter or digit")))?;
        Identity::named(name, slug.as_str())
    }

    /// A fresh identity whose key is called `key_name`.
    ///
    /// # Errors
    /// The key's name holds blanks or `+`, or the name holds control characters.
    pub fn named(name: &str, key_name: &str) -> Result<Identity, Error> {
        if name.chars().any(char::is_control) || name != name.trim() {
            return Err(Error::Usage(
                "a name holds no control characters and no blanks at its ends".to_owned(),
            ));
        }
        let mut seed = Zeroizing::new([0; 32]);
        blackbox_token::secret::fill_random(&mut *seed);
        Identity::of((name, key_name), x25519::Identity::generate(), SigningKey::from_bytes(&seed))
    }

    fn of(
        (name, key_name): (&str, &str),
        age: x25519::Identity,
        signing: SigningKey,
    ) -> Result<Identity, Error> {
        let verifier = Verifier::new(key_name, signing.verifying_key().to_bytes());
        let verifier = verifier.map_err(|error| Error::Usage(error.to_string()))?;
        let public = Public { name: name.to_owned(), recipient: age.to_public().to_string(), verifier };
        Ok(Identity { public, age, signing })
    }

    /// The public half.
    pub fn public(&self) -> &Public {
        &self.public
    }

    /// What decrypts files for this person.
    pub fn age(&self) -> &dyn age::Identity {
        &self.age
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
            .field("age", self.age.to_string().expose_secret())
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
        let age: x25519::Identity = from.text("age").map_err(shown)?.parse().map_err(str::to_owned)?;
        let key = STANDARD.decode(from.text("signing-key").map_err(shown)?);
        let key = Zeroizing::new(key.map_err(|_| "its signing key is not base64")?);
        let seed = key.strip_prefix(&[TYPE_ED25519]).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let signing =
            SigningKey::from_bytes(&Zeroizing::new(seed.ok_or("its signing key is not an Ed25519 key")?));
        from.finish().map_err(shown)?;
        let identity =
            Identity::of((name, verifier.name()), age, signing).map_err(|error| error.to_string())?;
        match identity.public.recipient == recipient && identity.public.verifier == verifier {
            true => Ok(identity),
            false => Err("its public keys do not belong to its secret keys".to_owned()),
        }
    }

    /// Reads an identity file.
    ///
    /// # Errors
    /// The file cannot be read, or is not an identity file.
    pub fn load(path: &Path) -> Result<Identity, Error> {
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| Error::file(path, error))?);
        Identity::parse(&text).map_err(|what| Error::file(path, what))
    }

    /// Writes the identity file `path` (mode 0600), and refuses an existing one.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_new(path, self.to_text()?.as_bytes(), Mode::Secret)
    }
}

impl Signer for Identity {
    fn verifier(&self) -> &Verifier {
        &self.public.verifier
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

impl Public {
    /// Where the public half of the identity file `path` lies.
    pub fn path_beside(path: &Path) -> PathBuf {
        path.with_extension("pub")
    }

    /// The recipient to encrypt to.
    ///
    /// # Errors
    /// It is not an X25519 age recipient.
    pub fn recipient(&self) -> Result<Box<dyn age::Recipient + Send>, Error> {
        let wrong = |_| Error::Usage(format!("\"{}\" has no age recipient that is known here", self.name));
        Ok(Box::new(self.recipient.parse::<x25519::Recipient>().map_err(wrong)?))
    }

    /// Reads a public file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a public file.
    pub fn load(path: &Path) -> Result<Public, Error> {
        let text = fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
        text.parse().map_err(|what: String| Error::file(path, what))
    }

    /// Writes the public file `path`, and refuses an existing one.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_new(path, self.to_string().as_bytes(), Mode::Public)
    }
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new("public");
        out.field("name", &self.name).field("recipient", &self.recipient).field("verifier", &self.verifier);
        f.write_str(&out.finish().map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Public {
    type Err = String;

    fn from_str(text: &str) -> Result<Public, String> {
        let shown = |error: FieldsError| error.to_string();
        let mut from = Reader::new(text, "public").map_err(shown)?;
        let public = Public {
            name: from.value("name").map_err(shown)?,
            recipient: from.value("recipient").map_err(shown)?,
            verifier: from.value("verifier").map_err(shown)?,
        };
        from.finish().map_err(shown)?;
        let slug = public.verifier.name().parse::<Slug>().map_err(|error| error.to_string())?;
        public.recipient().map_err(|error| error.to_string())?;
        match slug.as_str() == public.verifier.name() {
            true => Ok(public),
            false => Err("its key's name is not a file name".to_owned()),
        }
    }
}

enum Mode {
    Secret,
    Public,
}

fn write_new(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if matches!(mode, Mode::Secret) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::file(path, "exists already; refusing to overwrite it"),
        _ => Error::file(path, error),
    })
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
}
