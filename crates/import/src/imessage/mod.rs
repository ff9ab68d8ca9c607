//! Not read yet.

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// Not read yet.
pub(crate) struct Database;

impl Importer for Database {
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

/// Not read yet.
pub(crate) struct Exported;

impl Importer for Exported {
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
