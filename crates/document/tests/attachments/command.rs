//! Pictures and recordings, read by commands.

use std::time::{Duration, Instant};

use crate::fixture;
use blackbox_document::{Command, CommandFault, Extent, MAX_TEXT_BYTES, Origin, Outcome, Reader, Reason};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR mill";
const RECORDING: &[u8] = b"RIFF\x24\0\0\0WAVEfmt mill";

fn command(text: &str) -> Command {
    text.parse().expect("it is a command")
}

fn failure(reader: Reader, bytes: &[u8]) -> Reason {
    match fixture::read(&reader, bytes) {
        Outcome::Unsearchable(reason) => reason,
        Outcome::Text(text) => panic!("text: {text:?}"),
    }
}

#[test]
fn each_command_gets_the_bytes_of_its_kind() {
    let reader = Reader::new().ocr(command("tr -dc a-z")).transcribe(command("sh -c 'wc -c'"));
    let Outcome::Text(seen) = fixture::read(&reader, PICTURE) else { panic!("no text") };
    assert_eq!((seen.text.as_str(), seen.origin), ("mill", Origin::Ocr("tr".into())));
    let Outcome::Text(heard) = fixture::read(&reader, RECORDING) else { panic!("no text") };
    assert_eq!((heard.text.as_str(), heard.origin), ("20", Origin::Transcription("sh".into())));
}

#[test]
fn without_a_command_pictures_and_recordings_are_counted() {
    assert_eq!(failure(Reader::new(), PICTURE), Reason::Picture);
    assert_eq!(failure(Reader::new().ocr(command("cat")), RECORDING), Reason::Audio);
}

#[test]
fn a_failure_of_a_command_is_a_reason() {
    let failed = |text: &str| failure(Reader::new().ocr(command(text)), PICTURE);
    let reason = |program: &str, fault| Reason::CommandFailed { program: program.into(), fault };
    assert_eq!(failed("false"), reason("false", CommandFault::Status));
    assert_eq!(failed("/no/such/program"), reason("program", CommandFault::NotStarted));
    assert_eq!(failed("true"), Reason::NothingRecognised { program: "true".into() });
    assert_eq!(failed("/bin/false").to_string(), "'false' failed");
}

#[test]
fn a_command_that_hangs_is_ended() {
    let start = Instant::now();
    let hung = command("sh -c 'sleep 60'").limit(Duration::from_millis(300));
    let reason = failure(Reader::new().transcribe(hung), RECORDING);
    assert!(matches!(reason, Reason::CommandFailed { fault: CommandFault::TimedOut(_), .. }), "{reason}");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn endless_words_are_cut() {
    let Outcome::Text(text) = fixture::read(&Reader::new().ocr(command("yes mill")), PICTURE) else {
        panic!("no text")
    };
    assert_eq!(text.extent, Extent::Cut);
    assert!(text.text.len() <= MAX_TEXT_BYTES && text.text.starts_with("mill\nmill"));
}
