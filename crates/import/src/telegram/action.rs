//! Service messages: what kind of event each action is, and a sentence for it.
//!
//! In a sentence, `{key}` is the value of a key of the message, and a part in brackets is left out where it names a
//! key that is missing.

use serde_json::{Map, Value};

use super::text::{joined, scalar};

/// An action: its code, the event, the sentence.
type Action = (&'static str, &'static str, &'static str);

const ACTIONS: &[Action] = &[
    ("create_group", "created", "[{actor} ]created the group[ \"{title}\"][ with {members}]"),
    ("create_channel", "created", "[{actor} ]created the channel[ \"{title}\"]"),
    ("topic_created", "created", "[{actor} ]created the topic[ \"{title}\"]"),
    ("edit_group_title", "renamed", "[{actor} ]changed the group's title[ to \"{title}\"]"),
    ("topic_edit", "renamed", "[{actor} ]changed the topic[ to \"{new_title}\"][, icon {new_icon_emoji_id}]"),
    ("edit_group_photo", "icon", "[{actor} ]changed the group's photo"),
    ("delete_group_photo", "icon", "[{actor} ]removed the group's photo"),
    ("invite_members", "added", "[{actor} ]added[ {members}]"),
    ("add_members", "added", "[{actor} ]added[ {members}]"),
    ("remove_members", "removed", "[{actor} ]removed[ {members}]"),
    ("join_group_by_link", "joined", "[{actor} ]joined the group by a link[ of {inviter}]"),
    ("join_group_by_request", "joined", "[{actor} ]joined the group by request"),
    ("join_group_via_community", "joined", "[{actor} ]joined the group by a community"),
    ("joined_telegram", "joined", "[{actor} ]joined Telegram"),
    ("migrate_to_supergroup", "notice", "[{actor} ]converted this group to a supergroup"),
    ("migrate_from_group", "notice", "[{actor} ]converted the group[ \"{title}\"] to this supergroup"),
    ("pin_message", "pinned", "[{actor} ]pinned a message"),
    ("clear_history", "deleted", "[{actor} ]cleared the history"),
    ("score_in_game", "notice", "[{actor} ]scored[ {score}] in a game"),
    ("phone_call", "call", "[{actor} ]called[, {duration_seconds} seconds][, {discard_reason}]"),
    (
        "conference_call",
        "call",
        "[{actor} ]called a conference[, {duration_seconds} seconds][, missed: {is_missed}]",
    ),
    ("group_call", "call", "[{actor} ]started a voice chat[, {duration} seconds]"),
    ("group_call_scheduled", "call", "[{actor} ]scheduled a voice chat[ for {schedule_date}]"),
    ("invite_to_group_call", "call", "[{actor} ]invited[ {members}] to the voice chat"),
    ("take_screenshot", "screenshot", "[{actor} ]took a screenshot"),
    ("screenshot_taken", "screenshot", "[{actor} ]took a screenshot"),
    ("set_messages_ttl", "disappearing", "[{actor} ]set messages to disappear[ after {period} seconds]"),
    (
        "send_payment",
        "payment",
        "[{actor} ]sent a payment[ of {amount} {currency}][, recurring: {recurring}]",
    ),
    ("refunded_payment", "payment", "[{peer_name} ]refunded a payment[ of {amount} {currency}]"),
    (
        "send_premium_gift",
        "payment",
        "[{actor} ]gave Telegram Premium[ for {months} months][ for {days} days][, {cost}]",
    ),
    ("send_stars_gift", "payment", "[{actor} ]gave stars[: {stars}][: {amount_whole}][, {cost}]"),
    ("send_ton_gift", "payment", "[{actor} ]gave TON[: {amount_whole}][, {cost}]"),
    ("send_star_gift", "payment", "[{actor} ]gave a gift[ of {stars} stars][: {gift_text}]"),
    (
        "paid_messages_refund",
        "payment",
        "[{actor} ]refunded[ {stars_count} stars][ for {messages_count} messages]",
    ),
    ("suggested_post_refund", "payment", "[{actor} ]refunded a suggested post"),
    (
        "suggested_post_success",
        "payment",
        "[{actor} ]paid for a suggested post[, {price_amount_whole} {price_currency}]",
    ),
    (
        "paid_messages_price_change",
        "notice",
        "[{actor} ]changed the price of messages[ to {price_stars} stars]",
    ),
    (
        "process_suggested_post",
        "notice",
        "[{actor} ]decided on a suggested post[, rejected: {rejected}][: {comment}]",
    ),
    ("stars_prize", "notice", "[{actor} ]gave a prize[ of {stars} stars]"),
    ("gift_code_prize", "notice", "A prize was given[: {gift_code}][, {months} months][, {days} days]"),
    ("giveaway_launch", "notice", "A giveaway was started"),
    ("giveaway_results", "notice", "A giveaway ended[, {winners} winners][, {unclaimed} unclaimed]"),
    ("boost_apply", "notice", "[{actor} ]boosted the group[ {boosts} times]"),
    (
        "allow_sending_messages",
        "notice",
        "The bot was allowed to write[, by {reason_app_name}][, by {reason_domain}]",
    ),
    ("attach_menu_bot_allowed", "notice", "The bot was allowed to write when it was added to the menu"),
    ("web_app_bot_allowed", "notice", "The bot was allowed to write when it asked"),
    ("send_passport_values", "notice", "Documents were sent[: {values}]"),
    ("send_webview_data", "notice", "Data were sent to the bot"),
    ("requested_phone_number", "notice", "[{actor} ]asked for the phone number"),
    ("requested_peer", "notice", "[{actor} ]asked for a chat or a person"),
    ("proximity_reached", "notice", "[{from} ]came[ within {distance} metres][ of {to}]"),
    ("edit_chat_theme", "notice", "[{actor} ]changed the chat's theme[ to {emoticon}]"),
    ("set_chat_wallpaper", "notice", "[{actor} ]changed the chat's background"),
    ("set_same_chat_wallpaper", "notice", "[{actor} ]set the same background for the chat"),
    ("suggest_profile_photo", "notice", "[{actor} ]suggested a profile photo"),
    ("suggest_birthday", "notice", "[{actor} ]suggested a birthday[: {day}.{month}.]"),
    ("todo_completions", "notice", "[{actor} ]marked tasks[, done: {completed}][, not done: {incompleted}]"),
    ("todo_append_tasks", "notice", "[{actor} ]added tasks[: {items}]"),
    ("poll_append_answer", "poll", "[{actor} ]added an answer to the poll[: {option}]"),
    ("poll_delete_answer", "poll", "[{actor} ]removed an answer of the poll[: {option}]"),
    (
        "no_forwards_toggle",
        "notice",
        "[{actor} ]changed whether messages may be forwarded[, protected: {new_value}]",
    ),
    ("no_forwards_request", "notice", "[{actor} ]asked to change whether messages may be forwarded"),
    ("new_creator_pending", "admin", "[{new_creator} ]will become the owner[ in place of {actor}]"),
    ("change_creator", "admin", "[{new_creator} ]became the owner[ in place of {actor}]"),
    ("managed_bot_created", "notice", "[{actor} ]created a bot[: {bot}]"),
];

/// What a service message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) slug: &'static str,
    pub(crate) text: String,
    /// Whether the action is known.
    pub(crate) known: bool,
}

/// The event of an action. `message` has the action's keys.
pub(crate) fn event(action: &str, message: &Map<String, Value>) -> Event {
    let Some((_, slug, sentence)) = ACTIONS.iter().find(|(code, ..)| *code == action) else {
        let text = format!("{} {}", value(message, "actor").unwrap_or_default(), action.replace('_', " "));
        return Event { slug: "notice", text: text.trim().to_owned(), known: false };
    };
    let members = list(message.get("members"));
    let oneself = matches!(&members[..], [one] if value(message, "actor").as_ref() == Some(one));
    let (slug, sentence) = match (*slug, oneself) {
        ("added", true) => ("joined", "{actor} joined the group"),
        ("removed", true) => ("left", "{actor} left the group"),
        ("disappearing", _) if value(message, "period").as_deref() == Some("0") => {
            (*slug, "[{actor} ]set messages not to disappear")
        }
        (slug, _) => (slug, *sentence),
    };
    Event { slug, text: fill(sentence, message), known: true }
}

/// The names in a list of members: texts, or objects with a name.
pub(crate) fn list(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::Object(object) => {
            let named = ["name", "text"].into_iter().find_map(|key| object.get(key));
            named.map(joined).filter(|name| !name.is_empty())
        }
        value => scalar(value),
    };
    value.and_then(Value::as_array).into_iter().flatten().filter_map(one).collect()
}

/// The value of a key as a sentence has it. Whoever has no name any more has an id.
fn value(message: &Map<String, Value>, key: &str) -> Option<String> {
    let of = |key: &str| match message.get(key)? {
        Value::Array(_) if key == "gift_text" => message.get(key).map(joined),
        Value::Array(_) => Some(list(message.get(key)).join(", ")),
        value => scalar(value),
    };
    of(key)
        .filter(|text| !text.is_empty())
        .or_else(|| of(&format!("{key}_id")))
        .filter(|text| !text.is_empty())
}

fn fill(sentence: &str, message: &Map<String, Value>) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(&keys(before, message).unwrap_or_default());
        let (part, after) = after.split_once(']').unwrap_or((after, ""));
        text.push_str(&keys(part, message).unwrap_or_default());
        rest = after;
    }
    text.push_str(&keys(rest, message).unwrap_or_default());
    text
}

/// The part with its keys' values; `None` if one is missing.
fn keys(part: &str, message: &Map<String, Value>) -> Option<String> {
    let mut text = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(&value(message, key)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn read(action: &str, message: Value) -> (&'static str, String) {
        let event = event(action, message.as_object().unwrap());
        (event.slug, event.text)
    }

    #[test]
    fn an_action_is_an_event_with_a_sentence() {
        for (action, message, slug, text) in [
            ("phone_call", json!({"actor": "Ida", "duration_seconds": 56}), "call", "Ida called, 56 seconds"),
            ("phone_call", json!({"actor": "Ida", "discard_reason": "missed"}), "call", "Ida called, missed"),
            (
                "invite_members",
                json!({"actor": "Ida", "members": ["Olaf", null, "Per"]}),
                "added",
                "Ida added Olaf, Per",
            ),
            (
                "add_members",
                json!({"actor": "Ida", "members": [{"name": "Olaf"}]}),
                "added",
                "Ida added Olaf",
            ),
            ("invite_members", json!({"actor": "Ida", "members": ["Ida"]}), "joined", "Ida joined the group"),
            ("remove_members", json!({"actor": "Ida", "members": ["Ida"]}), "left", "Ida left the group"),
            (
                "set_messages_ttl",
                json!({"actor": null, "actor_id": "user7", "period": 0}),
                "disappearing",
                "user7 set messages not to disappear",
            ),
            ("send_payment", json!({"amount": 5, "currency": "EUR"}), "payment", "sent a payment of 5 EUR"),
            ("fly_away", json!({"actor": "Ida"}), "notice", "Ida fly away"),
        ] {
            assert_eq!(read(action, message), (slug, text.to_owned()), "{action}");
        }
    }

    #[test]
    fn every_sentence_is_well_formed() {
        let codes: BTreeSet<&str> = ACTIONS.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), ACTIONS.len());
        for (code, _, sentence) in ACTIONS {
            assert!(!fill(sentence, &Map::new()).contains(['[', ']', '{', '}']), "{code}");
        }
    }
}
