//! Reads a payload into the nodes of a [`Tape`](crate::tape::Tape).

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Escapes, Word, scan, word};
use crate::budget::MAX_DEPTH;
use crate::error::{Error, ErrorKind, Failure};
use crate::members::{self, FEW, Known};
use crate::tape::{Inside, Node, Span};

/// Place for so many nodes is made at most before they are there.
const MOST_PLACES: usize = 64 * 1024;

/// So many nodes at most are moved where keys repeat: each level of nesting moves all that is within it.
const MOST_MOVED: usize = 16_000_000;

/// Bytes of a payload for a node, as a guess.
const BYTES_PER_NODE: usize = 8;

pub(crate) struct Reader<'p> {
    text: &'p str,
    bytes: &'p [u8],
    at: usize,
    nodes: Vec<Node>,
    /// How many nodes there may be.
    most: usize,
    /// How many have been moved.
    moved: usize,
}

impl<'p> Reader<'p> {
    /// A reader that makes at most so many nodes.
    pub(crate) fn new(text: &'p str, most: usize) -> Reader<'p> {
        let places = (text.len() / BYTES_PER_NODE).clamp(1, MOST_PLACES);
        Reader { text, bytes: text.as_bytes(), at: 0, nodes: Vec::with_capacity(places), most, moved: 0 }
    }

    /// Reads the whole payload.
    pub(crate) fn read(mut self) -> Result<Vec<Node>, Failure> {
        if u32::try_from(self.text.len()).is_err() {
            return Err(failure(ErrorKind::Budget("the payload is longer than 4 GB")));
        }
        self.blank();
        match self.peek() {
            None => self.nodes.push(Node::Text(span(0, 0))),
            Some(b'{' | b'[') => {
                self.value(0)?;
                self.blank();
                if self.at < self.text.len() {
                    return Err(self.expected("the end of the payload"));
                }
            }
            Some(b'"') => self.value(0)?,
            Some(_) => self.word(self.text.len()),
        }
        Ok(self.nodes)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Failure {
        failure(ErrorKind::Payload(format!("expected {what} at byte {}", self.at)))
    }

    fn value(&mut self, depth: usize) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer nested levels"));
        }
        self.blank();
        // A member takes two.
        if self.nodes.len() + 1 >= self.most {
            return Err(failure(ErrorKind::Budget("the payload holds too many values to look into")));
        }
        match self.peek() {
            None => return Err(self.expected("a value")),
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(quote @ (b'"' | b'\'')) => {
                let text = self.string(quote)?;
                self.nodes.push(text);
            }
            Some(_) => match self.digits() {
                Some(digits) => self.nodes.push(Node::Int(digits)),
                None => {
                    let length = self.until(|byte| matches!(byte, b',' | b']' | b'}'));
                    self.word(self.at + length);
                }
            },
        }
        Ok(())
    }

    /// How far it is to such a byte, or to the end.
    fn until(&self, is_such: impl Fn(u8) -> bool) -> usize {
        let rest = &self.bytes[self.at..];
        rest.iter().position(|byte| is_such(*byte)).unwrap_or(rest.len())
    }

    /// What stands without quotes up to here, and without blanks around it.
    fn bare(&mut self, end: usize) -> Span {
        let written = &self.text[self.at..end];
        let start = self.at + written.len() - written.trim_start().len();
        self.at = end;
        span(start, written.trim().len())
    }

    /// Reads a word, a number, or text without quotes.
    fn word(&mut self, end: usize) {
        let place = self.bare(end);
        self.nodes.push(match word(&self.text[place.range()]) {
            Word::Null => Node::Null,
            Word::Bool(b) => Node::Bool(b),
            Word::Int(n) => Node::Int(n),
            Word::Double(d) => Node::Double(d),
            Word::Big(_) => Node::Big(place),
            Word::Text(_) => Node::Text(place),
        });
    }

    /// A whole number of few digits that ends right here: what most numbers are.
    #[inline]
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

    /// Makes place for a node of what begins here.
    fn begin(&mut self) -> usize {
        self.at += 1;
        self.nodes.push(Node::Null);
        self.nodes.len() - 1
    }

    /// What stands behind that node.
    fn inside(&self, node: usize, members: usize) -> Inside {
        let nodes = self.nodes.len() - node - 1;
        Inside { members: members as u32, nodes: nodes as u32, opened: Inside::CLOSED }
    }

    fn array(&mut self, depth: usize) -> Result<(), Failure> {
        let node = self.begin();
        let mut members = 0;
        loop {
            self.blank();
            match self.peek() {
                None => return Err(self.expected("`]`")),
                Some(b']') => {
                    self.at += 1;
                    self.nodes[node] = Node::Array(self.inside(node, members));
                    return Ok(());
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    self.value(depth + 1)?;
                    members += 1;
                    self.blank();
                    if !matches!(self.peek(), Some(b',' | b']')) {
                        return Err(self.expected("`,` or `]`"));
                    }
                }
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Failure> {
        let node = self.begin();
        let (mut members, mut seen, mut may_repeat) = (0, Known::default(), false);
        loop {
            self.blank();
            let key = match self.peek() {
                None => return Err(self.expected("`}`")),
                Some(b'}') => {
                    self.at += 1;
                    if may_repeat {
                        members = self.distinct(node, members)?;
                    }
                    self.nodes[node] = Node::Object(self.inside(node, members));
                    return Ok(());
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
                Some(_) => {
                    let length = self.until(|byte| matches!(byte, b':' | b',' | b'}'));
                    Node::Text(self.bare(self.at + length))
                }
            };
            may_repeat |= match key {
                Node::Text(place) => seen.may_repeat(&self.bytes[place.range()]),
                // As any other may be written.
                _ => true,
            };
            self.nodes.push(key);
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            self.value(depth + 1)?;
            members += 1;
            self.blank();
            if !matches!(self.peek(), Some(b',' | b'}')) {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// Lets the last of the members of a key count, at the place of the first; how many are left.
    fn distinct(&mut self, node: usize, members: usize) -> Result<usize, Failure> {
        if members <= FEW && self.all_differ(node, members) {
            return Ok(members);
        }
        let mut places = Vec::with_capacity(members);
        let mut at = node + 1;
        for _ in 0..members {
            places.push(at);
            at = self.behind(at + 1);
        }
        let keys: Vec<_> = places.iter().map(|at| self.key(*at)).collect();
        // Where the key of each stands, and where its value.
        let mut kept: Vec<(usize, usize)> = Vec::with_capacity(members);
        let mut known: HashMap<&str, usize> = HashMap::with_capacity(members);
        for (at, key) in places.iter().zip(&keys) {
            match known.get(&**key) {
                Some(first) => kept[*first].1 = at + 1,
                None => {
                    known.insert(key, kept.len());
                    kept.push((*at, at + 1));
                }
            }
        }
        if kept.len() < members {
            let before = self.nodes.split_off(node + 1);
            self.moved += before.len();
            if self.moved > MOST_MOVED {
                let what = "the payload repeats keys around too many values";
                return Err(failure(ErrorKind::Budget(what)));
            }
            let place = |at: usize| at - node - 1;
            for (key, value) in &kept {
                self.nodes.push(before[place(*key)]);
                let nodes = nested(before[place(*value)]);
                self.nodes.extend_from_slice(&before[place(*value)..=place(*value) + nodes]);
            }
        }
        Ok(kept.len())
    }

    /// Whether these few keys are written without escapes, and none twice.
    fn all_differ(&self, node: usize, members: usize) -> bool {
        let mut keys: [&[u8]; FEW] = [&[]; FEW];
        let mut at = node + 1;
        for key in &mut keys[..members] {
            let Node::Text(place) = self.nodes[at] else { return false };
            *key = &self.bytes[place.range()];
            at = self.behind(at + 1);
        }
        members::all_differ(&keys[..members])
    }

    /// Where what stands behind a value begins.
    fn behind(&self, value: usize) -> usize {
        value + 1 + nested(self.nodes[value])
    }

    fn key(&self, at: usize) -> Cow<'p, str> {
        match self.nodes[at] {
            Node::Text(place) => Cow::Borrowed(&self.text[place.range()]),
            Node::Escaped(place) => {
                let mut key = String::new();
                Escapes::of(&self.text[place.range()]).write(&mut key);
                Cow::Owned(key)
            }
            _ => Cow::Borrowed(""),
        }
    }

    /// A string.
    #[inline(always)]
    fn string(&mut self, quote: u8) -> Result<Node, Failure> {
        let start = self.at + 1;
        self.at = start;
        let mut escaped = false;
        loop {
            let Some(length) = scan::either(&self.bytes[self.at..], quote, b'\\') else {
                self.at = self.bytes.len();
                return Err(self.expected("a closing quote"));
            };
            self.at += length;
            if self.bytes[self.at] == quote {
                let place = span(start, self.at - start);
                self.at += 1;
                return Ok(if escaped { Node::Escaped(place) } else { Node::Text(place) });
            }
            escaped = true;
            // Most escapes are one letter.
            if self.bytes.get(self.at + 1).is_some_and(|byte| byte.is_ascii() && *byte != b'u') {
                self.at += 2;
                continue;
            }
            self.at += 1;
            let mut escapes = Escapes::of(&self.text[self.at..]);
            let read = escapes.read();
            self.at = self.text.len() - escapes.rest.len();
            if let Err(what) = read {
                return Err(self.expected(what));
            }
        }
    }
}

/// How many nodes a node has within it.
fn nested(node: Node) -> usize {
    match node {
        Node::Array(inside) | Node::Object(inside) => inside.nodes as usize,
        _ => 0,
    }
}

fn span(start: usize, length: usize) -> Span {
    Span { start: start as u32, length: length as u32 }
}

fn failure(kind: ErrorKind) -> Failure {
    Box::new(Error { kind, span: 0..0 })
}
