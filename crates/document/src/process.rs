//! Runs a program on bytes in memory, bounded in time and output.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a run looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// A program to run once.
pub(crate) struct Job<'a> {
    pub(crate) program: &'a OsStr,
    pub(crate) arguments: &'a [String],
    pub(crate) limit: Duration,
    /// Once it is set, the run ends as one that failed.
    pub(crate) stop: Option<&'a AtomicBool>,
}

impl Job<'_> {
    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With success, and this output.
    Whole(Vec<u8>),
    /// It wrote more than it may: this is the beginning.
    Cut(Vec<u8>),
    NotStarted,
    TimedOut,
    Failed,
}

/// Runs a program with `input` on its standard input, and returns at most `most` bytes of its standard output. Its
/// error output is dropped: it could quote what it reads.
pub(crate) fn run(job: &Job<'_>, input: Vec<u8>, most: usize) -> End {
    let deadline = Instant::now() + job.limit;
    let Ok(mut running) = Running::start(job) else { return End::NotStarted };
    let Some(output) = running.converse(input, most) else { return End::NotStarted };
    let mut output = match hear(&output, job, deadline) {
        Ok(output) => output,
        Err(end) => return end,
    };
    if output.len() > most {
        output.truncate(most);
        return End::Cut(output);
    }
    running.wait(job, deadline, output)
}

/// The whole output, once it has come.
fn hear(output: &Receiver<Vec<u8>>, job: &Job<'_>, deadline: Instant) -> Result<Vec<u8>, End> {
    while !job.is_stopped() {
        let left = deadline.saturating_duration_since(Instant::now());
        match output.recv_timeout(left.min(LOOK)) {
            Ok(output) => return Ok(output),
            Err(RecvTimeoutError::Timeout) if left > LOOK => {}
            Err(RecvTimeoutError::Timeout) => return Err(End::TimedOut),
            Err(RecvTimeoutError::Disconnected) => return Err(End::Failed),
        }
    }
    Err(End::Failed)
}

/// A running program. Dropping it kills it and whatever it started.
struct Running {
    child: Child,
    ended: bool,
}

impl Running {
    fn start(job: &Job<'_>) -> std::io::Result<Running> {
        let mut command = Command::new(job.program);
        command.args(job.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that what it started ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Running { child: command.spawn()?, ended: false })
    }

    /// Feeds the program and hears it. Both in threads that end with the pipes, and that nobody waits for longer than
    /// the limit: a program may neither read nor end.
    fn converse(&mut self, input: Vec<u8>, most: usize) -> Option<Receiver<Vec<u8>>> {
        let mut to = self.child.stdin.take()?;
        let from = self.child.stdout.take()?;
        // A program that has seen enough closes its input: that is no fault.
        thread::spawn(move || drop(to.write_all(&input)));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut output = Vec::new();
            if from.take(most as u64 + 1).read_to_end(&mut output).is_ok() {
                // The receiver is gone once the time is up.
                let _ = sender.send(output);
            }
        });
        Some(receiver)
    }

    /// Waits for the exit status of a program that has closed its output.
    fn wait(mut self, job: &Job<'_>, deadline: Instant, output: Vec<u8>) -> End {
        let mut pause = Duration::from_micros(200);
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.ended = true;
                    return if status.success() { End::Whole(output) } else { End::Failed };
                }
                Ok(None) if job.is_stopped() => return End::Failed,
                Ok(None) if Instant::now() < deadline => thread::sleep(pause),
                Ok(None) => return End::TimedOut,
                Err(_) => return End::Failed,
            }
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    #[cfg(unix)]
    fn kill_group(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // It may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn kill_group(&self) {}
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.kill_group();
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, input: &[u8], limit: Duration) -> End {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let job = Job { program: "sh".as_ref(), arguments: &arguments, limit, stop: None };
        run(&job, input.to_vec(), 1000)
    }

    const AMPLE: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(300);

    #[test]
    fn a_program_gets_bytes_and_gives_bytes() {
        assert_eq!(shell("cat", b"a ferry\0", AMPLE), End::Whole(b"a ferry\0".to_vec()));
    }

    #[test]
    fn more_input_than_a_pipe_holds_is_no_deadlock() {
        let input = vec![b'x'; 1 << 20];
        assert_eq!(shell("cat | wc -c | tr -d ' '", &input, AMPLE), End::Whole(b"1048576\n".to_vec()));
        assert_eq!(shell("echo early", &input, AMPLE), End::Whole(b"early\n".to_vec()));
    }

    #[test]
    fn a_program_that_sleeps_is_killed_with_what_it_started() {
        let start = Instant::now();
        assert_eq!(shell("sleep 60", b"", SHORT), End::TimedOut);
        assert_eq!(shell("sleep 60; true", &[0; 1 << 20], SHORT), End::TimedOut);
        assert_eq!(shell("exec >&-; sleep 60; true", b"", SHORT), End::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_program_that_is_to_stop_is_killed_long_before_its_limit() {
        let stop = AtomicBool::new(false);
        let stopped = |script: &str| {
            let arguments = ["-c".to_owned(), script.to_owned()];
            stop.store(false, Ordering::Relaxed);
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(SHORT);
                    stop.store(true, Ordering::Relaxed);
                });
                let job =
                    Job { program: "sh".as_ref(), arguments: &arguments, limit: AMPLE, stop: Some(&stop) };
                run(&job, Vec::new(), 1000)
            })
        };
        let start = Instant::now();
        assert_eq!(stopped("sleep 60; true"), End::Failed);
        assert_eq!(stopped("exec >&-; sleep 60; true"), End::Failed);
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn endless_output_is_cut_and_its_program_killed() {
        let start = Instant::now();
        let End::Cut(output) = shell("yes", b"", AMPLE) else { panic!("it was not cut") };
        assert_eq!(output.len(), 1000);
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failure_is_told_from_a_program_that_is_missing() {
        assert_eq!(shell("echo partial; exit 3", b"", AMPLE), End::Failed);
        let job = Job { program: "/no/such/program".as_ref(), arguments: &[], limit: AMPLE, stop: None };
        assert_eq!(run(&job, Vec::new(), 10), End::NotStarted);
    }
}
