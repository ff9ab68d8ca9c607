//! Reading whole files that a hostile archive cannot make larger than expected.

use blackbox_store::{Store, StoreError};

/// The object at `path`, or `None` if it is longer than `limit` bytes.
pub(crate) fn read(store: &dyn Store, path: &str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let length = store.length(path)?;
    if length > limit {
        return Ok(None);
    }
    let mut bytes = vec![0; length as usize];
    store.read_at(path, 0, &mut bytes)?;
    Ok(Some(bytes))
}

/// As [`read`], for an object that another process may replace meanwhile: always one version, whole.
pub(crate) fn read_latest(store: &dyn Store, path: &str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    loop {
        let length = store.length(path)?;
        let bytes = read(store, path, limit);
        if store.length(path)? == length {
            return bytes;
        }
    }
}
