//! Statements: what each does to a path, and how it ends.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged as _;
use smallvec::smallvec;

use super::dispatch::MAX_ENTRIES;
use super::interpreter::{Cx, Ends, Escape, Interpreter, Many};
use super::state::{Dict, Flow, List, Object, State};
use super::value::{Exception, ExceptionClass, Role, Sort, Taint, Unknown, Value};
use crate::facts::{Begun, Failed, Logged, Loose, Routes};

/// How often a loop over something unknown is run: not at all, once, and once more on what the first run left.
const UNKNOWN_ROUNDS: usize = 2;
/// How many rounds of a loop over known items are run one by one; of more items the first, and the last.
const KNOWN_ROUNDS: usize = 4;

/// Of the items of a loop that are all known, as many as are run. The last is among them: it may be the one that gives up.
fn few(mut items: Vec<Value<'_>>, open: bool, most: usize) -> Vec<Value<'_>> {
    if !open && items.len() > most {
        items.drain(most - 1..items.len() - 1);
    }
    items
}

impl<'p> Interpreter<'p> {
    /// Runs statements one after another.
    pub(super) fn block(&mut self, body: &'p [Stmt], state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        let mut live: Many<State<'p>> = smallvec![state];
        let mut ends = Many::new();
        for stmt in body {
            let mut next: Many<State<'p>> = Many::new();
            for state in std::mem::take(&mut live) {
                for (state, flow) in self.statement(stmt, state, cx) {
                    match flow {
                        Flow::Next => next.push(state),
                        flow => ends.push((state, flow)),
                    }
                }
            }
            live = if next.len() < 2 { next } else { self.settle(next.into_vec()).into() };
            if live.is_empty() {
                break;
            }
        }
        ends.extend(live.into_iter().map(|state| (state, Flow::Next)));
        if ends.len() > 8 { self.settle_ends(ends) } else { ends }
    }

    fn statement(&mut self, stmt: &'p Stmt, mut state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        let place = self.place(cx, stmt);
        if !self.step(place) {
            return Many::new();
        }
        if !self.deeper() {
            self.nesting -= 1;
            self.unknown_at(place, "code this deep");
            return smallvec![(state, Flow::Next)];
        }
        // Compound statements: their last simple statement is where a path ends.
        state.last = match stmt {
            Stmt::If(s) => self.head(cx, s.range, &s.test),
            Stmt::For(s) => self.head(cx, s.range, &s.iter),
            Stmt::While(s) => self.head(cx, s.range, &s.test),
            Stmt::Match(s) => self.head(cx, s.range, &s.subject),
            Stmt::With(_) | Stmt::Try(_) => state.last,
            _ => place,
        };
        let mark = self.escaped.len();
        let mut ends = self.statement_inner(stmt, state, cx);
        self.nesting -= 1;
        for (state, escape) in self.escaped.split_off(mark.min(self.escaped.len())) {
            let flow = match escape {
                Escape::Raise(exception) => Flow::Raise(exception),
                Escape::Exit => Flow::Exit,
            };
            ends.push((state, flow));
        }
        ends
    }

    /// From the keyword of a compound statement to the end of what it tests.
    fn head(&self, cx: Cx<'_, 'p>, range: ruff_text_size::TextRange, test: &Expr) -> crate::facts::Place {
        self.place(cx, &ruff_text_size::TextRange::new(range.start(), test.range().end()))
    }

    fn statement_inner(&mut self, stmt: &'p Stmt, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        match stmt {
            Stmt::Expr(s) => self.expression_statement(&s.value, state, cx),
            Stmt::Return(s) => {
                let place = self.place(cx, stmt);
                let of_call = matches!(s.value.as_deref(), Some(Expr::Call(_) | Expr::Await(_)));
                let give = |this: &mut Self, mut state: State<'p>, value| {
                    this.note_return(&mut state, place, &value, of_call);
                    smallvec![(state, Flow::Return(value, place))]
                };
                match &s.value {
                    Some(value) => self.eval_then(value, state, cx, give),
                    None => give(self, state, Value::None),
                }
            }
            Stmt::Assign(s) => {
                let before = state.failure.clone();
                self.eval_then(&s.value, state, cx, |this, mut state, value| {
                    if !s.targets.iter().all(|target| this.takes(target, &state, cx)) {
                        return Many::new();
                    }
                    this.holds_default(&s.targets, before.as_ref(), &mut state);
                    let bind = |state, target| this.assign(target, value.clone(), state, cx);
                    smallvec![(s.targets.iter().fold(state, bind), Flow::Next)]
                })
            }
            Stmt::AnnAssign(s) => match &s.value {
                Some(value) => {
                    let before = state.failure.clone();
                    self.eval_then(value, state, cx, |this, mut state, value| {
                        this.holds_default([&*s.target], before.as_ref(), &mut state);
                        smallvec![(this.assign(&s.target, value, state, cx), Flow::Next)]
                    })
                }
                None => smallvec![(state, Flow::Next)],
            },
            Stmt::AugAssign(s) => {
                let values = self.eval(&s.target, state, cx);
                let mut ends = Many::new();
                for (state, left) in values {
                    for (mut state, right) in self.eval(&s.value, state, cx) {
                        let at = self.place(cx, stmt);
                        let value = self.augment(&mut state, &left, s.op, &right, at);
                        ends.push((self.assign(&s.target, value, state, cx), Flow::Next));
                    }
                }
                ends
            }
            Stmt::If(s) => self.if_statement(s, state, cx),
            Stmt::For(s) => self.for_statement(s, state, cx),
            Stmt::While(s) => self.while_statement(s, state, cx),
            Stmt::Try(s) => self.try_statement(s, state, cx),
            Stmt::With(s) => self.with_statement(&s.items, &s.body, state, cx),
            Stmt::Match(s) => self.match_statement(s, state, cx),
            Stmt::Raise(s) => self.raise_statement(s, state, cx),
            Stmt::Assert(s) => {
                let place = self.place(cx, stmt);
                let mut ends = Many::new();
                for (state, holds) in self.condition(&s.test, state, cx) {
                    if holds {
                        ends.push((state, Flow::Next));
                    } else {
                        let class = ExceptionClass::Named("builtins.AssertionError".to_string());
                        let exception = Exception {
                            class,
                            message: Value::any(),
                            instance: None,
                            place,
                            what: Failed::Raise,
                            logged: Logged::Nowhere,
                        };
                        ends.push((state, Flow::Raise(Rc::new(exception))));
                    }
                }
                ends
            }
            Stmt::FunctionDef(s) => {
                let mut state = state;
                let value = self.define(s, &mut state, cx);
                smallvec![(self.bind(s.name.as_str(), value, state, cx), Flow::Next)]
            }
            Stmt::ClassDef(s) => {
                let (state, value) = self.define_class(s, state, cx);
                smallvec![(self.bind(s.name.as_str(), value, state, cx), Flow::Next)]
            }
            Stmt::Import(s) => {
                let state = s.names.iter().fold(state, |state, alias| self.import(alias, state, cx));
                smallvec![(state, Flow::Next)]
            }
            Stmt::ImportFrom(s) => smallvec![(self.import_from(s, state, cx), Flow::Next)],
            Stmt::Delete(s) => {
                let state = s.targets.iter().fold(state, |state, target| self.delete(target, state, cx));
                smallvec![(state, Flow::Next)]
            }
            Stmt::Global(s) => {
                let mut state = state;
                if let Some(locals) = &mut state.locals {
                    let locals = Rc::make_mut(locals);
                    for name in &s.names {
                        // Marks the name as the module's: reads and writes go there.
                        locals.insert(name.as_str(), Value::Module(usize::MAX));
                    }
                }
                smallvec![(state, Flow::Next)]
            }
            Stmt::Break(_) => smallvec![(state, Flow::Break)],
            Stmt::Continue(_) => smallvec![(state, Flow::Continue)],
            Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::TypeAlias(_) | Stmt::IpyEscapeCommand(_) => {
                smallvec![(state, Flow::Next)]
            }
        }
    }

    fn expression_statement(&mut self, expr: &'p Expr, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        if matches!(expr, Expr::Yield(_)) && cx.function.is_some_and(|f| f.role == Role::ContextManager) {
            return self.run_with_body(state);
        }
        let place = self.place(cx, expr);
        let before = state.failure.clone();
        self.eval_then(expr, state, cx, |this, mut state, value| {
            this.takes_nothing(before.as_ref(), &mut state);
            let is_something = matches!(
                value,
                Value::Dict(_) | Value::List(_) | Value::Tuple(_) | Value::Text(_) | Value::Exception(_)
            );
            if is_something && !matches!(expr, Expr::StringLiteral(_)) {
                state.dropped = Some(place);
            }
            // Called and not awaited: it never runs.
            if let Value::Coroutine(call) = &value
                && !this.is_task(call)
            {
                match this.loose.iter_mut().find(|loose| loose.at == place) {
                    Some(known) => known.routes.0 |= state.routes,
                    None => this.loose.push(Loose {
                        at: place,
                        how: Begun::NotAwaited,
                        routes: Routes(state.routes),
                        answered: None,
                    }),
                }
            }
            smallvec![(state, Flow::Next)]
        })
    }

    fn if_statement(&mut self, s: &'p ast::StmtIf, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        let mut ends = Many::new();
        let mut open = Vec::new();
        let before = state.refused.clone();
        let mut run = |this: &mut Self, body: &'p [Stmt], state: State<'p>| {
            for (mut state, flow) in this.block(body, state, cx) {
                this.gives_default(before.as_ref(), &flow, body, &mut state);
                ends.push((state, flow));
            }
        };
        for (state, holds) in self.branch(&s.test, state, cx) {
            if holds {
                run(self, &s.body, state);
            } else {
                open.push(state);
            }
        }
        for clause in &s.elif_else_clauses {
            let mut rest = Vec::new();
            for state in std::mem::take(&mut open) {
                match &clause.test {
                    None => run(self, &clause.body, state),
                    Some(test) => {
                        for (state, holds) in self.branch(test, state, cx) {
                            if holds {
                                run(self, &clause.body, state);
                            } else {
                                rest.push(state);
                            }
                        }
                    }
                }
            }
            open = rest;
        }
        ends.extend(open.into_iter().map(|state| (state, Flow::Next)));
        ends
    }

    fn for_statement(&mut self, s: &'p ast::StmtFor, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        let mut ends = Many::new();
        for (mut state, iterable) in self.eval(&s.iter, state, cx) {
            self.goes_through(&iterable);
            self.uses(&iterable, &mut state);
            let (items, open) = self.items(&state, &iterable);
            let known = !open;
            // A table of routes in which none is left out.
            let most = if self.are_called(&state, &items) { MAX_ENTRIES } else { KNOWN_ROUNDS };
            let items = few(items, open, most);
            let least = if self.is_sparing() { 1 } else { UNKNOWN_ROUNDS };
            let rounds = if known { items.len() } else { items.len().clamp(least, most) };
            let at_least = if known { rounds } else { usize::from(!items.is_empty()) };
            let place = self.place(cx, &*s.iter);
            if !matches!(iterable, Value::List(_) | Value::Tuple(_) | Value::Dict(_)) {
                self.may_fail(&state, &["TypeError"], place);
            }
            let taint = iterable.taint();
            let mut heads = vec![state];
            for round in 0..rounds {
                if round >= at_least {
                    for state in &heads {
                        ends.extend(self.block(&s.orelse, state.clone(), cx));
                    }
                }
                let item = items.get(round).cloned();
                let mut next = Vec::new();
                for state in heads {
                    let item = item.clone().unwrap_or(Value::Unknown(Unknown { taint, ..Unknown::ANY }));
                    let before = state.failure.clone();
                    let state = self.assign(&s.target, item, state, cx);
                    for (mut state, flow) in self.block(&s.body, state, cx) {
                        match flow {
                            Flow::Next | Flow::Continue => {
                                self.ends_round(before.as_ref(), &mut state);
                                next.push(state);
                            }
                            Flow::Break => ends.push((state, Flow::Next)),
                            flow => ends.push((state, flow)),
                        }
                    }
                }
                heads = self.settle(next);
            }
            for state in heads {
                ends.extend(self.block(&s.orelse, state, cx));
            }
        }
        self.settle_ends(ends)
    }

    fn while_statement(&mut self, s: &'p ast::StmtWhile, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        self.lasts = true;
        let mut ends = Many::new();
        let mut heads = vec![state];
        // One round more than the body runs: the last asks whether it is over.
        for round in 0..=KNOWN_ROUNDS {
            let mut next = Vec::new();
            for state in heads {
                for (state, holds) in self.condition(&s.test, state, cx) {
                    if !holds {
                        ends.extend(self.block(&s.orelse, state, cx));
                        continue;
                    }
                    if round == KNOWN_ROUNDS {
                        continue;
                    }
                    let before = state.failure.clone();
                    for (mut state, flow) in self.block(&s.body, state, cx) {
                        match flow {
                            Flow::Next | Flow::Continue => {
                                self.ends_round(before.as_ref(), &mut state);
                                next.push(state);
                            }
                            Flow::Break => ends.push((state, Flow::Next)),
                            flow => ends.push((state, flow)),
                        }
                    }
                }
            }
            heads = self.settle(next);
            if heads.is_empty() {
                break;
            }
        }
        // What goes round for longer leaves the loop as the last round left it.
        for mut state in heads {
            if let Some(locals) = &mut state.locals {
                let locals = Rc::make_mut(locals);
                for value in locals.values_mut() {
                    if matches!(value, Value::Int(_) | Value::Float(_)) {
                        *value = Value::unknown(Sort::Number, Taint::default());
                    }
                }
            }
            if !matches!(&*s.test, Expr::BooleanLiteral(ast::ExprBooleanLiteral { value: true, .. })) {
                ends.extend(self.block(&s.orelse, state, cx));
            }
        }
        self.settle_ends(ends)
    }

    fn raise_statement(&mut self, s: &'p ast::StmtRaise, state: State<'p>, cx: Cx<'_, 'p>) -> Ends<'p> {
        let place = self.place(cx, s);
        let Some(expr) = &s.exc else {
            // The exception that is being handled goes on its way.
            return match state.handling.clone() {
                Some(exception) => smallvec![(state, Flow::Raise(exception))],
                None => {
                    let class = ExceptionClass::Any;
                    let message = Value::any();
                    let exception = Exception {
                        class,
                        message,
                        instance: None,
                        place,
                        what: Failed::Raise,
                        logged: Logged::Nowhere,
                    };
                    smallvec![(state, Flow::Raise(Rc::new(exception)))]
                }
            };
        };
        let mut ends = Many::new();
        for (state, value) in self.eval(expr, state, cx) {
            // `raise ValueError` is `raise ValueError()`.
            let values = match &value {
                Value::Class(_) | Value::External(_) => self.call(value, Default::default(), place, state),
                _ => smallvec![(state, value)],
            };
            for (state, value) in values {
                // An exception raised while another is handled carries on what that one was about.
                let carries = state.failure.as_ref().is_some_and(|failure| failure.certain);
                let what = match &state.handling {
                    Some(handled) if carries && handled.what != Failed::Value => {
                        let from = handled.place;
                        self.stands_for(from, place);
                        handled.what
                    }
                    _ => Failed::Raise,
                };
                let exception = match value {
                    Value::Exception(exception)
                        if exception.place == place || exception.what == Failed::Raise =>
                    {
                        Exception { place, what, ..(*exception).clone() }
                    }
                    Value::Exception(exception) => (*exception).clone(),
                    value => Exception {
                        class: match value.path() {
                            Some("builtins.SystemExit()") => {
                                ends.push((state, Flow::Exit));
                                continue;
                            }
                            Some(path) => ExceptionClass::Named(path.trim_end_matches("()").to_string()),
                            None => ExceptionClass::Any,
                        },
                        message: Value::unknown(Sort::Text, value.taint()),
                        instance: None,
                        place,
                        what,
                        logged: Logged::Nowhere,
                    },
                };
                ends.push((state, Flow::Raise(Rc::new(exception))));
            }
        }
        ends
    }

    /// Binds a name where the code's names live: in the function, or in the module.
    pub(super) fn bind(
        &mut self,
        name: &'p str,
        value: Value<'p>,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        match &mut state.locals {
            Some(locals) if !matches!(locals.get(name), Some(Value::Module(usize::MAX))) => {
                Rc::make_mut(locals).insert(name, value);
            }
            _ => self.set_global(&mut state, cx.module, name, value),
        }
        state
    }

    /// Assigns to a target: a name, an item, an attribute, several of them.
    pub(super) fn assign(
        &mut self,
        target: &'p Expr,
        value: Value<'p>,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value, state, cx),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                self.unpack(elts, value, state, cx)
            }
            Expr::Starred(starred) => self.assign(&starred.value, value, state, cx),
            Expr::Subscript(subscript) => {
                let at = self.place(cx, &subscript.range);
                // Where the target does not evaluate, that has been noted: what is assigned goes nowhere.
                let mut last = state.clone();
                for (state, object) in self.eval(&subscript.value, state, cx) {
                    for (mut state, key) in self.eval(&subscript.slice, state, cx) {
                        self.has_item(&subscript.value, &mut state);
                        self.set_item(&mut state, &object, &key, value.clone(), at);
                        last = state;
                    }
                }
                last
            }
            Expr::Attribute(attribute) => {
                let mut last = state.clone();
                for (mut state, object) in self.eval(&attribute.value, state, cx) {
                    match &object {
                        Value::Instance(id) => {
                            self.tells_into(*id, &value, &mut state);
                            if let Some(Object::Instance(instance)) = self.object_mut(&mut state, *id) {
                                instance.attributes.insert(attribute.attr.as_str(), value.clone());
                            }
                        }
                        // A client that is told what to do with each response.
                        Value::External(external) => {
                            self.strict_clients.push(external.path.clone());
                            self.settles(&value, &state);
                            // Objects are not told apart by their paths; modules are.
                            if !external.path.ends_with(')') && !external.path.contains("().") {
                                let next = self.program.modules.len() + self.assigned_modules.len();
                                let module =
                                    *self.assigned_modules.entry(external.path.clone()).or_insert(next);
                                self.set_global(&mut state, module, attribute.attr.as_str(), value.clone());
                            }
                        }
                        // What somebody puts in the place of a module's function is not followed.
                        Value::Module(module) => {
                            self.settles(&value, &state);
                            self.set_global(&mut state, *module, attribute.attr.as_str(), Value::any());
                        }
                        _ => self.settles(&value, &state),
                    }
                    last = state;
                }
                last
            }
            _ => state,
        }
    }

    fn unpack(
        &mut self,
        targets: &'p [Expr],
        value: Value<'p>,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        let (items, open) = self.items(&state, &value);
        let starred = targets.iter().any(|target| matches!(target, Expr::Starred(_)));
        let exact = !open && !starred && items.len() == targets.len();
        let taint = value.taint();
        for (i, target) in targets.iter().enumerate() {
            let item = match items.get(i) {
                Some(item) if exact => item.clone(),
                _ => Value::Unknown(Unknown { taint, ..Unknown::ANY }),
            };
            state = self.assign(target, item, state, cx);
        }
        state
    }

    /// `object[key] = value`
    pub(super) fn set_item(
        &mut self,
        state: &mut State<'p>,
        object: &Value<'p>,
        key: &Value<'p>,
        value: Value<'p>,
        at: crate::facts::Place,
    ) {
        // What is written into the event need not have been there.
        self.asks_for(key, object, at);
        self.changes(object);
        let (Value::Dict(id) | Value::List(id)) = object else {
            if let Value::External(external) = object {
                // `session.hooks["response"] = …`
                let client = external.path.strip_suffix(".hooks").unwrap_or(&external.path);
                self.strict_clients.push(client.to_string());
            }
            return self.settles(&value, state);
        };
        self.tells_into(*id, &value, state);
        if matches!(object, Value::List(_)) || key.as_text().is_none() {
            // Which place it takes is not followed.
            self.settles(&value, state);
        }
        match self.object_mut(state, *id) {
            Some(Object::Dict(dict)) => match key.as_key() {
                Some(key) => dict.set(key, value, at),
                None => dict.open = true,
            },
            Some(Object::List(list)) => list.open = true,
            Some(Object::Instance(_)) | None => {}
        }
    }

    fn delete(&mut self, target: &'p Expr, state: State<'p>, cx: Cx<'_, 'p>) -> State<'p> {
        let Expr::Subscript(subscript) = target else { return state };
        let mut last = None;
        let fallback = state.clone();
        for (state, object) in self.eval(&subscript.value, state, cx) {
            for (mut state, key) in self.eval(&subscript.slice, state, cx) {
                self.has_item(&subscript.value, &mut state);
                if let Value::Dict(id) = object
                    && let Some(Object::Dict(dict)) = self.object_mut(&mut state, id)
                {
                    match key.as_text() {
                        Some(key) => dict.entries.retain(|(k, ..)| k != key),
                        None => dict.open = true,
                    }
                }
                last = Some(state);
            }
        }
        last.unwrap_or(fallback)
    }

    /// `left op= right`: lists and dictionaries change in place.
    fn augment(
        &mut self,
        state: &mut State<'p>,
        left: &Value<'p>,
        op: ast::Operator,
        right: &Value<'p>,
        at: crate::facts::Place,
    ) -> Value<'p> {
        let (more, open) = self.items(state, right);
        if let Value::List(id) | Value::Dict(id) = left {
            self.tells_into(*id, right, state);
        }
        if let Value::List(id) = left
            && let Some(Object::List(List { items, open: was_open, .. })) = self.object_mut(state, *id)
        {
            items.extend(more);
            *was_open |= open;
            return left.clone();
        }
        if let (Value::Dict(id), ast::Operator::BitOr) = (left, op) {
            let added = self.dict_of(state, right);
            if let Some(Object::Dict(dict)) = self.object_mut(state, *id) {
                super::definitions::merge(dict, added);
            }
            return left.clone();
        }
        self.binary(state, left, op, right, at)
    }

    /// The entries of a dictionary, or that they are not known.
    pub(super) fn dict_of(&self, state: &State<'p>, value: &Value<'p>) -> Option<Dict<'p>> {
        let Value::Dict(id) = value else { return None };
        match self.object(state, *id) {
            Some(Object::Dict(dict)) => Some(dict.clone()),
            _ => None,
        }
    }
}
