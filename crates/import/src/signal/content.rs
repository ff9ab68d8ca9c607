//! What people send each other, of the frames of a backup.

use blackbox_format::message::annotation;

use super::{
    draft::{Draft, Role},
    fields::Fields,
    item,
    people::People,
    pointer::{attach, point},
};

/// A text, with or without attachments.
pub(crate) fn standard(mut message: Fields, draft: &mut Draft, people: &mut People) {
    if let Some(quote) = message.inner("quote") {
        self::quote(quote, draft, people);
    }
    if let Some(text) = message.inner("text") {
        draft.message.text = body(text, draft, people);
    }
    message.each("attachments").into_iter().for_each(|one| attach(draft, one));
    message.each("linkPreview").into_iter().for_each(|one| preview(one, draft));
    if let Some(pointer) = message.inner("longText") {
        point(draft, pointer, Role::LongText);
    }
    reactions(&mut message, draft, people);
    draft.keep(message);
}

/// A text and its ranges: styles and mentions, whose places are counted in UTF-16 units.
fn body(mut text: Fields, draft: &mut Draft, people: &mut People) -> String {
    let body = text.text("body").unwrap_or_default();
    for mut range in text.each("bodyRanges") {
        let (start, length) = (range.number("start").unwrap_or(0), range.number("length").unwrap_or(0));
        let place = format!("{start}+{length}");
        if let Some(who) = range.service("mentionAci") {
            let who = people.by_service(&who);
            draft.annotate("mention", format!("{who} at {place}"));
        }
        if let Some(style) = range.word("style") {
            draft.annotate("style", format!("{style} at {place}"));
        }
        draft.keep(range);
    }
    draft.keep(text);
    body
}

fn quote(mut quote: Fields, draft: &mut Draft, people: &mut People) {
    let author = quote.number("authorId").unwrap_or(0);
    if let Some(target) = quote.number("targetSentTimestamp") {
        draft.annotate(annotation::REPLY_TO, item::id(author, target));
    }
    draft.annotate("reply-author", people.name(author));
    if let Some(mut text) = quote.inner("text") {
        draft.maybe(annotation::REPLY_TEXT, text.text("body"));
        text.ignore(&["bodyRanges"]);
        draft.keep(text);
    }
    for mut attachment in quote.each("attachments") {
        let parts = [attachment.text("fileName"), attachment.text("contentType")];
        draft.annotate("reply-attachment", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        attachment.ignore(&["thumbnail"]);
        draft.keep(attachment);
    }
    let kind = quote.word("type").filter(|kind| kind != "normal" && kind != "unknown");
    draft.maybe("reply-kind", kind);
    draft.keep(quote);
}

fn preview(mut preview: Fields, draft: &mut Draft) {
    let parts = ["url", "title", "description"].map(|key| preview.text(key));
    draft.annotate("link-preview", parts.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    draft.maybe("link-date", preview.number("date"));
    if let Some(image) = preview.inner("image") {
        let number = draft.media.len();
        draft.annotate("attachment-kind", format!("{number}: picture of a link"));
        point(draft, image, Role::Attachment);
    }
    draft.keep(preview);
}

fn reactions(message: &mut Fields, draft: &mut Draft, people: &People) {
    for mut reaction in message.each("reactions") {
        let who = people.name(reaction.number("authorId").unwrap_or(0));
        let emoji = reaction.text("emoji").unwrap_or_default();
        draft.annotate(annotation::REACTION, format!("{emoji} {who}"));
        reaction.ignore(&["sentTimestamp", "sortOrder"]);
        draft.keep(reaction);
    }
}

/// A contact card: its lines are the text.
pub(crate) fn contact(mut message: Fields, draft: &mut Draft, people: &People) {
    let mut cards = message.each("contact");
    cards.extend(message.inner("contact"));
    let mut lines = Vec::new();
    for mut card in cards {
        if let Some(name) = card.inner("name") {
            card_name(name, &mut lines, draft);
        }
        lines.extend(card.text("organization"));
        for key in ["number", "email"] {
            card.each(key).into_iter().for_each(|one| labelled(one, &["value"], &mut lines, draft));
        }
        for address in card.each("address") {
            let keys = ["street", "pobox", "neighborhood", "postcode", "city", "region", "country"];
            labelled(address, &keys, &mut lines, draft);
        }
        if let Some(avatar) = card.inner("avatar") {
            point(draft, avatar, Role::Attachment);
        }
        draft.keep(card);
    }
    draft.message.text = lines.join("\n");
    draft.annotate("contact-card", "true");
    reactions(&mut message, draft, people);
    draft.keep(message);
}

fn card_name(mut name: Fields, lines: &mut Vec<String>, draft: &mut Draft) {
    let full = ["prefix", "givenName", "middleName", "familyName", "suffix"].map(|key| name.text(key));
    lines.push(full.into_iter().flatten().collect::<Vec<_>>().join(" "));
    lines.extend(name.text("nickname"));
    lines.retain(|line| !line.is_empty());
    draft.keep(name);
}

/// A line of a card with its label: `+1 555 0100 (work)`.
fn labelled(mut field: Fields, keys: &[&str], lines: &mut Vec<String>, draft: &mut Draft) {
    let parts: Vec<String> = keys.iter().filter_map(|key| field.text(key)).collect();
    let kind = field.word("type").filter(|kind| kind != "unknown" && kind != "custom");
    let label = field.text("label").or(kind);
    let mut line = parts.join(", ");
    if let Some(label) = label {
        line += &format!(" ({label})");
    }
    lines.push(line);
    draft.keep(field);
}

/// A sticker: its emoji is the text.
pub(crate) fn sticker(mut message: Fields, draft: &mut Draft, people: &People) {
    if let Some(mut sticker) = message.inner("sticker") {
        draft.message.text = sticker.text("emoji").unwrap_or_default();
        let pack = sticker.text("packId").unwrap_or_default();
        draft.annotate("sticker", format!("{pack} {}", sticker.number("stickerId").unwrap_or(0)));
        if let Some(data) = sticker.inner("data") {
            point(draft, data, Role::Attachment);
        }
        sticker.ignore(&["packKey"]);
        draft.keep(sticker);
    }
    reactions(&mut message, draft, people);
    draft.keep(message);
}

/// A picture or recording that can be looked at once.
pub(crate) fn view_once(mut message: Fields, draft: &mut Draft, people: &People) {
    draft.annotate("view-once", "true");
    match message.inner("attachment") {
        Some(attachment) => attach(draft, attachment),
        None => draft.message.text = "View-once message".into(),
    }
    reactions(&mut message, draft, people);
    draft.keep(message);
}

/// An answer to a story: a text or an emoji.
pub(crate) fn story_reply(mut message: Fields, draft: &mut Draft, people: &mut People) {
    draft.annotate("story-reply", "true");
    draft.message.text = message.text("emoji").unwrap_or_default();
    if let Some(mut reply) = message.inner("textReply") {
        if let Some(text) = reply.inner("text") {
            draft.message.text = body(text, draft, people);
        }
        if let Some(pointer) = reply.inner("longText") {
            point(draft, pointer, Role::LongText);
        }
        draft.keep(reply);
    }
    message.ignore(&["storySentTimestamp"]);
    reactions(&mut message, draft, people);
    draft.keep(message);
}

/// Money that was sent.
pub(crate) fn payment(mut payment: Fields, draft: &mut Draft) {
    let mut text = match payment.text("amountMob") {
        Some(amount) => format!("Payment of {amount} MOB"),
        None => "Payment".to_owned(),
    };
    if let Some(fee) = payment.text("feeMob") {
        text += &format!(", fee {fee} MOB");
    }
    if let Some(mut details) = payment.inner("transactionDetails") {
        if let Some(mut transaction) = details.inner("transaction") {
            text += &format!(", {}", transaction.word("status").unwrap_or_else(|| "initial".into()));
            draft.maybe("payment-time", transaction.number("timestamp"));
            draft.maybe("payment-block", transaction.number("blockIndex"));
            draft.maybe("payment-block-time", transaction.number("blockTimestamp"));
            transaction.ignore(&["mobileCoinIdentification", "transaction", "receipt"]);
            draft.keep(transaction);
        }
        if let Some(mut failed) = details.inner("failedTransaction") {
            text += &format!(", failed ({})", failed.word("reason").unwrap_or_else(|| "generic".into()));
            draft.keep(failed);
        }
        draft.keep(details);
    }
    if let Some(note) = payment.text("note") {
        text += &format!(": {note}");
    }
    draft.event("payment", text);
    draft.keep(payment);
}

/// A badge that somebody gave.
pub(crate) fn gift(mut gift: Fields, draft: &mut Draft) {
    draft.message.text = format!("Gift badge ({})", gift.word("state").unwrap_or_else(|| "unopened".into()));
    gift.ignore(&["receiptCredentialPresentation"]);
    draft.keep(gift);
}

/// A question with options, a line each; who voted for what is beside it.
pub(crate) fn poll(mut poll: Fields, draft: &mut Draft, people: &People) {
    let mut text = poll.text("question").unwrap_or_default();
    for mut option in poll.each("options") {
        let name = option.text("option").unwrap_or_default();
        text += &format!("\n- {name}");
        for mut vote in option.each("votes") {
            let who = people.name(vote.number("voterId").unwrap_or(0));
            draft.annotate("poll-vote", format!("{name}: {who}"));
            vote.ignore(&["voteCount"]);
            draft.keep(vote);
        }
        draft.keep(option);
    }
    draft.message.text = text;
    let kind = if poll.flag("allowMultiple") { "several choices" } else { "one choice" };
    draft.annotate("poll", kind);
    if poll.flag("hasEnded") {
        draft.annotate("poll-ended", "true");
    }
    reactions(&mut poll, draft, people);
    draft.keep(poll);
}

/// A message that an administrator of the group took away.
pub(crate) fn admin_deleted(mut deleted: Fields, draft: &mut Draft, people: &People) {
    let admin = people.name(deleted.number("adminId").unwrap_or(0));
    draft.event("deleted", format!("{admin} deleted this message as an administrator."));
    let author = draft.message.from.clone();
    draft.annotate("author", author);
    draft.annotate(annotation::SENDER, admin);
    draft.keep(deleted);
}
