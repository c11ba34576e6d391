//! What an exchange leaves behind for whoever watches: data points of CloudWatch metrics, and lines of logs.
//!
//! In: an [`Exchange`]. Out: [`Signals`]. Which alarms these set off is judged above, where the alarms are known. A failure
//! that leaves nothing is as real as one that leaves much: it is the point of this module to tell them apart.
//!
//! Sources: "Amazon API Gateway dimensions and metrics", "Monitor CloudWatch metrics for HTTP APIs" (API Gateway guide);
//! "Types of metrics for Lambda functions", "Monitoring Lambda function URLs" (Lambda guide); of load balancers those that
//! `load_balancer` names. The words of the logs are those of [`crate::log`].

use candor_contract::json::Json;
use candor_contract::outcome::{FunctionError, Outcome, Payload};

use crate::api::{FunctionRef, LoggingLevel, Route, Stage, Target};
use crate::authorizer::Authorization;
use crate::exchange::Exchange;
use crate::log::access;
use crate::log::execution::{self, Event, Level, Line, Prefix};
use crate::log::lambda::{self, Format, Runtime};
use crate::log::time;
use crate::setting::{Cause, Setting};
use crate::trace::What;

mod load_balancer;
mod metrics;

pub use metrics::{Dimension, Metric, Sample, Series};

/// Stands in a log line for a part that nobody knows here: an id, a latency, what the function itself says.
pub const UNKNOWN: char = '\u{fffc}';

/// What one exchange leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Signals {
    /// The logical id of the function that was asked or would have been, where the template has it.
    pub function: Option<String>,
    /// Every metric that gets a data point, also where that is zero or would be.
    pub metrics: Vec<Metric>,
    /// Every line that is written, or may be.
    pub logs: Vec<LogLine>,
}

impl Signals {
    /// The metrics that say something: those with another data point than a success gives them.
    pub fn moved<'s>(&'s self, healthy: &'s Signals) -> impl Iterator<Item = &'s Metric> {
        let usual = |metric: &Metric| {
            healthy.metrics.iter().find(|m| m.namespace == metric.namespace && m.name == metric.name)
        };
        self.metrics.iter().filter(move |metric| match metric.sample {
            Sample::Known(number) => {
                number != 0.0 && usual(metric).is_none_or(|usual| usual.sample != metric.sample)
            }
            Sample::Usual | Sample::Absent | Sample::Unknown => false,
        })
    }

    /// The logs in which a line is certain to appear, each once.
    pub fn written_logs(&self) -> Vec<Log> {
        let mut logs: Vec<Log> = self.logs.iter().filter(|line| line.certain).map(|line| line.log).collect();
        logs.sort();
        logs.dedup();
        logs
    }
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// In which log.
    pub log: Log,
    /// The log group as the template names it; `None` where nobody knows it.
    pub group: Option<String>,
    /// What it says.
    pub says: Says,
    /// Whether it is certain to be written. An undecided level or destination makes it uncertain.
    pub certain: bool,
}

/// The logs of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// The function's own.
    Function,
    /// The gateway's steps (REST).
    Execution,
    /// The gateway's line per request.
    Access,
}

impl Log {
    /// The public name.
    pub fn slug(self) -> &'static str {
        match self {
            Log::Function => "function",
            Log::Execution => "execution",
            Log::Access => "access",
        }
    }
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// This, with [`UNKNOWN`] for what nobody knows.
    Text(String),
    /// What Lambda itself writes about an invocation, in its text format and without its times; a function with JSON logs has
    /// the same as JSON.
    Platform(String),
    /// An exception that nobody caught, in the words of the function's runtime.
    Exception {
        /// `KeyError`
        error_type: String,
        /// What it says.
        message: String,
    },
    /// Whatever the function prints, or bodies in an execution log.
    Anything,
}

/// What an exchange leaves behind.
pub fn signals(exchange: &Exchange<'_>) -> Signals {
    let ran = Ran::of(exchange);
    let mut metrics = metrics::of(exchange, &ran, Answer::of(exchange));
    let mut logs = function_lines(exchange, &ran);
    if let Some((function, failed)) = authorizer_ran(exchange) {
        metrics.extend(metrics::invocation(function, if failed { 1.0 } else { 0.0 }));
        logs.push(function_line(function, Says::Anything));
    }
    logs.extend(execution_lines(exchange));
    logs.extend(access_line(exchange, exchange.response.status.value));
    Signals { function: logical_id(exchange), metrics, logs }
}

/// What a success on the same route leaves behind: an alarm that this sets off, too, says nothing about a failure.
pub fn healthy(exchange: &Exchange<'_>) -> Signals {
    let function = function_of(exchange);
    let ran = match function {
        Some(function) => Ran::Succeeded(function),
        None => Ran::NotAsked,
    };
    let mut metrics = metrics::of(
        exchange,
        &ran,
        Answer { status: 200, reshaped: false, by_itself: false, of_target: true },
    );
    if let Some((function, _)) = authorizer_ran(exchange) {
        metrics.extend(metrics::invocation(function, 0.0));
    }
    let mut logs = function_lines(exchange, &ran);
    // What a function prints when all is well is taken for lines that no filter for failures wants.
    logs.retain(|line| line.says != Says::Anything);
    // At the level INFO the steps of a success are written, too.
    logs.extend(completed(exchange, 200));
    logs.extend(access_line(exchange, 200));
    Signals { function: logical_id(exchange), metrics, logs }
}

/// What Lambda counts of one exchange.
enum Ran<'e> {
    /// Nobody asked it, or it may not be asked: nothing is counted.
    NotAsked,
    /// It refused the invocation: a throttle is neither an invocation nor an error (Lambda guide, "Invocation metrics").
    Throttled(&'e FunctionRef),
    /// The handler answered, whatever it said: for Lambda that is a success.
    Succeeded(&'e FunctionRef),
    /// A function error. That an answer above the limit counts as one is inferred from its being told as one.
    Failed(&'e FunctionRef, &'e Outcome),
}

impl<'e> Ran<'e> {
    fn of(exchange: &'e Exchange<'_>) -> Ran<'e> {
        let asked = exchange.trace.steps().iter().any(|step| matches!(step.what, What::Invoked));
        let (Some(outcome), Some(function), true) = (&exchange.outcome, function_of(exchange), asked) else {
            return Ran::NotAsked;
        };
        if outcome.is_too_large_for_gateway() {
            return Ran::Succeeded(function);
        }
        match outcome {
            Outcome::Returned(_) | Outcome::ReturnedLate(_) => Ran::Succeeded(function),
            Outcome::Throttled => Ran::Throttled(function),
            Outcome::NotInvocable => Ran::NotAsked,
            Outcome::Raised(_)
            | Outcome::TimedOut { .. }
            | Outcome::Exited
            | Outcome::OutOfMemory
            | Outcome::InitFailed(_)
            | Outcome::TooLarge(_)
            | Outcome::StreamBroken(_) => Ran::Failed(function, outcome),
        }
    }
}

/// The function that refused the request as its authorizer, if one did, and whether Lambda counts an error of it: also where it raised
/// `Unauthorized`, as it must (guide "Use API Gateway Lambda authorizers"). Its answers are taken not to be kept.
fn authorizer_ran<'e>(exchange: &'e Exchange<'_>) -> Option<(&'e FunctionRef, bool)> {
    let says = exchange.trace.steps().iter().find_map(|step| match step.what {
        What::Authorized(says) => Some(says),
        _ => None,
    })?;
    let (authorizer, _) = exchange.received.route?.request.authorizer.optional().ok()?;
    let failed = match says {
        Authorization::Allows | Authorization::Unidentified => return None,
        Authorization::Denies | Authorization::Ignores | Authorization::Malformed => false,
        Authorization::Unauthorized | Authorization::Fails => true,
    };
    Some((authorizer?.function.as_ref()?, failed))
}

fn function_of<'e>(exchange: &'e Exchange<'_>) -> Option<&'e FunctionRef> {
    match exchange.received.route?.integration.target.optional() {
        Ok((Some(Target::Function(function)), _)) => Some(function),
        _ => None,
    }
}

/// What the gateway counts of one exchange.
#[derive(Clone, Copy)]
struct Answer {
    status: u16,
    /// Whether a gateway response with another status than AWS's shaped it.
    reshaped: bool,
    /// Whether it is the gateway's own, and not of what stands behind it.
    by_itself: bool,
    /// Whether the gateway answers so because of what stands behind it: it was asked, or would have got too much.
    of_target: bool,
}

impl Answer {
    fn of(exchange: &Exchange<'_>) -> Answer {
        let step = exchange.trace.step(exchange.response.status.step);
        let reshaped =
            matches!(step.what, What::GatewayStatus { .. }) && matches!(step.cause, Cause::Written(_));
        let by_itself = matches!(
            step.what,
            What::GatewayStatus { .. } | What::LoginMissing | What::FixedResponse | What::Redirected
        );
        let asked =
            |what: &What| matches!(what, What::Invoked | What::EndpointCalled | What::RequestTooLarge);
        let of_target = exchange.trace.steps().iter().any(|step| asked(&step.what));
        Answer { status: exchange.response.status.value, reshaped, by_itself, of_target }
    }
}

fn logical_id(exchange: &Exchange<'_>) -> Option<String> {
    function_of(exchange)?.logical_id.clone()
}

/// The function's log is always written; a function that never ran writes nothing.
fn function_lines(exchange: &Exchange<'_>, ran: &Ran<'_>) -> Vec<LogLine> {
    let success = Outcome::Returned(Payload::known(Vec::new()));
    let (function, outcome) = match ran {
        Ran::NotAsked | Ran::Throttled(_) => return Vec::new(),
        Ran::Succeeded(function) => (function, &success),
        Ran::Failed(function, outcome) => (function, *outcome),
    };
    // Times and numbers stand for any: no pattern that people write looks for one.
    let number = |n: &str| n.to_string();
    let time = || Some(time::iso(exchange.received.ambient.time_epoch_ms));
    let of_it = lambda::Ran {
        request_id: exchange.received.ambient.lambda_request_id.clone(),
        started: time(),
        ended: time(),
        duration: number("1.00"),
        billed: number("2"),
        memory_size: number("128"),
        memory_used: number("64"),
        // Whose words an exception has is known where the function is; which words it has, does not matter here.
        runtime: Some(Runtime::Python),
    };
    let says = |line: lambda::Line| match (&line.event, outcome) {
        (lambda::Event::Raised(_), Outcome::Raised(error) | Outcome::InitFailed(error)) => exception(error),
        _ => Says::Platform(line.write(Format::Text)),
    };
    let mut said: Vec<Says> = lambda::of(outcome, &of_it, Format::Text).into_iter().map(says).collect();
    let prints = match outcome {
        // What it printed before it was stopped it would have printed in a success, too.
        Outcome::TimedOut { .. } | Outcome::OutOfMemory | Outcome::InitFailed(_) => false,
        Outcome::Returned(_)
        | Outcome::ReturnedLate(_)
        | Outcome::Raised(_)
        | Outcome::Exited
        | Outcome::Throttled
        | Outcome::NotInvocable
        | Outcome::TooLarge(_)
        | Outcome::StreamBroken(_) => true,
    };
    if prints {
        said.push(Says::Anything);
    }
    said.into_iter().map(|says| function_line(function, says)).collect()
}

/// A line of a function's log.
fn function_line(function: &FunctionRef, says: Says) -> LogLine {
    let name = function.logical_id.as_ref().map_or_else(|| function.name.clone(), |id| format!("${{{id}}}"));
    LogLine { log: Log::Function, group: Some(format!("/aws/lambda/{name}")), says, certain: true }
}

/// An uncaught exception as its payload tells it.
fn exception(error: &FunctionError) -> Says {
    let of = |key: &str| {
        let member = error.payload.json().and_then(|json| json.get(key)).and_then(Json::as_str);
        member.map_or_else(|| UNKNOWN.to_string(), str::to_string)
    };
    Says::Exception { error_type: of("errorType"), message: of("errorMessage") }
}

/// The level of the route's execution log, and whether that is certain. `None`: no log.
fn level(exchange: &Exchange<'_>) -> Option<(LoggingLevel, bool)> {
    let (api, route) = (exchange.received.api, exchange.received.route?);
    if !Stage::has_execution_log(api.kind) {
        return None;
    }
    match api.stage.logging_level(&route.key).map(Setting::optional) {
        // A console setting or an account's default may still switch it on; the template does not.
        None | Some(Ok((None, _))) => {
            let open = api.stage.has_unknown_settings() || api.stage.name.optional().is_err();
            open.then_some((LoggingLevel::Error, false))
        }
        Some(Ok((Some(LoggingLevel::Off), _))) => None,
        Some(Ok((Some(level), _))) => Some((*level, true)),
        Some(Err(_)) => Some((LoggingLevel::Error, false)),
    }
}

/// A line of the execution log.
fn execution_line(exchange: &Exchange<'_>, says: Says, certain: bool) -> LogLine {
    let api = exchange.received.api;
    // The group's name is documented: the API's id, a slash, the stage.
    let group = match (&api.logical_id, api.stage.name.optional()) {
        (Some(id), Ok((Some(stage), _))) => Some(format!("API-Gateway-Execution-Logs_${{{id}}}/{stage}")),
        _ => None,
    };
    LogLine { log: Log::Execution, group, says, certain }
}

/// An event of the execution log, as CloudWatch gets it.
fn execution_event(exchange: &Exchange<'_>, event: Event, certain: bool) -> LogLine {
    let line = Line::new(Prefix::Request(UNKNOWN.to_string()), event);
    execution_line(exchange, Says::Text(line.write()), certain)
}

/// The last line of an execution.
fn completed(exchange: &Exchange<'_>, status: u16) -> Vec<LogLine> {
    let Some((level, certain)) = level(exchange) else { return Vec::new() };
    let event = Event::Completed { status };
    let written = level == LoggingLevel::Info || event.level() == Level::Error;
    written.then(|| execution_event(exchange, event, certain)).into_iter().collect()
}

/// What the execution log says. Of a failure that a mapped integration answers with a success it says nothing at the
/// level ERROR: no step of the gateway failed (believed from the parts; nobody here has seen such a log).
fn execution_lines(exchange: &Exchange<'_>) -> Vec<LogLine> {
    let Some((level, certain)) = level(exchange) else { return Vec::new() };
    let failures = exchange.trace.steps().iter().flat_map(|step| execution::failure(exchange, &step.what));
    let mut lines: Vec<LogLine> = failures
        .map(|event| match event {
            // An outcome's error is made up, where it is none of the handler's.
            Event::FunctionFailed { request_id, .. } => {
                Event::FunctionFailed { message: UNKNOWN.to_string(), request_id }
            }
            event => event,
        })
        .map(|event| execution_event(exchange, event, certain))
        .collect();
    lines.extend(completed(exchange, exchange.response.status.value));
    let route = exchange.received.route.map(|r| &r.key);
    let traced = route.and_then(|key| exchange.received.api.stage.data_trace(key)).map(Setting::optional);
    if level == LoggingLevel::Info && !matches!(traced, None | Some(Ok((Some(false) | None, _)))) {
        lines.push(execution_line(exchange, Says::Anything, certain));
    }
    lines
}

/// The line of the access log, as far as it is known.
fn access_line(exchange: &Exchange<'_>, status: u16) -> Option<LogLine> {
    let stage = &exchange.received.api.stage;
    let line = |group, says, certain| Some(LogLine { log: Log::Access, group, says, certain });
    let access_log = match stage.access_log.optional() {
        Ok((None, _)) => return None,
        Ok((Some(access_log), _)) => access_log,
        Err(_) => return line(None, Says::Anything, false),
    };
    let group = access_log.destination.optional().ok().and_then(|(d, _)| d.cloned());
    match access_log.format.optional() {
        Ok((Some(format), _)) => {
            line(group, Says::Text(written_access(format.as_str(), exchange, status)), true)
        }
        Ok((None, _)) | Err(_) => line(group, Says::Anything, true),
    }
}

/// A line of a format: what the exchange knows, and [`UNKNOWN`] for the rest. Of a success (`status` is not the exchange's own then)
/// the same is known.
fn written_access(format: &str, exchange: &Exchange<'_>, status: u16) -> String {
    let received = &exchange.received;
    let route = |of: fn(&Route) -> String| received.route.map_or_else(|| UNKNOWN.to_string(), of);
    access::Format::parse(format).write(|name| {
        Some(match name {
            "status" => status.to_string(),
            "httpMethod" => received.request.method.clone(),
            "resourcePath" => route(|route| route.key.path.clone()),
            "routeKey" => route(|route| route.key.to_string()),
            _ => UNKNOWN.to_string(),
        })
    })
}
