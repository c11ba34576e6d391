//! The rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR FALSE)`.

use super::{Perhaps, both, either, not};

/// The most operators that may stand within each other. AWS takes rules of 10,240 characters.
const DEEPEST: usize = 64;

/// Whether a rule holds, where `alarm` says which alarms are in the state ALARM. `None` also where it is no rule.
pub(super) fn holds(rule: &str, alarm: &dyn Fn(&str) -> Perhaps) -> Perhaps {
    let mut reader = Reader { rest: rule, alarm: &mut |name| alarm(name), broken: false };
    let holds = reader.any(0);
    reader.finished().then_some(holds).flatten()
}

/// The alarms that a rule names; `None` where it is no rule.
pub(super) fn names(rule: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut note = |name: &str| {
        names.push(name.to_string());
        None
    };
    let mut reader = Reader { rest: rule, alarm: &mut note, broken: false };
    reader.any(0);
    reader.finished().then_some(names)
}

struct Reader<'r> {
    rest: &'r str,
    alarm: &'r mut dyn FnMut(&str) -> Perhaps,
    broken: bool,
}

impl Reader<'_> {
    fn finished(&self) -> bool {
        !self.broken && self.rest.trim().is_empty()
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let Some(after) = rest.strip_prefix(word) else { return false };
        let is_word = word.chars().all(|c| c.is_ascii_alphabetic());
        if is_word && after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = after;
        true
    }

    fn any(&mut self, depth: usize) -> Perhaps {
        let mut holds = self.all(depth);
        while !self.broken && self.take("OR") {
            let next = self.all(depth);
            holds = either(holds, next);
        }
        holds
    }

    fn all(&mut self, depth: usize) -> Perhaps {
        let mut holds = self.one(depth);
        while !self.broken && self.take("AND") {
            let next = self.one(depth);
            holds = both(holds, next);
        }
        holds
    }

    fn one(&mut self, depth: usize) -> Perhaps {
        if depth > DEEPEST {
            self.broken = true;
            return None;
        }
        if self.take("NOT") {
            return not(self.one(depth + 1));
        }
        if self.take("(") {
            let holds = self.any(depth + 1);
            self.broken |= !self.take(")");
            return holds;
        }
        if self.take("TRUE") {
            return Some(true);
        }
        if self.take("FALSE") {
            return Some(false);
        }
        for state in ["ALARM", "OK", "INSUFFICIENT_DATA"] {
            if !self.take(state) {
                continue;
            }
            let Some(name) = self.argument() else { break };
            let alarms = (self.alarm)(&name);
            // An alarm that does not ring is in one of two states, and which hangs on its data.
            return match (state, alarms) {
                ("ALARM", alarms) => alarms,
                (_, Some(true)) => Some(false),
                (_, Some(false) | None) => None,
            };
        }
        self.broken = true;
        None
    }

    /// `("name")`, `('name')` or `(name)`.
    fn argument(&mut self) -> Option<String> {
        if !self.take("(") {
            return None;
        }
        let rest = self.rest.trim_start();
        let (name, after) = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = rest[1..].find(quote)?;
                (&rest[1..=end], &rest[end + 2..])
            }
            _ => {
                let end = rest.find(')')?;
                (rest[..end].trim(), &rest[end..])
            }
        };
        self.rest = after;
        self.take(")").then(|| name.to_string())
    }
}
