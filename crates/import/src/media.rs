//! Names of media types and slugs.

const UNKNOWN: &str = "application/octet-stream";
const MAX_SLUG_BYTES: usize = 64;

/// The media type that a file name suggests, lower case; `application/octet-stream` if none.
pub(crate) fn type_of(name: &str) -> String {
    mime_guess::from_path(name).first_raw().unwrap_or(UNKNOWN).to_lowercase()
}

/// The media type as an export states it, without parameters; else what the name suggests.
pub(crate) fn stated(stated: Option<&str>, name: &str) -> String {
    let bare = stated.and_then(|text| text.split(';').next()).map(|text| text.trim().to_lowercase());
    bare.filter(|text| text.contains('/') && text.len() <= 255).unwrap_or_else(|| type_of(name))
}

/// The last part of a path, whatever its separators.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The text in the alphabet of slugs, `a-z0-9-`, if anything of it is left.
pub(crate) fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter.is_ascii_alphanumeric() {
            true => slug.push(letter),
            false if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            false => {}
        }
    }
    slug.truncate(MAX_SLUG_BYTES);
    let slug = slug.trim_end_matches('-').to_owned();
    (!slug.is_empty()).then_some(slug)
}
