//! Helpers that only compute, passed over where there is little left to spend: what a handler answers hangs on what it does outside, and
//! a score, a diff, a tree of syntax can cost it the rest of its paths.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use smallvec::smallvec;

use super::calls::member;
use super::interpreter::{Forks, Interpreter};
use super::library;
use super::state::{State, taints};
use super::value::{Arguments, Body, Function, Method, Unknown, Value};
use crate::facts::Place;

/// How many statements a function without a loop may have to be followed all the same.
const FEW_STATEMENTS: usize = 12;
/// How deep functions that it calls are looked at.
const MAX_DEPTH: usize = 4;

/// Methods that text, numbers, lists, dictionaries, dates and matches have; of the project's own objects nobody knows.
const OF_VALUES: &[&str] = &[
    "append",
    "capitalize",
    "casefold",
    "copy",
    "count",
    "date",
    "decode",
    "encode",
    "end",
    "endswith",
    "extend",
    "find",
    "finditer",
    "findall",
    "format",
    "fullmatch",
    "get",
    "group",
    "groups",
    "index",
    "insert",
    "intersection",
    "isalnum",
    "isalpha",
    "isdigit",
    "isoformat",
    "items",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "match",
    "most_common",
    "partition",
    "replace",
    "rfind",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "search",
    "setdefault",
    "sort",
    "span",
    "split",
    "splitlines",
    "start",
    "startswith",
    "strftime",
    "strip",
    "sub",
    "timestamp",
    "title",
    "total_seconds",
    "union",
    "update",
    "upper",
    "values",
    "zfill",
    "add",
];

impl<'p> Interpreter<'p> {
    /// The value of a call that is passed over; `None` where the function is to be followed.
    pub(super) fn passed_over(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: &Arguments<'p>,
        method: Option<&Rc<Method<'p>>>,
        place: Place,
        state: &State<'p>,
    ) -> Option<Forks<'p>> {
        if !self.is_sparing() || !self.is_costly(function, method, state) {
            return None;
        }
        let mut state = state.clone();
        self.may_fail(
            &state,
            &["ValueError", "TypeError", "KeyError", "IndexError", "AttributeError"],
            place,
        );
        self.hand_over(&mut state, arguments);
        let taint = taints(arguments.all());
        Some(smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))])
    }

    fn is_costly(
        &mut self,
        function: &Rc<Function<'p>>,
        method: Option<&Rc<Method<'p>>>,
        state: &State<'p>,
    ) -> bool {
        let Body::Statements(body) = function.body else { return false };
        let seen = Seen::of(body);
        (seen.loops || seen.statements > FEW_STATEMENTS) && self.is_pure(function, method, state)
    }

    /// Whether a function of the project does nothing but compute.
    pub(super) fn is_pure(
        &mut self,
        function: &Rc<Function<'p>>,
        method: Option<&Rc<Method<'p>>>,
        state: &State<'p>,
    ) -> bool {
        let Body::Statements(body) = function.body else { return false };
        let identity = function.body.identity();
        if let Some(known) = self.pure.get(&identity) {
            return *known;
        }
        let pure = self.only_computes(&Seen::of(body), function, method, state, 0);
        self.pure.insert(identity, pure);
        pure
    }

    /// Whether a function does nothing but compute, those that it calls included.
    fn only_computes(
        &self,
        seen: &Seen<'p>,
        function: &Rc<Function<'p>>,
        method: Option<&Rc<Method<'p>>>,
        state: &State<'p>,
        depth: usize,
    ) -> bool {
        if seen.does_more || depth > MAX_DEPTH {
            return false;
        }
        let own = |called: &Value<'p>| match called {
            Value::Function(called) if !called.is_async && !called.yields => match called.body {
                _ if called.body.identity() == function.body.identity() => true,
                Body::Statements(body) => {
                    self.only_computes(&Seen::of(body), called, method, state, depth + 1)
                }
                Body::Expression(_) => false,
            },
            Value::External(external) => library::computes(&external.path),
            _ => false,
        };
        let named = |name: &&'p str| match self.global(state, function.module, name) {
            Some(called) => own(&called),
            None => {
                library::is_builtin(name)
                    && !["open", "exec", "eval", "input", "setattr", "exit", "quit", "__import__"]
                        .contains(name)
            }
        };
        let of_something = |(object, name): &(Option<&'p str>, &'p str)| {
            let global = object.and_then(|object| self.global(state, function.module, object));
            match (global, method) {
                (Some(Value::External(external)), _) => {
                    library::computes(&format!("{}.{name}", external.path))
                }
                (Some(Value::Module(module)), _) => {
                    self.global(state, module, name).is_some_and(|called| own(&called))
                }
                (_, Some(method)) if matches!(*object, Some("self" | "cls")) => {
                    member(&method.owner, name).is_some_and(|(called, _)| own(&called))
                }
                (None, _) => OF_VALUES.contains(name),
                _ => false,
            }
        };
        seen.names.iter().all(named) && seen.attributes.iter().all(of_something)
    }
}

/// What stands in the body of a function.
#[derive(Default)]
struct Seen<'p> {
    statements: usize,
    loops: bool,
    /// Whether it raises, keeps something, defines something, answers, waits.
    does_more: bool,
    /// Names that are called.
    names: Vec<&'p str>,
    /// Attributes that are called, with the name of what they are of.
    attributes: Vec<(Option<&'p str>, &'p str)>,
}

impl<'p> Seen<'p> {
    fn of(body: &'p [Stmt]) -> Seen<'p> {
        let mut seen = Seen::default();
        seen.visit_body(body);
        seen
    }
}

impl<'p> Visitor<'p> for Seen<'p> {
    fn visit_stmt(&mut self, stmt: &'p Stmt) {
        self.statements += 1;
        match stmt {
            Stmt::For(_) | Stmt::While(_) => self.loops = true,
            Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::Raise(_)
            | Stmt::With(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Delete(_)
            | Stmt::Assert(_) => self.does_more = true,
            Stmt::Assign(s) => self.does_more |= s.targets.iter().any(Expr::is_attribute_expr),
            Stmt::AugAssign(s) => self.does_more |= s.target.is_attribute_expr(),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'p Expr) {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => self.names.push(name.id.as_str()),
                Expr::Attribute(attribute) => {
                    let of = attribute.value.as_name_expr().map(|name| name.id.as_str());
                    self.attributes.push((of, attribute.attr.as_str()));
                }
                _ => self.does_more = true,
            },
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.loops = true
            }
            Expr::Lambda(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => self.does_more = true,
            // It makes the answer, and that is what is looked for.
            Expr::StringLiteral(text) => self.does_more |= text.value.to_str() == "statusCode",
            _ => {}
        }
        walk_expr(self, expr);
    }
}
