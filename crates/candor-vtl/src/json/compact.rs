//! A payload as it is written again, without a tree: what `$input.json('$')` prints of ordinary JSON.
//!
//! Most payloads are strict JSON in which reading and writing change nothing but white space and the spelling of numbers. Those are
//! copied piece by piece; whatever else there is (bare words, escapes that are written in another way, keys that come twice, numbers beyond
//! Java's) is left to the tree, which is always right.

use super::Word;
use crate::value::java_double;

/// How deep this goes; deeper payloads are the tree's.
const DEEPEST: usize = 64;

/// The compact text of a payload, or `None` where only the tree knows it.
pub(super) fn compact(text: &str) -> Option<String> {
    let mut copier = Copier {
        text,
        bytes: text.as_bytes(),
        at: 0,
        out: String::with_capacity(text.len()),
        keys: Vec::new(),
    };
    copier.blank();
    if !matches!(copier.peek(), Some(b'{' | b'[')) {
        return None;
    }
    copier.value(0)?;
    copier.blank();
    (copier.at == text.len()).then_some(copier.out)
}

struct Copier<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    out: String,
    /// The keys of the objects that are open.
    keys: Vec<&'t str>,
}

impl<'t> Copier<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(|_| ()),
            _ => self.word(),
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.out.push('[');
        self.blank();
        if self.peek()? == b']' {
            self.at += 1;
            self.out.push(']');
            return Some(());
        }
        loop {
            self.blank();
            self.value(depth + 1)?;
            self.blank();
            let sign = self.peek()?;
            self.at += 1;
            match sign {
                b',' => self.out.push(','),
                b']' => {
                    self.out.push(']');
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        self.out.push('{');
        self.blank();
        if self.peek()? == b'}' {
            self.at += 1;
            self.out.push('}');
            return Some(());
        }
        let first = self.keys.len();
        loop {
            self.blank();
            if self.peek()? != b'"' {
                return None;
            }
            let key = self.string()?;
            self.keys.push(key);
            self.blank();
            if self.peek()? != b':' {
                return None;
            }
            self.at += 1;
            self.out.push(':');
            self.blank();
            self.value(depth + 1)?;
            self.blank();
            let sign = self.peek()?;
            self.at += 1;
            match sign {
                b',' => self.out.push(','),
                b'}' => {
                    self.out.push('}');
                    return self.all_differ(first);
                }
                _ => return None,
            }
        }
    }

    /// Closes an object: of a key that comes twice the tree knows what is written.
    fn all_differ(&mut self, first: usize) -> Option<()> {
        let keys = &mut self.keys[first..];
        keys.sort_unstable();
        let differ = keys.windows(2).all(|pair| pair[0] != pair[1]);
        self.keys.truncate(first);
        differ.then_some(())
    }

    /// A string, copied with its quotes; what stands between them.
    fn string(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|b| *b == b'"' || *b == b'\\' || *b < 0x20)?;
            match self.bytes[self.at] {
                b'"' => break,
                // Written as it was read.
                b'\\'
                    if matches!(
                        self.bytes.get(self.at + 1)?,
                        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't'
                    ) =>
                {
                    self.at += 2;
                }
                _ => return None,
            }
        }
        self.at += 1;
        self.out.push_str(&self.text[start..self.at]);
        Some(&self.text[start + 1..self.at - 1])
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|b| !matches!(b, b',' | b']' | b'}')) {
            self.at += 1;
        }
        let word = self.text[start..self.at].trim();
        match super::word(word) {
            Word::Null | Word::Bool(_) => self.out.push_str(word),
            Word::Int(n) => self.out.push_str(&n.to_string()),
            Word::Double(d) => self.out.push_str(&java_double(d)),
            Word::Big(_) | Word::Text(_) => return None,
        }
        Some(())
    }
}
