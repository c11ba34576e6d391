//! What the client is told of a failure, and whether the answer as a whole is that.
//!
//! A success that is an error as a whole lies by its status: `{"error": …}`, the text of an exception, whatever the clause that caught
//! the failure answers with. A success that tells of a failure *in a part* does not hide it: one entry of a list, one check of several, a
//! count of what failed, a warning beside the result. A part tells where it holds
//!
//! - the text of an exception, or text that was written while the failure was handled (`"down"`, whatever the language),
//! - a list or dictionary into which the clause put such a thing, whether or not its items are still told apart,
//! - an entry that says so by its key: `errors`, `failedCount`, `success: false` further down;
//!
//! and where the answer holds something else besides, and no entry says that the whole is an error.

use std::rc::Rc;

use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Id, Value};
use crate::shape::{Entry, Shape, counts_failures, says_error};

/// What one entry of an answer says.
enum Says {
    /// That the whole is an error.
    Whole,
    /// That something in it went wrong.
    Part,
    Other,
}

impl<'p> Interpreter<'p> {
    /// A clause puts something into a list, a dictionary or an object.
    pub(super) fn tells_into(&self, id: Id, value: &Value<'p>, state: &mut State<'p>) {
        if state.handling.is_none() || state.fallback.is_none() {
            return;
        }
        let tells = self.any_inside(value, state, &|value| marks(value));
        if let Some(fallback) = &mut state.fallback
            && tells
            && !fallback.told.contains(&id)
        {
            Rc::make_mut(fallback).told.push(id);
        }
    }

    /// Whether content of an answer, of which `shape` is known, tells of a failure in a part of it.
    pub(super) fn tells_in_part(&self, content: &Value<'p>, shape: &Shape, state: &State<'p>) -> bool {
        let told = |id: &Id| state.fallback.as_ref().is_some_and(|fallback| fallback.told.contains(id));
        match (content, shape) {
            (Value::List(id), Shape::List { items, .. }) => match self.object(state, *id) {
                Some(Object::List(list)) => {
                    let whole = !told(id) && self.is_the_clauses_own(*id, list.made, state);
                    let mut items = list.items.iter().zip(items);
                    !whole && (told(id) || items.any(|(item, shape)| self.carries(item, shape, state)))
                }
                _ => false,
            },
            (Value::Dict(id), Shape::Dict { entries, open }) => {
                let Some(Object::Dict(dict)) = self.object(state, *id) else { return false };
                let own = self.is_the_clauses_own(*id, dict.made, state);
                let worked = state.fallback.as_ref().is_some_and(|fallback| fallback.after_work);
                if own && !worked {
                    return false;
                }
                let (mut part, mut other) = (told(id) && dict.open, *open && !own);
                for (entry, (_, value, _)) in entries.iter().zip(&dict.entries) {
                    match self.says(entry, value, state) {
                        Says::Whole => return false,
                        Says::Part => part = true,
                        Says::Other => other = true,
                    }
                }
                part && other
            }
            _ => false,
        }
    }

    /// Whether the clause that caught the failure made all of an answer's content.
    fn is_the_clauses_own(&self, id: Id, made: crate::facts::Place, state: &State<'p>) -> bool {
        let Some(failure) = &state.failure else { return false };
        state.handling.is_some()
            || failure.clause.holds(&made)
            || state.fallback.as_ref().is_some_and(|fallback| fallback.gave == Some(id))
    }

    fn says(&self, entry: &Entry, value: &Value<'p>, state: &State<'p>) -> Says {
        if says_error(entry) {
            return match entry.value {
                Shape::List { .. } | Shape::Number(_) => Says::Part,
                _ => Says::Whole,
            };
        }
        if counts_failures(entry) || self.carries(value, &entry.value, state) {
            return Says::Part;
        }
        Says::Other
    }

    /// Whether a part of an answer tells of a failure.
    fn carries(&self, value: &Value<'p>, shape: &Shape, state: &State<'p>) -> bool {
        let told = state.fallback.as_deref().map(|fallback| fallback.told.as_slice()).unwrap_or_default();
        let put_in = |value: &Value<'p>| matches!(value, Value::List(id) | Value::Dict(id) | Value::Instance(id) if told.contains(id));
        shape.tells_of_failures() || self.any_inside(value, state, &|value| marks(value) || put_in(value))
    }
}

/// Whether a value is text of an exception, or was written while a failure was handled.
fn marks(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => {
            text.taint.tells
                || text.taint.of_clause && text.known.as_deref().is_none_or(|text| !text.is_empty())
        }
        Value::Unknown(unknown) => unknown.taint.tells || unknown.taint.of_clause,
        Value::Exception(_) => true,
        _ => false,
    }
}
