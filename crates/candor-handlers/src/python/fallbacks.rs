//! Reads that failed and for which another call answered: a cache that is down, and the table behind it.
//!
//! A failed read is made good where the program asks for what the read should have given, or is still in the clause, then calls
//! something else outside, and what that gives supplies the answer. A default that goes to the client makes nothing good.

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt};
use rustc_hash::FxHashSet;

use super::interpreter::Interpreter;
use super::names::assigned;
use super::state::State;
use super::tries::names_in;
use super::value::{Arguments, Exception, Taint, Value};
use crate::facts::{Caught, Failed};

/// What a failed read has left to be made good.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fallback<'p> {
    /// Names that hold its default.
    names: Rc<FxHashSet<&'p str>>,
    /// How deep in the calls they stand.
    depth: usize,
    /// Whether the way of the program has hung on the default.
    asked: bool,
    /// Whether what was called in its place was used: a condition asked for it, another call was given it.
    supplied: bool,
}

impl Fallback<'_> {
    /// Two paths become one: what only one of them has done is not done.
    pub(super) fn join(&mut self, other: &Fallback<'_>) {
        self.asked &= other.asked;
        self.supplied &= other.supplied;
    }
}

/// Whether a call outside only reads, by its name: the SDKs', the drivers' and HTTP's words for it.
pub(super) fn reads(path: &str, arguments: &Arguments<'_>) -> bool {
    const WORDS: [&str; 13] = [
        "get", "list", "describe", "query", "scan", "head", "fetch", "find", "read", "select", "search",
        "lookup", "exists",
    ];
    const OTHERS: [&str; 8] =
        ["batch_get_item", "transact_get_items", "mget", "hget", "hgetall", "hmget", "smembers", "lrange"];
    let name = path.rsplit('.').next().unwrap_or_default();
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
        "urlopen" => arguments.positional.len() == 1 && arguments.named("data").is_none(),
        name => WORDS.iter().any(|word| name.starts_with(word)) || OTHERS.contains(&name),
    }
}

impl<'p> Interpreter<'p> {
    /// What may make a failure good that has been caught: nothing, unless it is a read's. `body` is what failed, and the clause.
    pub(super) fn fallback_of(
        &self,
        exception: &Exception<'p>,
        body: [&'p [Stmt]; 2],
    ) -> Option<Rc<Fallback<'p>>> {
        let outside = matches!(exception.what, Failed::Effect | Failed::Unread);
        if !outside || !self.reading.contains(&exception.place) {
            return None;
        }
        let names = Rc::new(body.into_iter().flat_map(assigned).collect());
        Some(Rc::new(Fallback { names, depth: self.stack.len(), asked: false, supplied: false }))
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
    pub(super) fn stands_in(&self, arguments: &Arguments<'p>, state: &mut State<'p>) -> bool {
        let Some(fallback) = &state.fallback else { return false };
        let stands_in = fallback.asked || state.handling.is_some();
        if !fallback.supplied
            && arguments.all().any(|value| self.is_instead(value, state))
            && let Some(fallback) = &mut state.fallback
        {
            Rc::make_mut(fallback).supplied = true;
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

    /// Whether a failed read has been made good where `value` is the answer.
    pub(super) fn made_good(&self, value: &Value<'p>, state: &State<'p>) -> bool {
        state.fallback.as_ref().is_some_and(|fallback| fallback.supplied) || self.is_instead(value, state)
    }
}

/// Whether something has failed, and been caught, since `before`.
fn has_met(before: Option<&Rc<Caught>>, state: &State<'_>) -> bool {
    match (before, &state.failure) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(now)) => {
            !Rc::ptr_eq(before, now) && (before.raised, before.caught) != (now.raised, now.caught)
        }
    }
}
