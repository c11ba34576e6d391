//! Integration responses: which of them is chosen, and what it says.

use std::ops::Range;

use super::super::Broken;
use super::doc::Doc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Lambda,
    Service,
    Http,
}

/// An integration that is no proxy.
pub(super) struct Integration {
    pub(super) target: Target,
    /// The line of the key `Integration` or `x-amazon-apigateway-integration`.
    pub(super) head: usize,
    /// The line of the key above the responses.
    list: usize,
    responses: Vec<Response>,
    /// The line of the key above the method responses.
    declared: Option<usize>,
    /// Nobody waits for the function's answer.
    asynchronous: bool,
}

#[derive(Clone)]
struct Response {
    block: Range<usize>,
    /// The line of the selection pattern.
    pattern: Option<usize>,
    status: usize,
}

/// All that can be said where a function's failures reach the default response.
const FALLEN_THROUGH: &[&str] = &[
    "no-error-response",
    "timeout-not-matched",
    "exit-not-matched",
    "raise-not-matched",
    "template-drops-error",
    "template-says-success",
];

pub(super) fn integrations(doc: &Doc<'_>) -> Vec<Integration> {
    let mut heads = doc.all("x-amazon-apigateway-integration");
    heads.extend(doc.all("Integration"));
    heads.into_iter().filter_map(|head| integration(doc, head)).collect()
}

fn integration(doc: &Doc<'_>, head: usize) -> Option<Integration> {
    let openapi = doc.key(head) != "Integration";
    let kind = doc.value(doc.child(head, "type")?).to_ascii_lowercase();
    let target = match kind.as_str() {
        "aws" if doc.holds(doc.block(head), ":lambda:path/") => Target::Lambda,
        "aws" => Target::Service,
        "http" => Target::Http,
        _ => return None,
    };
    let list = doc.child(head, if openapi { "responses" } else { "IntegrationResponses" })?;
    let response = |line: usize| {
        let block = doc.block(line);
        let pattern = if openapi {
            Some(line).filter(|line| doc.key(*line) != "default")
        } else {
            doc.within(block.clone(), "SelectionPattern")
        };
        Some(Response { status: doc.within(block.clone(), "statusCode")?, block, pattern })
    };
    let responses = doc.children(list).into_iter().filter_map(response).collect();
    let method = doc.parent(head)?;
    let declared = doc.child(method, if openapi { "responses" } else { "MethodResponses" });
    let asynchronous = doc.holds(doc.block(head), "'Event'");
    Some(Integration { target, head, list, responses, declared, asynchronous })
}

impl Integration {
    fn default(&self) -> Option<&Response> {
        self.responses.iter().find(|r| r.pattern.is_none())
    }

    fn errors(&self) -> impl Iterator<Item = &Response> {
        self.responses.iter().filter(|r| r.pattern.is_some())
    }

    /// Where it can be seen that an error finds no response but the default one.
    fn seen(&self, more: Range<usize>) -> Vec<usize> {
        let default = self.default().map_or(0..0, |r| r.block.clone());
        [self.list].into_iter().chain(default).chain(more).collect()
    }
}

/// The text of a pattern.
fn pattern<'a>(doc: &Doc<'a>, response: &Response) -> &'a str {
    let line = response.pattern.unwrap_or_default();
    match doc.key(line) {
        "SelectionPattern" => doc.value(line).trim_matches(['"', '\'']),
        key => key,
    }
}

/// The line of a pattern, with another one.
fn line_with(doc: &Doc<'_>, response: &Response, pattern: &str) -> String {
    let line = response.pattern.unwrap_or_default();
    match doc.key(line) {
        "SelectionPattern" => doc.valued(line, &format!("'{pattern}'")),
        _ => format!("{}'{pattern}':", doc.margin(line, 0)),
    }
}

/// A pattern for whatever goes wrong.
fn catches_all(pattern: &str) -> bool {
    pattern.ends_with('+')
}

/// The plain words that a pattern looks for.
fn words(pattern: &str) -> Option<&str> {
    let text = pattern.trim_start_matches("(?s)");
    let text = text.trim_start_matches(".*").trim_start_matches(r"[\s\S]*");
    let text = text.trim_end_matches(".*").trim_end_matches(r"[\s\S]*");
    let plain = |c: char| c.is_ascii_alphabetic() || " :".contains(c);
    Some(text.trim()).filter(|text| !text.is_empty() && text.chars().all(plain))
}

/// Another pattern for each response of a Lambda integration that has one for whatever goes wrong.
fn catch_alls(
    doc: &Doc<'_>,
    rules: &[&'static str],
    mut other: impl FnMut(&str) -> Option<String>,
) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        for response in integration.errors().filter(|r| catches_all(pattern(doc, r))) {
            let Some(new) = other(pattern(doc, response)).filter(|new| new != pattern(doc, response)) else {
                continue;
            };
            let line = response.pattern.unwrap_or_default();
            let seen = integration.seen(response.block.clone());
            all.push(doc.broken(line..line + 1, &[line_with(doc, response, &new)], rules, seen));
        }
    }
    all
}

/// Another pattern for each response of a Lambda integration that looks for words.
fn specific(
    doc: &Doc<'_>,
    rules: &[&'static str],
    mut other: impl FnMut(&str) -> Option<String>,
) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        for response in integration.errors().filter(|r| words(pattern(doc, r)).is_some()) {
            let Some(new) = other(words(pattern(doc, response)).unwrap_or_default()) else { continue };
            let line = response.pattern.unwrap_or_default();
            let block = response.block.clone();
            all.push(doc.broken(line..line + 1, &[line_with(doc, response, &new)], rules, block));
        }
    }
    all
}

/// What the catalogue calls errors that reach the default response, by what they are errors of.
fn fallen_through(target: Target) -> Vec<&'static str> {
    let templates = ["template-drops-error", "template-says-success"];
    match target {
        Target::Lambda => FALLEN_THROUGH.to_vec(),
        Target::Service => [&["service-default-200"], &templates[..]].concat(),
        Target::Http => [&["http-default-200"], &templates[..]].concat(),
    }
}

/// The response for whatever goes wrong is not there; of a service's or an HTTP back end's responses any.
pub(super) fn remove_error_response(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc) {
        let lambda = integration.target == Target::Lambda;
        for response in integration.errors().filter(|r| !lambda || catches_all(pattern(doc, r))) {
            let rules = fallen_through(integration.target);
            all.push(doc.broken(response.block.clone(), &[], &rules, integration.seen(0..0)));
        }
    }
    all
}

/// Only the default response is left.
pub(super) fn remove_all_error_responses(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.errors().count() > 1) {
        let start = integration.errors().map(|r| r.block.start).min().unwrap_or_default();
        let end = integration.errors().map(|r| r.block.end).max().unwrap_or_default();
        if integration.default().is_some_and(|r| r.block.start > start) {
            continue;
        }
        all.push(doc.broken(start..end, &[], &fallen_through(integration.target), integration.seen(0..0)));
    }
    all
}

/// The line `SelectionPattern` is gone: a second default response.
pub(super) fn drop_selection_pattern(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        let own_line = |r: &&Response| r.pattern.is_some_and(|i| doc.key(i) == "SelectionPattern");
        for response in integration.errors().filter(own_line) {
            let line = response.pattern.unwrap_or_default();
            let rules = [FALLEN_THROUGH, &["duplicate-default"]].concat();
            let seen = integration.seen(response.block.clone());
            all.push(doc.broken(line..line + 1, &[], &rules, seen));
        }
    }
    all
}

pub(super) fn narrow_pattern(doc: &Doc<'_>) -> Vec<Broken> {
    catch_alls(doc, FALLEN_THROUGH, |_| Some("(?s).*Error.*".to_string()))
}

pub(super) fn anchor_pattern(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = [FALLEN_THROUGH, &["pattern-partial-match"]].concat();
    catch_alls(doc, &rules, |_| Some("(?s)^Task timed out.*".to_string()))
}

/// A pattern that was meant as "contains".
pub(super) fn bare_word(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["pattern-partial-match"];
    let mut all = catch_alls(doc, rules, |_| Some("Error".to_string()));
    all.extend(specific(doc, rules, |words| Some(words.trim_end_matches([':', ' ']).to_string())));
    for integration in integrations(doc).iter().filter(|i| i.target != Target::Lambda) {
        for response in integration.errors().filter(|r| pattern(doc, r).ends_with(r"\d{2}")) {
            let line = response.pattern.unwrap_or_default();
            let new = pattern(doc, response).trim_end_matches(r"\d{2}").to_string();
            let seen = integration.seen(response.block.clone());
            let rules = [&fallen_through(integration.target)[..], &["pattern-partial-match"]].concat();
            all.push(doc.broken(line..line + 1, &[line_with(doc, response, &new)], &rules, seen));
        }
    }
    all
}

pub(super) fn dot_without_newline(doc: &Doc<'_>) -> Vec<Broken> {
    catch_alls(doc, &["pattern-newline"], |p| Some(p.replace("(?s)", "").replace(r"[\s\S]", ".")))
}

/// Square brackets, where they make a class of what was meant as text.
pub(super) fn brackets_for_text(doc: &Doc<'_>) -> Vec<Broken> {
    specific(doc, &["pattern-char-class"], |words| words.contains(' ').then(|| format!("(?s).*[{words}].*")))
}

/// What a host language makes of a single backslash.
pub(super) fn lose_backslashes(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["pattern-lost-escape"];
    let mut all = catch_alls(doc, rules, |_| Some("[sS]+".to_string()));
    for integration in integrations(doc).iter().filter(|i| i.target != Target::Lambda) {
        for response in integration.errors().filter(|r| pattern(doc, r).contains('\\')) {
            let line = response.pattern.unwrap_or_default();
            let new = pattern(doc, response).replace('\\', "");
            let seen = integration.seen(response.block.clone());
            all.push(doc.broken(line..line + 1, &[line_with(doc, response, &new)], rules, seen));
        }
    }
    all
}

pub(super) fn pattern_for_a_status(doc: &Doc<'_>) -> Vec<Broken> {
    let mut forms = [r"5\d{2}", "500"].iter().cycle();
    catch_alls(doc, &["pattern-on-status-code"], |_| forms.next().map(|s| (*s).to_string()))
}

pub(super) fn other_case(doc: &Doc<'_>) -> Vec<Broken> {
    specific(doc, &["pattern-case"], |words| Some(format!("(?s).*{}.*", swap_case(words))))
}

fn swap_case(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() });
    first.into_iter().chain(letters).collect()
}

pub(super) fn open_bracket(doc: &Doc<'_>) -> Vec<Broken> {
    specific(doc, &["pattern-invalid"], |words| Some(format!("(?s).*({words}.*")))
}

pub(super) fn star_for_plus(doc: &Doc<'_>) -> Vec<Broken> {
    catch_alls(doc, &["pattern-matches-success"], |p| Some(format!("{}*", p.trim_end_matches('+'))))
}

/// The status of the default response, for errors as well.
pub(super) fn error_status_200(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc) {
        let Some(default) = integration.default() else { continue };
        let lambda = integration.target == Target::Lambda;
        for response in integration.errors().filter(|r| !lambda || catches_all(pattern(doc, r))) {
            let rules = [&["catch-all-200"], &fallen_through(integration.target)[..]].concat();
            let line = doc.valued(response.status, doc.value(default.status));
            let at = response.status..response.status + 1;
            all.push(doc.broken(at, &[line], &rules, response.block.clone()));
        }
    }
    all
}

pub(super) fn default_status_500(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc) {
        let (Some(default), Some(error)) = (integration.default(), integration.errors().last()) else {
            continue;
        };
        let line = doc.valued(default.status, doc.value(error.status));
        let at = default.status..default.status + 1;
        all.push(doc.broken(at, &[line], &["default-is-error"], default.block.clone()));
    }
    all
}

/// A pattern for what the function says when all is well: nothing reads that.
pub(super) fn pattern_on_default(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda && !i.asynchronous) {
        let Some(default) = integration.default() else { continue };
        let (line, seen) = (default.block.start, integration.seen(0..0));
        let rules = &["no-default-response"];
        all.push(if doc.key(line) == "default" {
            let new = format!("{}'OK.*':", doc.margin(line, 0));
            doc.broken(line..line + 1, &[new], rules, seen)
        } else {
            let new = format!("{}SelectionPattern: 'OK.*'", doc.margin(line, 2));
            doc.broken(line + 1..line + 1, &[new], rules, seen)
        });
    }
    all
}

/// Two patterns for one message, with two statuses.
pub(super) fn overlap(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        let two: Vec<&Response> =
            integration.errors().filter(|r| words(pattern(doc, r)).is_some()).take(2).collect();
        if let [first, second] = two[..] {
            let of = |r| words(pattern(doc, r)).unwrap_or_default();
            let new = format!("(?s).*({}|{}).*", of(first), of(second));
            let line = first.pattern.unwrap_or_default();
            let at = first.block.clone().chain(second.block.clone());
            all.push(doc.broken(
                line..line + 1,
                &[line_with(doc, first, &new)],
                &["overlapping-patterns"],
                at,
            ));
        }
    }
    all
}

/// The method response of an error's status is not there.
pub(super) fn undeclare_status(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc) {
        let Some(declared) = integration.declared else { continue };
        let mut seen_before = Vec::new();
        for response in integration.errors() {
            let status = doc.value(response.status).trim_matches('"');
            let says = |i: &usize| doc.lines[*i].contains(&format!("\"{status}\""));
            let Some(line) = doc.children(declared).into_iter().find(says) else { continue };
            if seen_before.contains(&line) {
                continue;
            }
            seen_before.push(line);
            let at = response.block.clone().chain([declared]);
            all.push(doc.broken(doc.block(line), &[], &["missing-method-response"], at));
        }
    }
    all
}

pub(super) fn undeclare_header(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc) {
        let Some(declared) = integration.declared else { continue };
        let inside = doc.block(declared);
        let declares =
            |i: &usize| doc.key(*i).starts_with("method.response.header.") && doc.value(*i) == "true";
        for line in inside.filter(declares) {
            let new = format!("{}method.response.header.X-Elsewhere: true", doc.margin(line, 0));
            let at = integration.responses.iter().flat_map(|r| r.block.clone());
            all.push(doc.broken(line..line + 1, &[new], &["header-not-declared"], at.collect::<Vec<_>>()));
        }
    }
    all
}

/// The templates of the response for whatever goes wrong: the line of their key.
fn error_templates(doc: &Doc<'_>) -> Vec<(Response, usize)> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        for response in integration.errors().filter(|r| catches_all(pattern(doc, r))) {
            let templates = doc.within(response.block.clone(), "responseTemplates");
            all.extend(templates.map(|line| (response.clone(), line)));
        }
    }
    all
}

pub(super) fn remove_error_template(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |(response, line): (Response, usize)| {
        doc.broken(doc.block(line), &[], &["template-leaks-stack"], response.block)
    };
    error_templates(doc).into_iter().map(broken).collect()
}

pub(super) fn pass_error_on(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |(response, line): (Response, usize)| {
        let new = format!("{}application/json: $input.json('$')", doc.margin(line, 2));
        doc.broken(line + 1..doc.block(line).end, &[new], &["template-leaks-stack"], response.block)
    };
    error_templates(doc).into_iter().map(broken).collect()
}

/// The response for whatever goes wrong has the default's status and this template.
fn in_a_200(doc: &Doc<'_>, template: &str, rules: &[&'static str]) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        let Some(default) = integration.default() else { continue };
        for response in integration.errors().filter(|r| catches_all(pattern(doc, r))) {
            let Some(templates) = doc.within(response.block.clone(), "responseTemplates") else { continue };
            let mut lines: Vec<String> =
                doc.lines[response.block.start..=templates].iter().map(|l| (*l).to_string()).collect();
            lines[response.status - response.block.start] =
                doc.valued(response.status, doc.value(default.status));
            lines.push(format!("{}application/json: '{template}'", doc.margin(templates, 2)));
            all.push(doc.broken(response.block.clone(), &lines, rules, response.block.clone()));
        }
    }
    all
}

pub(super) fn wrap_error_in_200(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["catch-all-200", "template-leaks-stack"];
    in_a_200(doc, "{\"success\": false, \"data\": $input.json(''$'')}", rules)
}

pub(super) fn drop_error_in_200(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["catch-all-200", "template-drops-error", "template-says-success"];
    in_a_200(doc, "{\"items\": []}", rules)
}

/// Every line that holds some text, with another in its place.
fn replaced(
    doc: &Doc<'_>,
    old: &str,
    new: impl Fn(&str) -> Option<String>,
    rules: &[&'static str],
) -> Vec<Broken> {
    let lines = (0..doc.lines.len()).filter(|i| doc.lines[*i].contains(old));
    let broken = |line: usize| {
        let key = doc.parent(line).unwrap_or(line);
        new(doc.lines[line]).map(|new| doc.broken(line..line + 1, &[new], rules, [key]))
    };
    lines.filter_map(broken).collect()
}

pub(super) fn unescaped_message(doc: &Doc<'_>) -> Vec<Broken> {
    let (old, new) = ("$input.json('$.errorMessage')", "\"$input.path('$.errorMessage')\"");
    replaced(doc, old, |line| Some(line.replace(old, new)), &["template-invalid-json"])
}

const OVERRIDDEN: &[&str] = &[
    "template-override-ignored",
    "template-override-incomplete",
    "sfn-sync-status",
    "service-partial-failure",
];

pub(super) fn override_as_text(doc: &Doc<'_>) -> Vec<Broken> {
    let old = "responseOverride.status = 500";
    let new = |line: &str| Some(line.replace(old, "responseOverride.status = \"500\""));
    let mut all = replaced(doc, old, new, OVERRIDDEN);
    for broken in &mut all {
        widen_to_default(broken);
    }
    all
}

/// What a default response's template leaves out may be said of that response, too.
fn widen_to_default(broken: &mut Broken) {
    let doc = Doc::read(&broken.text);
    let mut wider = Vec::new();
    for integration in integrations(&doc) {
        let inside = |(_, line): &&(&'static str, usize)| {
            integration.default().is_some_and(|r| r.block.contains(&(line - 1)))
        };
        if broken.accepted.iter().any(|a| inside(&a)) {
            let lines = integration.seen(integration.head..integration.head + 1);
            wider.extend(OVERRIDDEN.iter().flat_map(|rule| lines.iter().map(|line| (*rule, *line + 1))));
        }
    }
    broken.accepted.extend(wider);
}

pub(super) fn override_narrowed(doc: &Doc<'_>) -> Vec<Broken> {
    let old = "!= 'SUCCEEDED'";
    let mut all = replaced(doc, old, |line| Some(line.replace(old, "== 'TIMED_OUT'")), OVERRIDDEN);
    let old = "$.FailedEntryCount') > 0";
    all.extend(replaced(doc, old, |line| Some(line.replace(old, "$.FailedEntryCount') > 1")), OVERRIDDEN));
    for broken in &mut all {
        widen_to_default(broken);
    }
    all
}

pub(super) fn override_removed(doc: &Doc<'_>) -> Vec<Broken> {
    let old = "#set($context.responseOverride.status = 500)";
    let new = |line: &str| Some(line.replace(old, "#set($failed = true)"));
    let mut all = replaced(doc, old, new, OVERRIDDEN);
    for broken in &mut all {
        widen_to_default(broken);
    }
    all
}

pub(super) fn template_for_xml(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["template-content-type-mismatch", "template-leaks-stack"];
    let broken = |(response, line): (Response, usize)| {
        let new = doc.lines[line + 1].replace("application/json", "application/xml");
        doc.broken(line + 1..line + 2, &[new], rules, response.block)
    };
    error_templates(doc).into_iter().map(broken).collect()
}

pub(super) fn unescaped_parameter(doc: &Doc<'_>) -> Vec<Broken> {
    let new = |line: &str| {
        let (before, rest) = line.split_once("$util.escapeJavaScript($input.params(")?;
        let (_, after) = rest.split_once("))")?;
        // Not the one of the path, which comes percent-encoded and breaks nothing.
        Some(format!("{before}$input.params('note'){after}"))
    };
    replaced(doc, "$util.escapeJavaScript($input.params(", new, &["request-template-invalid-json"])
}

pub(super) fn error_as_binary(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |(response, _): (Response, usize)| {
        let status = response.status;
        let key = if doc.key(status) == "StatusCode" { "ContentHandling" } else { "contentHandling" };
        let more = if doc.lines[status].trim_start().starts_with("- ") { 2 } else { 0 };
        let new = format!("{}{key}: CONVERT_TO_BINARY", doc.margin(status, more));
        doc.broken(status + 1..status + 1, &[new], &["content-handling-decode"], response.block)
    };
    error_templates(doc).into_iter().map(broken).collect()
}
