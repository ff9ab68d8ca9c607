//! What Signal's backup frames are made of: numbers, names and kinds of the fields, as Signal's `backup.proto` has
//! them. Of accounts, people and chats only what is of use here; of messages everything.

/// A message of the format.
pub(crate) struct Schema {
    fields: &'static [Field],
}

/// A field of a message.
pub(crate) struct Field {
    number: u32,
    /// Its name in Signal's JSON.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it is a list.
    pub(crate) many: bool,
}

/// What a field has.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Number,
    Flag,
    Text,
    Bytes,
    /// One of these words, by its position.
    Word(&'static [&'static str]),
    Message(&'static Schema),
    /// Something that is known and of no use.
    Ignored,
}

impl Schema {
    /// The field with a number.
    pub(crate) fn field(&self, number: u32) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        self.fields.iter().map(|field| (field.name, field.kind))
    }
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, many: false }
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, many: true }
}

use Kind::{Bytes, Ignored, Message, Number, Text};
use items::ITEM;

/// Message, number, name and kind of each field; `[many]` after the number makes it a list.
macro_rules! schemas {
    ($($schema:ident { $($number:literal $([$many:tt])? $name:ident $kind:expr;)* })*) => {$(
        pub(crate) static $schema: Schema =
            Schema { fields: &[$(schemas!(@ $number, stringify!($name), $kind $(, $many)?)),*] };
    )*};
    (@ $number:literal, $name:expr, $kind:expr) => { one($number, $name, $kind) };
    (@ $number:literal, $name:expr, $kind:expr, $many:tt) => { many($number, $name, $kind) };
}

mod items;
pub(crate) mod notices;

schemas! {
    INFO {
        1 version Number;
        2 backupTimeMs Number;
        4 currentAppVersion Text;
        5 firstAppVersion Text;
    }
    FRAME {
        1 account Message(&ACCOUNT);
        2 recipient Message(&RECIPIENT);
        3 chat Message(&CHAT);
        4 chatItem Message(&ITEM);
        5 stickerPack Ignored;
        6 adHocCall Message(&LINK_CALL);
        7 notificationProfile Ignored;
        8 chatFolder Ignored;
    }
    ACCOUNT {
        2 username Text;
        4 givenName Text;
        5 familyName Text;
    }
    RECIPIENT {
        1 id Number;
        2 contact Message(&CONTACT);
        3 group Message(&GROUP);
        4 distributionList Message(&DISTRIBUTION);
        5 self Message(&NOTHING);
        6 releaseNotes Message(&NOTHING);
        7 callLink Message(&CALL_LINK);
    }
    CONTACT {
        1 aci Bytes;
        2 pni Bytes;
        3 username Text;
        4 e164 Number;
        11 profileGivenName Text;
        12 profileFamilyName Text;
        16 nickname Message(&NICKNAME);
        18 systemGivenName Text;
        19 systemFamilyName Text;
        20 systemNickname Text;
    }
    NICKNAME {
        1 given Text;
        2 family Text;
    }
    GROUP {
        5 snapshot Message(&SNAPSHOT);
    }
    SNAPSHOT {
        2 title Message(&GROUP_TEXT);
        7 [many] members Message(&MEMBER);
    }
    GROUP_TEXT { 1 title Text; }
    MEMBER { 1 userId Bytes; }
    DISTRIBUTION { 3 distributionList Message(&LIST); }
    LIST { 1 name Text; }
    CALL_LINK { 3 name Text; }
    CHAT {
        1 id Number;
        2 recipientId Number;
    }
    LINK_CALL {
        1 callId Number;
        2 recipientId Number;
        3 state Ignored;
        4 callTimestamp Number;
    }
    NOTHING {}
}
