//! Definitions: functions, classes, and what modules bring with them.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::Unread;
use super::interpreter::{Cx, Interpreter};
use super::state::{Dict, Flow, Scope, State};
use super::value::{Body, Class, Function, Role, Value};

impl<'p> Interpreter<'p> {
    /// A function as its `def` makes it, with its decorators.
    pub(super) fn define(
        &mut self,
        s: &'p ast::StmtFunctionDef,
        state: &mut State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Value<'p> {
        let mut defaults = Scope::default();
        for parameter in s.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                defaults.insert(parameter.name().as_str(), self.eval_one(default, state, cx));
            }
        }
        let function = Function {
            name: s.name.as_str(),
            module: cx.module,
            parameters: Some(&s.parameters),
            body: Body::Statements(&s.body),
            place: self.place(cx, &s.name),
            defaults,
            captured: state.locals.clone(),
            is_async: s.is_async,
            role: Role::Plain,
            yields: super::calls::yields(&s.body),
            wrapped: false,
        };
        let mut value = Value::Function(Rc::new(function));
        for decorator in s.decorator_list.iter().rev() {
            let def = self.place(cx, &s.name);
            value = self.decorate(&decorator.expression, value, state, cx, def);
        }
        value
    }

    pub(super) fn define_class(
        &mut self,
        s: &'p ast::StmtClassDef,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> (State<'p>, Value<'p>) {
        let mut bases = Vec::new();
        if let Some(arguments) = &s.arguments {
            for base in &arguments.args {
                bases.push(self.eval_one(base, &mut state, cx));
            }
        }
        let dataclass = s.decorator_list.iter().any(|decorator| {
            let callee = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            let value = self.eval_one(callee, &mut state, cx);
            matches!(value.path(), Some("dataclasses.dataclass" | "pydantic.dataclasses.dataclass"))
        });
        // The body runs in a scope of its own; what it binds are the members.
        let around = state.locals.replace(Rc::new(state.locals.as_deref().cloned().unwrap_or_default()));
        let before = state.locals.clone();
        let ends = self.block(&s.body, state.clone(), cx);
        let mut after =
            ends.into_iter().find(|(_, flow)| matches!(flow, Flow::Next)).map_or(state, |(state, _)| state);
        let mut members = Scope::default();
        if let Some(locals) = after.locals.as_deref() {
            for (name, value) in locals {
                let known = before.as_ref().and_then(|before| before.get(name));
                if known != Some(value) || s.body.iter().any(|stmt| binds(stmt, name)) {
                    members.insert(*name, value.clone());
                }
            }
        }
        after.locals = around;
        let fields = dataclass.then(|| {
            let mut fields: Vec<(&'p str, Option<Value<'p>>)> = Vec::new();
            for stmt in &s.body {
                if let Stmt::AnnAssign(ast::StmtAnnAssign { target, .. }) = stmt
                    && let Expr::Name(name) = &**target
                {
                    fields.push((name.id.as_str(), members.get(name.id.as_str()).cloned()));
                }
            }
            fields
        });
        let class = Class { name: s.name.as_str(), bases, members, fields, definition: s };
        (after, Value::Class(Rc::new(class)))
    }

    pub(super) fn import(
        &mut self,
        alias: &'p ast::Alias,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        let whole = alias.name.as_str();
        let dots = whole.match_indices('.').map(|(i, _)| i);
        for end in dots.chain([whole.len()]) {
            match self.program.module(&whole[..end]) {
                Some(module) => state = self.run_module(module, state),
                None => drop(self.is_broken(&whole[..end], self.place(cx, alias))),
            }
        }
        let (name, bound) = match &alias.asname {
            Some(name) => (whole, name.as_str()),
            None => {
                let first = whole.split('.').next().unwrap_or(whole);
                (first, first)
            }
        };
        let value = self.imported(name, self.place(cx, alias));
        self.bind(bound, value, state, cx)
    }

    /// What stands behind an absolute module name.
    pub(super) fn imported(&mut self, name: &str, at: crate::facts::Place) -> Value<'p> {
        match self.program.module(name) {
            Some(module) => Value::Module(module),
            None => {
                self.is_broken(name, at);
                Value::external(name)
            }
        }
    }

    /// Whether a module of the project by this name could not be read. What is wrong is said where it stands: in the module, or where
    /// it is imported.
    fn is_broken(&mut self, name: &str, imported: crate::facts::Place) -> bool {
        let program = self.program;
        let (at, why) = match program.broken(name) {
            Some(Unread::Syntax { at, message }) => (*at, format!("is no Python 3: {message}")),
            Some(Unread::Unreadable(why)) => (imported, format!("cannot be read: {why}")),
            Some(Unread::NoModule | Unread::NoHandler { .. }) | None => return false,
        };
        self.unknown_at(at, format!("the module {name}, which {why}"));
        true
    }

    pub(super) fn import_from(
        &mut self,
        s: &'p ast::StmtImportFrom,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        let here = &self.program.modules[cx.module];
        let Some(module) = here.absolute(s.level, s.module.as_ref().map(|name| name.as_str())) else {
            return state;
        };
        let place = self.place(cx, s);
        for alias in &s.names {
            let name = alias.name.as_str();
            if name == "*" {
                match self.program.module(&module) {
                    Some(index) => {
                        state = self.run_module(index, state);
                        let names: Vec<(&'p str, Value<'p>)> = state
                            .globals
                            .iter()
                            .chain(self.globals.iter())
                            .filter(|((of, name), _)| *of == index && !name.starts_with('_'))
                            .map(|((_, name), value)| (*name, value.clone()))
                            .collect();
                        for (name, value) in names {
                            state = self.bind(name, value, state, cx);
                        }
                        self.starred[cx.module] |= self.starred[index];
                    }
                    None => {
                        self.is_broken(&module, place);
                        self.starred[cx.module] = true;
                    }
                }
                continue;
            }
            let value = match self.program.module(&module) {
                Some(index) => {
                    state = self.run_module(index, state);
                    match self.global(&state, index, name) {
                        Some(value) => value,
                        None => match self.program.module(&format!("{module}.{name}")) {
                            Some(submodule) => Value::Module(submodule),
                            // A circle of imports, or something that the module makes at run time.
                            None => Value::any(),
                        },
                    }
                }
                None if self.is_broken(&module, place) => Value::any(),
                None => self.imported(&format!("{module}.{name}"), place),
            };
            if let Value::Module(index) = value {
                state = self.run_module(index, state);
            }
            let bound = alias.asname.as_ref().map_or(name, |name| name.as_str());
            state = self.bind(bound, value, state, cx);
        }
        state
    }

    /// Runs a module where it is imported first.
    pub(super) fn run_module(&mut self, module: usize, mut state: State<'p>) -> State<'p> {
        if std::mem::replace(&mut self.begun[module], true) {
            return state;
        }
        let around = (state.locals.take(), state.last, state.failure.take());
        let body = &self.program.modules[module].tree.body;
        let tries = std::mem::take(&mut self.tries);
        let ends = self.block(body, state.clone(), Cx { module, function: None });
        self.tries = tries;
        // Of the ways to import a module, one is enough: the first that comes to an end.
        let mut after =
            ends.into_iter().find(|(_, flow)| matches!(flow, Flow::Next)).map_or(state, |(state, _)| state);
        (after.locals, after.last, after.failure) = around;
        after
    }
}

/// Puts the entries of one dictionary into another; one that is not known leaves it open.
pub(super) fn merge<'p>(dict: &mut Dict<'p>, added: Option<Dict<'p>>) {
    match added {
        Some(added) => {
            dict.open |= added.open;
            for (key, value, at) in added.entries {
                dict.set(key, value, at);
            }
        }
        None => dict.open = true,
    }
}

/// Whether a statement of a class binds this name.
pub(super) fn binds(stmt: &Stmt, name: &str) -> bool {
    match stmt {
        Stmt::FunctionDef(s) => s.name.as_str() == name,
        Stmt::ClassDef(s) => s.name.as_str() == name,
        Stmt::Assign(s) => s.targets.iter().any(|t| matches!(t, Expr::Name(n) if n.id.as_str() == name)),
        Stmt::AnnAssign(s) => matches!(&*s.target, Expr::Name(n) if n.id.as_str() == name),
        _ => false,
    }
}
