//! Prints the kind of outcome, and the length of the text, of the files given. With `BLACKBOX_OCR` in the environment,
//! that command is for pictures. `read --serve` is the confined reader that the others are read with.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Instant;

use blackbox_document::{Outcome, Reader};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--serve"] {
        let served = blackbox_document::confine()
            .and_then(|()| blackbox_document::serve(io::stdin().lock(), io::stdout().lock()));
        return if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let Ok(program) = std::env::current_exe() else { return ExitCode::FAILURE };
    let mut reader = Reader::new().isolated(program, vec!["--serve".into()]);
    if let Some(command) = std::env::var("BLACKBOX_OCR").ok().and_then(|text| text.parse().ok()) {
        reader = reader.ocr(command);
    }
    for path in &arguments {
        let start = Instant::now();
        let outcome = reader.read(path, "", &|| Ok(Box::new(File::open(path)?) as Box<dyn Read>));
        let took = start.elapsed().as_millis();
        match outcome {
            Outcome::Text(text) => {
                println!(
                    "{path}\ttext\t{} bytes, {:?}, {}\t{took} ms",
                    text.text.len(),
                    text.origin,
                    text.extent.kind()
                );
                if std::env::var_os("BLACKBOX_SHOW").is_some() {
                    println!("{}", text.text);
                }
            }
            Outcome::Unsearchable(reason) => println!("{path}\t{}\t{reason}\t{took} ms", reason.kind()),
        }
    }
    ExitCode::SUCCESS
}
