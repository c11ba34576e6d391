//! Failures for which other work answered: a cache that is down, and the table behind it.
//!
//! A failed read is made good where the program asks for what the read should have given, or is still in the clause, then calls
//! something else outside, and what that gives supplies the answer: its result, or the mere fact that it went well. A default that
//! goes to the client makes nothing good. A failure of any kind is made good by a clause that does again what was to be done.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprIf, Stmt};
use rustc_hash::FxHashSet;

use super::interpreter::{Cx, Interpreter};
use super::names::assigned;
use super::state::{Flow, State};
use super::tries::names_in;
use super::value::{Arguments, Exception, Id, Taint, Value};
use crate::facts::{Caught, Failed, Place};
use crate::shape::Shape;

/// What a failure has left to be made good.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fallback<'p> {
    /// Whether it was a read that failed, and other work can make it good.
    read: bool,
    /// Names that hold its default.
    names: Rc<FxHashSet<&'p str>>,
    /// How deep in the calls they stand.
    depth: usize,
    /// Whether the way of the program has hung on the default.
    asked: bool,
    /// Whether the work that failed would have returned, so that what follows it runs in its place.
    fell_past: bool,
    /// Whether what was called in its place was used: a condition asked for it, another call was given it.
    supplied: bool,
    /// Whether other work outside went well since somebody asked.
    worked: bool,
    /// Whether something outside had been changed before.
    pub(super) after_work: bool,
    /// Whether that was more than to remove something, or to tell somebody.
    pub(super) after_writing: bool,
    /// Whether the author says that it may fail.
    pub(super) taken_lightly: bool,
    /// Lists, dictionaries and objects into which the clause has put what tells of the failure.
    pub(super) told: Vec<Id>,
    /// Those into which it has put anything else.
    pub(super) grown: Vec<Id>,
    /// Whether nobody has taken what the clause gave back.
    pub(super) dropped: bool,
    /// Whether the clause has computed what the failed work should have given.
    pub(super) stand_in: bool,
    /// The list or dictionary that the clause gave back.
    pub(super) gave: Option<Id>,
}

impl Fallback<'_> {
    /// Two paths become one: what only one of them has done is not done.
    pub(super) fn join(&mut self, other: &Fallback<'_>) {
        self.read &= other.read;
        self.asked &= other.asked;
        self.fell_past &= other.fell_past;
        self.supplied &= other.supplied;
        self.worked &= other.worked;
        self.after_work &= other.after_work;
        self.after_writing &= other.after_writing;
        self.taken_lightly &= other.taken_lightly;
        self.stand_in &= other.stand_in;
        self.dropped &= other.dropped;
        self.told.retain(|id| other.told.contains(id));
        self.grown.retain(|id| other.grown.contains(id));
        self.gave = self.gave.filter(|gave| other.gave == Some(*gave));
    }

    /// Whether it was a read that failed.
    pub(super) fn is_of_a_read(&self) -> bool {
        self.read
    }

    /// Whether the program goes its way for another reason than the failure.
    pub(super) fn is_beside_it(&self) -> bool {
        !self.asked && !self.fell_past
    }
}

/// Whether a call outside only reads, by its name: the SDKs', the drivers' and HTTP's words for it.
pub(super) fn reads(path: &str, arguments: &Arguments<'_>) -> bool {
    // What is asked to look at something changes nothing either: a model, a parser.
    const WORDS: [&str; 23] = [
        "get",
        "list",
        "describe",
        "query",
        "scan",
        "head",
        "fetch",
        "find",
        "read",
        "select",
        "search",
        "lookup",
        "exists",
        "extract",
        "parse",
        "detect",
        "analyze",
        "classify",
        "predict",
        "recognize",
        "embed",
        "invoke_model",
        "converse",
    ];
    const OTHERS: [&str; 6] = ["mget", "hget", "hgetall", "hmget", "smembers", "lrange"];
    let name = path.rsplit('.').next().unwrap_or_default();
    // `admin_get_user`, `batch_get_item`, `transact_get_items`
    let name =
        ["admin_", "batch_", "transact_"].iter().find_map(|before| name.strip_prefix(before)).unwrap_or(name);
    let first = arguments.positional.first();
    match name {
        // These change what they read.
        "getset"
        | "getdel"
        | "getex"
        | "find_one_and_update"
        | "find_one_and_delete"
        | "find_one_and_replace" => false,
        "execute" => first.is_some_and(|statement| match statement {
            Value::Text(text) => {
                let text = text.known.as_deref().unwrap_or(&text.begins).trim_start();
                text.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"))
            }
            _ => false,
        }),
        "request" => first.and_then(Value::as_text).is_some_and(|method| ["GET", "HEAD"].contains(&method)),
        "urlopen" => arguments.positional.len() == 1 && arguments.named("data").is_none(),
        name => WORDS.iter().any(|word| name.starts_with(word)) || OTHERS.contains(&name),
    }
}

impl<'p> Interpreter<'p> {
    /// What may make a failure good that has been caught. `body` is what failed, and the clause.
    pub(super) fn fallback_of(
        &mut self,
        exception: &Exception<'p>,
        body: [&'p [Stmt]; 2],
        state: &State<'p>,
    ) -> Option<Rc<Fallback<'p>>> {
        let outside = matches!(exception.what, Failed::Effect | Failed::Unread);
        Some(Rc::new(Fallback {
            read: outside && self.reading.contains(&exception.place),
            names: self
                .defaults
                .entry(body.map(<[Stmt]>::as_ptr))
                .or_insert_with(|| Rc::new(body.into_iter().flat_map(assigned).collect()))
                .clone(),
            depth: self.stack.len(),
            asked: false,
            fell_past: false,
            supplied: false,
            worked: false,
            after_work: state.changed,
            after_writing: state.wrote,
            taken_lightly: false,
            told: Vec::new(),
            grown: Vec::new(),
            stand_in: false,
            dropped: false,
            gave: None,
        }))
    }

    /// Whether a clause computes what its body should have given: in a loop, or by a function of the project's. A constant is a default,
    /// and an answer that a function makes is an answer.
    pub(super) fn computes(
        &mut self,
        body: &'p [Stmt],
        clause: &'p [Stmt],
        state: &State<'p>,
        cx: Cx<'_, 'p>,
    ) -> bool {
        let wanted = assigned(body);
        let in_its_place = |target: &'p Expr| names_in(target).iter().any(|name| wanted.contains(name));
        let mut loops = false;
        for stmt in clause {
            let value = match stmt {
                Stmt::For(_) | Stmt::While(_) => {
                    loops = true;
                    continue;
                }
                Stmt::Return(s) if returns(body) => s.value.as_deref(),
                Stmt::Assign(s) if s.targets.iter().any(in_its_place) => Some(&*s.value),
                _ => None,
            };
            let Some(value) = value else { continue };
            let value = match value {
                Expr::Await(awaited) => &*awaited.value,
                value => value,
            };
            if loops && !matches!(value, Expr::NoneLiteral(_)) {
                return true;
            }
            if let Expr::Call(call) = value
                && is_name(&call.func)
                && matches!(
                    self.eval_one(&call.func, &mut state.clone(), cx),
                    Value::Function(_) | Value::Method(_)
                )
            {
                return true;
            }
        }
        false
    }

    /// Whether a clause that ends so has given something that can stand in for what failed.
    pub(super) fn gives_something(&self, flow: &Flow<'p>, state: &State<'p>) -> bool {
        match flow {
            Flow::Next => true,
            Flow::Return(value, _) => {
                let shape = self.shape(state, value, 0);
                // A loop without a round fills nothing.
                let something = matches!(value, Value::List(_)) || !is_nothing(&shape);
                something && !shape.tells()
            }
            Flow::Raise(_) | Flow::Break | Flow::Continue | Flow::Exit => false,
        }
    }

    /// `found.name if found else known.name`: where `found` is the default, the same part of something else stands in for it.
    pub(super) fn takes_same_part(&self, e: &'p ExprIf, state: &mut State<'p>) {
        let (Expr::Name(test), Some((of, part)), Some((other, same))) =
            (&*e.test, part_of(&e.body), part_of(&e.orelse))
        else {
            return;
        };
        if let Some(fallback) = &mut state.fallback
            && fallback.depth == self.stack.len()
            && fallback.names.contains(test.id.as_str())
            && (of, part) == (test.id.as_str(), same)
            && !fallback.names.contains(other)
        {
            Rc::make_mut(fallback).stand_in = true;
        }
    }

    /// A clause has ended, and the program goes on behind it.
    pub(super) fn falls_past(&self, body: &[Stmt], state: &mut State<'p>) {
        if let Some(fallback) = &mut state.fallback
            && !fallback.fell_past
            && returns(body)
        {
            Rc::make_mut(fallback).fell_past = true;
        }
    }

    /// A round of a loop has ended: what failed in it is made good by nothing that later rounds do for other items.
    pub(super) fn ends_round(&self, before: Option<&Rc<Caught>>, state: &mut State<'p>) {
        if has_met(before, state)
            && let Some(fallback) = &mut state.fallback
            && fallback.read
            && !fallback.worked
        {
            Rc::make_mut(fallback).read = false;
        }
    }

    /// A clause begins: which of its calls do what was to be done in the body as well.
    pub(super) fn may_redo(&mut self, body: &'p [Stmt], clause: &'p [Stmt], cx: Cx<'_, 'p>) {
        // Once for each clause.
        if self.defaults.contains_key(&[body.as_ptr(), clause.as_ptr()]) {
            return;
        }
        let first = calls_in(body);
        for call in calls_in(clause) {
            if first.iter().any(|other| same_callee(&other.func, &call.func)) {
                let place = self.place(cx, call);
                self.redoing.insert(place);
            }
        }
    }

    /// A call outside has gone well: whether it did what had failed.
    pub(super) fn redoes(&self, place: Place, state: &mut State<'p>) {
        if state.handling.is_some()
            && self.redoing.contains(&place)
            && let Some(failure) = &mut state.failure
        {
            Rc::make_mut(failure).certain = false;
        }
    }

    /// A value was evaluated, and before it what had failed was `before`: where the evaluation itself has met the failure, the value
    /// is the default, and `targets` hold it now.
    pub(super) fn holds_default(
        &self,
        targets: impl IntoIterator<Item = &'p Expr>,
        before: Option<&Rc<Caught>>,
        state: &mut State<'p>,
    ) {
        if !has_met(before, state) {
            return;
        }
        let depth = self.stack.len();
        if let Some(fallback) = &mut state.fallback {
            let fallback = Rc::make_mut(fallback);
            fallback.names = Rc::new(targets.into_iter().flat_map(names_in).collect());
            fallback.depth = depth;
        }
    }

    /// A statement has called something and taken nothing of what it gave back.
    pub(super) fn takes_nothing(&self, before: Option<&Rc<Caught>>, state: &mut State<'p>) {
        if has_met(before, state)
            && let Some(fallback) = &mut state.fallback
        {
            Rc::make_mut(fallback).dropped = true;
        }
    }

    /// The way of the program hangs on an expression.
    pub(super) fn hangs_on(
        &self,
        test: &'p Expr,
        value: &Value<'p>,
        before: Option<&Rc<Caught>>,
        state: &mut State<'p>,
    ) {
        let Some(fallback) = &state.fallback else { return };
        let asked = !fallback.asked
            && (has_met(before, state)
                || fallback.depth == self.stack.len()
                    && names_in(test).iter().any(|name| fallback.names.contains(name)));
        let supplied = !fallback.supplied && value.taint().instead;
        if let Some(fallback) = state.fallback.as_mut().filter(|_| asked || supplied) {
            let fallback = Rc::make_mut(fallback);
            fallback.asked |= asked;
            fallback.supplied |= supplied;
        }
    }

    /// Somebody goes through a value, item by item: what is made of it is not followed.
    pub(super) fn uses(&self, value: &Value<'p>, state: &mut State<'p>) {
        if let Some(fallback) = state.fallback.as_mut().filter(|_| value.taint().instead) {
            Rc::make_mut(fallback).supplied = true;
        }
    }

    /// A call outside has gone well: whether what it gave stands in for what a failed read should have given.
    pub(super) fn stands_in(
        &mut self,
        arguments: &Arguments<'p>,
        place: Place,
        state: &mut State<'p>,
    ) -> bool {
        let Some(fallback) = &state.fallback else { return false };
        let stands_in = fallback.read && (fallback.asked || fallback.fell_past || state.handling.is_some());
        let supplied = !fallback.supplied && arguments.all().any(|value| self.is_instead(value, state));
        // To tell somebody how it goes, or of the error, is no other work.
        let tells = self.telling.contains(&place) || arguments.all().any(|value| value.taint().tells);
        let worked = fallback.asked && !fallback.worked && !tells;
        if (supplied || worked)
            && let Some(fallback) = &mut state.fallback
        {
            let fallback = Rc::make_mut(fallback);
            fallback.supplied |= supplied;
            fallback.worked |= worked;
        }
        stands_in
    }

    /// Whether a value is the answer of a call that only reads.
    pub(super) fn is_read(&self, value: &Value<'p>) -> bool {
        let call = value.taint().answer.and_then(|answer| self.watched.get(answer.call as usize));
        call.is_some_and(|call| self.reading.contains(&call.at))
    }

    /// Whether a value is, or holds, what was called for in place of a failed read.
    pub(super) fn is_instead(&self, value: &Value<'p>, state: &State<'p>) -> bool {
        self.any_inside(value, state, &|value| value.taint().instead)
    }

    /// The taint of text that says a value.
    pub(super) fn said(&self, value: &Value<'p>, state: &State<'p>, taint: Taint) -> Taint {
        let instead = taint.instead || state.fallback.is_some() && self.is_instead(value, state);
        Taint { instead, ..taint }
    }

    /// Whether a failed read has been made good where `value` is the answer, and `shape` what is known of it.
    pub(super) fn made_good(&self, value: &Value<'p>, shape: &Shape, state: &State<'p>) -> bool {
        if self.is_instead(value, state) {
            return true;
        }
        let Some(fallback) = &state.fallback else { return false };
        fallback.supplied
            || fallback.read
                && fallback.worked
                && !is_hollow(shape)
                && !self.keeps_default(fallback, shape, state)
    }

    /// Whether the answer is that of other work, which was done where a read had failed and somebody asked for what it should have
    /// given; though a part of the answer is nothing.
    pub(super) fn is_replaced(&self, shape: &Shape, state: &State<'p>) -> bool {
        let Some(fallback) = &state.fallback else { return false };
        let nothing = match shape.entry("body").map(|body| &body.value) {
            Some(body) => body.tells() || body.tells_error().is_some() || is_nothing(body),
            None => shape.entry("statusCode").is_some() || is_nothing(shape),
        };
        fallback.read && fallback.worked && !nothing && !self.keeps_default(fallback, shape, state)
    }

    /// Whether an answer holds what stands in the place of the failed read's result.
    fn keeps_default(&self, fallback: &Fallback<'p>, answer: &Shape, state: &State<'p>) -> bool {
        let (Some(locals), true) = (&state.locals, fallback.depth == self.stack.len() + 1) else {
            return false;
        };
        let defaults = fallback.names.iter().filter_map(|name| locals.get(name));
        defaults.map(|value| self.shape(state, value, 0)).any(|default| match default {
            // Of these nobody can say that it is the same.
            Shape::Unknown { .. }
            | Shape::Text { known: None, .. }
            | Shape::Number(None)
            | Shape::Bool(None) => false,
            Shape::List { items, open: true } if items.is_empty() => false,
            default if default.is_any_dict() => false,
            default => holds(answer, &default),
        })
    }
}

/// `order.kind.value`: the variable, and the last name.
fn part_of(expr: &Expr) -> Option<(&str, &str)> {
    let Expr::Attribute(part) = expr else { return None };
    let mut of = &*part.value;
    while let Expr::Attribute(inner) = of {
        of = &*inner.value;
    }
    match of {
        Expr::Name(name) => Some((name.id.as_str(), part.attr.as_str())),
        _ => None,
    }
}

/// Whether an answer says nothing that work could have brought: no body with a 200, an empty one, an error, a part that is nothing.
fn is_hollow(answer: &Shape) -> bool {
    let Some(body) = answer.entry("body") else {
        let plain = match answer.entry("statusCode").map(|entry| &entry.value) {
            Some(Shape::Number(Some(status))) => status == "200",
            Some(_) => false,
            None => return says_nothing(answer),
        };
        return plain;
    };
    body.value.tells() || body.value.tells_error().is_some() || says_nothing(&body.value)
}

/// Whether something is nothing.
pub(super) fn is_nothing(shape: &Shape) -> bool {
    match shape {
        Shape::Text { content: Some(content), .. } => is_nothing(content),
        Shape::List { items, open } => !open && items.is_empty(),
        Shape::Dict { entries, open } => !open && entries.is_empty(),
        shape => says_nothing(shape),
    }
}

/// Whether something is nothing, or a part of it is.
fn says_nothing(shape: &Shape) -> bool {
    match shape {
        Shape::Null | Shape::Bool(Some(false)) => true,
        Shape::Number(Some(number)) => number == "0",
        Shape::Text { content: Some(content), .. } => says_nothing(content),
        Shape::Text { known: Some(text), .. } => text.is_empty(),
        Shape::List { items, open } => !open && items.is_empty() || items.iter().any(says_nothing),
        Shape::Dict { entries, open } => {
            !open && entries.is_empty() || entries.iter().any(|entry| says_nothing(&entry.value))
        }
        Shape::Unknown { .. }
        | Shape::Bool(_)
        | Shape::Number(None)
        | Shape::Text { .. }
        | Shape::NotJson(_) => false,
    }
}

/// Whether a value is `part`, or holds it.
fn holds(whole: &Shape, part: &Shape) -> bool {
    whole == part
        || match whole {
            Shape::Text { content: Some(content), .. } => holds(content, part),
            Shape::List { items, .. } => items.iter().any(|item| holds(item, part)),
            Shape::Dict { entries, .. } => entries.iter().any(|entry| holds(&entry.value, part)),
            _ => false,
        }
}

/// Whether an expression is a name, or one in another: `fallbacks.rules`.
fn is_name(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => is_name(&attribute.value),
        _ => false,
    }
}

/// Whether statements return, outside of the functions that they define.
fn returns(body: &[Stmt]) -> bool {
    struct Returns(bool);
    impl<'a> Visitor<'a> for Returns {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::Return(_) => self.0 = true,
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ => walk_stmt(self, stmt),
            }
        }
        // A `return` stands in statements only.
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut found = Returns(false);
    found.visit_body(body);
    found.0
}

/// The calls in statements, by names: `table.put_item(…)`.
fn calls_in(body: &[Stmt]) -> Vec<&ExprCall> {
    struct Calls<'a>(Vec<&'a ExprCall>);
    impl<'a> Visitor<'a> for Calls<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr
                && matches!(&*call.func, Expr::Attribute(_))
            {
                self.0.push(call);
            }
            walk_expr(self, expr);
        }
    }
    let mut calls = Calls(Vec::new());
    calls.visit_body(body);
    calls.0
}

/// Whether two expressions name the same thing: `table.put_item`.
fn same_callee(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Name(a), Expr::Name(b)) => a.id == b.id,
        (Expr::Attribute(a), Expr::Attribute(b)) => a.attr.id == b.attr.id && same_callee(&a.value, &b.value),
        _ => false,
    }
}

/// Whether something has failed, and been caught, since `before`.
fn has_met(before: Option<&Rc<Caught>>, state: &State<'_>) -> bool {
    match (before, &state.failure) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(now)) => {
            // The same once more is another one. Inside a clause it is the one that was caught there, and somebody has logged it.
            !Rc::ptr_eq(before, now)
                && (state.handling.is_none() || (before.raised, before.caught) != (now.raised, now.caught))
        }
    }
}
