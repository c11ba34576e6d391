//! The lines of one invocation, from what the function did.

use candor_contract::json::Json;
use candor_contract::limits;
use candor_contract::outcome::{FunctionError, Outcome};

use super::{Event, Format, Line, Raised, Report, Runtime, Status};
use crate::exchange::Exchange;
use crate::log::{secrets, time};
use crate::signals::UNKNOWN;

/// What is known of an invocation besides its outcome. Where nobody knows something, any text may stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Lambda's request id.
    pub request_id: String,
    /// When it started: ISO 8601.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// How long it took, in milliseconds; a timeout says so itself.
    pub duration: String,
    /// What is billed of that, in milliseconds.
    pub billed: String,
    /// Megabytes.
    pub memory_size: String,
    /// Megabytes.
    pub memory_used: String,
    /// In whose words an exception is written; `None`: not at all.
    pub runtime: Option<Runtime>,
}

impl Ran {
    /// What the exchange knows of its invocation. The memory is Lambda's default, what was used of it nobody knows.
    pub fn of(exchange: &Exchange<'_>, runtime: Option<Runtime>) -> Ran {
        let ambient = exchange.received.ambient;
        let took = match &exchange.outcome {
            Some(Outcome::TimedOut { after, .. }) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Some(_) | None => ambient.integration_latency_ms,
        };
        Ran {
            request_id: ambient.lambda_request_id.clone(),
            started: Some(time::iso(ambient.time_epoch_ms)),
            ended: Some(time::iso(ambient.time_epoch_ms.saturating_add(took))),
            duration: format!("{took}.00"),
            billed: took.to_string(),
            memory_size: limits::LAMBDA_MEMORY_DEFAULT_MB.to_string(),
            memory_used: UNKNOWN.to_string(),
            runtime,
        }
    }
}

/// What Lambda and the runtime write about an invocation; nothing for one that never was. What the function prints is not
/// among it, nor is the start of the sandbox. Secrets in an exception's message are masked.
///
/// In the JSON format a timeout has no line of its own, its report says so. Whether Lambda writes a line about an answer that is
/// too large nobody here has seen.
pub fn of(outcome: &Outcome, ran: &Ran, format: Format) -> Vec<Line> {
    let id = || ran.request_id.clone();
    let (mut duration, mut billed) = (ran.duration.clone(), ran.billed.clone());
    let (said, status, error_type) = match outcome {
        Outcome::Throttled | Outcome::NotInvocable => return Vec::new(),
        Outcome::Returned(_) | Outcome::ReturnedLate(_) => (None, Status::Success, None),
        // A report says nothing of an exception in the text format (never seen with one); in JSON it has a status.
        Outcome::Raised(error) => (raised(error, ran), Status::Error, None),
        // Which lines an error in the middle of a stream leaves nobody here has seen; that it is a function error is documented.
        Outcome::StreamBroken(_) => (None, Status::Error, None),
        Outcome::TooLarge(_) => (None, Status::Error, Some("Function.ResponseSizeTooLarge".to_string())),
        Outcome::InitFailed(error) => {
            let error_type = member(error, "errorType");
            (raised(error, ran), Status::Error, error_type)
        }
        Outcome::TimedOut { after, .. } => {
            let seconds = format!("{}.{:02}", after.as_secs(), after.subsec_millis() / 10);
            let millis = after.as_millis();
            (duration, billed) = (format!("{millis}.00"), millis.to_string());
            (Some(Event::TimedOut { request_id: id(), seconds }), Status::Timeout, None)
        }
        Outcome::Exited => {
            (Some(died(ran, "exit status 1")), Status::Failure, Some("Runtime.ExitError".to_string()))
        }
        Outcome::OutOfMemory => {
            (Some(died(ran, "signal: killed")), Status::Failure, Some("Runtime.OutOfMemory".to_string()))
        }
    };
    let failed = status != Status::Success;
    let (in_report, report_type) = match (format, outcome) {
        (Format::Text, Outcome::Raised(_) | Outcome::TooLarge(_) | Outcome::StreamBroken(_)) => (None, None),
        (Format::Text, _) => (failed.then_some(status), error_type.clone()),
        (Format::Json, _) => (Some(status), error_type.clone()),
    };
    let start = Event::Start { request_id: id(), version: "$LATEST".to_string() };
    let mut lines = vec![Line::new(ran.started.clone(), start)];
    let mut push = |event| lines.push(Line::new(ran.ended.clone(), event));
    match said {
        Some(Event::TimedOut { .. }) if format == Format::Json => {}
        Some(event) => push(event),
        None => {}
    }
    push(match format {
        Format::Text => Event::End { request_id: id(), status: None, error_type: None },
        Format::Json => Event::End { request_id: id(), status: Some(status), error_type },
    });
    let memory_used = match outcome {
        Outcome::OutOfMemory => ran.memory_size.clone(),
        _ => ran.memory_used.clone(),
    };
    push(Event::Report(Report {
        request_id: id(),
        duration,
        billed,
        memory_size: ran.memory_size.clone(),
        memory_used,
        init_duration: None,
        restore_duration: None,
        status: in_report,
        error_type: report_type,
    }));
    lines
}

fn died(ran: &Ran, how: &str) -> Event {
    let error = format!("Runtime exited with error: {how}");
    Event::Died { request_id: ran.request_id.clone(), error, error_type: "Runtime.ExitError".to_string() }
}

/// A text member of an error's payload, where it is known.
fn member(error: &FunctionError, key: &str) -> Option<String> {
    let known = !error.payload.hides(&format!("/{key}"));
    let member = error.payload.json()?.get(key).filter(|_| known)?.as_str()?;
    Some(member.to_string())
}

/// The exception in the runtime's words.
fn raised(error: &FunctionError, ran: &Ran) -> Option<Event> {
    let stack =
        match error.payload.json().and_then(|json| json.get("stackTrace").or_else(|| json.get("trace"))) {
            Some(Json::Array(frames)) => frames
                .iter()
                .filter_map(Json::as_str)
                .flat_map(|frame| frame.trim_end_matches('\n').split('\n'))
                .filter(|line| !line.is_empty())
                .map(str::to_string)
                .collect(),
            Some(_) | None => Vec::new(),
        };
    let message = member(error, "errorMessage").unwrap_or_default();
    Some(Event::Raised(Raised {
        runtime: ran.runtime?,
        request_id: Some(ran.request_id.clone()),
        error_type: member(error, "errorType").unwrap_or_default(),
        message: secrets::hide(&message).into_owned(),
        stack,
    }))
}
