//! References: `$name`, `${name}`, `$!name`, `$!{name}`, each with a tail of properties, calls and indexes.

use super::{Parser, Place};
use crate::ast::{Expression, Reference, Tail};
use crate::error::Error;
use crate::names;

/// The length of the mark before the name (`$`, `$!`, `${`, `$!{`) where a reference begins here.
pub(super) fn ahead(rest: &str) -> Option<usize> {
    let behind = rest.strip_prefix('$')?;
    let behind = behind.strip_prefix('!').unwrap_or(behind);
    let behind = behind.strip_prefix('{').unwrap_or(behind);
    behind.starts_with(starts_name).then_some(rest.len() - behind.len())
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// The length of the name that stands here.
pub(super) fn name_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len())
}

impl Parser<'_, '_> {
    /// A reference that is known to begin here.
    pub(super) fn reference(&mut self) -> Result<Reference, Error> {
        self.deeper()?;
        let start = self.at;
        let mark = ahead(self.rest()).ok_or_else(|| self.expected("a reference"))?;
        let formal = self.text[start..start + mark].ends_with('{');
        self.at += mark;
        let length = name_length(self.rest());
        let variable = self.names.variable(&self.text[self.at..self.at + length]);
        self.at += length;
        let tail = self.tail()?;
        if formal {
            self.take(b'}', "`}`")?;
        }
        self.depth -= 1;
        if variable.number == names::CONTEXT {
            self.names.reads_context(match tail.first() {
                Some(Tail::Property(name)) => Some(name),
                _ => None,
            });
        }
        let inside = match self.place {
            Place::Offset(_) => None,
            Place::Inside(_) => Some(self.text[start..self.at].into()),
        };
        Ok(Reference { variable, tail, formal: mark > 1, inside, span: self.span(start, self.at) })
    }

    fn name(&mut self) -> String {
        let length = name_length(self.rest());
        let name = self.rest()[..length].to_string();
        self.at += length;
        name
    }

    /// The steps behind a name.
    pub(super) fn tail(&mut self) -> Result<Vec<Tail>, Error> {
        let mut tail = Vec::new();
        loop {
            match self.text.as_bytes()[self.at..] {
                [b'.', c, ..] if starts_name(c as char) => {
                    self.at += 1;
                    let name = self.name();
                    tail.push(match self.arguments_ahead() {
                        true => Tail::Call { name, arguments: self.arguments()? },
                        false => Tail::Property(name),
                    });
                }
                [b'[', ..] => {
                    self.at += 1;
                    self.blank();
                    let index = self.parameter()?;
                    self.blank();
                    self.take(b']', "`]`")?;
                    tail.push(Tail::Index(index));
                }
                _ => return Ok(tail),
            }
        }
    }

    /// Whether arguments begin here: at the end of the template, and before a directive, `(` is text (the real Velocity 1.7).
    fn arguments_ahead(&self) -> bool {
        self.rest().strip_prefix('(').is_some_and(|inside| !inside.is_empty() && !inside.starts_with('#'))
    }

    /// `(…)` behind a method's name.
    fn arguments(&mut self) -> Result<Vec<Expression>, Error> {
        self.at += 1;
        let mut arguments = Vec::new();
        // `()`, but not `( )` (the real Velocity 1.7).
        if self.peek() == Some(b')') {
            self.at += 1;
            return Ok(arguments);
        }
        loop {
            self.blank();
            if self.rest().starts_with(starts_name) {
                arguments.push(self.word_argument());
            } else {
                arguments.push(self.parameter()?);
            }
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(arguments);
                }
                _ => return Err(self.expected("`,` or `)`")),
            }
        }
    }

    /// `true`, `false`, or a word that means null.
    pub(super) fn word_argument(&mut self) -> Expression {
        let length = name_length(self.rest());
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        match word {
            "true" => Expression::Bool(true),
            "false" => Expression::Bool(false),
            _ => Expression::Null,
        }
    }
}
