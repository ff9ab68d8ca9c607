//! Attachments as the sealer would hand them over.

#[cfg(unix)]
mod command;
mod fixture;
mod hostile;
mod office;
mod paper;
mod pdf;
