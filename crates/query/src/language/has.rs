//! What a message has besides words: `has:image`, `has:link`. Short for literals that the index has.

use blackbox_format::term::{Field, Literal};

use super::{Expr, Fault};

/// The top-level media types that IANA has registered: every attachment with a known type has one.
const TYPES: [&str; 10] =
    ["application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video"];

/// What `has:` may be followed by, in the order in which an error names it.
pub(super) const VALUES: &str = "attachment, document, pdf, image, video, audio or link";

/// What `has:value` is short for.
pub(super) fn expand(value: &str) -> Result<Expr, Fault> {
    let of = |field: Field, terms: &[&str]| {
        let terms = terms.iter().map(|term| Expr::Term(Literal::new(field, term)));
        Ok(Expr::any(terms.collect()))
    };
    match &value.to_lowercase()[..] {
        "attachment" | "attachments" | "file" => of(Field::Type, &TYPES),
        "document" | "documents" => of(Field::Type, &["application", "text"]),
        "pdf" => of(Field::Type, &["application/pdf"]),
        "image" | "images" | "photo" | "picture" => of(Field::Type, &["image"]),
        "video" | "videos" => of(Field::Type, &["video"]),
        "audio" | "voice" => of(Field::Type, &["audio"]),
        "link" | "links" | "url" => of(Field::Word, &["http", "https"]),
        other => Err(Fault::Has(other.chars().take(40).collect())),
    }
}
