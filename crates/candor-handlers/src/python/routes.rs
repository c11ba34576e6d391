//! Which requests can come to a branch: those of the routes that lead to the handler.
//!
//! A path carries the routes that may still be the one. A value that asks for the method, the path or a parameter of it says which of them
//! it holds for ([`Itself::Asks`]); a branch on it keeps those, and where none is left, no request comes there: `else: return
//! not_found()` of a handler whose routes are all dispatched.

use ruff_python_ast::CmpOp;

use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Arguments, BETWEEN, Itself, Value};
use crate::facts::{Place, Routes};

/// The most routes of one handler that are told apart.
const MAX_ROUTES: usize = 64;

/// A request that a gateway sends to a handler, as far as its event is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The method, where the route has one.
    pub method: Option<String>,
    /// The route's path, as the template has it: `/orders/{id}`; `$default` for the route that takes the rest.
    pub resource: String,
    /// Whether the event's path is this path: a REST API's without a base path mapping, an HTTP API's in its `$default` stage.
    pub path: bool,
    /// What may stand before it: the name of an HTTP API's stage, but for requests by a custom domain.
    pub stage: Option<String>,
    /// What lets the request pass.
    pub guard: Guard,
}

/// What lets the requests of a route pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Nothing.
    Nothing,
    /// An authorizer's function.
    Function,
    /// A user pool of Cognito.
    UserPool,
    /// An HTTP API's check of a token (`JWT`).
    Token,
    /// A signature (`AWS_IAM`).
    Signature,
}

/// What a value asks of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    of: Of,
    asks: Asks,
    /// Whether it is the opposite that is asked: `!=`, `not in`.
    not: bool,
    /// The texts of which one would do.
    texts: Vec<String>,
}

/// What is asked, as numbers of the keys of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Key(u32),
    /// Two of them, with a character between: `f"{method} {path}"`.
    Two([u32; 2], char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Is,
    Begins,
    Ends,
    Holds,
    IsThere,
}

impl<'p> Interpreter<'p> {
    /// What all routes of the handler are as a set; everything, where they are not known or too many.
    pub(super) fn all_routes(&self) -> u64 {
        match self.served.len() {
            0 | MAX_ROUTES.. => u64::MAX,
            n => (1 << n) - 1,
        }
    }

    /// The requests that a route of a web framework answers, by its pattern and methods, as a set of the gateway's routes: all, where none
    /// fits, for then something is taken off the paths before.
    pub(super) fn routes_of(&self, pattern: &str, methods: Option<&[String]>) -> u64 {
        if self.all_routes() == u64::MAX {
            return u64::MAX;
        }
        let pattern = segments(pattern);
        let (mut routes, mut known) = (0, false);
        for (at, served) in self.served.iter().enumerate() {
            let method = match (&served.method, methods) {
                (Some(method), Some(methods)) => methods.contains(method),
                _ => true,
            };
            // A group of routes may have a prefix: what is behind it has to fit.
            let path = segments(&served.resource);
            let behind = |from: usize| {
                let literal = |segment: &Segment<'_>| matches!(segment, Segment::Is(_));
                let may_end = match pattern.first() {
                    Some(_) => path.get(from).is_some_and(literal),
                    None => path[..from].iter().all(literal),
                };
                (from == 0 || may_end) && fit(&path[from..], &pattern)
            };
            let fits = served.resource == "$default" || (0..=path.len()).any(behind);
            known |= fits;
            if method && fits {
                routes |= 1 << at;
            }
        }
        if known { routes } else { u64::MAX }
    }

    /// Whether all requests that may have come here are to remove something.
    pub(super) fn is_for_removing(&self, state: &State<'p>) -> bool {
        let mut served = self.served_here(state.routes).peekable();
        served.peek().is_some() && served.all(|served| served.method.as_deref() == Some("DELETE"))
    }

    /// The paths of the routes by which a request may have come here.
    pub(super) fn paths_to(&self, state: &State<'p>) -> impl Iterator<Item = &'p str> + use<'p> {
        self.served_here(state.routes).map(|served| &*served.resource)
    }

    fn served_here(&self, routes: u64) -> impl Iterator<Item = &'p Served> + use<'p> {
        let served = self.served.iter().enumerate();
        served.filter(move |(at, _)| Routes(routes).hold(*at)).map(|(_, served)| served)
    }

    /// What `left op right` asks of the event.
    pub(super) fn asked_by(
        &mut self,
        state: &State<'p>,
        (left, op, right): (&Value<'p>, CmpOp, &Value<'p>),
        at: Place,
    ) -> Itself {
        let not = matches!(op, CmpOp::NotEq | CmpOp::NotIn);
        let (of, asks, texts) = match op {
            CmpOp::Eq | CmpOp::NotEq => {
                let (of, text) = match (of(left), of(right)) {
                    (Some(of), None) => (of, right),
                    (None, Some(of)) => (of, left),
                    _ => return Itself::Nothing,
                };
                (of, Asks::Is, text.as_key().map(|text| vec![text.into_owned()]))
            }
            CmpOp::In | CmpOp::NotIn => match (of(left), right.itself()) {
                (Some(of), _) => (of, Asks::Is, self.members(state, right)),
                (None, Itself::Key(_)) if let Itself::Key(parameter) = self.parameter(left, right, at) => {
                    (Of::Key(parameter), Asks::IsThere, Some(vec![String::new()]))
                }
                (None, Itself::Key(key)) => {
                    let texts = left.as_text().map(|text| vec![text.to_string()]);
                    (Of::Key(key), Asks::Holds, texts)
                }
                _ => return Itself::Nothing,
            },
            _ => return Itself::Nothing,
        };
        match texts {
            Some(texts) => self.question(Question { of, asks, not, texts }),
            None => Itself::Nothing,
        }
    }

    /// `"id" in event["pathParameters"]`: what stands under that key.
    fn parameter(&mut self, name: &Value<'p>, parameters: &Value<'p>, at: Place) -> Itself {
        match name.as_text() {
            Some(name) => self.identify(parameters, Some(name), true, at),
            None => Itself::Nothing,
        }
    }

    /// The texts that `in` looks through, where all are known.
    fn members(&self, state: &State<'p>, within: &Value<'p>) -> Option<Vec<String>> {
        if let Value::Dict(id) = within {
            let Some(Object::Dict(dict)) = self.object(state, *id) else { return None };
            return (!dict.open).then(|| dict.entries.iter().map(|(key, ..)| key.to_string()).collect());
        }
        let (items, open) = self.looked_through(state, within)?;
        let texts = items.iter().map(|item| item.as_key().map(|text| text.into_owned()));
        if open { None } else { texts.collect() }
    }

    /// `text.startswith(…)`
    pub(super) fn asked_by_method(
        &mut self,
        object: &Value<'p>,
        method: &str,
        given: Option<&Value<'p>>,
    ) -> Itself {
        let asks = match method {
            "startswith" => Asks::Begins,
            "endswith" => Asks::Ends,
            _ => return Itself::Nothing,
        };
        match (object.itself(), given.and_then(Value::as_text)) {
            (Itself::Key(key), Some(text)) => {
                let of = Of::Key(key);
                self.question(Question { of, asks, not: false, texts: vec![text.to_string()] })
            }
            _ => Itself::Nothing,
        }
    }

    /// What stays of the key of an event that is written otherwise: `method.upper()`, `path.rstrip("/")`.
    pub(super) fn as_written(&self, object: &Value<'p>, method: &str, arguments: &Arguments<'p>) -> Itself {
        let Itself::Key(key) = object.itself() else { return Itself::Nothing };
        let name = self.event_keys.get(key as usize).map_or("", |key| &key.key);
        let same = match method {
            "upper" => METHODS.contains(&name),
            "strip" => arguments.positional.is_empty(),
            // No route but the root ends with a slash.
            "rstrip" => {
                let of = arguments.positional.first().map(Value::as_text);
                PATHS.contains(&name) && matches!(of, None | Some(Some("/")))
            }
            _ => false,
        };
        if same { object.itself() } else { Itself::Nothing }
    }

    fn question(&mut self, question: Question) -> Itself {
        let known = self.questions.iter().position(|known| *known == question);
        let index = known.unwrap_or_else(|| {
            self.questions.push(question);
            self.questions.len() - 1
        });
        Itself::Asks(index as u32)
    }

    /// A value has been found to be true, or not: the routes for which it can be stay. Whether there are any.
    pub(super) fn some_route(&self, value: &Value<'p>, holds: bool, state: &mut State<'p>) -> bool {
        match value.itself() {
            // A gateway always sends both.
            Itself::Event | Itself::Context => holds || self.events != super::Events::Proxy,
            Itself::Asks(question) => self.keep_routes(&self.questions[question as usize], holds, state),
            Itself::Key(key) => {
                let question = Question {
                    of: Of::Key(key),
                    asks: Asks::IsThere,
                    not: false,
                    texts: vec![String::new()],
                };
                self.keep_routes(&question, holds, state)
            }
            _ => true,
        }
    }

    /// The same for a value that is one of these texts, or none of them: `table[method]`.
    pub(super) fn some_route_among(
        &self,
        value: &Value<'p>,
        texts: &[&str],
        holds: bool,
        state: &mut State<'p>,
    ) -> bool {
        let Some(of) = of(value) else { return true };
        let texts = texts.iter().map(ToString::to_string).collect();
        self.keep_routes(&Question { of, asks: Asks::Is, not: false, texts }, holds, state)
    }

    /// Whether a value is a part of the event that tells the routes apart.
    pub(super) fn tells_routes_apart(&self, value: &Value<'p>) -> bool {
        of(value).is_some()
    }

    fn keep_routes(&self, question: &Question, holds: bool, state: &mut State<'p>) -> bool {
        if self.all_routes() == u64::MAX {
            return true;
        }
        for (at, served) in self.served.iter().enumerate() {
            if self.answer(question, served).is_some_and(|answer| answer != holds) {
                state.routes &= !(1 << at);
            }
        }
        state.routes != 0
    }

    /// What the answer is for a route, where it is known.
    fn answer(&self, question: &Question, served: &Served) -> Option<bool> {
        let key = |key: u32| self.event_keys.get(key as usize).map_or("", |key| &key.key);
        let one = |text: &String| match question.of {
            Of::Key(of) => question.asks.of_key(key(of), text, served),
            Of::Two([first, second], between) => {
                let Some((before, after)) = text.split_once(between) else { return Some(false) };
                let first = question.asks.of_key(key(first), before, served);
                match (first, question.asks.of_key(key(second), after, served)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
        };
        let mut any = Some(false);
        for text in &question.texts {
            match one(text) {
                Some(true) => return Some(!question.not),
                Some(false) => {}
                None => any = None,
            }
        }
        any.map(|any| any != question.not)
    }
}

/// What of the event a value is, whole.
fn of(value: &Value<'_>) -> Option<Of> {
    match value.itself() {
        Itself::Key(key) => Some(Of::Key(key)),
        Itself::Two(keys, between) => Some(Of::Two(keys, between)),
        _ => match value {
            Value::Tuple(items) => match items.as_slice() {
                [first, second] => match (first.itself(), second.itself()) {
                    (Itself::Key(first), Itself::Key(second)) => Some(Of::Two([first, second], BETWEEN)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
    }
}

/// Where an event has the method of the request.
const METHODS: &[&str] = &["httpMethod", "requestContext.httpMethod", "requestContext.http.method"];

/// Where it has its path: without the stage where [`Served::path`] says so.
const PATHS: &[&str] = &["path", "rawPath", "requestContext.http.path"];

impl Asks {
    fn of_key(self, key: &str, text: &str, served: &Served) -> Option<bool> {
        if self == Asks::IsThere {
            return there(key, served);
        }
        let exact = |known: &str| match self {
            Asks::Is => known == text,
            Asks::Begins => known.starts_with(text),
            Asks::Ends => known.ends_with(text),
            Asks::Holds | Asks::IsThere => known.contains(text),
        };
        let catches_all = served.resource == "$default";
        match key {
            key if METHODS.contains(&key) => served.method.as_deref().map(exact),
            key if PATHS.contains(&key) && served.path && !catches_all => {
                let bare = self.of_path(&served.resource, text);
                match &served.stage {
                    // Known where it is the same with the stage before it and without.
                    Some(stage) => {
                        bare.filter(|_| self.of_path(&format!("/{stage}{}", served.resource), text) == bare)
                    }
                    None => bare,
                }
            }
            "resource" | "requestContext.resourcePath" => Some(exact(&served.resource)),
            "routeKey" | "requestContext.routeKey" if catches_all => Some(exact(&served.resource)),
            "routeKey" | "requestContext.routeKey" => {
                let method = served.method.as_deref().unwrap_or("ANY");
                Some(exact(&format!("{method} {}", served.resource)))
            }
            _ => None,
        }
    }

    /// The same for a path, whose parameters may be anything.
    fn of_path(self, path: &str, text: &str) -> Option<bool> {
        // A custom domain may put its base path before it, whose mapping need not stand in this template.
        let beginning = path.split('{').next().unwrap_or_default();
        if beginning.len() > 1 && text.len() > beginning.len() && text.ends_with(beginning) {
            return None;
        }
        let Some((before, rest)) = path.split_once('{') else {
            return match self {
                // The root may have lost its slash by now.
                _ if path == "/" && (text.is_empty() || self != Asks::Is && text == "/") => None,
                Asks::Is => Some(path == text),
                Asks::Begins => Some(path.starts_with(text)),
                Asks::Ends => Some(path.ends_with(text)),
                Asks::Holds | Asks::IsThere => Some(path.contains(text)),
            };
        };
        let after = rest.rsplit_once('}').map_or("", |(_, after)| after);
        match self {
            // A parameter is not empty: what is as short as the parts around it is another path.
            Asks::Is => {
                let may_be = text.len() > before.len() + after.len();
                (!may_be || !text.starts_with(before) || !text.ends_with(after)).then_some(false)
            }
            Asks::Begins if before.starts_with(text) => Some(true),
            Asks::Begins if !text.starts_with(before) => Some(false),
            Asks::Ends if after.ends_with(text) => Some(true),
            Asks::Holds if before.contains(text) || after.contains(text) => Some(true),
            _ => None,
        }
    }
}

/// Whether something stands under a key: parameters of the path are where the route has them.
fn there(key: &str, served: &Served) -> Option<bool> {
    if served.resource == "$default" {
        return None;
    }
    if key == "pathParameters" {
        return Some(served.resource.contains('{'));
    }
    if let Some(of) = key.strip_prefix("requestContext.authorizer") {
        // Sources: the developer guides' inputs of Lambda functions behind REST and HTTP APIs; `sub` is in every token of a user pool
        // (Cognito developer guide, "Understanding the identity (ID) token" and "... the access token").
        return match (served.guard, of) {
            (Guard::Function | Guard::UserPool | Guard::Token, "") => Some(true),
            (Guard::UserPool, ".claims" | ".claims.sub") | (Guard::Token, ".jwt" | ".jwt.claims") => {
                Some(true)
            }
            (Guard::Nothing, ".claims.sub" | ".jwt" | ".jwt.claims") => Some(false),
            _ => None,
        };
    }
    let name = key.strip_prefix("pathParameters.")?;
    let has = |written: String| served.resource.contains(&written);
    Some(has(format!("{{{name}}}")) || has(format!("{{{name}+}}")))
}

/// A part of a path between slashes.
#[derive(Clone, Copy)]
enum Segment<'s> {
    Is(&'s str),
    /// A parameter: `{id}`, `<id>`.
    Any,
    /// All that follows: `{proxy+}`, `<path:rest>`, `.+`.
    Rest,
}

fn segments(path: &str) -> Vec<Segment<'_>> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let takes_all = |part: &str| ["+", "*", "path:", ":path"].iter().any(|sign| part.contains(sign));
    parts
        .map(|part| match part {
            part if takes_all(part) => Segment::Rest,
            part if part.contains(['{', '<', '(', '[']) => Segment::Any,
            part => Segment::Is(part),
        })
        .collect()
}

/// Whether the requests of a path may be those of a pattern.
fn fit(path: &[Segment<'_>], pattern: &[Segment<'_>]) -> bool {
    match (path, pattern) {
        ([], []) => true,
        ([Segment::Rest, ..], [_, ..]) | ([_, ..], [Segment::Rest, ..]) => true,
        ([Segment::Is(one), path @ ..], [Segment::Is(other), pattern @ ..]) => {
            one == other && fit(path, pattern)
        }
        ([_, path @ ..], [_, pattern @ ..]) => fit(path, pattern),
        _ => false,
    }
}
