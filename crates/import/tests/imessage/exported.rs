//! Texts and pages of imessage-exporter.

use std::fs;

use blackbox_format::message::{Incoming, Message};
use blackbox_import::Report;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{
    common::{content, import, texts},
    fixture::noted,
};

const TEXT: &str = "May 06, 2023  7:08:09 AM (Read by you after 5 minutes, 2 seconds)
Ada Reed
The ferry leaves at six

with a second paragraph
Tapbacks:
    Loved by Me
    🦀 by Bo

May 06, 2023  7:09:00 AM
Me
attachments/12/34.jpg
Attachment missing!
Look at the quay
Sent with Confetti

May 06, 2023  7:10:00 AM You added Bo to the conversation.

May 06, 2023 12:00:00 PM
Bo
at five
Edited 30 seconds later: at six
Edited 2 minutes, 1 second later: at seven
    May 06, 2023 12:05:00 PM
    Ada Reed
    fine
    by me

    May 06, 2023 12:06:00 PM
    Bo
    only here

This message responded to an earlier message.

May 06, 2023 12:05:00 PM
Ada Reed
fine
by me
This message responded to an earlier message.

May 06, 2023  1:00:00 PM
Me
Me unsent this message part 3 seconds after sending!

May 06, 2023  1:01:00 PM
Ada Reed
This message was deleted from the conversation!
never mind

May 06, 2023  1:02:00 PM
Ada Reed
/Users/cy/Library/Messages/Attachments/ab/11/X/Audio Message.caf
Transcription: meet me at the lock

";

fn export(name: &str, bytes: &str) -> (Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    import(folder.path())
}

/// An export with an attachment that was copied.
fn with_quay(name: &str, bytes: &str) -> (TempDir, Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    fs::create_dir_all(folder.path().join("attachments/12")).unwrap();
    fs::write(folder.path().join("attachments/12/34.jpg"), "a quay").unwrap();
    let (all, report) = import(folder.path());
    (folder, all, report)
}

fn people(message: &Message) -> (&str, Vec<&str>) {
    (&message.from, message.to.iter().map(|name| &name[..]).collect())
}

#[test]
fn a_text_is_read_with_everything_it_shows() {
    let (_folder, all, report) = with_quay("Ada Reed, Bo.txt", TEXT);
    let source = &report.sources[0];
    assert_eq!((source.messages, source.events, source.attachments), (7, 2, 3));
    assert_eq!(
        (&source.format[..], source.timezone.as_deref()),
        ("imessage-exporter-txt", Some("Europe/London"))
    );
    assert_eq!(report.skipped, []);
    let messages: Vec<&Message> = all.iter().map(|one| &one.message).collect();
    let first = messages[0];
    assert_eq!((first.time, &first.written_time[..]), (1_683_353_289_000, "May 06, 2023  7:08:09 AM"));
    assert_eq!(first.text, "The ferry leaves at six\n\nwith a second paragraph");
    assert_eq!(people(first), ("Ada Reed", vec!["Me", "Bo"]));
    assert_eq!((first.chat.as_deref(), &first.platform[..]), (Some("Ada Reed, Bo"), "imessage"));
    assert_eq!(noted(first, "read"), ["Read by you after 5 minutes, 2 seconds"]);
    assert_eq!(noted(first, "reaction"), ["❤️ Me", "🦀 Bo"]);
    assert_eq!((&messages[1].text[..], noted(messages[1], "effect")), ("Look at the quay", vec!["Confetti"]));
    assert_eq!((content(&all[1]), all[1].media[1].content.is_none()), (b"a quay".to_vec(), true));
    assert_eq!(
        (messages[2].event.as_deref(), &messages[2].text[..]),
        (Some("added"), "You added Bo to the conversation.")
    );
    let edited = messages[3];
    assert_eq!(edited.text, "at seven");
    assert_eq!(noted(edited, "previous-text"), ["at five", "at six"]);
    assert_eq!(noted(edited, "edited"), ["2 minutes, 1 second later"]);
    assert_eq!(noted(edited, "reply"), ["to an earlier message"]);
    // An answer that stands nowhere else is a message; the other is read in its own place.
    assert_eq!((&messages[4].text[..], noted(messages[4], "reply-text")), ("only here", vec!["at seven"]));
    assert_eq!((&messages[5].text[..], noted(messages[5], "reply-text")), ("fine\nby me", vec!["at seven"]));
    assert_eq!((messages[6].event.as_deref(), noted(messages[6], "sender")), (Some("deleted"), vec!["Me"]));
    assert_eq!((&messages[7].text[..], noted(messages[7], "deleted")), ("never mind", vec![""]));
    assert_eq!(messages[8].texts[0].text, "meet me at the lock");
    let notes: Vec<_> = report.notes.iter().map(|one| (one.line, &one.reason[..])).collect();
    assert_eq!(notes, [(Some(50), "attachment \"Audio Message.caf\" is not in the folder of the export")]);
}

#[test]
fn an_older_text_indents_only_the_first_line_of_an_answer() {
    let text = "May 06, 2023  7:08:09 AM\nAda\nwhen?\n    May 06, 2023  7:09:00 AM\n    Bo\n    at six\nor seven\n\
and the rest of the question\n\nMay 06, 2023  7:09:00 AM\nBo\nat six\nor seven\nThis message responded to an earlier message.\n\n";
    let (all, _) = export("Ada.txt", text);
    assert_eq!(texts(&all), ["when?\nand the rest of the question", "at six\nor seven"]);
}

#[test]
fn the_other_of_a_conversation_who_never_wrote_is_the_one_it_is_called_after() {
    let (all, _) = export("+447700900001.txt", "May 06, 2023  7:08:09 AM\nMe\nhello?\n\n");
    assert_eq!(people(&all[0].message), ("Me", vec!["+447700900001"]));
}

const PAGE: &str = r#"<html>
<meta charset="UTF-8">
<style>.message { margin: 1% }</style>
<div class="message">
 <div class="received">
  <p><span class="timestamp"><a title="Reveal" href="sms://open?message-guid=G-1">May 06, 2023  7:08:09 AM</a> (Read by you after 5 seconds)</span>
   <span class="sender">Ada &amp; Co</span></p>
  <p>Subject: <span class="subject">Moorings</span></p>
  <hr><div class="message_part"><span class="bubble">two are &lt;free&gt;<br>by noon</span></div>
  <hr><div class="message_part"><img src="attachments/12/34.jpg" loading="lazy"></div>
  <hr><div class="message_part"><video controls><source src="attachments/12/lost%20one.mov" type="video/quicktime"></video></div>
  <span class="expressive">Sent with Echo</span>
  <div class="tapbacks"><hr><p>Tapbacks:</p><div class="tapback"><span><b>Loved</b> by Bo</span></div></div>
  <div class="replies">
   <div class="reply" id="G-2"><div class="message"><div class="sent iMessage">
     <p><span class="timestamp"><a href="sms://open?message-guid=G-2">May 06, 2023  7:09:00 AM</a></span> <span class="sender">Me</span></p>
     <hr><div class="message_part"><span class="bubble">which?</span></div>
   </div></div></div>
  </div>
 </div>
</div>
<div class="announcement"><p><span class="timestamp">May 06, 2023  7:08:30 AM</span> You named the conversation <b>Harbour</b></p></div>
<div class="message">
 <div class="sent iMessage">
  <p><span class="timestamp"><a href="sms://open?message-guid=G-2">May 06, 2023  7:09:00 AM</a></span> <span class="sender">Me</span></p>
  <hr><div class="message_part"><span class="bubble">which?</span></div>
  <span class="reply_context">This message responded to an earlier message.</span>
 </div>
</div>
<div class="message"><div class="sent SMS">
  <p><span class="timestamp">May 06, 2023  7:10:00 AM</span> <span class="sender">Me</span></p>
  <hr><div class="message_part"><div class="edited"><table><tbody>
   <tr><td><span class="timestamp"></span></td><td><span class="bubble">at five</span></td></tr></tbody>
   <tfoot><tr><td><span class="timestamp">Edited 9 seconds later</span></td><td><span class="bubble">at six</span></td></tr></tfoot></table></div></div>
  <div class="forensic">a hash</div>
</div></div>
<div class="message"><div class="received">
  <p><span class="timestamp">May 06, 2023  7:11:00 AM</span> <span class="sender">Bo</span></p>
  <span class="deleted">This message was deleted from the conversation!</span></p>
  <hr><div class="message_part"><span class="unsent"><span class="unsent">Bo unsent this message part!</span></span></div>
</div></div>
<div class="message"><p>nothing</p></div>
</html>
"#;

#[test]
fn a_page_is_read_with_everything_it_shows() {
    let (_folder, all, report) = with_quay("Harbour - 12.html", PAGE);
    let source = &report.sources[0];
    assert_eq!((source.messages, source.events, source.attachments), (3, 2, 2));
    assert_eq!(
        (&source.format[..], source.timezone.as_deref()),
        ("imessage-exporter-html", Some("Europe/London"))
    );
    let messages: Vec<&Message> = all.iter().map(|one| &one.message).collect();
    let first = messages[0];
    assert_eq!((first.time, &first.written_time[..]), (1_683_353_289_000, "May 06, 2023  7:08:09 AM"));
    assert_eq!(first.text, "Moorings\ntwo are <free>\nby noon");
    assert_eq!((people(first), first.source_id.as_deref()), (("Ada & Co", vec!["Me"]), Some("G-1")));
    assert_eq!(noted(first, "read"), ["Read by you after 5 seconds"]);
    assert_eq!((noted(first, "subject"), noted(first, "effect")), (vec!["Moorings"], vec!["Echo"]));
    assert_eq!(noted(first, "reaction"), ["❤️ Bo"]);
    assert_eq!((content(&all[0]), &all[0].media[1].name[..]), (b"a quay".to_vec(), "lost one.mov"));
    assert_eq!(
        (messages[1].event.as_deref(), &messages[1].text[..]),
        (Some("renamed"), "You named the conversation Harbour")
    );
    assert_eq!(
        (noted(messages[2], "reply-to"), noted(messages[2], "service")),
        (vec!["G-1"], vec!["iMessage"])
    );
    assert_eq!((&messages[3].text[..], noted(messages[3], "previous-text")), ("at six", vec!["at five"]));
    assert_eq!(noted(messages[3], "edited"), ["9 seconds later"]);
    assert_eq!(noted(messages[3], "raw:forensic"), ["a hash"]);
    assert_eq!(
        (messages[4].event.as_deref(), &messages[4].text[..]),
        (Some("deleted"), "Bo unsent this message part!")
    );
    let skipped: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(skipped, [(Some(6), "the message says neither who nor when")]);
    assert_eq!(source.not_understood, [("forensic".to_owned(), 1)].into());
}

#[test]
fn other_texts_and_pages_are_not_recognised() {
    for text in [
        "May 06, 2023  7:08:09 AM",
        "May 06, 2023, 7:08 AM - Ada: hi\nMay 06, 2023, 7:09 AM - Bo: ho\n",
        "May 06, 2023  7:08:09 AM server started\nMay 06, 2023  7:08:10 AM done\n",
        "<html><div class=\"message default\"><div class=\"from_name\">Ada</div></div></html>",
        "<p>May 06, 2023  7:08:09 AM</p>",
    ] {
        let (all, report) = export("a.txt", text);
        assert_eq!((all.len(), report.sources.len()), (0, 0), "{text}");
    }
}

#[test]
fn hostile_texts_and_pages_are_bounded() {
    let head = "May 06, 2023  7:08:09 AM\nAda\n";
    let long = format!("{head}{}\n\n{head}after\n", "x".repeat((16 << 20) + 1));
    let (all, report) = export("a.txt", &long);
    assert_eq!((texts(&all), report.skipped[0].line), (vec!["", "after"], Some(3)));
    let many = format!("{head}{}\n{head}after\n", "y\n".repeat(1 << 20));
    let (all, report) = export("a.txt", &many);
    assert_eq!(
        (texts(&all), &report.skipped[0].reason[..]),
        (vec!["after"], "the message is longer than 16 MiB")
    );
    let part = |inner: &str| {
        format!(
            "<div class=\"message\"><div class=\"received\"><p><span class=\"timestamp\">May 06, 2023  7:08:09 AM</span>\
             <span class=\"sender\">Ada</span></p><div class=\"message_part\">{inner}</div></div></div>\n"
        )
    };
    let good = part("<span class=\"bubble\">good</span>");
    for inner in [
        "<div>".repeat(100_000),
        "<b class='x'>".repeat(300_000),
        format!("<span class=\"bubble\">{}</span>", "<i>z</i>".repeat(1 << 20)),
        "</div></span></p>".to_owned(),
        "<img src=\"../../../etc/passwd\"><img src=\"/etc/passwd\"><img src=\"%00\"><img src=\"%zz%c3\">"
            .to_owned(),
    ] {
        let (all, _) = export("a.html", &format!("{good}{}{good}", part(&inner)));
        assert_eq!(all[0].message.text, "good");
        assert!(all.iter().all(|one| one.media.iter().all(|media| media.content.is_none())));
    }
    let (all, report) = export("a.html", &format!("{good}{}", part(&"w".repeat(20 << 20))));
    assert_eq!(texts(&all), ["good"]);
    assert!(report.skipped[0].reason.contains("16 MiB"), "{:?}", report.skipped);
    for end in 0..TEXT.len() {
        if TEXT.is_char_boundary(end) && end % 37 == 0 {
            export("a.txt", &TEXT[..end]);
        }
    }
    for end in (0..PAGE.len()).filter(|end| end % 97 == 0) {
        export("a.html", &PAGE[..end]);
    }
}

#[derive(Debug, Clone)]
struct Made {
    minute: i64,
    from: &'static str,
    text: String,
    file: Option<String>,
    loved: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let line = "[a-zש🎉]([a-zA-Z0-9äöüשם🎉 ,.!?\"&<>]{0,30}[a-zם🎉])?";
    (
        0i64..20_000_000,
        prop::sample::select(vec!["Me", "Ada Reed", "+447700900001"]),
        prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n")),
        prop::option::of("[a-z]{1,8}\\.(jpg|mov)"),
        any::<bool>(),
    )
        .prop_map(|(minute, from, text, file, loved)| Made { minute, from, text, file, loved })
}

fn written(one: &Made) -> String {
    let time = jiff::Timestamp::from_second(one.minute * 60).unwrap();
    let zoned = time.to_zoned(jiff::tz::TimeZone::get("Europe/London").unwrap());
    zoned.strftime("%b %d, %Y %l:%M:%S %p").to_string()
}

fn write_text(one: &Made) -> String {
    let file = one.file.as_ref().map(|file| format!("attachments/{file}\n")).unwrap_or_default();
    let loved = if one.loved { "Tapbacks:\n    Loved by Me\n" } else { "" };
    format!("{}\n{}\n{}\n{file}{loved}\n", written(one), one.from, one.text)
}

fn write_page(one: &Made) -> String {
    let side = if one.from == "Me" { "sent iMessage" } else { "received" };
    let text = one.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    let file = one
        .file
        .as_ref()
        .map(|file| format!("<div class=\"message_part\"><img src=\"attachments/{file}\"></div>"));
    let loved =
        "<div class=\"tapbacks\"><p>Tapbacks:</p><div class=\"tapback\"><b>Loved</b> by Me</div></div>";
    format!(
        "<div class=\"message\"><div class=\"{side}\"><p><span class=\"timestamp\">{}</span><span class=\"sender\">{}</span></p>\
         <hr><div class=\"message_part\"><span class=\"bubble\">{text}</span></div>{}{}</div></div>\n",
        written(one),
        one.from,
        file.unwrap_or_default(),
        if one.loved { loved } else { "" }
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

    #[test]
    fn every_message_of_a_text_or_page_comes_back(all in prop::collection::vec(made(), 1..10), page in any::<bool>()) {
        let (name, write): (_, fn(&Made) -> String) =
            if page { ("Ada.html", write_page) } else { ("Ada.txt", write_text) };
        let (found, report) = export(name, &all.iter().map(write).collect::<String>());
        prop_assert_eq!(&report.skipped, &Vec::new());
        prop_assert_eq!(found.len(), all.len());
        for (one, incoming) in all.iter().zip(&found) {
            let message = &incoming.message;
            prop_assert_eq!((&message.from[..], &message.text[..]), (one.from, &one.text[..]));
            prop_assert_eq!(&message.written_time, &written(one));
            // An hour that comes twice is taken as the first.
            prop_assert!(message.time == one.minute * 60_000 || message.time == one.minute * 60_000 - 3_600_000);
            let names: Vec<_> = incoming.media.iter().map(|media| &media.name).collect();
            prop_assert_eq!(names, one.file.iter().collect::<Vec<_>>());
            let loved: &[&str] = if one.loved { &["❤️ Me"] } else { &[] };
            prop_assert_eq!(noted(message, "reaction"), loved);
        }
    }
}
