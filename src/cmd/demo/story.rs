//! The story: an official's messages are sealed, asked for, opened, refused, tampered with and audited.

use std::{fs, path::Path};

use blackbox_custody::Error;

use super::{
    exports,
    layout::{Part, Shown, command},
    stage::{Played, Stage},
    tamper, thief,
};
use crate::{
    failure::{Failure, code},
    fold::wrapped,
    output,
};

/// Everybody: file name and name.
const PEOPLE: [(&str, &str); 6] = [
    ("ico", "Information Commissioner"),
    ("tna", "National Archives"),
    ("court", "Tribunal Registrar"),
    ("records", "Records Officer"),
    ("foi", "FOI Officer"),
    ("nao", "Audit Office"),
];
const CUSTODIANS: [&str; 3] = ["keys/ico.key", "keys/tna.key", "keys/court.key"];
const SEALER: &str = "keys/records.key";
const EXAMINER: &str = "keys/foi.key";
const AUDITOR: &str = "keys/nao.key";

const EXPORTS: &str = "exports";
const ARCHIVE: &str = "box";
const OPERATOR: &str = "box.operator.key";
const BUNDLE: &str = "bundle";
const KEPT: &str = "auditor.checkpoint";
const TAMPERED: &str = "tampered";

/// What the freedom of information officer asks.
const QUERY: &str = "tolland AND from:\"Piers Lockhart\"";
const BASIS: &str = "FOIA 2000 s.1";
/// How many messages that finds in the sample exports.
const HITS: usize = 12;
/// A word of the family's chat alone.
const PRIVATE_WORD: &str = "sarcoidosis";
/// What a thief would look for: two names, a firm and an illness, all of them in the exports.
const SOUGHT: [&str; 4] = ["Lockhart", "Margaret", "Tolland", PRIVATE_WORD];
/// Bytes of the sealed records that are shown.
const DUMPED: usize = 32;

/// How the story ended.
pub struct Told {
    /// The request that was answered.
    pub request: String,
    /// The last words: what was shown, what is left, what to try.
    pub closing: String,
}

/// Tells the story in the current folder, which the reader knows as `dir`.
///
/// # Errors
/// A step ended otherwise than it should.
pub fn tell(stage: &mut Stage, dir: &str) -> Result<Told, Failure> {
    let mut story = Story { stage };
    story.exports(dir)?;
    story.keys()?;
    story.archive()?;
    let deposit = story.seal()?;
    story.thief(&deposit)?;
    let request = story.request()?;
    let hit = story.answer(&request)?;
    let refused = story.refusal()?;
    story.browsing()?;
    story.common_word()?;
    story.tampering(&request, &hit)?;
    story.audit(&refused)?;
    let waiting = story.waiting()?;
    let closing = closing(dir, &waiting, story.stage.played());
    Ok(Told { request, closing: wrapped(&closing, output::width(), 0) })
}

struct Story<'a> {
    stage: &'a mut Stage,
}

impl Story<'_> {
    fn exports(&mut self, dir: &str) -> Result<(), Failure> {
        self.stage.say(
            "A sealed archive of messages that can be searched, but not browsed: see one made, asked, attacked and \
             audited. You could type every line that begins with $ yourself; [...] is output left out here.",
        );
        self.stage.chapter(
            "The messages",
            "Margaret Ashdown (invented, like all here) runs a public department that is buying a flood barrier. \
             Her phones and mailbox hold public business and family life side by side.",
        );
        exports::write(Path::new(EXPORTS))?;
        self.stage.show(&["cd", dir]);
        self.stage
            .say("In exports/: a group chat, her office's, a supplier's, her family's, and texts and mail.");
        Ok(())
    }

    fn keys(&mut self) -> Result<(), Failure> {
        self.stage.chapter(
            "Six people, six keys",
            "Three custodians from outside the department, a records officer, a freedom of information (FOI) \
             officer, and an auditor. The demo plays them all; in earnest each key stays with its owner.",
        );
        fs::create_dir("keys").map_err(|error| Error::file(Path::new("keys"), error))?;
        for (file, name) in PEOPLE {
            let path = format!("keys/{file}.key");
            let shown = if file == PEOPLE[0].0 { Shown::First } else { Shown::Nothing };
            self.stage.play(&["keygen", "--name", name, "-o", &path], code::DONE, shown)?;
        }
        Ok(())
    }

    fn archive(&mut self) -> Result<(), Failure> {
        self.stage.chapter(
            "An empty box",
            "Two of the three custodians must agree before anything opens: no single body can pry, and if one \
             loses its key the other two go on.",
        );
        let custodians =
            ["--custodian", "keys/ico.pub", "keys/tna.pub", "keys/court.pub", "--threshold", "2"];
        let others =
            ["--sealer", "keys/records.pub", "--examiner", "keys/foi.pub", "--auditor", "keys/nao.pub"];
        let mut command = vec!["init", ARCHIVE, "--origin", "example.gov.uk/rivers"];
        command.extend(custodians.iter().chain(&others));
        self.stage.play(&command, code::DONE, Shown::All)?;
        Ok(())
    }

    fn seal(&mut self) -> Result<String, Failure> {
        self.stage.chapter(
            "Sealing",
            "All goes in, so nobody has to decide beforehand what is official. The keys are drawn, given to the \
             custodians in parts, and forgotten: from now on not even the sealer can look inside. Each custodian \
             checks its part, and the auditor keeps a copy of the log's head elsewhere.",
        );
        let command = ["seal", ARCHIVE, EXPORTS, "--key", SEALER, "--owner", "Margaret Ashdown"];
        let parts: &[Part] = &[("Sealed deposit", 1), ("index entries", 1)];
        let sealed = self.stage.play(&command, code::DONE, Shown::Parts(parts))?;
        for key in CUSTODIANS {
            let shown = if key == CUSTODIANS[0] { Shown::All } else { Shown::Nothing };
            self.stage.play(&["accept", ARCHIVE, "--key", key], code::DONE, shown)?;
        }
        self.stage.show(&["cp", "box/log/checkpoint", KEPT]);
        fs::copy("box/log/checkpoint", KEPT).map_err(|error| Error::file(Path::new(KEPT), error))?;
        sealed.field("deposit")
    }

    fn thief(&mut self, deposit: &str) -> Result<(), Failure> {
        self.stage.chapter(
            "What a thief gets",
            "Of a stolen archive one can read the months covered, padded sizes, and who asked when; messages and \
             index are noise. Every byte of it is searched here, in either case, as UTF-8 and as UTF-16:",
        );
        let records = format!("{ARCHIVE}/deposits/{deposit}/00000/records");
        self.stage.show(&["xxd", "-l", &DUMPED.to_string(), &records]);
        self.stage.say(&thief::dump(Path::new(&records), DUMPED)?);
        if self.sought(EXPORTS)?.contains(&0) {
            return Err(Failure::error("the demo's own exports lack a word that a thief looks for"));
        }
        match self.sought(ARCHIVE)?.iter().sum() {
            0 => Ok(()),
            places => {
                Err(Failure::error(format!("a name or word lies open in {places} places of the archive")))
            }
        }
    }

    /// Searches a folder for what a thief looks for, and says in how many places each is.
    fn sought(&mut self, folder: &str) -> Result<Vec<usize>, Failure> {
        let found = SOUGHT.map(|word| thief::search(Path::new(folder), word));
        let found = found.into_iter().collect::<Result<Vec<_>, _>>()?;
        let words = SOUGHT.iter().zip(&found).map(|(word, found)| format!("{word} {}", found.places));
        let words = words.collect::<Vec<_>>().join(", ");
        self.stage
            .say(&format!("  {folder}/: {words} (in {} files, {} bytes)", found[0].files, found[0].bytes));
        Ok(found.iter().map(|found| found.places).collect())
    }

    fn request(&mut self) -> Result<String, Failure> {
        self.stage.chapter(
            "A question",
            "A reporter asks what Piers Lockhart, who sells flood barriers, wrote to her about his firm Tolland. \
             The FOI officer asks for just that, with one message on each side of a hit. The request goes into a log \
             that hides its words from all but the custodians, the auditor and the officer. A custodian reads it:",
        );
        let asked = self.ask((QUERY, "FOI2024/0412"), &["--context", "1"])?;
        let id = asked.field("request")?;
        let command = ["review", ARCHIVE, &id, "--key", CUSTODIANS[0]];
        let review = self.stage.play(&command, code::DONE, Shown::All)?;
        review.says("every message that contains tolland and was sent by \"piers lockhart\"")?;
        Ok(id)
    }

    /// Asks one thing.
    fn ask(&mut self, (query, case): (&str, &str), more: &[&str]) -> Result<Played, Failure> {
        let mut command = vec!["request", ARCHIVE, query];
        command.extend(more);
        command.extend(["--case", case, "--basis", BASIS, "--key", EXAMINER]);
        self.stage.play(&command, code::DONE, Shown::First)
    }

    fn answer(&mut self, request: &str) -> Result<String, Failure> {
        self.stage.chapter(
            "One custodian is not enough, two are",
            "The first custodian approves, and the officer gets nothing: one alone cannot open anything. After the \
             second, the hits open with their neighbours, and every other message stays shut.",
        );
        let query = ["query", ARCHIVE, request, "--key", EXAMINER];
        self.stage.play(&["approve", ARCHIVE, request, "--key", CUSTODIANS[0]], code::DONE, Shown::All)?;
        self.stage.play(&query, code::REFUSED, Shown::All)?.says("1 of the 2 approvals")?;
        self.stage.play(&["approve", ARCHIVE, request, "--key", CUSTODIANS[1]], code::DONE, Shown::All)?;
        let parts: &[Part] =
            &[("Wednesday 17 January 2024", 10), ("12 messages in 4 conversations", 2), ("Wrote bundle", 1)];
        let command: Vec<&str> = query.iter().copied().chain(["-o", BUNDLE]).collect();
        let answer = self.stage.play(&command, code::DONE, Shown::Parts(parts))?;
        let hits = answer.json["hits"].as_array().map_or(&[][..], Vec::as_slice);
        if hits.len() != HITS {
            return Err(answer.lacks(&format!("{HITS} hits")));
        }
        hits[0]["id"].as_str().map(str::to_owned).ok_or_else(|| answer.lacks("id"))
    }

    fn refusal(&mut self) -> Result<String, Failure> {
        self.stage.chapter(
            "A custodian says no",
            "There is a rumour that somebody in her family is ill, and the officer is told to look. A custodian \
             refuses, the reason goes on record, and without two approvals the word opens nothing.",
        );
        let asked = self.ask((PRIVATE_WORD, "FOI2024/0413"), &[])?;
        let id = asked.field("request")?;
        let reason = "The health of her family is no business of the department";
        let command = ["refuse", ARCHIVE, &id, "--reason", reason, "--key", CUSTODIANS[1]];
        self.stage.play(&command, code::DONE, Shown::All)?;
        let query = ["query", ARCHIVE, &id, "--key", EXAMINER];
        self.stage.play(&query, code::REFUSED, Shown::All)?.says("0 of the 2 approvals")?;
        Ok(id)
    }

    fn browsing(&mut self) -> Result<(), Failure> {
        self.stage.chapter(
            "Browsing does not work",
            "Everything; all that one person wrote; all but one word: to ask this is to read along, and it is \
             refused. Nor could a changed program get it: the index holds no way to it.",
        );
        let attempts = [
            ("*", "the index knows exact words only"),
            ("from:\"Margaret Ashdown\"", "only narrows"),
            ("NOT tolland", "only says what to leave out"),
        ];
        for (query, refused) in attempts {
            let command =
                ["request", ARCHIVE, query, "--case", "X", "--basis", "curiosity", "--key", EXAMINER];
            self.stage.play(&command, code::REFUSED, Shown::All)?.says(refused)?;
        }
        Ok(())
    }

    fn common_word(&mut self) -> Result<(), Failure> {
        self.stage.chapter(
            "Nor does a word that is everywhere",
            "Heron is the project's name, in every ninth message. Even if all three custodians approve it, the box \
             counts it but opens nothing: the way from a common word to its messages was never written down.",
        );
        let asked = self.ask(("heron", "FOI2024/0414"), &[])?;
        let id = asked.field("request")?;
        for key in CUSTODIANS {
            self.stage.play(&["approve", ARCHIVE, &id, "--key", key], code::DONE, Shown::Nothing)?;
        }
        let parts: &[Part] =
            &[("word:heron  95", 1), ("2023-09  word:heron", 2), ("No message was opened", 2)];
        let query = ["query", ARCHIVE, &id, "--key", EXAMINER];
        let answer = self.stage.play(&query, code::REFUSED, Shown::Parts(parts))?;
        match answer.json["hits"].as_array() {
            Some(hits) if hits.is_empty() => Ok(()),
            _ => Err(answer.lacks("no hits")),
        }
    }

    fn tampering(&mut self, request: &str, hit: &str) -> Result<(), Failure> {
        self.stage.chapter(
            "One changed byte",
            "Somebody who can write to the archive wants a message gone. In a copy, one byte of the first hit is \
             changed. Anyone can tell, without a key, and the approved query stops rather than leave it out.",
        );
        self.stage.show(&["cp", "-r", ARCHIVE, TAMPERED]);
        tamper::copy(Path::new(ARCHIVE), Path::new(TAMPERED))?;
        let changed = tamper::change_record(Path::new(TAMPERED), hit)?;
        self.stage.say(&format!(
            "  byte {} of {}: {:02x} becomes {:02x}",
            changed.at,
            changed.file.display(),
            changed.before,
            changed.after
        ));
        self.stage.play(&["verify", ARCHIVE], code::DONE, Shown::All)?;
        self.stage.play(&["verify", TAMPERED], code::FAILED, Shown::All)?.says("00000/records")?;
        let query = ["query", TAMPERED, request, "--key", EXAMINER, "--operator-key", OPERATOR];
        self.stage.play(&query, code::FAILED, Shown::All)?.says("00000/records")
    }

    fn audit(&mut self, refused: &str) -> Result<(), Failure> {
        self.stage.chapter(
            "The audit",
            "The log shows the auditor who asked what, who agreed and who did not, and that nothing was taken out \
             of it since the copy was made. Of the messages the auditor sees nothing.",
        );
        let parts: &[Part] = &[("Log of", 1), ("approved by", 2), ("query: sarcoidosis", 3), ("No error", 1)];
        let command = ["audit", ARCHIVE, "--key", AUDITOR, "--checkpoint", KEPT];
        let audit = self.stage.play(&command, code::DONE, Shown::Parts(parts))?;
        audit.says(refused)
    }

    /// Leaves a request for the reader to go on with.
    fn waiting(&mut self) -> Result<String, Failure> {
        self.stage.chapter(
            "Your turn",
            "One more request, for a phrase, waits in the log. What to do with it is up to you.",
        );
        let asked = self.ask(("\"side letter\"", "FOI2024/0415"), &[])?;
        asked.field("request")
    }
}

fn closing(dir: &str, waiting: &str, steps: usize) -> String {
    let cd = command(&["cd", dir]);
    format!(
        "
What you saw, in {steps} commands that all ended as they should:
- a thief with every file of the archive finds none of four names and words in it;
- one custodian opened nothing; two opened {HITS} messages with their neighbours, none of the family's;
- a private word was refused, and browsing was refused before anyone was asked;
- one changed byte was noticed, and the audit says who asked and who agreed.

Left in {dir}: exports/ (readable), keys/, box/ (the archive), box.operator.key (the key of its log), \
bundle/ (the hits: open hits.html in a browser), tampered/, auditor.checkpoint.

Try next (built from source and not installed? write `cargo run --release --` for `blackbox`):
  {cd}
  blackbox review box {waiting} --key keys/ico.key
  blackbox approve box {waiting} --key keys/ico.key
  blackbox approve box {waiting} --key keys/tna.key
  blackbox query box {waiting} --key keys/foi.key -o side-letter
  blackbox status box"
    )
}
