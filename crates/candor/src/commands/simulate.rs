//! `candor simulate`

mod by_hand;

use std::time::Duration;

use base64::Engine as _;
use candor_contract::json::Json;
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_gateway::endpoint::{EndpointOutcome, EndpointRequest, EndpointResponse};
use candor_gateway::exchange::Exchange;
use candor_gateway::in_flight::Invocation;
use candor_gateway::request::{Ambient, Request};
use candor_gateway::simulate;
use candor_iac::files::Files as _;
use candor_iac::source::Sources;
use candor_iac::{Options, Unreadable};

use crate::Status;
use crate::commands::check::Format;
use crate::commands::{Inputs, name_and_value};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::output::exchange;
use crate::ui::Ui;

/// What says that the call is a program's: there everything stands in files. (`requires = "template"` would not be asked for then, as clap
/// demands nothing that conflicts with what is there.)
const FOR_PROGRAMS: [&str; 2] = ["api", "function_url"];

/// This API, this request, this outcome: which response?
///
/// By hand, with a template, the request and the name of an outcome:
/// candor simulate template.yaml 'POST /orders?x=1' -H 'Accept: text/html' -d '{"id": 17}' --outcome timed-out
///
/// For programs, the request and what the function did come from JSON files:
/// {"method","path","query":[["k","v"]],"headers":[["k","v"]],"body"|"bodyBase64","sourceIp"} and one of {"returns": JSON},
/// {"returnsRaw": "text"}, {"raises": {"errorMessage",…}}, {"timesOut": true, "seconds": n}, {"exits": true},
/// {"outOfMemory": true}, {"throttled": true}, {"notInvocable": true}, {"echoesEvent": true}. What an HTTP back end or an AWS service
/// answered: {"status","headers":[["k","v"]],"body"|"bodyBase64"}, {"unreachable": true} or {"timesOut": true}.
///
/// Exit status: 0 if there is a response, whatever its verdict, 2 for wrong usage, an input that cannot be read, or what nobody knows.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("gateway").required(true))]
pub(crate) struct Args {
    /// A template, an OpenAPI document, or a folder that holds them
    #[arg(value_name = "TEMPLATE", group = "gateway", requires = "line")]
    template: Option<String>,
    /// The request: 'POST /orders?x=1', or '/orders'
    #[arg(value_name = "REQUEST", conflicts_with = "request")]
    line: Option<String>,
    /// A header of the request
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", conflicts_with_all = FOR_PROGRAMS)]
    header: Vec<String>,
    /// The body of the request, or @FILE
    #[arg(short = 'd', long, value_name = "BODY", conflicts_with_all = FOR_PROGRAMS)]
    data: Option<String>,
    /// What happens behind the gateway: returned, raised, timed-out, authorizer-fails, …; a wrong one lists all
    #[arg(long, value_name = "SLUG", conflicts_with_all = ["returns", "function", "backend", "api", "function_url"])]
    outcome: Option<String>,
    /// What the function returns, as JSON, or @FILE
    #[arg(long, value_name = "JSON", conflicts_with_all = ["function", "backend", "api", "function_url"])]
    returns: Option<String>,
    /// What the route's authorizer says: allows, unidentified, denies, ignores, unauthorized, fails, malformed; or, as JSON or
    /// @FILE, what its function answers, what the token claims, who signed
    #[arg(long, value_name = "SLUG|JSON", conflicts_with_all = FOR_PROGRAMS)]
    authorizer: Option<String>,
    /// Which API of the template, where several take the request
    #[arg(long, value_name = "API", conflicts_with_all = FOR_PROGRAMS)]
    of: Option<String>,
    /// Decide a template parameter that has no default, or another value than the default
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value, conflicts_with_all = FOR_PROGRAMS)]
    parameters: Vec<(String, String)>,
    /// Show each step with the place that decided it
    #[arg(long)]
    trace: bool,
    /// An OpenAPI document with x-amazon-apigateway extensions
    #[arg(long, value_name = "OPENAPI", group = "gateway", requires = "stage")]
    api: Option<String>,
    /// A function URL's settings: {"invokeMode": "BUFFERED", "cors": {…}}
    #[arg(long, value_name = "FILE", group = "gateway")]
    function_url: Option<String>,
    /// The stage's name
    #[arg(long, value_name = "NAME", conflicts_with = "template")]
    stage: Option<String>,
    /// A stage variable
    #[arg(long = "stage-variable", value_name = "NAME=VALUE", value_parser = name_and_value, conflicts_with = "template")]
    stage_variables: Vec<(String, String)>,
    /// The request
    #[arg(long, value_name = "FILE", required_unless_present_any = ["line", "template"], conflicts_with = "template")]
    request: Option<String>,
    /// What the function did
    #[arg(long, value_name = "FILE", conflicts_with = "backend")]
    function: Option<String>,
    /// What the HTTP back end or the AWS service answered
    #[arg(long, value_name = "FILE")]
    backend: Option<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const MAX_FILE: u64 = 64 * 1024 * 1024;

fn input(subject: &str, what: impl Into<String>) -> Fault {
    Fault::Input { subject: subject.to_string(), what: what.into() }
}

fn read_text(path: &str) -> Result<String, Fault> {
    let bytes = Disk::of(MAX_FILE).read(path).map_err(|e| input(path, e.to_string()))?;
    String::from_utf8(bytes)
        .map_err(|e| input(path, format!("no UTF-8 at byte {}", e.utf8_error().valid_up_to())))
}

fn read_json(path: &str) -> Result<Json, Fault> {
    Json::read(&read_text(path)?).map_err(|e| input(path, format!("no JSON: {e}")))
}

impl Args {
    fn inputs_of(&self, template: &str) -> Inputs {
        Inputs {
            paths: vec![template.to_string()],
            parameters: self.parameters.clone(),
            max_file: MAX_FILE,
            stdin_filename: None,
            config: None,
        }
    }
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    if let (Some(template), Some(line)) = (&args.template, &args.line) {
        return by_hand::run(args, template, line, ui);
    }
    let mut sources = Sources::default();
    let options = Options { parameters: Vec::new(), max_file: MAX_FILE, limits: Default::default() };
    let unread = |e: Unreadable| input(&e.path, e.message);
    let api = match (&args.api, &args.function_url) {
        (Some(path), _) => {
            let stage = args.stage.as_deref().unwrap_or("$default");
            let text = read_text(path)?;
            let read =
                candor_iac::read_openapi(&mut sources, path, text, stage, &args.stage_variables, &options);
            read.map_err(unread)?.0
        }
        (None, Some(path)) => {
            candor_iac::function_url(&mut sources, path, read_text(path)?, &options).map_err(unread)?
        }
        (None, None) => unreachable!("clap requires one of the two"),
    };
    let (request, source_ip) = read_request(args.request.as_deref().unwrap_or_default())?;
    let mut ambient = Ambient::example();
    ambient.source_ip = source_ip.unwrap_or(ambient.source_ip);
    let play = args.function.as_deref().map(Play::read).transpose()?;
    let backend = args.backend.as_deref().map(read_backend).transpose()?;
    let mut missing = None;
    let play = |_: &Invocation<'_>, event: &[u8]| match &play {
        Some(play) => play.outcome(event),
        None => {
            missing = Some(Fault::Usage {
                what: "the request reaches a function, and nothing says what that does".to_string(),
                hint: "--function FILE, with {\"returns\": …} or one of its siblings".to_string(),
            });
            Outcome::NotInvocable
        }
    };
    let mut silent = None;
    let call = |_: &EndpointRequest| {
        backend.clone().unwrap_or_else(|| {
            silent = Some(Fault::Usage {
                what: "the request reaches an endpoint, and nothing says what that answers".to_string(),
                hint: "--backend FILE, with {\"status\": 200, …}, {\"unreachable\": true} or {\"timesOut\": true}".to_string(),
            });
            EndpointOutcome::Unreachable
        })
    };
    let result = simulate(&api, request, &ambient, play, call);
    if let Some(fault) = missing.or(silent) {
        return Err(fault);
    }
    let exchange = result.map_err(|u| {
        let at = sources.position(u.span);
        input(&format!("{}:{}", sources.path(u.span.file), at.line), format!("undecided: {}", u.needs))
    })?;
    show(args, &exchange, &sources, ui)?;
    Ok(Status::Clean)
}

fn show(args: &Args, exchange: &Exchange<'_>, sources: &Sources, ui: &mut Ui) -> Result<(), Fault> {
    match args.format {
        Format::Json => ui.print(&exchange::write_json(exchange, called(exchange))),
        Format::Text => {
            let palette = ui.palette();
            ui.print(&exchange::write_text(exchange, sources, args.trace, palette))
        }
    }
}

/// Whether the exchange got as far as an integration request: only then is there an event to show.
fn called(exchange: &Exchange<'_>) -> bool {
    exchange.outcome.is_some() || exchange.endpoint.is_some()
}

fn pairs(json: Option<&Json>, subject: &str, what: &str) -> Result<Vec<(String, String)>, Fault> {
    let wrong = || input(subject, format!("`{what}`: expected a list of [name, value]"));
    match json {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(items)) => items
            .iter()
            .map(|item| match item {
                Json::Array(pair) => {
                    match (pair.first().and_then(Json::as_str), pair.get(1).and_then(Json::as_str)) {
                        (Some(name), Some(value)) if pair.len() == 2 => {
                            Ok((name.to_string(), value.to_string()))
                        }
                        _ => Err(wrong()),
                    }
                }
                _ => Err(wrong()),
            })
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn read_request(path: &str) -> Result<(Request, Option<String>), Fault> {
    let json = read_json(path)?;
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_string);
    let needed = |key: &str| text(key).ok_or_else(|| input(path, format!("`{key}`: expected text")));
    let body = body_of(&json, path)?;
    let request = Request {
        method: needed("method")?,
        path: needed("path")?,
        query: pairs(json.get("query"), path, "query")?,
        headers: pairs(json.get("headers"), path, "headers")?,
        body,
    };
    Ok((request, text("sourceIp")))
}

/// What an HTTP back end or a service answered.
fn read_backend(path: &str) -> Result<EndpointOutcome, Fault> {
    let json = read_json(path)?;
    let is = |key: &str| matches!(json.get(key), Some(Json::Bool(true)));
    if is("unreachable") {
        return Ok(EndpointOutcome::Unreachable);
    }
    if is("timesOut") {
        return Ok(EndpointOutcome::TimedOut);
    }
    let status = match json.get("status") {
        Some(Json::Number(n)) => n.parse::<u16>().ok().filter(|status| (100..=599).contains(status)),
        _ => None,
    };
    let status = status.ok_or_else(|| input(path, "`status`: expected a number from 100 to 599"))?;
    let headers = pairs(json.get("headers"), path, "headers")?;
    Ok(EndpointOutcome::Responded(EndpointResponse {
        status,
        headers,
        body: Payload::known(body_of(&json, path)?),
    }))
}

/// `body` as text, or `bodyBase64`.
fn body_of(json: &Json, path: &str) -> Result<Vec<u8>, Fault> {
    match (json.get("body").and_then(Json::as_str), json.get("bodyBase64").and_then(Json::as_str)) {
        (Some(body), _) => Ok(body.as_bytes().to_vec()),
        (None, Some(encoded)) => base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .map_err(|_| input(path, "`bodyBase64`: no base64")),
        (None, None) => Ok(Vec::new()),
    }
}

/// What the function does: an outcome, or its event back.
enum Play {
    Outcome(Outcome),
    EchoesEvent,
}

impl Play {
    fn read(path: &str) -> Result<Play, Fault> {
        let json = read_json(path)?;
        let is = |key: &str| matches!(json.get(key), Some(Json::Bool(true)));
        let outcome = if let Some(value) = json.get("returns") {
            Outcome::Returned(Payload::known(value.write()))
        } else if let Some(text) = json.get("returnsRaw").and_then(Json::as_str) {
            Outcome::Returned(Payload::known(text))
        } else if let Some(error) = json.get("raises") {
            Outcome::Raised(FunctionError { payload: Payload::known(error.write()) })
        } else if is("timesOut") {
            let seconds = match json.get("seconds") {
                Some(Json::Number(n)) => n.parse::<f64>().ok().filter(|n| (0.0..=1e6).contains(n)),
                None => Some(3.0),
                Some(_) => None,
            };
            let seconds = seconds.ok_or_else(|| input(path, "`seconds`: expected a number"))?;
            Outcome::TimedOut { after: Duration::from_secs_f64(seconds), wording: TimeoutWording::Current }
        } else if is("exits") {
            Outcome::Exited
        } else if is("outOfMemory") {
            Outcome::OutOfMemory
        } else if is("throttled") {
            Outcome::Throttled
        } else if is("notInvocable") {
            Outcome::NotInvocable
        } else if is("echoesEvent") {
            return Ok(Play::EchoesEvent);
        } else {
            let what = "expected one of returns, returnsRaw, raises, timesOut, exits, outOfMemory, throttled, notInvocable, \
                        echoesEvent";
            return Err(input(path, what));
        };
        Ok(Play::Outcome(outcome))
    }

    fn outcome(&self, event: &[u8]) -> Outcome {
        match self {
            Play::Outcome(outcome) => outcome.clone(),
            Play::EchoesEvent => Outcome::Returned(Payload::known(event)),
        }
    }
}
