//! age recipients of any kind: those that the age library knows, and those of plugins.

use std::collections::{BTreeMap, HashSet};

use age::{
    EncryptError,
    plugin::{self, RecipientPluginV1},
    tag, tagpq, x25519,
};
use age_core::format::{FileKey, Stanza};

use super::{Public, prompt::Installed};
use crate::error::Error;

/// The label of recipients that withstand a quantum computer (C2SP age).
const POST_QUANTUM: &str = "postquantum";

type Boxed = Box<dyn age::Recipient + Send>;

/// A recipient, by its form alone: no plugin is looked for.
pub(super) enum Form {
    Native(Boxed),
    Plugin(plugin::Recipient),
}

impl Form {
    /// Reads a recipient in its one writing.
    pub(super) fn parse(text: &str) -> Result<Form, String> {
        fn native<R>(text: &str) -> Option<Form>
        where
            R: age::Recipient + Send + std::str::FromStr + ToString + 'static,
        {
            let recipient = text.parse::<R>().ok().filter(|recipient| recipient.to_string() == text)?;
            Some(Form::Native(Box::new(recipient)))
        }
        let native = native::<x25519::Recipient>(text)
            .or_else(|| native::<tag::Recipient>(text))
            .or_else(|| native::<tagpq::Recipient>(text));
        let wrong = || format!("\"{text}\" is not an age recipient");
        match native {
            Some(form) => Ok(form),
            None => text.parse().map(Form::Plugin).map_err(|_| wrong()),
        }
    }

    /// What encrypts to this recipient; a plugin is looked for in PATH.
    pub(super) fn recipient(self) -> Result<Boxed, Error> {
        match self {
            Form::Native(recipient) => Ok(recipient),
            Form::Plugin(recipient) => through(recipient.plugin().to_owned(), &[recipient]),
        }
    }
}

fn through(name: String, recipients: &[plugin::Recipient]) -> Result<Boxed, Error> {
    let plugin = RecipientPluginV1::new(&name, recipients, &[], Installed).map_err(Error::missing)?;
    Ok(Box::new(plugin))
}

/// Several people as one recipient: each plugin is started once for all of its people.
pub(crate) struct Group(Vec<Boxed>);

impl Group {
    /// The recipient of all `people`.
    ///
    /// # Errors
    /// A recipient is of no known form, or its plugin is missing.
    pub(crate) fn new<'a>(people: impl IntoIterator<Item = &'a Public>) -> Result<Group, Error> {
        let mut all = Vec::new();
        let mut plugins: BTreeMap<String, Vec<plugin::Recipient>> = BTreeMap::new();
        for person in people {
            match person.form()? {
                Form::Native(recipient) => all.push(recipient),
                Form::Plugin(recipient) => {
                    plugins.entry(recipient.plugin().to_owned()).or_default().push(recipient);
                }
            }
        }
        for (name, recipients) in plugins {
            all.push(through(name, &recipients)?);
        }
        Ok(Group(all))
    }
}

impl age::Recipient for Group {
    /// Stanzas of all. Whoever is post-quantum says so with a label, which age takes as a wish to have
    /// no others beside it. The people of an archive are who they are: the file is as strong as its
    /// weakest recipient (spec/custody.md, "People"), and every other label still has to agree.
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (mut stanzas, mut agreed) = (Vec::new(), None::<HashSet<String>>);
        for recipient in &self.0 {
            let (wrapped, mut labels) = recipient.wrap_file_key(file_key)?;
            labels.remove(POST_QUANTUM);
            stanzas.extend(wrapped);
            match agreed {
                Some(l_labels) if l_labels != labels => {
                    return Err(EncryptError::IncompatibleRecipients { l_labels, r_labels: labels });
                }
                _ => agreed = Some(labels),
            }
        }
        Ok((stanzas, agreed.ok_or(EncryptError::MissingRecipients)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recipient of the age library's own tests.
    const TAG: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
    /// Bech32 of no bytes, under the name of a plugin that nobody has.
    const PLUGIN: &str = "age1nobody1k3qyy9";

    #[test]
    fn a_recipient_has_one_writing() {
        let key = x25519::Identity::generate().to_public().to_string();
        assert!(matches!(Form::parse(&key), Ok(Form::Native(_))));
        assert!(matches!(Form::parse(TAG), Ok(Form::Native(_))));
        for wrong in [key.to_uppercase(), key[..key.len() - 1].to_owned(), String::new(), "age1".to_owned()] {
            assert!(Form::parse(&wrong).is_err(), "{wrong}");
        }
    }

    struct Labelled(&'static str);

    impl age::Recipient for Labelled {
        fn wrap_file_key(&self, _: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
            let stanza = Stanza { tag: "test".to_owned(), args: Vec::new(), body: Vec::new() };
            Ok((vec![stanza], self.0.split_whitespace().map(str::to_owned).collect()))
        }
    }

    #[test]
    fn post_quantum_recipients_stand_beside_others_and_other_labels_must_agree() {
        let wrapped = |labels: [&'static str; 2]| {
            let group = Group(labels.map(|label| Box::new(Labelled(label)) as Boxed).into());
            age::Recipient::wrap_file_key(&group, &FileKey::new(Box::new([7; 16])))
        };
        let (stanzas, labels) = wrapped([POST_QUANTUM, ""]).unwrap();
        assert_eq!((stanzas.len(), labels.len()), (2, 0));
        assert!(wrapped(["alone postquantum", "alone"]).is_ok());
        assert!(wrapped(["alone", ""]).is_err());
        assert!(Group(Vec::new()).wrap_file_key(&FileKey::new(Box::new([7; 16]))).is_err());
    }

    use age::Recipient as _;

    #[test]
    fn a_missing_plugin_is_named_only_when_it_is_needed() {
        let Form::Plugin(recipient) = Form::parse(PLUGIN).ok().unwrap() else { panic!("{PLUGIN}") };
        let error = Form::Plugin(recipient).recipient().err().unwrap();
        assert_eq!(error.to_string(), "the age plugin \"age-plugin-nobody\" is not in PATH");
    }
}
