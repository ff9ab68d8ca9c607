//! The public half of an identity.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use blackbox_format::{
    fields::{FieldsError, Reader, Writer},
    id::Slug,
    note::Verifier,
};

use super::{
    file::{Mode, write_new},
    recipient::Form,
};
use crate::error::Error;

/// What everyone may know of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// Name as written.
    pub name: String,
    /// age recipient, of any kind.
    pub recipient: String,
    /// Key under which the person's signatures are checked; its name is the slug of the name.
    pub verifier: Verifier,
}

impl Public {
    /// Where the public half of the identity file `path` lies.
    pub fn path_beside(path: &Path) -> PathBuf {
        path.with_extension("pub")
    }

    /// The recipient to encrypt to.
    ///
    /// # Errors
    /// It is no age recipient, or one of a plugin that is not in PATH.
    pub fn recipient(&self) -> Result<Box<dyn age::Recipient + Send>, Error> {
        self.form()?.recipient()
    }

    /// The recipient, without looking for its plugin.
    pub(super) fn form(&self) -> Result<Form, Error> {
        Form::parse(&self.recipient).map_err(|what| Error::Usage(format!("\"{}\": {what}", self.name)))
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
        Form::parse(&public.recipient)?;
        match slug.as_str() == public.verifier.name() {
            true => Ok(public),
            false => Err("its key's name is not a file name".to_owned()),
        }
    }
}
