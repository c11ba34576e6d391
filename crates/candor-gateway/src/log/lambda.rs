//! Lambda's own lines about an invocation, in the text and the JSON format, and the runtime's line about an exception that
//! nobody caught.
//!
//! Sources: Lambda guide, "Working with Lambda function logs" and "Configuring JSON and plain text log formats"; Telemetry API
//! reference (the JSON events); the runtime interface client of Python, which is public, for that runtime's lines; the rest is
//! seen in public logs and marked so. Times of day that nobody knows are left out, numbers are kept as they are spelled.
//!
//! [`Line::read`] takes any text: what is none of these is [`Event::Other`].

mod json;
mod text;
mod write;

pub use write::{Ran, of};

/// How a function's log is written (`LoggingConfig.LogFormat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `Text`, the default.
    Text,
    /// `JSON`
    Json,
}

/// One event of a function's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in the line's own words: ISO 8601. Most lines of the text format do not say.
    pub time: Option<String>,
    /// What it says.
    pub event: Event,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A sandbox starts.
    InitStart {
        /// `python:3.12.v28`
        runtime_version: String,
        /// Its ARN.
        runtime_arn: String,
    },
    /// A sandbox has started, or failed to (seen; in the text format it is written for failures and slow starts).
    InitReport {
        /// Milliseconds.
        duration: String,
        /// `init`, or `invoke` for the second attempt.
        phase: String,
        /// How it ended.
        status: Status,
        /// `Runtime.ImportModuleError`
        error_type: Option<String>,
    },
    /// An invocation starts.
    Start {
        /// Lambda's request id.
        request_id: String,
        /// `$LATEST`
        version: String,
    },
    /// An invocation has ended: `END`, or `platform.runtimeDone`.
    End {
        /// Lambda's request id.
        request_id: String,
        /// How; the text format does not say.
        status: Option<Status>,
        /// `Runtime.ExitError`
        error_type: Option<String>,
    },
    /// What an invocation took.
    Report(Report),
    /// Lambda stopped the function at its timeout (text format; in JSON the report says so).
    TimedOut {
        /// Lambda's request id.
        request_id: String,
        /// `3.00`
        seconds: String,
    },
    /// The runtime process ended before the function answered (seen, in both formats alike).
    Died {
        /// Lambda's request id.
        request_id: String,
        /// `Runtime exited with error: exit status 1`
        error: String,
        /// `Runtime.ExitError`
        error_type: String,
    },
    /// An exception that nobody caught.
    Raised(Raised),
    /// A line of the function's own, through the runtime's logger.
    Logged {
        /// Whose logger.
        runtime: Runtime,
        /// `ERROR`: by itself no failure, the function may go on.
        level: String,
        /// Lambda's request id; empty outside an invocation.
        request_id: String,
        /// What it says.
        message: String,
    },
    /// The second line of a report, with tracing (seen).
    Traced {
        /// `1-5e6722a7-…`
        trace_id: String,
        /// The segment.
        segment_id: String,
        /// Whether it was sampled.
        sampled: bool,
    },
    /// Anything else: mostly what the function prints.
    Other(String),
}

/// The numbers of an invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lambda's request id.
    pub request_id: String,
    /// Milliseconds: `11.64`.
    pub duration: String,
    /// Milliseconds.
    pub billed: String,
    /// Megabytes.
    pub memory_size: String,
    /// Megabytes.
    pub memory_used: String,
    /// Milliseconds; of the first invocation of a sandbox.
    pub init_duration: Option<String>,
    /// Milliseconds; of the first invocation behind a snapshot.
    pub restore_duration: Option<String>,
    /// How it ended. The text format has no word for a success, nor for an exception that the runtime reported.
    pub status: Option<Status>,
    /// `Runtime.ExitError`
    pub error_type: Option<String>,
}

/// How an invocation ended. Which of [`Status::Error`] and [`Status::Failure`] means what is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The function answered.
    Success,
    /// The runtime reported an error.
    Error,
    /// Lambda stopped the function.
    Timeout,
    /// The sandbox died. The text format says `error`.
    Failure,
}

impl Status {
    const ALL: [(&'static str, Status); 4] = [
        ("success", Status::Success),
        ("error", Status::Error),
        ("timeout", Status::Timeout),
        ("failure", Status::Failure),
    ];

    /// AWS's word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Error => "error",
            Status::Timeout => "timeout",
            Status::Failure => "failure",
        }
    }

    fn read(word: &str) -> Option<Status> {
        Status::ALL.iter().find(|(own, _)| *own == word).map(|(_, status)| *status)
    }
}

/// A runtime whose own lines are known. Others leave exceptions to the code's logger, or to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// `python3.12`
    Python,
    /// `nodejs22.x`
    Node,
}

impl Runtime {
    /// The runtime of this identifier, as a template has it.
    pub fn of(identifier: &str) -> Option<Runtime> {
        if identifier.starts_with("python") {
            Some(Runtime::Python)
        } else if identifier.starts_with("nodejs") {
            Some(Runtime::Node)
        } else {
            None
        }
    }
}

/// An exception that nobody caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// In whose words.
    pub runtime: Runtime,
    /// Lambda's request id; Python's text format does not say.
    pub request_id: Option<String>,
    /// `KeyError`
    pub error_type: String,
    /// What it says.
    pub message: String,
    /// The lines of its traceback.
    pub stack: Vec<String>,
}

impl Line {
    /// A line of this event; `time` where the format has one.
    pub fn new(time: Option<String>, event: Event) -> Line {
        Line { time, event }
    }

    /// The line without its end. An event for which a format has no words is written in the other's.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Text => text::write(self),
            Format::Json => json::write(self).unwrap_or_else(|| text::write(self)),
        }
    }

    /// Reads an event in either format. An exception is one event of several lines.
    pub fn read(line: &str) -> Line {
        let line = line.trim_end_matches(['\n', '\r']);
        json::read(line)
            .or_else(|| text::read(line))
            .unwrap_or_else(|| Line::new(None, Event::Other(line.to_string())))
    }
}
