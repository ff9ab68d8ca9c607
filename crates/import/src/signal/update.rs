//! Notices of a backup: what happened in a chat, made into sentences.

use blackbox_format::message::annotation;

use super::{change, draft::Draft, fields::Fields, item::seconds, people::People};

/// Reads a notice.
pub(crate) fn read(mut update: Fields, draft: &mut Draft, people: &mut People) {
    let who = draft.message.from.clone();
    draft.event("notice", "A notice that says nothing.");
    if let Some(change) = update.inner("groupChange") {
        change::read(change, draft, people);
    } else if let Some(call) = update.inner("individualCall") {
        self::call(call, draft);
    } else if let Some(call) = update.inner("groupCall") {
        group_call(call, draft, people);
    } else if let Some(pin) = update.inner("pinMessage") {
        pinned(pin, draft, people);
    } else {
        plain(&mut update, draft, &who);
    }
    draft.keep(update);
}

/// The notices that are about one person.
fn plain(update: &mut Fields, draft: &mut Draft, who: &str) {
    let kinds = [
        "simpleUpdate",
        "expirationTimerChange",
        "profileChange",
        "threadMerge",
        "sessionSwitchover",
        "learnedProfileChange",
        "pollTerminate",
    ];
    let Some(mut kind) = kinds.into_iter().find_map(|kind| update.inner(kind)) else { return };
    let (event, text) = match kind.name {
        "simpleUpdate" => {
            let with = draft.message.chat.clone().unwrap_or_default();
            simple(&kind.word("type").unwrap_or_else(|| "unknown".into()), who, &with)
        }
        "expirationTimerChange" => {
            ("disappearing", timer(kind.number("expiresInMs").unwrap_or(0), who, draft))
        }
        "profileChange" => {
            let names = ["previousName", "newName"].map(|key| kind.text(key).unwrap_or_default());
            ("renamed", format!("{} changed their profile name to {}.", names[0], names[1]))
        }
        "threadMerge" => {
            let number = kind.number("previousE164").unwrap_or(0);
            ("notice", format!("The chats with {who} and with +{number} are one now."))
        }
        "sessionSwitchover" => {
            let number = kind.number("e164").unwrap_or(0);
            ("number-changed", format!("+{number} belongs to {who}."))
        }
        "learnedProfileChange" => {
            let number = kind.number("e164").map(|number| format!("+{number}"));
            let before = number.or_else(|| kind.text("username")).unwrap_or_default();
            let with = draft.message.chat.clone().unwrap_or_default();
            ("renamed", format!("{before} is {with}."))
        }
        _ => {
            draft.maybe("poll-time", kind.number("targetSentTimestamp"));
            let question = kind.text("question").unwrap_or_default();
            ("poll", format!("{who} ended the poll: {question}"))
        }
    };
    draft.event(event, text);
    draft.keep(kind);
}

/// The slug and the sentence of a notice that is only a word, about a person or about the one whom the chat is with.
fn simple(kind: &str, who: &str, with: &str) -> (&'static str, String) {
    match kind {
        "joined signal" => ("joined", format!("{who} is on Signal.")),
        "identity update" => ("security-code", format!("The safety number with {who} has changed.")),
        "identity verified" => ("security-code", format!("{who} was marked as verified.")),
        "identity default" => ("security-code", format!("{who} was marked as not verified.")),
        "change number" => ("number-changed", format!("{who} changed their phone number.")),
        "release channel donation request" => ("notice", "Signal asked for a donation.".into()),
        "end session" => ("encryption", format!("{who} reset the secure session.")),
        "chat session refresh" => ("encryption", "The chat session was refreshed.".into()),
        "bad decrypt" => ("encryption", format!("A message from {who} could not be decrypted.")),
        "payments activated" => ("payment", format!("{who} activated payments.")),
        "payment activation request" => ("payment", format!("{who} asked to activate payments.")),
        "unsupported protocol message" => {
            ("notice", format!("{who} sent a message that needs a newer version of Signal."))
        }
        "reported spam" => ("notice", format!("The chat with {with} was reported as spam.")),
        "blocked" => ("blocked", format!("{with} was blocked.")),
        "unblocked" => ("blocked", format!("{with} was unblocked.")),
        "message request accepted" => ("notice", format!("The message request of {with} was accepted.")),
        other => ("notice", format!("A notice of the kind {other}.")),
    }
}

/// The sentence for a timer of disappearing messages; takes its seconds down.
pub(crate) fn timer(millis: u64, who: &str, draft: &mut Draft) -> String {
    let seconds = seconds(millis);
    draft.message.annotations.retain(|(name, _)| name != annotation::DISAPPEARING);
    let text = match millis {
        0 => format!("{who} turned disappearing messages off."),
        _ => format!("{who} set disappearing messages to {seconds} seconds."),
    };
    draft.annotate(annotation::DISAPPEARING, seconds);
    text
}

fn call(mut call: Fields, draft: &mut Draft) {
    let direction = call.word("direction").unwrap_or_else(|| "unknown direction".into());
    let kind = call.word("type").unwrap_or_else(|| "unknown type".into());
    let state = call.word("state").unwrap_or_else(|| "unknown state".into());
    let kind = if kind == "unknown type" { "call".to_owned() } else { kind };
    if let ("incoming", Some(with)) = (&direction[..], &draft.message.chat) {
        // Whoever stands as the author of the notice is the owner of the backup.
        draft.message.from = with.clone();
    }
    let mut text = match &direction[..] {
        "unknown direction" => kind,
        direction => format!("{direction} {kind}"),
    };
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    draft.event("call", format!("{text}, {}", outcome(&state)));
    about_call(&mut call, draft);
    draft.keep(call);
}

fn outcome(state: &str) -> &str {
    match state {
        "accepted" => "answered",
        "not accepted" => "not answered",
        "missed notification profile" => "missed because of a notification profile",
        "generic" | "unknown state" => "no more is said of it",
        other => other,
    }
}

fn about_call(call: &mut Fields, draft: &mut Draft) {
    draft.maybe("call-id", call.number("callId"));
    draft.maybe("call-started", call.number("startedCallTimestamp").filter(|time| *time > 0));
    call.ignore(&["read"]);
}

fn group_call(mut call: Fields, draft: &mut Draft, people: &People) {
    let state = call.word("state").unwrap_or_else(|| "generic".into());
    let mut text = match &state[..] {
        "outgoing ring" => "Group call that was rung".to_owned(),
        state => format!("Group call, {}", outcome(state)),
    };
    let started = call.number("startedCallTimestamp").filter(|time| *time > 0);
    let ended = call.number("endedCallTimestamp").filter(|time| *time > 0);
    if let Some(length) = started.zip(ended).and_then(|(start, end)| end.checked_sub(start)) {
        text += &format!(", {} seconds", seconds(length));
    }
    draft.event("call", text);
    draft.maybe("call-started", started);
    draft.maybe("call-ended", ended);
    let caller = call.number("startedCallRecipientId").map(|id| people.name(id));
    draft.maybe(annotation::SENDER, caller);
    draft.maybe("ringer", call.number("ringerRecipientId").map(|id| people.name(id)));
    about_call(&mut call, draft);
    draft.keep(call);
}

fn pinned(mut pin: Fields, draft: &mut Draft, people: &People) {
    let author = pin.number("authorId").unwrap_or(0);
    let target = pin.number("targetSentTimestamp").unwrap_or(0);
    let text = format!("{} pinned a message from {}.", draft.message.from, people.name(author));
    draft.event("pinned", text);
    draft.annotate("pinned-message", super::item::id(author, target));
    draft.keep(pin);
}
