//! `match`: which patterns a value may fit, and which requests come to a case.

use ruff_python_ast::{self as ast, Pattern};

use super::interpreter::{Cx, Ends, Interpreter, Many};
use super::state::{Flow, State};
use super::value::{BETWEEN, Unknown, Value};

impl<'p> Interpreter<'p> {
    pub(super) fn match_statement(
        &mut self,
        s: &'p ast::StmtMatch,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Ends<'p> {
        let mut ends = Many::new();
        for (state, subject) in self.eval(&s.subject, state, cx) {
            self.settles(&subject, &state);
            self.status_asked |= subject.taint().foreign_status;
            let mut open = vec![state];
            for case in &s.cases {
                let mut rest = Vec::new();
                for mut state in std::mem::take(&mut open) {
                    let (fits, surely) = self.fits(&case.pattern, &subject, &state, cx);
                    if !fits {
                        rest.push(state);
                        continue;
                    }
                    if case.guard.is_some() {
                        rest.push(state.clone());
                    } else if !surely {
                        let mut other = state.clone();
                        if self.routes_fit(&case.pattern, &subject, false, &mut other) {
                            rest.push(other);
                        }
                    }
                    if !self.routes_fit(&case.pattern, &subject, true, &mut state) {
                        continue;
                    }
                    let state = self.bind_pattern(&case.pattern, &subject, state, cx);
                    let held = match &case.guard {
                        Some(guard) => self.condition(guard, state, cx),
                        None => vec![(state, true)],
                    };
                    for (state, holds) in held {
                        if holds {
                            ends.extend(self.block(&case.body, state, cx));
                        }
                    }
                }
                open = self.settle(rest);
            }
            ends.extend(open.into_iter().map(|state| (state, Flow::Next)));
        }
        self.settle_ends(ends)
    }

    /// Whether a value may fit a pattern, and whether it surely does.
    fn fits(
        &mut self,
        pattern: &'p Pattern,
        subject: &Value<'p>,
        state: &State<'p>,
        cx: Cx<'_, 'p>,
    ) -> (bool, bool) {
        match pattern {
            Pattern::MatchAs(p) => match &p.pattern {
                None => (true, true),
                Some(inner) => self.fits(inner, subject, state, cx),
            },
            Pattern::MatchOr(p) => p.patterns.iter().fold((false, false), |(may, must), inner| {
                let (fits, surely) = self.fits(inner, subject, state, cx);
                (may || fits, must || surely)
            }),
            Pattern::MatchValue(p) => {
                let mark = self.escaped.len();
                let value = self.eval(&p.value, state.clone(), cx).into_iter().next().map(|(_, value)| value);
                self.escaped.truncate(mark);
                if let Some(value) = &value {
                    self.compares(value, subject);
                }
                match value.and_then(|value| self.equal(&value, subject)) {
                    Some(equal) => (equal, equal),
                    None => (true, false),
                }
            }
            Pattern::MatchSingleton(p) => {
                let wanted = match p.value {
                    ast::Singleton::None => Value::None,
                    ast::Singleton::True => Value::Bool(true),
                    ast::Singleton::False => Value::Bool(false),
                };
                match self.equal(&wanted, subject) {
                    Some(equal) => (equal, equal),
                    None => (true, false),
                }
            }
            Pattern::MatchSequence(p) if let Some(items) = elements(p, subject) => {
                let parts = p.patterns.iter().zip(items);
                let same = p.patterns.len() == items.len();
                parts.fold((same, same), |(may, must), (inner, item)| {
                    let (fits, surely) = self.fits(inner, item, state, cx);
                    (may && fits, must && surely)
                })
            }
            _ => (!matches!(subject, Value::None | Value::Bool(_)), false),
        }
    }

    /// A pattern fits, or does not: the routes for which that can be stay. Whether there are any.
    fn routes_fit(
        &mut self,
        pattern: &'p Pattern,
        subject: &Value<'p>,
        fits: bool,
        state: &mut State<'p>,
    ) -> bool {
        if let Some(texts) = texts_of(pattern) {
            let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
            return self.some_route_among(subject, &texts, fits, state);
        }
        match pattern {
            Pattern::MatchAs(p) if let Some(inner) = &p.pattern => {
                self.routes_fit(inner, subject, fits, state)
            }
            Pattern::MatchSequence(p) if let Some(items) = elements(p, subject) => {
                let asking = |inner: &&Pattern| !inner.is_irrefutable();
                // Where several ask, any of them may be the one that does not fit.
                if !fits && p.patterns.iter().filter(asking).count() != 1 {
                    return true;
                }
                let parts = p.patterns.iter().zip(items).filter(|(inner, _)| asking(inner));
                parts.fold(true, |any, (inner, item)| self.routes_fit(inner, item, fits, state) && any)
            }
            _ => true,
        }
    }

    fn bind_pattern(
        &mut self,
        pattern: &'p Pattern,
        subject: &Value<'p>,
        mut state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> State<'p> {
        let part = || Value::Unknown(Unknown { taint: subject.taint(), ..Unknown::ANY });
        match pattern {
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    state = self.bind_pattern(inner, subject, state, cx);
                }
                match &p.name {
                    Some(name) => self.bind(name.as_str(), subject.clone(), state, cx),
                    None => state,
                }
            }
            Pattern::MatchStar(p) => match &p.name {
                Some(name) => self.bind(name.as_str(), part(), state, cx),
                None => state,
            },
            Pattern::MatchSequence(p) if let Some(items) = elements(p, subject) => {
                let parts = p.patterns.iter().zip(items);
                parts.fold(state, |state, (inner, item)| self.bind_pattern(inner, item, state, cx))
            }
            Pattern::MatchSequence(p) => {
                p.patterns.iter().fold(state, |state, inner| self.bind_pattern(inner, &part(), state, cx))
            }
            Pattern::MatchOr(p) => {
                p.patterns.iter().fold(state, |state, inner| self.bind_pattern(inner, subject, state, cx))
            }
            Pattern::MatchMapping(p) => {
                let state = p
                    .patterns
                    .iter()
                    .fold(state, |state, inner| self.bind_pattern(inner, &part(), state, cx));
                match &p.rest {
                    Some(name) => self.bind(name.as_str(), part(), state, cx),
                    None => state,
                }
            }
            Pattern::MatchClass(p) => {
                let keywords = p.arguments.keywords.iter().map(|keyword| &keyword.pattern);
                let inner = p.arguments.patterns.iter().chain(keywords);
                inner.fold(state, |state, inner| self.bind_pattern(inner, &part(), state, cx))
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => state,
        }
    }
}

/// The items of a tuple that is matched one by one.
fn elements<'v, 'p>(pattern: &ast::PatternMatchSequence, subject: &'v Value<'p>) -> Option<&'v [Value<'p>]> {
    let starred = pattern.patterns.iter().any(|inner| matches!(inner, Pattern::MatchStar(_)));
    match subject {
        Value::Tuple(items) if !starred => Some(items),
        _ => None,
    }
}

/// The texts that fit a pattern, where it takes only such: a tuple of them as the key of an entry.
fn texts_of(pattern: &Pattern) -> Option<Vec<String>> {
    match pattern {
        Pattern::MatchValue(p) => {
            let text = p.value.as_string_literal_expr()?;
            Some(vec![text.value.to_str().to_string()])
        }
        Pattern::MatchOr(p) => {
            let texts: Option<Vec<Vec<String>>> = p.patterns.iter().map(texts_of).collect();
            Some(texts?.concat())
        }
        Pattern::MatchSequence(p) => {
            let parts: Option<Vec<Vec<String>>> = p.patterns.iter().map(texts_of).collect();
            let parts: Option<Vec<String>> = parts?
                .into_iter()
                .map(|mut texts| if texts.len() == 1 { texts.pop() } else { None })
                .collect();
            Some(vec![parts?.join(&BETWEEN.to_string())])
        }
        _ => None,
    }
}
