//! Metric math, as far as alarms on errors use it: arithmetic, comparisons, `IF`, `SUM`, `MIN`, `MAX`, `AVG`, `FILL`,
//! `METRICS`. Anything else is not known.
//!
//! Source: CloudWatch guide, "Using math expressions with CloudWatch metrics".

use candor_iac::project::{Asks, MetricQuery, MetricStat};

use super::data::Datum;

/// How deep expressions may nest, and refer to each other.
const DEEPEST: usize = 32;

/// What a query shows, where `metric` says what its metrics show.
pub(super) fn value(
    query: &MetricQuery,
    queries: &[MetricQuery],
    metric: &dyn Fn(&MetricStat) -> Datum,
) -> Datum {
    Math { queries, metric }.query(query, 0)
}

struct Math<'m> {
    queries: &'m [MetricQuery],
    metric: &'m dyn Fn(&MetricStat) -> Datum,
}

/// What a part of an expression comes to.
enum Part {
    One(Datum),
    Many(Vec<Datum>),
}

impl Part {
    fn one(self) -> Datum {
        match self {
            Part::One(datum) => datum,
            Part::Many(_) => Datum::Unknown,
        }
    }
}

impl Math<'_> {
    fn query(&self, query: &MetricQuery, depth: usize) -> Datum {
        match &query.asks {
            Asks::Metric(metric) => (self.metric)(metric),
            Asks::Expression(_) if depth > DEEPEST => Datum::Unknown,
            Asks::Expression(expression) => match expression.optional() {
                Ok((Some(expression), _)) => {
                    let mut reader = Reader { math: self, rest: expression, depth, broken: false };
                    let part = reader.comparison(0);
                    if reader.broken || !reader.rest.trim().is_empty() { Datum::Unknown } else { part.one() }
                }
                Ok((None, _)) | Err(_) => Datum::Unknown,
            },
        }
    }
}

struct Reader<'m> {
    math: &'m Math<'m>,
    rest: &'m str,
    /// How many expressions refer to each other here.
    depth: usize,
    broken: bool,
}

/// Arithmetic: a period without data on either side has none in the result.
fn combine(a: Part, b: Part, with: impl Fn(f64, f64) -> Option<f64>) -> Part {
    Part::One(match (a.one(), b.one()) {
        (Datum::Missing, _) | (_, Datum::Missing) => Datum::Missing,
        (Datum::Number(a), Datum::Number(b)) => with(a, b).map_or(Datum::Unknown, Datum::Number),
        (Datum::Still | Datum::Unknown, _) | (_, Datum::Still | Datum::Unknown) => Datum::Unknown,
    })
}

impl<'m> Reader<'m> {
    fn take(&mut self, mark: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(mark) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn comparison(&mut self, depth: usize) -> Part {
        let mut left = self.sum(depth);
        type Compare = fn(f64, f64) -> bool;
        let operators: [(&str, Compare); 6] = [
            (">=", |a, b| a >= b),
            ("<=", |a, b| a <= b),
            ("==", |a, b| a == b),
            ("!=", |a, b| a != b),
            (">", |a, b| a > b),
            ("<", |a, b| a < b),
        ];
        let logical: [(&str, Compare); 4] = [
            ("&&", |a, b| a != 0.0 && b != 0.0),
            ("||", |a, b| a != 0.0 || b != 0.0),
            ("AND ", |a, b| a != 0.0 && b != 0.0),
            ("OR ", |a, b| a != 0.0 || b != 0.0),
        ];
        while !self.broken {
            if let Some((_, compare)) = operators.iter().find(|(mark, _)| self.take(mark)) {
                let right = self.sum(depth);
                left = combine(left, right, |a, b| Some(f64::from(u8::from(compare(a, b)))));
            } else if let Some((_, compare)) = logical.iter().find(|(mark, _)| self.take(mark)) {
                let right = self.comparison(depth + 1);
                left = combine(left, right, |a, b| Some(f64::from(u8::from(compare(a, b)))));
            } else {
                break;
            }
        }
        left
    }

    fn sum(&mut self, depth: usize) -> Part {
        let mut left = self.product(depth);
        while !self.broken {
            if self.take("+") {
                let right = self.product(depth);
                left = combine(left, right, |a, b| Some(a + b));
            } else if self.take("-") {
                let right = self.product(depth);
                left = combine(left, right, |a, b| Some(a - b));
            } else {
                break;
            }
        }
        left
    }

    fn product(&mut self, depth: usize) -> Part {
        let mut left = self.factor(depth);
        while !self.broken {
            if self.take("*") {
                let right = self.factor(depth);
                left = combine(left, right, |a, b| Some(a * b));
            } else if self.take("/") {
                let right = self.factor(depth);
                left = combine(left, right, |a, b| (b != 0.0).then(|| a / b));
            } else {
                break;
            }
        }
        left
    }

    fn factor(&mut self, depth: usize) -> Part {
        if depth > DEEPEST {
            self.broken = true;
            return Part::One(Datum::Unknown);
        }
        if self.take("-") {
            let part = self.factor(depth + 1);
            return combine(Part::One(Datum::Number(0.0)), part, |a, b| Some(a - b));
        }
        if self.take("(") {
            let part = self.comparison(depth + 1);
            self.broken |= !self.take(")");
            return part;
        }
        if self.take("[") {
            let mut items = vec![self.comparison(depth + 1).one()];
            while self.take(",") {
                items.push(self.comparison(depth + 1).one());
            }
            self.broken |= !self.take("]");
            return Part::Many(items);
        }
        let rest = self.rest.trim_start();
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        let word = &rest[..end];
        self.rest = &rest[end..];
        if let Ok(number) = word.parse::<f64>()
            && word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            return Part::One(Datum::Number(number));
        }
        if self.take("(") {
            return self.function(word, depth + 1);
        }
        match self.math.queries.iter().find(|query| query.id == word && !word.is_empty()) {
            Some(query) => Part::One(self.math.query(query, self.depth + 1)),
            None => {
                self.broken = true;
                Part::One(Datum::Unknown)
            }
        }
    }

    fn function(&mut self, name: &str, depth: usize) -> Part {
        if name == "METRICS" {
            return self.metrics();
        }
        let mut arguments = Vec::new();
        if !self.take(")") {
            arguments.push(self.comparison(depth));
            while self.take(",") {
                arguments.push(self.comparison(depth));
            }
            self.broken |= !self.take(")");
        }
        let mut arguments = arguments.into_iter();
        let (first, second, third) = (arguments.next(), arguments.next(), arguments.next());
        Part::One(match (name, first, second, third) {
            ("IF", Some(condition), Some(yes), no) => match condition.one() {
                Datum::Number(number) if number != 0.0 => yes.one(),
                Datum::Number(_) => no.map_or(Datum::Missing, Part::one),
                Datum::Missing | Datum::Still | Datum::Unknown => Datum::Unknown,
            },
            ("FILL", Some(series), Some(filling), None) => match series.one() {
                Datum::Missing => filling.one(),
                present => present,
            },
            ("SUM", Some(Part::Many(items)), None, None) => over(&items, |n| n.iter().sum()),
            ("AVG", Some(Part::Many(items)), None, None) => {
                over(&items, |n| n.iter().sum::<f64>() / n.len() as f64)
            }
            ("MAX", Some(Part::Many(items)), None, None) => {
                over(&items, |n| n.iter().copied().fold(f64::MIN, f64::max))
            }
            ("MIN", Some(Part::Many(items)), None, None) => {
                over(&items, |n| n.iter().copied().fold(f64::MAX, f64::min))
            }
            ("ABS", Some(part), None, None) => match part.one() {
                Datum::Number(number) => Datum::Number(number.abs()),
                other => other,
            },
            _ => Datum::Unknown,
        })
    }

    /// `METRICS()`, or `METRICS("errors")` for those whose id holds the text.
    fn metrics(&mut self) -> Part {
        let rest = self.rest.trim_start();
        let wanted = rest.find(')').map(|end| rest[..end].trim().trim_matches(['"', '\'']));
        let Some(wanted) = wanted else {
            self.broken = true;
            return Part::One(Datum::Unknown);
        };
        self.rest = rest.split_once(')').map_or("", |(_, after)| after);
        let metrics = self.math.queries.iter().filter(|query| query.id.contains(wanted));
        Part::Many(
            metrics
                .filter_map(|query| match &query.asks {
                    Asks::Metric(metric) => Some((self.math.metric)(metric)),
                    Asks::Expression(_) => None,
                })
                .collect(),
        )
    }
}

/// A number of several. Those without data do not count; without any there is none.
fn over(items: &[Datum], of: impl Fn(&[f64]) -> f64) -> Datum {
    let mut numbers = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Datum::Number(number) => numbers.push(*number),
            Datum::Missing => {}
            Datum::Still | Datum::Unknown => return Datum::Unknown,
        }
    }
    if numbers.is_empty() { Datum::Missing } else { Datum::Number(of(&numbers)) }
}
