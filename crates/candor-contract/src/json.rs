//! JSON as it was written: order kept, duplicate keys kept, numbers as spelled.
//!
//! Why not a library: those either depend on features that any other crate in a build may switch on (key order, number
//! spelling), or build trees of numbers that print differently from what the function sent.

use std::fmt;

/// How deep arrays and objects may nest; deeper input is an error. Far beyond any real payload, and shallow enough
/// that walking and dropping a tree cannot exhaust a thread's stack.
pub const MAX_DEPTH: u32 = 512;

/// One JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as it was spelled.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object: all members in order, duplicates included.
    Object(Vec<(String, Json)>),
}

/// Where and why text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset at which something else was expected.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.offset)
    }
}

impl std::error::Error for JsonError {}

impl Json {
    /// Reads one JSON document (RFC 8259).
    ///
    /// # Errors
    /// The first byte at which it is no JSON, also where it nests deeper than [`MAX_DEPTH`].
    pub fn read(text: &str) -> Result<Json, JsonError> {
        let mut reader = Reader { text, at: 0 };
        reader.blank();
        let value = reader.value(0)?;
        reader.blank();
        if reader.at < text.len() { Err(reader.expected("the end of the document")) } else { Ok(value) }
    }

    /// The member `key` of an object; of duplicates the last, as JSON readers have it.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// A string value.
    pub fn string(text: impl Into<String>) -> Json {
        Json::String(text.into())
    }

    /// A number.
    pub fn number(n: impl Into<i64>) -> Json {
        Json::Number(n.into().to_string())
    }

    /// An object from its members.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Json)>) -> Json {
        Json::Object(members.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The document without white space.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    /// Appends the document without white space.
    pub fn write_to(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Number(spelled) => out.push_str(spelled),
            Json::String(text) => write_string(text, out),
            Json::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_to(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_string(key, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push('}');
            }
        }
    }

    /// The document over several lines, two spaces a level; empty collections stay on one line.
    pub fn write_pretty(&self) -> String {
        let mut out = String::new();
        self.pretty(0, &mut out);
        out
    }

    /// Appends the document as it stands `level` levels deep in another: for documents that are written piece by piece.
    pub fn write_pretty_within(&self, level: usize, out: &mut String) {
        self.pretty(level, out);
    }

    fn pretty(&self, level: usize, out: &mut String) {
        const BLANKS: &str = "                                ";
        let open = |out: &mut String, level: usize| {
            out.push('\n');
            let mut blanks = 2 * level;
            while blanks > BLANKS.len() {
                out.push_str(BLANKS);
                blanks -= BLANKS.len();
            }
            out.push_str(&BLANKS[..blanks]);
        };
        match self {
            Json::Array(items) if !items.is_empty() => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    open(out, level + 1);
                    item.pretty(level + 1, out);
                }
                open(out, level);
                out.push(']');
            }
            Json::Object(members) if !members.is_empty() => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    open(out, level + 1);
                    write_string(key, out);
                    out.push_str(": ");
                    value.pretty(level + 1, out);
                }
                open(out, level);
                out.push('}');
            }
            other => other.write_to(out),
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.to_string())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(b: bool) -> Json {
        Json::Bool(b)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}

/// Appends `text` as a JSON string, quotes included. Only what must be escaped is.
pub fn write_string(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    match text.bytes().any(|byte| escape(byte) != PLAIN) {
        false => out.push_str(text),
        true => {
            let mut escaped = Vec::with_capacity(text.len() + text.len() / 4 + 8);
            write_escaped(text, &mut escaped);
            out.push_str(&String::from_utf8_lossy(&escaped));
        }
    }
    out.push('"');
}

/// The same, for what is written as bytes.
pub fn write_string_to(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    write_escaped(text, out);
    out.push(b'"');
}

/// A byte that stands for itself.
const PLAIN: u8 = 0;
/// A control character without a letter of its own.
const CONTROL: u8 = b'u';

/// What stands behind the backslash in the place of this byte.
const fn escape(byte: u8) -> u8 {
    match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        8 => b'b',
        12 => b'f',
        0..32 => CONTROL,
        _ => PLAIN,
    }
}

const ESCAPES: [u8; 256] = {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = escape(byte as u8);
        byte += 1;
    }
    table
};

/// Appends `text` as the inside of a JSON string. Eight bytes are looked at in one step: events are mostly texts without escapes, and
/// bodies that are JSON have one every few bytes.
fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 8);
    while let Some(eight) = rest.first_chunk::<8>() {
        out.extend_from_slice(eight);
        match first_escaped(*eight) {
            None => rest = &rest[8..],
            Some(at) => {
                out.truncate(out.len() - 8 + at);
                write_escape(eight[at], out);
                rest = &rest[at + 1..];
            }
        }
    }
    for byte in rest {
        match ESCAPES[*byte as usize] {
            PLAIN => out.push(*byte),
            _ => write_escape(*byte, out),
        }
    }
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    match ESCAPES[byte as usize] {
        CONTROL => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        letter => out.extend_from_slice(&[b'\\', letter]),
    }
}

/// Which of eight bytes is the first that must be escaped. A byte is below 32, or equal to one that is, exactly if a subtraction borrows
/// from its highest bit; what a borrow does to later bytes does not matter.
fn first_escaped(bytes: [u8; 8]) -> Option<usize> {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let word = u64::from_le_bytes(bytes);
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let found = (below(word, 32) | equal(b'"') | equal(b'\\')) & (EACH * 128);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The key of a member.
pub trait Key {
    /// Appends it, quotes included.
    fn write(&self, out: &mut Vec<u8>);
}

/// A key of ours: it needs no escapes, and the compiler knows how long it is.
impl Key for &'static str {
    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        debug_assert!(self.bytes().all(|byte| ESCAPES[byte as usize] == PLAIN), "{self} needs escapes");
        out.push(b'"');
        out.extend_from_slice(self.as_bytes());
        out.push(b'"');
    }
}

/// A key that somebody else chose.
pub struct Name<'n>(pub &'n str);

impl Key for Name<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        write_string_to(self.0, out);
    }
}

/// Writes an object member by member, without building it first.
pub struct Members<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

/// Appends an object, whose members `write` writes.
pub fn write_object(out: &mut Vec<u8>, write: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    write(&mut Members { out, first: true });
    out.push(b'}');
}

impl Members<'_> {
    #[inline]
    fn key(&mut self, key: impl Key) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        key.write(self.out);
        self.out.push(b':');
    }

    /// A member that is text.
    pub fn text(&mut self, key: impl Key, text: &str) {
        self.key(key);
        write_string_to(text, self.out);
    }

    /// A member that is text, put together from parts.
    pub fn joined<'p>(&mut self, key: impl Key, parts: impl IntoIterator<Item = &'p str>) {
        self.key(key);
        self.out.push(b'"');
        for part in parts {
            write_escaped(part, self.out);
        }
        self.out.push(b'"');
    }

    /// A member that is text or null.
    pub fn text_or_null(&mut self, key: impl Key, text: Option<&str>) {
        match text {
            Some(text) => self.text(key, text),
            None => {
                self.key(key);
                self.out.extend_from_slice(b"null");
            }
        }
    }

    /// A member that is `true` or `false`.
    pub fn bool(&mut self, key: impl Key, value: bool) {
        self.key(key);
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A member that is a number.
    pub fn number(&mut self, key: impl Key, value: i64) {
        self.key(key);
        self.out.extend_from_slice(value.to_string().as_bytes());
    }

    /// A member that is built already.
    pub fn json(&mut self, key: impl Key, value: &Json) {
        self.key(key);
        self.out.extend_from_slice(value.write().as_bytes());
    }

    /// A member that is an object.
    pub fn object(&mut self, key: impl Key, write: impl FnOnce(&mut Members<'_>)) {
        self.key(key);
        write_object(self.out, write);
    }

    /// A member that is a list of texts.
    pub fn texts<'t>(&mut self, key: impl Key, texts: impl IntoIterator<Item = &'t str>) {
        self.key(key);
        self.out.push(b'[');
        for (i, text) in texts.into_iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            write_string_to(text, self.out);
        }
        self.out.push(b']');
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, expected: &'static str) -> JsonError {
        JsonError { offset: self.at, expected }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.expected("a value"))
        }
    }

    fn value(&mut self, depth: u32) -> Result<Json, JsonError> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer than 512 nested levels"));
        }
        match self.peek() {
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            _ => Err(self.expected("a value")),
        }
    }

    fn array(&mut self, depth: u32) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            self.blank();
            items.push(self.value(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                _ => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            self.blank();
            members.push((key, self.value(depth + 1)?));
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.expected("`,` or `}`")),
            }
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_string()))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        let mut plain = self.at;
        loop {
            match self.peek() {
                None => return Err(self.expected("a closing `\"`")),
                Some(b'"') => {
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    out.push(self.escape()?);
                    plain = self.at;
                }
                Some(0..=31) => return Err(self.expected("an escape in place of a control character")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.hex4()?;
                if (0xD800..0xDC00).contains(&first) {
                    // A lone surrogate is no character; like most readers we put U+FFFD in its place.
                    if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                        return Ok('\u{FFFD}');
                    }
                    let back = self.at;
                    self.at += 2;
                    let second = self.hex4()?;
                    if !(0xDC00..0xE000).contains(&second) {
                        self.at = back;
                        return Ok('\u{FFFD}');
                    }
                    let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return Ok(char::from_u32(code).unwrap_or('\u{FFFD}'));
                }
                return Ok(char::from_u32(first).unwrap_or('\u{FFFD}'));
            }
            _ => return Err(self.expected("one of \" \\ / b f n r t u behind the backslash")),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let code = digits
            .filter(|d| d.iter().all(u8::is_ascii_hexdigit))
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u32::from_str_radix(d, 16).ok());
        match code {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.expected("four hexadecimal digits")),
        }
    }
}
