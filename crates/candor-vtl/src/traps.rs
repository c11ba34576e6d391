//! What a template gets wrong whatever it is given, or for some inputs: conditions that always hold, references that nothing
//! can define, output that is no JSON. Told from the template alone, with the place of each.

mod json_output;
mod origins;

use std::ops::Range;

use self::origins::{Origin, Origins};
use crate::ast::{Block, Expression, Node, Operator, Reference, Tail};
use crate::template::Template;

/// A trap, and where it stands in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What it is.
    pub kind: TrapKind,
    /// Its bytes in the template.
    pub span: Range<u32>,
}

/// What a trap is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrapKind {
    /// A condition that holds whatever it is given: only `false` does not, and this is never `false` (recorded).
    AlwaysTrue,
    /// A condition that holds for all but the JSON value `false`: also where the value is missing, null or empty (recorded).
    TrueUnlessFalse,
    /// A method in a condition: where its value is missing, the call is the empty string, which holds (recorded for `#if` of what is
    /// undefined; the real Velocity 1.7 for calls).
    TrueWhenMissing,
    /// A literal as a condition: it never holds (the real Velocity 1.7).
    AlwaysFalse,
    /// A reference that nothing defines: it prints nothing.
    NeverDefined,
    /// `$a-1` is the variable `a-1`, not a subtraction.
    HyphenInName,
    /// A method that `$input` or `$util` do not have: it prints nothing.
    NoSuchMethod,
    /// `#set(${x} = …)` and `#set($!x = …)` set nothing.
    SetsNothing,
    /// `#evaluate`, `#return` and calls of macros print themselves.
    PrintedLiterally,
    /// `"$input.json(…)"`: JSON text brings its own quotes.
    JsonInQuotes,
    /// Text inside JSON's quotes that may hold a quote or a line break.
    Unescaped,
    /// `$util.escapeJavaScript` makes `\'` of an apostrophe, which JSON does not know.
    EscapedApostrophe,
    /// A value without quotes that may be missing, or be text.
    Unquoted,
    /// Elements of a loop that all end in a comma.
    TrailingComma,
}

impl TrapKind {
    /// Its public name.
    pub fn slug(self) -> &'static str {
        match self {
            TrapKind::AlwaysTrue => "always-true",
            TrapKind::TrueUnlessFalse => "true-unless-false",
            TrapKind::TrueWhenMissing => "true-when-missing",
            TrapKind::AlwaysFalse => "always-false",
            TrapKind::NeverDefined => "never-defined",
            TrapKind::HyphenInName => "hyphen-in-name",
            TrapKind::NoSuchMethod => "no-such-method",
            TrapKind::SetsNothing => "sets-nothing",
            TrapKind::PrintedLiterally => "printed-literally",
            TrapKind::JsonInQuotes => "json-in-quotes",
            TrapKind::Unescaped => "unescaped",
            TrapKind::EscapedApostrophe => "escaped-apostrophe",
            TrapKind::Unquoted => "unquoted",
            TrapKind::TrailingComma => "trailing-comma",
        }
    }

    /// What to write instead.
    pub fn remedy(self) -> &'static str {
        match self {
            TrapKind::AlwaysTrue | TrapKind::TrueUnlessFalse => {
                "compare: `!= \"\"` holds where there is a value, `== true` where it is the boolean"
            }
            TrapKind::TrueWhenMissing => {
                "ask for the value first, `$x != \"\" && $x.contains(…)`, or compare: `.indexOf(…) >= 0`"
            }
            TrapKind::AlwaysFalse => "write `true`, or a comparison",
            TrapKind::NeverDefined => "define it with `#set`, or correct its name",
            TrapKind::HyphenInName => {
                "put blanks around the minus: `$a - 1`; in text, braces around the name: `${a}-1`"
            }
            TrapKind::NoSuchMethod => {
                "use a method of \"Mapping template variable reference\"; values become JSON with `$input.json`"
            }
            TrapKind::SetsNothing => "write `#set($x = …)`",
            TrapKind::PrintedLiterally => {
                "write out what it stands for: API Gateway knows neither macros nor `#evaluate`"
            }
            TrapKind::JsonInQuotes => "leave out the quotes around it",
            TrapKind::Unescaped => {
                "`$input.json(…)` without quotes, or `$util.escapeJavaScript(…).replaceAll(\"\\\\'\", \"'\")` between them"
            }
            TrapKind::EscapedApostrophe => "add `.replaceAll(\"\\\\'\", \"'\")`",
            TrapKind::Unquoted => {
                "`$input.json(…)`, which prints `\"\"` for a missing value, or quotes around it"
            }
            TrapKind::TrailingComma => "`#if($foreach.hasNext),#end`",
        }
    }

    fn what(self) -> &'static str {
        match self {
            TrapKind::AlwaysTrue => {
                "always holds: everything but `false` does, also what is missing or empty"
            }
            TrapKind::TrueUnlessFalse => "holds for all but `false`: also where it is missing, null or empty",
            TrapKind::TrueWhenMissing => {
                "holds where the value is missing: the call is then empty, and not `false`"
            }
            TrapKind::AlwaysFalse => "never holds: of literals only `true` does",
            TrapKind::NeverDefined => "is never defined: it prints nothing, and holds as a condition",
            TrapKind::HyphenInName => "is one name, and nothing defines it",
            TrapKind::NoSuchMethod => "is no method of API Gateway's: it prints nothing",
            TrapKind::SetsNothing => "is no target: nothing is set",
            TrapKind::PrintedLiterally => "is no directive of API Gateway's: it prints itself",
            TrapKind::JsonInQuotes => "prints JSON, with quotes of its own, between quotes",
            TrapKind::Unescaped => "may print a quote or a line break: then the output is no JSON",
            TrapKind::EscapedApostrophe => "makes `\\'` of an apostrophe: that is no JSON",
            TrapKind::Unquoted => {
                "prints nothing where there is no value, and text without quotes: that is no JSON"
            }
            TrapKind::TrailingComma => "has a comma behind its last element, too: that is no JSON",
        }
    }
}

impl Trap {
    /// A sentence on it; `source` is the template.
    pub fn message(&self, source: &str) -> String {
        let text = source.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let shown: String = first.chars().take(60).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        format!("`{shown}{more}` {}", self.kind.what())
    }
}

/// The traps of a template, in the order of their places.
///
/// ```
/// use candor_vtl::{Template, traps};
///
/// let source = "#if($input.path('$.errorMessage'))failed#end";
/// let found = traps::find(&Template::parse(source)?);
/// assert_eq!(found[0].kind, traps::TrapKind::AlwaysTrue);
/// assert_eq!(found[0].message(source), "`$input.path('$.errorMessage')` always holds: everything but `false` does, also what is missing or empty");
/// # Ok::<(), candor_vtl::Error>(())
/// ```
pub fn find(template: &Template) -> Vec<Trap> {
    let block = template.block();
    let mut finder = Finder { template: template.text(), origins: Origins::of(block), traps: Vec::new() };
    finder.block(block, false);
    json_output::find(block, &finder.origins, &mut finder.traps);
    let mut traps = finder.traps;
    traps.sort_by_key(|trap| (trap.span.start, trap.span.end, trap.kind));
    traps.dedup();
    traps
}

/// Whether a loop defines the reference: `$foreach`, and the two of old.
fn is_of_loop(reference: &Reference) -> bool {
    matches!(&*reference.variable.name, "foreach" | "velocityCount" | "velocityHasNext")
}

struct Finder<'t> {
    template: &'t str,
    origins: Origins<'t>,
    traps: Vec<Trap>,
}

impl<'t> Finder<'t> {
    fn add(&mut self, kind: TrapKind, span: &Range<u32>) {
        self.traps.push(Trap { kind, span: span.clone() });
    }

    fn block(&mut self, block: &'t Block, in_loop: bool) {
        for node in &block.nodes {
            match node {
                Node::Text(text, span) => self.text(text, span),
                Node::Reference(reference) => self.reference(reference, in_loop),
                Node::Set { target, value, .. } => {
                    if target.formal {
                        self.add(TrapKind::SetsNothing, &target.span);
                    }
                    self.tail(target, in_loop);
                    self.expression(value, in_loop);
                }
                Node::If { branches, otherwise } => {
                    for (condition, body) in branches {
                        self.condition(condition, in_loop);
                        self.block(body, in_loop);
                    }
                    if let Some(body) = otherwise {
                        self.block(body, in_loop);
                    }
                }
                Node::Foreach { items, body, .. } => {
                    self.expression(items, in_loop);
                    self.block(body, true);
                }
                Node::Define { body, .. } => self.block(body, in_loop),
                Node::Break | Node::Stop => {}
            }
        }
    }

    /// Text that was meant as a directive.
    fn text(&mut self, text: &str, span: &Range<u32>) {
        for name in ["#evaluate(", "#return", "#parse(", "#include("] {
            for (at, found) in text.match_indices(name) {
                let (start, end) = (span.start + at as u32, span.start + (at + found.len()) as u32);
                if text.len() == (span.end - span.start) as usize {
                    self.add(TrapKind::PrintedLiterally, &(start..end));
                }
            }
        }
    }

    /// What decides a condition, and all that is below it.
    fn condition(&mut self, condition: &'t Expression, in_loop: bool) {
        match condition {
            Expression::Reference(reference) => {
                let kind = match self.origins.of_reference(reference) {
                    // `$foreach.hasNext` and its kin are booleans.
                    _ if in_loop && is_of_loop(reference) => None,
                    Origin::Text | Origin::ErrorPart | Origin::Json => Some(TrapKind::AlwaysTrue),
                    Origin::Payload => Some(TrapKind::TrueUnlessFalse),
                    Origin::MayFail => Some(TrapKind::TrueWhenMissing),
                    Origin::Undefined => Some(TrapKind::AlwaysTrue),
                    Origin::Other => None,
                };
                if let Some(kind) = kind {
                    self.add(kind, &reference.span);
                }
                self.tail(reference, in_loop);
            }
            Expression::Not(inside) => self.condition(inside, in_loop),
            Expression::Binary(Operator::And | Operator::Or, sides) => {
                // `$x != "" && $x.contains("y")` asks first: what its first part has looked at is no trap behind it.
                self.condition(&sides.0, in_loop);
                let asked = compared(&sides.0, self.template);
                let before = self.traps.len();
                self.condition(&sides.1, in_loop);
                self.traps_asked(before, &sides.1, &asked);
            }
            Expression::Text(_)
            | Expression::Interpolated(_)
            | Expression::Int(_)
            | Expression::Double(_)
            | Expression::Big(_)
            | Expression::List(_)
            | Expression::Map(_)
            | Expression::Range(..) => self.expression(condition, in_loop),
            Expression::Bool(_) | Expression::Null | Expression::Binary(..) => {
                self.expression(condition, in_loop)
            }
        }
    }

    /// Takes back what was found of calls on references that were compared before.
    fn traps_asked(&mut self, from: usize, behind: &Expression, asked: &[String]) {
        let mut calls = Vec::new();
        references(behind, &mut calls);
        let known: Vec<Range<u32>> = calls
            .into_iter()
            .filter(|r| asked.iter().any(|name| is_part(name, r.source(self.template))))
            .map(|r| r.span.clone())
            .collect();
        let mut at = 0;
        self.traps.retain(|trap| {
            at += 1;
            at <= from || trap.kind != TrapKind::TrueWhenMissing || !known.contains(&trap.span)
        });
    }

    fn expression(&mut self, expression: &'t Expression, in_loop: bool) {
        match expression {
            Expression::Reference(reference) => self.reference(reference, in_loop),
            Expression::Interpolated(block) => self.block(block, in_loop),
            Expression::List(items) => items.iter().for_each(|item| self.expression(item, in_loop)),
            Expression::Map(members) => members.iter().for_each(|(key, value)| {
                self.expression(key, in_loop);
                self.expression(value, in_loop);
            }),
            Expression::Range(from, to) => {
                self.expression(from, in_loop);
                self.expression(to, in_loop);
            }
            Expression::Not(inside) => self.expression(inside, in_loop),
            Expression::Binary(_, sides) => {
                self.expression(&sides.0, in_loop);
                self.expression(&sides.1, in_loop);
            }
            Expression::Bool(_)
            | Expression::Int(_)
            | Expression::Double(_)
            | Expression::Big(_)
            | Expression::Text(_)
            | Expression::Null => {}
        }
    }

    fn reference(&mut self, reference: &'t Reference, in_loop: bool) {
        if in_loop && is_of_loop(reference) {
            return self.tail(reference, in_loop);
        }
        if self.origins.of_reference(reference) == Origin::Undefined {
            let kind = match (reference.variable.name.split_once('-'), reference.tail.first()) {
                (Some((name, _)), _) if self.origins.defines(name) => TrapKind::HyphenInName,
                (None, Some(Tail::Call { .. })) if matches!(&*reference.variable.name, "input" | "util") => {
                    TrapKind::NoSuchMethod
                }
                _ => TrapKind::NeverDefined,
            };
            self.add(kind, &reference.span);
        }
        self.tail(reference, in_loop);
    }

    fn tail(&mut self, reference: &'t Reference, in_loop: bool) {
        for step in &reference.tail {
            match step {
                Tail::Property(_) => {}
                Tail::Call { arguments, .. } => arguments.iter().for_each(|a| self.expression(a, in_loop)),
                Tail::Index(index) => self.expression(index, in_loop),
            }
        }
    }
}

/// Whether a reference (`$x.contains("y")`) begins with another (`$x`).
fn is_part(whole: &str, reference: &str) -> bool {
    let plain = |text: &str| text.replace(['{', '}', '!'], "");
    plain(reference)
        .strip_prefix(&plain(whole))
        .is_some_and(|rest| rest.starts_with(['.', '[']) || rest.is_empty())
}

/// The references that a condition compares, as they are written.
fn compared(condition: &Expression, text: &str) -> Vec<String> {
    match condition {
        Expression::Binary(Operator::And, sides) => {
            [compared(&sides.0, text), compared(&sides.1, text)].concat()
        }
        Expression::Binary(Operator::Equal | Operator::NotEqual, sides) => {
            let mut found = Vec::new();
            references(&sides.0, &mut found);
            references(&sides.1, &mut found);
            found.into_iter().map(|r| r.source(text).to_string()).collect()
        }
        _ => Vec::new(),
    }
}

fn references<'e>(expression: &'e Expression, found: &mut Vec<&'e Reference>) {
    match expression {
        Expression::Reference(reference) => found.push(reference),
        Expression::Not(inside) => references(inside, found),
        Expression::Binary(_, sides) => {
            references(&sides.0, found);
            references(&sides.1, found);
        }
        _ => {}
    }
}
