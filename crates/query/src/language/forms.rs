//! English forms of a word, listed one by one (spec/query.md, "Variants").
//!
//! No dictionary: what words the archive holds is unknown, and a form that it lacks opens nothing.
//! So the rules give every form that the word may have, and some that it has not.

use std::collections::BTreeSet;

/// Verbs, a blank line, nouns: each line is a whole, and whoever asks for one word of it gets all.
const IRREGULAR: &str = include_str!("../../../../spec/irregular.txt");

/// Letters of the shortest word that an ending is taken from.
const STEM_LETTERS: usize = 3;

/// The forms of `word`, which is of the letters a to z, perhaps with `'s`; itself among them.
pub(super) fn forms(word: &str) -> BTreeSet<String> {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let mut all = BTreeSet::from([word.to_owned(), owner(word)]);
    if word.ends_with("ing") {
        all.insert(format!("{word}s"));
    }
    let mut irregular = false;
    let (verbs, nouns) = IRREGULAR.split_once("\n\n").unwrap_or((IRREGULAR, ""));
    for line in lines(verbs, word) {
        irregular = true;
        all.insert(owner(line[0]));
        all.extend(line.into_iter().map(str::to_owned));
    }
    for noun in lines(nouns, word).flatten() {
        irregular = true;
        all.extend([noun.to_owned(), owner(noun)]);
    }
    if !irregular {
        bases(word).iter().for_each(|base| all.extend(regular(base)));
    }
    all
}

/// The lines of a table that have `word`.
fn lines<'a>(table: &'a str, word: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    let words = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect());
    words.filter(move |line: &Vec<&str>| line.contains(&word))
}

fn owner(word: &str) -> String {
    format!("{word}'s")
}

/// What `word` may be a form of; itself, if it has no ending.
fn bases(word: &str) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    if let Some(stem) = word.strip_suffix("ies") {
        all.insert(format!("{stem}y"));
    } else if let Some(stem) = word.strip_suffix("es").filter(|stem| hisses(stem) || stem.ends_with('o')) {
        all.extend([stem.to_owned(), format!("{stem}e")]);
    } else if let Some(stem) = word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i'])) {
        all.insert(stem.to_owned());
    }
    if let Some(stem) = word.strip_suffix("ied") {
        all.insert(format!("{stem}y"));
    } else if let Some(stem) = word.strip_suffix("ed").filter(|stem| !stem.ends_with('e')) {
        all.extend(stems(stem));
    }
    if let Some(stem) = word.strip_suffix("ing") {
        all.extend(stems(stem));
    }
    all.retain(|base| base.len() >= STEM_LETTERS && base.bytes().any(is_vowel));
    if all.is_empty() {
        all.insert(word.to_owned());
    }
    all
}

/// What stands before `ed` or `ing`: as it is, with an `e`, or with one letter of two.
fn stems(stem: &str) -> Vec<String> {
    let mut all = vec![stem.to_owned()];
    let mut last = stem.bytes().rev();
    let (last, before) = (last.next().unwrap_or_default(), last.next().unwrap_or_default());
    let cluster =
        !is_vowel(last) && !is_vowel(before) && !b"cgsvzlr".contains(&last) && !stem.ends_with("st");
    if last == before && b"bdgklmnprt".contains(&last) {
        all.push(stem[..stem.len() - 1].to_owned());
    } else if !cluster && !b"ewxy".contains(&last) {
        all.push(format!("{stem}e"));
    }
    all
}

/// The forms of `base` by rule.
fn regular(base: &str) -> Vec<String> {
    let mut all = vec![base.to_owned(), owner(base)];
    let stem = &base[..base.len() - 1];
    let after_consonant = stem.bytes().last().is_some_and(|b| !b"aeiou".contains(&b));
    match base.bytes().last().unwrap_or_default() {
        b'y' if after_consonant => {
            all.extend([format!("{stem}ies"), format!("{stem}ied"), format!("{base}ing")]);
        }
        b'e' => {
            all.extend([format!("{base}s"), format!("{base}d")]);
            all.push(match ["ee", "oe", "ye"].iter().any(|end| base.ends_with(end)) {
                true => format!("{base}ing"),
                false => format!("{stem}ing"),
            });
        }
        last => {
            all.extend(plurals(base, after_consonant));
            all.extend(ended(base, base));
            if last == b'c' {
                all.extend(ended(&format!("{base}k"), base));
            }
            if doubles(base) {
                all.extend(ended(&format!("{base}{}", char::from(last)), base));
            }
        }
    }
    all
}

/// `ed` and `ing` after `stem`; not after a short word whose last letter is doubled in English.
fn ended(stem: &str, base: &str) -> Vec<String> {
    match stem == base && doubles(base) && vowel_groups(base) == 1 {
        true => Vec::new(),
        false => vec![format!("{stem}ed"), format!("{stem}ing")],
    }
}

fn plurals(base: &str, after_consonant: bool) -> Vec<String> {
    match base.bytes().last() {
        _ if hisses(base) => vec![format!("{base}es")],
        Some(b'o') if after_consonant => vec![format!("{base}s"), format!("{base}es")],
        _ => vec![format!("{base}s")],
    }
}

fn hisses(word: &str) -> bool {
    word.ends_with(['s', 'x', 'z']) || word.ends_with("ch") || word.ends_with("sh")
}

/// Ends of longer words whose last letter is doubled: it is stressed, or it is an `l`.
const DOUBLED: [&str; 8] = ["l", "cur", "fer", "gram", "mit", "nap", "ret", "ship"];

/// Whether one vowel and one consonant stand at the end, as in `stop`, `cancel` and `refer`.
fn doubles(base: &str) -> bool {
    let bytes = base.as_bytes();
    let [.., before, vowel, last] = bytes else { return false };
    !is_vowel(*last)
        && !b"cwxh".contains(last)
        && b"aeiou".contains(vowel)
        && !b"aeiou".contains(before)
        && (vowel_groups(base) == 1 || DOUBLED.iter().any(|end| base.ends_with(end)))
}

fn vowel_groups(word: &str) -> usize {
    let mut before = false;
    let starts = word.bytes().filter(|b| {
        let starts = is_vowel(*b) && !before;
        before = is_vowel(*b);
        starts
    });
    starts.count()
}

fn is_vowel(letter: u8) -> bool {
    b"aeiouy".contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_its_forms() {
        for (word, expected) in [
            ("payment", "payment payment's paymented paymenting payments"),
            ("payments", "payment payment's paymented paymenting payments payments's"),
            ("pay", "paid pay pay's paying pays"),
            ("paid", "paid paid's pay pay's paying pays"),
            ("greensill", "greensill greensill's greensilled greensilling greensills"),
            ("lend", "lend lend's lending lends lent"),
            ("company", "companied companies company company's companying"),
            ("companies", "companied companies companies's company company's companying"),
            ("approve", "approve approve's approved approves approving"),
            ("stop", "stop stop's stopped stopping stops"),
            ("cancel", "cancel cancel's canceled canceling cancelled cancelling cancels"),
            ("order", "order order's ordered ordering orders"),
            ("refer", "refer refer's refered refering referred referring refers"),
            ("tax", "tax tax's taxed taxes taxing"),
            ("business", "business business's businessed businesses businessing"),
            ("women", "woman woman's women women's"),
            ("agree", "agree agree's agreed agreeing agrees"),
            ("veto", "veto veto's vetoed vetoes vetoing vetos"),
        ] {
            assert_eq!(forms(word).into_iter().collect::<Vec<_>>().join(" "), expected, "{word}");
        }
    }

    #[test]
    fn from_each_form_the_base_is_found() {
        for (form, base) in [
            ("creating", "create"),
            ("handled", "handle"),
            ("stopped", "stop"),
            ("testing", "test"),
            ("wasted", "waste"),
            ("billing", "bill"),
            ("meetings", "meeting"),
            ("procured", "procure"),
            ("taxes", "tax"),
            ("places", "place"),
            ("loans", "loan"),
            ("replied", "reply"),
            ("using", "use"),
            ("children", "child"),
            ("wrote", "write"),
            ("greensill's", "greensill"),
        ] {
            assert!(forms(form).contains(base), "{form}: {:?}", forms(form));
        }
    }

    #[test]
    fn no_word_has_many_forms() {
        let words = IRREGULAR.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        for word in words.chain(["programmings", "referred", "zzz", "y", "x", "ing", "xxyyings", "singes"]) {
            assert!(forms(word).len() <= 24, "{word}: {:?}", forms(word));
            assert!(forms(word).contains(word));
        }
    }
}
