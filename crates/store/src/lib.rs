//! Where an archive lies: read a range, put a whole object durably, list, lock.
//!
//! [`Store`] asks for no more than object stores offer; [`Folder`] is its first implementation.
//! [`Paged`] reads a file in pages, each checked against the signed root before a byte is used.

pub mod folder;
pub mod paged;
pub mod records;
pub mod table;

pub use folder::Folder;
pub use paged::{Paged, PagedError};
pub use records::Records;
pub use table::Table;

use std::io;

/// Longest object that is read whole, in bytes. Larger ones are read in pages.
pub const WHOLE_BYTES: u64 = 256 << 20;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("\"{0}\" is missing")]
    Missing(String),
    /// The object exists already.
    #[error("\"{0}\" exists already")]
    Exists(String),
    /// The path leads out of the archive, or to no file.
    #[error("\"{0}\" is not a path inside an archive")]
    Path(String),
    /// Somebody else holds the lock.
    #[error("the archive is in use by another process")]
    Locked,
    /// The object ends before the range asked for.
    #[error("\"{0}\" is shorter than it should be")]
    Short(String),
    /// The object is longer than any of its kind.
    #[error("\"{0}\" is longer than it can be")]
    Long(String),
    /// The operating system refused.
    #[error("\"{path}\": {source}")]
    Io {
        /// The object.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Objects under `/`-separated relative paths.
pub trait Store: Send + Sync {
    /// Length of an object, in bytes.
    ///
    /// # Errors
    /// [`StoreError::Missing`], or the system refused.
    fn length(&self, path: &str) -> Result<u64, StoreError>;

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Short`], or the system refused.
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError>;

    /// Stores a whole object that was not there, durably.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or the system refused; then nothing, or the whole, is stored.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut upload = self.upload(path)?;
        upload.write(bytes)?;
        upload.finish()
    }

    /// Stores a whole object in place of whatever was there, durably and at once.
    ///
    /// # Errors
    /// The system refused; then the old or the new object is there, whole.
    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Begins a large object; it appears, whole and durable, at [`Upload::finish`].
    ///
    /// # Errors
    /// [`StoreError::Exists`], or the system refused.
    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError>;

    /// Paths of all objects under the folder `prefix` (`""`: all), sorted. Unfinished uploads are
    /// not among them.
    ///
    /// # Errors
    /// The system refused.
    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// The system refused.
    fn remove(&self, path: &str) -> Result<(), StoreError>;

    /// Takes the archive's one lock, until the result is dropped.
    ///
    /// # Errors
    /// [`StoreError::Locked`], or the system refused.
    fn lock(&self) -> Result<Box<dyn Send>, StoreError>;

    /// Bytes free for new objects, if the store can tell.
    ///
    /// # Errors
    /// The system refused.
    fn free_bytes(&self) -> Result<Option<u64>, StoreError>;

    /// A whole object of at most [`WHOLE_BYTES`].
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Long`], or the system refused.
    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        let length = self.length(path)?;
        if length > WHOLE_BYTES {
            return Err(StoreError::Long(path.to_owned()));
        }
        let mut bytes = vec![0; length as usize];
        self.read_at(path, 0, &mut bytes)?;
        Ok(bytes)
    }

    /// Whether the object is there.
    ///
    /// # Errors
    /// The system refused.
    fn exists(&self, path: &str) -> Result<bool, StoreError> {
        match self.length(path) {
            Ok(_) => Ok(true),
            Err(StoreError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// An object being written.
pub trait Upload {
    /// Appends bytes.
    ///
    /// # Errors
    /// The system refused.
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError>;

    /// Makes the object appear, whole and durable. Dropped before, it never was.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or the system refused.
    fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

/// An upload as an [`io::Write`].
pub struct UploadWriter<'a>(pub Box<dyn Upload + 'a>);

impl io::Write for UploadWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
