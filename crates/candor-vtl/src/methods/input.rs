//! `$input`: the payload and the request's parameters.

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, Key};
use crate::{json, json_path};

/// A payload of so many bytes is large, and parts of it are copied so often before it is taken apart.
const LARGE: usize = 64 * 1024;
const MOST_COPIES: usize = 8;

/// What `$input.json` prints of a missing value: an empty JSON string (found on the AWS console by LocalStack's authors).
const NOTHING: &str = "\"\"";

/// `$input.body`: the payload's text; recorded: `{}` where there is none.
pub(super) fn body<'t>(eval: &Evaluator<'t>) -> Datum<'t> {
    match eval.scope.body {
        "" => "{}".into(),
        text => text.into(),
    }
}

/// Calls a method of `$input`.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    Ok(match (name, arguments) {
        ("getBody", []) => Some(body(eval)),
        ("path", [Datum::Text(path)]) => select(eval, path)?.filter(|found| *found != Datum::Null),
        // A part of a payload that nothing has looked into: most payloads can be copied.
        ("json", [Datum::Text(path)]) if eval.payload.is_none() && may_copy(eval) => {
            eval.copies += 1;
            match json::compacted(eval.scope.body, path) {
                Some(found) => {
                    let text = found.unwrap_or_else(|| NOTHING.to_string());
                    eval.charge_text(eval.scope.body.len())?;
                    eval.bound(&text)?;
                    Some(text.into())
                }
                None => Some(json_of(eval, path)?),
            }
        }
        ("json", [Datum::Text(path)]) => Some(json_of(eval, path)?),
        ("params", []) => {
            let params = eval.scope.params;
            let places =
                [("path", &params.path), ("querystring", &params.querystring), ("header", &params.header)];
            let mut members = Vec::new();
            for (place, pairs) in places {
                eval.charge(pairs.len())?;
                let pairs = pairs.iter().map(|(k, v)| (Key::Text(k.as_str().into()), v.as_str().into()));
                members.push((Key::Text(place.into()), eval.heap.new_map(pairs.collect())));
            }
            Some(eval.heap.new_map(members))
        }
        ("params", [Datum::Text(name)]) => {
            // The path first, then the query string, then headers (reference "Mapping template variables").
            let params = eval.scope.params;
            eval.charge(1 + params.path.len() + params.querystring.len() + params.header.len())?;
            let mut all = params.path.iter().chain(&params.querystring).chain(&params.header);
            all.find(|(known, _)| known.as_str() == &**name).map(|(_, value)| value.as_str().into())
        }
        _ => None,
    })
}

/// Whether looking through the whole payload once more is better than taking it apart: the first time it is, and a few times
/// more where it is large.
fn may_copy(eval: &Evaluator<'_>) -> bool {
    eval.copies == 0 || (eval.copies < MOST_COPIES && eval.scope.body.len() >= LARGE)
}

/// What a JSONPath finds, as JSON.
fn json_of<'t>(eval: &mut Evaluator<'t>, path: &str) -> Result<Datum<'t>, Failure> {
    let mut text = String::new();
    match select(eval, path)? {
        Some(found) => eval.print_json(&found, &mut text)?,
        None => text.push_str(NOTHING),
    }
    Ok(text.into())
}

/// What a JSONPath finds in the payload, which is read once.
fn select<'t>(eval: &mut Evaluator<'t>, path: &str) -> Result<Option<Datum<'t>>, Failure> {
    let root = match &eval.payload {
        Some(root) => root.clone(),
        None => {
            let loaded = json::load(eval.scope.body.into(), &mut eval.heap);
            let root = loaded.map_err(|e| eval.error(e.kind))?;
            eval.charge_text(eval.scope.body.len())?;
            eval.payload = Some(root.clone());
            root
        }
    };
    let (found, visited) =
        json_path::select_on_heap(path, &mut eval.heap, &root).map_err(|e| eval.error(e.kind))?;
    eval.charge(visited)?;
    Ok(match found {
        json_path::Found::Nothing => None,
        json_path::Found::One(datum) => Some(datum),
        json_path::Found::Length(length) => Some(Datum::Int(length as i128)),
        json_path::Found::Many(items) => Some(eval.heap.new_list(items, crate::heap::Style::Json)),
    })
}
