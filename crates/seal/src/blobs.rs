//! Attachments: each an age file of its own, to a one-off identity that only its message holds.

use std::io::{self, Read, Write};

use age::{secrecy::ExposeSecret, x25519::Identity};
use blackbox_format::{
    blob::{BLOB_FLOOR, BLOBS_FLOOR, BlobEntry},
    body::{Attachment, Blob},
    manifest::{blob_index_path, blob_path},
    message::Media,
    padme,
    page::{Root, TreeBuilder},
};
use blackbox_store::{Store, UploadWriter};
use blackbox_token::secret::fill_random;
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::{
    history::{MediaFacts, SealError},
    records::PagedUpload,
};

/// Writes the blobs of a deposit.
pub struct Blobs<'a> {
    store: &'a dyn Store,
    deposit: &'a str,
    entries: Vec<BlobEntry>,
    /// Sizes of all real blobs, from which those of dummies are drawn.
    sizes: Vec<u64>,
    real_left: u64,
    dummies_left: u64,
}

impl<'a> Blobs<'a> {
    /// None written yet; the real ones will have these `sizes`.
    pub fn new(store: &'a dyn Store, deposit: &'a str, sizes: Vec<u64>) -> Blobs<'a> {
        let real_left = sizes.len() as u64;
        let dummies_left = padme::padded(real_left, BLOBS_FLOOR) - real_left;
        Blobs { store, deposit, entries: Vec::new(), sizes, real_left, dummies_left }
    }

    /// Seals one attachment.
    ///
    /// # Errors
    /// It cannot be read any more, it has changed, or the store failed.
    pub fn seal(&mut self, media: &Media, facts: Option<MediaFacts>) -> Result<Attachment, SealError> {
        let (name, media_type) = (media.name.clone(), media.media_type.clone());
        let (Some(content), Some(facts)) = (&media.content, facts) else {
            return Ok(Attachment { name, media_type, blob: None });
        };
        let fault = |source| SealError::Attachment { name: name.clone(), source };
        let mut reader = content.open().map_err(fault)?;
        self.scatter()?;
        let (id, identity, sha256) = self.write(&mut reader, facts.size)?;
        self.real_left = self.real_left.saturating_sub(1);
        if sha256 != facts.sha256 {
            return Err(SealError::ExportChanged);
        }
        let blob = Blob { id, identity, size: facts.size, sha256 };
        Ok(Attachment { name, media_type, blob: Some(blob) })
    }

    /// Writes as many dummies as fall before the next real blob in a random order of all: were they
    /// written last, the files' times would tell them apart.
    fn scatter(&mut self) -> Result<(), SealError> {
        while self.dummies_left > 0
            && rand::rng().random_range(0..self.real_left.max(1) + self.dummies_left) < self.dummies_left
        {
            self.dummy()?;
        }
        Ok(())
    }

    fn dummy(&mut self) -> Result<(), SealError> {
        let size = match self.sizes[..] {
            [] => BLOB_FLOOR,
            _ => self.sizes[rand::rng().random_range(0..self.sizes.len())],
        };
        self.dummies_left -= 1;
        self.write(&mut io::empty(), size).map(drop)
    }

    /// Writes the dummies that are left, and the list.
    ///
    /// # Errors
    /// The store failed.
    pub fn finish(mut self) -> Result<Root, SealError> {
        while self.dummies_left > 0 {
            self.dummy()?;
        }
        self.entries.sort_by_key(|entry| entry.id);
        let mut index = PagedUpload::begin(self.store, &blob_index_path(self.deposit))?;
        for entry in &self.entries {
            index.write(&entry.encode())?;
        }
        index.finish()
    }

    /// Writes one age file: the content, then zeros up to the padded size.
    fn write(
        &mut self,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<([u8; 16], String, [u8; 32]), SealError> {
        let mut id = [0; 16];
        fill_random(&mut id);
        let identity = Identity::generate();
        let path = blob_path(self.deposit, &id);
        let mut file =
            Hashed { inner: UploadWriter(self.store.upload(&path)?), tree: TreeBuilder::default() };
        let sha256 = encrypt(content, size, &identity, &mut file)
            .map_err(|error| SealError::Encrypt(path.clone(), error.to_string()))?;
        file.inner.0.finish()?;
        self.entries.push(BlobEntry { id, root: file.tree.finish().0 });
        Ok((id, identity.to_string().expose_secret().to_owned(), sha256))
    }
}

fn encrypt(
    content: &mut dyn Read,
    size: u64,
    identity: &Identity,
    out: &mut dyn Write,
) -> io::Result<[u8; 32]> {
    let recipient = identity.to_public();
    let encryptor = age::Encryptor::with_recipients([&recipient as &dyn age::Recipient].into_iter());
    let mut writer = encryptor.map_err(io::Error::other)?.wrap_output(out)?;
    let (mut digest, mut written, mut buffer) = (Sha256::new(), 0u64, vec![0; 1 << 16]);
    loop {
        let count = content.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
        writer.write_all(&buffer[..count])?;
        written += count as u64;
    }
    let padded = padme::padded(size, BLOB_FLOOR);
    io::copy(&mut io::repeat(0).take(padded.saturating_sub(written)), &mut writer)?;
    writer.finish()?;
    Ok(digest.finalize().into())
}

/// Feeds a page tree with what is written.
struct Hashed<'a> {
    inner: UploadWriter<'a>,
    tree: TreeBuilder,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tree.update(bytes);
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
