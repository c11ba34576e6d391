//! For whoever waits at a terminal: what takes so long. Short work says nothing, and what is no terminal never hears of it.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long nobody wonders.
const PATIENCE: Duration = Duration::from_millis(1500);
const STEP: Duration = Duration::from_millis(100);

/// How far the work is. Clones tell of the same work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    files: AtomicUsize,
    doing: Mutex<&'static str>,
    done: AtomicBool,
}

/// What tells of it, until it is dropped.
#[derive(Debug)]
pub(crate) struct Teller {
    progress: Progress,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// One more file has been read.
    pub(crate) fn one_more(&self) {
        self.shared.files.fetch_add(1, Ordering::Relaxed);
    }

    /// What is being done now.
    pub(crate) fn now(&self, doing: &'static str) {
        if let Ok(mut now) = self.shared.doing.lock() {
            *now = doing;
        }
    }

    /// Tells on standard error, where that is a terminal, as long as the teller lives.
    pub(crate) fn tell(&self) -> Teller {
        let progress = self.clone();
        let work = move || {
            let start = Instant::now();
            let mut shown = false;
            while !progress.shared.done.load(Ordering::Acquire) {
                std::thread::park_timeout(STEP);
                if start.elapsed() >= PATIENCE && !progress.shared.done.load(Ordering::Acquire) {
                    shown = true;
                    let _ = write!(io::stderr(), "\r\x1b[K{}", progress.line(start.elapsed()));
                }
            }
            if shown {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        };
        // Without a thread nobody is told, and nothing else is lost.
        let thread =
            io::stderr().is_terminal().then(|| std::thread::Builder::new().spawn(work).ok()).flatten();
        Teller { progress: self.clone(), thread }
    }

    fn line(&self, since: Duration) -> String {
        let doing = self.shared.doing.lock().map_or("", |doing| *doing);
        let files = self.shared.files.load(Ordering::Relaxed);
        format!("{doing}: {files} files, {} s", since.as_secs())
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.progress.shared.done.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It prints nothing any more once this returns.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_how_much_and_how_long() {
        let progress = Progress::default();
        progress.now("reading templates");
        progress.one_more();
        progress.clone().one_more();
        assert_eq!(progress.line(Duration::from_millis(2_900)), "reading templates: 2 files, 2 s");
    }

    #[test]
    fn where_nobody_watches_there_is_no_thread() {
        // Tests are run with their output caught, or they are watched: then it ends with the teller.
        drop(Progress::default().tell());
    }
}
