//! The execution log of a REST API: each step of an exchange as one event.
//!
//! Two logs have the same texts: the one that `test-invoke-method` returns, with times, and the one that CloudWatch gets, with the
//! request id. HTTP APIs and function URLs have none. The texts are those of AWS's guides ("Set up CloudWatch logging for REST
//! APIs", "Test a REST API method using the console") and of recordings (LocalStack's AWS snapshots
//! `TestApigatewayTestInvoke`); those that were only seen in published logs are marked where they are written.
//!
//! [`Line::read`] takes any text, and [`Line::write`] gives it back as it was: what the reader does not know is
//! [`Event::Other`], what it knows only in another spelling, too.

mod walk;

use candor_contract::limits;

use crate::log::time;

pub(crate) use walk::failure;
pub use walk::{cloudwatch, test_invocation};

/// What stands at the end of a text that was cut.
const CUT: &str = " [TRUNCATED]";

/// One event of an execution log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What stands before the text.
    pub prefix: Prefix,
    /// What the text says.
    pub event: Event,
    /// Whether the text was cut: then the last part of the event is incomplete.
    pub cut: bool,
}

/// What stands before the text of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Nothing: the first line of a test invocation, or a text without its surroundings.
    None,
    /// `(c6af9ac6-…) `: the request id, in CloudWatch.
    Request(String),
    /// `Mon Sep 29 19:28:50 UTC 2025 : `, in a test invocation: seconds since 1970-01-01.
    Time(i64),
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first line of a test invocation: the request id.
    Title(String),
    /// The gateway's extended request id.
    ExtendedRequestId(String),
    /// The usage plan is looked up.
    VerifyingUsagePlan {
        /// The gateway's request id.
        request_id: String,
        /// The API key, masked by AWS; empty for none.
        api_key: String,
        /// `a1b2c3d4e5/prod`
        api_stage: String,
    },
    /// No API key is needed: the method and the path of the route.
    NoApiKeyNeeded(String),
    /// The usage plan lets the request pass.
    UsagePlanChecked {
        /// As in [`Event::VerifyingUsagePlan`].
        api_key: String,
        /// As there.
        api_stage: String,
    },
    /// The usage plan does not: what follows `RestApi`.
    KeyThrottled(String),
    /// The execution starts: the request id.
    Starting(String),
    /// Method and path of the request. AWS calls the path the resource's, but it is the request's.
    Method {
        /// `GET`
        method: String,
        /// `/pets/123`
        path: String,
    },
    /// The path parameters.
    RequestPath(Fields),
    /// The query string.
    RequestQuery(Fields),
    /// The request's headers.
    RequestHeaders(Fields),
    /// The request's body.
    RequestBody(String),
    /// A request validator let the request pass: its content type.
    Validated(String),
    /// The URI that is called.
    EndpointUri(String),
    /// The headers of that call.
    EndpointRequestHeaders(Fields),
    /// Its body: the event.
    EndpointRequestBody(String),
    /// The call goes out: the URI again.
    Sending(String),
    /// The answer came.
    Received {
        /// Its status; logs of 2019 do not have it.
        status: Option<u16>,
        /// Milliseconds.
        latency: u64,
    },
    /// The headers of the answer.
    EndpointResponseHeaders(Fields),
    /// The answer: what the function returned, or the error that it raised.
    EndpointResponseBody(String),
    /// The body that the client gets.
    ResponseBody(String),
    /// The headers that the client gets.
    ResponseHeaders(Fields),
    /// The function raised behind a proxy integration.
    FunctionFailed {
        /// What its error says.
        message: String,
        /// Lambda's request id; it may have been cut off, and logs of old lack it.
        request_id: Option<String>,
    },
    /// Lambda refused the invocation.
    InvocationFailed {
        /// With which status.
        status: u16,
        /// Lambda's request id.
        request_id: String,
    },
    /// The gateway cannot go on: why.
    ConfigurationError(String),
    /// The integration took too long.
    TimedOut,
    /// No connection to the endpoint came about.
    NetworkError,
    /// The walk came to its end.
    Succeeded,
    /// What the client got.
    Completed {
        /// The status.
        status: u16,
    },
    /// The request id of what was called, in CloudWatch: Lambda's.
    EndpointRequestId(String),
    /// The X-Ray trace, with tracing.
    TraceId(String),
    /// Anything else.
    Other(String),
}

mod phrase {
    //! What the texts begin with, or are.
    pub(super) const TITLE: &str = "Execution log for request ";
    pub(super) const EXTENDED_REQUEST_ID: &str = "Extended Request Id: ";
    pub(super) const VERIFYING: &str = "Verifying Usage Plan for request: ";
    pub(super) const NO_KEY: &str = "API Key authorized because method '";
    pub(super) const NO_KEY_END: &str =
        "' does not require API Key. Request will not contribute to throttle or quota limits";
    pub(super) const PLAN_CHECKED: &str = "Usage Plan check succeeded for API Key ";
    pub(super) const KEY_THROTTLED: &str = "Key throttle limit exceeded for RestApi ";
    pub(super) const STARTING: &str = "Starting execution for request: ";
    pub(super) const METHOD: &str = "HTTP Method: ";
    pub(super) const REQUEST_PATH: &str = "Method request path: ";
    pub(super) const REQUEST_QUERY: &str = "Method request query string: ";
    pub(super) const REQUEST_HEADERS: &str = "Method request headers: ";
    pub(super) const REQUEST_BODY: &str = "Method request body before transformations: ";
    pub(super) const VALIDATED: &str = "Request validation succeeded for content type ";
    pub(super) const ENDPOINT_URI: &str = "Endpoint request URI: ";
    pub(super) const ENDPOINT_REQUEST_HEADERS: &str = "Endpoint request headers: ";
    pub(super) const ENDPOINT_REQUEST_BODY: &str = "Endpoint request body after transformations: ";
    pub(super) const SENDING: &str = "Sending request to ";
    pub(super) const RECEIVED: &str = "Received response. ";
    pub(super) const ENDPOINT_RESPONSE_HEADERS: &str = "Endpoint response headers: ";
    pub(super) const ENDPOINT_RESPONSE_BODY: &str = "Endpoint response body before transformations: ";
    pub(super) const RESPONSE_BODY: &str = "Method response body after transformations: ";
    pub(super) const RESPONSE_HEADERS: &str = "Method response headers: ";
    pub(super) const FUNCTION_FAILED: &str =
        "Lambda execution failed with status 200 due to customer function error: ";
    pub(super) const FUNCTION_FAILED_ID: &str = ". Lambda request id: ";
    pub(super) const INVOCATION_FAILED: &str = "Lambda invocation failed with status: ";
    pub(super) const CONFIGURATION_ERROR: &str = "Execution failed due to configuration error: ";
    pub(super) const TIMED_OUT: &str = "Execution failed due to a timeout error";
    /// Seen in reports.
    pub(super) const NETWORK_ERROR: &str =
        "Execution failed due to a network error communicating with endpoint";
    pub(super) const SUCCEEDED: &str = "Successfully completed execution";
    pub(super) const COMPLETED: &str = "Method completed with status: ";
    pub(super) const ENDPOINT_REQUEST_ID: &str = "AWS Integration Endpoint RequestId : ";
    pub(super) const TRACE_ID: &str = "X-ray Tracing ID : ";
}

/// What a line of this kind begins with, and the event that it is.
type Kind<T> = (&'static str, fn(T) -> Event);

/// The events that are a phrase and text to the end of the line.
const TEXTS: [Kind<String>; 15] = [
    (phrase::TITLE, Event::Title),
    (phrase::EXTENDED_REQUEST_ID, Event::ExtendedRequestId),
    (phrase::KEY_THROTTLED, Event::KeyThrottled),
    (phrase::STARTING, Event::Starting),
    (phrase::REQUEST_BODY, Event::RequestBody),
    (phrase::VALIDATED, Event::Validated),
    (phrase::ENDPOINT_URI, Event::EndpointUri),
    (phrase::ENDPOINT_REQUEST_BODY, Event::EndpointRequestBody),
    (phrase::SENDING, Event::Sending),
    (phrase::ENDPOINT_RESPONSE_BODY, Event::EndpointResponseBody),
    (phrase::RESPONSE_BODY, Event::ResponseBody),
    (phrase::CONFIGURATION_ERROR, Event::ConfigurationError),
    (phrase::ENDPOINT_REQUEST_ID, Event::EndpointRequestId),
    (phrase::TRACE_ID, Event::TraceId),
    // Everything begins with nothing: the last.
    ("", Event::Other),
];

/// The events that are a phrase and a list in braces.
const LISTS: [Kind<Fields>; 6] = [
    (phrase::REQUEST_PATH, Event::RequestPath),
    (phrase::REQUEST_QUERY, Event::RequestQuery),
    (phrase::REQUEST_HEADERS, Event::RequestHeaders),
    (phrase::ENDPOINT_REQUEST_HEADERS, Event::EndpointRequestHeaders),
    (phrase::ENDPOINT_RESPONSE_HEADERS, Event::EndpointResponseHeaders),
    (phrase::RESPONSE_HEADERS, Event::ResponseHeaders),
];

impl Event {
    /// The text. A list of which the end was cut off has no closing brace.
    fn write(&self, cut: bool) -> String {
        let text = |phrase: &str, text: &str| format!("{phrase}{text}");
        let list = |phrase: &str, list: &Fields| {
            let close = if cut { "" } else { "}" };
            format!("{phrase}{{{}{close}", list.0)
        };
        match self {
            Event::Title(id) => text(phrase::TITLE, id),
            Event::ExtendedRequestId(id) => text(phrase::EXTENDED_REQUEST_ID, id),
            Event::VerifyingUsagePlan { request_id, api_key, api_stage } => {
                format!("{}{request_id}. API Key: {api_key} API Stage: {api_stage}", phrase::VERIFYING)
            }
            Event::NoApiKeyNeeded(method) => format!("{}{method}{}", phrase::NO_KEY, phrase::NO_KEY_END),
            Event::UsagePlanChecked { api_key, api_stage } => {
                format!("{}{api_key} and API Stage {api_stage}", phrase::PLAN_CHECKED)
            }
            Event::KeyThrottled(api) => text(phrase::KEY_THROTTLED, api),
            Event::Starting(id) => text(phrase::STARTING, id),
            Event::Method { method, path } => format!("{}{method}, Resource Path: {path}", phrase::METHOD),
            Event::RequestPath(fields) => list(phrase::REQUEST_PATH, fields),
            Event::RequestQuery(fields) => list(phrase::REQUEST_QUERY, fields),
            Event::RequestHeaders(fields) => list(phrase::REQUEST_HEADERS, fields),
            Event::RequestBody(body) => text(phrase::REQUEST_BODY, body),
            Event::Validated(content_type) => text(phrase::VALIDATED, content_type),
            Event::EndpointUri(uri) => text(phrase::ENDPOINT_URI, uri),
            Event::EndpointRequestHeaders(fields) => list(phrase::ENDPOINT_REQUEST_HEADERS, fields),
            Event::EndpointRequestBody(body) => text(phrase::ENDPOINT_REQUEST_BODY, body),
            Event::Sending(uri) => text(phrase::SENDING, uri),
            Event::Received { status: Some(status), latency } => {
                format!("{}Status: {status}, Integration latency: {latency} ms", phrase::RECEIVED)
            }
            Event::Received { status: None, latency } => {
                format!("{}Integration latency: {latency} ms", phrase::RECEIVED)
            }
            Event::EndpointResponseHeaders(fields) => list(phrase::ENDPOINT_RESPONSE_HEADERS, fields),
            Event::EndpointResponseBody(body) => text(phrase::ENDPOINT_RESPONSE_BODY, body),
            Event::ResponseBody(body) => text(phrase::RESPONSE_BODY, body),
            Event::ResponseHeaders(fields) => list(phrase::RESPONSE_HEADERS, fields),
            Event::FunctionFailed { message, request_id: Some(id) } => {
                format!("{}{message}{}{id}", phrase::FUNCTION_FAILED, phrase::FUNCTION_FAILED_ID)
            }
            Event::FunctionFailed { message, request_id: None } => text(phrase::FUNCTION_FAILED, message),
            Event::InvocationFailed { status, request_id } => {
                format!("{}{status}{}{request_id}", phrase::INVOCATION_FAILED, phrase::FUNCTION_FAILED_ID)
            }
            Event::ConfigurationError(why) => text(phrase::CONFIGURATION_ERROR, why),
            Event::TimedOut => phrase::TIMED_OUT.to_string(),
            Event::NetworkError => phrase::NETWORK_ERROR.to_string(),
            Event::Succeeded => phrase::SUCCEEDED.to_string(),
            Event::Completed { status } => format!("{}{status}", phrase::COMPLETED),
            Event::EndpointRequestId(id) => text(phrase::ENDPOINT_REQUEST_ID, id),
            Event::TraceId(id) => text(phrase::TRACE_ID, id),
            Event::Other(other) => other.clone(),
        }
    }

    /// Reads a text. What would be written in another way is kept as it is.
    fn read(text: &str, cut: bool) -> Event {
        let read = Event::read_parts(text)
            .or_else(|| Event::read_list(text, cut))
            .filter(|event| event.write(cut) == text);
        if let Some(event) = read {
            return event;
        }
        let (phrase, make) = TEXTS
            .iter()
            .find(|(phrase, _)| text.starts_with(phrase))
            .expect("every text begins with nothing, which is the last of the phrases");
        make(text[phrase.len()..].to_string())
    }

    fn read_list(text: &str, cut: bool) -> Option<Event> {
        let (phrase, make) = LISTS.iter().find(|(phrase, _)| text.starts_with(phrase))?;
        let list = text[phrase.len()..].strip_prefix('{')?;
        Some(make(Fields(if cut { list } else { list.strip_suffix('}')? }.to_string())))
    }

    /// The events of several parts.
    fn read_parts(text: &str) -> Option<Event> {
        let own = |text: &str| text.to_string();
        if let Some(rest) = text.strip_prefix(phrase::METHOD) {
            let (method, path) = rest.split_once(", Resource Path: ")?;
            return Some(Event::Method { method: own(method), path: own(path) });
        }
        if let Some(rest) = text.strip_prefix(phrase::VERIFYING) {
            let (request_id, rest) = rest.split_once(". API Key: ")?;
            let (api_key, api_stage) = rest.split_once(" API Stage: ")?;
            return Some(Event::VerifyingUsagePlan {
                request_id: own(request_id),
                api_key: own(api_key),
                api_stage: own(api_stage),
            });
        }
        if let Some(rest) = text.strip_prefix(phrase::NO_KEY) {
            return Some(Event::NoApiKeyNeeded(own(rest.strip_suffix(phrase::NO_KEY_END)?)));
        }
        if let Some(rest) = text.strip_prefix(phrase::PLAN_CHECKED) {
            let (api_key, api_stage) = rest.split_once(" and API Stage ")?;
            return Some(Event::UsagePlanChecked { api_key: own(api_key), api_stage: own(api_stage) });
        }
        if let Some(rest) = text.strip_prefix(phrase::RECEIVED) {
            let (status, latency) = match rest.strip_prefix("Status: ") {
                Some(rest) => {
                    let (status, latency) = rest.split_once(", ")?;
                    (Some(status.parse().ok()?), latency)
                }
                None => (None, rest),
            };
            let latency = latency.strip_prefix("Integration latency: ")?.strip_suffix(" ms")?.parse().ok()?;
            return Some(Event::Received { status, latency });
        }
        if let Some(rest) = text.strip_prefix(phrase::FUNCTION_FAILED) {
            let (message, request_id) = match rest.rsplit_once(phrase::FUNCTION_FAILED_ID) {
                Some((message, id)) => (message, Some(own(id))),
                None => (rest, None),
            };
            return Some(Event::FunctionFailed { message: own(message), request_id });
        }
        if let Some(rest) = text.strip_prefix(phrase::INVOCATION_FAILED) {
            let (status, id) = rest.split_once(phrase::FUNCTION_FAILED_ID)?;
            return Some(Event::InvocationFailed { status: status.parse().ok()?, request_id: own(id) });
        }
        if let Some(status) = text.strip_prefix(phrase::COMPLETED) {
            return Some(Event::Completed { status: status.parse().ok()? });
        }
        match text {
            phrase::TIMED_OUT => Some(Event::TimedOut),
            phrase::NETWORK_ERROR => Some(Event::NetworkError),
            phrase::SUCCEEDED => Some(Event::Succeeded),
            _ => None,
        }
    }

    /// Which level writes it.
    pub fn level(&self) -> Level {
        match self {
            Event::FunctionFailed { .. }
            | Event::InvocationFailed { .. }
            | Event::ConfigurationError(_)
            | Event::KeyThrottled(_)
            | Event::TimedOut
            | Event::NetworkError => Level::Error,
            Event::Completed { status } if *status >= 500 => Level::Error,
            Event::Title(_)
            | Event::ExtendedRequestId(_)
            | Event::VerifyingUsagePlan { .. }
            | Event::NoApiKeyNeeded(_)
            | Event::UsagePlanChecked { .. }
            | Event::Starting(_)
            | Event::Method { .. }
            | Event::Validated(_)
            | Event::Sending(_)
            | Event::Received { .. }
            | Event::Succeeded
            | Event::Completed { .. }
            | Event::EndpointRequestId(_)
            | Event::TraceId(_)
            | Event::Other(_) => Level::Info,
            Event::RequestPath(_)
            | Event::RequestQuery(_)
            | Event::RequestHeaders(_)
            | Event::RequestBody(_)
            | Event::EndpointUri(_)
            | Event::EndpointRequestHeaders(_)
            | Event::EndpointRequestBody(_)
            | Event::EndpointResponseHeaders(_)
            | Event::EndpointResponseBody(_)
            | Event::ResponseBody(_)
            | Event::ResponseHeaders(_) => Level::DataTrace,
        }
    }
}

/// What a stage must be set to for an event to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `ERROR`: what fails. A last line with a status below 500 is none of it (seen in published logs).
    Error,
    /// `INFO`: the walk. Which events need data tracing besides is documented for headers and bodies; that method and status of
    /// the call do not and parameters do is believed, nobody here has seen a log without data tracing.
    Info,
    /// `INFO` and data tracing ("Full request and response logs"): what passes through.
    DataTrace,
}

/// The list of a line: `{a=1, b=2}` without its braces. AWS quotes nothing, so a value that holds `, x=` looks like two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(String);

impl Fields {
    /// The list of these names and values.
    pub fn of<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Fields {
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(name.as_ref());
            text.push('=');
            text.push_str(value.as_ref());
        }
        Fields(text)
    }

    /// Names and values, in order. A comma belongs to the value before it unless a name and `=` follow.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((name, after)) = rest.split_once('=') {
            let end = after
                .match_indices(", ")
                .map(|(at, _)| at)
                .find(|at| begins_with_name(&after[at + 2..]))
                .unwrap_or(after.len());
            pairs.push((name, &after[..end]));
            rest = after.get(end + 2..).unwrap_or_default();
        }
        pairs
    }

    /// The value of the first field of this name, casing ignored.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs().into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Whether the text begins with a name and `=`: of a header or a parameter, without the signs that stand in values.
fn begins_with_name(text: &str) -> bool {
    let end =
        text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.' | '[' | ']' | '$'));
    end.is_some_and(|end| end > 0 && text[end..].starts_with('='))
}

impl Line {
    /// A line as AWS would write it.
    pub fn new(prefix: Prefix, event: Event) -> Line {
        Line { prefix, event, cut: false }
    }

    /// The line without its end. A text above the limit is cut and says so; the limit counts bytes, and no character is
    /// halved (that AWS does not halve one either is taken for granted).
    pub fn write(&self) -> String {
        let mut text = self.event.write(self.cut);
        let limit = limits::EXECUTION_LOG_EVENT.bytes as usize;
        if self.cut || text.len() > limit {
            let mut end = text.len().min(limit);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push_str(CUT);
        }
        match &self.prefix {
            Prefix::None => text,
            Prefix::Request(id) => format!("({id}) {text}"),
            Prefix::Time(seconds) => format!("{} : {text}", time::test_invocation(*seconds)),
        }
    }

    /// Reads a line, of which a text with line breaks may have become several.
    pub fn read(line: &str) -> Line {
        let (prefix, text) = read_prefix(line);
        match text.strip_suffix(CUT) {
            Some(text) => Line { prefix, event: Event::read(text, true), cut: true },
            None => Line { prefix, event: Event::read(text, false), cut: false },
        }
    }
}

/// The longest id that a prefix is believed: AWS's have 36 characters, clients can give others.
const LONGEST_ID: usize = 128;

fn read_prefix(line: &str) -> (Prefix, &str) {
    if let Some((seconds, rest)) = time::read_test_invocation(line)
        && let Some(text) = rest.strip_prefix(" : ")
    {
        return (Prefix::Time(seconds), text);
    }
    let id = line.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    match id.filter(|(id, _)| id.len() <= LONGEST_ID && !id.contains(['(', ')', ' ', '\n'])) {
        Some((id, text)) => (Prefix::Request(id.to_string()), text),
        None => (Prefix::None, line),
    }
}

/// Reads the text of a test invocation, or a file of CloudWatch lines: a line without a prefix goes on with the text before it.
pub fn read(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(phrase::TITLE) || read_prefix(line).0 != Prefix::None;
        if begins && at > start {
            lines.push(Line::read(text[start..at].trim_end_matches('\n')));
            start = at;
        }
        at += line.len();
    }
    if at > start {
        lines.push(Line::read(text[start..at].trim_end_matches('\n')));
    }
    lines
}
