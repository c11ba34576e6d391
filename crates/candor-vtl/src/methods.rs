//! Properties and methods of values, by Java's names. What does not exist is `None`: the reference leads nowhere.

mod character;
mod format;
mod input;
mod list;
mod map;
mod number;
mod string;
mod util;

pub(crate) use self::util::escape_java_script;

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, Style, Text};

/// What a method without a result yields: the empty string (Velocity 1.7's `ASTMethod`), unlike one that yields null.
const NO_RESULT: Datum<'static> = Datum::Text(Text::Given(""));

/// The property of a value: a map's is always a key, others have getters.
pub(crate) fn property<'t>(
    eval: &mut Evaluator<'t>,
    of: &Datum<'t>,
    name: &str,
) -> Result<Option<Datum<'t>>, Failure> {
    Ok(match of {
        Datum::Map(at) => eval.heap.get(*at, &crate::heap::Key::Text(name.into())),
        Datum::List(at) if name == "empty" && eval.heap.style(*at) != Style::Array => {
            eval.refresh(*at)?;
            Some(Datum::Bool(eval.heap.length(*at) == 0))
        }
        Datum::Text(text) if name == "empty" => Some(Datum::Bool(text.is_empty())),
        Datum::Text(_) if name == "blank" => call(eval, of, "isBlank", &[])?,
        Datum::Text(_) if name == "bytes" => call(eval, of, "getBytes", &[])?,
        Datum::Double(d) if name == "naN" || name == "NaN" => Some(Datum::Bool(d.is_nan())),
        Datum::Double(d) if name == "infinite" => Some(Datum::Bool(d.is_infinite())),
        Datum::Entry(entry) if name == "key" => Some(entry.key.datum()),
        Datum::Entry(entry) if name == "value" => Some(eval.heap.value_of(entry)),
        Datum::Input if name == "body" => Some(input::body(eval)),
        Datum::Loop(at) => loop_property(eval, *at, name),
        _ => None,
    })
}

fn loop_property<'t>(eval: &mut Evaluator<'t>, at: usize, name: &str) -> Option<Datum<'t>> {
    let seen = eval.loop_property(at, name)?;
    Some(seen.held().datum(&mut eval.heap))
}

/// The result of a method; `None` where there is no such method, or it yields null.
pub(crate) fn call<'t>(
    eval: &mut Evaluator<'t>,
    of: &Datum<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    if let Datum::List(at) = of {
        eval.refresh(*at)?;
    }
    for argument in arguments {
        if let Datum::List(at) = argument {
            eval.refresh(*at)?;
        }
    }
    match (name, arguments) {
        ("toString", []) => return Ok(Some(eval.text(of)?.into())),
        ("equals", [other]) => return Ok(Some(Datum::Bool(eval.equal_inside(of, other)?))),
        ("hashCode", []) => return Ok(hash_code(eval, of)?.map(|hash| Datum::Int(i128::from(hash)))),
        _ => {}
    }
    match of {
        Datum::Text(text) => string::call(eval, text, name, arguments),
        Datum::Char(unit) => character::call(eval, *unit, name, arguments),
        Datum::List(at) => list::call(eval, *at, name, arguments),
        Datum::Map(at) => map::call(eval, *at, name, arguments),
        Datum::Input => input::call(eval, name, arguments),
        Datum::Util => util::call(eval, name, arguments),
        Datum::Int(_)
        | Datum::Long(_)
        | Datum::Double(_)
        | Datum::Float(_)
        | Datum::Big(_)
        | Datum::Bool(_) => number::call(eval, of, name, arguments),
        Datum::Entry(entry) => match (name, arguments) {
            ("getKey", []) => Ok(Some(entry.key.datum())),
            ("getValue", []) => Ok(Some(eval.heap.value_of(entry))),
            ("setValue", [value]) => Ok(Some(eval.set_value(entry, value.clone())?)),
            _ => Ok(None),
        },
        Datum::Loop(at) => Ok(match (name, arguments) {
            ("getIndex", []) => loop_property(eval, *at, "index"),
            ("getCount", []) => loop_property(eval, *at, "count"),
            ("hasNext" | "getHasNext", []) => loop_property(eval, *at, "hasNext"),
            ("isFirst" | "getFirst", []) => loop_property(eval, *at, "first"),
            ("isLast" | "getLast", []) => loop_property(eval, *at, "last"),
            _ => None,
        }),
        Datum::Iterator(list, at) => list::call_iterator(eval, *list, at, name, arguments),
        Datum::Null | Datum::Block(_) => Ok(None),
    }
}

/// Java's `hashCode`; `None` where it differs from run to run.
fn hash_code<'t>(eval: &mut Evaluator<'t>, of: &Datum<'t>) -> Result<Option<i32>, Failure> {
    eval.charge(1)?;
    let fold = |n: i64| (n ^ (n as u64 >> 32).cast_signed()) as i32;
    Ok(Some(match of {
        Datum::Null => 0,
        Datum::Bool(b) => {
            if *b {
                1231
            } else {
                1237
            }
        }
        // An Integer's is itself; a Long's folds its halves; a BigInteger's goes through its words.
        Datum::Int(n) => match (i32::try_from(*n), i64::try_from(*n)) {
            (Ok(n), _) => n,
            (_, Ok(n)) => fold(n),
            _ => {
                let words = [96, 64, 32, 0].map(|shift| (n.unsigned_abs() >> shift) as i32);
                let hash = words.iter().fold(0i32, |hash, word| hash.wrapping_mul(31).wrapping_add(*word));
                hash.wrapping_mul(n.signum() as i32)
            }
        },
        Datum::Long(n) => fold(*n),
        Datum::Double(d) => fold(d.to_bits().cast_signed()),
        Datum::Float(f) => f.to_bits().cast_signed(),
        Datum::Char(unit) => i32::from(*unit),
        Datum::Text(text) => {
            eval.charge_look(text.len())?;
            string::hash_code(text)
        }
        Datum::Big(text) => {
            eval.charge_look(text.len())?;
            string::hash_code(text)
        }
        Datum::List(at) => {
            eval.refresh(*at)?;
            let list = eval.heap.list(*at);
            let (items, ordered) = (list.items.clone(), !matches!(list.style, Style::View { .. }));
            let mut hash = i32::from(ordered);
            for item in &items {
                let one = eval.nested(|e| hash_code(e, item))?.unwrap_or_default();
                hash = if ordered { hash.wrapping_mul(31) } else { hash }.wrapping_add(one);
            }
            hash
        }
        Datum::Map(at) => {
            let mut hash = 0i32;
            for (key, value) in eval.heap.map(*at).members().to_vec() {
                let value = eval.nested(|e| hash_code(e, &value))?.unwrap_or_default();
                hash = hash.wrapping_add(hash_code(eval, &key.datum())?.unwrap_or_default() ^ value);
            }
            hash
        }
        Datum::Entry(entry) => {
            let value = eval.heap.value_of(entry);
            let value = eval.nested(|e| hash_code(e, &value))?.unwrap_or_default();
            hash_code(eval, &entry.key.datum())?.unwrap_or_default() ^ value
        }
        Datum::Iterator(..) | Datum::Input | Datum::Util | Datum::Loop(_) | Datum::Block(_) => {
            return Ok(None);
        }
    }))
}

/// An argument where Java's method takes an `int`.
fn int(datum: &Datum<'_>) -> Option<i32> {
    match datum {
        Datum::Int(n) => i32::try_from(*n).ok(),
        _ => None,
    }
}

/// An argument where Java's method takes a `long`.
fn long(datum: &Datum<'_>) -> Option<i64> {
    match datum {
        Datum::Int(n) => i64::try_from(*n).ok(),
        Datum::Long(n) => Some(*n),
        _ => None,
    }
}

/// An argument where Java's method takes a `double`.
fn double(datum: &Datum<'_>) -> Option<f64> {
    match datum {
        Datum::Double(d) => Some(*d),
        Datum::Float(f) => Some(f64::from(*f)),
        other => long(other).map(|n| n as f64),
    }
}

/// A list of texts.
fn texts<'t>(eval: &mut Evaluator<'t>, texts: Vec<String>) -> Result<Datum<'t>, Failure> {
    eval.charge(texts.len())?;
    Ok(eval.heap.new_list(texts.into_iter().map(Datum::from).collect(), Style::Array))
}
