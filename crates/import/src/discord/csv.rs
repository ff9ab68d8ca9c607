//! Records of CSV in bounded memory.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use csv::{ReaderBuilder, StringRecord};

/// The most bytes of one record: 64 MiB.
const MAX_RECORD_BYTES: u64 = 64 << 20;

/// Reads the records of a file whose first line names the columns.
pub(super) struct Records {
    reader: csv::Reader<Metered>,
    left: Rc<Cell<u64>>,
}

/// A record.
pub(super) struct Record {
    pub(super) fields: StringRecord,
    /// Whether some of its bytes were not UTF-8.
    pub(super) damaged: bool,
}

impl Records {
    pub(super) fn new(reader: Box<dyn Read>) -> Records {
        let left = Rc::new(Cell::new(MAX_RECORD_BYTES));
        let metered = Metered { reader, left: left.clone() };
        Records { reader: ReaderBuilder::new().flexible(true).from_reader(metered), left }
    }

    /// The next record; bytes that are not UTF-8 are U+FFFD. An error quotes nothing.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        self.left.set(MAX_RECORD_BYTES);
        let mut record = csv::ByteRecord::new();
        match self.reader.read_byte_record(&mut record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let damaged = record.iter().any(|field| std::str::from_utf8(field).is_err());
                Ok(Some(Record { fields: StringRecord::from_byte_record_lossy(record), damaged }))
            }
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, reason(&error))),
        }
    }
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => "it is not CSV".to_owned(),
    }
}

/// Fails once a record has more bytes than it may.
struct Metered {
    reader: Box<dyn Read>,
    left: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        let too_long = || io::Error::new(io::ErrorKind::InvalidData, "one record of it is over 64 MiB");
        self.left.set(left.ok_or_else(too_long)?);
        Ok(count)
    }
}
