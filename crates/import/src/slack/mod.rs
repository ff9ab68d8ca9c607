//! Not read yet.

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// Not read yet.
pub(crate) struct Slack;

impl Importer for Slack {
    fn formats(&self) -> &'static [Format] {
        &[]
    }

    fn probe(&self, _: &Head) -> Confidence {
        Confidence::No
    }

    fn read(&self, _: &Input<'_>, _: &mut Sink<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
