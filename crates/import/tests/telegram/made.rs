//! Messages that are made, written as exports, and come back.

use std::fs;

use blackbox_format::message::Incoming;
use blackbox_import::Exports;
use proptest::prelude::*;
use serde_json::json;

use super::{
    chat, common, event, folder, import,
    layout::{DAY, card, div, page, posting, service, text_div},
    notes,
};

/// A message as somebody might write it.
#[derive(Debug, Clone)]
struct Made {
    seconds: i64,
    from: usize,
    text: String,
    reply: Option<u64>,
    file: Option<String>,
    renamed: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let text = "[a-zåßשם<>&\"' \n😀\\\\]{0,24}";
    (
        0_i64..4_000_000_000,
        0_usize..3,
        text,
        proptest::option::of(1_u64..99),
        proptest::option::of("[a-z ]{1,9}"),
        any::<bool>(),
    )
        .prop_map(|(seconds, from, text, reply, file, renamed)| Made {
            seconds,
            from,
            text,
            reply,
            file,
            renamed,
        })
}

const PEOPLE: [&str; 3] = ["Ida Berg", "Olaf", "P. <Dal> & \"Co\""];

fn utc(seconds: i64) -> jiff::Zoned {
    jiff::Timestamp::from_second(seconds).unwrap().to_zoned(jiff::tz::TimeZone::UTC)
}

fn as_json(all: &[Made]) -> String {
    let one = |(made, id): (&Made, u64)| {
        let mut one = json!({"id": id, "date": utc(made.seconds).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "date_unixtime": made.seconds.to_string(), "type": "message", "text": made.text});
        let keys = one.as_object_mut().unwrap();
        let who = if made.renamed { "actor" } else { "from" };
        keys.insert(who.into(), PEOPLE[made.from].into());
        keys.insert(format!("{who}_id"), format!("user{}", made.from).into());
        if made.renamed {
            keys.extend([
                ("type".to_owned(), "service".into()),
                ("action".to_owned(), "edit_group_title".into()),
                ("title".to_owned(), made.text.clone().into()),
                ("text".to_owned(), "".into()),
            ]);
            return one;
        }
        made.reply
            .into_iter()
            .for_each(|reply| drop(keys.insert("reply_to_message_id".into(), reply.into())));
        made.file
            .iter()
            .for_each(|file| drop(keys.insert("file".into(), format!("files/{file}.bin").into())));
        one
    };
    chat("private_group", &all.iter().zip(1..).map(one).collect())
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;").replace('\n', "<br>")
}

fn as_html(all: &[Made]) -> String {
    let one = |(made, id): (&Made, u64)| {
        let name = escaped(PEOPLE[made.from]);
        if made.renamed {
            let text = format!("{name} changed group title to &laquo;{}&raquo;", escaped(&made.text));
            return service(id as i64, &text);
        }
        let date = utc(made.seconds).strftime("%d.%m.%Y %H:%M:%S UTC+00:00").to_string();
        let mut inner = String::new();
        if let Some(reply) = made.reply {
            let link = format!("In reply to <a href=\"#go_to_message{reply}\">this message</a>");
            inner += &div("reply_to details", &link);
        }
        if let Some(file) = &made.file {
            inner += &card("media_video", &format!("files/{file}.bin"), ["Video", "", "00:01"]);
        }
        if !made.text.is_empty() {
            inner += &text_div(&escaped(&made.text));
        }
        posting(id, &name, &date, &inner)
    };
    page(
        "Harbour",
        &format!("{}{}", service(-1, "1 January 1970"), all.iter().zip(1..).map(one).collect::<String>()),
    )
}

/// Imports a file with the attachments of `all`, times being UTC.
fn back(name: &str, text: &str, all: &[Made]) -> Vec<Incoming> {
    let folder = folder(&[(name, text)]);
    fs::create_dir(folder.path().join("files")).unwrap();
    for file in all.iter().filter_map(|made| made.file.as_ref()) {
        fs::write(folder.path().join(format!("files/{file}.bin")), file).unwrap();
    }
    let mut options = common::options(None);
    options.timezone = jiff::tz::TimeZone::UTC;
    let exports = Exports::open(&[folder.path().to_owned()], options).unwrap();
    let (read, report) = common::read(&exports);
    assert_eq!(report.notes, []);
    for incoming in read.iter().filter(|one| !one.media.is_empty()) {
        let name = incoming.media[0].name.strip_suffix(".bin").unwrap();
        assert_eq!(common::content(incoming), name.as_bytes());
    }
    read
}

/// Compares what came back with what was made.
fn same(read: &[Incoming], made: &[Made]) {
    assert_eq!(read.len(), made.len());
    for (incoming, made) in read.iter().zip(made) {
        let message = &incoming.message;
        let by = if made.renamed { notes(incoming, "sender")[0] } else { &message.from };
        assert_eq!((by, made.renamed), (PEOPLE[made.from], event(incoming) == Some("renamed")));
        if made.renamed {
            assert!(message.text.contains(&made.text) && message.from.is_empty());
            continue;
        }
        assert_eq!((message.time, &message.text), (made.seconds * 1000, &made.text));
        let reply: Vec<String> = made.reply.iter().map(u64::to_string).collect();
        assert_eq!(notes(incoming, "reply-to"), reply);
        let files: Vec<String> = incoming.media.iter().map(|media| media.name.clone()).collect();
        assert_eq!(files, made.file.iter().map(|file| format!("{file}.bin")).collect::<Vec<_>>());
        assert!(!message.to.contains(&message.from));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_come_back_from_the_json_that_was_made_of_them(all in proptest::collection::vec(made(), 1..12)) {
        same(&back("result.json", &as_json(&all), &all), &all);
    }

    #[test]
    fn messages_come_back_from_the_page_that_was_made_of_them(all in proptest::collection::vec(made(), 1..12)) {
        same(&back("messages.html", &as_html(&all), &all), &all);
    }

    #[test]
    fn any_markup_is_survived(inner in "(<(div|a|span|/div|/a|br)( class=\"(text|media_wrap|media|body|from_name|reactions|emoji|answer|media_poll|bot_button|message default|date)\")?( href=\"[a-z/.]{0,5}\")?>|[a-z\n&é]{0,4}){0,40}") {
        import(&[("messages.html", &page("Harbour", &posting(1, "Ida", DAY, &inner)))]);
    }
}
