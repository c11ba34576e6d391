//! The syntax tree of a template.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

/// Nodes in the order they print.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Block {
    pub(crate) nodes: Vec<Node>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// Printed as it is, and where it stands.
    Text(String, Range<u32>),
    /// Prints its value.
    Reference(Reference),
    /// `#set(target = value)`; the span is the directive's.
    Set { target: Reference, value: Expression, span: Range<u32> },
    /// `#if` with its `#elseif`s and its `#else`.
    If { branches: Vec<(Expression, Block)>, otherwise: Option<Block> },
    /// `#foreach($variable in items)`.
    Foreach { variable: Variable, items: Expression, body: Block, span: Range<u32> },
    /// `#define($name)`.
    Define { variable: Variable, body: Block },
    /// `#break`.
    Break,
    /// `#stop`.
    Stop,
}

/// A variable's name, and its number among those of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: Arc<str>,
    pub(crate) number: usize,
}

/// `$name` and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) variable: Variable,
    pub(crate) tail: Vec<Tail>,
    /// `${name}` or `$!name`: as the target of a `#set` it sets nothing.
    pub(crate) formal: bool,
    /// As it is written, where that does not stand at `span`: it is part of a string with escapes.
    pub(crate) inside: Option<Box<str>>,
    pub(crate) span: Range<u32>,
}

impl Reference {
    /// As it is written, in the template of this text.
    pub(crate) fn source<'s>(&'s self, template: &'s str) -> &'s str {
        match &self.inside {
            Some(source) => source,
            None => template.get(self.span.start as usize..self.span.end as usize).unwrap_or_default(),
        }
    }

    /// The names that lead to what it refers to: the root, properties, literal keys. A method call ends it.
    pub(crate) fn path(&self) -> impl Iterator<Item = &str> {
        let names = self.tail.iter().map_while(|step| match step {
            Tail::Property(name) => Some(name.as_str()),
            Tail::Index(Expression::Text(key)) => Some(key.as_str()),
            Tail::Index(Expression::Interpolated(block)) => match block.nodes.as_slice() {
                [Node::Text(key, _)] => Some(key.as_str()),
                _ => None,
            },
            _ => None,
        });
        std::iter::once(&*self.variable.name).chain(names)
    }
}

/// A step behind a reference's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// `.name`
    Property(String),
    /// `.name(arguments)`
    Call { name: String, arguments: Vec<Expression> },
    /// `[index]`
    Index(Expression),
}

/// Something with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    Bool(bool),
    Int(i128),
    /// A number with a fraction or an exponent, as spelled: `f64` is not `Eq`.
    Double(String),
    /// An integer beyond 128 bits.
    Big(String),
    /// `'raw'`, or `"quoted"` without anything to interpolate.
    Text(String),
    /// `"quoted"`.
    Interpolated(Block),
    List(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    /// `[from..to]`
    Range(Box<Expression>, Box<Expression>),
    Reference(Reference),
    /// A bare word as an argument: null.
    Null,
    Not(Box<Expression>),
    Binary(Operator, Box<(Expression, Expression)>),
}

/// Operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// Whether a comparison holds of what is in this order; any other operator's holds of nothing.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Or
            | Operator::And
            | Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => false,
        }
    }

    /// How strongly it binds; all of a level bind to the left.
    pub(crate) fn level(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal | Operator::NotEqual => 3,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
            Operator::Add | Operator::Subtract => 5,
            Operator::Multiply | Operator::Divide | Operator::Remainder => 6,
        }
    }
}
