//! What a file of the Graph API says of its conversation besides the messages: its name and its members.

use blackbox_format::message::Names;
use serde_json::Value;

use super::facts::text;
use crate::{
    importer::{Fault, File},
    json::{Take, stream},
};

/// The most members of a conversation that are taken for recipients.
const MAX_RECIPIENTS: usize = 32;

/// The name and the members of a conversation.
#[derive(Default)]
pub(super) struct Members {
    pub(super) title: Option<String>,
    members: Vec<Member>,
}

struct Member {
    name: String,
    id: String,
    also: Vec<String>,
}

impl Members {
    /// Reads them, as far as the file can be read; from a file that is a list of messages there are none.
    pub(super) fn of(file: File<'_>) -> Result<Members, Fault> {
        let mut members = Members::default();
        let choose = |path: &str| match path {
            "" => Take::Enter,
            "topic" | "displayName" | "chatName" | "channelName" | "members" => Take::Whole,
            "chat" => Take::Enter,
            "chat.topic" | "chat.members" => Take::Whole,
            _ => Take::Skip,
        };
        let gathered = stream(file.text()?, &choose, &mut |path, value| {
            match path.rsplit('.').next() {
                Some("members") => members.read(&value),
                Some("") | None => {}
                Some(_) => members.title = text(&value).map(str::to_owned).or(members.title.take()),
            }
            Ok(())
        });
        // Damage is reported when the messages are read.
        let _ = gathered;
        Ok(members)
    }

    fn read(&mut self, list: &Value) {
        for one in list.as_array().into_iter().flatten() {
            let of = |key: &str| text(&one[key]).unwrap_or_default().to_owned();
            let (email, id) = (of("email"), of("userId"));
            let name =
                [of("displayName"), email.clone(), id.clone()].into_iter().find(|name| !name.is_empty());
            if let Some(name) = name {
                let also = [email, of("userPrincipalName"), id.clone()];
                let also = also.into_iter().filter(|other| !other.is_empty() && *other != name).collect();
                self.members.push(Member { name, id, also });
            }
        }
    }

    /// What the person under a name and an id is found by besides.
    pub(super) fn names(&self, name: &str, id: &str) -> Option<Names> {
        let listed = self.members.iter().find(|member| member.is(name, id));
        let mut also = listed.map(|member| member.also.clone()).unwrap_or_default();
        if !id.is_empty() && id != name && !also.iter().any(|other| other == id) {
            also.push(id.to_owned());
        }
        (!also.is_empty() && !name.is_empty()).then_some(Names { written: name.to_owned(), also })
    }

    /// The members but one, if they are few enough.
    pub(super) fn others(&self, name: &str, id: &str) -> Vec<(String, Option<Names>)> {
        let others: Vec<&Member> = self.members.iter().filter(|member| !member.is(name, id)).collect();
        if others.len() > MAX_RECIPIENTS {
            return Vec::new();
        }
        others.iter().map(|member| (member.name.clone(), self.names(&member.name, &member.id))).collect()
    }
}

impl Member {
    fn is(&self, name: &str, id: &str) -> bool {
        if self.id.is_empty() || id.is_empty() { self.name == name } else { self.id == id }
    }
}
