//! One thing a user may set, and why it is so.

use std::fmt;

use crate::span::Span;

/// One thing a user may set. Reading it yields the value *and* its cause; the three answers are private, so that nobody
/// matches past the cause.
///
/// ```
/// # use candor_gateway::setting::{Cause, Setting};
/// # use candor_gateway::span::{FileId, Span};
/// let here = Span::new(FileId(0), 7..10);
/// let written = Setting::written(404, here);
/// assert_eq!(written.or(&200), Ok((&404, Cause::Written(here))));
/// let absent = Setting::absent(here, "StatusCode");
/// assert_eq!(absent.or(&200), Ok((&200, Cause::Missing { at: here, key: "StatusCode" })));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T>(Answer<T>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer<T> {
    Written(T, Span),
    Absent { at: Span, key: &'static str },
    Unknown(Undecided),
}

impl<T> Setting<T> {
    /// The user wrote this, there.
    pub fn written(value: T, span: Span) -> Setting<T> {
        Setting(Answer::Written(value, span))
    }

    /// Nothing is written: AWS's default rules. `at` is where a person would write it, `key` the word they would use there.
    pub fn absent(at: Span, key: &'static str) -> Setting<T> {
        Setting(Answer::Absent { at, key })
    }

    /// Something is written that only deployment decides.
    pub fn unknown(span: Span, needs: Needs) -> Setting<T> {
        Setting(Answer::Unknown(Undecided { span, needs }))
    }

    /// The value, or `default` where nothing is written, and why.
    ///
    /// # Errors
    /// [`Undecided`] where only deployment decides.
    pub fn or<'s>(&'s self, default: &'s T) -> Result<(&'s T, Cause), Undecided> {
        match &self.0 {
            Answer::Written(value, span) => Ok((value, Cause::Written(*span))),
            Answer::Absent { at, key } => Ok((default, Cause::Missing { at: *at, key })),
            Answer::Unknown(undecided) => Err(undecided.clone()),
        }
    }

    /// The value, if one is written, and why; for settings whose absence is an answer of its own.
    ///
    /// # Errors
    /// [`Undecided`] where only deployment decides.
    pub fn optional(&self) -> Result<(Option<&T>, Cause), Undecided> {
        match &self.0 {
            Answer::Written(value, span) => Ok((Some(value), Cause::Written(*span))),
            Answer::Absent { at, key } => Ok((None, Cause::Missing { at: *at, key })),
            Answer::Unknown(undecided) => Err(undecided.clone()),
        }
    }

    /// The same setting of another type: `f` turns a written value, or says why it cannot be known.
    pub fn and_then<U>(self, f: impl FnOnce(T, Span) -> Setting<U>) -> Setting<U> {
        match self.0 {
            Answer::Written(value, span) => f(value, span),
            Answer::Absent { at, key } => Setting::absent(at, key),
            Answer::Unknown(undecided) => Setting(Answer::Unknown(undecided)),
        }
    }

    /// The place of whatever is or would be written.
    pub fn span(&self) -> Span {
        match &self.0 {
            Answer::Written(_, span) => *span,
            Answer::Absent { at, .. } => *at,
            Answer::Unknown(undecided) => undecided.span,
        }
    }
}

/// A value that nothing in the given files decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Undecided {
    /// Where the value stands.
    pub span: Span,
    /// What would decide it.
    pub needs: Needs,
}

/// What would decide a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Needs {
    /// A template parameter without default.
    Parameter(String),
    /// A value that another stack exports.
    Import(String),
    /// An attribute that exists after deployment only.
    Attribute(String),
    /// A dynamic reference: `{{resolve:ssm:…}}`.
    DynamicReference(String),
    /// A file that is not there.
    File(String),
    /// A part of a function's answer (JSON pointer): a handler's source may not show it.
    Answer(String),
    /// Something that candor does not read yet, in words.
    Support(String),
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Needs::Parameter(name) => write!(f, "parameter {name}"),
            Needs::Import(name) => write!(f, "the export {name} of another stack"),
            Needs::Attribute(name) => write!(f, "{name}, known after deployment"),
            Needs::DynamicReference(text) => write!(f, "the dynamic reference {text}"),
            Needs::File(path) => write!(f, "the file {path}"),
            Needs::Answer(pointer) if pointer.is_empty() => write!(f, "what the function answers"),
            Needs::Answer(pointer) => write!(f, "{pointer} of what the function answers"),
            Needs::Support(what) => write!(f, "{what}"),
        }
    }
}

/// Why something is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This line decided.
    Written(Span),
    /// Nothing is written, and the default decided: `TimeoutInMillis` here, `timeoutInMillis` there.
    Missing {
        /// Where it would be written.
        at: Span,
        /// The word that would be written.
        key: &'static str,
    },
    /// A limit or a fixed behaviour of AWS decided: no template changes it.
    Aws(&'static Fact),
    /// The function's answer decided.
    Payload,
    /// The client's request decided.
    Request,
}

impl Cause {
    /// The place in the user's files, if a setting of theirs decided.
    pub fn span(&self) -> Option<Span> {
        match self {
            Cause::Written(span) | Cause::Missing { at: span, .. } => Some(*span),
            Cause::Aws(_) | Cause::Payload | Cause::Request => None,
        }
    }
}

/// Something that AWS does whatever the user writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it does.
    pub says: &'static str,
    /// Who says so.
    pub source: &'static str,
}
