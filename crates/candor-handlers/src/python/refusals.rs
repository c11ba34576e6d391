//! Reads that another server refused, whose status somebody looked at, and for which the client gets a default all the same:
//! `response.json() if response.ok else DEFAULT`.
//!
//! A default is what is empty, or a constant of the module. What the branch writes itself may well say what is missing. Where anything
//! else outside is done behind the refusal (a retry, a second source), nothing is said.
//!
//! And work that failed, as its answer said to somebody who looked, and nothing was done about it: `if response.status_code != 200:
//! print(…)`. Where the client is told the very same as if it had gone well, looking was not enough.

use std::rc::Rc;

use ruff_python_ast::{self as ast, CmpOp, Expr, Number, Stmt};

use super::interpreter::Interpreter;
use super::names::assigned;
use super::state::{Flow, State};
use super::value::{CallId, Id, Value};
use super::watching::Watched;
use crate::facts::Watch;

/// A read that was refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused {
    call: CallId,
    /// Lists and dictionaries that are taken in place of its content.
    defaults: Vec<Id>,
}

impl<'p> Interpreter<'p> {
    /// A condition has been asked, and holds or does not: whether that says that a server refused a read.
    pub(super) fn refuses(&self, test: &Expr, value: &Value<'p>, holds: bool, state: &mut State<'p>) {
        let Some(answer) = value.taint().answer else { return };
        let status = self.watched.get(answer.call as usize).map(|call| call.watch);
        let failed = match status {
            Some(Watched::Answer(Watch::Status)) => says_refused(test, holds),
            Some(Watched::Answer(Watch::Function | Watch::Batch { .. })) => says_failed(test, holds),
            _ => false,
        };
        if !failed {
            return;
        }
        if !self.is_read(value) {
            state.heard = Some(answer.call);
        }
        if status == Some(Watched::Answer(Watch::Status)) && self.is_read(value) {
            state.refused = Some(Rc::new(Refused { call: answer.call, defaults: Vec::new() }));
        }
    }

    /// A branch has ended that began with a refusal: what it gives in place of the content.
    pub(super) fn gives_default(
        &self,
        before: Option<&Rc<Refused>>,
        flow: &Flow<'p>,
        body: &[Stmt],
        state: &mut State<'p>,
    ) {
        match flow {
            Flow::Return(value, _) => self.takes_default(before, value, state),
            Flow::Next => {
                for name in assigned(body) {
                    if let Some(value) = state.locals.as_deref().and_then(|locals| locals.get(name)).cloned()
                    {
                        self.takes_default(before, &value, state);
                    }
                }
            }
            Flow::Raise(_) | Flow::Break | Flow::Continue | Flow::Exit => {}
        }
    }

    /// A value is taken where, since `before`, a read was refused.
    pub(super) fn takes_default(
        &self,
        before: Option<&Rc<Refused>>,
        value: &Value<'p>,
        state: &mut State<'p>,
    ) {
        let (Value::Dict(id) | Value::List(id)) = value else { return };
        let fresh = match (before, &state.refused) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(before), Some(now)) => before.call != now.call,
        };
        if !fresh {
            return;
        }
        let constant = !state.heap.contains_key(id);
        let empty = super::fallbacks::is_nothing(&self.shape(state, value, 0));
        if let Some(refused) = state.refused.as_mut().filter(|_| constant || empty) {
            Rc::make_mut(refused).defaults.push(*id);
        }
    }

    /// Content of an answer: whether it is, or holds, such a default.
    pub(super) fn answers_with_default(&self, content: &Value<'p>, state: &mut State<'p>) {
        let Some(refused) = state.refused.clone().filter(|refused| !refused.defaults.is_empty()) else {
            return;
        };
        let is_default = |value: &Value<'p>| matches!(value, Value::Dict(id) | Value::List(id) if refused.defaults.contains(id));
        if self.any_inside(content, state, &is_default) {
            state.defaulted = Some(refused.call);
        }
    }
}

/// Whether a condition says, where it holds or does not, that a response has a status of 300 or above, whichever that is.
fn says_refused(test: &Expr, holds: bool) -> bool {
    match test {
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "ok" | "is_success" => !holds,
            "is_error" => holds,
            _ => false,
        },
        Expr::Compare(compare) => {
            let (Expr::Attribute(left), [op], [right]) =
                (&*compare.left, &*compare.ops, &*compare.comparators)
            else {
                return false;
            };
            if !["status_code", "status"].contains(&left.attr.as_str()) {
                return false;
            }
            let well = |n: i64| (200..300).contains(&n);
            match (op, right) {
                (CmpOp::Eq, right) => number(right).is_some_and(well) && !holds,
                (CmpOp::NotEq, right) => number(right).is_some_and(well) && holds,
                (CmpOp::GtE | CmpOp::Gt, right) => {
                    number(right).is_some_and(|n| (299..=400).contains(&n)) && holds
                }
                (CmpOp::Lt | CmpOp::LtE, right) => {
                    number(right).is_some_and(|n| (299..=400).contains(&n)) && !holds
                }
                (
                    CmpOp::In | CmpOp::NotIn,
                    Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }),
                ) => elts.iter().all(|item| number(item).is_some_and(well)) && holds == (*op == CmpOp::NotIn),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a condition says, where it holds or does not, that there is something in the field that tells of failures.
fn says_failed(test: &Expr, holds: bool) -> bool {
    match test {
        // `response.get("FunctionError")`, `result["FailedEntryCount"]`
        Expr::Call(_) | Expr::Subscript(_) => holds,
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            // `"FunctionError" in response`
            ([CmpOp::In], [_]) => holds,
            ([CmpOp::NotIn], [_]) => !holds,
            ([CmpOp::Gt | CmpOp::NotEq], [right]) => number(right) == Some(0) && holds,
            ([CmpOp::GtE], [right]) => number(right) == Some(1) && holds,
            ([CmpOp::Eq], [right]) => number(right) == Some(0) && !holds,
            _ => false,
        },
        _ => false,
    }
}

fn number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral { value: Number::Int(int), .. }) => int.as_i64(),
        _ => None,
    }
}
