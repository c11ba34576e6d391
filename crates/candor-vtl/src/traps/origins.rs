//! Where the values of references come from, as far as the template alone tells.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::ast::{Block, Expression, Node, Reference, Tail};

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Text for certain, or nothing: parameters, stage variables, `$context`.
    Text,
    /// The text of JSON.
    Json,
    /// Some value of the payload, or nothing.
    Payload,
    /// A part of a Lambda error: text or a list, or nothing.
    ErrorPart,
    /// A method's result that is a boolean, of a value of the payload: where that is missing, it is nothing.
    MayFail,
    /// Nothing: no `#set`, no loop, nothing of API Gateway's has the name.
    Undefined,
    /// Anything else.
    Other,
}

/// Methods that yield a boolean.
const QUESTIONS: [&str; 11] = [
    "contains",
    "containsKey",
    "containsValue",
    "startsWith",
    "endsWith",
    "matches",
    "isEmpty",
    "equals",
    "equalsIgnoreCase",
    "regionMatches",
    "contentEquals",
];

/// Names that only the error of a function has.
const ERROR_PARTS: [&str; 3] = ["errorMessage", "errorType", "stackTrace"];

/// What a template's variables come from.
pub(super) struct Origins<'t> {
    /// What each variable is set to, wherever that is.
    set: HashMap<&'t str, Vec<&'t Expression>>,
    /// Variables of loops and names of `#define`d blocks.
    bound: Vec<&'t str>,
    /// What is known of a variable by now; of one that is set from itself nothing.
    known: RefCell<HashMap<String, Origin>>,
}

impl<'t> Origins<'t> {
    pub(super) fn of(block: &'t Block) -> Origins<'t> {
        let mut origins = Origins { set: HashMap::new(), bound: Vec::new(), known: RefCell::default() };
        origins.collect(block);
        origins
    }

    fn collect(&mut self, block: &'t Block) {
        for node in &block.nodes {
            match node {
                Node::Set { target, value, .. } => {
                    self.collect_inside(value);
                    if target.tail.is_empty() && !target.formal {
                        self.set.entry(&target.variable.name).or_default().push(value);
                    }
                }
                Node::If { branches, otherwise } => {
                    for (condition, body) in branches {
                        self.collect_inside(condition);
                        self.collect(body);
                    }
                    if let Some(body) = otherwise {
                        self.collect(body);
                    }
                }
                Node::Foreach { variable, body, .. } => {
                    self.bound.push(&variable.name);
                    self.collect(body);
                }
                Node::Define { variable, body } => {
                    self.bound.push(&variable.name);
                    self.collect(body);
                }
                Node::Text(..) | Node::Reference(_) | Node::Break | Node::Stop => {}
            }
        }
    }

    /// Strings may hold `#set`, too.
    fn collect_inside(&mut self, expression: &'t Expression) {
        match expression {
            Expression::Interpolated(block) => self.collect(block),
            Expression::Not(inside) => self.collect_inside(inside),
            Expression::Binary(_, sides) => {
                self.collect_inside(&sides.0);
                self.collect_inside(&sides.1);
            }
            _ => {}
        }
    }

    /// Whether anything in the template, or API Gateway, gives this variable a value.
    pub(super) fn defines(&self, name: &str) -> bool {
        matches!(name, "input" | "util" | "context" | "stageVariables")
            || self.set.contains_key(name)
            || self.bound.contains(&name)
    }

    pub(super) fn of_reference(&self, reference: &Reference) -> Origin {
        self.reference(reference, 0)
    }

    fn reference(&self, reference: &Reference, depth: usize) -> Origin {
        let tail = reference.tail.as_slice();
        match &*reference.variable.name {
            "input" => input(tail),
            "util" => util(tail),
            "stageVariables" | "context" => match tail {
                [Tail::Property(_) | Tail::Index(_), ..] if !tail.iter().any(is_call) => Origin::Text,
                _ => Origin::Other,
            },
            name => {
                let origin = match self.set.get(name) {
                    _ if self.bound.contains(&name) => Origin::Other,
                    None => return Origin::Undefined,
                    Some(values) => self.variable(name, values, depth),
                };
                match origin {
                    Origin::Payload => payload(tail),
                    // A stored value is the empty string where there was none: its methods have answers.
                    Origin::ErrorPart | Origin::Text | Origin::Json if tail.is_empty() => origin,
                    _ => Origin::Other,
                }
            }
        }
    }

    /// What all values of a variable have in common: asked once of each, since they may be set from each other.
    fn variable(&self, name: &str, values: &[&Expression], depth: usize) -> Origin {
        if let Some(known) = self.known.borrow().get(name) {
            return *known;
        }
        self.known.borrow_mut().insert(name.to_string(), Origin::Other);
        let origin = self.of_values(values, depth);
        self.known.borrow_mut().insert(name.to_string(), origin);
        origin
    }

    fn of_values(&self, values: &[&Expression], depth: usize) -> Origin {
        if depth > 8 {
            return Origin::Other;
        }
        let one = |value: &Expression| match value {
            Expression::Reference(reference) => match self.reference(reference, depth + 1) {
                Origin::MayFail | Origin::Undefined => Origin::Other,
                origin => origin,
            },
            _ => Origin::Other,
        };
        let mut origins = values.iter().map(|value| one(value));
        let first = origins.next().unwrap_or(Origin::Other);
        if origins.all(|origin| origin == first) { first } else { Origin::Other }
    }
}

fn is_call(step: &Tail) -> bool {
    matches!(step, Tail::Call { .. })
}

fn input(tail: &[Tail]) -> Origin {
    match tail {
        [] => Origin::Other,
        [Tail::Property(name)] if name == "body" => Origin::Json,
        [Tail::Property(name), ..] if name == "body" => Origin::Other,
        [Tail::Call { name, arguments }, rest @ ..] => match (name.as_str(), arguments.as_slice()) {
            ("json", [_]) if rest.is_empty() => Origin::Json,
            ("params", [_]) if rest.is_empty() => Origin::Text,
            ("path", [Expression::Text(path)]) if rest.is_empty() => {
                let last = path.rsplit(['.', '\'', '"', '[', ']']).find(|part| !part.is_empty());
                if last.is_some_and(|name| ERROR_PARTS.contains(&name)) {
                    Origin::ErrorPart
                } else {
                    Origin::Payload
                }
            }
            ("path", [_]) => payload(rest),
            ("json" | "params" | "getBody", _) => Origin::Other,
            _ => Origin::Undefined,
        },
        _ => Origin::Undefined,
    }
}

/// Of a value of the payload and the steps behind it.
fn payload(tail: &[Tail]) -> Origin {
    let Some((last, before)) = tail.split_last() else { return Origin::Payload };
    match last {
        Tail::Call { name, .. } if QUESTIONS.contains(&name.as_str()) => Origin::MayFail,
        Tail::Call { .. } => Origin::Other,
        _ if before.iter().any(is_call) => Origin::Other,
        Tail::Property(name) if ERROR_PARTS.contains(&name.as_str()) => Origin::ErrorPart,
        Tail::Property(_) | Tail::Index(_) => Origin::Payload,
    }
}

fn util(tail: &[Tail]) -> Origin {
    const METHODS: [&str; 6] =
        ["escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode"];
    match tail {
        [Tail::Call { name, .. }, ..] if METHODS.contains(&name.as_str()) => {
            match (name.as_str(), &tail[1..]) {
                ("parseJson", rest) => payload(rest),
                (_, []) => Origin::Text,
                _ => Origin::Other,
            }
        }
        [] => Origin::Other,
        _ => Origin::Undefined,
    }
}
