//! Which requests can come to a branch: those of the routes that lead to the handler.
//!
//! A path carries the routes that may still be the one. A condition that asks for the method or the path leaves those for which it can
//! hold; where none is left, no request comes there: `else: return not_found()` of a handler whose routes are all dispatched.

use ruff_python_ast::{CmpOp, Expr};

use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Itself, Value};

/// The most routes of one handler that are told apart.
const MAX_ROUTES: usize = 64;

/// A request that a gateway sends to a handler, as far as its event is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The method, where the route has one.
    pub method: Option<String>,
    /// The route's path, as the template has it: `/orders/{id}`.
    pub resource: String,
    /// Whether the event's `path` is this path: a REST API's without a base path mapping.
    pub path: bool,
}

/// What a condition asks of the event.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The key of the event.
    key: u32,
    asks: Asks,
    texts: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Is,
    IsNot,
    Begins,
    Ends,
    Holds,
    HoldsNot,
}

impl<'p> Interpreter<'p> {
    /// What all routes of the handler are as a set; everything, where they are not known or too many.
    pub(super) fn all_routes(&self) -> u64 {
        match self.served.len() {
            0 | MAX_ROUTES.. => u64::MAX,
            n => (1 << n) - 1,
        }
    }

    /// Two values are compared: whether that asks for the route.
    pub(super) fn asks_for_route(&mut self, left: &Value<'p>, op: CmpOp, right: &Value<'p>) {
        let texts = |value: &Value<'p>| match value {
            Value::Text(_) => value.as_text().map(|text| vec![text.to_string()]),
            Value::Tuple(items) => items.iter().map(|item| item.as_text().map(str::to_string)).collect(),
            _ => None,
        };
        self.question = match (left.itself(), op, right.itself()) {
            (Itself::Key(key), CmpOp::Eq | CmpOp::In, _) => {
                texts(right).map(|texts| Question { key, asks: Asks::Is, texts })
            }
            (Itself::Key(key), CmpOp::NotEq | CmpOp::NotIn, _) => {
                texts(right).map(|texts| Question { key, asks: Asks::IsNot, texts })
            }
            (_, CmpOp::In, Itself::Key(key)) => {
                texts(left).map(|texts| Question { key, asks: Asks::Holds, texts })
            }
            (_, CmpOp::NotIn, Itself::Key(key)) => {
                texts(left).map(|texts| Question { key, asks: Asks::HoldsNot, texts })
            }
            _ => None,
        };
        // `in` of a text asks for a part of it.
        let of_text = matches!((op, right), (CmpOp::In | CmpOp::NotIn, Value::Text(_)));
        if of_text && self.question.as_ref().is_some_and(|asked| matches!(asked.asks, Asks::Is | Asks::IsNot))
        {
            self.question = None;
        }
    }

    /// `text.startswith(…)`
    pub(super) fn asks_for_beginning(&mut self, object: &Value<'p>, method: &str, given: Option<&Value<'p>>) {
        let asks = match method {
            "startswith" => Asks::Begins,
            "endswith" => Asks::Ends,
            _ => return,
        };
        let text = given.and_then(Value::as_text).map(str::to_string);
        self.question = match (object.itself(), text) {
            (Itself::Key(key), Some(text)) => Some(Question { key, asks, texts: vec![text] }),
            _ => None,
        };
    }

    /// A condition has been asked: the routes for which it can come to `holds` stay. Whether there are any.
    pub(super) fn some_route(&self, test: &Expr, holds: bool, state: &mut State<'p>) -> bool {
        let whole = match test {
            Expr::Compare(compare) => compare.ops.len() == 1,
            Expr::Call(call) => matches!(
                &*call.func,
                Expr::Attribute(method) if ["startswith", "endswith"].contains(&method.attr.as_str())
            ),
            _ => false,
        };
        let Some(question) = self.question.as_ref().filter(|_| whole && self.all_routes() != u64::MAX) else {
            return true;
        };
        let Some(key) = self.event_keys.get(question.key as usize) else { return true };
        for (at, served) in self.served.iter().enumerate() {
            if question.answer(&key.key, served).is_some_and(|answer| answer != holds) {
                state.routes &= !(1 << at);
            }
        }
        state.routes != 0
    }
}

impl Question {
    /// What the answer is for a route, where it is known.
    fn answer(&self, key: &str, served: &Served) -> Option<bool> {
        let exact = |known: &str| {
            let any = |holds: fn(&str, &str) -> bool| self.texts.iter().any(|text| holds(known, text));
            match self.asks {
                Asks::Is => any(|known, text| known == text),
                Asks::IsNot => !any(|known, text| known == text),
                Asks::Begins => any(|known, text| known.starts_with(text)),
                Asks::Ends => any(|known, text| known.ends_with(text)),
                Asks::Holds => any(|known, text| known.contains(text)),
                Asks::HoldsNot => !any(|known, text| known.contains(text)),
            }
        };
        match key {
            "httpMethod" | "requestContext.httpMethod" => served.method.as_deref().map(exact),
            "resource" | "requestContext.resourcePath" => Some(exact(&served.resource)),
            "routeKey" => {
                let method = served.method.as_deref().unwrap_or("ANY");
                Some(exact(&format!("{method} {}", served.resource)))
            }
            "path" if served.path => self.of_path(&served.resource, exact),
            _ => None,
        }
    }

    /// The same for a path, whose parameters may be anything.
    fn of_path(&self, path: &str, exact: impl Fn(&str) -> bool) -> Option<bool> {
        let Some((before, _)) = path.split_once('{') else { return Some(exact(path)) };
        let after = path.rsplit_once('}').map_or("", |(_, after)| after);
        let text = match &self.texts[..] {
            [text] => text.as_str(),
            _ => return None,
        };
        match self.asks {
            // A parameter is not empty: what is as short as the part before it is another path.
            Asks::Is | Asks::IsNot
                if !text.starts_with(before) || !text.ends_with(after) || text.len() <= before.len() =>
            {
                Some(matches!(self.asks, Asks::IsNot))
            }
            Asks::Begins if before.starts_with(text) => Some(true),
            Asks::Begins if !text.starts_with(before) => Some(false),
            Asks::Ends if after.ends_with(text) => Some(true),
            Asks::Holds if before.contains(text) || after.contains(text) => Some(true),
            Asks::HoldsNot if before.contains(text) || after.contains(text) => Some(false),
            _ => None,
        }
    }
}
