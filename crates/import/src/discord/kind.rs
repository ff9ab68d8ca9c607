//! Kinds of messages: what DiscordChatExporter names them, or Discord's own numbers where it has no name for them.

/// What a kind makes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    /// A slug, and what to say where the export has no text.
    Event(&'static str, &'static str),
    Unknown,
}

/// Reads a kind.
pub(super) fn kind(name: &str) -> Kind {
    match name {
        "Default"
        | "Reply"
        | "ChatInputCommand"
        | "ThreadStarterMessage"
        | "ContextMenuCommand"
        | "0"
        | "19"
        | "20"
        | "21"
        | "23"
        | "" => Kind::Message,
        "RecipientAdd" | "1" => Kind::Event("added", "added somebody"),
        "RecipientRemove" | "2" => Kind::Event("removed", "removed somebody"),
        "Call" | "3" => Kind::Event("call", "started a call"),
        "ChannelNameChange" | "4" => Kind::Event("renamed", "changed the name of the channel"),
        "ChannelIconChange" | "5" => Kind::Event("icon", "changed the icon of the channel"),
        "ChannelPinnedMessage" | "6" => Kind::Event("pinned", "pinned a message"),
        "GuildMemberJoin" | "UserJoin" | "7" => Kind::Event("joined", "joined the server"),
        "8" | "9" | "10" | "11" => Kind::Event("notice", "boosted the server"),
        "12" => Kind::Event("notice", "followed another channel"),
        "ThreadCreated" | "18" => Kind::Event("created", "started a thread"),
        "24" => Kind::Event("blocked", "a rule of the server blocked a message"),
        "27" | "28" | "29" | "30" | "31" => Kind::Event("notice", "changed a stage"),
        "46" => Kind::Event("poll", "a poll has ended"),
        _ => Kind::Unknown,
    }
}
