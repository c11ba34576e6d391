//! Tables of functions: `HANDLERS[method](event)`, `ROUTES.get((method, path), not_found)`.
//!
//! A key that nobody knows may be each of those that the table has. Each is a path of its own, as it would be of an `if` for each of
//! them, with the routes that lead there.

use smallvec::smallvec;

use super::interpreter::{Forks, Interpreter};
use super::state::{Object, State};
use super::value::{Id, Value};

/// The most entries of a table that are paths of their own.
pub(super) const MAX_ENTRIES: usize = 48;

impl<'p> Interpreter<'p> {
    /// What may stand under a key that is not known, and where the path goes on to which the key is none of the known ones, if one does.
    ///
    /// Only for tables that tell functions or routes apart: all other data would be as many paths for nothing.
    pub(super) fn entries_under(
        &self,
        id: Id,
        key: &Value<'p>,
        state: &State<'p>,
    ) -> Option<(Forks<'p>, Option<State<'p>>)> {
        let Some(Object::Dict(table)) = self.object(state, id) else { return None };
        if table.entries.is_empty() || table.entries.len() > MAX_ENTRIES || key.as_key().is_some() {
            return None;
        }
        if !self.tells_routes_apart(key) && !table.entries.iter().any(|(_, value, _)| is_called(value)) {
            return None;
        }
        let mut forks: Forks<'p> = smallvec![];
        for (entry, value, _) in &table.entries {
            let mut here = state.clone();
            if self.some_route_among(key, &[entry], true, &mut here) {
                forks.push((here, value.clone()));
            }
        }
        let keys: Vec<&str> = table.entries.iter().map(|(key, ..)| &**key).collect();
        let mut others = state.clone();
        let others = self.some_route_among(key, &keys, false, &mut others).then_some(others);
        Some((forks, others))
    }

    /// Whether each of several items has something with it that is there to be called: a route, a step.
    pub(super) fn are_called(&self, state: &State<'p>, items: &[Value<'p>]) -> bool {
        let of_object = |item: &Value<'p>| match item {
            Value::Dict(id) | Value::Instance(id) => match self.object(state, *id) {
                Some(Object::Dict(dict)) => dict.entries.iter().any(|(_, value, _)| is_called(value)),
                Some(Object::Instance(made)) => made.attributes.values().any(is_called),
                Some(Object::List(_)) | None => false,
            },
            item => is_called(item),
        };
        items.len() > 1 && items.iter().all(of_object)
    }

    /// Whether there may be more in a dictionary than is known.
    pub(super) fn is_open(&self, state: &State<'p>, id: Id) -> bool {
        matches!(self.object(state, id), Some(Object::Dict(dict)) if dict.open)
    }
}

/// Whether a value is there to be called, or has something with it that is.
fn is_called(value: &Value<'_>) -> bool {
    match value {
        Value::Function(_) | Value::Method(_) => true,
        Value::Tuple(items) => items.iter().any(|item| matches!(item, Value::Function(_) | Value::Method(_))),
        _ => false,
    }
}
