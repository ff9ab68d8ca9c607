//! Says how fast exports are read: `cargo run --release --example rate -- PATH...`

use std::{convert::Infallible, error::Error, path::PathBuf, time::Instant};

use blackbox_import::{Exports, Options};
use jiff::tz::TimeZone;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let options = Options::new(TimeZone::get("Europe/London")?, "Europe/London");
    let exports = Exports::open(&paths, options)?;
    let start = Instant::now();
    let mut records: u64 = 0;
    exports.read::<Infallible>(&mut |_| {
        records += 1;
        Ok(())
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = exports.total_bytes() as f64 / 1e6;
    println!("{records} records, {megabytes:.1} MB in {seconds:.2} s: {:.0} MB/s", megabytes / seconds);
    Ok(())
}
