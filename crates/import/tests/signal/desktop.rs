//! What is read of signal-export's and sigtop's files.

use std::{fs, path::Path};

use blackbox_format::message::{Incoming, annotation};
use blackbox_import::Report;

use super::common::{content, import, texts};

fn all<'a>(one: &'a Incoming, name: &str) -> Vec<&'a str> {
    one.message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn folder(files: &[(&str, &str)]) -> (Vec<Incoming>, Report, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (found, report) = import(folder.path());
    (found, report, folder)
}

const DATA: &str = concat!(
    r#"{"date":"2021-07-25T09:30:00.250000","sender":"BoFenn","body":"The boat leaves at nine.  ","quote":"","sticker":"","reactions":[["Me","👍"]],"attachments":[{"name":"2021_a b.txt","path":"media/2021_a%20b.txt"}]}"#,
    "\n",
    r#"{"date":"2021-07-25T09:31:00","sender":"Me","body":"Good  ","quote":"\n\n> The boat\n> leaves\n\n","sticker":{"id":"3","packId":"ab","packKey":"","emoji":"⛵","extension":"webp"},"reactions":[],"attachments":[],"deleted":false,"call":false,"missed":false,"mood":7}"#,
    "\n",
    r#"{"date":"2021-07-25T09:32:00","sender":"BoFenn","body":"","quote":"","sticker":null,"reactions":[],"attachments":[],"deleted":true,"call":false,"missed":false}"#,
    "\n",
    r#"{"date":"2021-07-25T09:33:00","sender":"Me","body":"Outgoing voice call (accepted, 2m 5s)  ","quote":"","sticker":null,"reactions":[],"attachments":[],"deleted":false,"call":true,"missed":false}"#,
    "\n",
);

#[test]
fn data_json_is_read_and_what_says_the_same_again_is_not() {
    let chat = "[2021-07-25 09:30:00] BoFenn: The boat leaves at nine.  \n\n";
    let (found, report, _folder) = folder(&[
        ("BoFenn/data.json", DATA),
        ("BoFenn/chat.md", chat),
        ("BoFenn/index.html", "<html></html>"),
        ("BoFenn/media/2021_a b.txt", "rope"),
        ("exported_stickers/ab/3.webp", "sticker"),
    ]);
    assert_eq!(texts(&found)[..2], ["The boat leaves at nine.", "Good"]);
    let first = &found[0];
    assert_eq!((first.message.time, &first.message.from[..]), (1_627_201_800_250, "BoFenn"));
    assert_eq!(
        (first.message.chat.as_deref(), &first.message.to[..]),
        (Some("BoFenn"), &["Me".to_owned()][..])
    );
    assert_eq!((all(first, annotation::REACTION), content(first)), (vec!["👍 Me"], b"rope".to_vec()));
    assert_eq!(all(&found[1], annotation::REPLY_TEXT), ["The boat\nleaves"]);
    assert_eq!((all(&found[1], "sticker"), content(&found[1])), (vec!["⛵"], b"sticker".to_vec()));
    assert_eq!(all(&found[1], "raw:mood"), ["7"]);
    let events: Vec<_> = found.iter().filter_map(|one| one.message.event.as_deref()).collect();
    assert_eq!(events, ["deleted", "call"]);
    assert_eq!(found[3].message.text, "Outgoing voice call (accepted, 2m 5s)");
    let source = &report.sources[0];
    assert_eq!(
        (&source.format[..], source.timezone.as_deref()),
        ("signal-export-json", Some("Europe/London"))
    );
    let reasons: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(reasons, ["it says again what data.json says"]);
}

#[test]
fn chat_md_is_read_where_there_is_no_data_json() {
    let chat = "[2021-07-25 09:30:00] BoFenn: The boat\n\nleaves at nine.  ![a.jpg](./media/a.jpg)  \n\n\
                [2021-07-25 09:31] Me: \n\n> The boat\n> leaves\n\nGood  \n(- BoFenn: 👍, CleoMarsh: ⛵ -)\n(( 😀 ))\n\n\
                [2021-07-25 09:32:00] BoFenn: (This message was deleted)\n\n";
    for text in [chat.to_owned(), chat.replace('\n', "\r\n")] {
        let (found, report, _folder) = folder(&[("BoFenn/chat.md", &text), ("BoFenn/media/a.jpg", "pixels")]);
        assert_eq!(texts(&found), ["The boat\n\nleaves at nine.", "Good", "This message was deleted."]);
        assert_eq!((content(&found[0]), found[1].message.time), (b"pixels".to_vec(), 1_627_201_860_000));
        assert_eq!(all(&found[1], annotation::REPLY_TEXT), ["The boat\nleaves"]);
        assert_eq!(all(&found[1], annotation::REACTION), ["👍 BoFenn", "⛵ CleoMarsh"]);
        assert_eq!(
            (all(&found[1], "sticker"), found[2].message.event.as_deref()),
            (vec!["😀"], Some("deleted"))
        );
        assert_eq!((&report.sources[0].format[..], report.skipped.len()), ("signal-export-markdown", 0));
    }
}

#[test]
fn a_file_without_the_marks_of_signal_export_is_whatsapps() {
    let (_, report, _folder) =
        folder(&[("a/chat.txt", "[2021-03-25 09:30] Ada: hi\n[2021-03-25 09:31] Bo: ho\n")]);
    assert!(report.sources[0].format.starts_with("whatsapp"));
}

const SIGTOP: &str = "Conversation: Bo Fenn (+15550102)\n\n\
    From: Bo Fenn (+15550102)\nType: incoming\nSent: Sun, 25 Jul 2021 09:30:00 +0200\n\
    Received: Sun, 25 Jul 2021 09:30:01 +0200\nAttachment: a b.txt (text/plain, 4 bytes)\n\
    Reaction: 👍 from Ada Quill (+15550101)\n\nThe boat\n\nleaves at nine.\n\n\
    From: You\nType: outgoing\nSent: Sun, 25 Jul 2021 09:31:00 +0200\n\n\
    > From: Bo Fenn (+15550102)\n> Sent: Sun, 25 Jul 2021 09:30:00 +0200\n>\n> The boat\n\nGood\n\n\
    From: You\nType: outgoing\nSent: Sun, 25 Jul 2021 09:32:00 +0200\nEdited: 2 versions\n\n\
    | Version: 2\n| Sent: Sun, 25 Jul 2021 09:33:00 +0200\n|\n| At ten\n|\n\
    | Version: 1\n| Sent: Sun, 25 Jul 2021 09:32:00 +0200\n|\n| At nine\n\n\
    Type: keychange\nSent: Sun, 25 Jul 2021 09:34:00 +0200\nReceived: Sun, 25 Jul 2021 09:34:00 +0200\n\n";

#[test]
fn sigtops_text_is_read() {
    let (found, report, _folder) =
        folder(&[("Bo Fenn (+15550102).txt", SIGTOP), ("Bo Fenn (+15550102)/a b.txt", "rope")]);
    let kind = "A notice of the kind \"keychange\".";
    assert_eq!(texts(&found), ["The boat\n\nleaves at nine.", "Good", "At ten", kind]);
    let first = &found[0].message;
    assert_eq!((first.time, &first.written_time[..]), (1_627_198_200_000, "Sun, 25 Jul 2021 09:30:00 +0200"));
    assert_eq!((&first.from[..], first.chat.as_deref()), ("Bo Fenn", Some("Bo Fenn")));
    assert_eq!(
        (&first.to[..], &first.names[0].also[..]),
        (&["You".to_owned()][..], &["+15550102".to_owned()][..])
    );
    assert_eq!(content(&found[0]), b"rope");
    assert_eq!(all(&found[0], annotation::REACTION), ["👍 Ada Quill (+15550101)"]);
    assert_eq!(all(&found[1], annotation::REPLY_TEXT), ["The boat"]);
    assert_eq!(all(&found[2], annotation::PREVIOUS_TEXT), ["At nine"]);
    assert_eq!(found[3].message.event.as_deref(), Some("security-code"));
    assert_eq!((&report.sources[0].format[..], report.skipped.len()), ("signal-sigtop-text", 0));
    assert_eq!(report.sources[0].timezone, None);
}

const JSON: &str = r#"[
{"id":"m1","conversationId":"c1","type":"incoming","sent_at":1600000000123,"timestamp":1600000000123,"body":"The boat",
 "source":"+15550102","sourceServiceId":"02020202-0202-0202-0202-020202020202","schemaVersion":14,"hasAttachments":1,
 "attachments":[{"fileName":"a.txt","contentType":"text/plain","size":4,"path":"ab/cd"}],
 "reactions":[{"emoji":"👍","fromId":"c2"}],"expireTimer":60,"mood":[1]},
{"id":"m2","conversationId":"c1","type":"outgoing","sent_at":1600000000124,"body":"At ten",
 "quote":{"id":1600000000123,"authorAci":"02020202-0202-0202-0202-020202020202","text":"The boat","attachments":[]},
 "editHistory":[{"body":"At ten","timestamp":2},{"body":"At nine","timestamp":1}],"editMessageTimestamp":2},
{"id":"m3","conversationId":"c1","type":"incoming","sent_at":1600000000125,"isErased":true,"deletedForEveryone":true},
{"id":"m4","conversationId":"c1","type":"timer-notification","sent_at":1600000000126,"expirationTimerUpdate":{"expireTimer":300}},
7,
{"id":"m5","conversationId":"c1","type":"keychange"}
]
"#;

#[test]
fn sigtops_json_is_read() {
    let (found, report, _folder) =
        folder(&[("Bo Fenn (+15550102).json", JSON), ("Bo Fenn (+15550102)/a.txt", "rope")]);
    let timer = "Disappearing messages were set to 300 seconds.";
    assert_eq!(texts(&found), ["The boat", "At ten", "This message was deleted.", timer]);
    let first = &found[0].message;
    assert_eq!((&first.from[..], &first.to[..]), ("Bo Fenn", &["You".to_owned()][..]));
    assert_eq!((first.source_id.as_deref(), first.chat.as_deref()), (Some("m1"), Some("Bo Fenn")));
    let also = ["+15550102", "02020202-0202-0202-0202-020202020202"];
    assert_eq!(first.names[0].also, also);
    assert_eq!((content(&found[0]), all(&found[0], "raw:mood")), (b"rope".to_vec(), vec!["[1]"]));
    assert_eq!(
        (all(&found[0], annotation::REACTION), all(&found[0], annotation::DISAPPEARING)),
        (vec!["👍 c2"], vec!["60"])
    );
    assert_eq!(all(&found[1], annotation::REPLY_TEXT), ["The boat"]);
    assert_eq!(
        (all(&found[1], annotation::PREVIOUS_TEXT), all(&found[1], annotation::EDITED)),
        (vec!["At nine"], vec!["2"])
    );
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(reasons, [(Some(5), "it is not an object"), (Some(6), "\"sent_at\" is not a number")]);
    let source = &report.sources[0];
    assert_eq!((&source.format[..], source.not_understood.len()), ("signal-sigtop-json", 1));
}

#[test]
fn a_path_that_leads_out_of_the_export_is_not_followed() {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("secret.txt"), "x").unwrap();
    let chat = top.path().join("export/Bo");
    fs::create_dir_all(&chat).unwrap();
    let line = |path: &Path| {
        format!(
            r#"{{"date":"2021-07-25T09:30:00","sender":"Bo","body":"","quote":"","sticker":"","reactions":[],"attachments":[{{"name":"a","path":"{}"}}]}}"#,
            path.display()
        )
    };
    let paths = [
        Path::new("../../secret.txt"),
        &top.path().join("secret.txt"),
        Path::new("./media/../../../secret.txt"),
    ];
    fs::write(chat.join("data.json"), paths.map(line).join("\n")).unwrap();
    let (found, report) = import(&top.path().join("export"));
    assert!(found.len() == 3 && found.iter().all(|one| one.media[0].content.is_none()));
    assert_eq!(report.notes.len(), 3);
}
