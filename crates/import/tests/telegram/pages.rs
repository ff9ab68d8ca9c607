//! The pages.

use super::{
    common, event, folder, import,
    layout::{DAY, card, div, page, posting, service, text_div},
    notes,
};

#[test]
fn a_page_is_read_with_everything_it_says() {
    let forwarded = format!(
        "{}{}",
        div(
            "from_name",
            "Per Dal via @gif<span class=\"date details\" \
        title=\"31.05.2021 10:00:00\"> 31.05.2021 10:00:00</span>"
        ),
        text_div("news")
    );
    let reply = "In reply to <a href=\"#go_to_message2\" onclick=\"return GoToMessage(2)\">this message</a>";
    let reactions = "\n<span class=\"reactions\">\n\n<span class=\"reaction active\">\n\n<span class=\"emoji\">\n👍\n\
        </span>\n\n<span class=\"userpics\">\n\n<div class=\"userpic userpic1\">\n\n<div class=\"initials\" \
        title=\"Ida Berg\">\nI\n</div>\n\n</div>\n\n</span>\n\n</span>\n\n<span class=\"reaction\">\n\n\
        <span class=\"emoji\">\n🔥\n</span>\n\n<span class=\"count\">\n3\n</span>\n\n</span>\n\n</span>\n";
    let history = [
        service(-1, "1 June 2021"),
        service(1, "Ida Berg created group &laquo;Harbour&raquo; with members Olaf"),
        posting(
            2,
            "Ida Berg",
            DAY,
            &text_div("a &lt;b&gt;<br>c <strong>d</strong> <a href=\"https://a.example/\">e</a>"),
        ),
        posting(3, "", DAY, &text_div("goes on")),
        posting(4, "Olaf", DAY, &div("forwarded body", &forwarded)),
        posting(5, "", DAY, &format!("{}{}{reactions}", div("reply_to details", reply), text_div("yes"))),
        posting(6, "Olaf", DAY, &div("future", "unheard of")),
    ];
    let (all, report) = import(&[("messages.html", &page("Harbour", &history.concat()))]);
    let expected =
        ["Ida Berg created group «Harbour» with members Olaf", "a <b>\nc d e", "goes on", "news", "yes", ""];
    assert_eq!(common::texts(&all), expected);
    let from: Vec<_> = all.iter().map(|one| &one.message.from[..]).collect();
    assert_eq!(from, ["", "Ida Berg", "Ida Berg", "Olaf", "Olaf", "Olaf"]);
    assert_eq!((event(&all[0]), notes(&all[0], "sender")), (Some("created"), vec!["Ida Berg"]));
    assert_eq!(&all[0].message.written_time[..], "1 June 2021");
    let one = &all[1].message;
    assert_eq!((one.time, &one.to[..]), (1_622_545_200_000, &["Olaf".to_owned()][..]));
    assert_eq!((one.chat.as_deref(), one.source_id.as_deref()), (Some("Harbour"), Some("2")));
    assert_eq!(notes(&all[1], "link"), ["https://a.example/"]);
    assert_eq!((notes(&all[3], "forwarded"), notes(&all[3], "via-bot")), (vec!["Per Dal"], vec!["@gif"]));
    assert_eq!(notes(&all[3], "forwarded-date"), ["31.05.2021 10:00:00"]);
    assert_eq!(
        (notes(&all[4], "reply-to"), notes(&all[4], "reaction")),
        (vec!["2"], vec!["👍 Ida Berg", "🔥 (3 in all)"])
    );
    assert_eq!(notes(&all[5], "raw:future"), ["unheard of"]);
    let source = &report.sources[0];
    assert_eq!((&source.format[..], source.messages, source.events), ("telegram-html", 5, 1));
    assert_eq!((source.not_understood["future"], source.timezone.as_deref()), (1, Some("Europe/London")));
}

#[test]
fn things_on_a_page_are_files_places_contacts_polls_and_calls() {
    let photo = "\n<a class=\"photo_wrap clearfix pull_left\" href=\"photos/p.jpg\">\n\n<img class=\"photo\" \
        src=\"photos/p_thumb.jpg\" style=\"width: 1px\"/>\n\n</a>\n";
    let map = "https://maps.google.com/maps?q=59.9,10.7&amp;ll=59.9,10.7&amp;z=16";
    let answer = div("answer", "- Now <span class=\"details\">2 votes, chosen vote</span>");
    let poll = format!(
        "{}{}{answer}{}{}",
        div("question bold", "When?"),
        div("details", "Anonymous poll"),
        div("answer", "- Later"),
        div("total details\t", "2 votes")
    );
    let things = [
        format!("{}{}", div("media_wrap clearfix", photo), text_div("look")),
        card("media_file", "files/f.pdf", ["plan.pdf", "", "2.0 KB"]),
        card(
            "media_voice_message",
            "",
            ["Voice message", "Not included, change data exporting settings to download.", "00:05, 1 KB"],
        ),
        card("media_contact", "", ["Per Dal", "", "+47 1"]),
        card("media_location", map, ["Location", "", "59.9, 10.7"]),
        div("media_wrap clearfix", &div("media_poll", &poll)),
        card("media_call success", "", ["Olaf", "", "Outgoing (12 seconds)"]),
    ];
    let history: String =
        things.iter().zip(1..).map(|(thing, id)| posting(id, "Ida Berg", DAY, thing)).collect();
    let folder = folder(&[
        ("messages.html", &page("Olaf", &history)),
        ("photos/p.jpg", "p"),
        ("photos/p_thumb.jpg", "t"),
        ("css/style.css", "c"),
        ("images/media_call@2x.png", "i"),
    ]);
    let (all, report) = common::import(folder.path());
    let expected = [
        "look",
        "",
        "",
        "Per Dal\n+47 1",
        "Location\n59.9, 10.7",
        "When?\n- Now (2 votes, chosen vote)\n- Later",
        "Olaf: Outgoing (12 seconds)",
    ];
    assert_eq!(common::texts(&all), expected);
    assert_eq!(common::content(&all[0]), b"p");
    assert_eq!((&all[1].media[0].name[..], &all[1].media[0].media_type[..]), ("plan.pdf", "application/pdf"));
    assert_eq!((&all[2].media[0].media_type[..], notes(&all[2], "left-out").len()), ("audio/ogg", 1));
    assert_eq!(notes(&all[4], "location"), ["59.9,10.7"]);
    assert_eq!((event(&all[6]), notes(&all[6], "sender")), (Some("call"), vec!["Ida Berg"]));
    assert_eq!((report.notes.len(), &report.skipped[..]), (1, &[][..]));
}

#[test]
fn pages_are_read_in_the_order_of_their_numbers_as_one() {
    let one = |id: u64, from: &str| page("Harbour", &posting(id, from, DAY, &text_div(&id.to_string())));
    let (all, report) = import(&[
        ("messages.html", &one(1, "Ida")),
        ("messages2.html", &one(2, "")),
        ("messages10.html", &one(10, "Olaf")),
    ]);
    assert_eq!(common::texts(&all), ["1", "2", "10"]);
    assert_eq!(all[1].message.from, "Ida");
    assert_eq!((report.sources.len(), &all[0].message.to[..]), (1, &["Olaf".to_owned()][..]));
}

#[test]
fn the_pages_of_an_account_find_their_files_around_them() {
    let thing = card("media_file", "../../chats/chat_1/files/f.txt", ["f.txt", "", "1 B"]);
    let one = page("Harbour", &posting(1, "Ida", DAY, &thing));
    let files = [
        ("export/chats/chat_1/messages.html", &one[..]),
        ("export/chats/chat_1/files/f.txt", "f"),
        ("export/css/style.css", "c"),
        ("export/lists/chats.html", "<html></html>"),
    ];
    let folder = folder(&files);
    let (all, report) = common::import(folder.path());
    assert_eq!((common::content(&all[0]), &report.skipped[..]), (b"f".to_vec(), &[][..]));
    let (all, _) = common::import(&folder.path().join("export/chats/chat_1"));
    assert_eq!(common::content(&all[0]), b"f");
}
