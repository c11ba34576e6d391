//! What the client is told of a failure, and whether the answer as a whole is that.
//!
//! A success that is an error as a whole lies by its status: `{"error": …}`, the text of an exception, whatever the clause that caught
//! the failure answers with. A success that tells of a failure *in a part* does not hide it: one entry of a list, one check of several, a
//! count of what failed, a warning beside the result. A part tells where it holds
//!
//! - the text of an exception, or text that was written while the failure was handled (`"down"`, whatever the language),
//! - a list or dictionary into which the clause put such a thing, whether or not its items are still told apart,
//! - what would be true if the work had been done: `sent = False`, and `sent = True` behind the call,
//! - a count of what failed, or a list to which the clause has added something, by its key: `failedCount: 1`, `failed: […]`;
//!
//! and where the answer holds something else besides, and no entry says that the whole is an error.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Id, Sort, Taint, Unknown, Value};
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
        if self.any_inside(value, state, &marks) {
            self.puts_in(id, state);
        } else if let Some(fallback) = &mut state.fallback
            && !fallback.grown.contains(&id)
        {
            Rc::make_mut(fallback).grown.push(id);
        }
    }

    /// A list, a dictionary or an object tells of the failure from here on.
    pub(super) fn puts_in(&self, id: Id, state: &mut State<'p>) {
        if let Some(fallback) = &mut state.fallback
            && !fallback.told.contains(&id)
        {
            Rc::make_mut(fallback).told.push(id);
        }
    }

    /// A clause has ended: what the body would have set and did not come to is false because of the failure. Of what was only asked
    /// for it would be an answer.
    pub(super) fn stays_false(&self, body: &'p [Stmt], state: &mut State<'p>) {
        if state.fallback.as_ref().is_none_or(|fallback| fallback.is_of_a_read()) {
            return;
        }
        let Some(locals) = &mut state.locals else { return };
        for name in set_to_true(body) {
            if locals.get(name) == Some(&Value::Bool(false)) {
                let taint = Taint { of_clause: true, ..Taint::default() };
                let unset = Unknown { sort: Sort::Bool, truthy: Some(false), taint };
                Rc::make_mut(locals).insert(name, Value::Unknown(unset));
            }
        }
    }

    /// Whether content of an answer, of which `shape` is known, tells in a part of it of the failure that was swallowed.
    pub(super) fn tells_in_part(&self, content: &Value<'p>, shape: &Shape, state: &State<'p>) -> bool {
        let told = |id: &Id| state.fallback.as_ref().is_some_and(|fallback| fallback.told.contains(id));
        match (content, shape) {
            (Value::List(id), _) => match self.object(state, *id) {
                Some(Object::List(list)) => {
                    let whole = !told(id) && self.is_the_clauses_own(*id, list.made, state);
                    !whole && (told(id) || list.items.iter().any(|item| self.carries(item, state)))
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
                // `{"order": {…}}`: what is wrapped is the answer.
                if let ([entry], [(_, wrapped @ Value::Dict(_), _)], false) =
                    (&entries[..], &dict.entries[..], dict.open)
                    && !says_error(entry)
                {
                    return self.tells_in_part(wrapped, &entry.value, state);
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
            return match &entry.value {
                Shape::List { .. } if self.carries(value, state) => Says::Part,
                Shape::Number(Some(_)) => Says::Part,
                Shape::List { .. } | Shape::Number(None) => Says::Other,
                _ => Says::Whole,
            };
        }
        let counted = match value {
            Value::List(id) => state.fallback.as_ref().is_some_and(|fallback| fallback.grown.contains(id)),
            value => matches!(value, Value::Int(_)),
        };
        let counted = counted && counts_failures(entry);
        if counted || self.carries(value, state) {
            return Says::Part;
        }
        Says::Other
    }

    /// Whether a part of an answer holds what the clause wrote or put in.
    fn carries(&self, value: &Value<'p>, state: &State<'p>) -> bool {
        self.any_inside(value, state, &|value| marks(value) || self.is_told(value, state))
    }

    /// Whether a value is something into which the clause has put what tells of the failure.
    pub(super) fn is_told(&self, value: &Value<'p>, state: &State<'p>) -> bool {
        let told = state.fallback.as_deref().map(|fallback| fallback.told.as_slice()).unwrap_or_default();
        matches!(value, Value::List(id) | Value::Dict(id) | Value::Instance(id) if told.contains(id))
    }
}

/// The names to which a body assigns `True`.
fn set_to_true(body: &[Stmt]) -> Vec<&str> {
    struct Found<'p>(Vec<&'p str>);
    impl<'p> Visitor<'p> for Found<'p> {
        fn visit_stmt(&mut self, stmt: &'p Stmt) {
            if let Stmt::Assign(assign) = stmt
                && matches!(&*assign.value, Expr::BooleanLiteral(literal) if literal.value)
            {
                let names = assign.targets.iter().filter_map(Expr::as_name_expr);
                self.0.extend(names.map(|name| name.id.as_str()));
            }
            walk_stmt(self, stmt);
        }
        fn visit_expr(&mut self, _: &'p Expr) {}
    }
    let mut found = Found(Vec::new());
    found.visit_body(body);
    found.0
}

/// Whether a value is text of an exception, or was written while a failure was handled.
pub(super) fn marks(value: &Value<'_>) -> bool {
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
