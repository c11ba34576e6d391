//! Methods of `java.util.List`, of sets and arrays.

use std::cell::Cell;
use std::rc::Rc;

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, Style};
use crate::methods::NO_RESULT;

/// Calls a method of a list.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    at: usize,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    let length = eval.heap.length(at);
    let bool = |b| Some(Datum::Bool(b));
    match eval.heap.style(at) {
        Style::View { map, .. } => {
            if let Some(result) = call_view(eval, at, map, name, arguments)? {
                return Ok(result);
            }
        }
        // Its wrapper has no way to change its length (Velocity 1.7's ArrayListWrapper).
        Style::Array
            if matches!(
                (name, arguments.len()),
                ("add", 1 | 2) | ("addAll", 1 | 2) | ("remove", 1) | ("clear", 0)
            ) =>
        {
            return Err(eval.failed("UnsupportedOperationException: the length of an array is fixed"));
        }
        Style::Array | Style::Java | Style::Json => {}
    }
    Ok(match (name, arguments) {
        ("size", []) => Some(Datum::Int(length as i128)),
        ("isEmpty", []) => bool(length == 0),
        ("get", [Datum::Int(i)]) => {
            let i = place(eval, *i, length)?;
            eval.heap.item(at, i)
        }
        ("contains", [item]) => bool(find(eval, at, item, false)?.is_some()),
        ("indexOf", [item]) => Some(index(find(eval, at, item, false)?)),
        ("lastIndexOf", [item]) => Some(index(find(eval, at, item, true)?)),
        ("containsAll", [Datum::List(others)]) => {
            let mut next = 0;
            let mut all = true;
            while let (true, Some(other)) = (all, eval.heap.item(*others, next)) {
                all = find(eval, at, &other, false)?.is_some();
                next += 1;
            }
            bool(all)
        }
        ("add", [item]) => {
            eval.charge(1)?;
            let list = eval.heap.list_mut(at);
            list.items.push(item.clone());
            list.changes += 1;
            bool(true)
        }
        ("add", [Datum::Int(i), item]) => {
            let i = place(eval, *i, length + 1)?;
            eval.charge(1 + length - i)?;
            let list = eval.heap.list_mut(at);
            list.items.insert(i, item.clone());
            list.changes += 1;
            Some(NO_RESULT)
        }
        ("addAll", [Datum::List(others)]) => {
            let others = eval.heap.list(*others).items.clone();
            eval.charge(others.len())?;
            let changed = !others.is_empty();
            let list = eval.heap.list_mut(at);
            list.items.extend(others);
            list.changes += 1;
            bool(changed)
        }
        ("addAll", [Datum::Int(i), Datum::List(others)]) => {
            let i = place(eval, *i, length + 1)?;
            let others = eval.heap.list(*others).items.clone();
            eval.charge(others.len() + length)?;
            let changed = !others.is_empty();
            let list = eval.heap.list_mut(at);
            list.items.splice(i..i, others);
            list.changes += 1;
            bool(changed)
        }
        ("removeAll" | "retainAll", [Datum::List(others)]) => {
            let items = eval.heap.list(at).items.clone();
            let mut kept = Vec::new();
            for item in &items {
                if find(eval, *others, item, false)?.is_some() == (name == "retainAll") {
                    kept.push(item.clone());
                }
            }
            let changed = kept.len() != items.len();
            let list = eval.heap.list_mut(at);
            list.items = kept;
            list.changes += u64::from(changed);
            bool(changed)
        }
        ("set", [Datum::Int(i), item]) => {
            let i = place(eval, *i, length)?;
            Some(std::mem::replace(&mut eval.heap.list_mut(at).items[i], item.clone()))
        }
        ("remove", [Datum::Int(i)]) => {
            let i = place(eval, *i, length)?;
            eval.charge(1 + length - i)?;
            Some(remove(eval, at, i))
        }
        ("remove", [item]) => {
            let found = find(eval, at, item, false)?;
            if let Some(i) = found {
                remove(eval, at, i);
            }
            bool(found.is_some())
        }
        ("clear", []) => {
            let list = eval.heap.list_mut(at);
            list.items.clear();
            list.changes += 1;
            Some(NO_RESULT)
        }
        ("subList", [Datum::Int(from), Datum::Int(to)]) => {
            let (from, to) = (place(eval, *from, length + 1)?, place(eval, *to, length + 1)?);
            let part = eval.heap.list(at).items.get(from..to).map(<[Datum]>::to_vec);
            let part =
                part.ok_or_else(|| eval.failed(format!("IllegalArgumentException: from {from} to {to}")))?;
            eval.charge(part.len())?;
            // A part of an array of JSON is an ordinary list.
            Some(eval.heap.new_list(part, Style::Java))
        }
        ("toArray", []) => {
            let items = eval.heap.list(at).items.clone();
            eval.charge(items.len())?;
            Some(eval.heap.new_list(items, Style::Array))
        }
        ("iterator" | "listIterator", []) => Some(Datum::Iterator(at, Rc::new(Cell::new(0)))),
        ("toJSONString", []) if eval.heap.style(at) == Style::Json => {
            let mut text = String::new();
            eval.print_json(&Datum::List(at), &mut text)?;
            Some(text.into())
        }
        _ => None,
    })
}

/// Calls a method of a view of a map; `None` where it is that of any list.
#[allow(
    clippy::option_option,
    reason = "the outer one is whether a view has its own way, the inner one Java's null"
)]
fn call_view<'t>(
    eval: &mut Evaluator<'t>,
    at: usize,
    map: usize,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Option<Datum<'t>>>, Failure> {
    Ok(Some(match (name, arguments) {
        ("size" | "isEmpty" | "iterator" | "toArray", []) | ("contains" | "containsAll", [_]) => {
            return Ok(None);
        }
        ("add" | "addAll", [_]) => {
            return Err(eval.failed("UnsupportedOperationException: it shows a map, and takes nothing"));
        }
        ("clear", []) => {
            eval.heap.map_mut(map).clear();
            Some(NO_RESULT)
        }
        ("remove", [item]) => {
            let found = find(eval, at, item, false)?;
            remove_members(eval, map, found.as_slice());
            Some(Datum::Bool(found.is_some()))
        }
        ("removeAll" | "retainAll", [Datum::List(others)]) => {
            let items = eval.heap.list(at).items.clone();
            let mut gone = Vec::new();
            for (i, item) in items.iter().enumerate() {
                let found = find(eval, *others, item, false)?.is_some();
                if found == (name == "removeAll") {
                    gone.push(i);
                }
            }
            remove_members(eval, map, &gone);
            Some(Datum::Bool(!gone.is_empty()))
        }
        _ => None,
    }))
}

fn remove_members(eval: &mut Evaluator<'_>, map: usize, places: &[usize]) {
    let keys: Vec<_> =
        places.iter().filter_map(|i| Some(eval.heap.map(map).members().get(*i)?.0.clone())).collect();
    for key in keys {
        eval.heap.map_mut(map).remove(&key);
    }
}

/// Calls a method of an iterator over a list.
pub(super) fn call_iterator<'t>(
    eval: &mut Evaluator<'t>,
    list: usize,
    at: &Cell<usize>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    eval.refresh(list)?;
    match (name, arguments) {
        ("hasNext", []) => Ok(Some(Datum::Bool(at.get() < eval.heap.length(list)))),
        ("next", []) => match eval.heap.item(list, at.get()) {
            Some(item) => {
                at.set(at.get() + 1);
                Ok(Some(item))
            }
            None => Err(eval.failed("NoSuchElementException")),
        },
        _ => Ok(None),
    }
}

fn index<'t>(found: Option<usize>) -> Datum<'t> {
    Datum::Int(found.map_or(-1, |i| i as i128))
}

fn place(eval: &Evaluator<'_>, index: i128, length: usize) -> Result<usize, Failure> {
    usize::try_from(index)
        .ok()
        .filter(|i| *i < length)
        .ok_or_else(|| eval.failed(format!("IndexOutOfBoundsException: index {index}")))
}

fn find<'t>(
    eval: &mut Evaluator<'t>,
    at: usize,
    item: &Datum<'t>,
    last: bool,
) -> Result<Option<usize>, Failure> {
    let length = eval.heap.length(at);
    eval.charge(1 + length)?;
    for i in 0..length {
        let i = if last { length - 1 - i } else { i };
        if let Some(known) = eval.heap.item(at, i)
            && eval.equal_inside(&known, item)?
        {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn remove<'t>(eval: &mut Evaluator<'t>, at: usize, i: usize) -> Datum<'t> {
    let list = eval.heap.list_mut(at);
    list.changes += 1;
    list.items.remove(i)
}
