//! What an exchange leaves behind for whoever watches: data points of CloudWatch metrics, and lines of logs.
//!
//! In: an [`Exchange`]. Out: [`Signals`]. Which alarms these set off is judged above, where the alarms are known. A failure
//! that leaves nothing is as real as one that leaves much: it is the point of this module to tell them apart.
//!
//! Sources: "Amazon API Gateway dimensions and metrics", "Monitor CloudWatch metrics for HTTP APIs" (API Gateway guide);
//! "Types of metrics for Lambda functions", "Monitoring Lambda function URLs" (Lambda guide). The words of execution logs
//! are recorded or seen in public logs; where a line is believed only, its comment says so.

use candor_contract::json::Json;
use candor_contract::outcome::{FunctionError, Outcome};

use crate::api::{FunctionRef, LoggingLevel, Stage, Target};
use crate::exchange::Exchange;
use crate::setting::{Cause, Setting};
use crate::trace::What;

mod metrics;

pub use metrics::{Dimension, Metric, Sample, Series};

/// Stands in a log line for a part that nobody knows here: an id, a latency, what the function itself says.
pub const UNKNOWN: char = '\u{fffc}';

/// What one exchange leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Signals {
    /// The logical id of the function that was asked or would have been, where the template has it.
    pub function: Option<String>,
    /// Every metric that gets a data point, also where that is zero.
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
            Sample::Usual | Sample::Unknown => false,
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
    let metrics = metrics::of(exchange, &ran, Answer::of(exchange));
    let mut logs = function_lines(exchange, &ran);
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
    let metrics = metrics::of(exchange, &ran, Answer { status: 200, reshaped: false });
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
        match outcome {
            Outcome::Returned(_) | Outcome::ReturnedLate(_) => Ran::Succeeded(function),
            Outcome::Throttled => Ran::Throttled(function),
            Outcome::NotInvocable => Ran::NotAsked,
            Outcome::Raised(_)
            | Outcome::TimedOut { .. }
            | Outcome::Exited
            | Outcome::OutOfMemory
            | Outcome::InitFailed(_)
            | Outcome::TooLarge(_) => Ran::Failed(function, outcome),
        }
    }
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
}

impl Answer {
    fn of(exchange: &Exchange<'_>) -> Answer {
        let step = exchange.trace.step(exchange.response.status.step);
        let reshaped =
            matches!(step.what, What::GatewayStatus { .. }) && matches!(step.cause, Cause::Written(_));
        Answer { status: exchange.response.status.value, reshaped }
    }
}

fn logical_id(exchange: &Exchange<'_>) -> Option<String> {
    function_of(exchange)?.logical_id.clone()
}

/// The function's log is always written; a function that never ran writes nothing.
fn function_lines(exchange: &Exchange<'_>, ran: &Ran<'_>) -> Vec<LogLine> {
    let (function, outcome) = match ran {
        Ran::NotAsked | Ran::Throttled(_) => return Vec::new(),
        Ran::Succeeded(function) => (function, None),
        Ran::Failed(function, outcome) => (function, Some(*outcome)),
    };
    let id = exchange.received.ambient.lambda_request_id.as_str();
    let platform = |text: &str| Says::Platform(format!("RequestId: {id} {text}"));
    let mut said = vec![Says::Platform(format!("START RequestId: {id} Version: $LATEST"))];
    let mut ended = "";
    let mut prints = true;
    match outcome {
        Some(Outcome::Raised(error)) => said.push(exception(error)),
        Some(Outcome::InitFailed(error)) => {
            said.push(exception(error));
            (ended, prints) = ("Status: error", false);
        }
        Some(Outcome::TimedOut { after, .. }) => {
            let seconds = format!("{}.{:02}", after.as_secs(), after.subsec_millis() / 10);
            said.push(Says::Platform(format!("{id} Task timed out after {seconds} seconds")));
            // What it printed before it was stopped it would have printed in a success, too.
            (ended, prints) = ("Status: timeout", false);
        }
        Some(Outcome::Exited) => {
            said.push(platform("Error: Runtime exited with error: exit status 1\nRuntime.ExitError"));
            ended = "Status: error\tError Type: Runtime.ExitError";
        }
        Some(Outcome::OutOfMemory) => {
            said.push(platform("Error: Runtime exited with error: signal: killed\nRuntime.ExitError"));
            (ended, prints) = ("Status: error\tError Type: Runtime.OutOfMemory", false);
        }
        // Whether Lambda writes a line about an answer that is too large nobody here has seen.
        None
        | Some(
            Outcome::TooLarge(_)
            | Outcome::Returned(_)
            | Outcome::ReturnedLate(_)
            | Outcome::Throttled
            | Outcome::NotInvocable,
        ) => {}
    }
    said.push(Says::Platform(format!("END RequestId: {id}")));
    said.push(Says::Platform(format!("REPORT RequestId: {id}\tDuration: 1.00 ms\t{ended}")));
    if prints {
        said.push(Says::Anything);
    }
    let name = function.logical_id.as_ref().map_or_else(|| function.name.clone(), |id| format!("${{{id}}}"));
    let group = format!("/aws/lambda/{name}");
    let line = |says| LogLine { log: Log::Function, group: Some(group.clone()), says, certain: true };
    said.into_iter().map(line).collect()
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

/// The last line of an execution: at ERROR it is seen for 5xx only.
fn completed(exchange: &Exchange<'_>, status: u16) -> Vec<LogLine> {
    let Some((level, certain)) = level(exchange) else { return Vec::new() };
    let text = format!("({UNKNOWN}) Method completed with status: {status}");
    let written = level == LoggingLevel::Info || status >= 500;
    written.then(|| execution_line(exchange, Says::Text(text), certain)).into_iter().collect()
}

/// What the execution log says. Of a failure that a mapped integration answers with a success it says nothing at the
/// level ERROR: no step of the gateway failed (believed from the parts; nobody here has seen such a log).
fn execution_lines(exchange: &Exchange<'_>) -> Vec<LogLine> {
    let Some((level, certain)) = level(exchange) else { return Vec::new() };
    let id = exchange.received.ambient.lambda_request_id.as_str();
    let configuration = |why: &str| format!("Execution failed due to configuration error: {why}");
    let mut texts = Vec::new();
    for step in exchange.trace.steps() {
        match &step.what {
            What::FunctionFailed => texts.push(format!(
                "Lambda execution failed with status 200 due to customer function error: {UNKNOWN}. Lambda request id: {id}"
            )),
            What::AnswerMalformed(_) => texts.push(configuration("Malformed Lambda proxy response")),
            What::GatewayTimedOut => texts.push("Execution failed due to a timeout error".to_string()),
            What::InvocationRefused if matches!(exchange.outcome, Some(Outcome::Throttled)) => {
                texts.push(format!("Lambda invocation failed with status: 429. Lambda request id: {id}"));
                texts.push(configuration("Rate Exceeded."));
            }
            What::InvocationRefused => texts.push(configuration("Invalid permissions on Lambda function")),
            What::NoResponse => texts.push(configuration(
                "No match for output mapping and no default endpoint response mapping configured",
            )),
            What::MethodResponseMissing { .. } => {
                texts.push(configuration("Output mapping refers to an invalid method response"));
            }
            What::RequestTemplateFailed { .. } | What::ResponseTemplateFailed { .. } => {
                texts.push(configuration(&UNKNOWN.to_string()));
            }
            What::IntegrationBroken { .. } => texts.push(configuration(&UNKNOWN.to_string())),
            // Reported from the field, as test invocations show it.
            What::BodyRefused { content_type, why } => texts.push(format!(
                "Request body does not match model schema for content type {content_type}: {why}"
            )),
            What::NoRoute
            | What::KeyMissing
            | What::ParametersMissing { .. }
            | What::PreflightAnswered
            | What::MediaTypeRefused
            | What::RequestTemplateRendered
            | What::Invoked
            | What::AnswerRead
            | What::StatusInferred
            | What::PatternMatched { .. }
            | What::DefaultResponse { .. }
            | What::PassedThrough
            | What::ResponseTemplateRendered { .. }
            | What::StatusOverridden { .. }
            | What::OverrideIgnored { .. }
            | What::HeaderMapped
            | What::HeaderSet
            | What::GatewayStatus { .. }
            | What::GatewayBody { .. }
            | What::MockStatus => {}
        }
    }
    let line = |text: String| execution_line(exchange, Says::Text(format!("({UNKNOWN}) {text}")), certain);
    let mut lines: Vec<LogLine> = texts.into_iter().map(line).collect();
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

/// A format with its variables filled in: those that the exchange knows, and [`UNKNOWN`] for the rest.
fn written_access(format: &str, exchange: &Exchange<'_>, status: u16) -> String {
    let received = &exchange.received;
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let name = &rest[at + 1..];
        let end =
            name.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(name.len());
        // A full stop at the end belongs to the sentence around it.
        let variable = name[..end].trim_end_matches('.');
        match variable {
            "" => out.push('$'),
            "context.status" => out.push_str(&status.to_string()),
            "context.httpMethod" => out.push_str(&received.request.method),
            "context.resourcePath" | "context.routeKey" => match received.route {
                Some(route) if variable == "context.routeKey" => out.push_str(&route.key.to_string()),
                Some(route) => out.push_str(&route.key.path),
                None => out.push(UNKNOWN),
            },
            _ => out.push(UNKNOWN),
        }
        rest = &name[variable.len()..];
    }
    out.push_str(rest);
    out
}
