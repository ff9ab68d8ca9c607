//! The lists that lie beside the messages of an export.

use serde_json::Value;

use crate::{
    importer::Input,
    json::{Take, stream},
};

/// The lists that an export may have.
pub(super) const NAMES: &[&str] =
    &["org_users.json", "users.json", "channels.json", "groups.json", "mpims.json", "dms.json"];

/// Hands each object of the list called `name` to `each`: of that in the folder itself, else in the one around it. A
/// list that is damaged is read as far as it goes, and named in `damaged`: without it people have ids for names, and no
/// message is lost.
pub(super) fn each(
    input: &Input<'_>,
    name: &'static str,
    damaged: &mut Vec<&'static str>,
    each: &mut dyn FnMut(Value),
) {
    let around = || input.beside(&format!("../{name}"));
    let Some(bytes) = input.beside(name).or_else(around) else { return };
    let choose = |path: &str| if path.is_empty() { Take::Enter } else { Take::Whole };
    let read = stream(&bytes[..], &choose, &mut |path, value| {
        if path == "[]" && value.is_object() {
            each(value);
        }
        Ok(())
    });
    if read.is_err() {
        damaged.push(name);
    }
}
