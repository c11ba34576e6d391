//! Properties and methods of values, by Java's names. What does not exist is `None`: the reference leads nowhere.

mod input;
mod list;
mod map;
mod number;
mod string;
mod util;

use crate::error::Error;
use crate::eval::Evaluator;
use crate::heap::{Datum, Style};

/// The property of a value: a map's is always a key, others have getters.
pub(crate) fn property(eval: &mut Evaluator<'_>, of: &Datum, name: &str) -> Result<Option<Datum>, Error> {
    Ok(match of {
        Datum::Map(at) => eval.heap.map(*at).get(&crate::heap::Key::Text(name.into())).cloned(),
        Datum::List(at) if name == "empty" => Some(Datum::Bool(eval.heap.list(*at).items.is_empty())),
        Datum::Text(text) if name == "empty" => Some(Datum::Bool(text.is_empty())),
        Datum::Text(_) if name == "bytes" => call(eval, of, "getBytes", &[])?,
        Datum::Entry(entry) if name == "key" => Some(entry.0.datum()),
        Datum::Entry(entry) if name == "value" => Some(entry.1.clone()),
        Datum::Input if name == "body" => Some(input::body(eval)),
        Datum::Loop(at) => eval.loop_property(*at, name),
        _ => None,
    })
}

/// The result of a method; `None` where there is no such method, or it yields null.
pub(crate) fn call(
    eval: &mut Evaluator<'_>,
    of: &Datum,
    name: &str,
    arguments: &[Datum],
) -> Result<Option<Datum>, Error> {
    match (name, arguments) {
        ("toString", []) => return Ok(Some(eval.text(of)?.into())),
        ("equals", [other]) => return Ok(Some(Datum::Bool(eval.equal_inside(of, other)?))),
        ("hashCode", []) if !matches!(of, Datum::Int(_)) => {
            let text = eval.text(of)?;
            return Ok(Some(Datum::Int(i128::from(string::hash_code(&text)))));
        }
        _ => {}
    }
    match of {
        Datum::Text(text) => string::call(eval, text, name, arguments),
        Datum::List(at) => list::call(eval, *at, name, arguments),
        Datum::Map(at) => map::call(eval, *at, name, arguments),
        Datum::Input => input::call(eval, name, arguments),
        Datum::Util => util::call(eval, name, arguments),
        Datum::Int(_) | Datum::Double(_) | Datum::Big(_) | Datum::Bool(_) => {
            number::call(eval, of, name, arguments)
        }
        Datum::Entry(entry) => Ok(match (name, arguments) {
            ("getKey", []) => Some(entry.0.datum()),
            ("getValue", []) => Some(entry.1.clone()),
            _ => None,
        }),
        Datum::Loop(at) => Ok(match (name, arguments) {
            ("getIndex", []) => eval.loop_property(*at, "index"),
            ("getCount", []) => eval.loop_property(*at, "count"),
            ("hasNext" | "getHasNext", []) => eval.loop_property(*at, "hasNext"),
            ("isFirst" | "getFirst", []) => eval.loop_property(*at, "first"),
            ("isLast" | "getLast", []) => eval.loop_property(*at, "last"),
            _ => None,
        }),
        Datum::Iterator(list, at) => list::call_iterator(eval, *list, at, name, arguments),
        Datum::Null | Datum::Block(_) => Ok(None),
    }
}

/// A list of texts.
fn texts(eval: &mut Evaluator<'_>, texts: Vec<String>) -> Result<Datum, Error> {
    eval.charge(texts.len())?;
    Ok(eval.heap.new_list(texts.into_iter().map(Datum::from).collect(), Style::Java))
}
