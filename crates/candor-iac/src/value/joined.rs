//! Texts put together from pieces of others, every byte still with its place.

use std::ops::Range;

use candor_gateway::setting::Needs;
use candor_gateway::span::{Span, Text};

use super::{Name, Scalar, Symbol, Value};

/// A text under construction.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    value: String,
    map: Vec<(u32, Span)>,
    symbols: Vec<Symbol>,
}

impl Joined {
    /// The longest text that is put together. CloudFormation itself stops at a template of 1 MB.
    const LONGEST: usize = 4 * 1024 * 1024;

    /// Appends a part of a text that stands in a file.
    pub(crate) fn push_part(&mut self, text: &Text, range: Range<usize>) {
        if self.too_long() {
            return;
        }
        let start = self.value.len() as u32;
        let (from, to) = (range.start as u32, range.end as u32);
        let segments = text.segments();
        for (i, (at, span)) in segments.iter().enumerate() {
            let until = segments.get(i + 1).map_or(text.as_str().len() as u32, |(next, _)| *next);
            if until <= from || *at >= to {
                continue;
            }
            let (low, high) = ((*at).max(from), until.min(to));
            let place = if span.end - span.start == until - at {
                Span { start: span.start + (low - at), end: span.start + (high - at), ..*span }
            } else {
                *span
            };
            self.map.push((start + (low - from), place));
        }
        self.value.push_str(&text.as_str()[range]);
    }

    /// Appends a whole scalar.
    pub(crate) fn push(&mut self, scalar: &Scalar) {
        self.push_piece(scalar, 0..scalar.text.as_str().len());
    }

    /// Appends a piece of a scalar, with the symbols that lie in it.
    pub(crate) fn push_piece(&mut self, scalar: &Scalar, range: Range<usize>) {
        let (from, to) = (range.start as u32, range.end as u32);
        let start = self.value.len() as u32;
        self.push_part(&scalar.text, range);
        let inside =
            scalar.symbols.iter().filter(|symbol| from <= symbol.range.start && symbol.range.end <= to);
        self.symbols.extend(inside.map(|symbol| Symbol {
            range: symbol.range.start - from + start..symbol.range.end - from + start,
            name: symbol.name.clone(),
        }));
    }

    /// Appends a text that stands for what is written at `span`.
    pub(crate) fn push_for(&mut self, text: &str, span: Span) {
        if !text.is_empty() && !self.too_long() {
            self.map.push((self.value.len() as u32, span));
            self.value.push_str(text);
        }
    }

    /// Appends a symbol with its stand-in.
    pub(crate) fn push_symbol(&mut self, stand_in: &str, span: Span, name: Name) {
        let start = self.value.len() as u32;
        self.push_for(stand_in, span);
        self.symbols.push(Symbol { range: start..self.value.len() as u32, name });
    }

    /// Whether it has grown beyond what is put together; from there on nothing is appended.
    fn too_long(&self) -> bool {
        self.value.len() > Joined::LONGEST
    }

    /// The text as the value of what is written at `span`.
    pub(crate) fn finish(self, span: Span) -> Value {
        if self.too_long() {
            return Value::unknown(span, Needs::Support("a text of more than 4 MB".to_string()));
        }
        let scalar =
            Scalar { text: Text::mapped(&self.value, self.map, span), symbols: self.symbols, plain: false };
        Value { span, kind: super::Kind::Scalar(scalar) }
    }
}
