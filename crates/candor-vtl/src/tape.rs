//! JSON that has been read: one small node a value, in the order in which they stand in the text. Lists and maps are made of it only
//! where a template walks.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::Failure;
use crate::heap::{Datum, Scratch, Text};
use crate::json::{Escapes, Reader, Word, word};
use crate::value::Value;

/// A value. In an object each stands behind its key, which is a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    /// A number that neither of these holds.
    Big(Span),
    /// A text that is written as it is.
    Text(Span),
    /// A text that is written with escapes.
    Escaped(Span),
    Array(Inside),
    Object(Inside),
}

// What makes large payloads affordable.
const _: () = assert!(size_of::<Node>() == 16);

/// A part of the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

/// What an array or an object holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inside {
    /// How many members.
    pub(crate) members: u32,
    /// How many nodes they take, keys and nested ones among them.
    pub(crate) nodes: u32,
    /// The list or map of the heap that was made of it; [`Inside::CLOSED`] before.
    pub(crate) opened: u32,
}

impl Inside {
    pub(crate) const CLOSED: u32 = u32::MAX;
}

/// What has been read.
#[derive(Debug)]
pub(crate) struct Tape<'t> {
    text: Text<'t>,
    nodes: Vec<Node>,
    /// The long values that had to be made, by their nodes: each is made once, however often it is looked at.
    made: HashMap<u32, Datum<'t>>,
}

/// A text or a number of so many bytes is made each time it is looked at.
const SHORT: u32 = 64;

/// Bytes that one byte of a text takes at most where it is written with escapes.
const WIDEST_ESCAPE: usize = 6;

impl<'t> Tape<'t> {
    /// Reads a payload of at most so many nodes.
    pub(crate) fn read(text: Text<'t>, most: usize) -> Result<Tape<'t>, Failure> {
        let nodes = Reader::new(&text, most).read()?;
        Ok(Tape { text, nodes, made: HashMap::new() })
    }

    pub(crate) fn node(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    /// Where what stands behind the value at `at` begins.
    pub(crate) fn behind(&self, at: u32) -> u32 {
        match self.node(at) {
            Node::Array(inside) | Node::Object(inside) => at + 1 + inside.nodes,
            _ => at + 1,
        }
    }

    /// How many members an array or an object has.
    pub(crate) fn count(&self, at: u32) -> usize {
        match self.node(at) {
            Node::Array(inside) | Node::Object(inside) => inside.members as usize,
            _ => 0,
        }
    }

    /// What an array or an object has become on the heap.
    pub(crate) fn opened(&self, at: u32) -> Option<usize> {
        match self.node(at) {
            Node::Array(inside) | Node::Object(inside) if inside.opened != Inside::CLOSED => {
                Some(inside.opened as usize)
            }
            _ => None,
        }
    }

    /// Notes what the array or object there has become on the heap, unless it has before; yields what it is.
    pub(crate) fn open(&mut self, at: u32, becomes: usize) -> usize {
        match &mut self.nodes[at as usize] {
            Node::Array(inside) | Node::Object(inside) => {
                if inside.opened == Inside::CLOSED {
                    inside.opened = becomes as u32;
                }
                inside.opened as usize
            }
            _ => becomes,
        }
    }

    /// The text there, as far as it is one.
    pub(crate) fn text(&self, at: u32) -> Cow<'_, str> {
        match self.node(at) {
            Node::Escaped(span) => {
                let mut text = String::with_capacity(span.length as usize);
                Escapes::of(self.written(span)).write(&mut text);
                Cow::Owned(text)
            }
            Node::Text(span) | Node::Big(span) => Cow::Borrowed(self.written(span)),
            _ => Cow::Borrowed(""),
        }
    }

    /// Takes the text there, piece by piece; whether it is one.
    #[inline]
    pub(crate) fn each_piece(&self, at: u32, take: impl FnMut(&str)) -> bool {
        let mut take = take;
        match self.node(at) {
            Node::Escaped(span) => Escapes::of(self.written(span)).each_piece(take),
            Node::Text(span) => take(self.written(span)),
            _ => return false,
        }
        true
    }

    /// As [`Tape::text`], to be kept; `scratch` is where texts are made.
    pub(crate) fn kept_text(&self, at: u32, scratch: &mut Scratch) -> Text<'t> {
        match self.node(at) {
            Node::Text(span) => self.text.part(|text| &text[span.range()]),
            Node::Escaped(span) => scratch.text(|out| Escapes::of(self.written(span)).write(out)),
            _ => Text::Given(""),
        }
    }

    /// Whether the text there is this one.
    pub(crate) fn is(&self, at: u32, text: &str) -> bool {
        match self.node(at) {
            Node::Text(span) => self.text.as_bytes()[span.range()] == *text.as_bytes(),
            Node::Escaped(span) if span.length as usize > WIDEST_ESCAPE * text.len() => false,
            _ => self.text(at) == text,
        }
    }

    /// Where the value of this key stands in the object at `at`.
    pub(crate) fn member(&self, at: u32, key: &str) -> Option<u32> {
        let Node::Object(inside) = self.node(at) else { return None };
        let mut place = at + 1;
        for _ in 0..inside.members {
            if self.is(place, key) {
                return Some(place + 1);
            }
            place = self.behind(place + 1);
        }
        None
    }

    /// Where the members of an array or object stand: those of an object behind their keys.
    pub(crate) fn members(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let (count, key) = match self.node(at) {
            Node::Array(inside) => (inside.members, 0),
            Node::Object(inside) => (inside.members, 1),
            _ => (0, 0),
        };
        let mut next = at + 1;
        (0..count).map(move |_| {
            let place = next + key;
            next = self.behind(place);
            place
        })
    }

    /// What stands there, if it holds no others.
    pub(crate) fn scalar(&mut self, at: u32, scratch: &mut Scratch) -> Datum<'t> {
        let is_long = match (self.node(at), &self.text) {
            (Node::Text(_), Text::Given(_)) => false,
            (Node::Text(span) | Node::Escaped(span) | Node::Big(span), _) => span.length > SHORT,
            _ => false,
        };
        if !is_long {
            return self.make(at, scratch);
        }
        if let Some(made) = self.made.get(&at) {
            return made.clone();
        }
        let made = self.make(at, scratch);
        self.made.insert(at, made.clone());
        made
    }

    fn make(&self, at: u32, scratch: &mut Scratch) -> Datum<'t> {
        match self.node(at) {
            Node::Null | Node::Array(_) | Node::Object(_) => Datum::Null,
            Node::Bool(b) => Datum::Bool(b),
            Node::Int(n) => Datum::Int(n.into()),
            Node::Double(d) => Datum::Double(d),
            Node::Big(span) => Datum::big(&self.big(span)),
            Node::Text(_) | Node::Escaped(_) => Datum::Text(self.kept_text(at, scratch)),
        }
    }

    /// The value there as a tree.
    pub(crate) fn value(&self, at: u32) -> Value {
        match self.node(at) {
            Node::Null => Value::Null,
            Node::Bool(b) => Value::Bool(b),
            Node::Int(n) => Value::Int(n),
            Node::Double(d) => Value::Double(d),
            Node::Big(span) => Value::Big(self.big(span)),
            Node::Text(_) | Node::Escaped(_) => Value::String(self.text(at).into_owned()),
            Node::Array(_) => Value::Array(self.members(at).map(|item| self.value(item)).collect()),
            Node::Object(_) => {
                let member = |value: u32| (self.text(value - 1).into_owned(), self.value(value));
                Value::Map(self.members(at).map(member).collect())
            }
        }
    }

    fn written(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// A number of many digits as Java writes it.
    fn big(&self, span: Span) -> String {
        match word(self.written(span)) {
            Word::Big(spelled) => spelled,
            _ => self.written(span).to_string(),
        }
    }
}

impl Span {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.length) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_long_text_is_made_once() {
        let long = "\\n".repeat(100);
        let mut tape = Tape::read(Text::from(format!("\"{long}\"")), usize::MAX).expect("a text");
        let mut look = || match tape.scalar(0, &mut Scratch::default()) {
            Datum::Text(Text::Made(text)) => text,
            other => panic!("{other:?}"),
        };
        assert!(Rc::ptr_eq(&look(), &look()));
    }

    #[test]
    fn a_key_is_told_however_it_is_written() {
        let tape = Tape::read(r#"{"\u0061\ud83c\udf89": 1}"#.into(), usize::MAX).expect("an object");
        assert_eq!(tape.member(0, "a🎉"), Some(2));
        assert_eq!(tape.member(0, "a"), None);
        let tape = Tape::read(r#"{"\u0061": 1}"#.into(), usize::MAX).expect("an object");
        assert_eq!(tape.member(0, "a"), Some(2));
        assert_eq!(tape.member(0, ""), None);
    }
}
