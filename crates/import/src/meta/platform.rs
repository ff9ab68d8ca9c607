//! Whether a thread is Facebook's or Instagram's: one form of file has both.
//!
//! What only one of them writes decides: folders named after it, in the addresses of attachments; Instagram's owner of
//! shared content and its `Liked a message`; Facebook's folder of stickers, internal ids and IP addresses. Else the
//! path of the export decides, if it names one of them; else links to Instagram; else it is Facebook's.

/// Of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Messenger,
    Instagram,
}

const INSTAGRAM: &[&str] = &["your_instagram_activity", "\"original_content_owner\"", "\"Liked a message\""];
const MESSENGER: &[&str] = &[
    "your_facebook_activity",
    "stickers_used",
    "\"sender_id_INTERNAL\"",
    "\"media_path_INTERNAL\"",
    "\"ip\"",
];

/// What the beginning of a file says for certain.
fn certain(text: &str) -> Option<Platform> {
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    match (has(MESSENGER), has(INSTAGRAM)) {
        (true, false) => Some(Platform::Messenger),
        (false, true) => Some(Platform::Instagram),
        _ => None,
    }
}

/// What it is, by the beginnings of its files, and the path in which they lie.
pub(super) fn decide<'a>(beginnings: impl Iterator<Item = &'a str>, path: &str) -> Platform {
    let mut linked = false;
    for text in beginnings {
        if let Some(platform) = certain(text) {
            return platform;
        }
        linked |= text.contains("www.instagram.com");
    }
    let path = path.to_lowercase();
    match (path.contains("facebook"), path.contains("instagram")) {
        (true, false) => Platform::Messenger,
        (false, true) => Platform::Instagram,
        _ if linked => Platform::Instagram,
        _ => Platform::Messenger,
    }
}

impl Platform {
    /// The slug.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Platform::Messenger => "messenger",
            Platform::Instagram => "instagram",
        }
    }

    /// The format's name in reports.
    pub(super) fn format(self) -> &'static str {
        match self {
            Platform::Messenger => "facebook-json",
            Platform::Instagram => "instagram-json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_of_them_writes_comes_before_the_path_and_that_before_links() {
        let decide = |text: &str, path: &str| decide([text].into_iter(), path);
        assert_eq!(decide("\"uri\": \"your_instagram_activity/x\"", "facebook-ada"), Platform::Instagram);
        assert_eq!(decide("\"ip\": \"192.0.2.1\"", "instagram-ada"), Platform::Messenger);
        assert_eq!(decide("https://www.instagram.com/p/1", "facebook-ada/x"), Platform::Messenger);
        assert_eq!(decide("https://www.instagram.com/p/1", "ada"), Platform::Instagram);
        assert_eq!(decide("", "instagram-ada"), Platform::Instagram);
        assert_eq!(decide("", "ada"), Platform::Messenger);
    }
}
