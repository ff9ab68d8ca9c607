//! Where two histories of one log part.

use crate::{Checkpoint, ExtendError, Log, LogError};

/// The first entry in which `one` and `two` differ; `None` if one of them is the beginning of the other.
/// Both are read, tile by tile, about log2 of their size times.
///
/// # Errors
/// A tile is not the one that was signed.
pub fn first_difference(one: &Log<'_>, two: &Log<'_>) -> Result<Option<u64>, LogError> {
    let end = one.size().min(two.size());
    let same = |size: u64| Ok::<bool, LogError>(one.root_at(size)? == two.root_at(size)?);
    if same(end)? {
        return Ok(None);
    }
    let (mut agree, mut differ) = (0, end);
    while differ - agree > 1 {
        let middle = agree + (differ - agree) / 2;
        match same(middle)? {
            true => agree = middle,
            false => differ = middle,
        }
    }
    Ok(Some(agree))
}

impl Log<'_> {
    /// Checks that this log extends every checkpoint of `history`, which all belong to one history. If not, says
    /// as narrowly as these checkpoints allow where the two part.
    ///
    /// # Errors
    /// As [`Log::check_extends`].
    pub fn check_extends_all(&self, history: &[Checkpoint]) -> Result<(), ExtendError> {
        let mut sorted: Vec<&Checkpoint> = history.iter().collect();
        sorted.sort_by_key(|checkpoint| checkpoint.size);
        let (mut agree, mut beyond) = (0, None);
        for checkpoint in sorted {
            match self.check_extends(checkpoint) {
                Ok(()) => agree = checkpoint.size,
                Err(ExtendError::Forked { until, .. }) => return Err(ExtendError::Forked { agree, until }),
                Err(error @ ExtendError::RolledBack { .. }) => beyond = Some(error),
                Err(error) => return Err(error),
            }
        }
        beyond.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{Key, Memory, ORIGIN, leaf, leaves};

    /// Grows two logs that share `shared` entries to the sizes given.
    fn grow(stores: (&Memory, &Memory), shared: usize, sizes: (usize, usize)) {
        let key = Key::operator();
        for (store, size, mark) in [(stores.0, sizes.0, 0), (stores.1, sizes.1, 10_000)] {
            let mut log = Log::create(store, ORIGIN, &key, &leaf(0)).unwrap();
            log.append(&key, &leaves(1..shared)).unwrap();
            log.append(&key, &leaves(mark + shared..mark + size)).unwrap();
        }
    }

    fn open(store: &Memory) -> Log<'_> {
        Log::open(store, Key::operator().verifier(), ORIGIN).unwrap()
    }

    #[test]
    fn the_first_entry_that_differs_is_found() {
        for (shared, sizes) in
            [(1, (2, 2)), (12, (13, 40)), (256, (300, 257)), (300, (600, 700)), (257, (258, 900))]
        {
            let (one, two) = (Memory::default(), Memory::default());
            grow((&one, &two), shared, sizes);
            assert_eq!(first_difference(&open(&one), &open(&two)).unwrap(), Some(shared as u64));
            assert_eq!(first_difference(&open(&two), &open(&one)).unwrap(), Some(shared as u64));
        }
        let (one, two) = (Memory::default(), Memory::default());
        grow((&one, &two), 300, (300, 301));
        assert_eq!(first_difference(&open(&one), &open(&two)).unwrap(), None, "one is the other's beginning");
    }

    #[test]
    fn checkpoints_place_a_fork_as_narrowly_as_they_can() {
        let (one, two) = (Memory::default(), Memory::default());
        grow((&one, &two), 14, (30, 40));
        let (one, two) = (open(&one), open(&two));
        let seen = |size| Checkpoint { origin: ORIGIN.into(), size, root: two.root_at(size).unwrap() };
        let place = |sizes: &[u64]| {
            let history: Vec<Checkpoint> = sizes.iter().map(|size| seen(*size)).collect();
            one.check_extends_all(&history).unwrap_err().to_string()
        };
        assert_eq!(
            place(&[17, 12, 3, 25]),
            "the log was forked: entries 0 to 11 agree with what was seen before, and it differs somewhere in entries 12 to 16"
        );
        assert_eq!(
            place(&[14, 15]),
            "the log was forked: entries 0 to 13 agree with what was seen before, and it differs at entry 14"
        );
        assert_eq!(
            place(&[20]),
            "the log was forked: it differs from what was seen before somewhere in entries 0 to 19"
        );
        assert_eq!(place(&[12, 40]), "the log was rolled back: it has 30 entries, and had 40");
        assert!(
            place(&[12, 20, 40]).contains("somewhere in entries 12 to 19"),
            "a fork is told from a log cut back"
        );
        assert!(one.check_extends_all(&[seen(3), seen(14)]).is_ok() && one.check_extends_all(&[]).is_ok());
    }
}
