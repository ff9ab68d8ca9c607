//! Common words: what can never find, pinned when the archive is made.

use std::collections::BTreeSet;

use blackbox_format::text;

use crate::policy::Policy;

/// The list of common words to pin: stop words of the languages, parts of addresses and file names,
/// placeholders of exports, and what the policy adds; all normalised.
///
/// # Errors
/// A language has no list.
pub fn common_words(
    policy: &Policy,
    stop_words: impl Fn(&str) -> Option<Vec<String>>,
) -> Result<Vec<String>, String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for language in &policy.languages {
        let list = stop_words(language)
            .ok_or_else(|| format!("there is no list of stop words for language \"{language}\""))?;
        words.extend(list.iter().flat_map(|word| text::words(word)));
    }
    words.extend(PLACEHOLDERS.split_whitespace().flat_map(text::words));
    words.extend(policy.common.iter().flat_map(|word| text::words(word)));
    Ok(words.into_iter().collect())
}

/// Words that come from addresses, file names and exports rather than from anyone's pen.
const PLACEHOLDERS: &str = "
    http https www com org net gov uk html htm php index mailto
    jpg jpeg png gif webp heic mp4 mov 3gp opus ogg mp3 m4a aac wav pdf doc docx xls xlsx ppt pptx txt csv zip vcf
    img vid ptt aud doc sticker image video audio photo gif document contact location
    omitted attached media file deleted message messages missed call null edited poll";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_normalised_and_an_unknown_language_is_refused() {
        let policy = Policy { common: ["Ürgent".to_owned()].into(), ..Policy::default() };
        let words = common_words(&policy, |_| Some(vec!["The".into()])).unwrap();
        for word in ["the", "urgent", "omitted", "https"] {
            assert!(words.contains(&word.to_owned()), "{word}");
        }
        assert!(common_words(&policy, |_| None).is_err());
    }
}
