//! The confined reader as a program of its own: this one, called with `serve`.

#[path = "attachments/paper.rs"]
mod paper;

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use blackbox_document::{Outcome, Reader, Reason, confine, serve};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => code(confine().and_then(|()| serve(io::stdin().lock(), io::stdout().lock())).is_ok()),
        ["hoard"] => code(confine().is_ok() && Vec::<u8>::new().try_reserve_exact(2 << 30).is_ok()),
        ["write", path] => code(confine().and_then(|()| File::create(path)?.write_all(b"a secret")).is_ok()),
        // How test runners ask for a list, and for one test by name.
        ["--list", ..] => ExitCode::SUCCESS,
        _ => {
            documents_are_read_in_another_process();
            a_document_that_ends_its_process_is_a_reason();
            a_program_that_is_no_reader_is_a_reason();
            #[cfg(unix)]
            confinement_allows_neither_much_memory_nor_files();
            println!("isolation: all passed");
            ExitCode::SUCCESS
        }
    }
}

fn code(success: bool) -> ExitCode {
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(reader: &Reader, bytes: &[u8]) -> Outcome {
    reader.read("", "", &|| Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read>))
}

fn isolated() -> Reader {
    Reader::new().isolated(std::env::current_exe().expect("the system does its part"), vec!["serve".into()])
}

fn documents_are_read_in_another_process() {
    let pages = paper::pages(&["The ferry leaves", "at nine"]);
    let objects: Vec<&str> = pages.iter().map(String::as_str).collect();
    let document = paper::pdf(&objects, "/Root 1 0 R");
    let Outcome::Text(text) = read(&isolated(), &document) else { panic!("no text") };
    assert_eq!(text.text, "The ferry leaves\nat nine");
    assert_eq!(read(&isolated(), b"PK\x03\x04"), Outcome::Unsearchable(Reason::DamagedDocument));
}

/// Its page is its own parent, which the parser follows until the stack is full.
fn a_document_that_ends_its_process_is_a_reason() {
    let endless = paper::pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 3 0 R >>",
        ],
        "/Root 1 0 R",
    );
    let start = Instant::now();
    assert_eq!(read(&isolated(), &endless), Outcome::Unsearchable(Reason::ReaderFailed));
    assert!(start.elapsed() < Duration::from_secs(30));
}

fn a_program_that_is_no_reader_is_a_reason() {
    for program in ["false", "echo", "/no/such/program"] {
        let reader = Reader::new().isolated(program.into(), Vec::new());
        assert_eq!(read(&reader, b"{\\rtf1 mill}"), Outcome::Unsearchable(Reason::ReaderFailed));
    }
}

#[cfg(unix)]
fn confinement_allows_neither_much_memory_nor_files() {
    let this = std::env::current_exe().expect("the system does its part");
    assert!(!Command::new(&this).arg("hoard").status().expect("the system does its part").success());
    let folder = tempfile::tempdir().expect("the system does its part");
    let path = folder.path().join("leak");
    assert!(
        !Command::new(&this).arg("write").arg(&path).status().expect("the system does its part").success()
    );
    assert_eq!(fs::metadata(&path).expect("the system does its part").len(), 0);
}
