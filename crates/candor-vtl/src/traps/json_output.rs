//! Whether what a template prints is JSON for all inputs: told where a template looks like JSON at all.

use super::origins::{Origin, Origins};
use super::{Trap, TrapKind};
use crate::ast::{Block, Expression, Node, Reference, Tail};

/// Where the output stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Between quotes; behind a backslash or not.
    Quoted { escaped: bool },
    /// Where a value may begin.
    Value,
    /// Anywhere else.
    Other,
}

struct Walk<'t, 'o> {
    origins: &'o Origins<'t>,
    traps: &'o mut Vec<Trap>,
    state: State,
    /// A reference between quotes that came right behind the opening one.
    opened: Option<&'t Reference>,
}

/// Finds references that may break the JSON around them, and commas behind last elements.
pub(super) fn find(block: &Block, origins: &Origins<'_>, traps: &mut Vec<Trap>) {
    if !looks_like_json(block) {
        return;
    }
    let mut walk = Walk { origins, traps, state: State::Value, opened: None };
    walk.block(block);
}

/// Whether the first text that prints begins an object or an array.
fn looks_like_json(block: &Block) -> bool {
    for node in &block.nodes {
        match node {
            Node::Text(text, _) if text.trim().is_empty() => {}
            Node::Text(text, _) => return text.trim_start().starts_with(['{', '[']),
            Node::Set { .. } | Node::Define { .. } => {}
            Node::If { branches, .. } => {
                return branches.first().is_some_and(|(_, body)| looks_like_json(body));
            }
            Node::Reference(_) | Node::Foreach { .. } | Node::Break | Node::Stop => return false,
        }
    }
    false
}

impl<'t> Walk<'t, '_> {
    fn add(&mut self, kind: TrapKind, reference: &Reference) {
        self.traps.push(Trap { kind, span: reference.span.clone() });
    }

    fn block(&mut self, block: &'t Block) {
        for node in &block.nodes {
            match node {
                Node::Text(text, _) => self.text(text),
                Node::Reference(reference) => self.reference(reference),
                Node::If { branches, otherwise } => {
                    // All branches begin where the first does; they end alike where the author was careful.
                    let (state, opened) = (self.state, self.opened);
                    for (_, body) in branches {
                        (self.state, self.opened) = (state, opened);
                        self.block(body);
                    }
                    if let Some(body) = otherwise {
                        (self.state, self.opened) = (state, opened);
                        self.block(body);
                    }
                }
                Node::Foreach { body, span, .. } => {
                    self.block(body);
                    let comma = match body.nodes.last() {
                        Some(Node::Text(text, _)) => text.trim_end().ends_with(','),
                        _ => false,
                    };
                    if comma && self.state == State::Value {
                        let name = "#foreach".len() as u32;
                        let start = span.start.saturating_sub(name);
                        self.traps.push(Trap { kind: TrapKind::TrailingComma, span: start..span.end });
                    }
                }
                Node::Set { .. } | Node::Define { .. } | Node::Break | Node::Stop => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.state = match (self.state, c) {
                (State::Quoted { escaped: true }, _) => State::Quoted { escaped: false },
                (State::Quoted { .. }, '\\') => State::Quoted { escaped: true },
                (State::Quoted { .. }, '"') => {
                    // Quotes right around it, and JSON between them.
                    if let Some(reference) = self.opened.take() {
                        self.add(TrapKind::JsonInQuotes, reference);
                    }
                    State::Other
                }
                (quoted @ State::Quoted { .. }, _) => quoted,
                (_, '"') => State::Quoted { escaped: false },
                (_, ':' | ',' | '[') => State::Value,
                (State::Value, c) if c.is_whitespace() => State::Value,
                _ => State::Other,
            };
            if !matches!(self.state, State::Quoted { .. }) || c != '"' {
                self.opened = None;
            }
        }
    }

    fn reference(&mut self, reference: &'t Reference) {
        let origin = self.origins.of_reference(reference);
        match self.state {
            State::Quoted { .. } => {
                self.opened = (origin == Origin::Json && is_json_call(reference)).then_some(reference);
                if is_escaped(reference) {
                    self.add(TrapKind::EscapedApostrophe, reference);
                } else if matches!(origin, Origin::Payload | Origin::ErrorPart) || is_parameter(reference) {
                    self.add(TrapKind::Unescaped, reference);
                }
            }
            State::Value => {
                if matches!(origin, Origin::Payload | Origin::ErrorPart) || is_parameter(reference) {
                    self.add(TrapKind::Unquoted, reference);
                }
                self.state = State::Other;
            }
            State::Other => {}
        }
    }
}

fn call<'r>(reference: &'r Reference, root: &str) -> Option<(&'r str, &'r [Expression])> {
    match reference.tail.as_slice() {
        [Tail::Call { name, arguments }] if &*reference.variable.name == root => Some((name, arguments)),
        _ => None,
    }
}

fn is_json_call(reference: &Reference) -> bool {
    call(reference, "input").is_some_and(|(name, _)| name == "json")
}

/// A parameter of the request: its sender chooses what it holds.
fn is_parameter(reference: &Reference) -> bool {
    call(reference, "input").is_some_and(|(name, arguments)| name == "params" && arguments.len() == 1)
}

/// `$util.escapeJavaScript(…)` without a cure behind it.
fn is_escaped(reference: &Reference) -> bool {
    call(reference, "util").is_some_and(|(name, _)| name == "escapeJavaScript")
}
