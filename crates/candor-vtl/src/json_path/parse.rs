//! Reads JSONPaths.

use super::{Path, Step, filter, invalid};
use crate::error::Error;

/// How deep filters may nest.
const MAX_FILTER_DEPTH: usize = 16;

/// What ends a name outside of filters, and what else ends one inside.
const NAME_ENDS: &[char] = &['.', '[', '('];
const FILTER_NAME_ENDS: &[char] =
    &['.', '[', '(', ' ', '\t', '\n', ')', ']', ',', '=', '<', '>', '!', '&', '|', '~', '\'', '"'];

/// Reads a path; its `$` may be left out.
pub(super) fn path(text: &str) -> Result<Path, Error> {
    let text = text.trim();
    let mut reader = Reader { text, at: 0, depth: 0 };
    let rooted = reader.accept("$");
    let mut steps = Vec::new();
    if !rooted && !text.is_empty() && !text.starts_with(['.', '[']) {
        steps.push(reader.member()?);
    }
    let length = reader.steps(&mut steps)?;
    if reader.at < text.len() {
        return Err(invalid("expected `.` or `[`"));
    }
    Ok(Path { steps, length })
}

/// A place in a path.
pub(super) struct Reader<'p> {
    pub(super) text: &'p str,
    pub(super) at: usize,
    /// How many filters are open.
    depth: usize,
}

impl<'p> Reader<'p> {
    pub(super) fn rest(&self) -> &'p str {
        &self.text[self.at..]
    }

    pub(super) fn accept(&mut self, mark: &str) -> bool {
        let here = self.rest().starts_with(mark);
        self.at += if here { mark.len() } else { 0 };
        here
    }

    pub(super) fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Goes one level deeper into a filter.
    pub(super) fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth >= MAX_FILTER_DEPTH {
            return Err(invalid("filters nest too deep"));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// Steps as far as they go; true where `.length()` ends them.
    pub(super) fn steps(&mut self, steps: &mut Vec<Step>) -> Result<bool, Error> {
        loop {
            if self.accept(".length()") {
                return Ok(true);
            }
            if self.accept("..") {
                if self.rest().starts_with('[') {
                    steps.push(Step::Deep(None));
                } else {
                    let name = self.name();
                    steps.push(Step::Deep((!name.is_empty() && name != "*").then(|| name.to_string())));
                }
            } else if self.accept(".") {
                steps.push(self.member()?);
            } else if self.accept("[") {
                steps.push(self.bracket()?);
            } else {
                return Ok(false);
            }
        }
    }

    fn name(&mut self) -> &'p str {
        let ends = if self.depth > 0 { FILTER_NAME_ENDS } else { NAME_ENDS };
        let rest = self.rest();
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn member(&mut self) -> Result<Step, Error> {
        let name = self.name();
        if self.rest().starts_with('(') {
            return Err(invalid(&format!("the function `{name}()` is not supported")));
        }
        match name {
            "" => Err(invalid("a name is missing behind the dot")),
            "*" => Ok(Step::Any),
            name => Ok(Step::Member(name.to_string())),
        }
    }

    /// What follows a `[`, with its `]`.
    fn bracket(&mut self) -> Result<Step, Error> {
        self.blank();
        let step = match self.rest().chars().next() {
            Some('*') => {
                self.at += 1;
                Step::Any
            }
            Some('?') => {
                self.at += 1;
                self.blank();
                Step::Filter(self.nested(filter::read)?)
            }
            Some('\'' | '"') => {
                let mut names = vec![self.quoted()?];
                self.blank();
                while self.accept(",") {
                    self.blank();
                    names.push(self.quoted()?);
                    self.blank();
                }
                match <[String; 1]>::try_from(names) {
                    Ok([name]) => Step::Member(name),
                    Err(names) => Step::Members(names),
                }
            }
            _ => {
                let rest = self.rest();
                let end = rest.find(']').ok_or_else(|| invalid("`]` is missing"))?;
                self.at += end;
                indexes(&rest[..end])?
            }
        };
        self.blank();
        if self.accept("]") { Ok(step) } else { Err(invalid("`]` is missing")) }
    }

    /// A quoted text; a backslash takes the next character as it is.
    pub(super) fn quoted(&mut self) -> Result<String, Error> {
        let mut chars = self.rest().char_indices();
        let Some((_, quote @ ('\'' | '"'))) = chars.next() else {
            return Err(invalid("expected a quoted name"));
        };
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c if c == quote => {
                    self.at += at + 1;
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err(invalid("a quote is not closed"))
    }
}

/// `0`, `0,2`, `0:2`, `-2:`
fn indexes(inside: &str) -> Result<Step, Error> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| invalid("expected an index"));
    if let Some((from, to)) = inside.split_once(':') {
        let bound = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
        return Ok(Step::Slice(bound(from)?, bound(to)?));
    }
    let indexes: Vec<i64> = inside.split(',').map(number).collect::<Result<_, _>>()?;
    Ok(match indexes.as_slice() {
        [index] => Step::Index(*index),
        _ => Step::Indexes(indexes),
    })
}
