//! Expressions: their values on each path.

use std::borrow::Cow;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Number, Operator, UnaryOp};
use smallvec::smallvec;

use super::interpreter::{Cx, Forks, Interpreter, Many, follow};
use super::state::{Dict, List, Object, State, taints};
use super::value::{
    Arguments, Body, ExceptionClass, Function, Itself, Role, Sort, Taint, Text, Unknown, Value,
};
use crate::facts::{Failed, Logged, Place};

impl<'p> Interpreter<'p> {
    /// The value of an expression on each path that it takes. Where it raises, that path is in `escaped`.
    pub(super) fn eval(&mut self, expr: &'p Expr, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        if !self.deeper() {
            self.nesting -= 1;
            let place = self.place(cx, expr);
            self.unknown_at(place, "an expression this deep");
            return smallvec![(state, Value::any())];
        }
        let forks = self.eval_inner(expr, state, cx);
        self.nesting -= 1;
        forks
    }

    /// The value of an expression that takes one path; of several, the first. What it raises is dropped.
    pub(super) fn eval_one(&mut self, expr: &'p Expr, state: &mut State<'p>, cx: Cx<'_, 'p>) -> Value<'p> {
        if is_plain(expr) {
            let mark = self.escaped.len();
            let value = self.plain_value(expr, state, cx);
            self.escaped.truncate(mark);
            return value.unwrap_or(Value::any());
        }
        let mark = self.escaped.len();
        let first = self.eval(expr, state.clone(), cx).into_iter().next();
        self.escaped.truncate(mark);
        match first {
            Some((after, value)) => {
                *state = after;
                value
            }
            None => Value::any(),
        }
    }

    /// Several expressions, one after another.
    pub(super) fn eval_all<'e>(
        &mut self,
        exprs: impl Iterator<Item = &'p Expr> + 'e,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Many<(State<'p>, Vec<Value<'p>>)>
    where
        'p: 'e,
    {
        // Room for what is usual; a long table of constants grows.
        let mut forks: Many<_> = smallvec![(state, Vec::with_capacity(exprs.size_hint().0.min(64)))];
        for expr in exprs {
            if is_plain(expr) {
                forks.retain_mut(|(state, values)| {
                    let value = self.plain_value(expr, state, cx);
                    value.map(|value| values.push(value)).is_some()
                });
                continue;
            }
            let mut next = Many::with_capacity(forks.len());
            for (state, values) in forks {
                let results = self.eval(expr, state, cx);
                let last = results.len().saturating_sub(1);
                let mut values = Some(values);
                for (i, (state, value)) in results.into_iter().enumerate() {
                    let known = if i == last { values.take() } else { values.clone() };
                    let mut known = known.unwrap_or_default();
                    known.push(value);
                    next.push((state, known));
                }
            }
            forks = if next.len() > 1 { self.settle_all(next) } else { next };
        }
        forks
    }

    /// The value of an expression that takes one path and changes nothing; `None` where nothing is bound to the name that it is.
    fn plain_value(&mut self, expr: &'p Expr, state: &State<'p>, cx: Cx<'_, 'p>) -> Option<Value<'p>> {
        if let Expr::Name(name) = expr {
            if let Some(value) = super::names::local(name.id.as_str(), state) {
                return Some(value.clone());
            }
            if self.is_unbound(expr, state, cx) {
                return None;
            }
        }
        Some(self.plain(expr, state, cx))
    }

    /// Evaluates an expression and goes on from every value.
    pub(super) fn eval_then<T>(
        &mut self,
        expr: &'p Expr,
        state: State<'p>,
        cx: Cx<'_, 'p>,
        mut then: impl FnMut(&mut Self, State<'p>, Value<'p>) -> Many<T>,
    ) -> Many<T> {
        if is_plain(expr) {
            return match self.plain_value(expr, &state, cx) {
                Some(value) => then(self, state, value),
                None => Many::new(),
            };
        }
        follow(self.eval(expr, state, cx), |(state, value)| then(self, state, value))
    }

    /// What a call is given, where every argument is such an expression; `None` where one is not.
    pub(super) fn plain_arguments(
        &mut self,
        arguments: &'p ast::Arguments,
        state: &State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Option<Option<Arguments<'p>>> {
        let named = |keyword: &ast::Keyword| keyword.arg.is_some() && is_plain(&keyword.value);
        if !arguments.args.iter().all(is_plain) || !arguments.keywords.iter().all(named) {
            return None;
        }
        let mut given = Arguments::with_capacity(arguments.args.len(), arguments.keywords.len());
        for expr in &arguments.args {
            match self.plain_value(expr, state, cx) {
                Some(value) => given.positional.push(value),
                None => return Some(None),
            }
        }
        for keyword in &arguments.keywords {
            let (Some(name), Some(value)) = (&keyword.arg, self.plain_value(&keyword.value, state, cx))
            else {
                return Some(None);
            };
            given.named.push((name.as_str().into(), value));
        }
        Some(Some(given))
    }

    /// The value of such an expression.
    fn plain(&mut self, expr: &'p Expr, state: &State<'p>, cx: Cx<'_, 'p>) -> Value<'p> {
        match expr {
            Expr::StringLiteral(e) if state.handling.is_some() => Value::Text(Rc::new(Text {
                known: Some(e.value.to_str().into()),
                begins: String::new(),
                content: None,
                taint: Taint { of_clause: true, ..Taint::default() },
            })),
            Expr::StringLiteral(e) => Value::text(e.value.to_str()),
            Expr::NumberLiteral(e) => match &e.value {
                Number::Int(int) => {
                    int.as_i64().map_or(Value::unknown(Sort::Number, Taint::default()), Value::Int)
                }
                Number::Float(float) => Value::Float(*float),
                Number::Complex { .. } => Value::any(),
            },
            Expr::BooleanLiteral(e) => Value::Bool(e.value),
            Expr::NoneLiteral(_) => Value::None,
            Expr::BytesLiteral(_) => Value::Bytes,
            Expr::Name(name) => self.name(name.id.as_str(), state, cx, expr),
            _ => Value::any(),
        }
    }

    fn eval_inner(&mut self, expr: &'p Expr, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        if is_plain(expr) {
            return match self.plain_value(expr, &state, cx) {
                Some(value) => smallvec![(state, value)],
                None => Many::new(),
            };
        }
        let value = match expr {
            Expr::Attribute(e) => {
                let at = self.place(cx, expr);
                return self.eval_then(&e.value, state, cx, |this, state, object| {
                    this.attribute(&object, e.attr.as_str(), at, state)
                });
            }
            Expr::Call(call) => return self.call_expression(call, state, cx),
            Expr::Dict(e) => return self.dict_literal(e, state, cx),
            Expr::List(e) => return self.sequence(&e.elts, state, cx, Some(self.place(cx, expr))),
            Expr::Tuple(e) => return self.sequence(&e.elts, state, cx, None),
            Expr::Set(e) => {
                let mut forks = Many::new();
                for (state, values) in self.eval_all(e.elts.iter(), state, cx) {
                    values.iter().for_each(|value| self.settles(value, &state));
                    forks.push((state, Value::Set(None)));
                }
                return forks;
            }
            Expr::FString(e) => return self.f_string(e, state, cx),
            Expr::BinOp(e) => {
                let at = self.place(cx, expr);
                let mut forks = Many::new();
                for (state, left) in self.eval(&e.left, state, cx) {
                    for (mut state, right) in self.eval(&e.right, state, cx) {
                        let value = self.binary(&mut state, &left, e.op, &right, at);
                        forks.push((state, value));
                    }
                }
                return forks;
            }
            Expr::BoolOp(e) => return self.bool_op(e, state, cx),
            Expr::UnaryOp(e) => {
                if e.op == UnaryOp::Not {
                    let holds = self.condition(&e.operand, state, cx);
                    return holds.into_iter().map(|(state, holds)| (state, Value::Bool(!holds))).collect();
                }
                let values = self.eval(&e.operand, state, cx);
                return values
                    .into_iter()
                    .map(|(state, value)| {
                        let value = match (e.op, value) {
                            (UnaryOp::USub, Value::Int(n)) => {
                                n.checked_neg().map_or(Value::any(), Value::Int)
                            }
                            (UnaryOp::USub, Value::Float(n)) => Value::Float(-n),
                            (UnaryOp::UAdd, value @ (Value::Int(_) | Value::Float(_))) => value,
                            (_, value) => Value::unknown(Sort::Number, value.taint()),
                        };
                        (state, value)
                    })
                    .collect();
            }
            Expr::Compare(e) => return self.compare(e, state, cx),
            Expr::If(e) => {
                let mut forks = Many::new();
                let before = state.refused.clone();
                for (mut state, holds) in self.condition(&e.test, state, cx) {
                    if !holds {
                        self.takes_same_part(e, &mut state);
                    }
                    let given = self.eval(if holds { &e.body } else { &e.orelse }, state, cx);
                    forks.extend(given.into_iter().map(|(mut state, value)| {
                        self.takes_default(before.as_ref(), &value, &mut state);
                        (state, value)
                    }));
                }
                return forks;
            }
            Expr::Named(e) => {
                let values = self.eval(&e.value, state, cx);
                return values
                    .into_iter()
                    .map(|(state, value)| (self.assign(&e.target, value.clone(), state, cx), value))
                    .collect();
            }
            Expr::Subscript(e) => {
                let at = self.place(cx, expr);
                return self.eval_then(&e.value, state, cx, |this, mut state, object| {
                    this.has_item(&e.value, &mut state);
                    this.eval_then(&e.slice, state, cx, |this, state, key| {
                        this.item(&object, &key, at, state)
                    })
                });
            }
            Expr::Slice(e) => {
                let parts = [&e.lower, &e.upper, &e.step].into_iter().flatten().map(|part| &**part);
                let forks = self.eval_all(parts, state, cx);
                return forks.into_iter().map(|(state, _)| (state, Value::any())).collect();
            }
            Expr::Lambda(e) => Value::Function(Rc::new(Function {
                name: "<lambda>",
                module: cx.module,
                parameters: e.parameters.as_deref(),
                body: Body::Expression(&e.body),
                place: self.place(cx, expr),
                defaults: Default::default(),
                captured: state.locals.clone(),
                is_async: false,
                role: Role::Plain,
                yields: false,
                wrapped: false,
            })),
            Expr::Await(e) => {
                let values = self.eval(&e.value, state, cx);
                let at = self.place(cx, expr);
                return values
                    .into_iter()
                    .flat_map(|(state, value)| self.awaited(value, at, state))
                    .collect();
            }
            Expr::Starred(e) => return self.eval(&e.value, state, cx),
            Expr::ListComp(e) => {
                return self.comprehension(&e.generators, &[&e.elt], state, cx, Some(self.place(cx, expr)));
            }
            Expr::SetComp(e) => {
                let forks = self.comprehension(&e.generators, &[&e.elt], state, cx, None);
                return forks.into_iter().map(|(state, _)| (state, Value::Set(None))).collect();
            }
            Expr::Generator(e) => return self.comprehension(&e.generators, &[&e.elt], state, cx, None),
            Expr::DictComp(e) => {
                let parts: Vec<&'p Expr> = e.key.as_deref().into_iter().chain([&*e.value]).collect();
                let made = self.place(cx, expr);
                let (keys, open) = self.keys_again(e, &state);
                let forks = self.comprehension(&e.generators, &parts, state, cx, None);
                return forks
                    .into_iter()
                    .map(|(mut state, value)| {
                        let entries = keys.iter().map(|key| (key.clone(), value.clone(), made)).collect();
                        let id = self.make(&mut state, Object::Dict(Dict { entries, open, made }));
                        (state, Value::Dict(id))
                    })
                    .collect();
            }
            Expr::Yield(e) => {
                let mut forks = Many::new();
                for (state, values) in self.eval_all(e.value.as_deref().into_iter(), state, cx) {
                    values.iter().for_each(|value| self.settles(value, &state));
                    forks.push((state, Value::any()));
                }
                return forks;
            }
            Expr::YieldFrom(e) => {
                let forks = self.eval(&e.value, state, cx);
                return forks.into_iter().map(|(state, _)| (state, Value::any())).collect();
            }
            _ => Value::any(),
        };
        smallvec![(state, value)]
    }

    fn dict_literal(&mut self, e: &'p ast::ExprDict, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        let made = self.place(cx, &e.range);
        // Keys that are written out need no evaluation.
        let keys = |item: &'p ast::DictItem| item.key.iter().filter(|key| written(key).is_none());
        let exprs: Vec<&'p Expr> = e.items.iter().flat_map(|item| keys(item).chain([&item.value])).collect();
        let evaluated = self.eval_all(exprs.into_iter(), state, cx);
        let mut forks = Many::with_capacity(evaluated.len());
        for (mut state, values) in evaluated {
            let mut dict = Dict { entries: Vec::with_capacity(e.items.len()), open: false, made };
            let mut values = values.into_iter();
            for item in &e.items {
                match &item.key {
                    Some(key_expr) => {
                        let key = match written(key_expr) {
                            Some(key) => Some(key.into()),
                            None => values.next().and_then(|key| key.as_key()),
                        };
                        let Some(value) = values.next() else { break };
                        let start = ruff_text_size::Ranged::start(key_expr);
                        let end = ruff_text_size::Ranged::end(&item.value);
                        let at = self.place(cx, &ruff_text_size::TextRange::new(start, end));
                        match key {
                            Some(key) => dict.set(key, value, at),
                            None => {
                                self.settles(&value, &state);
                                dict.open = true;
                            }
                        }
                    }
                    // `**other`
                    None => {
                        let Some(value) = values.next() else { break };
                        if !matches!(value, Value::Dict(_)) {
                            self.settles(&value, &state);
                        }
                        let added = self.dict_of(&state, &value);
                        super::definitions::merge(&mut dict, added);
                    }
                }
            }
            let id = self.make(&mut state, Object::Dict(dict));
            forks.push((state, Value::Dict(id)));
        }
        forks
    }

    /// A list (`made`: where) or a tuple.
    fn sequence(
        &mut self,
        elts: &'p [Expr],
        state: State<'p>,
        cx: Cx<'_, 'p>,
        made: Option<Place>,
    ) -> Forks<'p> {
        let mut forks = Many::new();
        for (mut state, values) in self.eval_all(elts.iter(), state, cx) {
            let mut open = false;
            let mut items = Vec::with_capacity(values.len());
            for (elt, value) in elts.iter().zip(values) {
                if matches!(elt, Expr::Starred(_)) {
                    let (more, more_open) = self.items(&state, &value);
                    items.extend(more);
                    open |= more_open;
                } else {
                    items.push(value);
                }
            }
            let value = match made {
                Some(made) => Value::List(self.make(&mut state, Object::List(List { items, open, made }))),
                None if open => Value::any(),
                None => Value::Tuple(Rc::new(items)),
            };
            forks.push((state, value));
        }
        forks
    }

    fn f_string(&mut self, e: &'p ast::ExprFString, state: State<'p>, cx: Cx<'_, 'p>) -> Forks<'p> {
        enum Piece<'p> {
            Text(&'p str),
            Field { bare: bool },
        }
        let mut pieces = Vec::new();
        let mut exprs: Vec<&'p Expr> = Vec::new();
        for part in e.value.as_slice() {
            match part {
                ast::FStringPart::Literal(literal) => pieces.push(Piece::Text(&literal.value)),
                ast::FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => {
                                pieces.push(Piece::Text(&literal.value));
                            }
                            ast::InterpolatedStringElement::Interpolation(field) => {
                                let bare = field.format_spec.is_none()
                                    && field.conversion == ast::ConversionFlag::None;
                                pieces.push(Piece::Field { bare });
                                exprs.push(&field.expression);
                            }
                        }
                    }
                }
            }
        }
        let mut forks = Many::new();
        for (state, values) in self.eval_all(exprs.into_iter(), state, cx) {
            let (mut text, mut known) = (String::new(), true);
            let taint = taints(values.iter());
            let taint = Taint { of_clause: taint.of_clause || state.handling.is_some(), ..taint };
            let itself = match (&pieces[..], &values[..]) {
                (
                    [Piece::Field { bare: true }, Piece::Text(between), Piece::Field { bare: true }],
                    [a, b],
                ) => match (a.itself(), b.itself(), &between.chars().collect::<Vec<_>>()[..]) {
                    (Itself::Key(a), Itself::Key(b), [between]) => Itself::Two([a, b], *between),
                    _ => Itself::Nothing,
                },
                _ => Itself::Nothing,
            };
            let taint = Taint { itself, ..taint };
            let mut values = values.iter();
            for piece in &pieces {
                match piece {
                    Piece::Text(literal) if known => text.push_str(literal),
                    Piece::Text(_) => {}
                    Piece::Field { bare } => {
                        let value = values.next();
                        match value.filter(|_| *bare).and_then(|value| value.shown()) {
                            Some(shown) if known => text.push_str(&shown),
                            Some(_) => {}
                            None => known = false,
                        }
                    }
                }
            }
            let value = Value::Text(Rc::new(Text {
                known: known.then(|| text.clone().into()),
                begins: text,
                content: None,
                taint,
            }));
            forks.push((state, value));
        }
        forks
    }

    pub(super) fn binary(
        &mut self,
        state: &mut State<'p>,
        left: &Value<'p>,
        op: Operator,
        right: &Value<'p>,
        at: Place,
    ) -> Value<'p> {
        let taint = left.taint().and(right.taint());
        match (left, op, right) {
            (Value::Int(a), Operator::Add, Value::Int(b)) => {
                a.checked_add(*b).map_or(Value::any(), Value::Int)
            }
            (Value::Int(a), Operator::Sub, Value::Int(b)) => {
                a.checked_sub(*b).map_or(Value::any(), Value::Int)
            }
            (Value::Int(a), Operator::Mult, Value::Int(b)) => {
                a.checked_mul(*b).map_or(Value::any(), Value::Int)
            }
            (Value::Text(a), Operator::Add, Value::Text(b)) => match (&a.known, &b.known) {
                (Some(a), Some(b)) if a.len() + b.len() < 1 << 16 => {
                    let joined = Text {
                        known: Some(format!("{a}{b}").into()),
                        begins: String::new(),
                        content: None,
                        taint,
                    };
                    Value::Text(Rc::new(joined))
                }
                (Some(a), _) => Value::some_text(a.to_string(), taint),
                (None, _) => Value::some_text(a.begins.clone(), taint),
            },
            (Value::Text(a), Operator::Add | Operator::Mod, other) => {
                if op == Operator::Add && !matches!(other, Value::Unknown(_)) {
                    self.may_fail(state, &["TypeError"], at);
                }
                let begins = a.known.as_deref().unwrap_or(&a.begins);
                let begins =
                    if op == Operator::Mod { begins.split('%').next().unwrap_or_default() } else { begins };
                Value::some_text(begins, taint)
            }
            (_, Operator::Add, Value::Text(_)) => {
                self.may_fail(state, &["TypeError"], at);
                Value::some_text("", taint)
            }
            (Value::Dict(_), Operator::BitOr, Value::Dict(_)) => {
                let Some(mut dict) = self.dict_of(state, left) else { return Value::any() };
                let added = self.dict_of(state, right);
                super::definitions::merge(&mut dict, added);
                dict.made = at;
                Value::Dict(self.make(state, Object::Dict(dict)))
            }
            (Value::List(_), Operator::Add, Value::List(_)) => {
                let ((mut items, open), (more, more_open)) =
                    (self.items(state, left), self.items(state, right));
                items.extend(more);
                let list = List { items, open: open || more_open, made: at };
                Value::List(self.make(state, Object::List(list)))
            }
            (Value::Unknown(_), ..) | (_, _, Value::Unknown(_)) => {
                self.may_fail(state, &["TypeError", "ZeroDivisionError", "ValueError"], at);
                let numeric = |value: &Value<'p>| {
                    matches!(
                        value,
                        Value::Int(_) | Value::Float(_) | Value::Unknown(Unknown { sort: Sort::Number, .. })
                    )
                };
                let sort = if numeric(left) || numeric(right) { Sort::Number } else { Sort::Any };
                Value::unknown(if op == Operator::Mult { Sort::Any } else { sort }, taint)
            }
            (Value::Int(_) | Value::Float(_), _, Value::Int(_) | Value::Float(_)) => {
                if matches!(op, Operator::Div | Operator::FloorDiv | Operator::Mod)
                    && !matches!(right, Value::Int(n) if *n != 0)
                {
                    self.may_fail(state, &["ZeroDivisionError"], at);
                }
                Value::unknown(Sort::Number, taint)
            }
            _ => Value::unknown(Sort::Any, taint),
        }
    }

    /// What is known to be in something that can be looped over, and whether there may be more.
    pub(super) fn items(&self, state: &State<'p>, value: &Value<'p>) -> (Vec<Value<'p>>, bool) {
        match value {
            Value::Tuple(items) => (items.to_vec(), false),
            Value::List(id) => match self.object(state, *id) {
                Some(Object::List(list)) => (list.items.clone(), list.open),
                _ => (Vec::new(), true),
            },
            Value::Dict(id) => match self.object(state, *id) {
                Some(Object::Dict(dict)) => {
                    (dict.entries.iter().map(|(key, ..)| Value::of_key(key)).collect(), dict.open)
                }
                _ => (Vec::new(), true),
            },
            _ => (Vec::new(), true),
        }
    }

    /// The keys that `{k: … for k, v in known.items()}` takes over, and whether there may be others.
    fn keys_again(&self, e: &'p ast::ExprDictComp, state: &State<'p>) -> (Vec<Cow<'p, str>>, bool) {
        let taken = || {
            let [ast::Comprehension { target: Expr::Tuple(target), iter: Expr::Call(iter), ifs, .. }] =
                &*e.generators
            else {
                return None;
            };
            let (Expr::Attribute(method), Some(Expr::Name(key)), Some(Expr::Name(first))) =
                (&*iter.func, e.key.as_deref(), target.elts.first())
            else {
                return None;
            };
            let Expr::Name(of) = &*method.value else { return None };
            if method.attr.as_str() != "items" || key.id != first.id || !ifs.is_empty() {
                return None;
            }
            let Some(Value::Dict(id)) = super::names::local(of.id.as_str(), state) else { return None };
            match self.object(state, *id) {
                Some(Object::Dict(dict)) => {
                    Some((dict.entries.iter().map(|(key, ..)| key.clone()).collect(), dict.open))
                }
                _ => None,
            }
        };
        taken().unwrap_or((Vec::new(), true))
    }

    fn comprehension(
        &mut self,
        generators: &'p [ast::Comprehension],
        parts: &[&'p Expr],
        state: State<'p>,
        cx: Cx<'_, 'p>,
        made: Option<Place>,
    ) -> Forks<'p> {
        // Its variables are its own.
        let around = state.locals.clone();
        let mut open = vec![(state, Taint::default())];
        let mut empty = false;
        let mut some = true;
        for generator in generators {
            let mut next = Vec::new();
            for (state, taint) in open {
                for (mut state, iterable) in self.eval(&generator.iter, state, cx) {
                    self.goes_through(&iterable);
                    self.uses(&iterable, &mut state);
                    let taint = taint.and(iterable.taint());
                    let (items, more) = self.items(&state, &iterable);
                    empty |= items.is_empty() && !more;
                    some &= !items.is_empty() && generator.ifs.is_empty();
                    let item = match items.into_iter().next() {
                        Some(item) if !more => item,
                        _ => Value::Unknown(Unknown { taint, ..Unknown::ANY }),
                    };
                    let mut state = self.assign(&generator.target, item, state, cx);
                    for test in &generator.ifs {
                        let asked = self.eval_one(test, &mut state, cx);
                        self.asked_for_truth(&asked);
                    }
                    next.push((state, taint));
                }
            }
            open = next;
        }
        let mut forks = Many::new();
        for (state, taint) in open {
            // One item stands for all: what it may raise, it may raise for any.
            for (mut state, values) in self.eval_all(parts.iter().copied(), state, cx) {
                state.locals = around.clone();
                let taint = taint.and(taints(values.iter()));
                if made.is_none() || !some || empty {
                    for value in &values {
                        self.settles(value, &state);
                    }
                }
                let value = match made {
                    Some(made) => {
                        let items = if some && !empty { values } else { Vec::new() };
                        Value::List(self.make(&mut state, Object::List(List { items, open: !empty, made })))
                    }
                    None => Value::unknown(Sort::Any, taint),
                };
                forks.push((state, value));
            }
        }
        forks
    }

    /// `object[key]`
    fn item(&mut self, object: &Value<'p>, key: &Value<'p>, at: Place, state: State<'p>) -> Forks<'p> {
        if let Some(key) = key.as_text() {
            self.looks(object, key);
            self.relies_on(object);
        } else if matches!(key, Value::Int(_)) {
            self.relies_on(object);
        }
        let taint = object.taint();
        match object {
            Value::Dict(id) => {
                let Some(Object::Dict(dict)) = self.object(&state, *id) else {
                    return smallvec![(state, Value::any())];
                };
                if let Some(key) = key.as_key() {
                    match dict.get(&key) {
                        Some(value) => {
                            let value = value.clone();
                            return smallvec![(state, value)];
                        }
                        None if dict.open => {}
                        None => {
                            // For certain: nothing goes on from here.
                            self.certain(state, "builtins.KeyError", at);
                            return Many::new();
                        }
                    }
                }
                if let Some((mut entries, others)) = self.entries_under(*id, key, &state) {
                    if let Some(others) = others {
                        self.may_fail(&others, &["KeyError", "TypeError"], at);
                        // Of an open one nobody knows what else stands in it.
                        if self.is_open(&others, *id) {
                            entries.push((others, Value::any()));
                        }
                    }
                    return entries;
                }
                self.may_fail(&state, &["KeyError", "TypeError"], at);
                smallvec![(state, Value::any())]
            }
            Value::Tuple(_) | Value::List(_) => {
                let (items, open) = self.items(&state, object);
                match key {
                    Value::Int(n) if *n >= 0 && (*n as usize) < items.len() => {
                        let value = items[*n as usize].clone();
                        return smallvec![(state, value)];
                    }
                    Value::Int(-1) if !open && !items.is_empty() => {
                        let value = items[items.len() - 1].clone();
                        return smallvec![(state, value)];
                    }
                    _ => {}
                }
                self.may_fail(&state, &["IndexError", "TypeError"], at);
                smallvec![(state, Value::unknown(Sort::Any, taint))]
            }
            Value::None => {
                self.certain(state, "builtins.TypeError", at);
                Many::new()
            }
            Value::External(external) if external.path == "os.environ" => {
                self.may_fail(&state, &["KeyError"], at);
                smallvec![(state, Value::unknown(Sort::Text, taint))]
            }
            Value::Exception(_) | Value::External(_) => smallvec![(state, Value::unknown(Sort::Any, taint))],
            Value::Text(_) => {
                self.may_fail(&state, &["IndexError", "TypeError"], at);
                smallvec![(state, Value::some_text("", taint))]
            }
            _ => {
                if key.as_text().is_some() {
                    self.reads_unguarded(object, key.as_text(), at);
                }
                if self.has_no(object, key.as_text()) {
                    self.lacks(key.as_text(), at);
                    self.may_fail(&state, &["KeyError"], at);
                    return Many::new();
                }
                if key.as_text().is_some() && self.is_proxy_body(object) {
                    self.certain(state, "builtins.TypeError", at);
                    return Many::new();
                }
                self.may_fail(&state, &["KeyError", "IndexError", "TypeError"], at);
                let itself = self.identify(object, key.as_text(), false, at);
                let taint = Taint { itself, ..self.taint_of_item(object, key.as_text()) };
                let sort = match (object, key) {
                    // One of a table's items.
                    (Value::Unknown(list), Value::Int(_)) if list.sort == Sort::List => Sort::Dict,
                    _ => self.sort_under(object, key.as_text()),
                };
                smallvec![(state, Value::unknown(sort, taint))]
            }
        }
    }

    /// Ends a path with a built-in exception that it cannot avoid.
    pub(super) fn certain(&mut self, state: State<'p>, class: &str, at: Place) {
        let exception = super::value::Exception {
            class: ExceptionClass::Named(class.to_string()),
            message: Value::unknown(Sort::Text, Taint { tells: true, ..Taint::default() }),
            instance: None,
            place: at,
            what: Failed::Value,
            logged: Logged::Nowhere,
        };
        self.raise(state, Rc::new(exception));
    }

    /// What an item of something unknown is made of.
    pub(super) fn taint_of_item(&self, object: &Value<'p>, key: Option<&str>) -> Taint {
        let taint = object.taint().within(key);
        let says_status = matches!(key, Some("HTTPStatusCode" | "StatusCode"));
        let answer = match key {
            Some(key) => self.part(object, key),
            None => self.part(object, ""),
        };
        Taint { foreign_status: taint.foreign_status || (says_status && taint.of_response), answer, ..taint }
    }
}

/// The text of a string literal.
fn written(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// Whether an expression takes one path and changes nothing: most arguments and entries do.
fn is_plain(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Name(_)
            | Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_)
    )
}
