//! Writes a sample answer, about fictional people, to standard output: to look at the page while
//! working on it, or at what programs get.
//!
//! `cargo run -p blackbox-bundle --example sample -- html|none|json|csv|terminal`

use std::io::{self, Write};

use blackbox_bundle::{Colour, Heading, csv, html, json, terminal};
use blackbox_query::answer::{Answer, Count, Hit, HitAttachment, Neighbour, Unanswered};

fn main() -> io::Result<()> {
    let form = std::env::args().nth(1).unwrap_or_default();
    let bytes = match &*form {
        "html" => html(&heading(), &answer()).into_bytes(),
        "none" => html(&Heading { verified_against: 1, ..heading() }, &none()).into_bytes(),
        "json" => json(&answer()),
        "csv" => csv(&answer()),
        _ => terminal(&answer(), 96, Colour::On).into_bytes(),
    };
    io::stdout().write_all(&bytes)
}

fn heading() -> Heading {
    Heading {
        origin: "archive.example.gov.uk/ashby-2021".into(),
        request: "r-2021-0412".into(),
        query: "(word:larkspur OR word:supplier) AND with:\"rowan ashby\"".into(),
        case: "FOI2021/0412".into(),
        basis: "FOIA 2000 s.1".into(),
        purpose: "Correspondence about Larkspur Capital's approach to the department".into(),
        examiner: "Edda Marlowe, FOI officer".into(),
        months: "2020-03 to 2020-06".into(),
        approved_by: vec!["Information Commissioner".into(), "The National Archives".into()],
        verified_against: 0,
        deposits: vec!["2021-exit".into()],
        asked: "2021-09-14T10:02:11Z".into(),
        log_size: 1042,
        matched_words: vec!["word:larkspur".into(), "word:supplier".into()],
    }
}

fn none() -> Answer {
    Answer { hits: vec![], counts: vec![], unanswered: vec![], verified_against: 1, approvals: 3, ..answer() }
}

fn answer() -> Answer {
    Answer {
        request: "r-2021-0412".into(),
        mode: "open".into(),
        hits: hits(),
        counts: [("word:larkspur", [31, 12, 4, 0]), ("word:supplier", [9, 14, 412, 6])]
            .into_iter()
            .flat_map(|(literal, counts)| {
                counts.into_iter().enumerate().map(move |(i, count)| Count {
                    literal: literal.into(),
                    epoch: format!("2020-{:02}", i + 3),
                    count,
                })
            })
            .collect(),
        misindexed: vec![],
        disagreements: vec![],
        unanswered: vec![Unanswered {
            literals: vec!["word:supplier".into(), "with:rowan ashby".into()],
            epoch: "2020-05".into(),
            reason:
                "\"supplier\" is too common to find messages in this month; ask for a narrower term beside it"
                    .into(),
            count: 412,
        }],
        verified_against: 0,
        approvals: 2,
    }
}

fn hits() -> Vec<Hit> {
    let group = "Recovery programme: private office";
    let mut hits = vec![
        hit(
            "2020-03-12T09:30:00Z",
            "Rowan Ashby",
            group,
            "Larkspur have written again. Can someone find out who they spoke to at the Department before I ring them back?\n\nI do not want a note of this going round until we know.",
        ),
        hit(
            "2020-03-12T09:41:00Z",
            "Tamsin Vale",
            group,
            "Their first letter, and the annex that LARKSPUR sent on Monday 👍🏽",
        ),
        hit(
            "2020-03-12T17:05:00Z",
            "",
            group,
            "Rowan Ashby turned on disappearing messages. New messages will disappear from this chat 7 days after they are sent. Larkspur",
        ),
        hit(
            "2020-03-30T20:12:00Z",
            "Marisol Quist",
            "",
            "Rowan, it’s Marisol from Larkspur. Grateful if the supplier scheme could look at our terms again: https://example.org/a/very/long/link/that/does/not/break/anywhere/in/particular/0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        hit(
            "2020-03-30T20:40:00Z",
            "Rowan Ashby",
            "",
            "Leave it with me. Will raise the supplier point tomorrow.",
        ),
        hit(
            "2020-04-02T07:15:09Z",
            "Ines Okafor",
            "Suppliers daily",
            "Invoice \u{202E}fdp.exe attached — <b>urgent</b>, the supplier’s finance team says \"today\".",
        ),
        hit("2020-06-18T11:00:00Z", "ليلى حداد", "Suppliers daily", "شكرا، سنراجع عرض Larkspur غدا"),
    ];
    let quist = |offset, minute: u8, from: &str, text: &str| Neighbour {
        offset,
        time: format!("2020-03-12T09:{minute}:00Z"),
        from: from.into(),
        text: text.into(),
    };
    hits[0].context = vec![
        quist(-1, 28, "Tamsin Vale", "Morning all. Box returned."),
        quist(1, 33, "Joss Penhale", "I think it was the commercial team, will check."),
    ];
    hits[1].context = vec![
        quist(-1, 33, "Joss Penhale", "I think it was the commercial team, will check."),
        quist(1, 44, "Rowan Ashby", "Thanks both"),
    ];
    hits[1].attachments = vec![
        file("20200309 Larkspur letter.pdf", "application/pdf", Some(1_248_331)),
        file("IMG-20200309-WA0004.jpg", "image/jpeg", None),
    ];
    hits[2].event = Some("disappearing".into());
    for (i, other) in [(3, "Rowan Ashby"), (4, "Marisol Quist")] {
        hits[i].to = vec![other.into()];
        hits[i].written_time = hits[i].time.replace("T20:", "T21:").replace('Z', "+01:00");
        hits[i].platform = "sms".into();
    }
    hits
}

fn hit(time: &str, from: &str, chat: &str, text: &str) -> Hit {
    let team: &[&str] = match chat {
        "Suppliers daily" => &["Rowan Ashby", "Tamsin Vale", "Ines Okafor", "ليلى حداد"],
        _ => &["Rowan Ashby", "Tamsin Vale", "Joss Penhale"],
    };
    let words = ["larkspur", "supplier"].into_iter().filter(|word| text.to_lowercase().contains(word));
    Hit {
        id: format!("2021-exit/0/{}", 40_961 + text.len() * 37),
        source_id: None,
        time: time.into(),
        written_time: format!("{}/{}/{}, {}", &time[8..10], &time[5..7], &time[..4], &time[11..16]),
        from: from.into(),
        to: team.iter().filter(|name| **name != from).map(|name| (*name).to_owned()).collect(),
        chat: Some(chat.to_owned()).filter(|chat| !chat.is_empty()),
        platform: "whatsapp".into(),
        text: text.into(),
        event: None,
        attachments: vec![],
        matched: words.map(|word| format!("word:{word}")).chain(["with:rowan ashby".into()]).collect(),
        quoted: vec![],
        annotations: vec![],
        names: vec![],
        context: vec![],
    }
}

fn file(name: &str, media_type: &str, size: Option<u64>) -> HitAttachment {
    let sha256 = size.map(|_| "3f9a1c07be52d6480f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778".to_owned());
    HitAttachment {
        name: name.into(),
        media_type: media_type.into(),
        size,
        sha256,
        text: None,
        text_origin: None,
    }
}
