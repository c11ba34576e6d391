//! `candor simulate TEMPLATE 'POST /orders'`: a template's API, a request on the command line, an outcome by its name.

use candor_check::Player;
use candor_contract::json::Json;
use candor_contract::outcome::{Outcome, Payload};
use candor_gateway::api::{Api, AuthorizerType, Route};
use candor_gateway::authorizer::{Authorization, Decision, Granted, answer};
use candor_gateway::drill::{Act, Case, Door, Origin};
use candor_gateway::in_flight::InFlight;
use candor_gateway::request::{Ambient, Request};
use candor_iac::Reading;
use candor_iac::project::Project;

use crate::Status;
use crate::commands::simulate::{Args, Play, input, read_backend, read_text, show};
use crate::commands::{Work, tell_unread};
use crate::fault::Fault;
use crate::output::{self, outcome_name};
use crate::ui::Ui;

pub(super) fn run(args: &Args, template: &str, line: &str, ui: &mut Ui) -> Result<Status, Fault> {
    let request = request(args, line)?;
    let Work { reading, handlers, .. } = args.inputs_of(template).read()?;
    tell_unread(&reading, ui);
    let (project, api) = api(args, &reading, &request)?;
    if !project.world.assumed.is_empty() {
        ui.error(&format!(
            "note: {} taken for granted; --parameter decides",
            output::world_name(&project.world).unwrap_or_default()
        ));
    }
    let ambient = Ambient::example();
    let undecided = |u: candor_gateway::setting::Undecided| {
        let at = reading.sources.position(u.span);
        input(
            &format!("{}:{}", reading.sources.path(u.span.file), at.line),
            format!("undecided: {}", u.needs),
        )
    };
    let said = said(args)?;
    let decision = decision(said, api, &request, &ambient)?;
    let door = Door::of(InFlight::begin_authorized(api, request, &ambient, decision).map_err(undecided)?);
    let route = route_of(&door);
    let case = match route {
        Some(route) => {
            case(args, &reading, &mut Player::new(&reading, &handlers, project), api, route, &door)?
        }
        // The gateway answers by itself, whatever anybody would do.
        None => Case::standard(Outcome::NotInvocable),
    };
    let exchange = match door {
        Door::Answered(exchange) => *exchange,
        Door::Function(_) | Door::Endpoint(_) => door.play(&case).map_err(undecided)?,
    };
    if let (Some(said), Some(lacks)) = (said, exchange.lacks_identity())
        && said != Authorization::Unidentified.slug()
    {
        ui.error(&format!("note: the request lacks `{lacks}`, so that its authorizer is not asked"));
    }
    show(args, &exchange, &reading.sources, ui)?;
    Ok(Status::Clean)
}

/// What the arguments say of the authorizer; its outcomes have names of their own in a drill (`authorizer-fails`).
fn said(args: &Args) -> Result<Option<&str>, Fault> {
    let outcome = args.outcome.as_deref().and_then(Authorization::of_outcome).map(Authorization::slug);
    match (args.authorizer.as_deref(), outcome) {
        (Some(_), Some(slug)) => Err(Fault::Usage {
            what: "--authorizer and --outcome both say what the authorizer does".to_string(),
            hint: format!("one of them: --authorizer {slug}"),
        }),
        (argument, outcome) => Ok(argument.or(outcome)),
    }
}

/// `POST /orders?x=1`, or the path alone for a GET; `-H` and `-d` as with curl.
fn request(args: &Args, line: &str) -> Result<Request, Fault> {
    let wrong = || Fault::Usage {
        what: format!("`{line}` is no request"),
        hint: "'POST /orders?x=1', or '/orders' for a GET".to_string(),
    };
    let (method, target) = match line.trim().split_once(char::is_whitespace) {
        Some((method, target)) => (method.to_ascii_uppercase(), target.trim()),
        None => (if args.data.is_some() { "POST" } else { "GET" }.to_string(), line.trim()),
    };
    if !target.starts_with('/') || !method.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(wrong());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_string(), value.to_string())
    });
    let mut headers = Vec::new();
    for header in &args.header {
        let Some((name, value)) = header.split_once(':') else {
            return Err(Fault::Usage {
                what: format!("`{header}` is no header"),
                hint: "-H 'name: value'".to_string(),
            });
        };
        headers.push((name.trim().to_string(), value.trim().to_string()));
    }
    let body = args.data.as_deref().map(text_or_file).transpose()?.unwrap_or_default().into_bytes();
    Ok(Request { method, path: path.to_string(), query: query.collect(), headers, body })
}

/// What the authorizer says: it lets the request pass where nothing is said. Told by a word, or as JSON: what its function
/// answers, what a token claims, who signed.
fn decision(said: Option<&str>, api: &Api, request: &Request, ambient: &Ambient) -> Result<Decision, Fault> {
    let Some(argument) = said else { return Ok(Authorization::Allows.into()) };
    let matched = candor_gateway::routing::find(api, &request.method, &request.path);
    let authorizer = match matched.map(|matched| matched.route.request.authorizer.optional()) {
        Some(Ok((authorizer, _))) => authorizer,
        // What is not known is told where it is needed.
        Some(Err(_)) => return Ok(Authorization::Allows.into()),
        None => None,
    };
    let none = || Fault::Usage {
        what: format!("no authorizer stands before {} {}", request.method, request.path),
        hint: "leave it out: nobody is asked".to_string(),
    };
    if let Some(says) = Authorization::ALL.into_iter().find(|says| says.slug() == argument) {
        let can = authorizer.ok_or_else(none)?.refusals(api.kind);
        if says != Authorization::Allows && !can.contains(&says) {
            let can: Vec<&str> = can.into_iter().map(Authorization::slug).collect();
            return Err(Fault::Usage {
                what: format!("`{argument}` is nothing that this authorizer can do"),
                hint: format!("it allows, or: {}", can.join(", ")),
            });
        }
        return Ok(says.into());
    }
    let wrong = |what: String| Fault::Usage {
        what,
        hint: format!(
            "one of {}, or JSON: what the authorizer's function answers, what a token claims, who signed",
            Authorization::ALL.map(Authorization::slug).join(", ")
        ),
    };
    if !argument.starts_with(['{', '@']) {
        return Err(wrong(format!("`{argument}` is nothing that an authorizer says")));
    }
    let text = text_or_file(argument)?;
    let json = Json::read(&text).map_err(|e| wrong(format!("the authorizer's answer is no JSON: {e}")))?;
    let authorizer = authorizer.ok_or_else(none)?;
    if authorizer.authorizer_type != AuthorizerType::Function {
        let granted = Granted::read(authorizer.authorizer_type, &json, ambient)
            .map_err(|why| wrong(format!("of what {} knows: {why}", authorizer.name)))?;
        return Ok(Decision { says: Authorization::Allows, granted: Some(granted) });
    }
    let arn = candor_gateway::in_flight::method_arn(api, request, ambient);
    match answer::read(authorizer, api.kind, &Payload::known(text), Some(&arn)) {
        answer::Reading::Says(decision) => Ok(decision),
        answer::Reading::Malformed(_) => Ok(Authorization::Malformed.into()),
        answer::Reading::Undecided(pointer) => {
            Err(input(argument, format!("what AWS makes of `{pointer}` in this answer is not known")))
        }
    }
}

/// The text of an argument, or of the file behind its `@`.
fn text_or_file(argument: &str) -> Result<String, Fault> {
    match argument.strip_prefix('@') {
        Some(path) => read_text(path),
        None => Ok(argument.to_string()),
    }
}

/// The API that the request goes to: the one that is named, or the only one with a route for it.
fn api<'r>(args: &Args, reading: &'r Reading, request: &Request) -> Result<(&'r Project, &'r Api), Fault> {
    // Of the worlds of a template the first stands for all.
    let mut seen = Vec::new();
    let firsts = reading.projects.iter().filter(|project| {
        let first = !seen.contains(&project.file);
        seen.push(project.file);
        first
    });
    let all: Vec<(&Project, &Api)> =
        firsts.flat_map(|project| project.apis.iter().map(move |api| (project, api))).collect();
    let names = |apis: &[(&Project, &Api)]| {
        apis.iter().map(|(_, api)| api.name.clone()).collect::<Vec<_>>().join(", ")
    };
    let named: Vec<(&Project, &Api)> = match &args.of {
        Some(name) => {
            let is = |api: &Api| api.name == *name || api.logical_id.as_ref() == Some(name);
            all.iter().copied().filter(|(_, api)| is(api)).collect()
        }
        None => all.clone(),
    };
    if named.is_empty() {
        let what = args
            .of
            .as_ref()
            .map_or("no API is here".to_string(), |name| format!("no API is called `{name}`"));
        let hint = match all.as_slice() {
            [] => "a template, an OpenAPI document, or a folder that holds them".to_string(),
            all => format!("there are: {}", names(all)),
        };
        return Err(Fault::Usage { what, hint });
    }
    let ambient = Ambient::example();
    let takes = |api: &Api| candor_gateway::routing::takes(api, request, &ambient);
    let taking: Vec<(&Project, &Api)> = named.iter().copied().filter(|(_, api)| takes(api)).collect();
    match (taking.as_slice(), named.as_slice()) {
        ([one], _) | ([], [one]) => Ok(*one),
        ([], _) => {
            let routes =
                named.iter().flat_map(|(_, api)| &api.routes).map(|route| route.key.to_string()).take(8);
            Err(Fault::Usage {
                what: format!("no API has a route for {} {}", request.method, request.path),
                hint: format!("there are: {}", routes.collect::<Vec<_>>().join(", ")),
            })
        }
        (several, _) => Err(Fault::Usage {
            what: "more than one API has a route for this request".to_string(),
            hint: format!("--of NAME: {}", names(several)),
        }),
    }
}

fn route_of<'a>(door: &Door<'a>) -> Option<&'a Route> {
    match door {
        Door::Function(flight) | Door::Endpoint(flight) => flight.received().route,
        Door::Answered(_) => None,
    }
}

/// What is played: what the arguments say, or the outcome that they name.
fn case<'r>(
    args: &Args,
    reading: &Reading,
    player: &mut Player<'r>,
    api: &Api,
    route: &'r Route,
    door: &Door<'r>,
) -> Result<Case, Fault> {
    if let Some(answer) = &args.returns {
        return Ok(Case::standard(Outcome::Returned(Payload::known(text_or_file(answer)?))));
    }
    if let (Some(path), Door::Function(flight)) = (&args.function, door) {
        return Ok(Case::standard(Play::read(path)?.outcome(&flight.event())));
    }
    if let (Some(path), Door::Endpoint(_)) = (&args.backend, door) {
        let act = Act::Endpoint { outcome: read_backend(path)?, after_failure: false };
        return Ok(Case { act, ..Case::standard(Outcome::NotInvocable) });
    }
    let cases = player.cases(api, route, door);
    let named = |case: &Case| {
        let source = match case.origin {
            Origin::Source { span, .. } => Some(span),
            Origin::Standard => None,
        };
        outcome_name(reading, &case.slug, source)
    };
    let Some(wanted) = &args.outcome else {
        let first = cases.into_iter().map(|(case, _)| case).next();
        return first.ok_or_else(|| Fault::Usage {
            what: "nothing can be played here".to_string(),
            hint: "--function FILE".to_string(),
        });
    };
    match cases.iter().find(|(case, _)| case.slug == *wanted || named(case) == *wanted) {
        Some((case, _)) => Ok(case.clone()),
        None => {
            let mut all: Vec<String> = Vec::new();
            for (case, _) in &cases {
                let name = named(case);
                if !all.contains(&name) {
                    all.push(name);
                }
            }
            if let Ok((Some(authorizer), _)) = route.request.authorizer.optional() {
                let refusals = authorizer.refusals(api.kind).into_iter();
                all.extend(refusals.map(|says| Case::of_authorizer(says).slug.to_string()));
            }
            let what = format!("`{wanted}` is no outcome of {}", route.key);
            Err(Fault::Usage { what, hint: format!("there are: {}", all.join(", ")) })
        }
    }
}
