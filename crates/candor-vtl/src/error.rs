//! Why a template cannot be parsed or rendered.

use std::fmt;
use std::ops::Range;

/// Why a template cannot be parsed or rendered, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Byte range in the template.
    pub span: Range<u32>,
}

/// An error on its way out of a rendering: values pass through many hands, and are lighter without place for one.
pub(crate) type Failure = Box<Error>;

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It is no template: what was expected here.
    Syntax(String),
    /// The payload cannot be read.
    Payload(String),
    /// A method failed, as its Java original would.
    Method(String),
    /// It takes more than its budget.
    Budget(&'static str),
}

impl Error {
    pub(crate) fn syntax(at: usize, end: usize, what: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Syntax(what.into()), span: at as u32..end as u32 }
    }

    /// Line and column of the error in the template's source, both from 1; columns count characters.
    pub fn line_column(&self, source: &str) -> (u32, u32) {
        let before = source.get(..self.span.start as usize).unwrap_or(source);
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Syntax(what) => write!(f, "expected {what}"),
            ErrorKind::Payload(what) => write!(f, "the payload cannot be read: {what}"),
            ErrorKind::Method(what) => f.write_str(what),
            ErrorKind::Budget(what) => write!(f, "the template takes too much: {what}"),
        }
    }
}

impl std::error::Error for Error {}
