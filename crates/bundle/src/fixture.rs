//! A small answer for the tests of this crate. All people are fictional.

use blackbox_query::answer::{Answer, Hit, HitAttachment, Neighbour, Unanswered};

/// One hit of the group "Harbour works" with `text`, found by `word:greensill`.
pub fn hit(text: &str) -> Hit {
    Hit {
        id: "2021-exit/0/17".into(),
        source_id: None,
        time: "2020-03-12T09:30:00Z".into(),
        written_time: "12/03/2020, 09:30".into(),
        from: "Rowan Ashby".into(),
        to: vec!["Marisol Quist".into()],
        chat: Some("Harbour works".into()),
        platform: "whatsapp".into(),
        text: text.into(),
        event: None,
        attachments: vec![],
        matched: vec!["word:greensill".into()],
        quoted: vec![],
        annotations: vec![],
        names: vec![],
        context: vec![],
    }
}

/// An attachment called `name`, with a digest.
pub fn file(name: &str, size: Option<u64>) -> HitAttachment {
    let sha256 = Some("ab".repeat(32));
    HitAttachment {
        name: name.into(),
        media_type: "application/pdf".into(),
        size,
        sha256,
        text: None,
        text_origin: None,
    }
}

/// A neighbour at `offset`, `offset` minutes from half past nine.
pub fn neighbour(offset: i8, text: &str) -> Neighbour {
    let time = format!("2020-03-12T09:{:02}:00Z", 30 + offset);
    Neighbour { offset, time, from: "Marisol Quist".into(), text: text.into() }
}

/// An answer with these hits, from two custodians.
pub fn answer(hits: Vec<Hit>) -> Answer {
    Answer {
        request: "r-0007".into(),
        mode: "open".into(),
        hits,
        counts: vec![],
        unanswered: vec![],
        misindexed: vec![],
        disagreements: vec![],
        verified_against: 0,
        approvals: 2,
    }
}

/// A month that could not be answered.
pub fn unanswered() -> Unanswered {
    Unanswered {
        literals: vec!["word:harbour".into()],
        epoch: "2020-05".into(),
        reason: "the finding term is common in this month".into(),
        count: 412,
    }
}
