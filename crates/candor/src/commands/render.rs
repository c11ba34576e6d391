//! `candor render`

mod cases;

use std::io::Read as _;

use candor_contract::json::Json;
use candor_iac::files::Files as _;
use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value};

use crate::Status;
use crate::commands::check::Format;
use crate::commands::name_and_value;
use crate::disk::Disk;
use crate::fault::Fault;
use crate::output::rendering;
use crate::ui::Ui;

/// What does this mapping template produce?
///
/// Renders a template of a REST API's mapping (VTL) as API Gateway does, and prints what it makes of a body, parameters and
/// $context. `-` reads the template, or the body, from standard input. What the template overrides (status, headers,
/// parameters) goes to standard error.
///
/// Exit status: 0 if it was rendered, 1 for traps that --check found, 2 if it cannot be read or rendered.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The template; `-` is standard input
    #[arg(value_name = "TEMPLATE", required_unless_present = "cases")]
    template: Option<String>,
    /// The payload that $input reads; `-` is standard input [default: none, which $input.body shows as {}]
    #[arg(long, value_name = "FILE")]
    body: Option<String>,
    /// $context, as a JSON object
    #[arg(long, value_name = "FILE")]
    context: Option<String>,
    /// A stage variable
    #[arg(long = "stage-variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    stage_variables: Vec<(String, String)>,
    /// A parameter of the request: path.NAME, querystring.NAME or header.NAME
    #[arg(long = "param", value_name = "PLACE.NAME=VALUE", value_parser = parameter)]
    params: Vec<(Place, String, String)>,
    /// Show which line of the template made which part of the output
    #[arg(long, conflicts_with_all = ["cases", "check"])]
    trace: bool,
    /// Render nothing: warn of what the template gets wrong for some inputs
    #[arg(long, conflicts_with = "cases")]
    check: bool,
    /// Render test cases: a JSON list of {"id","template","body","context","stageVariables","params"}
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "body", "context", "stage_variables", "params"])]
    cases: Option<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Querystring,
    Header,
}

fn parameter(text: &str) -> Result<(Place, String, String), String> {
    let expected = || "expected path.NAME=VALUE, querystring.NAME=VALUE or header.NAME=VALUE".to_string();
    let (place, pair) = text.split_once('.').ok_or_else(expected)?;
    let place = match place {
        "path" => Place::Path,
        "querystring" => Place::Querystring,
        "header" => Place::Header,
        _ => return Err(expected()),
    };
    let (name, value) = name_and_value(pair).map_err(|_| expected())?;
    Ok((place, name, value))
}

/// Bytes that an input may have at most.
const MAX_FILE: u64 = 64 * 1024 * 1024;

fn input(subject: &str, what: impl Into<String>) -> Fault {
    Fault::Input { subject: subject.to_string(), what: what.into() }
}

/// A file's text, or that of standard input for `-`.
fn read_text(path: &str) -> Result<String, Fault> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes);
        read.map_err(|e| input("standard input", e.to_string()))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(input("standard input", format!("more than the limit of {MAX_FILE} bytes")));
        }
        bytes
    } else {
        Disk::of(MAX_FILE).read(path).map_err(|e| input(path, e.to_string()))?
    };
    String::from_utf8(bytes)
        .map_err(|e| input(path, format!("no UTF-8 at byte {}", e.utf8_error().valid_up_to())))
}

/// JSON as a value of templates.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(spelled) => candor_vtl::json::parse_lenient(spelled).unwrap_or(Value::Null),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => Value::Map(members.iter().map(|(k, v)| (k.clone(), value(v))).collect()),
    }
}

/// The error of a template, with its place.
fn fault(path: &str, source: &str, error: &candor_vtl::Error) -> Fault {
    let (line, column) = error.line_column(source);
    let shown = if path == "-" { "<standard input>" } else { path };
    input(&format!("{shown}:{line}:{column}"), error.to_string())
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    if let Some(path) = &args.cases {
        return cases::run(path, args.format, ui);
    }
    let path = args.template.as_deref().unwrap_or("-");
    if path == "-" && args.body.as_deref() == Some("-") {
        return Err(Fault::Usage {
            what: "standard input cannot be both the template and the body".to_string(),
            hint: "give one of them as a file".to_string(),
        });
    }
    let source = read_text(path)?;
    let template = Template::parse(&source).map_err(|e| fault(path, &source, &e))?;
    if args.check {
        return check(path, &source, &template, args.format, ui);
    }
    let body = args.body.as_deref().map_or_else(|| Ok(String::new()), read_text)?;
    let context = match &args.context {
        None => Value::Null,
        Some(path) => match Json::read(&read_text(path)?) {
            Ok(json @ Json::Object(_)) => value(&json),
            Ok(_) => return Err(input(path, "expected a JSON object")),
            Err(e) => return Err(input(path, format!("no JSON: {e}"))),
        },
    };
    let place = |place: Place| {
        let here = args.params.iter().filter(|(p, ..)| *p == place);
        here.map(|(_, name, value)| (name.clone(), value.clone())).collect()
    };
    let params = Params {
        path: place(Place::Path),
        querystring: place(Place::Querystring),
        header: place(Place::Header),
    };
    let scope = Scope {
        body: &body,
        params: &params,
        context: &context,
        stage_variables: &args.stage_variables,
        overrides: &Overrides::default(),
    };
    let failed = |e: candor_vtl::Error| fault(path, &source, &e);
    let (rendered, pieces) = if args.trace {
        let (rendered, pieces) = template.trace(&scope, Budget::default()).map_err(failed)?;
        (rendered, Some(pieces))
    } else {
        (template.render(&scope, Budget::default()).map_err(failed)?, None)
    };
    let trace = pieces.map(|pieces| rendering::lines(&source, &rendered.output, &pieces));
    match (args.format, trace) {
        (Format::Json, trace) => ui.print(&rendering::write_json(&rendered, trace.as_deref()))?,
        (Format::Text, None) => ui.print(&rendered.output)?,
        (Format::Text, Some(trace)) => ui.print(&rendering::write_trace(&trace, ui.palette()))?,
    }
    if args.format == Format::Text {
        for line in rendering::overridden(&rendered.overrides) {
            ui.error(&line);
        }
    }
    Ok(Status::Clean)
}

/// What the template gets wrong, whatever it will be given.
fn check(
    path: &str,
    source: &str,
    template: &Template,
    format: Format,
    ui: &mut Ui,
) -> Result<Status, Fault> {
    let traps = candor_vtl::traps::find(template);
    let shown = if path == "-" { "<standard input>" } else { path };
    let text = match format {
        Format::Json => rendering::traps_json(source, &traps),
        Format::Text => rendering::show_traps(shown, source, &traps, ui.palette(), ui.width()),
    };
    ui.print(&text)?;
    Ok(if traps.is_empty() { Status::Clean } else { Status::Found })
}
