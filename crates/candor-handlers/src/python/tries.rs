//! `try`, `except`, `finally` and `with`: what is caught, and what that says about the path.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged as _, TextRange};
use smallvec::smallvec;

use super::exceptions::{self, Catch};
use super::interpreter::{Cx, Ends, Interpreter, Many};
use super::state::{Around, Flow, Object, State};
use super::value::{Exception, ExceptionClass, Function, Id, Taint, Value};
use crate::facts::{Caught, Failed, Lighter, Logged, Place};

/// How many exceptions of one `try` body are followed apart; further ones take the same ways.
const MAX_RAISED: usize = 10;

/// The body of a `with` whose context manager is a generator of the project's: it runs at the `yield`.
#[derive(Clone)]
pub(super) struct OpenWith<'p> {
    items: &'p [ast::WithItem],
    body: &'p [Stmt],
    target: Option<&'p Expr>,
    /// The code that has the `with`.
    module: usize,
    function: Option<Rc<Function<'p>>>,
}

impl<'p> Interpreter<'p> {
    pub(super) fn try_statement(
        &mut self,
        s: &'p ast::StmtTry,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Ends<'p> {
        let clauses = !s.handlers.is_empty();
        let finally = !s.finalbody.is_empty();
        let whole = self.place(cx, s);
        let outside = state.outside;
        let before = state.failure.clone();
        self.tries += u32::from(clauses || finally);
        let body = self.block(&s.body, state, cx);
        self.tries -= u32::from(clauses || finally);

        let (mut ends, mut raised): (Ends<'p>, Vec<(State<'p>, Rc<Exception<'p>>)>) =
            (Many::new(), Vec::new());
        for (mut state, flow) in body {
            match flow {
                Flow::Next | Flow::Return(..) | Flow::Break => {
                    // The same work, tried again, went well: the failure of the round before has been made good. One of this round, in
                    // a `try` within this one, has not.
                    let earlier =
                        |failure: &&Rc<Caught>| before.as_ref().is_some_and(|b| Rc::ptr_eq(b, failure));
                    if state.failure.as_ref().filter(earlier).is_some_and(|f| whole.holds(&f.clause)) {
                        state.failure = None;
                        state.fallback = None;
                        state.returned = None;
                    }
                    match flow {
                        Flow::Next => ends.extend(self.block(&s.orelse, state, cx)),
                        flow => ends.push((state, flow)),
                    }
                }
                Flow::Raise(exception) if clauses => {
                    let same = |(known, of): &(State<'p>, Rc<Exception<'p>>)| {
                        of.what == exception.what
                            && of.place == exception.place
                            && of.logged == exception.logged
                            && known.same(&state)
                    };
                    if !raised.iter().any(same) {
                        raised.push((state, exception));
                    }
                }
                flow => ends.push((state, flow)),
            }
        }
        for (state, exception) in fewer(raised) {
            let reached_out = state.outside > outside;
            ends.extend(self.handlers(s, (state, exception, reached_out), cx));
        }
        if !finally {
            return self.settle_ends(ends);
        }
        let mut finished = Many::new();
        for (state, flow) in self.settle_ends(ends) {
            for (mut state, end) in self.block(&s.finalbody, state, cx) {
                // A `return` in `finally` takes the place of whatever was under way, and so do `break` and `continue`.
                let leaves = match &end {
                    Flow::Return(_, at) => Some(*at),
                    Flow::Break | Flow::Continue => Some(state.last),
                    Flow::Next | Flow::Raise(_) | Flow::Exit => None,
                };
                if let (Flow::Raise(exception), Some(at)) = (&flow, leaves) {
                    self.drops(exception, at, &s.body, &mut state);
                }
                finished.push((state, if matches!(end, Flow::Next) { flow.clone() } else { end }));
            }
        }
        finished
    }

    /// A statement leaves a `finally` while an exception is on its way: nobody hears of it any more (Python Language Reference, "The try
    /// statement").
    fn drops(&mut self, exception: &Exception<'p>, at: Place, body: &'p [Stmt], state: &mut State<'p>) {
        state.failure = Some(Rc::new(swallowed(exception, at, true, self.lighter(exception.place))));
        state.fallback = self.fallback_of(exception, [body, &[]], state);
        state.returned = None;
    }

    /// Runs the clauses that catch an exception; with it comes whether the body had called something outside before.
    fn handlers(
        &mut self,
        of: &'p ast::StmtTry,
        (state, exception, reached_out): (State<'p>, Rc<Exception<'p>>, bool),
        cx: Cx<'_, 'p>,
    ) -> Ends<'p> {
        let mut ends = Many::new();
        let mut rest = Some(state);
        for ExceptHandler::ExceptHandler(handler) in &of.handlers {
            let Some(mut state) = rest.take() else { break };
            if let Some(class) = &handler.type_
                && self.is_undefined(class, &state, cx)
            {
                // What the clause would catch is asked only now, and that raises in place of what had failed.
                let undefined = Exception {
                    class: ExceptionClass::Named("builtins.NameError".to_string()),
                    message: Value::some_text("name '", Taint::default()),
                    instance: None,
                    place: self.place(cx, &**class),
                    what: exception.what,
                    logged: Logged::Nowhere,
                };
                ends.push((state, Flow::Raise(Rc::new(undefined))));
                break;
            }
            let clause = handler.type_.as_deref().map(|expr| self.eval_one(expr, &mut state, cx));
            let catch = exceptions::catches(clause.as_ref(), &exception);
            match catch {
                Catch::No => {
                    rest = Some(state);
                    continue;
                }
                Catch::Maybe => rest = Some(state.clone()),
                Catch::Yes => {}
            }
            let (before, handled) = (state.failure.clone(), state.handling.clone());
            let fallback = state.fallback.take();
            self.may_redo(&of.body, &handler.body, cx);
            state.fallback = self.fallback_of(&exception, [&of.body, &handler.body], &state);
            if self.is_taken_lightly(of, handler, cx)
                && let Some(fallback) = &mut state.fallback
            {
                Rc::make_mut(fallback).taken_lightly = true;
            }
            state.failure =
                Some(Rc::new(self.caught(handler, clause.as_ref(), (&exception, reached_out), cx)));
            state.returned = None;
            state.handling = Some(exception.clone());
            state.last = self.place(cx, &head_of(handler));
            if let Some(name) = &handler.name {
                let mut bound = (*exception).clone();
                if catch == Catch::Maybe {
                    match &clause {
                        Some(Value::External(external)) => {
                            bound.class = super::value::ExceptionClass::Named(external.path.clone());
                        }
                        Some(Value::Class(class)) => {
                            bound.class = super::value::ExceptionClass::Project(class.clone());
                        }
                        _ => {}
                    }
                }
                state = self.bind(name.as_str(), Value::Exception(Rc::new(bound)), state, cx);
            }
            let computes = self.computes(&of.body, &handler.body, &state, cx);
            for (mut state, mut flow) in self.block(&handler.body, state, cx) {
                if let (Flow::Raise(again), Some(failure)) = (&mut flow, &state.failure) {
                    hears(again, &exception, failure.logged);
                }
                if computes
                    && self.gives_something(&flow, &state)
                    && let Some(fallback) = &mut state.fallback
                {
                    Rc::make_mut(fallback).stand_in = true;
                }
                state.handling = handled.clone();
                match &flow {
                    // Passed on: nothing was swallowed here.
                    Flow::Raise(_) | Flow::Exit => {
                        state.failure = before.clone();
                        state.fallback = fallback.clone();
                    }
                    Flow::Next => {
                        self.falls_past(&of.body, &mut state);
                        self.stays_false(&of.body, &mut state);
                    }
                    Flow::Return(value @ (Value::Dict(id) | Value::List(id)), _) => {
                        if let Some(fallback) = &mut state.fallback {
                            Rc::make_mut(fallback).gave = Some(*id);
                        }
                        if self.any_inside(value, &state, &super::told::marks) {
                            self.puts_in(*id, &mut state);
                        }
                    }
                    Flow::Return(..) | Flow::Break | Flow::Continue => {}
                }
                ends.push((state, flow));
            }
        }
        ends.extend(rest.map(|state| (state, Flow::Raise(exception))));
        ends
    }

    /// What catching an exception here says.
    fn caught(
        &self,
        handler: &'p ast::ExceptHandlerExceptHandler,
        clause: Option<&Value<'p>>,
        (exception, reached_out): (&Exception<'p>, bool),
        cx: Cx<'_, 'p>,
    ) -> Caught {
        let broad = exceptions::is_broad(clause);
        let certain = match exception.what {
            // A class of the project's own stands for what failed outside.
            Failed::Effect => {
                broad
                    || clause.is_some_and(exceptions::names_outside_failures)
                    || matches!(exception.class, ExceptionClass::Project(_))
            }
            // Whoever catches the project's own exception and does nothing about it lets it disappear. Where nothing outside had been
            // touched, a clause that goes on with something else may well mean it: the exception tells of a value.
            Failed::Raise => broad && reached_out || does_nothing(&handler.body),
            Failed::Unread => broad,
            Failed::Value => false,
        };
        Caught {
            what: exception.what,
            raised: exception.place,
            caught: self.place(cx, &head_of(handler)),
            clause: self.place(cx, handler),
            broad,
            answered: None,
            certain,
            logged: exception.logged,
            token: self.tokens.contains(&exception.place),
            lighter: self.lighter(exception.place),
            beside: false,
        }
    }

    /// An exception that is raised at one place stands for what failed at another: it is of the same kind.
    pub(super) fn stands_for(&mut self, failed: Place, raised: Place) {
        let kinds =
            [&mut self.reading, &mut self.telling, &mut self.keeping, &mut self.probing, &mut self.tokens];
        for calls in kinds {
            if calls.contains(&failed) {
                calls.insert(raised);
            }
        }
        if let Some(aside) = self.asides.get(&failed).copied() {
            self.asides.insert(raised, aside);
        }
    }

    /// Why a failure at this place weighs less than others, as far as the call itself shows it.
    pub(super) fn lighter(&self, raised: Place) -> Option<Lighter> {
        let kinds = [
            (&self.telling, Lighter::Report),
            (&self.keeping, Lighter::Cache),
            (&self.probing, Lighter::Probe),
        ];
        kinds.into_iter().find_map(|(calls, lighter)| calls.contains(&raised).then_some(lighter))
    }

    /// Somebody logs while a failure is being handled.
    pub(super) fn note_log(&self, state: &mut State<'p>, level: Logged) {
        if let Some(failure) = &mut state.failure
            && state.handling.is_some()
            && failure.logged < level
        {
            Rc::make_mut(failure).logged = level;
        }
    }

    /// The paths on which a branch's condition holds, and those on which it does not. A branch that asks about the exception knows
    /// what it is doing: the failure is no accident where the error is the one that was asked for. Where it is any but that one,
    /// nothing is known of it.
    pub(super) fn branch(
        &mut self,
        test: &'p Expr,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Vec<(State<'p>, bool)> {
        // Asked before: behind the condition its names may be known, and say no longer where they come from.
        let asks = state.failure.as_ref().is_some_and(|failure| failure.certain) && {
            let locals = state.locals.as_deref();
            names_in(test)
                .iter()
                .any(|name| locals.and_then(|l| l.get(name)).is_some_and(|value| value.taint().tells))
        };
        let mut paths = self.condition(test, state, cx);
        if asks {
            let wanted = names_one(test);
            for (state, _) in paths.iter_mut().filter(|(_, holds)| *holds == wanted) {
                if let Some(failure) = &mut state.failure {
                    Rc::make_mut(failure).certain = false;
                }
            }
        }
        paths
    }

    pub(super) fn with_statement(
        &mut self,
        items: &'p [ast::WithItem],
        body: &'p [Stmt],
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Ends<'p> {
        let Some((item, rest)) = items.split_first() else { return self.block(body, state, cx) };
        let mut ends = Many::new();
        let place = self.place(cx, item);
        for (state, manager) in self.eval(&item.context_expr, state, cx) {
            let target = item.optional_vars.as_deref();
            match manager {
                Value::Suppress(kinds) => {
                    self.tries += 1;
                    let inner = self.with_statement(rest, body, state, cx);
                    self.tries -= 1;
                    ends.extend(self.suppressed(inner, &kinds, place, body));
                }
                Value::ContextManager(call) => {
                    let function = cx.function.cloned();
                    let open = OpenWith { items: rest, body, target, module: cx.module, function };
                    ends.extend(self.with_generator(&call, open, state));
                }
                Value::Instance(id) if self.has_method(&state, id, "__exit__") => {
                    ends.extend(self.with_instance(id, target, rest, body, place, state, cx));
                }
                manager => {
                    let state = match target {
                        Some(target) => self.assign(target, manager, state, cx),
                        None => state,
                    };
                    ends.extend(self.with_statement(rest, body, state, cx));
                }
            }
        }
        self.settle_ends(ends)
    }

    fn suppressed(
        &mut self,
        inner: Ends<'p>,
        kinds: &[Value<'p>],
        place: Place,
        body: &'p [Stmt],
    ) -> Ends<'p> {
        let clause = Value::Tuple(Rc::new(kinds.to_vec()));
        let mut ends = Many::new();
        for (mut state, flow) in inner {
            let Flow::Raise(exception) = &flow else {
                ends.push((state, flow));
                continue;
            };
            let catch = exceptions::catches(Some(&clause), exception);
            if catch != Catch::Yes {
                ends.push((state.clone(), flow.clone()));
            }
            if catch != Catch::No {
                let lighter = self.lighter(exception.place);
                state.failure =
                    Some(Rc::new(swallowed(exception, place, exceptions::is_broad(Some(&clause)), lighter)));
                state.fallback = self.fallback_of(exception, [body, &[]], &state);
                state.returned = None;
                ends.push((state, Flow::Next));
            }
        }
        ends
    }

    fn has_method(&self, state: &State<'p>, id: Id, name: &str) -> bool {
        match self.object(state, id) {
            Some(Object::Instance(instance)) => super::calls::member(&instance.class, name).is_some(),
            _ => false,
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a with statement")]
    fn with_instance(
        &mut self,
        id: Id,
        target: Option<&'p Expr>,
        rest: &'p [ast::WithItem],
        body: &'p [Stmt],
        place: Place,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Ends<'p> {
        let mut ends = Many::new();
        for (mut state, entered) in
            self.call_method(&Value::Instance(id), "__enter__", Vec::new(), place, state)
        {
            if let Some(target) = target {
                state = self.assign(target, entered, state, cx);
            }
            self.tries += 1;
            let inner = self.with_statement(rest, body, state, cx);
            self.tries -= 1;
            for (state, flow) in inner {
                let nothing = vec![Value::None; 3];
                let Flow::Raise(exception) = &flow else {
                    let exits = self.call_method(&Value::Instance(id), "__exit__", nothing, place, state);
                    ends.extend(exits.into_iter().map(|(state, _)| (state, flow.clone())));
                    continue;
                };
                let caught = Value::Exception(exception.clone());
                let given = vec![Value::any(), caught, Value::any()];
                for (mut state, answer) in
                    self.call_method(&Value::Instance(id), "__exit__", given, place, state)
                {
                    let truth = self.truth(&state, &answer);
                    if truth != Some(true) {
                        ends.push((state.clone(), flow.clone()));
                    }
                    if truth != Some(false) {
                        let mut failure = swallowed(exception, place, true, self.lighter(exception.place));
                        failure.certain &= truth == Some(true);
                        state.failure = Some(Rc::new(failure));
                        state.fallback = self.fallback_of(exception, [body, &[]], &state);
                        state.returned = None;
                        ends.push((state, Flow::Next));
                    }
                }
            }
        }
        ends
    }

    /// Runs a generator of the project's as a context manager: up to its `yield`, the body of the `with`, and the rest.
    fn with_generator(
        &mut self,
        call: &super::value::Call<'p>,
        open: OpenWith<'p>,
        mut state: State<'p>,
    ) -> Ends<'p> {
        let place = state.last;
        state.around.push(Around { locals: state.locals.clone(), flow: None });
        self.withs.push(open);
        self.tries += 1;
        let inner = self.run(&call.0, call.1.clone(), None, place, state);
        self.tries -= 1;
        self.withs.pop();
        let mut ends = Many::new();
        for (mut state, flow) in inner {
            let around = state.around.pop();
            state.last = place;
            let flow = match (flow, around) {
                (Flow::Raise(exception), around) => {
                    state.locals = around.and_then(|around| around.locals);
                    Flow::Raise(exception)
                }
                (Flow::Exit, _) => Flow::Exit,
                (_, Some(Around { locals, flow })) => {
                    state.locals = locals;
                    // What the body wanted, unless the generator caught it.
                    flow.unwrap_or(Flow::Next)
                }
                (_, None) => Flow::Next,
            };
            ends.push((state, flow));
        }
        ends
    }

    /// The `yield` of such a generator: the body of the `with` runs here, with the variables of its own function.
    pub(super) fn run_with_body(&mut self, mut state: State<'p>) -> Ends<'p> {
        let Some(open) = self.withs.pop() else { return smallvec![(state, Flow::Next)] };
        let generator = state.locals.take();
        let around = state.around.pop();
        state.locals = around.and_then(|around| around.locals);
        let outer = Cx { module: open.module, function: open.function.as_ref() };
        if let Some(target) = open.target {
            state = self.assign(target, Value::any(), state, outer);
        }
        let inner = self.with_statement(open.items, open.body, state, outer);
        self.withs.push(open);
        let mut ends = Many::new();
        for (mut state, flow) in inner {
            let locals = std::mem::replace(&mut state.locals, generator.clone());
            let (flow, of_body) = match flow {
                // It comes out of the `yield`, where the generator may catch it.
                Flow::Raise(exception) => (Flow::Raise(exception), None),
                flow => (Flow::Next, Some(flow)),
            };
            state.around.push(Around { locals, flow: of_body });
            ends.push((state, flow));
        }
        ends
    }
}

/// Whether a clause only speaks, or not even that: `pass`, `print(...)`, `log.error(...)`.
fn does_nothing(body: &[Stmt]) -> bool {
    const SPEAKING: [&str; 11] = [
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "print_exc",
        "capture_exception",
        "fatal",
    ];
    body.iter().all(|stmt| match stmt {
        Stmt::Pass(_) => true,
        Stmt::Expr(stmt) => match &*stmt.value {
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => name.id.as_str() == "print",
                Expr::Attribute(attribute) => SPEAKING.contains(&attribute.attr.as_str()),
                _ => false,
            },
            Expr::StringLiteral(_) | Expr::EllipsisLiteral(_) => true,
            _ => false,
        },
        _ => false,
    })
}

/// A clause raises what it caught again, or something in its place: whoever catches that need not log it once more.
fn hears<'p>(again: &mut Rc<Exception<'p>>, caught: &Exception<'p>, logged: Logged) {
    let of_clause = again.what != Failed::Value && !matches!(again.class, ExceptionClass::Any);
    if again.logged < logged && (again.place == caught.place || of_clause) {
        Rc::make_mut(again).logged = logged;
    }
}

/// A failure that something other than an `except` clause swallowed.
fn swallowed(exception: &Exception<'_>, place: Place, broad: bool, lighter: Option<Lighter>) -> Caught {
    Caught {
        what: exception.what,
        raised: exception.place,
        caught: place,
        clause: place,
        broad,
        answered: None,
        certain: broad && exception.what != Failed::Value,
        logged: exception.logged,
        token: false,
        lighter,
        beside: false,
    }
}

/// From the word `except` to its colon: what a finding points at.
fn head_of(handler: &ast::ExceptHandlerExceptHandler) -> TextRange {
    let start = handler.range.start();
    let end = match (&handler.name, &handler.type_) {
        (Some(name), _) => name.range.end(),
        (None, Some(class)) => class.range().end(),
        (None, None) => start + ruff_text_size::TextSize::from("except".len() as u32),
    };
    TextRange::new(start, end)
}

/// Of many exceptions the first of each kind, and the last ones: where they were raised matters less than with what variables.
fn fewer<'p>(raised: Vec<(State<'p>, Rc<Exception<'p>>)>) -> Vec<(State<'p>, Rc<Exception<'p>>)> {
    if raised.len() <= MAX_RAISED {
        return raised;
    }
    let mut kept: Vec<(State<'p>, Rc<Exception<'p>>)> = Vec::new();
    for (state, exception) in raised {
        let of_kind = kept.iter().filter(|(_, known)| known.what == exception.what).count();
        if of_kind * 4 < MAX_RAISED || kept.len() < MAX_RAISED / 2 {
            kept.push((state, exception));
            continue;
        }
        let alike = |(known, of): &(State<'p>, Rc<Exception<'p>>)| {
            of.what == exception.what
                && known.failure == state.failure
                && known.around.len() == state.around.len()
        };
        match kept.iter().rposition(alike) {
            Some(at) => {
                let (known, of) = kept.remove(at);
                kept.insert(at, (known.join(&state), of));
            }
            None => kept.push((state, exception)),
        }
    }
    kept
}

/// Whether a test holds for what it names, and not for all else: `code == "Gone"`, and not `code != "Gone"`.
fn names_one(test: &Expr) -> bool {
    match test {
        Expr::UnaryOp(e) if e.op == ast::UnaryOp::Not => !names_one(&e.operand),
        Expr::Compare(e) => !matches!(*e.ops, [ast::CmpOp::NotEq | ast::CmpOp::NotIn | ast::CmpOp::IsNot]),
        _ => true,
    }
}

/// Names that stand in an expression.
pub(super) fn names_in(expr: &Expr) -> Vec<&str> {
    let mut names = Names(Vec::new());
    names.visit_expr(expr);
    names.0
}

struct Names<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            self.0.push(name.id.as_str());
        }
        walk_expr(self, expr);
    }
}
