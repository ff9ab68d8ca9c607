//! Notices. Meta's exports write them as texts of the person who caused them, in the language of the account; the
//! frequent ones in English are told from messages.

/// What can follow the name of whoever did it, or `You`; with the kind of event.
const DEEDS: &[(&str, &str)] = &[
    ("named the group ", "renamed"),
    ("changed the group name to ", "renamed"),
    ("removed the group name.", "renamed"),
    ("left the group.", "left"),
    ("left the chat.", "left"),
    ("joined the group", "joined"),
    ("joined the chat", "joined"),
    ("created the group.", "created"),
    ("created this group.", "created"),
    ("changed the group photo.", "icon"),
    ("removed the group photo.", "icon"),
    ("pinned a message", "pinned"),
    ("unpinned a message", "pinned"),
    ("unsent a message", "deleted"),
    ("removed a message", "deleted"),
    ("took a screenshot", "screenshot"),
    ("started a video chat", "call"),
    ("started a video call", "call"),
    ("started an audio call", "call"),
    ("started a call", "call"),
    ("started sharing video", "call"),
    ("joined the video chat", "call"),
    ("joined the call", "call"),
    ("missed your ", "call"),
    ("missed a call", "call"),
    ("missed a video chat", "call"),
    ("missed a video call", "call"),
    ("created a poll", "poll"),
    ("voted for ", "poll"),
    ("changed vote to ", "poll"),
    ("removed vote for ", "poll"),
    ("set the nickname for ", "notice"),
    ("set your nickname to ", "notice"),
    ("set his own nickname to ", "notice"),
    ("set her own nickname to ", "notice"),
    ("set their own nickname to ", "notice"),
    ("cleared the nickname for ", "notice"),
    ("cleared your nickname", "notice"),
    ("set the emoji to ", "notice"),
    ("set the quick reaction to ", "notice"),
    ("changed the chat theme", "notice"),
    ("changed the theme to ", "notice"),
    ("changed the chat colors", "notice"),
    ("turned on disappearing messages", "disappearing"),
    ("turned off disappearing messages", "disappearing"),
    ("set disappearing messages", "disappearing"),
];

/// What can stand around the name of somebody to whom it was done.
const DONE_TO: &[(&str, &str, &str)] = &[
    ("added ", " to the group.", "added"),
    ("removed ", " from the group.", "removed"),
    ("added ", " as a group admin.", "admin"),
    ("removed ", " as a group admin.", "admin"),
    ("made ", " a group admin.", "admin"),
];

/// Notices that name nobody, as they stand.
const WHOLE: &[(&str, &str)] = &[
    ("You are now connected on Messenger.", "notice"),
    (
        "You can now message and call each other and see info like Active Status and when you've read messages.",
        "notice",
    ),
    ("Liked a message", "notice"),
    ("The video chat ended.", "call"),
    ("The video call ended.", "call"),
    ("The call ended.", "call"),
    ("Video chat ended", "call"),
    ("Video call ended", "call"),
    ("Audio call ended", "call"),
    ("Missed video chat", "call"),
    ("Missed video call", "call"),
    ("Missed audio call", "call"),
];

/// The kind of event, if `text` is a notice about something that `sender` did.
pub(super) fn kind(text: &str, sender: &str) -> Option<&'static str> {
    if let Some((_, kind)) = WHOLE.iter().find(|(whole, _)| *whole == text) {
        return Some(kind);
    }
    if text.starts_with("Reacted ") && text.trim_end().ends_with(" to your message") {
        return Some("notice");
    }
    let deed = [sender, "You"]
        .iter()
        .filter(|name| !name.is_empty())
        .find_map(|name| text.strip_prefix(name)?.strip_prefix(' '))?;
    if deed.contains('\n') {
        return None;
    }
    let to_somebody =
        DONE_TO.iter().find(|(before, after, _)| deed.starts_with(before) && deed.ends_with(after));
    if let Some((_, _, kind)) = to_somebody {
        return Some(kind);
    }
    if deed == "called you."
        || (deed.starts_with("called ") && text.starts_with("You ") && deed.ends_with('.'))
    {
        return Some("call");
    }
    let did = DEEDS.iter().find(|(did, _)| deed.starts_with(did))?;
    deed.trim_end().ends_with('.').then_some(did.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frequent_notices_are_events() {
        for (text, expected) in [
            ("Ada Brook named the group Harbour plan.", Some("renamed")),
            ("You named the group Harbour.", Some("renamed")),
            ("Ada Brook left the group.", Some("left")),
            ("Ada Brook added Bo Finch and Cleo Marsh to the group.", Some("added")),
            ("Ada Brook removed Bo Finch from the group.", Some("removed")),
            ("Ada Brook added Bo Finch as a group admin.", Some("admin")),
            ("Ada Brook set the nickname for Bo Finch to Captain.", Some("notice")),
            ("Ada Brook changed the group photo.", Some("icon")),
            ("Ada Brook called you.", Some("call")),
            ("You called Bo.", Some("call")),
            ("You missed a call from Ada.", Some("call")),
            ("Ada Brook created a poll: When?.", Some("poll")),
            ("Reacted 😀 to your message ", Some("notice")),
            ("Liked a message", Some("notice")),
            ("Ada Brook said that Bo left the group.", None),
            ("Bo Finch left the group.", None),
            ("You left the group chat open", None),
            ("Ada Brook", None),
            ("Ada Brook sent an attachment.", None),
            ("You added sugar?\nYou added Bo to the group.", None),
            ("", None),
        ] {
            assert_eq!(kind(text, "Ada Brook"), expected, "{text}");
        }
        assert_eq!(kind(" left the group.", ""), None);
    }
}
