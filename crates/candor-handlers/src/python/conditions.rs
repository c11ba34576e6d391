//! Conditions: what holds, what may, and what a branch says about the values that it asked for.

use std::rc::Rc;

use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, Number, UnaryOp};

use super::interpreter::{Cx, Forks, Interpreter, Many};
use super::state::{Object, State, taints};
use super::value::{Itself, Sort, Taint, Unknown, Value};
use crate::shape::says_failure;

impl<'p> Interpreter<'p> {
    /// `and`, `or`: the value that decides.
    pub(super) fn bool_op(&mut self, e: &'p ast::ExprBoolOp, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        let mut open = vec![state];
        let mut forks = Many::new();
        for (i, expr) in e.values.iter().enumerate() {
            let last = i + 1 == e.values.len();
            let mut next = Vec::new();
            for state in open {
                let before = state.failure.clone();
                for (mut state, value) in self.eval(expr, state, cx) {
                    if last {
                        forks.push((state, value));
                        continue;
                    }
                    // `or` ends with what is true, `and` with what is false.
                    let ends_with = e.op == BoolOp::Or;
                    self.asks(&value);
                    self.hangs_on(expr, &value, before.as_ref(), &mut state);
                    // `event.get("httpMethod") or ""`, as `event.get("httpMethod", "")`: what matters is that it is of the event.
                    let rest = &e.values[i + 1..];
                    if ends_with && matches!(value.itself(), Itself::Key(_)) && rest.iter().all(is_empty_text)
                    {
                        forks.push((state, value));
                        continue;
                    }
                    match self.truth(&state, &value) {
                        Some(truth) if truth == ends_with => forks.push((state, value)),
                        Some(_) => next.push(state),
                        None => {
                            let (mut known, mut other) = (state.clone(), state);
                            self.narrow(expr, &value, ends_with, &mut known);
                            self.narrow(expr, &value, !ends_with, &mut other);
                            if self.some_route(&value, !ends_with, &mut other) {
                                next.push(other);
                            }
                            if self.some_route(&value, ends_with, &mut known) {
                                forks.push((known, settled(value, ends_with)));
                            }
                        }
                    }
                }
            }
            open = next;
        }
        forks
    }

    pub(super) fn compare(&mut self, e: &'p ast::ExprCompare, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        let exprs = [&*e.left].into_iter().chain(e.comparators.iter());
        let mut forks = Many::new();
        for (state, mut values) in self.eval_all(exprs, state, cx) {
            // What is written out here nobody else can change.
            for (value, expr) in values.iter_mut().skip(1).zip(e.comparators.iter()) {
                if let Expr::Set(set) = expr
                    && let Some(members) = set.elts.iter().map(text_of).collect::<Option<Vec<_>>>()
                {
                    *value = Value::Set(Some(Rc::new(members)));
                }
            }
            let (mut all, mut asks) = (Some(true), Itself::Nothing);
            for (pair, op) in values.windows(2).zip(e.ops.iter()) {
                let [left, right] = pair else { break };
                let asks_for_key = matches!(op, CmpOp::In | CmpOp::NotIn);
                self.asked_by_comparison(left, right);
                let at = self.place(cx, &e.range);
                if asks_for_key {
                    self.asks_for_key(right, left.as_text());
                    self.asks_for(left, right, at);
                } else {
                    self.asked_by_comparison(right, left);
                }
                self.compares(left, right);
                self.looks_for_item(&e.left, left);
                self.weighs_item(left);
                self.weighs_item(right);
                asks = self.asked_by(&state, (left, *op, right), at);
                match self.compared(&state, left, *op, right) {
                    Some(true) => {}
                    Some(false) => {
                        all = Some(false);
                        break;
                    }
                    None => all = None,
                }
            }
            let value = match all {
                Some(known) => Value::Bool(known),
                None => {
                    // Of a chain nobody asks only one thing.
                    let itself = if e.ops.len() == 1 { asks } else { Itself::Nothing };
                    Value::unknown(Sort::Bool, Taint { itself, ..taints(values.iter()) })
                }
            };
            forks.push((state, value));
        }
        forks
    }

    pub(super) fn compared(
        &mut self,
        state: &State<'p>,
        left: &Value<'p>,
        op: CmpOp,
        right: &Value<'p>,
    ) -> Option<bool> {
        if let (Value::Unknown(status), Value::Int(number)) = (left, right)
            && status.taint.foreign_status
            && let Some(known) = of_an_error(op, *number)
        {
            return Some(known);
        }
        match op {
            CmpOp::Eq => self.equal(left, right),
            CmpOp::NotEq => self.equal(left, right).map(|equal| !equal),
            CmpOp::Is => self.identical(left, right),
            CmpOp::IsNot => self.identical(left, right).map(|same| !same),
            CmpOp::In | CmpOp::NotIn => {
                if let Some(key) = left.as_text() {
                    self.looks(right, key);
                }
                self.relies_on(right);
                if self.has_no(right, left.as_text()) {
                    return Some(op == CmpOp::NotIn);
                }
                let within = self.within(state, left, right)?;
                Some(within == (op == CmpOp::In))
            }
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                let (Value::Int(a), Value::Int(b)) = (left, right) else { return None };
                Some(match op {
                    CmpOp::Lt => a < b,
                    CmpOp::LtE => a <= b,
                    CmpOp::Gt => a > b,
                    _ => a >= b,
                })
            }
        }
    }

    /// Whether two values are equal, where that is known.
    pub(super) fn equal(&self, left: &Value<'p>, right: &Value<'p>) -> Option<bool> {
        match (left, right) {
            (Value::Unknown(u), Value::None | Value::Bool(false) | Value::Int(0))
            | (Value::None | Value::Bool(false) | Value::Int(0), Value::Unknown(u))
                if u.truthy == Some(true) =>
            {
                Some(false)
            }
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::Text(a), Value::Text(b)) => match (&a.known, &b.known) {
                (Some(a), Some(b)) => Some(a == b),
                _ => None,
            },
            (Value::Int(a), Value::Int(b)) => Some(a == b),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::None, Value::None) => Some(true),
            (Value::None, _) | (_, Value::None) => Some(false),
            (Value::Int(_) | Value::Bool(_), Value::Text(_))
            | (Value::Text(_), Value::Int(_) | Value::Bool(_)) => Some(false),
            _ => None,
        }
    }

    pub(super) fn identical(&self, left: &Value<'p>, right: &Value<'p>) -> Option<bool> {
        match (left, right) {
            (Value::Unknown(u), Value::None) | (Value::None, Value::Unknown(u)) => match (u.truthy, u.sort) {
                (None | Some(false), Sort::Any) => None,
                _ => Some(false),
            },
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::None, Value::None) => Some(true),
            (Value::None, _) | (_, Value::None) => Some(false),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Class(_), Value::Class(_)) => Some(left == right),
            _ => None,
        }
    }

    pub(super) fn within(&self, state: &State<'p>, left: &Value<'p>, right: &Value<'p>) -> Option<bool> {
        if let Value::Dict(id) = right {
            let Some(Object::Dict(dict)) = self.object(state, *id) else { return None };
            let key = left.as_key()?;
            return match dict.get(&key) {
                Some(_) => Some(true),
                None if dict.open => None,
                None => Some(false),
            };
        }
        if let (Some(part), Some(whole)) = (left.as_text(), right.as_text()) {
            return Some(whole.contains(part));
        }
        let (items, open) = self.looked_through(state, right)?;
        let equal: Vec<Option<bool>> = items.iter().map(|item| self.equal(left, item)).collect();
        if equal.contains(&Some(true)) {
            return Some(true);
        }
        (!open && equal.iter().all(|e| *e == Some(false))).then_some(false)
    }

    /// What `in` looks through item by item, and whether there may be more; of a text it asks for a part.
    pub(super) fn looked_through(
        &self,
        state: &State<'p>,
        within: &Value<'p>,
    ) -> Option<(Vec<Value<'p>>, bool)> {
        match within {
            Value::Set(Some(members)) => Some((members.to_vec(), false)),
            Value::List(_) | Value::Tuple(_) => Some(self.items(state, within)),
            _ => None,
        }
    }

    /// Whether a value is true in an `if`, where that is known.
    pub(super) fn truth(&self, state: &State<'p>, value: &Value<'p>) -> Option<bool> {
        match value {
            Value::Unknown(unknown) => unknown.truthy,
            Value::None => Some(false),
            Value::Bool(known) => Some(*known),
            Value::Int(n) => Some(*n != 0),
            Value::Float(n) => Some(*n != 0.0),
            Value::Text(text) => match &text.known {
                Some(text) => Some(!text.is_empty()),
                None if !text.begins.is_empty() || text.content.is_some() => Some(true),
                None => None,
            },
            Value::Tuple(items) => Some(!items.is_empty()),
            Value::List(id) | Value::Dict(id) => match self.object(state, *id) {
                Some(Object::List(list)) if !list.items.is_empty() => Some(true),
                Some(Object::List(list)) if !list.open => Some(false),
                Some(Object::Dict(dict)) if !dict.entries.is_empty() => Some(true),
                Some(Object::Dict(dict)) if !dict.open => Some(false),
                _ => None,
            },
            Value::Instance(id) => match self.object(state, *id) {
                Some(Object::Instance(instance))
                    if ["__bool__", "__len__"]
                        .iter()
                        .all(|name| super::calls::member(&instance.class, name).is_none()) =>
                {
                    Some(true)
                }
                _ => None,
            },
            Value::Bytes | Value::Set(_) => None,
            // The answer of something outside may be anything.
            Value::External(external) if external.path.ends_with(')') && external.service.is_none() => None,
            Value::Function(_)
            | Value::Method(_)
            | Value::Super(_)
            | Value::Reply(_)
            | Value::Class(_)
            | Value::Module(_)
            | Value::Exception(_)
            | Value::External(_)
            | Value::Coroutine(_)
            | Value::ContextManager(_)
            | Value::Suppress(_)
            | Value::App(_) => Some(true),
        }
    }

    /// The paths on which a condition holds, and those on which it does not.
    pub(super) fn condition(
        &mut self,
        test: &'p Expr,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Vec<(State<'p>, bool)> {
        match test {
            Expr::UnaryOp(e) if e.op == UnaryOp::Not => {
                let inner = self.condition(&e.operand, state, cx);
                return inner.into_iter().map(|(state, holds)| (state, !holds)).collect();
            }
            Expr::BoolOp(e) => {
                let ends_with = e.op == BoolOp::Or;
                let mut open = vec![state];
                let mut decided = Vec::new();
                for value in &e.values {
                    let mut next = Vec::new();
                    for state in open {
                        for (state, holds) in self.condition(value, state, cx) {
                            if holds == ends_with {
                                decided.push((state, holds));
                            } else {
                                next.push(state);
                            }
                        }
                    }
                    open = next;
                }
                decided.extend(open.into_iter().map(|state| (state, !ends_with)));
                return decided;
            }
            _ => {}
        }
        let mut paths = Vec::new();
        let before = state.failure.clone();
        for (mut state, value) in self.eval(test, state, cx) {
            self.asked_for_truth(&value);
            self.asks(&value);
            self.looks_for_item(test, &value);
            self.hangs_on(test, &value, before.as_ref(), &mut state);
            match self.truth(&state, &value) {
                Some(holds) => {
                    self.refuses(test, &value, holds, &mut state);
                    paths.push((state, holds));
                }
                None => {
                    let (mut holds, mut fails) = (state.clone(), state);
                    self.narrow(test, &value, true, &mut holds);
                    self.narrow(test, &value, false, &mut fails);
                    self.refuses(test, &value, true, &mut holds);
                    self.refuses(test, &value, false, &mut fails);
                    if self.some_route(&value, true, &mut holds) {
                        paths.push((holds, true));
                    }
                    if self.some_route(&value, false, &mut fails) {
                        paths.push((fails, false));
                    }
                }
            }
        }
        paths
    }

    /// What a branch says about the variable that it asks for.
    pub(super) fn narrow(&mut self, test: &'p Expr, value: &Value<'p>, holds: bool, state: &mut State<'p>) {
        if let Some(name) = asked_for_type(test) {
            if let Some(value) = state.locals.as_mut().and_then(|locals| Rc::make_mut(locals).get_mut(name)) {
                *value = value.clone().of_any_sort();
            }
            return;
        }
        let left = match test {
            Expr::Compare(e) => e.left.as_name_expr(),
            _ => None,
        };
        let known = left.and_then(|name| state.locals.as_ref()?.get(name.id.as_str())).cloned();
        let mut set = |name: &'p str, to: Value<'p>| {
            if let Some(locals) = &mut state.locals
                && matches!(locals.get(name), Some(Value::Unknown(_) | Value::Text(_)))
            {
                Rc::make_mut(locals).insert(name, to);
            }
        };
        match test {
            Expr::Name(name) => set(name.id.as_str(), settled(value.clone(), holds)),
            Expr::Named(e) => {
                if let Expr::Name(name) = &*e.target {
                    set(name.id.as_str(), settled(value.clone(), holds));
                }
            }
            Expr::Compare(e) => {
                let (Expr::Name(name), [op], [right]) = (&*e.left, &*e.ops, &*e.comparators) else { return };
                let same = match op {
                    CmpOp::Is | CmpOp::Eq => holds,
                    CmpOp::IsNot | CmpOp::NotEq => !holds,
                    _ => return,
                };
                let to = match right {
                    Expr::NoneLiteral(_) if same => Value::None,
                    // Not None is not yet true, but it is there.
                    Expr::NoneLiteral(_) => match known {
                        Some(known) => known.of_nothing(),
                        None => return,
                    },
                    Expr::BooleanLiteral(b) if same => Value::Bool(b.value),
                    Expr::NumberLiteral(n) if same => match &n.value {
                        Number::Int(int) => match int.as_i64() {
                            Some(int) => Value::Int(int),
                            None => return,
                        },
                        _ => return,
                    },
                    // What somebody else said stays what he said: an answer that hands it on claims nothing.
                    Expr::StringLiteral(s) if same && says_failure(s.value.to_str()) => {
                        state.reports |= !value.taint().tells && !value.taint().event;
                        return;
                    }
                    Expr::StringLiteral(s) if same => Value::text(s.value.to_str()),
                    _ => return,
                };
                set(name.id.as_str(), to);
            }
            _ => {}
        }
    }
}

/// The variable of which a condition asks what type it is, or what it has: `isinstance(x, …)`, `type(x) is …`.
fn asked_for_type(test: &Expr) -> Option<&str> {
    let (call, words): (_, &[&str]) = match test {
        Expr::Call(call) => (call, &["isinstance", "hasattr", "callable"]),
        Expr::Compare(compare) => (compare.left.as_call_expr()?, &["type"]),
        _ => return None,
    };
    let asks = words.contains(&call.func.as_name_expr()?.id.as_str());
    call.arguments.args.first()?.as_name_expr().filter(|_| asks).map(|name| name.id.as_str())
}

/// A value of which a branch has settled whether it is true.
pub(super) fn settled(value: Value<'_>, truth: bool) -> Value<'_> {
    match value {
        Value::Unknown(Unknown { sort: Sort::Bool, .. }) => Value::Bool(truth),
        Value::Unknown(unknown) => Value::Unknown(Unknown { truthy: Some(truth), ..unknown }),
        value => value,
    }
}

/// What a comparison with a number comes to for the status that came with an exception: 400 and above.
fn of_an_error(op: CmpOp, number: i64) -> Option<bool> {
    match op {
        CmpOp::GtE if number <= 400 => Some(true),
        CmpOp::Gt if number < 400 => Some(true),
        CmpOp::Lt if number <= 400 => Some(false),
        CmpOp::LtE if number < 400 => Some(false),
        CmpOp::Eq if number < 400 => Some(false),
        CmpOp::NotEq if number < 400 => Some(true),
        _ => None,
    }
}

fn is_empty_text(expr: &Expr) -> bool {
    expr.as_string_literal_expr().is_some_and(|text| text.value.is_empty())
}

/// The value of a literal text.
fn text_of<'p>(expr: &'p Expr) -> Option<Value<'p>> {
    Some(Value::text(expr.as_string_literal_expr()?.value.to_str()))
}
