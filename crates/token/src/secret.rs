//! Secret bytes: wiped on drop, compared in constant time, never shown.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes. Has no `Debug` and no `Display`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes `bytes` as a secret.
    pub fn new(bytes: [u8; N]) -> Secret<N> {
        Secret(bytes)
    }

    /// Fresh bytes from the operating system.
    pub fn random() -> Secret<N> {
        let mut secret = Secret([0; N]);
        fill_random(&mut secret.0);
        secret
    }

    /// The bytes, for use in a computation.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Secret<N>) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

/// Fills `bytes` from the operating system's generator.
///
/// # Panics
/// If the system has no randomness to give: nothing may be sealed then.
pub fn fill_random(bytes: &mut [u8]) {
    use rand::TryRng;
    rand::rngs::SysRng.try_fill_bytes(bytes).expect("the operating system gives randomness");
}

#[cfg(test)]
mod tests {
    use super::*;

    trait IsDebug {
        const SHOWN: bool = false;
    }
    impl<T> IsDebug for T {}
    struct Shown<T>(std::marker::PhantomData<T>);
    impl<T: std::fmt::Debug> Shown<T> {
        #[allow(dead_code, reason = "chosen over the trait's constant only for types with Debug")]
        const SHOWN: bool = true;
    }

    #[test]
    fn a_secret_cannot_be_shown() {
        const { assert!(Shown::<u8>::SHOWN) };
        const { assert!(!<Shown<Secret<32>>>::SHOWN) };
    }

    #[test]
    fn random_secrets_differ() {
        assert!(Secret::<16>::random() != Secret::<16>::random());
    }
}
