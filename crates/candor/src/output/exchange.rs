//! One exchange, as `candor simulate` shows it.

use base64::Engine as _;
use candor_contract::json::Json;
use candor_gateway::exchange::Exchange;
use candor_gateway::log::execution;
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
    let event = if called {
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

/// Response, execution log and verdict, for people.
pub(crate) fn write_text(exchange: &Exchange<'_>, sources: &Sources, palette: Palette) -> String {
    let mut out =
        format!("{}\n", palette.paint(Style::Strong, &format!("HTTP {}", exchange.response.status.value)));
    for header in &exchange.response.headers {
        out.push_str(&format!("{}: {}\n", harmless(&header.value.name), harmless(&header.value.value)));
    }
    let bytes = exchange.response.body.value.bytes().unwrap_or_default();
    out.push_str(&format!("\n{}\n\n", String::from_utf8_lossy(bytes)));
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
    out
}
