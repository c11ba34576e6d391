//! Regular expressions of a rendering: compiling one costs more than all around it, and loops use the same again and again.

use std::collections::HashMap;
use std::rc::Rc;

use super::Evaluator;
use crate::error::Failure;
use crate::java_regex::{Finder, JavaRegex};

/// The steps that compiling costs, and each byte of the pattern.
const STEPS_PER_REGEX: usize = 1_000;
const STEPS_PER_BYTE: usize = 10;

/// How many are kept.
const KEPT: usize = 64;

#[derive(Default)]
pub(super) struct Regexes {
    finders: HashMap<Box<str>, Rc<Finder>>,
    patterns: HashMap<Box<str>, Rc<JavaRegex>>,
}

impl Evaluator<'_> {
    /// A pattern to replace or split by.
    pub(crate) fn finder(&mut self, pattern: &str) -> Result<Rc<Finder>, Failure> {
        if let Some(known) = self.regexes.finders.get(pattern) {
            return Ok(known.clone());
        }
        self.charge(STEPS_PER_REGEX + STEPS_PER_BYTE.saturating_mul(pattern.len()))?;
        let finder = Rc::new(Finder::parse(pattern).map_err(|e| self.failed(e.to_string()))?);
        keep(&mut self.regexes.finders, pattern, &finder);
        Ok(finder)
    }

    /// A pattern that a whole text has to match.
    pub(crate) fn pattern(&mut self, pattern: &str) -> Result<Rc<JavaRegex>, Failure> {
        if let Some(known) = self.regexes.patterns.get(pattern) {
            return Ok(known.clone());
        }
        self.charge(STEPS_PER_REGEX + STEPS_PER_BYTE.saturating_mul(pattern.len()))?;
        let compiled = Rc::new(JavaRegex::parse(pattern).map_err(|e| self.failed(e.to_string()))?);
        keep(&mut self.regexes.patterns, pattern, &compiled);
        Ok(compiled)
    }
}

fn keep<R>(kept: &mut HashMap<Box<str>, Rc<R>>, pattern: &str, regex: &Rc<R>) {
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(pattern.into(), regex.clone());
}
