//! What expressions are worth.

use super::Evaluator;
use crate::ast::{Expression, Operator, Reference, Tail};
use crate::decimal::Decimal;
use crate::error::{ErrorKind, Failure};
use crate::heap::{Datum, Key, Style};
use crate::methods;
use crate::seen::Seen;
use crate::tape::Node;

/// How far a reference leads from map to map.
pub(super) struct Glance<'e, 't> {
    /// What stands there; `None` where it leads nowhere, or to null.
    pub(super) at: Option<Seen<'e, 't>>,
    /// The steps that are left.
    pub(super) rest: &'t [Tail],
    /// How many have been taken.
    pub(super) steps: usize,
}

impl<'t> Evaluator<'t> {
    /// The value of an expression. Recorded: a reference that leads nowhere is the empty string. Null is only what arithmetic
    /// cannot calculate.
    #[inline]
    pub(crate) fn value(&mut self, expression: &'t Expression) -> Result<Datum<'t>, Failure> {
        self.charge(1)?;
        match expression {
            Expression::Reference(reference) => match self.resolve(reference)? {
                None | Some(Datum::Null) => Ok("".into()),
                Some(datum) => Ok(datum),
            },
            _ => self.nested(|e| e.value_inside(expression)),
        }
    }

    fn value_inside(&mut self, expression: &'t Expression) -> Result<Datum<'t>, Failure> {
        Ok(match expression {
            Expression::Null => Datum::Null,
            Expression::Bool(b) => Datum::Bool(*b),
            Expression::Int(n) => Datum::Int(*n),
            Expression::Double(spelled) => Datum::Double(spelled.parse().unwrap_or_default()),
            Expression::Big(spelled) => Datum::Big(spelled.as_str().into()),
            Expression::Text(text) => {
                self.charge_text(text.len())?;
                text.as_str().into()
            }
            Expression::Interpolated(block) => {
                let mut out = String::new();
                let flow = self.apart(|e| e.block(block, &mut out))?;
                self.stopped |= flow == super::Flow::Stop;
                out.into()
            }
            Expression::List(items) => {
                let items = items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?;
                self.heap.new_list(items, Style::Java)
            }
            Expression::Map(members) => {
                let mut values = Vec::with_capacity(members.len());
                for (key, value) in members {
                    let key = self.value(key)?;
                    values.push((self.key(&key)?, self.value(value)?));
                }
                self.heap.new_map(values)
            }
            Expression::Range(from, to) => self.range(from, to)?,
            // Needs no level of its own.
            Expression::Reference(_) => self.value(expression)?,
            Expression::Not(_) => Datum::Bool(self.truth(expression)?),
            Expression::Binary(operator, sides) => match operator {
                Operator::Or | Operator::And => Datum::Bool(self.truth(expression)?),
                _ => {
                    let (left, right) = (self.value(&sides.0)?, self.value(&sides.1)?);
                    self.binary(*operator, &left, &right)?
                }
            },
        })
    }

    /// The number that an expression is, where that is an integer and plain to see.
    fn integer(&self, expression: &'t Expression) -> Option<i128> {
        let Glance { at, rest: [], .. } = (match expression {
            Expression::Int(n) => return Some(*n),
            Expression::Reference(reference) => self.glance(reference),
            _ => return None,
        }) else {
            return None;
        };
        match at? {
            Seen::Count(count) => Some(count as i128),
            Seen::Other(Datum::Int(n)) => Some(*n),
            Seen::Read(place) => match self.heap.tape(place).node(place.node()) {
                Node::Int(n) => Some(n.into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a condition holds: all but `false` does, and literals other than `true` do not.
    pub(super) fn truth(&mut self, condition: &'t Expression) -> Result<bool, Failure> {
        self.charge(1)?;
        self.nested(|e| {
            Ok(match condition {
                Expression::Bool(b) => *b,
                Expression::Reference(reference) => match e.glance(reference) {
                    Glance { at, rest: [], steps } => {
                        let holds = !at.is_some_and(|seen| seen.is_false(&e.heap));
                        e.span = reference.span.clone();
                        e.charge(steps)?;
                        holds
                    }
                    _ => !matches!(e.resolve(reference)?, Some(Datum::Bool(false))),
                },
                Expression::Not(inside) => !e.truth(inside)?,
                Expression::Binary(Operator::Or, sides) => e.truth(&sides.0)? || e.truth(&sides.1)?,
                Expression::Binary(Operator::And, sides) => e.truth(&sides.0)? && e.truth(&sides.1)?,
                // Arithmetic does not hold, and is not even looked at (Velocity 1.7's `SimpleNode.evaluate`).
                Expression::Binary(
                    Operator::Add
                    | Operator::Subtract
                    | Operator::Multiply
                    | Operator::Divide
                    | Operator::Remainder,
                    _,
                ) => false,
                Expression::Binary(operator, sides) => match (e.integer(&sides.0), e.integer(&sides.1)) {
                    (Some(left), Some(right)) => {
                        e.charge(4)?;
                        operator.holds(left.cmp(&right))
                    }
                    _ => matches!(e.value_inside(condition)?, Datum::Bool(true)),
                },
                _ => false,
            })
        })
    }

    fn range(&mut self, from: &'t Expression, to: &'t Expression) -> Result<Datum<'t>, Failure> {
        let (Datum::Int(from), Datum::Int(to)) = (self.value(from)?, self.value(to)?) else {
            return Ok("".into());
        };
        let length = from.abs_diff(to).saturating_add(1);
        self.charge(usize::try_from(length).unwrap_or(usize::MAX))?;
        let items: Vec<Datum> = if from <= to {
            (from..=to).map(Datum::Int).collect()
        } else {
            (to..=from).rev().map(Datum::Int).collect()
        };
        Ok(self.heap.new_list(items, Style::Java))
    }

    /// What a reference refers to; `None` and null where it leads nowhere.
    #[inline]
    pub(super) fn resolve(&mut self, reference: &'t Reference) -> Result<Option<Datum<'t>>, Failure> {
        self.span = reference.span.clone();
        let Glance { at, rest, steps } = self.glance(reference);
        let Some(seen) = at else { return Ok(None) };
        let datum = seen.held().datum(&mut self.heap);
        self.charge(steps)?;
        if rest.is_empty() { Ok(Some(datum)) } else { self.follow(datum, rest, reference) }
    }

    /// Follows a reference from map to map, as far as that goes: most references lead no other way.
    pub(super) fn glance(&self, reference: &'t Reference) -> Glance<'_, 't> {
        let mut at = self.variable(reference.variable.number);
        let mut rest = reference.tail.as_slice();
        let mut steps = 0;
        while let (Some(seen), [Tail::Property(name), behind @ ..]) = (at, rest) {
            at = match seen {
                Seen::Loop(depth) => self.loop_property(depth, name),
                seen if seen.is_open(&self.heap) => self.heap.look_inside(seen, name),
                _ => break,
            };
            rest = behind;
            steps += 1;
        }
        Glance { at: at.filter(|seen| !seen.is_null(&self.heap)), rest, steps }
    }

    /// Follows the steps behind a root; the last one may lead to null.
    pub(super) fn follow(
        &mut self,
        root: Datum<'t>,
        tail: &'t [Tail],
        of: &'t Reference,
    ) -> Result<Option<Datum<'t>>, Failure> {
        let Some((last, before)) = tail.split_last() else { return Ok(Some(root)) };
        let mut at = root;
        for step in before {
            match self.step(&at, step, of)? {
                None | Some(Datum::Null) => return Ok(None),
                Some(datum) => at = datum,
            }
        }
        self.step(&at, last, of)
    }

    fn step(
        &mut self,
        at: &Datum<'t>,
        step: &'t Tail,
        of: &'t Reference,
    ) -> Result<Option<Datum<'t>>, Failure> {
        self.charge(1)?;
        match step {
            Tail::Property(name) => methods::property(self, at, name),
            Tail::Call { name, arguments } => {
                // Most calls have one argument: it needs no list.
                if let [argument] = arguments.as_slice() {
                    let argument = [self.value(argument)?];
                    self.span = of.span.clone();
                    return methods::call(self, at, name, &argument);
                }
                let arguments =
                    arguments.iter().map(|a| self.value(a)).collect::<Result<Vec<Datum<'t>>, Failure>>()?;
                self.span = of.span.clone();
                methods::call(self, at, name, &arguments)
            }
            Tail::Index(index) => {
                let index = self.value(index)?;
                self.span = of.span.clone();
                self.indexed(at, &index)
            }
        }
    }

    fn indexed(&mut self, at: &Datum<'t>, index: &Datum<'t>) -> Result<Option<Datum<'t>>, Failure> {
        let index = &self.counted(at, index.clone())?;
        Ok(match (at, index) {
            (Datum::List(list), Datum::Int(i)) if !matches!(self.heap.style(*list), Style::View { .. }) => {
                let i = self.position(*list, *i)?;
                self.heap.item(*list, i)
            }
            (Datum::Map(map), key) => {
                let key = self.key(key)?;
                self.heap.get(*map, &key)
            }
            _ => None,
        })
    }

    /// An index counted from the end where it is negative: that asks for the size, even of a map (Velocity 1.7's `ASTIndex`). That
    /// of a list stays, as [`Evaluator::position`] counts it.
    pub(super) fn counted(&self, of: &Datum<'t>, index: Datum<'t>) -> Result<Datum<'t>, Failure> {
        match (of, index) {
            (Datum::Map(map), Datum::Int(i)) if i < 0 && i32::try_from(i).is_ok() => {
                Ok(Datum::Int(i + self.heap.count(*map) as i128))
            }
            (Datum::List(_) | Datum::Null | Datum::Loop(_) | Datum::Map(_), index) => Ok(index),
            (_, Datum::Int(i)) if i < 0 => {
                Err(self.failed("a `size()` method is needed for a negative index"))
            }
            (_, index) => Ok(index),
        }
    }

    /// The place of an element in a list; negative ones count from the end.
    pub(super) fn position(&self, list: usize, index: i128) -> Result<usize, Failure> {
        let length = self.heap.length(list);
        let from_start = if index < 0 { index + length as i128 } else { index };
        usize::try_from(from_start)
            .ok()
            .filter(|i| *i < length)
            .ok_or_else(|| self.failed(format!("IndexOutOfBoundsException: index {index}, size {length}")))
    }

    /// A value as the key of a map.
    pub(crate) fn key(&mut self, datum: &Datum<'t>) -> Result<Key<'t>, Failure> {
        Ok(match datum {
            Datum::Null => Key::Null,
            Datum::Bool(b) => Key::Bool(*b),
            Datum::Int(n) => Key::Int(*n),
            Datum::Long(n) => Key::Long(*n),
            Datum::Double(d) => Key::Double(d.to_bits()),
            Datum::Text(text) => {
                self.charge_look(text.len())?;
                Key::Text(text.clone())
            }
            other => Key::Text(self.text(other)?.into()),
        })
    }

    pub(crate) fn binary(
        &mut self,
        operator: Operator,
        left: &Datum<'t>,
        right: &Datum<'t>,
    ) -> Result<Datum<'t>, Failure> {
        // Velocity's arithmetic yields null where it cannot calculate.
        match operator {
            Operator::Equal => return Ok(Datum::Bool(self.equal(left, right)?)),
            Operator::NotEqual => return Ok(Datum::Bool(!self.equal(left, right)?)),
            _ => {}
        }
        self.charge_look(digits(left) + digits(right))?;
        let (Some(a), Some(b)) = (number(left), number(right)) else {
            return match operator {
                Operator::Add if is_lost(left, right) => Ok(Datum::Null),
                Operator::Add => {
                    let mut text = self.text(left)?;
                    self.apart(|e| e.print(right, &mut text))?;
                    Ok(text.into())
                }
                Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                    Ok(Datum::Null)
                }
                _ => Ok(Datum::Bool(false)),
            };
        };
        if (is_decimal(left) || is_decimal(right))
            && let (Some(a), Some(b)) = (exact(left), exact(right))
        {
            return self.exactly(operator, a, b);
        }
        let order = compare(a, b);
        Ok(match operator {
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                Datum::Bool(order.is_some_and(|order| operator.holds(order)))
            }
            _ => match (a, b) {
                (_, Number::Int(0)) if matches!(operator, Operator::Divide | Operator::Remainder) => {
                    Datum::Null
                }
                (_, Number::Double(0.0)) if matches!(operator, Operator::Divide | Operator::Remainder) => {
                    Datum::Null
                }
                (Number::Int(a), Number::Int(b)) => {
                    let result = match operator {
                        Operator::Add => a.checked_add(b),
                        Operator::Subtract => a.checked_sub(b),
                        Operator::Multiply => a.checked_mul(b),
                        Operator::Divide => a.checked_div(b),
                        _ => a.checked_rem(b),
                    };
                    let beyond = || self.error(ErrorKind::Budget("an integer grows beyond 128 bits"));
                    let result = result.ok_or_else(beyond)?;
                    match i64::try_from(result) {
                        Ok(n) if is_long(left) || is_long(right) => long_datum(n),
                        _ => Datum::Int(result),
                    }
                }
                (a, b) => {
                    let (a, b) = (a.double(), b.double());
                    Datum::Double(match operator {
                        Operator::Add => a + b,
                        Operator::Subtract => a - b,
                        Operator::Multiply => a * b,
                        Operator::Divide => a / b,
                        _ => a % b,
                    })
                }
            },
        })
    }

    /// Arithmetic and comparison of BigDecimals.
    fn exactly(&self, operator: Operator, a: Decimal, b: Decimal) -> Result<Datum<'t>, Failure> {
        let result = match operator {
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                return Ok(Datum::Bool(a.compare(b).is_some_and(|order| operator.holds(order))));
            }
            Operator::Divide if b.is_zero() => return Ok(Datum::Null),
            Operator::Add => a.add(b),
            Operator::Subtract => a.subtract(b),
            Operator::Multiply => a.multiply(b),
            Operator::Divide => a.divide(b),
            Operator::Remainder => return Err(self.failed("ArithmeticException: no modulo of BigDecimals")),
            Operator::Or | Operator::And | Operator::Equal | Operator::NotEqual => None,
        };
        match result {
            Some(decimal) => Ok(Datum::Big(decimal.text().into())),
            None => Err(self.error(ErrorKind::Budget("a number grows beyond 38 digits"))),
        }
    }

    /// Numbers are equal by value, what is of the same class by content, anything else by its text.
    pub(crate) fn equal(&mut self, left: &Datum<'t>, right: &Datum<'t>) -> Result<bool, Failure> {
        self.charge(1)?;
        self.charge_look(digits(left) + digits(right))?;
        if let (Some(a), Some(b)) = (number(left), number(right)) {
            return Ok(compare(a, b).is_some_and(|o| o.is_eq()));
        }
        self.nested(|e| match (left, right) {
            (Datum::Text(_), Datum::Text(_)) => e.equal_inside(left, right),
            (Datum::Null, _) | (_, Datum::Null) => Ok(left == right),
            (Datum::List(a), Datum::List(b)) => {
                e.refresh(*a)?;
                e.refresh(*b)?;
                let length = e.heap.length(*a);
                if a == b || length != e.heap.length(*b) {
                    return Ok(a == b);
                }
                e.charge(length)?;
                for i in 0..length {
                    let (x, y) = (e.heap.item(*a, i), e.heap.item(*b, i));
                    if !e.equal_inside(&x.unwrap_or(Datum::Null), &y.unwrap_or(Datum::Null))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Datum::Map(a), Datum::Map(b)) => {
                let members = e.heap.count(*a);
                if a == b || members != e.heap.count(*b) {
                    return Ok(a == b);
                }
                e.charge(members)?;
                for i in 0..members {
                    let (key, x) = e.heap.map(*a).members()[i].clone();
                    let Some(y) = e.heap.get(*b, &key) else { return Ok(false) };
                    if !e.equal_inside(&x, &y)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(e.text(left)? == e.text(right)?),
        })
    }

    /// Within lists and maps Java's `equals` rules: classes matter.
    pub(crate) fn equal_inside(&mut self, left: &Datum<'t>, right: &Datum<'t>) -> Result<bool, Failure> {
        match (left, right) {
            (Datum::List(_), Datum::List(_)) | (Datum::Map(_), Datum::Map(_)) => self.equal(left, right),
            (Datum::Text(a), Datum::Text(b)) => {
                self.charge_look(if a.len() == b.len() { a.len() } else { 0 })?;
                Ok(a == b)
            }
            _ => Ok(left == right),
        }
    }
}

/// Whether a sum is null: null and anything but a text.
fn is_lost(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    match (left, right) {
        (Datum::Null, other) | (other, Datum::Null) => !matches!(other, Datum::Text(_)),
        _ => false,
    }
}

/// A number to calculate with.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Double(f64),
}

impl Number {
    fn double(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Double(d) => d,
        }
    }
}

/// Whether it is a BigDecimal.
pub(crate) fn is_decimal(datum: &Datum<'_>) -> bool {
    matches!(datum, Datum::Big(spelled) if spelled.contains(['.', 'E']))
}

/// The number as a decimal, if it has few enough digits.
fn exact(datum: &Datum<'_>) -> Option<Decimal> {
    match datum {
        Datum::Int(n) => Decimal::parse(&n.to_string()),
        Datum::Long(n) => Decimal::parse(&n.to_string()),
        Datum::Double(d) => Decimal::parse(&d.to_string()),
        Datum::Float(f) => Decimal::parse(&f.to_string()),
        Datum::Big(spelled) => Decimal::parse(spelled),
        _ => None,
    }
}

/// A Long with this value.
pub(crate) fn long_datum<'t>(n: i64) -> Datum<'t> {
    if i32::try_from(n).is_ok() { Datum::Long(n) } else { Datum::Int(i128::from(n)) }
}

/// Whether it is no Integer: arithmetic with it stays that large.
fn is_long(datum: &Datum<'_>) -> bool {
    match datum {
        Datum::Long(_) => true,
        Datum::Int(n) => i32::try_from(*n).is_err(),
        _ => false,
    }
}

/// How many bytes are read to tell the number.
fn digits(datum: &Datum<'_>) -> usize {
    match datum {
        Datum::Big(spelled) => spelled.len(),
        _ => 0,
    }
}

fn number(datum: &Datum<'_>) -> Option<Number> {
    match datum {
        Datum::Int(n) => Some(Number::Int(*n)),
        Datum::Long(n) => Some(Number::Int(i128::from(*n))),
        Datum::Double(d) => Some(Number::Double(*d)),
        Datum::Float(f) => Some(Number::Double(f64::from(*f))),
        Datum::Big(spelled) => spelled.parse().ok().map(Number::Double),
        _ => None,
    }
}

fn compare(a: Number, b: Number) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => a.double().partial_cmp(&b.double()),
    }
}
