//! Methods of `java.lang.String`. Positions count UTF-16 units, as Java's do.

use std::ops::Range;

use super::{format, int, texts};
use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, Text};
use crate::java_regex::RegexError;

/// The position of UTF-16 unit `unit` in bytes; one inside of a character is that of the character.
fn byte_at(text: &str, unit: usize) -> Option<usize> {
    if text.is_ascii() {
        return (unit <= text.len()).then_some(unit);
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= unit {
            return Some(at);
        }
        units += c.len_utf16();
    }
    (unit <= units).then_some(text.len())
}

fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The bytes between two units.
fn bytes_between(
    eval: &Evaluator<'_>,
    text: &str,
    from: i128,
    to: Option<i128>,
) -> Result<Range<usize>, Failure> {
    let place = |unit: i128| usize::try_from(unit).ok().and_then(|unit| byte_at(text, unit));
    let end = to.map_or(Some(text.len()), place);
    match (place(from), end) {
        (Some(from), Some(end)) if from <= end => Ok(from..end),
        _ => {
            let to = to.map_or(String::new(), |to| format!(", end {to}"));
            Err(eval
                .failed(format!("StringIndexOutOfBoundsException: begin {from}{to}, length {}", units(text))))
        }
    }
}

fn index_of(text: &str, sought: &str, from: i128) -> i128 {
    let from = byte_at(text, usize::try_from(from.max(0)).unwrap_or(usize::MAX)).unwrap_or(text.len());
    text[from..].find(sought).map_or(-1, |at| units(&text[..from + at]) as i128)
}

fn last_index_of(text: &str, sought: &str, from: i128) -> i128 {
    let Ok(from) = usize::try_from(from) else { return -1 };
    let last = byte_at(text, from).unwrap_or(text.len());
    let end = text.len().min(last.saturating_add(sought.len()));
    // An end inside of a character cannot be the end of a match that begins at or before `last`.
    let end = (0..=end).rev().find(|e| text.is_char_boundary(*e)).unwrap_or(0);
    text[..end].rfind(sought).map_or(-1, |at| units(&text[..at]) as i128)
}

/// Java's `String.hashCode`.
pub(super) fn hash_code(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// Whether there is a method that takes these arguments, of which null is any text, and needs them all.
fn takes(name: &str, arguments: &[Datum<'_>]) -> bool {
    let is_text = |datum: &Datum<'_>| matches!(datum, Datum::Text(_) | Datum::Null);
    match (name, arguments) {
        (
            "contains"
            | "startsWith"
            | "endsWith"
            | "concat"
            | "matches"
            | "split"
            | "indexOf"
            | "lastIndexOf"
            | "compareTo"
            | "compareToIgnoreCase"
            | "contentEquals"
            | "format",
            [text],
        ) => is_text(text),
        ("replace", [from, to]) => is_text(from) && is_text(to),
        ("replaceAll" | "replaceFirst", [Datum::Null, with]) => is_text(with),
        ("indexOf" | "lastIndexOf" | "startsWith" | "split", [text, number]) => {
            is_text(text) && int(number).is_some()
        }
        ("join", [Datum::Null, ..]) => true,
        _ => false,
    }
}

fn regex<T>(eval: &Evaluator<'_>, result: Result<T, RegexError>) -> Result<T, Failure> {
    result.map_err(|e| eval.failed(e.to_string()))
}

fn part<'t>(text: &Text<'t>, choose: impl for<'a> FnOnce(&'a str) -> &'a str) -> Datum<'t> {
    Datum::Text(text.part(choose))
}

/// The text between two units.
fn substring<'t>(
    eval: &Evaluator<'t>,
    text: &Text<'t>,
    from: i128,
    to: Option<i128>,
) -> Result<Datum<'t>, Failure> {
    let bytes = bytes_between(eval, text, from, to)?;
    Ok(part(text, |t| &t[bytes]))
}

/// Calls a method of a text.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    text: &Text<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    eval.charge_text(text.len())?;
    let number = |n: usize| Datum::Int(n as i128);
    let result = match (name, arguments) {
        ("length", []) => number(units(text)),
        ("isEmpty", []) => Datum::Bool(text.is_empty()),
        ("isBlank", []) => Datum::Bool(text.trim().is_empty()),
        ("toUpperCase", []) => text.to_uppercase().into(),
        ("toLowerCase", []) => text.to_lowercase().into(),
        ("trim", []) => part(text, |t| t.trim_matches(|c: char| c <= ' ')),
        ("strip", []) => part(text, str::trim),
        ("stripLeading", []) => part(text, str::trim_start),
        ("stripTrailing", []) => part(text, str::trim_end),
        ("codePointCount", [from, to]) if int(from).is_some() && int(to).is_some() => {
            let bounds = int(from).zip(int(to)).unwrap_or_default();
            let part = bytes_between(eval, text, bounds.0.into(), Some(bounds.1.into()))?;
            Datum::Int(text[part].chars().count() as i128)
        }
        ("intern", []) => Datum::Text(text.clone()),
        ("substring" | "subSequence", [Datum::Int(from)]) => substring(eval, text, *from, None)?,
        ("substring" | "subSequence", [Datum::Int(from), Datum::Int(to)]) => {
            substring(eval, text, *from, Some(*to))?
        }
        ("charAt", [Datum::Int(at)]) => {
            let unit = usize::try_from(*at).ok().and_then(|at| text.encode_utf16().nth(at));
            let outside = || format!("StringIndexOutOfBoundsException: index {at}, length {}", units(text));
            Datum::Char(unit.ok_or_else(|| eval.failed(outside()))?)
        }
        ("codePointAt", [Datum::Int(at)]) => {
            let rest = bytes_between(eval, text, *at, None)?;
            let first = text[rest].chars().next();
            Datum::Int(u32::from(first.ok_or_else(|| eval.failed("StringIndexOutOfBoundsException"))?).into())
        }
        ("indexOf" | "lastIndexOf", [code @ Datum::Int(_), rest @ ..]) => {
            let c = int(code).and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32);
            let sought = c.map(String::from);
            let from = match rest {
                [] => None,
                [from] if int(from).is_some() => int(from).map(i128::from),
                _ => return Ok(None),
            };
            Datum::Int(match (sought, name) {
                (None, _) => -1,
                (Some(sought), "indexOf") => index_of(text, &sought, from.unwrap_or(0)),
                (Some(sought), _) => last_index_of(text, &sought, from.unwrap_or(i128::from(i64::MAX))),
            })
        }
        ("indexOf", [Datum::Text(sought)]) => Datum::Int(index_of(text, sought, 0)),
        ("indexOf", [Datum::Text(sought), Datum::Int(from)]) => Datum::Int(index_of(text, sought, *from)),
        ("lastIndexOf", [Datum::Text(sought)]) => {
            Datum::Int(last_index_of(text, sought, i128::from(i64::MAX)))
        }
        ("lastIndexOf", [Datum::Text(sought), Datum::Int(from)]) => {
            Datum::Int(last_index_of(text, sought, *from))
        }
        ("contains", [Datum::Text(sought)]) => Datum::Bool(text.contains(&**sought)),
        ("startsWith", [Datum::Text(prefix)]) => Datum::Bool(text.starts_with(&**prefix)),
        ("startsWith", [Datum::Text(prefix), Datum::Int(at)]) => {
            let at = usize::try_from(*at).ok().and_then(|at| byte_at(text, at));
            Datum::Bool(at.is_some_and(|at| text[at..].starts_with(&**prefix)))
        }
        ("endsWith", [Datum::Text(suffix)]) => Datum::Bool(text.ends_with(&**suffix)),
        ("equalsIgnoreCase", [Datum::Text(other)]) => {
            Datum::Bool(text.to_lowercase() == other.to_lowercase())
        }
        ("equalsIgnoreCase", [Datum::Null]) => Datum::Bool(false),
        (name, arguments) if arguments.contains(&Datum::Null) && takes(name, arguments) => {
            return Err(eval.failed("NullPointerException: an argument is null"));
        }
        ("compareTo", [other]) if !matches!(other, Datum::Text(_)) => {
            return Err(eval.failed("ClassCastException: the argument is no text"));
        }
        ("contentEquals", [Datum::Text(other)]) => Datum::Bool(text == other),
        ("compareTo", [Datum::Text(other)]) => Datum::Int(compare(text, other)),
        ("compareToIgnoreCase", [Datum::Text(other)]) => {
            Datum::Int(compare(&text.to_lowercase(), &other.to_lowercase()))
        }
        ("concat", [Datum::Text(other)]) => {
            eval.charge_text(text.len().saturating_add(other.len()))?;
            [&**text, &**other].concat().into()
        }
        ("repeat", [Datum::Int(times)]) => {
            let times = usize::try_from(*times)
                .map_err(|_| eval.failed("IllegalArgumentException: count is negative"))?;
            eval.charge_text(text.len().saturating_mul(times))?;
            text.repeat(times).into()
        }
        ("replace", [Datum::Char(from), Datum::Char(to)]) => {
            let (from, to) = (crate::heap::char_of(*from), crate::heap::char_of(*to).to_string());
            eval.charge_text(text.len().saturating_mul(4))?;
            text.replace(from, &to).into()
        }
        ("replace", [Datum::Text(from), Datum::Text(to)]) => {
            eval.charge_text(
                text.len().saturating_add(text.matches(&**from).count().saturating_mul(to.len())),
            )?;
            text.replace(&**from, to).into()
        }
        // What to replace with is looked at once there is something to replace.
        ("replaceAll" | "replaceFirst", [Datum::Text(pattern), Datum::Null]) => {
            let replaced = eval.finder(pattern)?.replace(text, "", true, eval.longest_text());
            if regex(eval, replaced)? != **text {
                return Err(eval.failed("NullPointerException: an argument is null"));
            }
            Datum::Text(text.clone())
        }
        ("replaceAll" | "replaceFirst", [Datum::Text(pattern), Datum::Text(with)]) => {
            let finder = eval.finder(pattern)?;
            let replaced = finder.replace(text, with, name == "replaceAll", eval.longest_text());
            let replaced = regex(eval, replaced)?;
            eval.charge_text(replaced.len())?;
            replaced.into()
        }
        ("matches", [Datum::Text(pattern)]) => {
            let pattern = eval.pattern(pattern)?;
            Datum::Bool(regex(eval, pattern.matches(text))?)
        }
        ("split", [Datum::Text(pattern)]) => {
            let parts = eval.finder(pattern)?.split(text, 0);
            let parts = regex(eval, parts)?;
            texts(eval, parts)?
        }
        ("split", [Datum::Text(pattern), Datum::Int(limit)]) => {
            let limit = i64::try_from(*limit).unwrap_or_default();
            let parts = eval.finder(pattern)?.split(text, limit);
            let parts = regex(eval, parts)?;
            texts(eval, parts)?
        }
        ("toCharArray", []) => {
            let units: Vec<Datum> = text.encode_utf16().map(Datum::Char).collect();
            eval.charge(units.len())?;
            eval.heap.new_list(units, crate::heap::Style::Array)
        }
        ("join", [Datum::Text(between), rest @ ..]) => {
            let items = match rest {
                [Datum::List(at)] => eval.heap.list(*at).items.clone(),
                parts if parts.iter().all(|p| matches!(p, Datum::Text(_))) && !parts.is_empty() => {
                    parts.to_vec()
                }
                [Datum::Null] => return Err(eval.failed("NullPointerException: the argument is null")),
                _ => return Ok(None),
            };
            let mut joined = String::new();
            for (i, item) in items.iter().enumerate() {
                joined.push_str(if i > 0 { between } else { "" });
                match item {
                    Datum::Text(part) => joined.push_str(part),
                    Datum::Null => joined.push_str("null"),
                    _ => return Err(eval.failed("ClassCastException: an element is no text")),
                }
                eval.charge_text(joined.len())?;
            }
            joined.into()
        }
        ("formatted", rest) => format::format(eval, text, rest)?,
        ("getBytes", []) => {
            let bytes = text.bytes().map(|b| Datum::Int(i128::from(b.cast_signed()))).collect();
            eval.charge(text.len())?;
            eval.heap.new_list(bytes, crate::heap::Style::Array)
        }
        (
            "regionMatches",
            [Datum::Bool(ignore), Datum::Int(at), Datum::Text(other), Datum::Int(there), Datum::Int(length)],
        ) => {
            let part = |text: &str, from: i128| {
                let from = usize::try_from(from).ok()?;
                let to = from.checked_add(usize::try_from(*length).ok()?)?;
                Some(text[byte_at(text, from)?..byte_at(text, to)?].to_string())
            };
            Datum::Bool(match (part(text, *at), part(other, *there)) {
                (Some(a), Some(b)) => a == b || (*ignore && a.to_lowercase() == b.to_lowercase()),
                _ => false,
            })
        }
        ("valueOf" | "copyValueOf", [value]) => eval.text(value)?.into(),
        ("format", [Datum::Text(format), rest @ ..]) => format::format(eval, format, rest)?,
        _ => return Ok(None),
    };
    Ok(Some(result))
}

/// Java's `compareTo`: the difference of the first units that differ, else of the lengths.
fn compare(a: &str, b: &str) -> i128 {
    let differ = a.encode_utf16().zip(b.encode_utf16()).find(|(x, y)| x != y);
    match differ {
        Some((x, y)) => i128::from(x) - i128::from(y),
        None => units(a) as i128 - units(b) as i128,
    }
}
