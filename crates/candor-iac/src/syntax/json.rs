//! JSON with places. Iterative: depth costs heap, not stack.

use candor_gateway::span::{FileId, Span, Text};

use crate::syntax::{Entries, Entry, Kind, Limits, Node, Parsed, Problem, Scalar, Style, fatal};

/// A collection whose end has not been met.
enum Open {
    Array { start: u32, items: Vec<Node> },
    Object { start: u32, entries: Entries, key: Option<Text> },
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
}

/// Parses a JSON document.
///
/// # Errors
/// The first place at which it is no JSON, or where a limit is reached.
pub(super) fn parse(file: FileId, text: &str, limits: Limits) -> Result<Parsed, Problem> {
    let mut reader = Reader { file, text, at: 0 };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let mut problems = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut nodes = 0usize;
    loop {
        reader.blank();
        nodes += 1;
        if nodes > limits.max_nodes {
            return Err(reader.expected(&format!("at most {} values in a file", limits.max_nodes)));
        }
        // A value begins here.
        let start = reader.at as u32;
        let mut done = match reader.peek() {
            Some(b'{') => {
                reader.at += 1;
                open.push(Open::Object { start, entries: Entries::default(), key: None });
                None
            }
            Some(b'[') => {
                reader.at += 1;
                open.push(Open::Array { start, items: Vec::new() });
                None
            }
            Some(b'"') => {
                let text = reader.string()?;
                Some(Node {
                    span: text.span(),
                    tag: None,
                    kind: Kind::Scalar(Scalar { text, style: Style::Quoted }),
                })
            }
            _ => Some(reader.word()?),
        };
        if open.len() > limits.max_depth {
            return Err(reader.expected(&format!("collections nested at most {} deep", limits.max_depth)));
        }
        // Collections that end here are values in turn.
        loop {
            if let Some(node) = done.take() {
                match open.last_mut() {
                    None => {
                        reader.blank();
                        if reader.at < text.len() {
                            return Err(reader.expected("the end of the file"));
                        }
                        return Ok(Parsed { root: Some(node), problems });
                    }
                    Some(Open::Array { items, .. }) => items.push(node),
                    Some(Open::Object { entries, key, .. }) => {
                        if let Some(key) = key.take() {
                            entries.push(Entry { key, value: node }, &mut problems);
                        }
                    }
                }
                reader.blank();
                match reader.peek() {
                    Some(b',') => {
                        reader.at += 1;
                        if let Some(Open::Object { key, .. }) = open.last_mut() {
                            *key = Some(reader.key()?);
                        }
                        break;
                    }
                    Some(b']' | b'}') => {}
                    _ => {
                        let what = match open.last() {
                            Some(Open::Array { .. }) => "`,` or `]`",
                            _ => "`,` or `}`",
                        };
                        return Err(reader.expected(what));
                    }
                }
            } else {
                // Just opened: empty, or a first value.
                reader.blank();
                match (open.last_mut(), reader.peek()) {
                    (Some(Open::Array { .. }), Some(b']')) | (Some(Open::Object { .. }), Some(b'}')) => {}
                    (Some(Open::Object { key, .. }), _) => {
                        *key = Some(reader.key()?);
                        break;
                    }
                    _ => break,
                }
            }
            let (closes, start, kind) = match (open.pop(), reader.peek()) {
                (Some(Open::Array { start, items }), Some(b']')) => (true, start, Kind::Sequence(items)),
                (Some(Open::Object { start, entries, .. }), Some(b'}')) => {
                    (true, start, Kind::Mapping(entries.entries))
                }
                (Some(Open::Array { start, items }), _) => (false, start, Kind::Sequence(items)),
                (Some(Open::Object { start, entries, .. }), _) => {
                    (false, start, Kind::Mapping(entries.entries))
                }
                (None, _) => (false, 0, Kind::Null),
            };
            if !closes {
                return Err(reader.expected(if matches!(kind, Kind::Sequence(_)) {
                    "`,` or `]`"
                } else {
                    "`,` or `}`"
                }));
            }
            reader.at += 1;
            let span = Span { file, start, end: reader.at as u32 };
            done = Some(Node { span, tag: None, kind });
        }
    }
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

    fn expected(&self, what: &str) -> Problem {
        let rest = self.text.get(self.at..).and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
        let span = Span { file: self.file, start: self.at as u32, end: (self.at + rest) as u32 };
        fatal(span, format!("expected {what}"))
    }

    fn key(&mut self) -> Result<Text, Problem> {
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
        Ok(key)
    }

    /// A number, a boolean or null.
    fn word(&mut self) -> Result<Node, Problem> {
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.')) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        let span = Span { file: self.file, start: start as u32, end: self.at as u32 };
        let kind = match word {
            "null" => Kind::Null,
            _ if matches!(word, "true" | "false") || candor_contract::json::Json::read(word).is_ok() => {
                Kind::Scalar(Scalar { text: Text::verbatim(word, span), style: Style::Plain })
            }
            _ => {
                self.at = start;
                return Err(self.expected("a value"));
            }
        };
        Ok(Node { span, tag: None, kind })
    }

    fn string(&mut self) -> Result<Text, Problem> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                None => {
                    self.at = self.text.len();
                    return Err(self.expected("a closing `\"`"));
                }
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(0..=31) => {
                    self.at = end;
                    return Err(self.expected("an escape in place of a control character"));
                }
                Some(_) => end += 1,
            }
        }
        let raw = &self.text[start + 1..end];
        let span = Span { file: self.file, start: start as u32, end: end as u32 + 1 };
        let inner = (start + 1) as u32;
        self.at = end + 1;
        if !raw.contains('\\') {
            let content = Span { file: self.file, start: inner, end: end as u32 };
            return Ok(Text::mapped(raw, vec![(0, content)], span));
        }
        let (mut value, mut map) = (String::with_capacity(raw.len()), Vec::new());
        let place = |from: usize, to: usize| Span {
            file: self.file,
            start: inner + from as u32,
            end: inner + to as u32,
        };
        let mut at = 0;
        while at < raw.len() {
            let next = raw[at..].find('\\').map_or(raw.len(), |n| at + n);
            if next > at {
                map.push((value.len() as u32, place(at, next)));
                value.push_str(&raw[at..next]);
                at = next;
                continue;
            }
            // A surrogate pair is two escapes and one character.
            let pair = raw[at..].starts_with("\\u") && raw.get(at + 6..at + 8) == Some("\\u");
            let pair_length = if pair { 12 } else { 0 };
            let single = if raw[at..].starts_with("\\u") { 6 } else { 2 };
            let decode = |length: usize| {
                let escape = raw.get(at..at + length)?;
                let decoded = candor_contract::json::Json::read(&format!("\"{escape}\"")).ok()?;
                decoded.as_str().map(str::to_string)
            };
            let both = if pair { decode(pair_length).filter(|d| d.chars().count() == 1) } else { None };
            let (decoded, length) = match both {
                Some(both) => (both, pair_length),
                None => match decode(single) {
                    Some(one) => (one, single),
                    None => {
                        self.at = start + 1 + at;
                        return Err(self.expected("one of \" \\ / b f n r t uXXXX behind the backslash"));
                    }
                },
            };
            map.push((value.len() as u32, place(at, at + length)));
            value.push_str(&decoded);
            at += length;
        }
        Ok(Text::mapped(&value, map, span))
    }
}
