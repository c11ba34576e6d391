//! A payload or a part of it as it is written again, without a tree: what `$input.json('$.a')` prints of ordinary JSON.
//!
//! Most payloads are strict JSON in which reading and writing change nothing but white space and the spelling of numbers. Those are
//! copied piece by piece; whatever else there is (bare words, escapes that are written in another way, keys that come twice, numbers beyond
//! Java's) is left to the tree, which is always right.

use std::ops::Range;

use super::{Word, scan};
use crate::json_path::Definite;
use crate::members;
use crate::value::java_double;

/// How deep this goes; deeper payloads are the tree's.
const DEEPEST: usize = 64;

/// The compact text of what these steps lead to in a payload, `Some(None)` where that is nothing, or `None` where only the tree
/// knows it.
#[allow(
    clippy::option_option,
    reason = "the outer one is whether this way was open, the inner one what stands there"
)]
pub(super) fn compact(text: &str, steps: &[Definite]) -> Option<Option<String>> {
    let mut copier = Copier {
        found: None,
        text,
        bytes: text.as_bytes(),
        at: 0,
        from: 0,
        out: String::with_capacity(text.len()),
        keys: Vec::new(),
    };
    copier.blank();
    if !matches!(copier.peek(), Some(b'{' | b'[')) {
        return None;
    }
    copier.value(0, Some(steps))?;
    copier.blank();
    copier.copy();
    if copier.at < text.len() {
        return None;
    }
    let Copier { mut out, found, .. } = copier;
    Some(found.map(|found| {
        out.truncate(found.end);
        out.drain(..found.start);
        out
    }))
}

struct Copier<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// What stands from here on is still to be copied, as it is.
    from: usize,
    out: String,
    /// The keys of the objects that are open.
    keys: Vec<&'t str>,
    /// Where what the path leads to stands in `out`.
    found: Option<Range<usize>>,
}

impl<'t> Copier<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Copies up to here.
    fn copy(&mut self) {
        self.out.push_str(&self.text[self.from..self.at]);
        self.from = self.at;
    }

    /// Leaves blanks out.
    fn blank(&mut self) {
        let is_blank = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t' | b'\n' | b'\r'));
        if is_blank(self.peek()) {
            self.copy();
            while is_blank(self.peek()) {
                self.at += 1;
            }
            self.from = self.at;
        }
    }

    /// Copies a value; `steps` lead on from here, where the path comes through it.
    fn value(&mut self, depth: usize, steps: Option<&[Definite]>) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        if let Some([]) = steps {
            self.copy();
            let start = self.out.len();
            self.value(depth, None)?;
            self.copy();
            self.found = Some(start..self.out.len());
            return Some(());
        }
        match self.peek()? {
            b'{' => self.object(depth, steps),
            b'[' => self.array(depth, steps),
            b'"' => self.string().map(|_| ()),
            _ => self.word(),
        }
    }

    fn array(&mut self, depth: usize, steps: Option<&[Definite]>) -> Option<()> {
        self.at += 1;
        self.blank();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        for place in 0.. {
            self.blank();
            let behind = match steps {
                Some([Definite::Index(index), behind @ ..]) if *index == place => Some(behind),
                _ => None,
            };
            self.value(depth + 1, behind)?;
            self.blank();
            let sign = self.peek()?;
            self.at += 1;
            match sign {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
        None
    }

    fn object(&mut self, depth: usize, steps: Option<&[Definite]>) -> Option<()> {
        self.at += 1;
        self.blank();
        if self.peek()? == b'}' {
            self.at += 1;
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
            let behind = match steps {
                Some([Definite::Member(name), behind @ ..]) if name == key => Some(behind),
                // An escaped key may be any.
                Some(_) if key.contains('\\') => return None,
                _ => None,
            };
            self.blank();
            if self.peek()? != b':' {
                return None;
            }
            self.at += 1;
            self.blank();
            self.value(depth + 1, behind)?;
            self.blank();
            let sign = self.peek()?;
            self.at += 1;
            match sign {
                b',' => {}
                b'}' => return self.all_differ(first),
                _ => return None,
            }
        }
    }

    /// Closes an object: of a key that comes twice the tree knows what is written.
    fn all_differ(&mut self, first: usize) -> Option<()> {
        let keys = &mut self.keys[first..];
        let mut differ = !members::may_repeat(keys.iter().copied());
        if !differ && keys.len() <= members::FEW {
            differ = members::all_differ(keys);
        } else if !differ {
            keys.sort_unstable();
            differ = keys.windows(2).all(|pair| pair[0] != pair[1]);
        }
        self.keys.truncate(first);
        differ.then_some(())
    }

    /// A string; yields what stands between its quotes.
    fn string(&mut self) -> Option<&'t str> {
        let start = self.at + 1;
        self.at = start;
        loop {
            self.at += scan::special(&self.bytes[self.at..])?;
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
        Some(&self.text[start..self.at - 1])
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while !matches!(self.peek(), None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if is_javas(word.as_bytes()) {
            return Some(());
        }
        let written = match super::word(word) {
            Word::Null | Word::Bool(_) => return Some(()),
            Word::Int(n) => n.to_string(),
            Word::Double(d) => java_double(d),
            Word::Big(_) | Word::Text(_) => return None,
        };
        self.out.push_str(&self.text[self.from..start]);
        self.out.push_str(&written);
        self.from = self.at;
        Some(())
    }
}

/// Whether it is a number of a few digits that Java writes in the same way: `7`, `-120`, `0.25`, `3.0`.
fn is_javas(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let leading_zero = digits.first() == Some(&b'0');
    if whole == 0 || whole > 7 || (leading_zero && whole > 1) {
        return false;
    }
    match &digits[whole..] {
        // `-0` is an integer, and its sign is lost.
        [] => !leading_zero || digits.len() == word.len(),
        [b'.', fraction @ ..] => {
            let tiny = leading_zero && fraction.starts_with(b"000");
            let trailing_zero = fraction.len() > 1 && fraction.last() == Some(&b'0');
            (1..=8).contains(&fraction.len())
                && fraction.iter().all(u8::is_ascii_digit)
                && !tiny
                && !trailing_zero
        }
        _ => false,
    }
}
