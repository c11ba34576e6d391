//! Conditions, decided in one world. What nothing decides is an atom: a comparison that the world assumes true or false.

use crate::project::World;
use crate::syntax::Node;
use crate::template::intrinsics::Scope;
use crate::value::{Kind, Value};

/// A comparison that nothing in the files decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Atom {
    /// The side that is open, stand-ins in place of values.
    open: String,
    /// The other side.
    other: String,
    /// What people call it: the condition that consists of just this comparison, or the comparison in words.
    name: String,
}

/// What one world assumes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assumptions(Vec<(Atom, bool)>);

impl Assumptions {
    /// These and one more.
    pub(crate) fn with(&self, atom: Atom, value: bool) -> Assumptions {
        let mut all = self.0.clone();
        all.push((atom, value));
        Assumptions(all)
    }

    pub(crate) fn world(&self) -> World {
        World { assumed: self.0.iter().map(|(atom, value)| (atom.name.clone(), *value)).collect() }
    }

    fn decide(&self, open: &str, other: &str) -> Option<bool> {
        let about = || self.0.iter().filter(|(atom, _)| atom.open == open);
        if let Some((_, value)) = about().find(|(atom, _)| atom.other == other) {
            return Some(*value);
        }
        // Whatever equals one text equals no other.
        about().any(|(_, value)| *value).then_some(false)
    }
}

/// How deep conditions may refer to conditions: they may not be circular, but nobody has checked that yet.
const DEEPEST: usize = 64;

impl Scope<'_> {
    /// Whether the condition with this name holds. A name that the template lacks counts as true: CloudFormation would
    /// refuse the template, and hiding what depends on it would hide findings.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.named(name, DEEPEST)
    }

    fn named(&self, name: &str, depth: usize) -> bool {
        match self.template.conditions.get(name) {
            Some(node) if depth > 0 => self.truth(node, Some(name), depth - 1),
            _ => true,
        }
    }

    fn truth(&self, node: &Node, name: Option<&str>, depth: usize) -> bool {
        let (function, argument) = match (&node.tag, node.entries()) {
            (Some(tag), _) => (tag.name.as_str(), node),
            (None, [only]) => (only.key.as_str().trim_start_matches("Fn::"), &only.value),
            _ => return node.as_str().and_then(crate::syntax::node::bool_of).unwrap_or(true),
        };
        if depth == 0 {
            return true;
        }
        let items = argument.items();
        match function {
            "And" => items.iter().all(|item| self.truth(item, None, depth - 1)),
            "Or" => items.iter().any(|item| self.truth(item, None, depth - 1)),
            "Not" => items.first().is_some_and(|item| !self.truth(item, None, depth - 1)),
            "Condition" => argument.as_str().is_none_or(|name| self.named(name, depth - 1)),
            "Equals" => match items {
                [left, right] => self.equals(left, right, name),
                _ => true,
            },
            _ => true,
        }
    }

    fn equals(&self, left: &Node, right: &Node, name: Option<&str>) -> bool {
        let (Some(left), Some(right)) = (self.resolve(left), self.resolve(right)) else { return false };
        let ((left, left_open), (right, right_open)) = (in_words(&left), in_words(&right));
        if (!left_open && !right_open) || left == right {
            return left == right;
        }
        let (open, other) = if left_open { (left, right) } else { (right, left) };
        let assumed = self.assumptions.decide(&open, &other);
        assumed.unwrap_or_else(|| {
            let name = name.map_or_else(|| format!("{open} = {other}"), str::to_string);
            self.meet(Atom { open, other, name });
            false
        })
    }
}

/// A value for comparing and for showing, and whether anything in it is open. Pseudo parameters are: which region it will be
/// is what such a condition asks.
fn in_words(value: &Value) -> (String, bool) {
    match &value.kind {
        Kind::Null => (String::new(), false),
        Kind::Unknown(needs) => (needs.to_string(), true),
        Kind::Scalar(scalar) => {
            let mut text = scalar.text.as_str().to_string();
            for symbol in scalar.symbols.iter().rev() {
                if let crate::value::Name::Pseudo(name) = symbol.name {
                    text.replace_range(symbol.range.start as usize..symbol.range.end as usize, name);
                }
            }
            (text, !scalar.symbols.is_empty())
        }
        Kind::List(items) => {
            let (texts, open): (Vec<String>, Vec<bool>) = items.iter().map(in_words).unzip();
            (texts.join(","), open.contains(&true))
        }
        Kind::Map(members) => {
            let texts = members.iter().map(|m| (m.key.as_str(), in_words(&m.value)));
            let mut open = false;
            let texts: Vec<String> = texts
                .map(|(key, (text, is_open))| {
                    open |= is_open;
                    format!("{key}={text}")
                })
                .collect();
            (texts.join(","), open)
        }
    }
}
