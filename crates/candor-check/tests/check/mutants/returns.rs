//! What is wrong with what a function returns: nothing at all, success for a failure, the form of another framework or of another
//! integration.

use std::ops::Range;

use super::Broken;
use super::Kind;
use super::python::{Module, Next, Role};

/// A status that is written out.
pub(super) struct Status {
    pub(super) span: Range<usize>,
    pub(super) code: u16,
    /// Written as a member of `HTTPStatus`.
    pub(super) named: bool,
}

/// The members of `HTTPStatus` that failures have.
const FAILURES: &[(&str, u16)] = &[
    ("BAD_REQUEST", 400),
    ("NOT_FOUND", 404),
    ("CONFLICT", 409),
    ("UNPROCESSABLE_ENTITY", 422),
    ("BAD_GATEWAY", 502),
    ("SERVICE_UNAVAILABLE", 503),
];

impl Status {
    /// Another status, written in the same way.
    pub(super) fn instead(&self, code: u16) -> String {
        match (self.named, code) {
            (true, 200) => "HTTPStatus.OK".to_string(),
            (true, 400) => "HTTPStatus.BAD_REQUEST".to_string(),
            _ => code.to_string(),
        }
    }
}

/// The failure that a statement answers with: a 4xx or 5xx as `statusCode`, as a status argument, or as the first of a call.
pub(super) fn failure(module: &Module<'_>, i: usize) -> Option<Status> {
    let span = module.span(i);
    let code = module.code_of(i);
    let is_status = |at: usize| {
        let before = module.text[span.start..span.start + at].trim_end();
        let named =
            ["\"statusCode\":", "\"statusCode\"] =", "status_code="].iter().any(|n| before.ends_with(n));
        let called = before.strip_suffix('(').is_some_and(|b| b.ends_with(|c: char| c.is_alphanumeric()));
        named || called
    };
    let spanned = |at: usize, len: usize| span.start + at..span.start + at + len;
    for (name, number) in FAILURES {
        let member = format!("HTTPStatus.{name}");
        if let Some(at) = code.find(&member).filter(|at| is_status(*at)) {
            return Some(Status { span: spanned(at, member.len()), code: *number, named: true });
        }
    }
    let digits = code.as_bytes().windows(3).enumerate();
    let mut numbers = digits.filter(|(at, w)| {
        let apart = |at: usize| !code.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
        w.iter().all(u8::is_ascii_digit) && apart(at.wrapping_sub(1)) && apart(at + 3)
    });
    let (at, number) = numbers.find(|(at, w)| matches!(w[0], b'4' | b'5') && is_status(*at))?;
    let code = number.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    Some(Status { span: spanned(at, 3), code, named: false })
}

/// The line on which a statement says that it is an error: the entry of that name, or the call that makes one.
pub(super) fn says_error(module: &Module<'_>, i: usize) -> Option<usize> {
    let text = module.text_of(i);
    let said = ["\"error\":", "error="].iter().find_map(|name| text.find(name));
    let made = ["error", "problem", "refuse"].contains(&module.callee(i)).then_some(0);
    said.or(made).map(|offset| module.line(module.span(i).start + offset))
}

/// The `return` is not there, and nothing behind it: the function returns `None`.
pub(super) fn forget_return(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for i in module.returns().filter(|i| module.role(*i) == Role::Answers) {
        let Next::End { through } = module.next(i) else { continue };
        if module.except_around(i).is_some() {
            continue;
        }
        let start = module.span(i).start;
        let last = std::iter::once(i).chain(through);
        broken.push(Broken {
            accepted: last.map(|l| ("null-return", module.first_line(l))).collect(),
            text: module.with(start..start + "return ".len(), ""),
        });
    }
    broken
}

/// An answer that says what went wrong, with 200; no exception has been caught.
pub(super) fn business_failure_200(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for i in (0..module.statements.len()).filter(|i| module.except_around(*i).is_none()) {
        let answers = module.is(i, "return") || module.text_of(i).contains("[\"statusCode\"] = ");
        let Some(status) = failure(module, i).filter(|_| answers) else { continue };
        // Step by step, the body is the next step.
        let says = says_error(module, i).or_else(|| says_error(module, i + 1));
        if let Some(line) = says {
            broken.push(Broken {
                accepted: vec![("error-value-in-200", line)],
                text: module.with(status.span.clone(), &status.instead(200)),
            });
        }
    }
    broken
}

/// The status behind the answer, as other frameworks have it.
pub(super) fn error_tuple(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for i in module.returns().filter(|i| module.role(*i) == Role::Answers) {
        let Some(status) = failure(module, i) else { continue };
        let end = module.span(i).end;
        broken.push(Broken {
            accepted: vec![("error-tuple", module.first_line(i))],
            text: module.with(end..end, &format!(", {}", status.code)),
        });
    }
    broken
}

/// JSON of an expression, as far as the module can make it.
fn as_json(module: &Module<'_>, expression: &str) -> String {
    let function = if module.text.contains("import json") { "json.dumps" } else { "str" };
    format!("{function}({expression})")
}

/// A value in the envelope that only a proxy integration opens.
pub(super) fn proxy_envelope(module: &Module<'_>) -> Vec<Broken> {
    let broken = |i: usize| {
        let value = module.text_of(i).trim_start_matches("return ");
        let envelope = format!("return {{\"statusCode\": 200, \"body\": {}}}", as_json(module, value));
        Broken {
            accepted: vec![("proxy-shape-on-non-proxy", module.first_line(i))],
            text: module.with(module.span(i), &envelope),
        }
    };
    module.returns().filter(|i| module.role(*i) == Role::Answers).map(broken).collect()
}

/// Where a function that answers raises, with what the exception says.
fn raised<'m>(module: &'m Module<'_>) -> impl Iterator<Item = (usize, &'m str)> {
    let raises = (0..module.statements.len()).filter(|i| module.is(*i, "raise"));
    raises.filter(|i| module.kind == Kind::NonProxy && module.role(*i) == Role::Answers).map(|i| {
        let span = module.span(i);
        let said = module.code_of(i).find('(').map(|n| span.start + n + 1);
        (i, said.map_or("\"it did not work\"", |start| &module.text[start..module.end_of_expression(start)]))
    })
}

/// Puts a `return` in the place of a `raise`. In an `except` it is a catch that returns a success, too.
fn returned(module: &Module<'_>, i: usize, value: &str, rules: &[&'static str]) -> Broken {
    let caught = module.except_around(i).map(|_| "swallowed-returns-200");
    let line = module.first_line(i);
    Broken {
        accepted: rules.iter().copied().chain(caught).map(|rule| (rule, line)).collect(),
        text: module.with(module.span(i), &format!("return {value}")),
    }
}

/// An error in the envelope of a proxy integration: behind a template the client gets it with 200.
pub(super) fn return_error_envelope(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(i, said): (usize, &str)| {
        let value = format!("{{\"statusCode\": 500, \"body\": {said}}}");
        returned(module, i, &value, &["proxy-shape-on-non-proxy", "error-returned-not-raised"])
    };
    raised(module).map(broken).collect()
}

/// An error as a value: no pattern sees it.
pub(super) fn return_error(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(i, said): (usize, &str)| {
        returned(module, i, &format!("{{\"error\": {said}}}"), &["error-returned-not-raised"])
    };
    raised(module).map(broken).collect()
}
