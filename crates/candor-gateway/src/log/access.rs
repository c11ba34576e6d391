//! Access logs: a line per request in the user's own format, `$context` variables in any text.
//!
//! AWS puts values in as they are and prints `-` for a variable without one, also within JSON (seen in public parsers; a quote in a
//! value breaks the JSON of its line). [`Format::write`] does the same, [`Format::read`] turns a line back, given the format.
//!
//! Sources: API Gateway guide, "Variables for access logging for API Gateway" and "Customize HTTP API access logs".

mod read;
mod variables;

pub use variables::value;

use std::borrow::Cow;

use crate::exchange::Exchange;

/// What stands for a variable without a value.
const NOTHING: &str = "-";

/// A format, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pieces: Vec<Piece>,
}

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Text that stands in every line; never empty, and never beside another.
    Text(String),
    /// A variable, without `$context.`.
    Variable(String),
}

/// What stands in a line for a variable; `None` for `-`.
pub type Field<'l> = (&'l str, Option<Cow<'l, str>>);

impl Format {
    /// Takes a format apart. A variable's name ends before the first character that is no letter, digit, `_` or `.`, and a full
    /// stop at its end belongs to the sentence around it.
    pub fn parse(text: &str) -> Format {
        const START: &str = "$context.";
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(START) {
            let name = &rest[at + START.len()..];
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_');
            let name = name[..end.unwrap_or(name.len())].trim_end_matches('.');
            plain.push_str(&rest[..at]);
            rest = &rest[at + START.len() + name.len()..];
            if name.is_empty() {
                plain.push_str(START);
                continue;
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Variable(name.to_string()));
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Format { pieces }
    }

    /// The names of the variables in order, without `$context.`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Variable(name) => Some(name.as_str()),
        })
    }

    /// A line with these values. Control characters in a value become blanks: a line is one line (what AWS does with them nobody
    /// here has seen).
    pub fn write<V: AsRef<str>>(&self, mut value: impl FnMut(&str) -> Option<V>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(name) => match value(name) {
                    Some(value) => {
                        out.extend(value.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }));
                    }
                    None => out.push_str(NOTHING),
                },
            }
        }
        out
    }

    /// The line of an exchange.
    pub fn line(&self, exchange: &Exchange<'_>) -> String {
        self.write(|name| value(exchange, name))
    }
}
