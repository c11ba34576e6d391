//! The variables of a template, numbered: rendering looks them up by number.

use std::collections::HashMap;

/// Variables that every rendering has, at these numbers; `foreach` and those behind it only within loops.
const GIVEN: [&str; 7] =
    ["input", "util", "context", "stageVariables", "foreach", "velocityCount", "velocityHasNext"];

pub(crate) const INPUT: usize = 0;
pub(crate) const UTIL: usize = 1;
pub(crate) const CONTEXT: usize = 2;
pub(crate) const STAGE_VARIABLES: usize = 3;
pub(crate) const FOREACH: usize = 4;
pub(crate) const VELOCITY_HAS_NEXT: usize = 6;

/// Up to so many names are looked at one by one.
const FEW: usize = 16;

/// The names met so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Those behind [`GIVEN`].
    own: Vec<String>,
    /// Their numbers, once they are many.
    numbers: HashMap<String, usize>,
    uses_context: bool,
}

impl Names {
    /// The number of a variable.
    pub(crate) fn number(&mut self, name: &str) -> usize {
        if let Some(given) = GIVEN.iter().position(|given| *given == name) {
            self.uses_context |= given == CONTEXT;
            return given;
        }
        let known = match self.own.len() <= FEW {
            true => self.own.iter().position(|own| own == name).map(|at| GIVEN.len() + at),
            false => self.numbers.get(name).copied(),
        };
        known.unwrap_or_else(|| self.add(name))
    }

    fn add(&mut self, name: &str) -> usize {
        let number = self.count();
        self.own.push(name.to_string());
        if self.own.len() > FEW {
            let from = if self.numbers.is_empty() { 0 } else { self.own.len() - 1 };
            for (at, own) in self.own.iter().enumerate().skip(from) {
                self.numbers.insert(own.clone(), GIVEN.len() + at);
            }
        }
        number
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
            assert_eq!(names.number(&name(i)), GIVEN.len() + i);
        }
        for i in 0..3 * FEW {
            assert_eq!(names.number(&name(i)), GIVEN.len() + i);
        }
        assert_eq!(names.count(), GIVEN.len() + 3 * FEW);
        assert_eq!((names.number("input"), names.number("foreach")), (INPUT, FOREACH));
        assert!(!names.uses_context());
        assert_eq!(names.number("context"), CONTEXT);
        assert!(names.uses_context());
    }
}
