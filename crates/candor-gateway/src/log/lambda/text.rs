//! The text format.

use candor_contract::json::Json;

use super::{Event, Line, Raised, Report, Runtime, Status};

const TRACEBACK: &str = "Traceback (most recent call last):";

pub(super) fn write(line: &Line) -> String {
    let time = line.time.as_deref().unwrap_or_default();
    match &line.event {
        Event::InitStart { runtime_version, runtime_arn } => {
            format!("INIT_START Runtime Version: {runtime_version}\tRuntime Version ARN: {runtime_arn}")
        }
        Event::InitReport { duration, phase, status, error_type } => {
            let mut out = format!("INIT_REPORT Init Duration: {duration} ms\tPhase: {phase}");
            write_status(Some(*status), error_type.as_deref(), &mut out);
            out
        }
        Event::Start { request_id, version } => format!("START RequestId: {request_id} Version: {version}"),
        Event::End { request_id, .. } => format!("END RequestId: {request_id}"),
        Event::Report(report) => write_report(report),
        Event::TimedOut { request_id, seconds } => {
            format!("{time} {request_id} Task timed out after {seconds} seconds")
        }
        Event::Died { request_id, error, error_type } => {
            format!("RequestId: {request_id} Error: {error}\n{error_type}")
        }
        Event::Raised(raised) => match raised.runtime {
            Runtime::Python => write_python(raised),
            Runtime::Node => {
                let error = Json::object([
                    ("errorType", Json::string(raised.error_type.as_str())),
                    ("errorMessage", Json::string(raised.message.as_str())),
                    ("stack", Json::Array(raised.stack.iter().map(|l| Json::string(l.as_str())).collect())),
                ]);
                let id = raised.request_id.as_deref().unwrap_or("undefined");
                format!("{time}\t{id}\tERROR\tInvoke Error \t{}", error.write())
            }
        },
        Event::Logged { runtime: Runtime::Python, level, request_id, message } => {
            format!("[{level}]\t{time}\t{request_id}\t{message}")
        }
        Event::Logged { runtime: Runtime::Node, level, request_id, message } => {
            let id = if request_id.is_empty() { "undefined" } else { request_id };
            format!("{time}\t{id}\t{level}\t{message}")
        }
        Event::Traced { trace_id, segment_id, sampled } => {
            format!("XRAY TraceId: {trace_id}\tSegmentId: {segment_id}\tSampled: {sampled}")
        }
        Event::Other(text) => text.clone(),
    }
}

/// How the text format tells of an end that was none: nothing of a success.
fn write_status(status: Option<Status>, error_type: Option<&str>, out: &mut String) {
    let word = match status {
        None | Some(Status::Success) => return,
        Some(Status::Timeout) => "timeout",
        Some(Status::Error | Status::Failure) => "error",
    };
    out.push_str("\tStatus: ");
    out.push_str(word);
    if let Some(error_type) = error_type {
        out.push_str("\tError Type: ");
        out.push_str(error_type);
    }
}

fn write_report(report: &Report) -> String {
    let Report { request_id, duration, billed, memory_size, memory_used, .. } = report;
    let mut out = format!(
        "REPORT RequestId: {request_id}\tDuration: {duration} ms\tBilled Duration: {billed} ms\tMemory Size: {memory_size} MB\t\
         Max Memory Used: {memory_used} MB"
    );
    for (name, value) in
        [("Init Duration", &report.init_duration), ("Restore Duration", &report.restore_duration)]
    {
        if let Some(value) = value {
            out.push_str(&format!("\t{name}: {value} ms"));
        }
    }
    write_status(report.status, report.error_type.as_deref(), &mut out);
    // Each field of a report ends with a tab.
    out.push('\t');
    out
}

/// As Python's runtime writes it: one event, blanks at the start of the traceback's lines are no-break spaces.
fn write_python(raised: &Raised) -> String {
    let mut out = String::from("[ERROR]");
    if !raised.error_type.is_empty() {
        out.push(' ');
        out.push_str(&raised.error_type);
    }
    if !raised.message.is_empty() {
        if !raised.error_type.is_empty() {
            out.push(':');
        }
        out.push(' ');
        out.push_str(&raised.message);
    }
    out.push('\n');
    out.push_str(TRACEBACK);
    for line in &raised.stack {
        let text = line.trim_start_matches(' ');
        out.push('\n');
        out.extend(std::iter::repeat_n('\u{a0}', line.len() - text.len()));
        out.push_str(text);
    }
    out
}

pub(super) fn read(line: &str) -> Option<Line> {
    let event = |event: Event| Some(Line::new(None, event));
    if let Some(rest) = line.strip_prefix("INIT_START Runtime Version: ") {
        let (version, arn) = rest.split_once("\tRuntime Version ARN: ")?;
        let (runtime_version, runtime_arn) = (version.to_string(), arn.to_string());
        return event(Event::InitStart { runtime_version, runtime_arn });
    }
    if let Some(rest) = line.strip_prefix("INIT_REPORT ") {
        let fields = Tabbed(rest);
        let (status, error_type) = fields.status();
        return event(Event::InitReport {
            duration: fields.number("Init Duration", " ms")?,
            phase: fields.get("Phase")?.to_string(),
            status: status.unwrap_or(Status::Success),
            error_type,
        });
    }
    if let Some(rest) = line.strip_prefix("START RequestId: ") {
        let (id, version) = rest.split_once(" Version: ")?;
        return event(Event::Start { request_id: id.to_string(), version: version.trim_end().to_string() });
    }
    if let Some(id) = line.strip_prefix("END RequestId: ") {
        let request_id = one_word(id.trim_end())?.to_string();
        return event(Event::End { request_id, status: None, error_type: None });
    }
    if let Some(rest) = line.strip_prefix("REPORT ") {
        // With tracing the report's event has a second line.
        let fields = Tabbed(rest.split('\n').next().unwrap_or_default());
        let (status, error_type) = fields.status();
        return event(Event::Report(Report {
            request_id: fields.get("RequestId")?.to_string(),
            duration: fields.number("Duration", " ms")?,
            billed: fields.number("Billed Duration", " ms")?,
            memory_size: fields.number("Memory Size", " MB")?,
            memory_used: fields.number("Max Memory Used", " MB")?,
            init_duration: fields.number("Init Duration", " ms"),
            restore_duration: fields.number("Restore Duration", " ms"),
            status,
            error_type,
        }));
    }
    if let Some(rest) = line.strip_prefix("XRAY ") {
        let fields = Tabbed(rest);
        return event(Event::Traced {
            trace_id: fields.get("TraceId")?.to_string(),
            segment_id: fields.get("SegmentId")?.to_string(),
            sampled: fields.get("Sampled")?.trim_end() == "true",
        });
    }
    if let Some(rest) = line.strip_prefix("RequestId: ") {
        let (id, rest) = rest.split_once(" Error: ")?;
        let (error, error_type) = rest.split_once('\n')?;
        return event(Event::Died {
            request_id: one_word(id)?.to_string(),
            error: error.to_string(),
            error_type: error_type.trim_end().to_string(),
        });
    }
    if let Some(rest) = line.strip_prefix("[ERROR]").filter(|rest| !rest.starts_with('\t')) {
        return event(Event::Raised(read_python(rest)?));
    }
    read_timed(line)
}

/// The lines that begin with a time, or hold one behind a level.
fn read_timed(line: &str) -> Option<Line> {
    if let Some(rest) = line.strip_prefix('[') {
        let (level, rest) = rest.split_once("]\t")?;
        let (time, id, message) = tabbed(rest)?;
        let runtime = Runtime::Python;
        let (level, request_id, message) =
            (one_word(level)?.to_string(), id.to_string(), message.to_string());
        return Some(Line::new(
            Some(time.to_string()),
            Event::Logged { runtime, level, request_id, message },
        ));
    }
    if let Some((time, id, rest)) = tabbed(line) {
        let (level, message) = rest.split_once('\t')?;
        if !level.bytes().all(|b| b.is_ascii_uppercase()) || level.is_empty() {
            return None;
        }
        let request_id = if id == "undefined" { String::new() } else { id.to_string() };
        let event = match message.strip_prefix("Invoke Error \t").and_then(read_node) {
            Some(raised) if level == "ERROR" => {
                Event::Raised(Raised { request_id: (id != "undefined").then_some(request_id), ..raised })
            }
            Some(_) | None => {
                let (level, message) = (level.to_string(), message.to_string());
                Event::Logged { runtime: Runtime::Node, level, request_id, message }
            }
        };
        return Some(Line::new(Some(time.to_string()), event));
    }
    let (time, rest) = line.split_once(' ')?;
    let (id, rest) = rest.split_once(" Task timed out after ")?;
    let seconds = rest.strip_suffix(" seconds")?;
    let event =
        Event::TimedOut { request_id: one_word(id)?.to_string(), seconds: one_word(seconds)?.to_string() };
    (time.is_empty() || is_time(time)).then(|| Line::new((!time.is_empty()).then(|| time.to_string()), event))
}

/// `<time>\t<id>\t<rest>`
fn tabbed(text: &str) -> Option<(&str, &str, &str)> {
    let (time, rest) = text.split_once('\t')?;
    let (id, rest) = rest.split_once('\t')?;
    is_time(time).then_some((time, id, rest)).filter(|_| !id.contains(' '))
}

/// `2026-11-23T14:47:08.123Z`
fn is_time(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19.. => byte.is_ascii_digit() || matches!(byte, b'.' | b'Z' | b'+' | b':'),
        _ => byte.is_ascii_digit(),
    });
    shape && (20..=32).contains(&text.len())
}

/// A text without blanks.
fn one_word(text: &str) -> Option<&str> {
    (!text.is_empty() && !text.contains(char::is_whitespace)).then_some(text)
}

/// `Name: value` between tabs.
struct Tabbed<'t>(&'t str);

impl<'t> Tabbed<'t> {
    fn get(&self, name: &str) -> Option<&'t str> {
        self.0.split('\t').find_map(|field| field.strip_prefix(name)?.strip_prefix(": "))
    }

    fn number(&self, name: &str, unit: &str) -> Option<String> {
        self.get(name)?.trim_end().strip_suffix(unit).map(str::to_string)
    }

    fn status(&self) -> (Option<Status>, Option<String>) {
        let status = self.get("Status").and_then(|word| Status::read(word.trim_end()));
        (status, self.get("Error Type").map(|own| own.trim_end().to_string()))
    }
}

/// What Python's runtime writes behind `[ERROR]`; its lines end with `\n` or, from older runtimes, with `\r`.
fn read_python(rest: &str) -> Option<Raised> {
    let at =
        rest.match_indices(TRACEBACK).map(|(at, _)| at).find(|at| rest[..*at].ends_with(['\n', '\r']))?;
    let head = rest[..at - 1].trim_end_matches(['\n', '\r']).strip_prefix(' ').unwrap_or_default();
    let (error_type, message) = match head.split_once(": ") {
        Some((error_type, message)) if is_type(error_type) => (error_type, message),
        Some(_) => ("", head),
        None if is_type(head) => (head, ""),
        None => ("", head),
    };
    let stack = rest[at + TRACEBACK.len()..].strip_prefix(['\n', '\r']);
    let stack = stack.into_iter().flat_map(|lines| lines.split(['\n', '\r'])).map(|line| {
        let text = line.trim_start_matches('\u{a0}');
        let blanks = (line.len() - text.len()) / '\u{a0}'.len_utf8();
        " ".repeat(blanks) + text
    });
    Some(Raised {
        runtime: Runtime::Python,
        request_id: None,
        error_type: error_type.to_string(),
        message: message.to_string(),
        stack: stack.collect(),
    })
}

/// `Runtime.ImportModuleError`, `KeyError`
fn is_type(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

fn read_node(text: &str) -> Option<Raised> {
    let json = Json::read(text).ok()?;
    super::json::raised(Runtime::Node, &json, "stack")
}
