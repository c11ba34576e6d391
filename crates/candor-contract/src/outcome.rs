//! What a function did with one invocation, and the words in which Lambda says so.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::json::Json;
use crate::limits;

/// What the function did with one invocation. Closed: a new way to fail must be judged before it compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It answered in time, with this.
    Returned(Payload),
    /// It answered with this, after the gateway had stopped waiting.
    ReturnedLate(Payload),
    /// It raised: a function error with Lambda's error payload.
    Raised(FunctionError),
    /// It ran this long and Lambda stopped it at its own timeout.
    TimedOut {
        /// The function's timeout.
        after: Duration,
        /// Which of Lambda's two texts says so.
        wording: TimeoutWording,
    },
    /// The runtime process ended.
    Exited,
    /// The runtime process was killed for want of memory.
    OutOfMemory,
    /// It never came up: the module could not be imported, the handler was not found.
    InitFailed(FunctionError),
    /// Lambda refused the invocation with 429.
    Throttled,
    /// The gateway may not invoke the function.
    NotInvocable,
    /// Its answer had this many bytes, more than Lambda or the gateway passes on.
    TooLarge(u64),
    /// It failed in the middle of a streamed answer: this much had left, the status first.
    StreamBroken(Payload),
}

/// Lambda says "timed out" in two ways; patterns must match both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutWording {
    /// `RequestId: <uuid> Error: Task timed out after 3.00 seconds`, recorded November 2025
    /// (LocalStack's snapshots of `test_lambda.py`).
    Current,
    /// `<ISO date> <uuid> Task timed out after 3.00 seconds`, recorded April 2024 (same tests).
    Former,
}

impl Outcome {
    /// The public name: `raised`, `timed-out`, …
    pub fn slug(&self) -> &'static str {
        match self {
            Outcome::Returned(_) => "returned",
            Outcome::ReturnedLate(_) => "returned-late",
            Outcome::Raised(_) => "raised",
            Outcome::TimedOut { .. } => "timed-out",
            Outcome::Exited => "exited",
            Outcome::OutOfMemory => "out-of-memory",
            Outcome::InitFailed(_) => "init-failed",
            Outcome::Throttled => "throttled",
            Outcome::NotInvocable => "not-invocable",
            Outcome::TooLarge(_) => "response-too-large",
            Outcome::StreamBroken(_) => "stream-broken",
        }
    }

    /// Whether its answer was too large for the gateway alone: for Lambda it was a success. Load balancers take less than Lambda gives.
    pub fn is_too_large_for_gateway(&self) -> bool {
        matches!(self, Outcome::TooLarge(bytes) if *bytes <= limits::LAMBDA_RESPONSE.bytes)
    }

    /// The error payload that Lambda hands to the caller for a failed invocation; `None` where the function answered or
    /// was never invoked.
    ///
    /// The texts are recorded (LocalStack's AWS snapshots: `test_lambda_runtime_exit`, `test_lambda_handler_exit`,
    /// `test_lambda_timeout_logs`); that out of memory reads `signal: killed` is reported from the field.
    pub fn error_payload(&self, request_id: &str) -> Option<Payload> {
        let error = |message: String, kind: Option<&str>| {
            let mut members = vec![("errorMessage".to_string(), Json::String(message))];
            if let Some(kind) = kind {
                members.insert(0, ("errorType".to_string(), Json::string(kind)));
            }
            Some(Payload::known(Json::Object(members).write()))
        };
        match self {
            Outcome::Returned(_)
            | Outcome::ReturnedLate(_)
            | Outcome::StreamBroken(_)
            | Outcome::Throttled
            | Outcome::NotInvocable => None,
            Outcome::Raised(e) | Outcome::InitFailed(e) => Some(e.payload.clone()),
            Outcome::TimedOut { after, wording } => {
                let seconds = format!("{}.{:02}", after.as_secs(), after.subsec_millis() / 10);
                match wording {
                    TimeoutWording::Current => error(
                        format!("RequestId: {request_id} Error: Task timed out after {seconds} seconds"),
                        Some("Sandbox.Timedout"),
                    ),
                    TimeoutWording::Former => error(
                        format!(
                            "2024-04-10T08:05:11.000Z {request_id} Task timed out after {seconds} seconds"
                        ),
                        None,
                    ),
                }
            }
            Outcome::Exited => error(
                format!("RequestId: {request_id} Error: Runtime exited with error: exit status 1"),
                Some("Runtime.ExitError"),
            ),
            Outcome::OutOfMemory => error(
                format!("RequestId: {request_id} Error: Runtime exited with error: signal: killed"),
                Some("Runtime.ExitError"),
            ),
            Outcome::TooLarge(_) if self.is_too_large_for_gateway() => None,
            Outcome::TooLarge(bytes) => error(
                format!(
                    "Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({} bytes).",
                    limits::LAMBDA_RESPONSE.bytes
                ),
                Some("Function.ResponseSizeTooLarge"),
            ),
        }
    }
}

/// A function error: what the runtime told Lambda about an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The payload as the runtime sent it: `errorMessage`, `errorType`, `stackTrace`, …
    pub payload: Payload,
}

impl FunctionError {
    /// The message, if the payload has one.
    pub fn message(&self) -> Option<&str> {
        self.payload.json()?.get("errorMessage")?.as_str()
    }

    /// The payload that Python's runtime sends for an exception (recorded: `test_lambda_handler_error`).
    pub fn python(error_type: &str, message: &str, request_id: &str, frame: &str) -> FunctionError {
        let payload = Json::object([
            ("errorMessage", Json::string(message)),
            ("errorType", Json::string(error_type)),
            ("requestId", Json::string(request_id)),
            ("stackTrace", Json::Array(vec![Json::string(frame)])),
        ]);
        FunctionError { payload: Payload::known(payload.write()) }
    }
}

/// Bytes, and which parts of them nobody knows: a handler's source may show the status and hide the body.
///
/// A step that reads an unknown part ends undecided; one that does not is as certain as with real bytes. Cloning is cheap: a
/// drill hands the same payload to route after route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload(Arc<Inside>);

#[derive(Clone, Debug)]
struct Inside {
    bytes: Vec<u8>,
    /// JSON pointers (RFC 6901) into the document; `""` is the whole of it.
    unknown: Vec<String>,
    /// Those of `unknown` at which the placeholder is of the right kind.
    kinds: Vec<String>,
    /// The bytes as JSON, read when first asked for.
    json: OnceLock<Option<Json>>,
}

/// What was read of the bytes so far makes no difference.
impl PartialEq for Inside {
    fn eq(&self, other: &Inside) -> bool {
        (&self.bytes, &self.unknown, &self.kinds) == (&other.bytes, &other.unknown, &other.kinds)
    }
}

impl Eq for Inside {}

impl Payload {
    fn new(bytes: Vec<u8>, unknown: Vec<String>, kinds: Vec<String>) -> Payload {
        Payload(Arc::new(Inside { bytes, unknown, kinds, json: OnceLock::new() }))
    }

    /// A payload of which every byte is known.
    pub fn known(bytes: impl Into<Vec<u8>>) -> Payload {
        Payload::new(bytes.into(), Vec::new(), Vec::new())
    }

    /// A payload in which the values at these JSON pointers stand for anything.
    pub fn partly(bytes: impl Into<Vec<u8>>, unknown: impl IntoIterator<Item = String>) -> Payload {
        Payload::new(bytes.into(), unknown.into_iter().collect(), Vec::new())
    }

    /// The same, with what is known besides: at these pointers the unknown value is of its placeholder's kind. Some text is
    /// text, whatever it says.
    pub fn of_kinds(self, kinds: impl IntoIterator<Item = String>) -> Payload {
        let Inside { bytes, unknown, .. } = Arc::unwrap_or_clone(self.0);
        Payload::new(bytes, unknown, kinds.into_iter().collect())
    }

    /// A payload of which nothing is known but that the function succeeded with it.
    pub fn unknown() -> Payload {
        Payload::new(b"{}".to_vec(), vec![String::new()], Vec::new())
    }

    /// The bytes; what stands at an unknown pointer is a placeholder.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The text, if it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0.bytes).ok()
    }

    /// The bytes as JSON, if they are: with placeholders at unknown pointers.
    pub fn json(&self) -> Option<&Json> {
        self.0.json.get_or_init(|| Json::read(self.text()?).ok()).as_ref()
    }

    /// Whether the value at `pointer`, or anything it is part of, is unknown.
    pub fn hides(&self, pointer: &str) -> bool {
        self.0.unknown.iter().any(|u| {
            pointer == u || pointer.strip_prefix(u.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Whether anything inside the value at `pointer` is unknown, or it is itself.
    pub fn hides_some_of(&self, pointer: &str) -> bool {
        let within = |u: &String| u.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'));
        self.hides(pointer) || self.0.unknown.iter().any(within)
    }

    /// Whether the value at `pointer` is of the kind that stands there, known or not.
    pub fn shows_kind(&self, pointer: &str) -> bool {
        !self.hides(pointer) || self.0.kinds.iter().any(|kind| kind == pointer)
    }

    /// Whether any part of it is unknown.
    pub fn is_partial(&self) -> bool {
        !self.0.unknown.is_empty()
    }
}
