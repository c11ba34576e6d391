//! `candor drill`, for people and for programs; the schema of the latter is `schemas/drill.schema.json`.

use candor_check::notice::{is_failure, notice};
use candor_contract::ApiKind;
use candor_contract::json::Json;
use candor_contract::outcome::Outcome;
use candor_contract::verdict::Verdict;
use candor_gateway::api::{Route, Target};
use candor_gateway::drill::{Case, Origin};
use candor_gateway::exchange::Exchange;
use candor_gateway::setting::{Cause, Undecided};
use candor_gateway::signals::{healthy, signals};
use candor_gateway::span::Span;
use candor_iac::Reading;
use candor_iac::project::Project;

use crate::commands::drill::kind_words;
use crate::output::body::one_line;
use crate::output::{
    count, cut, harmless, outcome_name, undecided_json, undecided_text, unreadable_json, verdict_style,
};
use crate::ui::{Palette, Style};

/// One API with its drills.
pub(crate) struct DrilledApi {
    pub(crate) name: String,
    pub(crate) kind: ApiKind,
    pub(crate) world: Option<String>,
    pub(crate) routes: Vec<DrilledRoute>,
}

/// One route with its drills.
pub(crate) struct DrilledRoute {
    route: String,
    function: Option<String>,
    integration: Option<&'static str>,
    span: Span,
    pub(crate) drills: Vec<Drilled>,
}

impl DrilledRoute {
    pub(crate) fn of(route: &Route, drills: Vec<Drilled>) -> DrilledRoute {
        let function = match route.integration.target.optional() {
            Ok((Some(Target::Function(f)), _)) => Some(f.name.clone()),
            _ => None,
        };
        let integration_type = route.integration.integration_type.optional().ok().and_then(|(t, _)| t);
        DrilledRoute {
            route: route.key.to_string(),
            function,
            integration: integration_type.map(|t| t.slug()),
            span: route.span,
            drills,
        }
    }
}

/// One exchange of a drill.
pub(crate) struct Drilled {
    outcome: String,
    /// Where the handler's source says so.
    source: Option<Span>,
    note: String,
    payload: Option<String>,
    function_error: bool,
    status: u16,
    headers: Vec<(String, String)>,
    body: Option<String>,
    pub(crate) verdict: Verdict,
    because: &'static str,
    /// `headers` or `multiValueHeaders`, where those of the answer do not reach the client, and why.
    lost: Option<(&'static str, Cause)>,
    decided: Cause,
    left: Left,
}

/// What an exchange leaves behind, and who would notice it.
struct Left {
    metrics: Vec<String>,
    logs: Vec<&'static str>,
    alarms: Vec<Alarmed>,
    /// Whether somebody is told: `None` where nobody can say, and where nothing failed.
    noticed: Option<bool>,
    /// Whether there is anything to notice.
    failed: bool,
}

/// An alarm that fires, or perhaps does.
struct Alarmed {
    name: String,
    certain: bool,
    tells: bool,
}

impl Left {
    fn of(exchange: &Exchange<'_>, project: &Project) -> Left {
        let (own, usual) = (signals(exchange), healthy(exchange));
        let failed = is_failure(exchange);
        let noticed = notice(&own, &usual, project);
        let alarms = noticed.alarms.iter().filter(|_| failed).map(|fired| Alarmed {
            name: fired.alarm.logical_id.clone(),
            certain: fired.certain,
            tells: fired.tells != Some(false),
        });
        Left {
            metrics: own.moved(&usual).map(|metric| metric.title()).collect(),
            logs: own.written_logs().into_iter().map(|log| log.slug()).collect(),
            alarms: alarms.collect(),
            noticed: noticed.noticed().filter(|_| failed),
            failed,
        }
    }

    /// Who would notice, for people: alarms, nobody, or perhaps somebody; nothing where nothing failed.
    fn who(&self) -> String {
        let names = |of: &dyn Fn(&&Alarmed) -> bool| {
            let names: Vec<String> = self.alarms.iter().filter(of).map(|a| harmless(&a.name)).collect();
            names.join(", ")
        };
        match self.noticed {
            _ if !self.failed => String::new(),
            Some(true) => names(&|a| a.certain && a.tells),
            None => format!("perhaps {}", names(&|a| a.tells)),
            Some(false) if self.alarms.is_empty() => "nobody".to_string(),
            Some(false) => format!("nobody ({} tells no one)", names(&|_| true)),
        }
    }

    fn json(&self) -> Json {
        let texts = |texts: Vec<&str>| Json::Array(texts.into_iter().map(Json::string).collect());
        let alarms = self.alarms.iter().filter(|a| a.certain).map(|a| a.name.as_str());
        let perhaps = self.alarms.iter().filter(|a| !a.certain).map(|a| a.name.as_str());
        Json::object([
            ("metrics", texts(self.metrics.iter().map(String::as_str).collect())),
            ("logs", texts(self.logs.clone())),
            ("alarms", texts(alarms.collect())),
            ("perhaps", texts(perhaps.collect())),
            ("noticed", self.noticed.map_or(Json::Null, Json::Bool)),
        ])
    }
}

impl Drilled {
    pub(crate) fn of(case: &Case, exchange: &Exchange<'_>, project: &Project) -> Drilled {
        let judgement = exchange.judge();
        let (payload, function_error) = match case.outcome() {
            None => (None, false),
            Some(Outcome::Returned(payload) | Outcome::ReturnedLate(payload)) if payload.is_partial() => {
                (None, false)
            }
            Some(Outcome::Returned(payload) | Outcome::ReturnedLate(payload)) => {
                (payload.text().map(str::to_string), false)
            }
            Some(failed) => {
                let payload = failed.error_payload(&exchange.received.ambient.lambda_request_id);
                (payload.as_ref().and_then(|p| p.text()).map(str::to_string), payload.is_some())
            }
        };
        let headers = exchange.response.headers.iter();
        Drilled {
            outcome: case.slug.to_string(),
            source: match case.origin {
                Origin::Source { span, .. } => Some(span),
                Origin::Standard => None,
            },
            note: case.note.to_string(),
            payload,
            function_error,
            status: exchange.response.status.value,
            headers: headers.map(|h| (h.value.name.to_string(), h.value.value.clone())).collect(),
            body: exchange.response.body.value.bytes().map(|b| String::from_utf8_lossy(b).into_owned()),
            verdict: judgement.verdict,
            because: judgement.because,
            lost: exchange.lost_headers(),
            decided: exchange.culprit(judgement.part).cause,
            left: Left::of(exchange, project),
        }
    }

    /// The outcome, and what tells it from others of its name.
    fn title(&self, reading: &Reading) -> String {
        let outcome = outcome_name(reading, &self.outcome, self.source);
        if self.note.is_empty() { outcome } else { format!("{outcome}, {}", harmless(&self.note)) }
    }

    /// What decided, in few words; the file is named where it is not the route's.
    fn place(&self, reading: &Reading, route: Span) -> String {
        let line = |span: Span| {
            let line = reading.sources.position(span).line;
            if span.file == route.file {
                return format!("line {line}");
            }
            let path = reading.sources.path(span.file);
            format!("{}:{line}", harmless(path.rsplit('/').next().unwrap_or(path)))
        };
        let decided = |cause: Cause| match cause {
            Cause::Written(span) => line(span),
            Cause::Missing { at, key } => format!("no {key}, {}", line(at)),
            Cause::Aws(_) => "AWS".to_string(),
            Cause::Payload => "the function".to_string(),
            Cause::Request => "the request".to_string(),
        };
        match self.lost {
            Some((lost, cause)) => format!("{lost} lost, {}", decided(cause)),
            None => decided(self.decided),
        }
    }

    /// Why the verdict is what it is, for programs.
    fn reason(&self) -> String {
        match self.lost {
            Some((lost, _)) => format!("{}, but its `{lost}` are lost", self.because),
            None => self.because.to_string(),
        }
    }
}

/// The document for programs.
pub(crate) fn write_json(reading: &Reading, apis: &[DrilledApi], undecided: &[Undecided]) -> String {
    let drilled = |d: &Drilled, route: &DrilledRoute| {
        let span = d.decided.span().unwrap_or(route.span);
        let headers = d
            .headers
            .iter()
            .map(|(k, v)| Json::Array(vec![Json::string(k.as_str()), Json::string(v.as_str())]));
        let client = Json::object([
            ("status", Json::number(d.status)),
            ("headers", Json::Array(headers.collect())),
            ("body", d.body.clone().map_or(Json::Null, Json::String)),
        ]);
        let lambda = Json::object([
            ("payload", d.payload.clone().map_or(Json::Null, Json::String)),
            ("functionError", if d.function_error { Json::string("Unhandled") } else { Json::Null }),
        ]);
        Json::object([
            ("outcome", Json::string(outcome_name(reading, &d.outcome, d.source))),
            ("lambda", lambda),
            ("client", client),
            ("verdict", Json::string(d.verdict.slug())),
            ("because", Json::String(d.reason())),
            ("path", Json::string(reading.sources.path(span.file))),
            ("line", Json::number(reading.sources.position(span).line)),
            ("signals", d.left.json()),
        ])
    };
    let route = |r: &DrilledRoute| {
        Json::object([
            ("route", Json::string(r.route.as_str())),
            ("function", r.function.as_deref().map_or(Json::Null, Json::string)),
            ("integration", r.integration.map_or(Json::Null, Json::string)),
            ("drills", Json::Array(r.drills.iter().map(|d| drilled(d, r)).collect())),
        ])
    };
    let api = |a: &DrilledApi| {
        Json::object([
            ("name", Json::string(a.name.as_str())),
            ("kind", Json::string(a.kind.slug())),
            ("when", a.world.as_deref().map_or(Json::Null, Json::string)),
            ("routes", Json::Array(a.routes.iter().map(route).collect())),
        ])
    };
    let document = Json::object([
        ("version", Json::number(1)),
        ("apis", Json::Array(apis.iter().map(api).collect())),
        ("undecided", undecided_json(reading, undecided)),
        ("unreadable", unreadable_json(reading)),
    ]);
    let mut text = document.write_pretty();
    text.push('\n');
    text
}

/// One route's drills, a line each; the columns are as wide as this route needs them.
fn table(reading: &Reading, route: &DrilledRoute, palette: Palette, width: usize, out: &mut String) {
    let outcomes: Vec<String> = route.drills.iter().map(|d| d.title(reading)).collect();
    let places: Vec<String> = route.drills.iter().map(|d| d.place(reading, route.span)).collect();
    let who: Vec<String> = route.drills.iter().map(|d| d.left.who()).collect();
    let widest = |column: &[String]| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    let (first, verdict) = (widest(&outcomes), 14);
    let left = width.saturating_sub(4 + first + 1 + 3 + 1 + verdict + 1 + LEAST_WHO + 1);
    let third = widest(&places).min(36).min(left.max(LEAST_PLACE));
    let fixed = 4 + first + 1 + 3 + 1 + verdict + 1 + 1 + third + 1;
    let noticed = widest(&who).min(40).min(width.saturating_sub(fixed).max(LEAST_WHO));
    let head = fixed + noticed;
    // Where the body would have no room beside the rest, it has a line of its own.
    let beside = width.saturating_sub(head) >= LEAST_BODY;
    let room =
        if beside { width.saturating_sub(head) } else { width.saturating_sub(BODY_INDENT).max(LEAST_BODY) };
    for (((d, outcome), place), who) in route.drills.iter().zip(outcomes).zip(places).zip(who) {
        let body = match &d.body {
            None => cut("what the function says", room),
            Some(body) => one_line(body, room),
        };
        let body = palette.paint(Style::Faint, &body);
        let slug = palette.paint(verdict_style(d.verdict), &format!("{:<verdict$}", d.verdict.slug()));
        let mut line = format!(
            "    {outcome:<first$} {} {slug} {:<noticed$} {:<third$}",
            d.status,
            cut(&who, noticed),
            cut(&place, third),
        );
        if beside {
            line.push_str(&format!(" {body}"));
        }
        out.push_str(line.trim_end());
        out.push('\n');
        if !beside && !body.is_empty() {
            out.push_str(&format!("{:BODY_INDENT$}{body}\n", ""));
        }
    }
}

/// Columns that a body needs to say anything.
const LEAST_BODY: usize = 24;
/// Columns for whoever would notice: `nobody` at least.
const LEAST_WHO: usize = 8;
/// Columns for what decided: `the function` at least.
const LEAST_PLACE: usize = 12;
/// Where a body begins that has a line of its own.
const BODY_INDENT: usize = 8;

/// The table for people: a route, and under it a line per outcome.
pub(crate) fn write_text(
    reading: &Reading,
    apis: &[DrilledApi],
    undecided: &[Undecided],
    palette: Palette,
    width: usize,
) -> String {
    let mut out = String::new();
    let mut totals = [0usize; Verdict::ALL.len()];
    let (mut failures, mut unnoticed) = (0usize, 0usize);
    for api in apis {
        let world = api.world.as_ref().map_or_else(String::new, |w| format!(", when {}", harmless(w)));
        let title = format!("{} ({}{world})", harmless(&api.name), kind_words(api.kind));
        out.push_str(&format!("{}\n", palette.paint(Style::Strong, &title)));
        for route in &api.routes {
            let behind = match (&route.function, route.integration) {
                (Some(function), Some(integration)) => format!("{} by {integration}", harmless(function)),
                (None, Some("mock")) if api.kind == ApiKind::Alb => "the load balancer itself".to_string(),
                (None, Some(integration)) => integration.to_string(),
                _ => "undecided".to_string(),
            };
            out.push_str(&format!(
                "\n  {} → {behind}\n",
                palette.paint(Style::Strong, &harmless(&route.route))
            ));
            if route.drills.is_empty() {
                let why = if route.integration == Some("mock") {
                    "no function stands behind it"
                } else {
                    "nothing to play"
                };
                out.push_str(&format!("    {}\n", palette.paint(Style::Faint, why)));
            }
            for d in &route.drills {
                unnoticed += usize::from(d.left.noticed == Some(false));
                failures += usize::from(d.left.failed);
                if let Some(i) = Verdict::ALL.iter().position(|v| *v == d.verdict) {
                    totals[i] += 1;
                }
            }
            table(reading, route, palette, width, &mut out);
        }
        out.push('\n');
    }
    undecided_text(reading, undecided, &mut out);
    let all: usize = totals.iter().sum();
    let parts: Vec<String> = Verdict::ALL
        .iter()
        .zip(totals)
        .filter(|(_, n)| *n > 0)
        .map(|(verdict, n)| palette.paint(verdict_style(*verdict), &format!("{n} {}", verdict.slug())))
        .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    out.push_str(&format!("{}{parts}\n", count(all, "exchange")));
    if failures > 0 {
        out.push_str(&format!("nobody would notice {unnoticed} of {}\n", count(failures, "failure")));
    }
    out
}
