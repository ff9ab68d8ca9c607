//! iMessage and the other services of Apple's Messages: its own database ([`database`]), and what the program
//! imessage-exporter makes of it ([`exported`]).

mod app;
mod clock;
mod columns;
mod database;
mod edits;
mod event;
mod exported;
mod files;
mod follow;
mod log;
mod open;
mod page;
mod people;
mod property;
mod record;
mod schema;
mod shown;
mod stamp;
mod tapback;
mod text;
mod tree;
mod typedstream;

pub(crate) use self::{database::Database, exported::Exported};
