//! JSONPath: definite paths of Jayway's dialect, wildcards and slices. Filters and functions are an error that says so.

use crate::error::{Error, ErrorKind};
use crate::value::Value;

enum Step {
    Member(String),
    Members(Vec<String>),
    Index(i64),
    Indexes(Vec<i64>),
    Slice(Option<i64>, Option<i64>),
    Any,
    Deep(Option<String>),
}

fn invalid(what: &str) -> Error {
    Error { kind: ErrorKind::Method(format!("JSONPath: {what}")), span: 0..0 }
}

/// What a path finds: `None` for a definite path that leads nowhere; a path with wildcards yields an array, maybe empty.
///
/// # Errors
/// Where the path is none, or uses what is not supported yet (filters, functions).
pub fn select(path: &str, root: &Value) -> Result<Option<Value>, Error> {
    let steps = parse(path)?;
    let indefinite = steps.iter().any(|s| {
        matches!(s, Step::Any | Step::Deep(_) | Step::Slice(..) | Step::Members(_) | Step::Indexes(_))
    });
    let mut found: Vec<&Value> = vec![root];
    for step in &steps {
        let mut next: Vec<&Value> = Vec::new();
        for at in found {
            apply(step, at, &mut next);
        }
        found = next;
    }
    if indefinite {
        return Ok(Some(Value::Array(found.into_iter().cloned().collect())));
    }
    Ok(found.first().map(|v| (*v).clone()))
}

fn apply<'v>(step: &Step, at: &'v Value, out: &mut Vec<&'v Value>) {
    let index = |items: &'v [Value], i: i64| {
        let i = if i < 0 { i + items.len() as i64 } else { i };
        usize::try_from(i).ok().and_then(|i| items.get(i))
    };
    match step {
        Step::Member(name) => out.extend(at.get(name)),
        Step::Members(names) => out.extend(names.iter().filter_map(|n| at.get(n))),
        Step::Index(i) => out.extend(at.elements().and_then(|items| index(items, *i))),
        Step::Indexes(all) => {
            if let Some(items) = at.elements() {
                out.extend(all.iter().filter_map(|i| index(items, *i)));
            }
        }
        Step::Slice(from, to) => {
            if let Some(items) = at.elements() {
                let length = items.len() as i64;
                let bound = |b: i64| if b < 0 { (b + length).max(0) } else { b.min(length) } as usize;
                let (from, to) = (bound(from.unwrap_or(0)), bound(to.unwrap_or(length)));
                out.extend(items.get(from..to.max(from)).into_iter().flatten());
            }
        }
        Step::Any => children(at, out),
        Step::Deep(name) => {
            let mut open = vec![at];
            while let Some(value) = open.pop() {
                match name {
                    Some(name) => out.extend(value.get(name)),
                    None => out.push(value),
                }
                let mut below = Vec::new();
                children(value, &mut below);
                below.reverse();
                open.extend(below);
            }
        }
    }
}

fn children<'v>(at: &'v Value, out: &mut Vec<&'v Value>) {
    match at {
        Value::Map(members) => out.extend(members.iter().map(|(_, v)| v)),
        Value::Array(items) | Value::List(items) => out.extend(items),
        _ => {}
    }
}

fn parse(path: &str) -> Result<Vec<Step>, Error> {
    let path = path.trim();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut steps = Vec::new();
    if !path.starts_with('$') && !rest.is_empty() && !rest.starts_with(['.', '[']) {
        let (name, after) = name(rest);
        steps.push(if name == "*" { Step::Any } else { Step::Member(name.to_string()) });
        rest = after;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("..") {
            let (name, behind) = name(after);
            steps.push(Step::Deep((!name.is_empty() && name != "*").then(|| name.to_string())));
            rest = behind;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (name, behind) = name(after);
            if name.is_empty() {
                return Err(invalid("a name is missing behind the dot"));
            }
            if behind.starts_with('(') {
                return Err(invalid("functions are not supported yet"));
            }
            steps.push(if name == "*" { Step::Any } else { Step::Member(name.to_string()) });
            rest = behind;
        } else if let Some(after) = rest.strip_prefix('[') {
            let end = closing(after).ok_or_else(|| invalid("`]` is missing"))?;
            steps.push(bracket(after[..end].trim())?);
            rest = &after[end + 1..];
        } else {
            return Err(invalid("expected `.` or `[`"));
        }
    }
    Ok(steps)
}

fn name(text: &str) -> (&str, &str) {
    let end = text.find(['.', '[', '(']).unwrap_or(text.len());
    text.split_at(end)
}

/// The closing bracket, quotes passed over.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (i, b) in text.bytes().enumerate() {
        match (quote, b) {
            (None, b'\'' | b'"') => quote = Some(b),
            (Some(q), b) if q == b => quote = None,
            (None, b']') => return Some(i),
            _ => {}
        }
    }
    None
}

fn bracket(inside: &str) -> Result<Step, Error> {
    if inside == "*" {
        return Ok(Step::Any);
    }
    if inside.starts_with('?') || inside.starts_with('(') {
        return Err(invalid("filters are not supported yet"));
    }
    if inside.starts_with(['\'', '"']) {
        let names: Vec<String> = inside.split(',').map(|n| n.trim().trim_matches(['\'', '"']).to_string()).collect();
        return Ok(if names.len() == 1 { Step::Member(names[0].clone()) } else { Step::Members(names) });
    }
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| invalid("expected an index"));
    if let Some((from, to)) = inside.split_once(':') {
        let bound = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
        return Ok(Step::Slice(bound(from)?, bound(to)?));
    }
    let indexes: Vec<i64> = inside.split(',').map(number).collect::<Result<_, _>>()?;
    Ok(if indexes.len() == 1 { Step::Index(indexes[0]) } else { Step::Indexes(indexes) })
}
