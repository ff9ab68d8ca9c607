//! Documents are read in a process of their own: a hostile one can end that process, and nothing else.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use crate::MAX_ATTACHMENT_BYTES;
use crate::document;
use crate::draft::MAX_TEXT_BYTES;
use crate::outcome::{Extent, Reason};
use crate::process::{self, End, Job};

/// How long the confined reader may take for one document.
const LIMIT: Duration = Duration::from_secs(60);
/// The most memory that it may have, 1.5 GiB of addresses.
#[cfg(unix)]
const MAX_MEMORY_BYTES: u64 = 3 << 29;

/// The first words of an answer; then `text whole`, `text cut` or `text gaps`, or `none` and a reason, and a line's end.
const GREETING: &str = "blackbox-document/1";
const MAX_LINE_BYTES: usize = 100;

/// The program to read documents with.
#[derive(Clone, Debug)]
pub(crate) struct Isolation {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Isolation {
    pub(crate) fn read(&self, bytes: Vec<u8>) -> Result<(String, Extent), Reason> {
        let job = Job { program: self.program.as_os_str(), arguments: &self.arguments, limit: LIMIT };
        match process::run(&job, bytes, MAX_LINE_BYTES + MAX_TEXT_BYTES) {
            End::Whole(answer) => parse(answer).unwrap_or(Err(Reason::ReaderFailed)),
            End::Cut(_) | End::NotStarted | End::TimedOut | End::Failed => Err(Reason::ReaderFailed),
        }
    }
}

/// Reads one document from `input` and answers on `output`: what the program that [`isolated`] names has to do, after
/// [`confine`].
///
/// # Errors
///
/// If its input cannot be read or its answer not be written. A document without text is no error.
///
/// [`isolated`]: crate::Reader::isolated
pub fn serve(input: impl Read, mut output: impl Write) -> io::Result<()> {
    // A panic would quote the document.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    input.take(MAX_ATTACHMENT_BYTES + 1).read_to_end(&mut bytes)?;
    let answer = if bytes.len() as u64 > MAX_ATTACHMENT_BYTES {
        Err(Reason::TooLarge)
    } else {
        document::read(&bytes)
    };
    match answer {
        Ok((text, extent)) => {
            writeln!(output, "{GREETING} text {}", extent.kind())?;
            output.write_all(text.as_bytes())?;
        }
        Err(reason) => writeln!(output, "{GREETING} none {}", reason.kind())?,
    }
    output.flush()
}

fn parse(answer: Vec<u8>) -> Option<Result<(String, Extent), Reason>> {
    let answer = String::from_utf8(answer).ok()?;
    let (line, text) = answer.split_once('\n')?;
    match line.strip_prefix(GREETING)?.split_once(' ')?.1.split_once(' ')? {
        ("text", extent) if !text.is_empty() => Some(Ok((text.to_owned(), Extent::from_kind(extent)?))),
        ("none", reason) => Some(Err(Reason::from_kind(reason)?)),
        _ => None,
    }
}

/// Limits this process to what reading one document needs: memory, time on a core, and no byte written to a file.
/// To be called before [`serve`], in a process that does nothing else.
///
/// # Errors
///
/// If the system refuses a limit.
pub fn confine() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limits = [
            (Resource::As, MAX_MEMORY_BYTES),
            (Resource::Cpu, LIMIT.as_secs()),
            (Resource::Fsize, 0),
            (Resource::Core, 0),
        ];
        for (resource, limit) in limits {
            setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: &[u8]) -> Option<Result<(String, Extent), Reason>> {
        let mut output = Vec::new();
        serve(bytes, &mut output).unwrap();
        parse(output)
    }

    #[test]
    fn an_answer_is_understood() {
        let text = answer(b"{\\rtf1 At the mill\\par at nine}");
        assert_eq!(text, Some(Ok(("At the mill\nat nine".into(), Extent::Whole))));
        assert_eq!(answer(b"{\\rtf1 }"), Some(Err(Reason::DocumentWithoutText)));
        assert_eq!(answer(b"%PDF-1.4 and no more"), Some(Err(Reason::DamagedDocument)));
    }

    #[test]
    fn every_reason_of_a_document_crosses() {
        let mut old = crate::kind::OLE_MARK.to_vec();
        assert_eq!(answer(&old), Some(Err(Reason::OldOffice)));
        old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(answer(&old), Some(Err(Reason::EncryptedDocument)));
        assert_eq!(answer(b"PK\x03\x04"), Some(Err(Reason::DamagedDocument)));
    }

    #[test]
    fn an_odd_answer_is_none() {
        for odd in ["", "hello\n", "blackbox-document/1 text whole\n", "blackbox-document/1 none gossip\n"] {
            assert_eq!(parse(odd.into()), None, "{odd}");
        }
    }
}
