//! Which of a mail's text quotes another mail.

use std::ops::Range;

use super::lines::{cut, placed};

/// Words with which a program for mail introduces what it quotes, before a colon.
const VERBS: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "écrit",
    "escribió",
    "escribio",
    "escreveu",
    "scritto",
    "scrive",
    "schreef",
    "skrev",
    "kirjoitti",
    "napisał",
    "napsal",
    "napísal",
    "пишет",
    "писал",
    "написал",
    "написав",
    "írta",
    "a scris",
    "yazdı",
    "έγραψε",
    "写道",
    "寫道",
    "のメール",
    "さんは書きました",
    "작성",
    "כתב",
    "كتب",
];
/// How lines begin that introduce a quotation.
const OPENINGS: &[&str] = &[
    "on ",
    "at ",
    "am ",
    "le ",
    "el ",
    "il ",
    "em ",
    "op ",
    "den ",
    "dnia ",
    "w dniu ",
    "dne ",
    "ma ",
    "tiistai",
    "в ",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "στις ",
    "in article",
    "in message",
    "quoting ",
    "zitat von",
    "在",
    "於",
    "2",
    "1",
    "0",
    "3",
];
/// What stands between dashes before a mail that is quoted to its end.
const ORIGINAL: &[&str] = &[
    "original message",
    "original appointment",
    "original email",
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "message transféré",
    "mensaje original",
    "mensaje reenviado",
    "mensagem original",
    "mensagem encaminhada",
    "messaggio originale",
    "messaggio inoltrato",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "ursprungligt meddelande",
    "originalmeddelande",
    "vidarebefordrat meddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "original besked",
    "alkuperäinen viesti",
    "oryginalna wiadomość",
    "wiadomość oryginalna",
    "původní zpráva",
    "eredeti üzenet",
    "mesaj original",
    "özgün ileti",
    "исходное сообщение",
    "оригинальное сообщение",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "forwarded message",
    "forwarded by",
    "原始邮件",
    "邮件原件",
    "原始郵件",
    "转发的邮件",
    "元のメッセージ",
    "original-nachricht",
    "원본 메시지",
];
/// The fields with which Outlook introduces what it quotes, a language a row: from, then sent, to, subject.
const FIELDS: &[(&str, &[&str])] = &[
    ("from", &["sent", "date", "to", "cc", "subject"]),
    ("von", &["gesendet", "datum", "an", "cc", "betreff"]),
    (
        "de",
        &[
            "envoyé",
            "date",
            "à",
            "cc",
            "objet",
            "enviado",
            "enviada em",
            "fecha",
            "data",
            "para",
            "asunto",
            "assunto",
        ],
    ),
    ("da", &["inviato", "data", "a", "cc", "oggetto"]),
    ("van", &["verzonden", "datum", "aan", "cc", "onderwerp"]),
    ("från", &["skickat", "datum", "till", "kopia", "ämne"]),
    ("fra", &["sendt", "dato", "til", "kopi", "emne"]),
    ("lähettäjä", &["lähetetty", "päivämäärä", "vastaanottaja", "kopio", "aihe"]),
    ("od", &["wysłano", "data", "do", "dw", "temat", "odesláno", "komu", "předmět"]),
    ("от", &["отправлено", "дата", "кому", "копия", "тема"]),
    ("发件人", &["发送时间", "日期", "收件人", "抄送", "主题"]),
    ("寄件者", &["寄件日期", "日期", "收件者", "副本", "主旨"]),
    ("差出人", &["送信日時", "日付", "宛先", "件名"]),
    ("보낸 사람", &["보낸 날짜", "받는 사람", "제목"]),
];
/// How many lines such fields take, and an introduction does.
const FIELD_LINES: usize = 8;
const INTRODUCTION_LINES: usize = 3;
const MAX_KEY_BYTES: usize = 48;
const MAX_INTRODUCTION_BYTES: usize = 400;

/// The byte ranges of `text` that quote another mail, ascending and apart: lines that begin with `>`, what is in
/// `known`, the line before either that says who wrote it, and everything from the header of an original message on.
/// Signatures are no quotations.
pub(super) fn find(text: &str, known: &[Range<usize>]) -> Vec<Range<usize>> {
    let lines = placed(text);
    let end = (0..lines.len()).find(|at| is_original(&lines, *at)).unwrap_or(lines.len());
    let mut marked = vec![false; lines.len()];
    let mut known = known.iter().peekable();
    for (at, (place, line)) in lines.iter().enumerate() {
        while known.peek().is_some_and(|range| range.end <= *place) {
            known.next();
        }
        let in_known = known.peek().is_some_and(|range| range.start <= *place);
        marked[at] = at >= end || in_known || is_quoted(line);
    }
    let starts: Vec<usize> = (1..lines.len().min(end + 1))
        .filter(|at| marked.get(*at) == Some(&true) && !marked[at - 1])
        .collect();
    for start in starts {
        let from = introduction(&lines, &marked, start);
        marked[from..start].fill(true);
    }
    ranges(&lines, &marked, text.len())
}

fn is_quoted(line: &str) -> bool {
    line.starts_with('>') || line.starts_with(" >")
}

/// The first line of what introduces the quotation that begins at line `start`; `start` if nothing does.
fn introduction(lines: &[(usize, &str)], marked: &[bool], start: usize) -> usize {
    let free = |at: usize| !marked[at] && !lines[at].1.trim().is_empty();
    let last = (start.saturating_sub(2)..start).rev().find(|at| free(*at));
    let Some(last) = last.filter(|last| lines[*last].1.trim_end().ends_with([':', '：'])) else {
        return start;
    };
    let mut said = String::new();
    let mut verb = None;
    for at in (last.saturating_sub(INTRODUCTION_LINES - 1)..=last).rev() {
        if !free(at) || said.len() + lines[at].1.len() > MAX_INTRODUCTION_BYTES {
            break;
        }
        let line = lines[at].1.trim().to_lowercase();
        said = format!("{line} {said}");
        if verb.is_none() && VERBS.iter().any(|word| said.contains(word)) {
            verb = Some(at);
        }
        if verb.is_some() && OPENINGS.iter().any(|opening| line.starts_with(opening)) {
            return at;
        }
    }
    verb.unwrap_or(start)
}

/// Whether the header of an original message begins at a line.
fn is_original(lines: &[(usize, &str)], at: usize) -> bool {
    let line = lines[at].1.trim();
    if let Some(inner) = line.strip_prefix("--") {
        let inner = inner.trim_matches(['-', ' ', '\t']);
        return inner.len() <= MAX_INTRODUCTION_BYTES && {
            let inner = inner.to_lowercase();
            ORIGINAL.iter().any(|words| {
                inner.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
        };
    }
    if line.len() >= 10 && line.bytes().all(|byte| byte == b'_') {
        return (at + 1..lines.len().min(at + 3)).any(|next| has_fields(lines, next));
    }
    has_fields(lines, at)
}

fn has_fields(lines: &[(usize, &str)], at: usize) -> bool {
    let Some(first) = key(lines[at].1) else { return false };
    let Some((_, others)) = FIELDS.iter().find(|(from, _)| *from == first) else { return false };
    let following = &lines[at + 1..lines.len().min(at + 1 + FIELD_LINES)];
    let keys =
        following.iter().take_while(|(_, line)| !line.trim().is_empty()).filter_map(|(_, line)| key(line));
    keys.filter(|key| others.contains(&&key[..])).count() >= 2
}

/// What stands before the colon of a line like `*From:* Ann`, in lower case.
fn key(line: &str) -> Option<String> {
    let line = cut(line.trim_start_matches([' ', '\t', '*', '\u{a0}']), MAX_KEY_BYTES);
    let end = line.find([':', '：'])?;
    Some(line[..end].trim_matches(['*', ' ', '\u{a0}']).to_lowercase())
}

fn ranges(lines: &[(usize, &str)], marked: &[bool], length: usize) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, _) in marked.iter().enumerate().filter(|(_, marked)| **marked) {
        let start = lines[at].0;
        let end = lines.get(at + 1).map_or(length, |(next, _)| *next);
        match all.last_mut().filter(|last| last.end == start) {
            Some(last) => last.end = end,
            None => all.push(start..end),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        find(text, &[]).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn quoted_lines_are_marked_with_who_wrote_them() {
        let text = "Yes.\n\nOn Thu, 12 Mar 2020 at 09:00, Ann Example\n<ann@example.org> wrote:\n\n> Shall we?\n>> No\n\nFine.\n-- \nBo\n> last";
        assert_eq!(
            quoted(text),
            [
                "On Thu, 12 Mar 2020 at 09:00, Ann Example\n<ann@example.org> wrote:\n\n> Shall we?\n>> No\n",
                "> last"
            ]
        );
    }

    #[test]
    fn introductions_are_known_in_several_languages() {
        for line in [
            "Am 12.03.2020 um 09:00 schrieb Ann:",
            "Le 12 mars 2020 à 09:00, Ann a écrit :",
            "El jue, 12 mar 2020, Ann escribió:",
            "Il giorno gio 12 mar 2020 Ann ha scritto:",
            "Op do 12 mrt 2020 om 09:00 schreef Ann <ann@example.org>:",
            "Den 12 mars 2020 skrev Ann:",
            "W dniu 12.03.2020 o 09:00, Ann pisze i napisał:",
            "12 марта 2020 г. Аня написала:",
            "在 2020年3月12日，Ann 写道：",
            "Ann Example wrote:",
        ] {
            assert_eq!(quoted(&format!("Ja\n{line}\n> x")), [format!("{line}\n> x")], "{line}");
        }
        assert_eq!(quoted("These are the steps:\n> one"), ["> one"]);
    }

    #[test]
    fn an_original_message_is_quoted_to_the_end() {
        for head in [
            "-----Original Message-----",
            "-----Ursprüngliche Nachricht-----",
            "---------- Forwarded message ---------",
            "---------------------- Forwarded by Ann/HQ on 12/03/2020",
            "From: Ann\nSent: Thursday\nTo: Bo\nSubject: Lunch",
            "*Von:* Ann\n*Gesendet:* Donnerstag\n*An:* Bo\n*Betreff:* Essen",
            "________________________________\nDe : Ann\nEnvoyé : jeudi\nÀ : Bo\nObjet : Repas",
        ] {
            let quoted_part = format!("{head}\n\nShall we?\n");
            assert_eq!(quoted(&format!("Yes.\n\n{quoted_part}")), [quoted_part.as_str()], "{head}");
        }
        for plain in [
            "From: here\nto there\n",
            "-- \nAnn\n",
            "--- a/file\n+++ b/file\n",
            "Note: From: x\nTo: y\nSubject: z\n",
        ] {
            assert_eq!(quoted(plain), [""; 0], "{plain}");
        }
    }

    #[test]
    fn quotations_of_html_are_joined_with_those_of_the_text() {
        let text = "Yes.\nAnn wrote:\nShall we?\nrest\n> more";
        let known = text.find("Shall").unwrap()..text.find("rest").unwrap();
        let found: Vec<_> = find(text, &[known]).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["Ann wrote:\nShall we?\n", "> more"]);
        assert_eq!(find("", &[]), []);
    }
}
