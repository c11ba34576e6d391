//! JSON as json-smart reads it (permissively) and AWS writes it (compactly).

mod compact;
mod escapes;
mod reader;
mod scan;

pub(crate) use self::escapes::Escapes;
pub(crate) use self::reader::Reader;

use crate::decimal;
use crate::error::{Error, Failure};
use crate::heap::{Datum, Heap, Text};
use crate::json_path;
use crate::tape::Tape;
use crate::value::{Value, java_double};

/// Reads a payload: JSON, with bare keys, single quotes and trailing commas allowed; text that begins as nothing of JSON's
/// is a string (recorded: `plain`, `a=b`).
///
/// # Errors
/// Where an object or array is begun and not finished, or nests too deep.
pub fn parse_lenient(text: &str) -> Result<Value, Error> {
    match Tape::read(Text::Given(text), usize::MAX) {
        Ok(tape) => Ok(tape.value(0)),
        Err(failure) => Err(*failure),
    }
}

/// Reads what a rendering looks into.
pub(crate) fn load<'t>(text: Text<'t>, heap: &mut Heap<'t>) -> Result<Datum<'t>, Failure> {
    Ok(heap.add_tape(Tape::read(text, MOST_NODES)?))
}

/// Values and keys that a payload may have which is looked into: 16 bytes each.
const MOST_NODES: usize = 3_500_000;

/// What a path leads to in a payload as it is written again, where that needs no tree; `None` where it does. A path that leads
/// nowhere yields `Some(None)`.
#[allow(
    clippy::option_option,
    reason = "the outer one is whether this way was open, the inner one what stands there"
)]
pub(crate) fn compacted(text: &str, path: &str) -> Option<Option<String>> {
    compact::compact(text, &json_path::definite(path)?)
}

/// What stands without quotes.
#[derive(Debug, PartialEq)]
pub(crate) enum Word<'p> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    /// A number that neither of these holds.
    Big(String),
    Text(&'p str),
}

/// A word of JSON's, a number, or itself.
pub(crate) fn word(text: &str) -> Word<'_> {
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => number(text).unwrap_or(Word::Text(text)),
        _ => match text {
            "null" => Word::Null,
            "true" => Word::Bool(true),
            "false" => Word::Bool(false),
            _ => Word::Text(text),
        },
    }
}

fn number(text: &str) -> Option<Word<'_>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // Eighteen digits fit.
        if digits.len() <= 18 {
            let n = digits.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0'));
            return Some(Word::Int(if digits.len() < text.len() { -n } else { n }));
        }
        return Some(text.parse().map_or_else(|_| Word::Big(text.to_string()), Word::Int));
    }
    if digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) {
        let double = text.parse().ok()?;
        // json-smart keeps what a double may not hold.
        let precise = if text.len() > 18 { decimal::canonical(text) } else { None };
        return Some(precise.map_or(Word::Double(double), Word::Big));
    }
    None
}

/// Appends a value as compact JSON, numbers as Java writes them.
pub(crate) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Big(_) => value.print(out),
        Value::Double(d) => out.push_str(&java_double(*d)),
        Value::String(text) => write_string(text, out),
        Value::Array(items) | Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_string(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A payload, read and written again.
    #[track_caller]
    fn compact(text: &str) -> String {
        let mut out = String::new();
        write(&parse_lenient(text).expect("a payload"), &mut out);
        out
    }

    #[test]
    fn json_is_written_compactly_with_javas_numbers() {
        assert_eq!(
            compact(r#" { "b" : [ 1 , 12.50, 1e3, 1.5e20 ], "a" : null } "#),
            r#"{"b":[1,12.5,1000.0,1.5E20],"a":null}"#
        );
        assert_eq!(compact("123456789012345678901234567890"), "123456789012345678901234567890");
        assert_eq!(compact(r#""\u00e9\ud83c\udf89\/\n\u0001""#), "\"é🎉/\\n\\u0001\"");
    }

    proptest::proptest! {
        #[test]
        fn the_heap_gets_what_the_tree_has(
            text in "(\\{|\\}|\\[|\\]|,|:| |\"a\"|'b'|\"b\\\\n\"|1|1.50|12345678901234567890|true|null|x){0,14}",
        ) {
            for text in [format!("[{text}]"), format!("{{\"k\":{text}}}"), text] {
                let mut heap = Heap::default();
                match (parse_lenient(&text), load(Text::Given(&text), &mut heap)) {
                    (Ok(tree), Ok(loaded)) => assert_eq!(heap.unload(&loaded, 99, &mut 99), tree),
                    (tree, loaded) => assert_eq!(tree.is_err(), loaded.is_err()),
                }
            }
        }
    }

    #[test]
    fn a_repeated_key_replaces_in_large_objects_too() {
        let members = |n: usize| (0..n).map(|i| format!("\"k{i}\":{i}")).collect::<Vec<_>>().join(",");
        for n in [15, 16, 17, 40] {
            let text = format!("{{{},\"k3\":\"new\"}}", members(n));
            assert_eq!(compact(&text), format!("{{{}}}", members(n).replace("\"k3\":3", "\"k3\":\"new\"")));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_needs_no_tree_is_what_the_tree_writes(
            text in "(\\{|\\}|\\[|\\]|,|:| |\"a\"|\"b\\\\n\"|\"\\\\/\"|\"\\\\u00e9\"|1|-0|-0.0|-1.5|0.001|0.0005|0.50|1234567.25|12345678.5|0.123456789|1.50|007|12345678901234567890|1e400|true|null|x|\n){0,12}",
        ) {
            for text in [format!("[{text}]"), format!("{{\"k\":{text}}}"), text] {
                if let Some(copied) = compacted(&text, "$") {
                    assert_eq!(copied, Some(compact(&text)));
                }
                for path in ["$.k", "$[1]", "$.a.k", "$.k[0]", "$[0].a"] {
                    if let Some(copied) = compacted(&text, path) {
                        let tree = parse_lenient(&text).expect("what can be copied can be read");
                        let found = json_path::select(path, &tree).expect("a path");
                        let mut out = String::new();
                        let found = found.map(|found| {
                            write(&found, &mut out);
                            out
                        });
                        assert_eq!(copied, found, "{path} in {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_repeated_key_replaces() {
        assert_eq!(compact(r#"{"a": 1, "b": 2, "a": 3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn what_is_no_json_is_text_or_an_error() {
        assert_eq!(compact("a=b"), r#""a=b""#);
        assert_eq!(compact("{statusCode: 200, 'b': yes}"), r#"{"statusCode":200,"b":"yes"}"#);
        for text in ["{a", "[a", "{\"a\":", "\"open", "{} x", &"[".repeat(10_000)] {
            assert!(parse_lenient(text).is_err(), "{text:.20}");
        }
    }
}
