//! Filter patterns: terms, phrases, and conditions on JSON. Space-delimited patterns and regular expressions are not read.
//!
//! Source: CloudWatch Logs guide, "Filter pattern syntax". A term is found within words, too: its examples have `ERROR`
//! match `ERRORCODE` and `Exception` match `IllegalArgumentException`.

use candor_contract::json::Json;
use candor_gateway::signals::UNKNOWN;

use crate::notice::{Perhaps, both, either, not};

/// How deep conditions may nest.
const DEEPEST: usize = 32;

/// Whether a pattern takes a line, of which [`UNKNOWN`] parts are not known.
pub(super) fn takes(pattern: &str, line: &str) -> Perhaps {
    let pattern = pattern.trim();
    if pattern.is_empty() {
        return Some(true);
    }
    match pattern.chars().next() {
        Some('{') => on_json(pattern, line),
        Some('[' | '%') => None,
        Some(_) | None => on_terms(pattern, line),
    }
}

/// `ERROR -Exiting`, `?ERROR ?"Task timed out"`.
fn on_terms(pattern: &str, line: &str) -> Perhaps {
    let (mut wanted, mut optional) = (Some(true), None);
    let (mut plain, mut regular) = (false, false);
    let mut rest = pattern.trim_start();
    while !rest.is_empty() {
        let mark = rest.chars().next().filter(|c| matches!(c, '?' | '-'));
        let body = if mark.is_some() { &rest[1..] } else { rest };
        let (term, after) = match body.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"')?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => {
                let end = body.find(char::is_whitespace).unwrap_or(body.len());
                (&body[..end], &body[end..])
            }
        };
        regular |= term.starts_with('%');
        match mark {
            Some('?') => optional = Some(either(optional.unwrap_or(Some(false)), holds(line, term))),
            Some(_) => {
                plain = true;
                wanted = both(wanted, not(holds(line, term)));
            }
            None => {
                plain = true;
                wanted = both(wanted, holds(line, term));
            }
        }
        rest = after.trim_start();
    }
    match optional {
        // Optional terms beside others are not documented alike in all places.
        Some(_) if plain => None,
        _ if regular => None,
        Some(optional) => optional,
        None => wanted,
    }
}

fn holds(line: &str, term: &str) -> Perhaps {
    if line.contains(term) {
        Some(true)
    } else if line.contains(UNKNOWN) {
        None
    } else {
        Some(false)
    }
}

/// `{ $.level = "ERROR" && $.status >= 500 }`
fn on_json(pattern: &str, line: &str) -> Perhaps {
    let condition = pattern.strip_prefix('{')?.strip_suffix('}')?;
    let json = match Json::read(line) {
        Ok(json @ Json::Object(_)) => json,
        // What is no JSON is taken by no condition on JSON; what is not known may be.
        _ if line.contains(UNKNOWN) && line.trim_start().starts_with(['{', UNKNOWN]) => return None,
        _ => return Some(false),
    };
    let mut reader = Reader { rest: condition, json: &json, broken: false };
    let holds = reader.any(0);
    if reader.broken || !reader.rest.trim().is_empty() { None } else { holds }
}

struct Reader<'r> {
    rest: &'r str,
    json: &'r Json,
    /// Something was met that is not read here.
    broken: bool,
}

impl Reader<'_> {
    fn take(&mut self, mark: &str) -> bool {
        match self.rest.trim_start().strip_prefix(mark) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn any(&mut self, depth: usize) -> Perhaps {
        let mut holds = self.all(depth);
        while !self.broken && self.take("||") {
            let next = self.all(depth);
            holds = either(holds, next);
        }
        holds
    }

    fn all(&mut self, depth: usize) -> Perhaps {
        let mut holds = self.one(depth);
        while !self.broken && self.take("&&") {
            let next = self.one(depth);
            holds = both(holds, next);
        }
        holds
    }

    fn one(&mut self, depth: usize) -> Perhaps {
        if depth > DEEPEST {
            self.broken = true;
            return None;
        }
        if self.take("(") {
            let holds = self.any(depth + 1);
            self.broken |= !self.take(")");
            return holds;
        }
        let holds = self.comparison();
        self.broken |= holds.is_none();
        holds.flatten()
    }

    /// A selector, an operator, a value; the outer `None`: something else.
    fn comparison(&mut self) -> Option<Perhaps> {
        if !self.take("$.") {
            return None;
        }
        let end =
            self.rest.find(|c: char| c.is_whitespace() || "=!<>&|)[".contains(c)).unwrap_or(self.rest.len());
        let (selector, after) = self.rest.split_at(end);
        self.rest = after;
        let operators = ["!=", "<=", ">=", "=", "<", ">"];
        let operator = operators.into_iter().find(|operator| self.take(operator))?;
        let rest = self.rest.trim_start();
        let (value, quoted, after) = match rest.strip_prefix('"') {
            Some(text) => {
                let end = text.find('"')?;
                (&text[..end], true, &text[end + 1..])
            }
            None => {
                let end = rest.find(|c: char| c.is_whitespace() || "&|)".contains(c)).unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        if value.starts_with('%') {
            return None;
        }
        self.rest = after;
        let mut found = Some(self.json);
        for part in selector.split('.') {
            found = found.and_then(|json| json.get(part));
        }
        // A field that is not there satisfies no comparison.
        let Some(found) = found else { return Some(Some(false)) };
        Some(compare(found, operator, value, quoted))
    }
}

fn compare(found: &Json, operator: &str, value: &str, quoted: bool) -> Perhaps {
    let text = match found {
        Json::String(text) | Json::Number(text) => text.as_str(),
        Json::Bool(true) => "true",
        Json::Bool(false) => "false",
        Json::Null | Json::Array(_) | Json::Object(_) => return Some(false),
    };
    if text.contains(UNKNOWN) {
        return None;
    }
    let (left, right) = (text.parse::<f64>(), value.parse::<f64>());
    match (operator, left, right) {
        ("=", Ok(left), Ok(right)) if !quoted => Some(left == right),
        ("!=", Ok(left), Ok(right)) if !quoted => Some(left != right),
        ("=", _, _) => Some(is_like(text, value)),
        ("!=", _, _) => Some(!is_like(text, value)),
        ("<", Ok(left), Ok(right)) => Some(left < right),
        ("<=", Ok(left), Ok(right)) => Some(left <= right),
        (">", Ok(left), Ok(right)) => Some(left > right),
        (">=", Ok(left), Ok(right)) => Some(left >= right),
        // A number compared with what is none.
        _ => Some(false),
    }
}

/// Equality with `*` for any text.
fn is_like(text: &str, like: &str) -> bool {
    let mut parts = like.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        None => rest.is_empty(),
        Some(part) => part.is_empty() || text.ends_with(part),
    }
}
