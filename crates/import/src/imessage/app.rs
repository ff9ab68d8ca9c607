//! What apps put into messages: previews of links, payments, games, check-ins.

use super::property::{self, Archive};

/// What an app put into a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Payload {
    /// Its texts, by the keys that lead to them.
    pub(super) texts: Vec<(String, String)>,
}

/// Texts that a balloon shows, in their order.
const SHOWN: &[&str] = &[
    "ldtext",
    "userInfo.image-title",
    "userInfo.image-subtitle",
    "userInfo.caption",
    "userInfo.subcaption",
    "userInfo.secondary-subcaption",
    "userInfo.tertiary-subcaption",
];
/// Parts of the layout.
const LAYOUT: &[&str] = &["MIMEType", "layoutClass", "size", "itemType", "imageType"];

/// Reads what an app put into a message; `None` if it is not one of Apple's archives.
pub(super) fn read(bytes: &[u8]) -> Option<Payload> {
    let list = property::read(bytes)?;
    let texts = Archive::of(&list)?.texts();
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let texts = texts.into_iter().filter(|(key, _)| !LAYOUT.contains(&&last(key)[..]));
    Some(Payload { texts: texts.map(|(key, text)| (short(&key).to_owned(), text)).collect() })
}

/// Without what all previews of links begin with.
fn short(key: &str) -> &str {
    let inner = key.strip_prefix("richLinkMetadata.").or_else(|| key.strip_prefix("metadata."));
    inner.unwrap_or(key)
}

impl Payload {
    fn get(&self, wanted: &str) -> Option<&str> {
        self.texts.iter().find(|(key, _)| key == wanted).map(|(_, text)| &text[..])
    }

    /// What the balloon shows, as the text of a message that has none of its own.
    pub(super) fn text(&self) -> String {
        let mut lines: Vec<&str> = Vec::new();
        for text in SHOWN.iter().filter_map(|key| self.get(key)) {
            if !lines.iter().any(|line| line.contains(text)) {
                lines.push(text);
            }
        }
        if lines.is_empty() {
            let address = self.get("originalURL").or_else(|| self.get("URL"));
            lines.extend(
                address.into_iter().chain(["title", "summary"].iter().filter_map(|key| self.get(key))),
            );
        }
        lines.join("\n")
    }

    /// The place that a link to a map points to: latitude, a comma, longitude.
    pub(super) fn location(&self) -> Option<String> {
        let address = self.get("originalURL").or_else(|| self.get("URL"))?;
        let (_, query) = address.strip_prefix("https://maps.apple.com/")?.split_once('?')?;
        let place = query.split('&').find_map(|pair| pair.strip_prefix("ll="))?.replace("%2C", ",");
        let (latitude, longitude) = place.split_once(',')?;
        let fits = |text: &str, most: f64| text.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most);
        (fits(latitude, 90.0) && fits(longitude, 180.0)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(texts: &[(&str, &str)]) -> Payload {
        Payload { texts: texts.iter().map(|(key, text)| ((*key).into(), (*text).into())).collect() }
    }

    #[test]
    fn a_balloon_shows_each_text_once() {
        let game =
            payload(&[("an", "Chess"), ("ldtext", "Chess: your move"), ("userInfo.caption", "your move")]);
        assert_eq!(game.text(), "Chess: your move");
        let link = payload(&[("title", "The Plan"), ("URL", "https://plan.example/")]);
        assert_eq!(link.text(), "https://plan.example/\nThe Plan");
        assert_eq!(payload(&[]).text(), "");
    }

    #[test]
    fn only_a_map_has_a_place() {
        let at = |address| payload(&[("URL", address)]).location();
        assert_eq!(at("https://maps.apple.com/?q=Pier&ll=50.1,-5.25&t=m").as_deref(), Some("50.1,-5.25"));
        assert_eq!(at("https://maps.apple.com/?ll=950.1,-5.25"), None);
        assert_eq!(at("https://plan.example/?ll=50.1,-5.25"), None);
    }
}
