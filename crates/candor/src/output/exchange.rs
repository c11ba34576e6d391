//! One exchange, as `candor simulate` shows it.

use base64::Engine as _;
use candor_contract::json::Json;
use candor_gateway::endpoint::EndpointRequest;
use candor_gateway::exchange::Exchange;
use candor_gateway::log::execution;
use candor_gateway::setting::Cause;
use candor_gateway::signals::UNKNOWN;
use candor_iac::source::Sources;

use crate::output::{harmless, verdict_style};
use crate::ui::{Palette, Style};

/// The document for programs. `called`: whether there is an event to show.
pub(crate) fn write_json(exchange: &Exchange<'_>, called: bool) -> String {
    let bytes = exchange.response.body.value.bytes().unwrap_or_default();
    let (body, encoded) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_string(), false),
        Err(_) => (base64::engine::general_purpose::STANDARD.encode(bytes), true),
    };
    let headers = exchange.response.headers.iter().map(|h| {
        Json::Array(vec![Json::string(h.value.name.as_ref()), Json::string(h.value.value.as_str())])
    });
    let event = if let Some(call) = &exchange.endpoint {
        endpoint_request(&call.request)
    } else if called {
        let event = String::from_utf8_lossy(&exchange.received.event()).into_owned();
        Json::read(&event).unwrap_or(Json::String(event))
    } else {
        Json::Null
    };
    let document = Json::object([
        ("status", Json::number(exchange.response.status.value)),
        ("headers", Json::Array(headers.collect())),
        ("body", Json::String(body)),
        ("isBase64Encoded", Json::Bool(encoded)),
        ("event", event),
        ("log", Json::String(log(exchange))),
        ("verdict", Json::string(exchange.judge().verdict.slug())),
    ]);
    let mut text = document.write_pretty();
    text.push('\n');
    text
}

/// The execution log; empty where AWS writes none.
fn log(exchange: &Exchange<'_>) -> String {
    execution::test_invocation(exchange).replace(UNKNOWN, "…")
}

/// The integration request to an endpoint.
fn endpoint_request(request: &EndpointRequest) -> Json {
    let mut query: Vec<(String, Json)> = Vec::new();
    for (name, value) in &request.query {
        match query.iter_mut().find(|(n, _)| n == name) {
            Some((_, Json::Array(values))) => values.push(Json::string(value.as_str())),
            _ => query.push((name.clone(), Json::Array(vec![Json::string(value.as_str())]))),
        }
    }
    let headers =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), Json::string(value.as_str())));
    let body = match std::str::from_utf8(&request.body) {
        Ok(text) => ("body", Json::string(text)),
        Err(_) => {
            ("bodyBase64", Json::string(base64::engine::general_purpose::STANDARD.encode(&request.body)))
        }
    };
    Json::object([
        ("method", Json::string(request.method.as_str())),
        ("uri", Json::string(request.uri.as_str())),
        ("query", Json::Object(query)),
        ("headers", Json::object(headers)),
        body,
    ])
}

/// The steps in order, each with the place that decided it.
fn trace(exchange: &Exchange<'_>, sources: &Sources, palette: Palette) -> String {
    let place = |cause: &Cause| match cause {
        Cause::Written(span) | Cause::Missing { at: span, .. } => {
            format!("{}:{}", harmless(sources.path(span.file)), sources.position(*span).line)
        }
        Cause::Payload => "the answer".to_string(),
        Cause::Request => "the request".to_string(),
        Cause::Aws(_) => "AWS".to_string(),
    };
    let steps: Vec<(String, String)> = exchange
        .trace
        .steps()
        .iter()
        .map(|step| {
            let missing = match step.cause {
                Cause::Missing { key, .. } => format!(" (no `{key}` is written)"),
                Cause::Written(_) | Cause::Payload | Cause::Request | Cause::Aws(_) => String::new(),
            };
            (place(&step.cause), format!("{}{missing}", harmless(&step.what.to_string())))
        })
        .collect();
    let width = steps.iter().map(|(place, _)| place.chars().count()).max().unwrap_or_default();
    steps
        .iter()
        .map(|(place, what)| {
            format!("{}  {what}\n", palette.paint(Style::Faint, &format!("{place:<width$}")))
        })
        .collect()
}

/// Response, execution log and verdict, for people; with `steps` also how it came to that.
pub(crate) fn write_text(
    exchange: &Exchange<'_>,
    sources: &Sources,
    steps: bool,
    palette: Palette,
) -> String {
    let mut out =
        format!("{}\n", palette.paint(Style::Strong, &format!("HTTP {}", exchange.response.status.value)));
    for header in &exchange.response.headers {
        out.push_str(&format!("{}: {}\n", harmless(&header.value.name), harmless(&header.value.value)));
    }
    let body = match exchange.response.body.value.bytes() {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => palette.paint(Style::Faint, "(a body that depends on what the function answers)"),
    };
    out.push_str(&format!("\n{body}\n\n"));
    let log = log(exchange);
    for line in log.lines() {
        out.push_str(&palette.paint(Style::Faint, &harmless(line)));
        out.push('\n');
    }
    if !log.is_empty() {
        out.push('\n');
    }
    let judgement = exchange.judge();
    let verdict = palette.paint(verdict_style(judgement.verdict), judgement.verdict.slug());
    out.push_str(&format!("{verdict}: {}", judgement.because));
    if let Some(span) = exchange.culprit(judgement.part).cause.span() {
        out.push_str(&format!(" ({}:{})", harmless(sources.path(span.file)), sources.position(span).line));
    }
    out.push('\n');
    if steps {
        out.push_str(&format!("\n{}", trace(exchange, sources, palette)));
    }
    out
}
