//! `custody`: that keys last. Checked, handed over, and what would be lost without whom.

mod check;
mod handover;
mod whatif;

use crate::{
    cli::{Custody, CustodyStep},
    failure::Failure,
    output::Outcome,
};

pub fn run(args: &Custody) -> Result<Outcome, Failure> {
    match &args.step {
        CustodyStep::Check(args) => check::run(args),
        CustodyStep::HandOver(args) => handover::run(args),
        CustodyStep::WhatIf(args) => whatif::run(args),
    }
}
