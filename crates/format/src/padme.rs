//! Padme padding (Nikitin et al. 2019, "Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs"): a size is rounded up so that at most O(log log n) bits of it show,
//! at a cost of at most 12 %.

/// `size` rounded up by Padme, and at least `floor`.
pub fn padded(size: u64, floor: u64) -> u64 {
    let size = size.max(floor).max(2);
    let exponent = size.ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1u64 << (exponent - significant.min(exponent))) - 1;
    size.saturating_add(mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_up_by_at_most_an_eighth() {
        for size in (1..100_000u64).chain([1 << 40, (1 << 40) + 1]) {
            let out = padded(size, 1);
            assert!(out >= size && out <= size.max(2) + size / 8 + 1, "{size} -> {out}");
            assert_eq!(padded(out, 1), out, "padding is idempotent at {size}");
        }
        assert_eq!(padded(9, 1), 10);
        assert_eq!(padded(3, 8192), 8192);
    }
}
