//! What is wrong with the answer itself: its keys, its status, its body. And a handler's name that leads nowhere.

use std::ops::Range;

use super::Broken;
use super::python::{Module, line_of};

/// One part of an answer: an entry of a dict literal, or an assignment to a key.
struct Part {
    /// The statement that it is, or stands in.
    statement: usize,
    /// The key with its quotes.
    key: Range<usize>,
    value: Range<usize>,
    /// The opening bracket of the dict literal; `None` for an assignment.
    dict: Option<usize>,
}

/// The parts of answers that give this key.
fn parts(module: &Module<'_>, key: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let quoted = format!("\"{key}\"");
    for statement in 0..module.statements.len() {
        let span = module.span(statement);
        for (offset, _) in module.text_of(statement).match_indices(&quoted) {
            let key = span.start + offset..span.start + offset + quoted.len();
            let behind = &module.code[key.end..];
            let entry =
                behind.starts_with(": ").then(|| module.bracket_around(statement, key.start)).flatten();
            if let Some(dict) = entry {
                let value = key.end + 2..module.end_of_expression(key.end + 2);
                parts.push(Part { statement, key, value, dict: Some(dict) });
            } else if behind.starts_with("] = ") {
                let value = key.end + 4..span.end;
                parts.push(Part { statement, key, value, dict: None });
            }
        }
    }
    parts
}

/// The bytes to take away so that a part is gone.
fn whole(module: &Module<'_>, part: &Part) -> Range<usize> {
    let line = |at: usize| module.text[..at].rfind('\n').map_or(0, |n| n + 1);
    let lines = |span: Range<usize>| {
        let end = module.text[span.end..].find('\n').map_or(module.text.len(), |n| span.end + n + 1);
        line(span.start)..end
    };
    if part.dict.is_none() {
        return lines(module.span(part.statement));
    }
    let comma = module.code[part.value.end..].starts_with(',');
    let alone = module.text[line(part.key.start)..part.key.start].trim().is_empty()
        && module.code[part.value.end + usize::from(comma)..].trim_start_matches(' ').starts_with('\n');
    if alone {
        lines(part.key.start..part.value.end)
    } else if comma {
        let behind = &module.code[part.value.end + 1..];
        part.key.start..part.value.end + 1 + (behind.len() - behind.trim_start_matches(' ').len())
    } else {
        let before = module.code[..part.key.start].trim_end().trim_end_matches(',').len();
        before..part.value.end
    }
}

/// Where a thing that is missing in an answer is missed: the first line of its dict literal; where the answer is put
/// together step by step, its first step or the `return` that sends it.
fn missed(module: &Module<'_>, part: &Part, text: &str) -> Vec<usize> {
    if let Some(dict) = part.dict {
        return vec![module.line(dict)];
    }
    let name = module.text_of(part.statement).split('[').next().unwrap_or_default();
    let made = (0..part.statement).rev().find(|i| module.text_of(*i).starts_with(&format!("{name} = {{")));
    let sent = module.text[part.value.end..].find(&format!("return {name}\n")).map(|n| part.value.end + n);
    let gone = module.text.len() - text.len();
    let made = made.map(|i| module.first_line(i));
    made.into_iter().chain(sent.map(|at| line_of(text, at - gone))).collect()
}

/// The status is not there: a REST API takes 200 for it, payload 2.0 the whole value for the body of a 200.
pub(super) fn drop_status(module: &Module<'_>) -> Vec<Broken> {
    let broken = |part: Part| {
        let text = module.with(whole(module, &part), "");
        let missed = missed(module, &part, &text);
        Broken { text, accepted: missed.into_iter().map(|line| ("missing-status-code", line)).collect() }
    };
    parts(module, "statusCode").into_iter().map(broken).collect()
}

/// The status has a name that only looks like its own.
pub(super) fn misspell_status(module: &Module<'_>) -> Vec<Broken> {
    let spellings = ["\"status\"", "\"statuscode\"", "\"status_code\"", "\"StatusCode\""].iter().cycle();
    let broken = |(part, spelling): (Part, &&str)| Broken {
        accepted: vec![("status-misspelt", module.line(part.key.start))],
        text: module.with(part.key, spelling),
    };
    parts(module, "statusCode").into_iter().zip(spellings).map(broken).collect()
}

/// The status is text that is no number.
pub(super) fn status_as_text(module: &Module<'_>) -> Vec<Broken> {
    let broken = |part: Part| {
        let status = &module.text[part.value.clone()];
        let number = status.bytes().all(|b| b.is_ascii_digit());
        let words = if number { format!("\"{status} from us\"") } else { format!("f\"HTTP {{{status}}}\"") };
        Broken {
            accepted: vec![("status-not-integer", module.line(part.key.start))],
            text: module.with(part.value, &words),
        }
    };
    parts(module, "statusCode").into_iter().map(broken).collect()
}

/// The headers of the other mode, as one writes them for most gateways.
pub(super) fn other_headers(module: &Module<'_>) -> Vec<Broken> {
    let broken = |part: Part| Broken {
        accepted: vec![("alb-header-mode", module.line(part.key.start))],
        text: module.with(part.key, "\"headers\""),
    };
    parts(module, "multiValueHeaders").into_iter().map(broken).collect()
}

/// The body is what should have been made text of. Only where it is a dict or a list for certain: a literal, or what the
/// functions that make answers call their content.
pub(super) fn body_as_object(module: &Module<'_>) -> Vec<Broken> {
    let broken = |part: Part| {
        let made = module.text[part.value.clone()].strip_prefix("json.dumps(")?;
        let start = part.value.end - made.len();
        let content = &module.text[start..module.end_of_expression(start)];
        let contents = ["payload", "body", "content", "document", "self.content"];
        (content.starts_with(['{', '[']) || contents.contains(&content)).then(|| Broken {
            accepted: vec![("body-not-string", module.line(part.key.start))],
            text: module.with(part.value, content),
        })
    };
    parts(module, "body").into_iter().filter_map(broken).collect()
}

/// One key more than a REST API knows.
pub(super) fn one_key_more(module: &Module<'_>) -> Vec<Broken> {
    let keys =
        [("message", "\"done\""), ("cookies", "[]"), ("statusDescription", "\"OK\""), ("Body", "\"\"")];
    let broken = |(part, (key, value)): (Part, &(&str, &str))| {
        let Some(dict) = part.dict else {
            let span = module.span(part.statement);
            let (name, _) = module.text_of(part.statement).split_once('[').expect("a key is assigned");
            let indent = " ".repeat(module.statements[part.statement].indent);
            return Broken {
                accepted: vec![("unknown-response-key", module.line(span.end) + 1)],
                text: module.with(span.end..span.end, &format!("\n{indent}{name}[\"{key}\"] = {value}")),
            };
        };
        // In front of the status: on a line of its own where the status has one.
        let line = module.text[..part.key.start].rfind('\n').map_or(0, |n| n + 1);
        let own_line = dict < line && module.text[line..part.key.start].trim().is_empty();
        let gap =
            if own_line { format!("\n{}", &module.text[line..part.key.start]) } else { " ".to_string() };
        Broken {
            accepted: vec![("unknown-response-key", module.line(part.key.start))],
            text: module.with(part.key.start..part.key.start, &format!("\"{key}\": {value},{gap}")),
        }
    };
    parts(module, "statusCode").into_iter().zip(keys.iter().cycle()).map(broken).collect()
}

/// The template names a handler that the code does not hold: its first one, by file or by function.
pub(super) fn rename_handler(template: &str) -> Vec<Broken> {
    let Some(at) = template.find("Handler: ").map(|at| at + "Handler: ".len()) else { return Vec::new() };
    let handler = template[at..].lines().next().unwrap_or_default();
    let (module, function) = handler.rsplit_once('.').expect("a handler is a module and a function");
    let names = [format!("{module}.main_{function}"), format!("lambda/{module}.{function}")];
    let broken = |name: String| Broken {
        text: format!("{}{name}{}", &template[..at], &template[at + handler.len()..]),
        accepted: vec![("handler-not-found", line_of(template, at))],
    };
    names.into_iter().map(broken).collect()
}
