//! The attributes of one tag.

use quick_xml::events::BytesStart;

use super::entity;

/// The most attributes of one tag.
const MAX_ATTRIBUTES: usize = 256;
/// How much of a value that is not understood is kept, 64 KiB.
pub(crate) const MAX_RAW_BYTES: usize = 64 << 10;
/// What the app writes where its database has nothing.
const NOTHING: &str = "null";

/// Attributes by name, in their order.
pub(crate) struct Attrs {
    pairs: Vec<(String, String)>,
    /// What was wrong with one of the values.
    pub(crate) fault: Option<&'static str>,
}

impl Attrs {
    /// Reads the attributes of a tag, but for `data`, which is not text.
    ///
    /// # Errors
    /// They are malformed, or too many.
    pub(crate) fn of(tag: &BytesStart<'_>) -> Result<Attrs, &'static str> {
        let mut attrs = Attrs { pairs: Vec::new(), fault: None };
        for (count, attribute) in tag.attributes().with_checks(false).enumerate() {
            let attribute = attribute.map_err(|_| "its attributes are malformed")?;
            if count == MAX_ATTRIBUTES {
                return Err("it has more than 256 attributes");
            }
            if attribute.key.as_ref() != "data" {
                let value = entity::resolve(&attribute.value);
                attrs.fault = attrs.fault.or(value.fault);
                attrs.pairs.push((attribute.key.as_ref().to_owned(), value.text));
            }
        }
        Ok(attrs)
    }

    /// Takes the value of the first attribute of this name, as it is written.
    pub(crate) fn written(&mut self, key: &str) -> Option<String> {
        let at = self.pairs.iter().position(|(name, _)| name == key)?;
        Some(self.pairs.remove(at).1)
    }

    /// Takes a value that says something.
    pub(crate) fn take(&mut self, key: &str) -> Option<String> {
        self.written(key).filter(|value| !value.is_empty() && value != NOTHING)
    }

    /// Those that were not taken and say something.
    pub(crate) fn rest(self) -> impl Iterator<Item = (String, String)> {
        self.pairs.into_iter().filter(|(_, value)| !value.is_empty() && value != NOTHING)
    }
}

/// The start of a text, up to [`MAX_RAW_BYTES`].
pub(crate) fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_RAW_BYTES));
    text
}
