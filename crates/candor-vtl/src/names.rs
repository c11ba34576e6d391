//! The variables of a template, numbered: rendering looks them up by number.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::ast::Variable;
use crate::members::FEW;

/// Variables that every rendering has, at these numbers; `foreach` and those behind it only within loops.
const GIVEN: [&str; 7] =
    ["input", "util", "context", "stageVariables", "foreach", "velocityCount", "velocityHasNext"];

pub(crate) const INPUT: usize = 0;
pub(crate) const UTIL: usize = 1;
pub(crate) const CONTEXT: usize = 2;
pub(crate) const STAGE_VARIABLES: usize = 3;
pub(crate) const FOREACH: usize = 4;
pub(crate) const VELOCITY_COUNT: usize = 5;
pub(crate) const VELOCITY_HAS_NEXT: usize = 6;

/// Their names, made once.
static GIVEN_NAMES: LazyLock<[Arc<str>; GIVEN.len()]> = LazyLock::new(|| GIVEN.map(Arc::from));

/// The names met so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Those behind [`GIVEN`].
    own: Vec<Arc<str>>,
    /// Their places, once they are many.
    places: HashMap<Arc<str>, usize>,
    context: ContextUse,
}

/// What a template reads of `$context`: taking all of it in costs more than most templates do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ContextUse {
    #[default]
    Nothing,
    /// Members of these names, in the order they were met.
    Members(Vec<Arc<str>>),
    All,
}

impl ContextUse {
    /// Whether a member is read.
    pub(crate) fn reads(&self, member: &str) -> bool {
        match self {
            ContextUse::Nothing => false,
            ContextUse::Members(names) => names.iter().any(|name| **name == *member),
            ContextUse::All => true,
        }
    }

    fn add(&mut self, member: Option<&str>) {
        match (&mut *self, member) {
            (ContextUse::All, _) => {}
            (ContextUse::Nothing, Some(name)) => *self = ContextUse::Members(vec![name.into()]),
            (ContextUse::Members(names), Some(name)) if names.len() < FEW => {
                if names.iter().all(|known| **known != *name) {
                    names.push(name.into());
                }
            }
            _ => *self = ContextUse::All,
        }
    }
}

impl Names {
    /// The variable of this name.
    pub(crate) fn variable(&mut self, name: &str) -> Variable {
        if let Some(number) = GIVEN.iter().position(|given| *given == name) {
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

    /// Takes note of a reference to `$context`: to this member of it, or in any other way.
    pub(crate) fn reads_context(&mut self, member: Option<&str>) {
        self.context.add(member);
    }

    /// How many variables there are.
    pub(crate) fn count(&self) -> usize {
        GIVEN.len() + self.own.len()
    }

    /// What is read of `$context`.
    pub(crate) fn context(self) -> ContextUse {
        self.context
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
    }

    #[test]
    fn few_members_of_the_context_are_told_apart() {
        let read = |members: &[Option<&str>]| {
            let mut names = Names::default();
            members.iter().for_each(|member| names.reads_context(*member));
            names.context()
        };
        assert_eq!(read(&[]), ContextUse::Nothing);
        let two = read(&[Some("stage"), Some("identity"), Some("stage")]);
        assert_eq!(two, ContextUse::Members(vec!["stage".into(), "identity".into()]));
        assert!(two.reads("stage") && !two.reads("apiId"));
        assert_eq!(read(&[Some("stage"), None, Some("stage")]), ContextUse::All);
        let many: Vec<String> = (0..=FEW).map(|i| format!("m{i}")).collect();
        assert_eq!(read(&many.iter().map(|m| Some(m.as_str())).collect::<Vec<_>>()), ContextUse::All);
    }
}
