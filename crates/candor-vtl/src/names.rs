//! The variables of a template, numbered: rendering looks them up by number.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::ast::Variable;

/// Variables that every rendering has, at these numbers; `foreach` and those behind it only within loops.
const GIVEN: [&str; 7] =
    ["input", "util", "context", "stageVariables", "foreach", "velocityCount", "velocityHasNext"];

pub(crate) const INPUT: usize = 0;
pub(crate) const UTIL: usize = 1;
pub(crate) const CONTEXT: usize = 2;
pub(crate) const STAGE_VARIABLES: usize = 3;
pub(crate) const FOREACH: usize = 4;
pub(crate) const VELOCITY_HAS_NEXT: usize = 6;

/// Their names, made once.
static GIVEN_NAMES: LazyLock<[Arc<str>; GIVEN.len()]> = LazyLock::new(|| GIVEN.map(Arc::from));

/// Up to so many names are looked at one by one.
const FEW: usize = 16;

/// The names met so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Those behind [`GIVEN`].
    own: Vec<Arc<str>>,
    /// Their places, once they are many.
    places: HashMap<Arc<str>, usize>,
    uses_context: bool,
}

impl Names {
    /// The variable of this name.
    pub(crate) fn variable(&mut self, name: &str) -> Variable {
        if let Some(number) = GIVEN.iter().position(|given| *given == name) {
            self.uses_context |= number == CONTEXT;
            return Variable { name: GIVEN_NAMES[number].clone(), number };
        }
        let known = match self.own.len() <= FEW {
            true => self.own.iter().position(|own| **own == *name),
            false => self.places.get(name).copied(),
        };
        let at = known.unwrap_or_else(|| self.add(name));
        Variable { name: self.own[at].clone(), number: GIVEN.len() + at }
    }

    fn add(&mut self, name: &str) -> usize {
        let at = self.own.len();
        self.own.push(name.into());
        match self.own.len() {
            ..=FEW => {}
            n if n == FEW + 1 => self.places.extend(self.own.iter().cloned().zip(0..)),
            _ => drop(self.places.insert(self.own[at].clone(), at)),
        }
        at
    }

    /// How many variables there are.
    pub(crate) fn count(&self) -> usize {
        GIVEN.len() + self.own.len()
    }

    /// Whether any reference begins with `$context`.
    pub(crate) fn uses_context(&self) -> bool {
        self.uses_context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_or_many_names_keep_their_numbers() {
        let mut names = Names::default();
        let name = |i: usize| format!("v{i}");
        for i in 0..3 * FEW {
            assert_eq!(names.variable(&name(i)).number, GIVEN.len() + i);
        }
        for i in 0..3 * FEW {
            assert_eq!(names.variable(&name(i)).number, GIVEN.len() + i);
        }
        assert_eq!(names.count(), GIVEN.len() + 3 * FEW);
        assert_eq!((names.variable("input").number, names.variable("foreach").number), (INPUT, FOREACH));
        assert!(!names.uses_context());
        assert_eq!(names.variable("context").number, CONTEXT);
        assert!(names.uses_context());
    }
}
