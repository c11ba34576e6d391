//! JSON as json-smart reads it (permissively) and AWS writes it (compactly).

mod compact;
mod scan;

use crate::budget::MAX_DEPTH;
use crate::decimal;
use crate::error::{Error, ErrorKind, Failure};
use crate::heap::{Datum, Heap, Key, Style, Text};
use crate::json_path;
use crate::members;
use crate::value::{Value, java_double};

/// Reads a payload: JSON, with bare keys, single quotes and trailing commas allowed; text that begins as nothing of JSON's
/// is a string (recorded: `plain`, `a=b`).
///
/// # Errors
/// Where an object or array is begun and not finished, or nests too deep.
pub fn parse_lenient(text: &str) -> Result<Value, Error> {
    read(text, &mut Tree, usize::MAX).map_err(|failure| *failure)
}

/// Reads a payload onto a heap: the same as reading it and loading what was read, without the tree between. The payload
/// outlives the heap, and its texts are parts of it.
pub(crate) fn load<'t>(text: &'t str, heap: &mut Heap<'t>) -> Result<Datum<'t>, Failure> {
    read(text, &mut Loader { heap, verbatim: Text::Given }, MAX_VALUES)
}

/// As [`load`], of a text that does not outlive the heap.
pub(crate) fn load_copied<'t>(text: &str, heap: &mut Heap<'t>) -> Result<Datum<'t>, Failure> {
    read(text, &mut Loader { heap, verbatim: |text: &str| Text::Made(text.into()) }, MAX_VALUES)
}

/// Values that a payload may be taken apart into; an object or an array counts as four. That is some 100 MB.
const MAX_VALUES: usize = 2_000_000;

/// Reads a payload of at most so many values.
fn read<'p, B: Build<'p>>(text: &'p str, build: &mut B, values: usize) -> Result<B::Node, Failure> {
    let mut reader =
        Reader { values, text, bytes: text.as_bytes(), at: 0, unescaped: String::new(), members: 0 };
    reader.blank();
    match reader.peek() {
        None => Ok(build.text(Piece::Verbatim(""))),
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
trait Build<'p> {
    type Key;
    type Node;

    /// What stood without quotes.
    fn word(&mut self, word: Word<'p>) -> Self::Node;
    fn text(&mut self, text: Piece<'p, '_>) -> Self::Node;
    fn key(&mut self, text: Piece<'p, '_>) -> Self::Key;
    fn list(&mut self, items: Vec<Self::Node>) -> Self::Node;
    /// The members as they came.
    fn map(&mut self, members: Vec<(Self::Key, Self::Node)>) -> Self::Node;
}

/// Makes [`Value`]s.
struct Tree;

impl<'p> Build<'p> for Tree {
    type Key = String;
    type Node = Value;

    fn word(&mut self, word: Word<'p>) -> Value {
        match word {
            Word::Null => Value::Null,
            Word::Bool(b) => Value::Bool(b),
            Word::Int(n) => Value::Int(n),
            Word::Double(d) => Value::Double(d),
            Word::Big(spelled) => Value::Big(spelled),
            Word::Text(text) => Value::String(text.to_string()),
        }
    }

    fn text(&mut self, text: Piece<'p, '_>) -> Value {
        Value::String(text.text().to_string())
    }

    fn key(&mut self, text: Piece<'p, '_>) -> String {
        text.text().to_string()
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    fn map(&mut self, members: Vec<(String, Value)>) -> Value {
        Value::Map(members::distinct(members, String::as_str))
    }
}

/// Puts what is read onto a heap.
struct Loader<'h, 't, K> {
    heap: &'h mut Heap<'t>,
    /// Makes a text that lives as long as the heap.
    verbatim: K,
}

impl<'t, K> Loader<'_, 't, K> {
    fn keep<'p>(&self, text: Piece<'p, '_>) -> Text<'t>
    where
        K: Fn(&'p str) -> Text<'t>,
    {
        match text {
            Piece::Verbatim(text) => (self.verbatim)(text),
            Piece::Unescaped(text) => Text::Made(text.into()),
        }
    }
}

impl<'p, 't, K: Fn(&'p str) -> Text<'t>> Build<'p> for Loader<'_, 't, K> {
    type Key = Key<'t>;
    type Node = Datum<'t>;

    fn word(&mut self, word: Word<'p>) -> Datum<'t> {
        match word {
            Word::Null => Datum::Null,
            Word::Bool(b) => Datum::Bool(b),
            Word::Int(n) => Datum::Int(i128::from(n)),
            Word::Double(d) => Datum::Double(d),
            Word::Big(spelled) => Datum::big(&spelled),
            Word::Text(text) => self.text(Piece::Verbatim(text)),
        }
    }

    fn text(&mut self, text: Piece<'p, '_>) -> Datum<'t> {
        Datum::Text(self.keep(text))
    }

    fn key(&mut self, text: Piece<'p, '_>) -> Key<'t> {
        Key::Text(self.keep(text))
    }

    fn list(&mut self, items: Vec<Datum<'t>>) -> Datum<'t> {
        self.heap.new_list(items, Style::Json)
    }

    fn map(&mut self, members: Vec<(Key<'t>, Datum<'t>)>) -> Datum<'t> {
        self.heap.new_map(members)
    }
}

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
enum Word<'p> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    /// A number that neither of these holds.
    Big(String),
    Text(&'p str),
}

/// A word of JSON's, a number, or itself.
fn word(text: &str) -> Word<'_> {
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

/// Place for so many members is made at most before they are there.
const MOST_PLACES: usize = 16;

struct Reader<'p> {
    text: &'p str,
    bytes: &'p [u8],
    at: usize,
    /// The last string with escapes, without them.
    unescaped: String,
    /// How many values may still come.
    values: usize,
    /// How many members the last object had: the next one has often as many.
    members: usize,
}

/// A text of a payload.
#[derive(Clone, Copy)]
enum Piece<'p, 'r> {
    /// It stands in the payload like this.
    Verbatim(&'p str),
    /// It was written with escapes.
    Unescaped(&'r str),
}

impl Piece<'_, '_> {
    fn text(&self) -> &str {
        match self {
            Piece::Verbatim(text) => text,
            Piece::Unescaped(text) => text,
        }
    }
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Failure {
        Box::new(Error {
            kind: ErrorKind::Payload(format!("expected {what} at byte {}", self.at)),
            span: 0..0,
        })
    }

    fn value<B: Build<'p>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Failure> {
        let mut value = build.word(Word::Null);
        self.value_into(&mut value, depth, build)?;
        Ok(value)
    }

    /// Reads a value into its place: most are made there, and moving them would take as long as reading them.
    #[inline]
    fn value_into<B: Build<'p>>(
        &mut self,
        place: &mut B::Node,
        depth: usize,
        build: &mut B,
    ) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer nested levels"));
        }
        self.blank();
        let container = matches!(self.peek(), Some(b'{' | b'['));
        let Some(left) = self.values.checked_sub(if container { 4 } else { 1 }) else {
            let kind = ErrorKind::Budget("the payload holds too many values to look into");
            return Err(Box::new(Error { kind, span: 0..0 }));
        };
        self.values = left;
        match self.peek() {
            None => return Err(self.expected("a value")),
            Some(b'{') => *place = self.object(depth, build)?,
            Some(b'[') => *place = self.array(depth, build)?,
            Some(quote @ (b'"' | b'\'')) => *place = build.text(self.string(quote)?),
            Some(_) => match self.digits() {
                Some(digits) => *place = build.word(Word::Int(digits)),
                None => {
                    let start = self.at;
                    while self.peek().is_some_and(|b| !matches!(b, b',' | b']' | b'}')) {
                        self.at += 1;
                    }
                    *place = build.word(word(self.text[start..self.at].trim()));
                }
            },
        }
        Ok(())
    }

    /// A whole number of few digits that ends right here: what most numbers are.
    fn digits(&mut self) -> Option<i64> {
        let (mut at, mut n) = (self.at, 0i64);
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
            n = n.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            at += 1;
        }
        let few = (1..=18).contains(&(at - self.at));
        if few && matches!(self.bytes.get(at), Some(b',' | b']' | b'}')) {
            self.at = at;
            return Some(n);
        }
        None
    }

    fn array<B: Build<'p>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Failure> {
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
                    self.value_into(items.push_mut(build.word(Word::Null)), depth + 1, build)?;
                    self.blank();
                    if !matches!(self.peek(), Some(b',' | b']')) {
                        return Err(self.expected("`,` or `]`"));
                    }
                }
            }
        }
    }

    fn object<B: Build<'p>>(&mut self, depth: usize, build: &mut B) -> Result<B::Node, Failure> {
        self.at += 1;
        let mut members: Vec<(B::Key, B::Node)> = Vec::with_capacity(self.members.min(MOST_PLACES));
        loop {
            self.blank();
            let key = match self.peek() {
                None => return Err(self.expected("`}`")),
                Some(b'}') => {
                    self.at += 1;
                    self.members = members.len();
                    return Ok(build.map(members));
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(quote @ (b'"' | b'\'')) => build.key(self.string(quote)?),
                Some(_) => {
                    let start = self.at;
                    while self.peek().is_some_and(|b| !matches!(b, b':' | b',' | b'}')) {
                        self.at += 1;
                    }
                    let key = self.text[start..self.at].trim();
                    build.key(Piece::Verbatim(key))
                }
            };
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            let member = members.push_mut((key, build.word(Word::Null)));
            self.value_into(&mut member.1, depth + 1, build)?;
            self.blank();
            if !matches!(self.peek(), Some(b',' | b'}')) {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// A string: a part of the payload where nothing in it is escaped.
    #[inline(always)]
    fn string(&mut self, quote: u8) -> Result<Piece<'p, '_>, Failure> {
        let start = self.at + 1;
        let Some(length) = scan::either(&self.bytes[start..], quote, b'\\') else {
            self.at = self.bytes.len();
            return Err(self.expected("a closing quote"));
        };
        self.at = start + length;
        let plain = &self.text[start..self.at];
        if self.bytes[self.at] == quote {
            self.at += 1;
            return Ok(Piece::Verbatim(plain));
        }
        self.unescaped.clear();
        self.unescaped.push_str(plain);
        self.unescape(quote)
    }

    /// The rest of a string from its first backslash on.
    #[inline(never)]
    fn unescape(&mut self, quote: u8) -> Result<Piece<'p, '_>, Failure> {
        loop {
            let mut behind = self.text[self.at + 1..].chars();
            let escape = behind.next().ok_or_else(|| self.expected("an escape"))?;
            self.at += 1 + escape.len_utf8();
            let c = match escape {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unicode()?,
                other => other,
            };
            self.unescaped.push(c);
            let Some(length) = scan::either(&self.bytes[self.at..], quote, b'\\') else {
                self.at = self.bytes.len();
                return Err(self.expected("a closing quote"));
            };
            self.unescaped.push_str(&self.text[self.at..self.at + length]);
            self.at += length;
            if self.bytes[self.at] == quote {
                self.at += 1;
                return Ok(Piece::Unescaped(&self.unescaped));
            }
        }
    }

    fn unicode(&mut self) -> Result<char, Failure> {
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
                let tree = parse_lenient(&text);
                let loaded = load(&text, &mut direct);
                match (tree, loaded) {
                    (Ok(tree), Ok(loaded)) => {
                        assert_eq!(by_tree.load(&tree), loaded);
                        assert_eq!(by_tree.unload(&loaded, 99, &mut 99), direct.unload(&loaded, 99, &mut 99));
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
