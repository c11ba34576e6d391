//! What `candor render` shows.

use candor_contract::json::Json;
use candor_vtl::traps::Trap;
use candor_vtl::{Overrides, Piece, Rendered, Value};

use crate::output::{count, harmless, wrap};
use crate::ui::{Palette, Style};

/// A part of the output, and the line of the template that made it.
pub(crate) struct Line {
    line: u32,
    column: u32,
    output: String,
}

/// The output in parts, one for each stretch that one line of the template made.
pub(crate) fn lines(source: &str, output: &str, pieces: &[Piece]) -> Vec<Line> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let position = |at: usize| {
        let line = starts.partition_point(|start| *start <= at);
        let column = source[starts[line - 1]..at].chars().count() + 1;
        (line as u32, column as u32)
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut push = |at: usize, text: &str| {
        let (line, column) = position(at);
        match lines.last_mut() {
            Some(last) if last.line == line && !last.output.ends_with('\n') => last.output.push_str(text),
            _ => lines.push(Line { line, column, output: text.to_string() }),
        }
    };
    for piece in pieces {
        let (from, to) = (piece.template.start as usize, piece.template.end as usize);
        let text = &output[piece.output.clone()];
        if source.get(from..to) == Some(text) {
            // Text as the template has it: each of its lines has made its own.
            let mut at = from;
            for part in text.split_inclusive('\n') {
                push(at, part);
                at += part.len();
            }
        } else {
            push(from, text);
        }
    }
    lines
}

/// For people: the template's line before each part of the output; `⏎` is a printed end of line.
pub(crate) fn write_trace(lines: &[Line], palette: Palette) -> String {
    let width = lines.iter().map(|l| l.line.to_string().len()).max().unwrap_or(1);
    let mut out = String::new();
    for line in lines {
        let number = palette.paint(Style::Faint, &format!("{:>width$} │", line.line));
        for part in line.output.split_inclusive('\n') {
            let end = if part.ends_with('\n') { "⏎" } else { "" };
            let shown = harmless(part.trim_end_matches(['\r', '\n']));
            out.push_str(&format!("{number} {shown}{}\n", palette.paint(Style::Faint, end)));
        }
    }
    out
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(n) => Json::number(*n),
        Value::Double(d) if d.is_finite() => Json::Number(value.to_text()),
        Value::Big(spelled) => Json::Number(spelled.clone()),
        Value::Double(_) => Json::String(value.to_text()),
        Value::String(text) => Json::String(text.clone()),
        Value::Array(items) | Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Map(members) => Json::object(members.iter().map(|(k, v)| (k.clone(), json(v)))),
    }
}

/// A map's members, where it has any.
fn members(map: Option<&Value>) -> Option<Json> {
    match map {
        Some(map @ Value::Map(members)) if !members.is_empty() => Some(json(map)),
        _ => None,
    }
}

/// What a template overrode: `{"status", "headers", "request": {"path", "querystring", "header"}}`, each where there is any.
fn override_json(overrides: &Overrides) -> Option<Json> {
    let mut set: Vec<(&str, Json)> = Vec::new();
    set.extend(overrides.status().map(|status| ("status", json(&status))));
    set.extend(members(overrides.response().get("header")).map(|headers| ("headers", headers)));
    let places = ["path", "querystring", "header"];
    let request: Vec<(&str, Json)> =
        places.into_iter().filter_map(|p| Some((p, members(overrides.request().get(p))?))).collect();
    if !request.is_empty() {
        set.push(("request", Json::object(request)));
    }
    (!set.is_empty()).then(|| Json::object(set))
}

/// What a template overrode, for people: a line for each.
pub(crate) fn overridden(overrides: &Overrides) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(overrides.status().map(|s| format!("overrides the status: {}", harmless(&s.to_text()))));
    let pair = |what: &str, (name, value): &(String, String)| {
        format!("overrides the {what} {}: {}", harmless(name), harmless(value))
    };
    lines.extend(overrides.response_headers().iter().map(|p| pair("response's header", p)));
    for (place, what) in [
        ("path", "path parameter"),
        ("querystring", "query string parameter"),
        ("header", "request's header"),
    ] {
        lines.extend(overrides.request_parameters(place).iter().map(|p| pair(what, p)));
    }
    lines
}

/// One rendering, for programs.
pub(crate) fn write_json(rendered: &Rendered, trace: Option<&[Line]>) -> String {
    let mut document = vec![
        ("version", Json::number(1)),
        ("output", Json::string(rendered.output.as_str())),
        ("override", override_json(&rendered.overrides).unwrap_or(Json::Null)),
    ];
    if let Some(trace) = trace {
        let line = |l: &Line| {
            Json::object([
                ("line", Json::number(l.line)),
                ("column", Json::number(l.column)),
                ("output", Json::string(l.output.as_str())),
            ])
        };
        document.push(("trace", Json::Array(trace.iter().map(line).collect())));
    }
    let mut text = Json::object(document).write_pretty();
    text.push('\n');
    text
}

/// Results of cases, for programs: a list, an element a line.
pub(crate) fn write_cases(results: &[(String, Result<Rendered, String>)]) -> String {
    let one = |(id, result): &(String, Result<Rendered, String>)| {
        let mut members = vec![("id", Json::string(id.as_str()))];
        match result {
            Ok(rendered) => {
                members.push(("output", Json::string(rendered.output.as_str())));
                members.extend(override_json(&rendered.overrides).map(|set| ("override", set)));
            }
            Err(error) => members.push(("error", Json::string(error.as_str()))),
        }
        Json::object(members).write()
    };
    format!("[{}]\n", results.iter().map(one).collect::<Vec<_>>().join(",\n"))
}

/// Results of cases, for people.
pub(crate) fn show_cases(results: &[(String, Result<Rendered, String>)], palette: Palette) -> String {
    let mut out = String::new();
    for (id, result) in results {
        out.push_str(&palette.paint(Style::Strong, &harmless(id)));
        out.push('\n');
        match result {
            Ok(rendered) => {
                out.push_str(&rendered.output);
                if !rendered.output.ends_with('\n') {
                    out.push('\n');
                }
                for line in overridden(&rendered.overrides) {
                    out.push_str(&format!("{}\n", palette.paint(Style::Note, &line)));
                }
            }
            Err(error) => out.push_str(&format!("{}: {error}\n", palette.paint(Style::Error, "error"))),
        }
    }
    out
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(source: &str, at: u32) -> (u32, u32) {
    let before = source.get(..at as usize).unwrap_or(source);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    (line, column)
}

/// Traps of a template, for programs.
pub(crate) fn traps_json(source: &str, traps: &[Trap]) -> String {
    let one = |trap: &Trap| {
        let ((line, column), (end_line, end_column)) =
            (position(source, trap.span.start), position(source, trap.span.end));
        Json::object([
            ("trap", Json::string(trap.kind.slug())),
            ("message", Json::string(trap.message(source))),
            ("remedy", Json::string(trap.kind.remedy())),
            ("line", Json::number(line)),
            ("column", Json::number(column)),
            ("endLine", Json::number(end_line)),
            ("endColumn", Json::number(end_column)),
        ])
    };
    let document =
        Json::object([("version", Json::number(1)), ("traps", Json::Array(traps.iter().map(one).collect()))]);
    let mut text = document.write_pretty();
    text.push('\n');
    text
}

/// Traps of a template, for people.
pub(crate) fn show_traps(path: &str, source: &str, traps: &[Trap], palette: Palette, width: usize) -> String {
    let mut out = String::new();
    for trap in traps {
        let (line, column) = position(source, trap.span.start);
        let head = palette.paint(Style::Warning, &format!("warning[{}]", trap.kind.slug()));
        out.push_str(&format!("{}:{line}:{column}: {head}\n", harmless(path)));
        for text in wrap(&harmless(&trap.message(source)), width.saturating_sub(2)) {
            out.push_str(&format!("  {text}\n"));
        }
        for text in wrap(&format!("= fix  {}", trap.kind.remedy()), width.saturating_sub(2)) {
            out.push_str(&format!("  {text}\n"));
        }
    }
    out.push_str(&match traps.len() {
        0 => "no traps found\n".to_string(),
        n => format!("{}\n", count(n, "trap")),
    });
    out
}
