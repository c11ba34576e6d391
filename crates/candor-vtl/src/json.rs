//! JSON as json-smart reads it (permissively) and AWS writes it (compactly).

mod compact;

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use crate::budget::MAX_DEPTH;
use crate::decimal;
use crate::error::{Error, ErrorKind};
use crate::heap::{Datum, Heap, Key, Style};
use crate::value::{Value, java_double};

/// Reads a payload: JSON, with bare keys, single quotes and trailing commas allowed; text that begins as nothing of JSON's
/// is a string (recorded: `plain`, `a=b`).
///
/// # Errors
/// Where an object or array is begun and not finished, or nests too deep.
pub fn parse_lenient(text: &str) -> Result<Value, Error> {
    read(text, &mut Tree)
}

/// Reads a payload onto a heap: the same as reading it and loading what was read, without the tree between.
pub(crate) fn load(text: &str, heap: &mut Heap) -> Result<Datum, Error> {
    read(text, &mut Loader { heap, keys: Vec::new() })
}

fn read<'t, B: Build<'t>>(text: &'t str, build: &mut B) -> Result<B::Node, Error> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.blank();
    match reader.peek() {
        None => Ok(build.text(Cow::Borrowed(""))),
        Some(b'{' | b'[') => {
            let value = reader.value(0, build)?;
            reader.blank();
            if reader.at < text.len() { Err(reader.expected("the end of the payload")) } else { Ok(value) }
        }
        Some(b'"') => reader.value(0, build),
        Some(_) => Ok(build.word(word(text.trim()))),
    }
}

/// What is made of what is read.
trait Build<'t> {
    type Node;

    /// What stood without quotes.
    fn word(&mut self, word: Value) -> Self::Node;
    fn text(&mut self, text: Cow<'t, str>) -> Self::Node;
    fn list(&mut self, items: Vec<Self::Node>) -> Self::Node;
    /// The members as they came: a repeated key replaces, at its first place.
    fn map(&mut self, members: Vec<(Cow<'t, str>, Self::Node)>) -> Self::Node;
}

/// Makes [`Value`]s.
struct Tree;

impl<'t> Build<'t> for Tree {
    type Node = Value;

    fn word(&mut self, word: Value) -> Value {
        word
    }

    fn text(&mut self, text: Cow<'t, str>) -> Value {
        Value::String(text.into_owned())
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    fn map(&mut self, members: Vec<(Cow<'t, str>, Value)>) -> Value {
        let mut kept: Vec<(String, Value)> = Vec::with_capacity(members.len());
        // In a large object looking for a key one by one would take quadratic time.
        let mut known: HashMap<String, usize> = HashMap::new();
        for (key, value) in members {
            let seen = match kept.len() < SMALL {
                true => kept.iter().position(|(known, _)| *known == key),
                false => {
                    if kept.len() == SMALL && known.is_empty() {
                        known.extend(kept.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)));
                    }
                    known.get(&*key).copied()
                }
            };
            match seen {
                Some(at) => kept[at].1 = value,
                None => {
                    let key = key.into_owned();
                    if kept.len() >= SMALL {
                        known.insert(key.clone(), kept.len());
                    }
                    kept.push((key, value));
                }
            }
        }
        Value::Map(kept)
    }
}

/// Puts what is read onto a heap. Lists of objects repeat their keys: those met lately are shared.
struct Loader<'h, 't> {
    heap: &'h mut Heap,
    keys: Vec<(Cow<'t, str>, Rc<str>)>,
}

impl<'t> Build<'t> for Loader<'_, 't> {
    type Node = Datum;

    fn word(&mut self, word: Value) -> Datum {
        self.heap.load(&word)
    }

    fn text(&mut self, text: Cow<'t, str>) -> Datum {
        Datum::Text(text.into())
    }

    fn list(&mut self, items: Vec<Datum>) -> Datum {
        self.heap.new_list(items, Style::Json)
    }

    fn map(&mut self, members: Vec<(Cow<'t, str>, Datum)>) -> Datum {
        let Loader { heap, keys } = self;
        heap.new_map(members.into_iter().map(|(key, value)| {
            let shared = match keys.iter().find(|(known, _)| *known == key) {
                Some((_, shared)) => Rc::clone(shared),
                None => {
                    let shared: Rc<str> = Rc::from(&*key);
                    if keys.len() < SMALL {
                        keys.push((key, Rc::clone(&shared)));
                    }
                    shared
                }
            };
            (Key::Text(shared), value)
        }))
    }
}

/// The payload as it is written again, where that needs no tree; `None` where it does.
pub(crate) fn compacted(text: &str) -> Option<String> {
    compact::compact(text)
}

/// What stands without quotes: a word of JSON's, a number, or itself.
fn word(text: &str) -> Value {
    match text {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_string())),
    }
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.parse().map_or_else(|_| Value::Big(text.to_string()), Value::Int));
    }
    if digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) {
        let double = text.parse().ok()?;
        // json-smart keeps what a double may not hold.
        return match decimal::canonical(text).filter(|_| text.len() > 18) {
            Some(spelled) => Some(Value::Big(spelled)),
            None => Some(Value::Double(double)),
        };
    }
    None
}

/// Up to so many members an object's keys are compared one by one.
const SMALL: usize = 16;

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Error {
        Error { kind: ErrorKind::Payload(format!("expected {what} at byte {}", self.at)), span: 0..0 }
    }

    fn value<B: Build<'t>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Error> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer nested levels"));
        }
        self.blank();
        match self.peek() {
            None => Err(self.expected("a value")),
            Some(b'{') => self.object(depth, build),
            Some(b'[') => self.array(depth, build),
            Some(quote @ (b'"' | b'\'')) => {
                let text = self.string(quote)?;
                Ok(build.text(text))
            }
            Some(_) => {
                let start = self.at;
                while self.peek().is_some_and(|b| !matches!(b, b',' | b']' | b'}')) {
                    self.at += 1;
                }
                Ok(build.word(word(self.text[start..self.at].trim())))
            }
        }
    }

    fn array<B: Build<'t>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Error> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blank();
            match self.peek() {
                None => return Err(self.expected("`]`")),
                Some(b']') => {
                    self.at += 1;
                    return Ok(build.list(items));
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    items.push(self.value(depth + 1, build)?);
                    self.blank();
                    if !matches!(self.peek(), Some(b',' | b']')) {
                        return Err(self.expected("`,` or `]`"));
                    }
                }
            }
        }
    }

    fn object<B: Build<'t>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Error> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.blank();
            let key = match self.peek() {
                None => return Err(self.expected("`}`")),
                Some(b'}') => {
                    self.at += 1;
                    return Ok(build.map(members));
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
                Some(_) => {
                    let start = self.at;
                    while self.peek().is_some_and(|b| !matches!(b, b':' | b',' | b'}')) {
                        self.at += 1;
                    }
                    Cow::Borrowed(self.text[start..self.at].trim())
                }
            };
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            let value = self.value(depth + 1, build)?;
            members.push((key, value));
            self.blank();
            if !matches!(self.peek(), Some(b',' | b'}')) {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// A string: a part of the payload where nothing in it is escaped.
    fn string(&mut self, quote: u8) -> Result<Cow<'t, str>, Error> {
        self.at += 1;
        let mut out = String::new();
        let mut plain = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                None => return Err(self.expected("a closing quote")),
                Some(b) if b == quote => {
                    let rest = &self.text[plain..self.at];
                    self.at += 1;
                    if !escaped {
                        return Ok(Cow::Borrowed(rest));
                    }
                    out.push_str(rest);
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => {
                    escaped = true;
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    let escape =
                        self.text[self.at..].chars().next().ok_or_else(|| self.expected("an escape"))?;
                    self.at += escape.len_utf8();
                    match escape {
                        'b' => out.push('\u{8}'),
                        'f' => out.push('\u{c}'),
                        'n' => out.push('\n'),
                        'r' => out.push('\r'),
                        't' => out.push('\t'),
                        'u' => out.push(self.unicode()?),
                        other => out.push(other),
                    }
                    plain = self.at;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn unicode(&mut self) -> Result<char, Error> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 4)?;
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
        };
        let first = unit(self.at).ok_or_else(|| self.expected("four hexadecimal digits"))?;
        let second =
            (self.text.get(self.at + 4..self.at + 6) == Some("\\u")).then(|| unit(self.at + 6)).flatten();
        if (0xD800..0xDC00).contains(&first)
            && let Some(second @ 0xDC00..0xE000) = second
        {
            self.at += 10;
            return Ok(
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).unwrap_or('\u{fffd}')
            );
        }
        self.at += 4;
        Ok(char::from_u32(first).unwrap_or('\u{fffd}'))
    }
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
                let (mut by_tree, mut direct) = (Heap::default(), Heap::default());
                let tree = parse_lenient(&text).map(|value| by_tree.load(&value));
                let loaded = load(&text, &mut direct);
                match (tree, loaded) {
                    (Ok(tree), Ok(loaded)) => {
                        assert_eq!(tree, loaded);
                        assert_eq!(format!("{by_tree:?}"), format!("{direct:?}"));
                    }
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
            text in "(\\{|\\}|\\[|\\]|,|:| |\"a\"|\"b\\\\n\"|\"\\\\/\"|\"\\\\u00e9\"|1|-0|1.50|007|12345678901234567890|1e400|true|null|x|\n){0,12}",
        ) {
            for text in [format!("[{text}]"), format!("{{\"k\":{text}}}"), text] {
                if let Some(copied) = compacted(&text) {
                    assert_eq!(copied, compact(&text));
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
