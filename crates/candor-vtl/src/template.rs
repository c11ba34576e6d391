//! Templates, and what can be told of them without rendering.

use std::ops::Range;

use crate::ast::{Block, Expression, Node, Reference, Tail};
use crate::budget::{Budget, MAX_TEMPLATE};
use crate::error::{Error, ErrorKind};
use crate::names::ContextUse;
use crate::scope::{Piece, Rendered, Scope};
use crate::{eval, parser};

/// A parsed mapping template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: Box<str>,
    block: Block,
    variables: Variables,
}

/// What a rendering has to make place for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variables {
    /// How many there are.
    pub(crate) count: usize,
    pub(crate) context: ContextUse,
}

/// What a reference or a directive is found for.
enum Seen<'t> {
    /// A reference that prints into the output.
    Printed(&'t Reference),
    /// A reference anywhere else.
    Used(&'t Reference),
    /// `#set`: its target and its place.
    Set(&'t Reference, &'t Range<u32>),
    /// Any other directive.
    Directive,
}

impl Template {
    /// Reads a template. Byte ranges count from the start of `source`.
    ///
    /// # Errors
    /// Where AWS answers 500 for every request, as the template cannot be parsed, or takes none that is so long.
    pub fn parse(source: &str) -> Result<Template, Error> {
        if source.len() > MAX_TEMPLATE {
            return Err(Error {
                kind: ErrorKind::Budget("a mapping template has at most 300 KB"),
                span: 0..0,
            });
        }
        let (block, names) = parser::parse(source)?;
        let variables = Variables { count: names.count(), context: names.context() };
        Ok(Template { text: source.into(), block, variables })
    }

    pub(crate) fn block(&self) -> &Block {
        &self.block
    }

    /// As it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What a rendering has to make place for.
    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// Renders the template. There is no partial output.
    ///
    /// # Errors
    /// Where the payload cannot be read, a method fails, or the budget does not suffice.
    pub fn render(&self, scope: &Scope<'_>, budget: Budget) -> Result<Rendered, Error> {
        eval::render(self, scope, budget).map_err(|failure| *failure)
    }

    /// As [`Template::render`], and which part of the output which part of the template made: pieces in the order of the output,
    /// which together are all of it.
    ///
    /// # Errors
    /// As those of [`Template::render`].
    pub fn trace(&self, scope: &Scope<'_>, budget: Budget) -> Result<(Rendered, Vec<Piece>), Error> {
        eval::trace(self, scope, budget).map_err(|failure| *failure)
    }

    /// Whether it looks at `$context`: one that does not is given none.
    pub fn reads_context(&self) -> bool {
        self.variables.context != ContextUse::Nothing
    }

    /// Whether any reference names this: as its root (`input`), a property or a literal key.
    pub fn mentions(&self, name: &str) -> bool {
        let mut found = false;
        walk(&self.block, true, &mut |seen| match seen {
            Seen::Printed(r) | Seen::Used(r) | Seen::Set(r, ..) => found = found || names(r, name),
            Seen::Directive => {}
        });
        found
    }

    /// What of the client's it looks at: each reference to `$input`, to `$context.path` and `$context.identity.userAgent`, with its
    /// bytes.
    pub fn inputs(&self) -> Vec<(Input, Range<u32>)> {
        let mut inputs = Vec::new();
        walk(&self.block, true, &mut |seen| {
            if let Seen::Printed(r) | Seen::Used(r) | Seen::Set(r, ..) = seen {
                inputs.extend(Input::of(r).map(|input| (input, r.span.clone())));
            }
        });
        inputs
    }

    /// Whether it prints the same whatever it is given: it consists of text, and of assignments to variables that are
    /// never printed.
    pub fn is_constant(&self) -> bool {
        let mut constant = true;
        walk(&self.block, true, &mut |seen| match seen {
            Seen::Printed(_) | Seen::Directive => constant = false,
            Seen::Used(r) | Seen::Set(r, ..) => constant = constant && &*r.variable.name != "context",
        });
        constant
    }

    /// The byte range of the first `#set` of a reference whose path holds `object.member`, by dots or literal keys:
    /// `assignment("responseOverride", "status")` finds `#set($context.responseOverride.status = 404)`.
    pub fn assignment(&self, object: &str, member: &str) -> Option<Range<u32>> {
        let mut found = None;
        walk(&self.block, true, &mut |seen| {
            if let Seen::Set(target, span) = seen
                && found.is_none()
                && target.path().zip(target.path().skip(1)).any(|pair| pair == (object, member))
            {
                found = Some(span.clone());
            }
        });
        found
    }

    /// The byte ranges of the references that print into the output, in order.
    pub fn printed_references(&self) -> Vec<Range<u32>> {
        let mut printed = Vec::new();
        walk(&self.block, true, &mut |seen| {
            if let Seen::Printed(reference) = seen {
                printed.push(reference.span.clone());
            }
        });
        printed
    }
}

/// What of a request a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// `$input.params('id')`: the parameter of this name.
    Parameter(String),
    /// `$input.params().path`, and what is in it.
    PathParameters,
    /// The payload, parameters of other places, what else the client chose, or what is not plain to see.
    Other,
}

impl Input {
    fn of(reference: &Reference) -> Option<Input> {
        let names: Vec<&str> = reference.path().take(3).collect();
        if matches!(names.as_slice(), ["context", "path", ..] | ["context", "identity", "userAgent"]) {
            return Some(Input::Other);
        }
        if names.first() != Some(&"input") {
            return None;
        }
        Some(match reference.tail.as_slice() {
            [Tail::Call { name, arguments }, behind @ ..] if name == "params" => {
                match (arguments.as_slice(), behind.first()) {
                    ([Expression::Text(name)], _) => Input::Parameter(name.clone()),
                    ([], Some(step)) if is_named(step, "path") => Input::PathParameters,
                    _ => Input::Other,
                }
            }
            _ => Input::Other,
        })
    }
}

/// Whether a step leads to the member of this name: `.path`, `['path']`, `.get('path')`.
fn is_named(step: &Tail, name: &str) -> bool {
    match step {
        Tail::Property(known) => known == name,
        Tail::Index(Expression::Text(key)) => key == name,
        Tail::Call { name: method, arguments } => {
            method == "get" && matches!(arguments.as_slice(), [Expression::Text(key)] if key == name)
        }
        Tail::Index(_) => false,
    }
}

fn names(reference: &Reference, name: &str) -> bool {
    let step = |step: &Tail| match step {
        Tail::Property(known) => known == name,
        Tail::Index(Expression::Text(key)) => key == name,
        Tail::Call { arguments, .. } => {
            arguments.iter().any(|a| matches!(a, Expression::Text(key) if key == name))
        }
        Tail::Index(_) => false,
    };
    &*reference.variable.name == name || reference.tail.iter().any(step)
}

/// Visits all references and directives; `printing` is whether the block prints into the output.
fn walk<'t>(block: &'t Block, printing: bool, visit: &mut impl FnMut(Seen<'t>)) {
    for node in &block.nodes {
        match node {
            Node::Text(..) => {}
            Node::Reference(reference) => {
                visit(if printing { Seen::Printed(reference) } else { Seen::Used(reference) });
                walk_tail(reference, visit);
            }
            Node::Set { target, value, span } => {
                visit(Seen::Set(target, span));
                walk_tail(target, visit);
                walk_expression(value, visit);
            }
            Node::If { branches, otherwise } => {
                visit(Seen::Directive);
                for (condition, body) in branches {
                    walk_expression(condition, visit);
                    walk(body, printing, visit);
                }
                if let Some(body) = otherwise {
                    walk(body, printing, visit);
                }
            }
            Node::Foreach { items, body, .. } => {
                visit(Seen::Directive);
                walk_expression(items, visit);
                walk(body, printing, visit);
            }
            Node::Define { body, .. } => {
                visit(Seen::Directive);
                walk(body, printing, visit);
            }
            Node::Break | Node::Stop => visit(Seen::Directive),
        }
    }
}

fn walk_tail<'t>(reference: &'t Reference, visit: &mut impl FnMut(Seen<'t>)) {
    for step in &reference.tail {
        match step {
            Tail::Property(_) => {}
            Tail::Call { arguments, .. } => arguments.iter().for_each(|a| walk_expression(a, visit)),
            Tail::Index(index) => walk_expression(index, visit),
        }
    }
}

fn walk_expression<'t>(expression: &'t Expression, visit: &mut impl FnMut(Seen<'t>)) {
    match expression {
        Expression::Reference(reference) => {
            visit(Seen::Used(reference));
            walk_tail(reference, visit);
        }
        Expression::Interpolated(block) => walk(block, false, visit),
        Expression::List(items) => items.iter().for_each(|item| walk_expression(item, visit)),
        Expression::Map(members) => members.iter().for_each(|(key, value)| {
            walk_expression(key, visit);
            walk_expression(value, visit);
        }),
        Expression::Range(from, to) => {
            walk_expression(from, visit);
            walk_expression(to, visit);
        }
        Expression::Not(inside) => walk_expression(inside, visit),
        Expression::Binary(_, sides) => {
            walk_expression(&sides.0, visit);
            walk_expression(&sides.1, visit);
        }
        Expression::Bool(_)
        | Expression::Int(_)
        | Expression::Double(_)
        | Expression::Big(_)
        | Expression::Text(_)
        | Expression::Null => {}
    }
}
