//! What names stand for, and which of them a function binds itself.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Pattern, Stmt};
use rustc_hash::FxHashSet;

use super::exceptions;
use super::interpreter::{Cx, Interpreter};
use super::state::State;
use super::value::{Body, Sort, Taint, Value};

impl<'p> Interpreter<'p> {
    /// What a name stands for: the function's, the module's, a built-in.
    pub(super) fn name(
        &mut self,
        name: &'p str,
        state: &State<'p>,
        cx: Cx<'_, 'p>,
        expr: &Expr,
    ) -> Value<'p> {
        if let Some(value) = local(name, state) {
            return value.clone();
        }
        if let Some(value) =
            cx.function.and_then(|f| f.captured.as_deref()).and_then(|captured| captured.get(name))
        {
            return value.clone();
        }
        if let Some(value) = self.global(state, cx.module, name) {
            return value;
        }
        if super::library::is_builtin(name) || exceptions::is_builtin(name) {
            let external = || Value::external(format!("builtins.{name}"));
            return self.builtins.entry(name).or_insert_with(external).clone();
        }
        match name {
            "__name__" => return Value::text(self.program.modules[cx.module].name.clone()),
            "__file__" | "__doc__" => return Value::unknown(Sort::Text, Taint::default()),
            _ => {}
        }
        // Bound on another path, or by a star import.
        if self.starred[cx.module] {
            let place = self.place(cx, expr);
            self.unknown_at(place, format!("{name}, which a star import may define"));
        }
        Value::any()
    }

    /// Whether an expression is a name to which this path has bound nothing, although the function binds it elsewhere: in the
    /// `try` that failed, in the loop that had no round. Reading it raises `UnboundLocalError`, and the path ends here.
    pub(super) fn is_unbound(&mut self, expr: &'p Expr, state: &State<'p>, cx: Cx<'_, 'p>) -> bool {
        let (Expr::Name(name), Some(function), Some(locals)) = (expr, cx.function, &state.locals) else {
            return false;
        };
        let Body::Statements(body) = function.body else { return false };
        let name = name.id.as_str();
        if locals.contains_key(name) {
            return false;
        }
        let own = self.own_names.entry(function.body.identity()).or_insert_with(|| Rc::new(own_names(body)));
        if !own.contains(name) {
            return false;
        }
        let place = self.place(cx, expr);
        self.may_fail(state, &["UnboundLocalError"], place);
        true
    }

    /// Whether an expression is, or holds, a name that stands for nothing: no function around binds it, the module does not, and no star
    /// import may. Reading it raises `NameError`.
    pub(super) fn is_undefined(&self, expr: &Expr, state: &State<'p>, cx: Cx<'_, 'p>) -> bool {
        match expr {
            Expr::Tuple(tuple) => tuple.elts.iter().any(|expr| self.is_undefined(expr, state, cx)),
            Expr::Name(name) => {
                let name = name.id.as_str();
                let captured = cx.function.and_then(|function| function.captured.as_deref());
                let bound = local(name, state).is_some()
                    || captured.is_some_and(|captured| captured.contains_key(name))
                    || self.global(state, cx.module, name).is_some()
                    || super::library::is_builtin(name)
                    || exceptions::is_builtin(name)
                    || name.starts_with("__")
                    || self.starred[cx.module];
                // A function may bind it for the whole module.
                !bound && !binds_anywhere(&self.program.modules[cx.module].tree.body, name)
            }
            _ => false,
        }
    }

    /// Whether `target` takes an assignment: into a name to which nothing is bound, or None, nothing can be put.
    pub(super) fn takes(&mut self, target: &'p Expr, state: &State<'p>, cx: Cx<'_, 'p>) -> bool {
        let (object, class) = match target {
            Expr::Subscript(subscript) => (&*subscript.value, "builtins.TypeError"),
            Expr::Attribute(attribute) => (&*attribute.value, "builtins.AttributeError"),
            _ => return true,
        };
        let Expr::Name(name) = object else { return true };
        if self.is_unbound(object, state, cx) {
            return false;
        }
        if matches!(self.name(name.id.as_str(), state, cx, object), Value::None) {
            let place = self.place(cx, target);
            self.certain(state.clone(), class, place);
            return false;
        }
        true
    }
}

/// The function's own variable of this name.
pub(super) fn local<'s, 'p>(name: &str, state: &'s State<'p>) -> Option<&'s Value<'p>> {
    match state.locals.as_deref()?.get(name) {
        Some(Value::Module(usize::MAX)) | None => None,
        value => value,
    }
}

/// Names that a function's own statements bind by assigning, and nothing else does: what imports, clauses, patterns, `global` and
/// the functions inside do is not told apart by path well enough to say that a name is not there.
fn own_names(body: &[Stmt]) -> FxHashSet<&str> {
    let OwnNames { mut assigned, otherwise, .. } = names_of(body);
    assigned.retain(|name| !otherwise.contains(name));
    assigned
}

/// Names that statements assign to.
pub(super) fn assigned(body: &[Stmt]) -> FxHashSet<&str> {
    names_of(body).assigned
}

/// Whether statements, or a function or class in them, bind a name.
fn binds_anywhere(body: &[Stmt], name: &str) -> bool {
    struct Binds<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Binds<'_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            let inner = match stmt {
                Stmt::FunctionDef(s) => &s.body[..],
                Stmt::ClassDef(s) => &s.body[..],
                _ => return walk_stmt(self, stmt),
            };
            let own = names_of(inner);
            self.1 |= own.assigned.contains(self.0) || own.otherwise.contains(self.0);
            walk_stmt(self, stmt);
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let own = names_of(body);
    let mut inside = Binds(name, own.assigned.contains(name) || own.otherwise.contains(name));
    inside.visit_body(body);
    inside.1
}

fn names_of(body: &[Stmt]) -> OwnNames<'_> {
    let mut names = OwnNames { assigned: FxHashSet::default(), otherwise: FxHashSet::default(), inside: 0 };
    names.visit_body(body);
    names
}

struct OwnNames<'p> {
    assigned: FxHashSet<&'p str>,
    otherwise: FxHashSet<&'p str>,
    /// How many functions and classes of its own stand around.
    inside: u32,
}

impl<'p> OwnNames<'p> {
    fn target(&mut self, target: &'p Expr) {
        match target {
            Expr::Name(name) => drop(self.assigned.insert(name.id.as_str())),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|elt| self.target(elt));
            }
            Expr::Starred(starred) => self.target(&starred.value),
            _ => {}
        }
    }
}

impl<'p> Visitor<'p> for OwnNames<'p> {
    fn visit_stmt(&mut self, stmt: &'p Stmt) {
        match stmt {
            Stmt::Nonlocal(s) => self.otherwise.extend(s.names.iter().map(|name| name.as_str())),
            Stmt::FunctionDef(s) => {
                self.otherwise.insert(s.name.as_str());
                self.inside += 1;
                walk_stmt(self, stmt);
                self.inside -= 1;
                return;
            }
            Stmt::ClassDef(s) => {
                self.otherwise.insert(s.name.as_str());
                self.inside += 1;
                walk_stmt(self, stmt);
                self.inside -= 1;
                return;
            }
            _ if self.inside > 0 => {}
            Stmt::Assign(s) => s.targets.iter().for_each(|target| self.target(target)),
            Stmt::AnnAssign(s) if s.value.is_some() => self.target(&s.target),
            Stmt::For(s) => self.target(&s.target),
            Stmt::With(s) => {
                s.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(|t| self.target(t));
            }
            Stmt::Global(s) => self.otherwise.extend(s.names.iter().map(|name| name.as_str())),
            Stmt::Import(s) => s.names.iter().for_each(|alias| {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                self.otherwise.insert(bound.split('.').next().unwrap_or(bound));
            }),
            Stmt::ImportFrom(s) => {
                self.otherwise.extend(
                    s.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str()),
                );
            }
            Stmt::Delete(s) => {
                let names = s.targets.iter().filter_map(|target| target.as_name_expr());
                self.otherwise.extend(names.map(|name| name.id.as_str()));
            }
            Stmt::Try(s) => {
                for ast::ExceptHandler::ExceptHandler(handler) in &s.handlers {
                    self.otherwise.extend(handler.name.iter().map(|name| name.as_str()));
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'p Expr) {
        if let Expr::Named(named) = expr
            && let Expr::Name(name) = &*named.target
        {
            self.otherwise.insert(name.id.as_str());
        }
        walk_expr(self, expr);
    }

    fn visit_pattern(&mut self, pattern: &'p Pattern) {
        match pattern {
            Pattern::MatchAs(p) => self.otherwise.extend(p.name.iter().map(|name| name.as_str())),
            Pattern::MatchStar(p) => self.otherwise.extend(p.name.iter().map(|name| name.as_str())),
            Pattern::MatchMapping(p) => self.otherwise.extend(p.rest.iter().map(|name| name.as_str())),
            _ => {}
        }
        walk_pattern(self, pattern);
    }
}
