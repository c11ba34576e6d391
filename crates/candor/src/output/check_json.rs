//! `candor check --format json`; its schema is `schemas/check.schema.json`.

use candor_check::{Finding, Report, Severity};
use candor_contract::json::Json;
use candor_iac::Reading;

use crate::output::{outcome_name, undecided_json, unreadable_json};

/// The whole document.
pub(crate) fn write(reading: &Reading, report: &Report) -> String {
    let number = |n: usize| Json::number(n as i64);
    let of = |severity| number(report.findings.iter().filter(|f| f.severity == severity).count());
    let totals = &report.totals;
    let summary = Json::object([
        ("files", number(reading.files)),
        ("apis", number(totals.apis)),
        ("routes", number(totals.routes)),
        ("functions", number(totals.functions)),
        ("drills", number(totals.drills)),
        (
            "findings",
            Json::object([
                ("error", of(Severity::Error)),
                ("warning", of(Severity::Warning)),
                ("note", of(Severity::Note)),
            ]),
        ),
    ]);
    // Findings may be many: each is written at once, and never stands beside the others as a tree.
    let mut text = String::from("{\n  \"version\": 1,\n  \"summary\": ");
    summary.write_pretty_within(1, &mut text);
    text.push_str(",\n  \"findings\": [");
    for (i, f) in report.findings.iter().enumerate() {
        text.push_str(if i == 0 { "\n    " } else { ",\n    " });
        finding(reading, f).write_pretty_within(2, &mut text);
    }
    text.push_str(if report.findings.is_empty() {
        "],\n  \"undecided\": "
    } else {
        "\n  ],\n  \"undecided\": "
    });
    undecided_json(reading, &report.undecided).write_pretty_within(1, &mut text);
    text.push_str(",\n  \"unreadable\": ");
    unreadable_json(reading).write_pretty_within(1, &mut text);
    text.push_str("\n}\n");
    text
}

fn finding(reading: &Reading, f: &Finding) -> Json {
    let sources = &reading.sources;
    let at = sources.position(f.at);
    let also = f.also.iter().map(|(span, message)| {
        Json::object([
            ("path", Json::string(sources.path(span.file))),
            ("line", Json::number(sources.position(*span).line)),
            ("message", Json::string(message.as_str())),
        ])
    });
    let evidence = f.proof.as_ref().map_or(Json::Null, |proof| {
        let client = Json::object([
            ("status", Json::number(proof.status)),
            ("body", proof.body.clone().map_or(Json::Null, Json::String)),
        ]);
        let outcome = outcome_name(reading, &proof.outcome, proof.source);
        Json::object([("outcome", Json::string(outcome)), ("client", client)])
    });
    let routes: Vec<Json> = f.routes.iter().map(|r| Json::String(r.to_string())).collect();
    let construct = reading.construct(f.at).map(|construct| ("construct", Json::string(construct)));
    let members = [
        ("rule", Json::string(f.rule.slug)),
        ("severity", Json::string(f.severity.slug())),
        ("message", Json::string(f.message.as_str())),
        ("api", Json::string(f.api.as_str())),
        ("route", routes.first().cloned().unwrap_or(Json::Null)),
        ("routes", Json::Array(routes)),
        ("function", f.function.as_deref().map_or(Json::Null, Json::string)),
        ("when", f.when.as_deref().map_or(Json::Null, Json::string)),
        ("path", Json::string(sources.path(f.at.file))),
        ("line", Json::number(at.line)),
        ("column", Json::number(at.column)),
        ("endLine", Json::number(at.end_line)),
        ("endColumn", Json::number(at.end_column)),
        ("count", Json::number(f.count as i64)),
        ("also", Json::Array(also.collect())),
        ("evidence", evidence),
        // Fixes come with their own issue; the advice stands under `remedy`.
        ("fix", Json::Null),
        ("remedy", Json::string(f.remedy.as_str())),
    ];
    Json::object(members.into_iter().chain(construct))
}
