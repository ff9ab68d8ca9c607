//! Attachments of frames: what is said of them, and where a plaintext export has their bytes.

use blackbox_format::message::Media;
use sha2::{Digest, Sha256};

use super::{
    draft::{Attached, Draft, Role},
    fields::Fields,
    wire::hex,
};
use crate::media::stated;

/// Adds an attachment of a message with what its sender said of it.
pub(crate) fn attach(draft: &mut Draft, mut attachment: Fields) {
    let number = draft.media.len();
    if let Some(flag) = attachment.word("flag").filter(|flag| flag != "none" && flag != "0") {
        draft.annotate("attachment-kind", format!("{number}: {flag}"));
    }
    attachment.ignore(&["wasDownloaded", "clientUuid"]);
    match attachment.inner("pointer") {
        Some(pointer) => point(draft, pointer, Role::Attachment),
        None => draft.media.push(Attached {
            media: Media::new("", "application/octet-stream"),
            paths: Vec::new(),
            role: Role::Attachment,
        }),
    }
    draft.keep(attachment);
}

/// Adds a file that a message points to.
pub(crate) fn point(draft: &mut Draft, mut pointer: Fields, role: Role) {
    let number = draft.media.len();
    let name = pointer.text("fileName").unwrap_or_default();
    let media_type = stated(pointer.text("contentType").as_deref(), &name);
    if let Some(caption) = pointer.text("caption") {
        draft.annotate("caption", format!("{number}: {caption}"));
    }
    let mut locator = pointer.inner("locatorInfo");
    let paths = locator.as_mut().and_then(|locator| stored(locator, &name, &media_type)).unwrap_or_default();
    pointer.ignore(&["incrementalMac", "incrementalMacChunkSize", "width", "height", "blurHash"]);
    if let Some(mut locator) = locator {
        locator.ignore(&KEYS);
        draft.keep(locator);
    }
    draft.media.push(Attached { media: Media::new(name, media_type), paths, role });
    draft.keep(pointer);
}

/// Where the file lies on Signal's servers, and the keys to it.
const KEYS: [&str; 9] = [
    "key",
    "legacyDigest",
    "size",
    "transitCdnKey",
    "transitCdnNumber",
    "transitTierUploadTimestamp",
    "mediaTierCdnNumber",
    "legacyMediaName",
    "encryptedDigest",
];

/// The file's paths in an export: its name is SHA-256(plaintextHash || localKey), with an ending that the program
/// chooses by the media type.
fn stored(locator: &mut Fields, name: &str, media_type: &str) -> Option<Vec<String>> {
    let (hash, key) = (locator.bytes("plaintextHash"), locator.bytes("localKey"));
    let digest = Sha256::new().chain_update(hash?).chain_update(key?).finalize();
    let stem = hex(&digest);
    let named = name.rsplit_once('.').map(|(_, ending)| ending);
    let subtype = media_type.split_once('/').map(|(_, subtype)| subtype);
    let usual = mime_guess::get_mime_extensions_str(media_type).unwrap_or_default();
    let mut endings: Vec<&str> = named.into_iter().chain(subtype).chain(usual.iter().copied()).collect();
    endings.extend(["bin", "txt"]);
    let path = |ending: &str| format!("files/{}/{stem}{ending}", &stem[..2]);
    let plain = |ending: &&str| ending.len() <= 20 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let with = endings.into_iter().filter(plain).map(|ending| path(&format!(".{ending}")));
    Some([path("")].into_iter().chain(with).collect())
}
