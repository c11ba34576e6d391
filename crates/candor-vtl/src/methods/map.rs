//! Methods of `java.util.Map`.

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, Members};
use crate::methods::NO_RESULT;

/// Calls a method of a map.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    at: usize,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    Ok(match (name, arguments) {
        ("get", [key]) => {
            let key = eval.key(key)?;
            eval.heap.get(at, &key)
        }
        ("getOrDefault", [key, default]) => {
            let key = eval.key(key)?;
            Some(eval.heap.get(at, &key).unwrap_or_else(|| default.clone()))
        }
        ("containsKey", [key]) => {
            let key = eval.key(key)?;
            Some(Datum::Bool(eval.heap.get(at, &key).is_some()))
        }
        ("containsValue", [value]) => {
            let values = values(eval, at)?;
            let mut found = false;
            for known in &values {
                found = found || eval.equal_inside(known, value)?;
            }
            Some(Datum::Bool(found))
        }
        ("size", []) => Some(Datum::Int(eval.heap.count(at) as i128)),
        ("isEmpty", []) => Some(Datum::Bool(eval.heap.count(at) == 0)),
        ("keySet" | "values" | "entrySet", []) => {
            eval.charge(1 + eval.heap.count(at))?;
            Some(eval.heap.new_view(
                at,
                match name {
                    "keySet" => Members::Keys,
                    "values" => Members::Values,
                    _ => Members::Entries,
                },
            ))
        }
        ("put", [key, value]) => {
            let key = eval.key(key)?;
            eval.put(at, key, value.clone())?
        }
        ("putIfAbsent", [key, value]) => {
            let key = eval.key(key)?;
            match eval.heap.get(at, &key) {
                Some(known) if known != Datum::Null => Some(known),
                _ => {
                    eval.put(at, key, value.clone())?;
                    None
                }
            }
        }
        ("putAll", [Datum::Map(from)]) => {
            let members = eval.heap.map(*from).members().to_vec();
            for (key, value) in members {
                eval.put(at, key, value)?;
            }
            Some(NO_RESULT)
        }
        ("remove", [key]) => {
            let key = eval.key(key)?;
            eval.charge(1 + eval.heap.count(at))?;
            eval.heap.map_mut(at).remove(&key)
        }
        ("remove", [key, value]) => {
            let key = eval.key(key)?;
            let known = eval.heap.get(at, &key);
            let same = match &known {
                Some(known) => eval.equal_inside(known, value)?,
                None => false,
            };
            if same {
                eval.charge(1 + eval.heap.count(at))?;
                eval.heap.map_mut(at).remove(&key);
            }
            Some(Datum::Bool(same))
        }
        ("replace", [key, value]) => {
            let key = eval.key(key)?;
            match eval.heap.get(at, &key) {
                Some(_) => eval.put(at, key, value.clone())?,
                None => None,
            }
        }
        ("replace", [key, old, new]) => {
            let key = eval.key(key)?;
            let known = eval.heap.get(at, &key);
            let same = match &known {
                Some(known) => eval.equal_inside(known, old)?,
                None => false,
            };
            if same {
                eval.put(at, key, new.clone())?;
            }
            Some(Datum::Bool(same))
        }
        ("clear", []) => {
            eval.heap.map_mut(at).clear();
            Some(NO_RESULT)
        }
        _ => None,
    })
}

fn values<'t>(eval: &mut Evaluator<'t>, at: usize) -> Result<Vec<Datum<'t>>, Failure> {
    let values: Vec<Datum> = eval.heap.map(at).members().iter().map(|(_, value)| value.clone()).collect();
    eval.charge(values.len())?;
    Ok(values)
}
