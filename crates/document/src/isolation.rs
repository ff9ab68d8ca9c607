//! Documents are read in a process of their own: a hostile one can end that process, and nothing else.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use crate::MAX_ATTACHMENT_BYTES;
use crate::document::{self, Content};
use crate::draft::MAX_TEXT_BYTES;
use crate::outcome::{Extent, Reason};
use crate::process::{self, End, Job};
use crate::scan::{MAX_SCANS, MAX_SCANS_BYTES};

/// How long the confined reader may take for one document.
const LIMIT: Duration = Duration::from_secs(60);
/// The most memory that it may have, 1.5 GiB of addresses.
#[cfg(unix)]
const MAX_MEMORY_BYTES: u64 = 3 << 29;

/// The first word of an answer. Then, on its line: `text` or `scans`, and `whole`, `cut` or `gaps`; or `none` and a
/// reason. Behind the line the text, or pictures with their lengths.
const GREETING: &str = "blackbox-document/1";
/// The longest answer: its line, and pictures with their lengths. Text is shorter.
const MAX_ANSWER_BYTES: usize = 100 + MAX_SCANS_BYTES + 8 * MAX_SCANS;

/// The program to read documents with.
#[derive(Clone, Debug)]
pub(crate) struct Isolation {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Isolation {
    pub(crate) fn read(&self, bytes: Vec<u8>) -> Result<Content, Reason> {
        let program = self.program.as_os_str();
        let job = Job { program, arguments: &self.arguments, limit: LIMIT, stop: None };
        match process::run(&job, bytes, MAX_ANSWER_BYTES) {
            End::Whole(answer) => parse(&answer).unwrap_or(Err(Reason::ReaderFailed)),
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
        Ok(Content::Text(text, extent)) => {
            writeln!(output, "{GREETING} text {}", extent.kind())?;
            output.write_all(text.as_bytes())?;
        }
        Ok(Content::Scans(pictures, extent)) => {
            writeln!(output, "{GREETING} scans {}", extent.kind())?;
            for picture in pictures {
                output.write_all(&(picture.len() as u64).to_le_bytes())?;
                output.write_all(&picture)?;
            }
        }
        Err(reason) => writeln!(output, "{GREETING} none {}", reason.kind())?,
    }
    output.flush()
}

fn parse(answer: &[u8]) -> Option<Result<Content, Reason>> {
    let end = memchr::memchr(b'\n', answer)?;
    let (line, rest) = (str::from_utf8(&answer[..end]).ok()?, &answer[end + 1..]);
    let mut words = line.strip_prefix(GREETING)?.strip_prefix(' ')?.split(' ');
    match (words.next()?, words.next()) {
        ("text", Some(extent)) if (1..=MAX_TEXT_BYTES).contains(&rest.len()) => {
            let text = str::from_utf8(rest).ok()?.to_owned();
            Some(Ok(Content::Text(text, Extent::from_kind(extent)?)))
        }
        ("scans", Some(extent)) => Some(Ok(Content::Scans(split(rest)?, Extent::from_kind(extent)?))),
        ("none", Some(reason)) => Some(Err(Reason::from_kind(reason)?)),
        _ => None,
    }
}

/// Pictures, each behind its length in 8 bytes, little-endian.
fn split(mut rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut pictures = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (picture, behind) =
            behind.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        pictures.push(picture.to_vec());
        rest = behind;
    }
    (rest.is_empty() && (1..=MAX_SCANS).contains(&pictures.len())).then_some(pictures)
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
            // macOS maps more than that before a program begins, and refuses such a limit.
            if cfg!(target_vendor = "apple") && resource == Resource::As {
                continue;
            }
            setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: &[u8]) -> Option<Result<Content, Reason>> {
        let mut output = Vec::new();
        serve(bytes, &mut output).unwrap();
        parse(&output)
    }

    #[test]
    fn an_answer_is_understood() {
        let text = answer(b"{\\rtf1 At the mill\\par at nine}");
        assert_eq!(text, Some(Ok(Content::Text("At the mill\nat nine".into(), Extent::Whole))));
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
        let scans = "blackbox-document/1 scans gaps\n\u{2}\0\0\0\0\0\0\0";
        assert_eq!(
            parse(format!("{scans}ab").as_bytes()),
            Some(Ok(Content::Scans(vec![b"ab".to_vec()], Extent::Gaps)))
        );
        assert_eq!((parse(scans.as_bytes()), parse(format!("{scans}abc").as_bytes())), (None, None));
        for odd in ["", "hello\n", "blackbox-document/1 text whole\n", "blackbox-document/1 none gossip\n"] {
            assert_eq!(parse(odd.as_bytes()), None, "{odd}");
        }
    }
}
