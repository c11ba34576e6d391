//! `candor check --format sarif`: SARIF 2.1.0, for code scanning. Lines and columns count characters; the places that lead to a finding
//! are a code flow.

use candor_check::rules::RULES;
use candor_check::{Finding, Report, Severity};
use candor_contract::json::Json;
use candor_gateway::span::Span;
use candor_iac::Reading;

use crate::commands::place_of;
use crate::output::{fingerprints, proof_line};

fn level(severity: Severity) -> Json {
    Json::string(severity.slug())
}

fn text(text: impl Into<String>) -> Json {
    Json::object([("text", Json::string(text))])
}

/// A path as a URI reference: blanks and the like escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'/'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'+'
            | b'@'
            | b'=' => {
                out.push(byte as char);
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn location(reading: &Reading, span: Span, message: Option<&str>) -> Json {
    let at = reading.sources.position(span);
    let region = Json::object([
        ("startLine", Json::number(at.line)),
        ("startColumn", Json::number(at.column)),
        ("endLine", Json::number(at.end_line)),
        ("endColumn", Json::number(at.end_column)),
    ]);
    let artifact = Json::object([("uri", Json::string(uri(reading.sources.path(span.file))))]);
    let physical = Json::object([("artifactLocation", artifact), ("region", region)]);
    let mut members = vec![("physicalLocation", physical)];
    members.extend(message.map(|message| ("message", text(message))));
    Json::object(members)
}

/// The whole log.
pub(crate) fn write(reading: &Reading, report: &Report) -> String {
    let rules = RULES.iter().map(|rule| {
        Json::object([
            ("id", Json::string(rule.slug)),
            ("shortDescription", text(rule.summary)),
            (
                "help",
                Json::object([("text", Json::string(rule.docs)), ("markdown", Json::string(rule.docs))]),
            ),
            ("defaultConfiguration", Json::object([("level", level(rule.severity))])),
        ])
    });
    let driver = Json::object([
        ("name", Json::string("candor")),
        ("semanticVersion", Json::string(env!("CARGO_PKG_VERSION"))),
        ("rules", Json::Array(rules.collect())),
    ]);
    let unread = reading.unreadable.iter().map(|unreadable| {
        Json::object([
            ("level", Json::string("error")),
            ("message", text(format!("{}: {}", place_of(reading, unreadable), unreadable.message))),
        ])
    });
    let invocation = Json::object([
        ("executionSuccessful", Json::Bool(reading.unreadable.is_empty())),
        ("toolExecutionNotifications", Json::Array(unread.collect())),
    ]);
    let prints = fingerprints(reading, report);
    let results = report.findings.iter().zip(prints).map(|(f, print)| result(reading, f, print));
    let run = Json::object([
        ("tool", Json::object([("driver", driver)])),
        ("columnKind", Json::string("unicodeCodePoints")),
        ("invocations", Json::Array(vec![invocation])),
        ("results", Json::Array(results.collect())),
    ]);
    let log = Json::object([
        ("$schema", Json::string("https://json.schemastore.org/sarif-2.1.0.json")),
        ("version", Json::string("2.1.0")),
        ("runs", Json::Array(vec![run])),
    ]);
    let mut text = log.write_pretty();
    text.push('\n');
    text
}

fn result(reading: &Reading, f: &Finding, print: String) -> Json {
    let mut message = f.message.clone();
    if let Some(proof) = proof_line(reading, f) {
        message.push_str(&format!(" ({proof})"));
    }
    message.push_str(&format!(". Instead: {}", f.remedy));
    let mut members = vec![
        ("ruleId", Json::string(f.rule.slug)),
        ("level", level(f.severity)),
        ("message", text(message)),
        ("locations", Json::Array(vec![location(reading, f.at, Some(&f.label))])),
        ("partialFingerprints", Json::object([("candor/v1", Json::string(print))])),
    ];
    if !f.also.is_empty() {
        let also = || f.also.iter().map(|(span, message)| location(reading, *span, Some(message)));
        members.push(("relatedLocations", Json::Array(also().collect())));
        let steps = also().chain([location(reading, f.at, Some(&f.label))]);
        let steps = steps.map(|location| Json::object([("location", location)])).collect();
        let thread = Json::object([("locations", Json::Array(steps))]);
        let flow = Json::object([("threadFlows", Json::Array(vec![thread]))]);
        members.push(("codeFlows", Json::Array(vec![flow])));
    }
    Json::object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("./a b/ü.yaml"), "a%20b/%C3%BC.yaml");
        assert_eq!(uri("a\\b#c?.yaml"), "a/b%23c%3F.yaml");
    }
}
