//! Progress bars, on a terminal only, and Ctrl-C.

use std::{
    io::IsTerminal,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use blackbox_seal::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

/// Watches sealing.
pub struct Bar {
    bar: Mutex<ProgressBar>,
    cancelled: Arc<AtomicBool>,
}

impl Bar {
    /// A bar on stderr if it is a terminal; Ctrl-C and the signals to end set `cancelled`, which stops the work cleanly.
    pub fn new(cancelled: Arc<AtomicBool>) -> Bar {
        let flag = cancelled.clone();
        // Without a handler they kill the process: the deposit is then left unlogged, and counts for nothing.
        let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
        Bar { bar: Mutex::new(ProgressBar::hidden()), cancelled }
    }
}

/// A bar for work of a known number of steps, on a terminal only.
pub fn bar(total: Option<u64>, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    };
    let style = match total {
        Some(_) => "{msg:>9} {bar:40} {human_pos}/{human_len} {per_sec}",
        None => "{msg:>9} {spinner} {human_pos} {per_sec}",
    };
    bar.set_style(ProgressStyle::with_template(style).expect("the template is right"));
    bar.set_message(what);
    bar
}

impl Progress for Bar {
    fn stage(&self, stage: Stage, total: Option<u64>) {
        let what = match stage {
            Stage::Counting => "counting",
            Stage::Capping => "weighing",
            Stage::Sealing => "sealing",
        };
        let mut held = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        held.finish_and_clear();
        *held = bar(total, what);
    }

    fn advance(&self, messages: u64) {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).inc(messages);
    }

    fn cancelled(&self) -> &AtomicBool {
        &self.cancelled
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).finish_and_clear();
    }
}
