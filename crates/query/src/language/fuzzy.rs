//! Other spellings of a word, listed one by one (spec/query.md, "Variants").

use std::collections::BTreeSet;

const LETTERS: std::ops::RangeInclusive<u8> = b'a'..=b'z';

/// The spellings of `word`, which is of the letters a to z, with at most `mistakes` mistakes, 1 or 2:
/// with 2, every pair of slips besides.
pub(super) fn spellings(word: &str, mistakes: u8) -> BTreeSet<String> {
    let word = word.as_bytes().to_vec();
    let mut all: BTreeSet<Vec<u8>> = edits(&word).collect();
    if mistakes > 1 {
        for once in slips(&word).collect::<BTreeSet<_>>() {
            all.extend(slips(&once));
        }
    }
    all.into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

/// One mistake: a letter left out, put in or put for another, or two neighbours exchanged.
fn edits(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let put_in = (0..=word.len())
        .flat_map(move |at| LETTERS.map(move |letter| [&word[..at], &[letter], &word[at..]].concat()));
    let put_for = (0..word.len())
        .flat_map(move |at| LETTERS.map(move |letter| [&word[..at], &[letter], &word[at + 1..]].concat()));
    put_in.chain(put_for).chain(left_out(word)).chain(exchanged(word))
}

/// The mistakes that hands make: a letter left out or doubled, or two neighbours exchanged.
fn slips(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let doubled = (0..word.len()).map(move |at| [&word[..=at], &word[at..]].concat());
    left_out(word).chain(doubled).chain(exchanged(word))
}

fn left_out(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..word.len()).map(move |at| [&word[..at], &word[at + 1..]].concat())
}

fn exchanged(word: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (1..word.len()).map(move |at| {
        let mut other = word.to_vec();
        other.swap(at - 1, at);
        other
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Damerau's distance with neighbours exchanged once, by its table.
    fn distance(one: &str, two: &str) -> usize {
        let (one, two) = (one.as_bytes(), two.as_bytes());
        let mut table = vec![vec![0; two.len() + 1]; one.len() + 1];
        for at in 0..=one.len() {
            for to in 0..=two.len() {
                table[at][to] = match (at, to) {
                    (at, 0) => at,
                    (0, to) => to,
                    _ => {
                        let same = usize::from(one[at - 1] != two[to - 1]);
                        let mut least = (table[at - 1][to] + 1)
                            .min(table[at][to - 1] + 1)
                            .min(table[at - 1][to - 1] + same);
                        if at > 1 && to > 1 && one[at - 1] == two[to - 2] && one[at - 2] == two[to - 1] {
                            least = least.min(table[at - 2][to - 2] + 1);
                        }
                        least
                    }
                };
            }
        }
        table[one.len()][two.len()]
    }

    #[test]
    fn one_mistake_is_every_spelling_at_distance_one() {
        for word in ["loan", "greensill", "aaaa"] {
            let all = spellings(word, 1);
            assert!(all.iter().all(|other| distance(word, other) <= 1));
            let (n, letters) = (word.len(), word.bytes().collect::<Vec<_>>());
            let runs = 1 + letters.windows(2).filter(|pair| pair[0] != pair[1]).count();
            // Itself, other letters, insertions, one deletion and one exchange a run.
            assert_eq!(all.len(), 1 + 25 * n + (25 * n + 26) + runs + (runs - 1), "{word}");
        }
    }

    #[test]
    fn two_mistakes_have_every_pair_of_slips() {
        let all = spellings("greensill", 2);
        assert!(all.is_superset(&spellings("greensill", 1)));
        assert!(all.iter().all(|other| distance("greensill", other) <= 3));
        for word in ["grensil", "greeensil", "rgeensil", "grenesil", "greensilll"] {
            assert!(all.contains(word), "{word}");
        }
        assert!(!all.contains("groonsill"));
    }
}
