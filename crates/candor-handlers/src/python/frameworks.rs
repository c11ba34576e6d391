//! Web frameworks and adapters that answer for the handler: what they make of a route's result, and of its exceptions.
//!
//! Sources: the documentation of Powertools for AWS Lambda (Python) "Event Handler: REST API", of FastAPI ("Handling errors"), Flask
//! ("Handling application errors") and Chalice ("Views", "Error handling"), and of the adapters Mangum and awsgi.

use std::rc::Rc;

use ruff_python_ast::Expr;
use ruff_text_size::Ranged as _;
use smallvec::smallvec;

use super::exceptions::{self, Catch};
use super::interpreter::{Cx, Escape, Forks, Interpreter, Many, follow};
use super::library::http_status;
use super::state::{Dict, Object, State};
use super::value::{
    Arguments, Body, Exception, ExceptionClass, Function, Reply, Role, Sort, Taint, Text, Value,
};
use crate::facts::Place;

/// Which framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framework {
    Powertools,
    FastApi,
    Flask,
    Chalice,
}

impl Framework {
    fn name(self) -> &'static str {
        match self {
            Framework::Powertools => "Powertools",
            Framework::FastApi => "FastAPI",
            Framework::Flask => "Flask",
            Framework::Chalice => "Chalice",
        }
    }

    /// The framework that a class makes an application, or a group of routes, of.
    fn of(path: &str) -> Option<Framework> {
        let (package, name) = (path.split('.').next()?, path.rsplit('.').next()?);
        match (package, name) {
            ("aws_lambda_powertools", name) if name.ends_with("Resolver") || name == "Router" => {
                Some(Framework::Powertools)
            }
            ("fastapi", "FastAPI" | "APIRouter") => Some(Framework::FastApi),
            ("flask", "Flask" | "Blueprint") => Some(Framework::Flask),
            ("chalice", "Chalice" | "Blueprint") => Some(Framework::Chalice),
            _ => None,
        }
    }

    /// Whether it turns every exception into an answer: Lambda then sees a success.
    fn answers_everything(self) -> bool {
        self != Framework::Powertools
    }
}

/// A function behind routes.
#[derive(Clone, Debug)]
struct AppRoute<'p> {
    function: Rc<Function<'p>>,
    /// The status that its decorator sets.
    status: Option<i64>,
    /// The definition that the decorators stand above.
    def: Place,
    /// The requests that it answers, as a set of the gateway's routes.
    served: u64,
}

/// An application and the functions behind its routes.
#[derive(Debug)]
pub(super) struct App<'p> {
    pub(super) framework: Framework,
    routes: Vec<AppRoute<'p>>,
    /// Functions that answer exceptions, with the class that they answer.
    handlers: Vec<(Value<'p>, Rc<Function<'p>>)>,
    /// Groups of routes that it takes in.
    includes: Vec<usize>,
    made: Place,
}

impl<'p> Interpreter<'p> {
    /// Calls something of a framework's; `None` for everything else.
    pub(super) fn framework_call(
        &mut self,
        path: &str,
        arguments: &Arguments<'p>,
        place: Place,
        state: &State<'p>,
    ) -> Option<Forks<'p>> {
        if let Some(framework) = Framework::of(path) {
            let known = self.apps.iter().position(|app| app.made == place);
            let app = known.unwrap_or_else(|| {
                let (routes, handlers, includes) = (Vec::new(), Vec::new(), Vec::new());
                self.apps.push(App { framework, routes, handlers, includes, made: place });
                self.apps.len() - 1
            });
            return Some(smallvec![(state.clone(), Value::App(app))]);
        }
        let app = || {
            arguments.all().find_map(|value| match value {
                Value::App(app) => Some(*app),
                _ => None,
            })
        };
        match path {
            // The adapters: calling what they make is calling the application.
            "mangum.Mangum" | "apig_wsgi.make_lambda_handler" => {
                let value = app().map_or(Value::any(), Value::App);
                Some(smallvec![(state.clone(), value)])
            }
            "awsgi.response" | "serverless_wsgi.handle_request" => {
                app().map(|app| self.answer_by_app(app, place, state.clone()))
            }
            _ if is_reply(path) => {
                let get = |at, names: &[&str]| {
                    let named = names.iter().find_map(|name| arguments.named(name));
                    arguments.positional.get(at).or(named).cloned()
                };
                let (status, body) = match path {
                    "flask.jsonify" => {
                        let body = arguments.positional.first().cloned().unwrap_or(Value::any());
                        (None, Some(body))
                    }
                    // Powertools: Response(status_code, content_type, body).
                    path if path.starts_with("aws_lambda_powertools") => {
                        (get(0, &["status_code"]), get(2, &["body"]))
                    }
                    "flask.make_response" | "flask.Response" => (get(1, &["status"]), get(0, &["response"])),
                    path if path.starts_with("chalice") => (get(2, &["status_code"]), get(0, &["body"])),
                    _ => (get(1, &["status_code"]), get(0, &["content"])),
                };
                let reply = Reply {
                    status: status.unwrap_or(Value::Int(200)),
                    body: body.unwrap_or(Value::None),
                    made: place,
                };
                Some(smallvec![(state.clone(), Value::Reply(Rc::new(reply)))])
            }
            "flask.abort" => {
                let status = arguments.positional.first().cloned().unwrap_or(Value::any());
                let exception = Exception {
                    class: ExceptionClass::Named("flask.HTTPException".to_string()),
                    message: status,
                    instance: None,
                    place,
                    what: crate::facts::Failed::Raise,
                    logged: crate::facts::Logged::Nowhere,
                };
                self.raise(state.clone(), Rc::new(exception));
                Some(Many::new())
            }
            // The status is the first argument, or the keyword: it stands where the message of others stands.
            "fastapi.HTTPException"
            | "fastapi.exceptions.HTTPException"
            | "starlette.exceptions.HTTPException" => {
                let status = arguments.get(0, "status_code").cloned().unwrap_or(Value::any());
                Some(smallvec![(state.clone(), http_exception(path, status, place))])
            }
            _ if path.ends_with(".ServiceError") && path.starts_with("aws_lambda_powertools") => {
                let status = arguments.get(0, "status_code").cloned().unwrap_or(Value::any());
                Some(smallvec![(state.clone(), http_exception(path, status, place))])
            }
            _ => None,
        }
    }

    /// `app.resolve(event, context)`, `app.include_router(router)`, and whatever else is called on an application.
    pub(super) fn app_method(
        &mut self,
        app: usize,
        name: &str,
        arguments: Arguments<'p>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        match name {
            "resolve" | "__call__" => self.answer_by_app(app, place, state),
            "include_router" | "register_blueprint" => {
                if let Some(Value::App(other)) = arguments.positional.first()
                    && !self.apps[app].includes.contains(other)
                {
                    self.apps[app].includes.push(*other);
                }
                smallvec![(state, Value::None)]
            }
            _ => smallvec![(state, Value::any())],
        }
    }

    /// A decorator: what it makes of a function.
    pub(super) fn decorate(
        &mut self,
        decorator: &'p Expr,
        value: Value<'p>,
        state: &mut State<'p>,
        cx: Cx<'_, 'p>,
        def: Place,
    ) -> Value<'p> {
        let (callee, call) = match decorator {
            Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        if let Expr::Attribute(attribute) = callee
            && let Value::App(app) = self.eval_one(&attribute.value, state, cx)
        {
            let name = attribute.attr.as_str();
            if let Value::Function(function) = &value {
                let first = call.and_then(|call| call.arguments.args.first());
                match name {
                    "exception_handler" | "errorhandler" => {
                        if let Some(class) = first {
                            let class = self.eval_one(class, state, cx);
                            self.apps[app].handlers.push((class, function.clone()));
                        }
                    }
                    "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "route"
                    | "api_route" => {
                        let status = call.and_then(|call| call.arguments.find_keyword("status_code"));
                        let status = match status.map(|keyword| self.eval_one(&keyword.value, state, cx)) {
                            Some(Value::Int(status)) => Some(status),
                            _ => None,
                        };
                        let served = self.served_by(name, call, state, cx);
                        // Not the function's own place: one wrapper may stand around many.
                        match self.apps[app].routes.iter_mut().find(|known| known.def == def) {
                            Some(known) => known.served |= served,
                            None => {
                                let function = function.clone();
                                self.apps[app].routes.push(AppRoute { function, status, def, served });
                            }
                        }
                    }
                    // Answers unknown paths.
                    _ => {}
                }
            }
            return value;
        }
        let of = self.eval_one(callee, state, cx);
        let path = of.path().unwrap_or_default().trim_end_matches("()").to_string();
        let role = match path.as_str() {
            "builtins.staticmethod" => Some(Role::Static),
            "builtins.classmethod" => Some(Role::OfClass),
            "builtins.property" | "functools.cached_property" => Some(Role::Property),
            "contextlib.contextmanager" => Some(Role::ContextManager),
            _ => None,
        };
        if let (Some(role), Value::Function(function)) = (role, &value) {
            return Value::Function(Rc::new(Function { role, ..clone_of(function) }));
        }
        if passes_through(&path) {
            if changes_events(&path) {
                self.events = super::Events::Any;
            }
            return match &value {
                Value::Function(function) if !is_functools(&path) => {
                    Value::Function(Rc::new(Function { wrapped: true, ..clone_of(function) }))
                }
                _ => value,
            };
        }
        match &of {
            Value::Function(_) | Value::Method(_) | Value::Class(_) | Value::Instance(_) => {
                let place = self.place(cx, decorator);
                let mut made = of.clone();
                let mark = self.escaped.len();
                if let Some(call) = call {
                    // `@retry(3)`: the call makes the decorator.
                    let after = self.call_expression(call, state.clone(), cx).into_iter().next();
                    if let Some((after, decorator)) = after {
                        *state = after;
                        made = decorator;
                    }
                }
                let arguments = Arguments { positional: vec![value], ..Arguments::default() };
                let result = self.call(made, arguments, place, state.clone()).into_iter().next();
                self.escaped.truncate(mark);
                match result {
                    Some((after, value)) => {
                        *state = after;
                        value
                    }
                    // It is called in another way than Python's: something around it makes it a decorator.
                    None => {
                        self.unknown_at(place, format!("the decorator {}", name_of(callee)));
                        Value::any()
                    }
                }
            }
            _ => {
                let place = self.place(cx, decorator);
                self.unknown_at(place, format!("the decorator {path}").trim_end().to_string());
                Value::any()
            }
        }
    }

    /// Which of the gateway's requests come to a route: `@app.get("/orders/<id>")`.
    fn served_by(
        &mut self,
        name: &str,
        call: Option<&'p ruff_python_ast::ExprCall>,
        state: &mut State<'p>,
        cx: Cx<'_, 'p>,
    ) -> u64 {
        let Some(call) = call else { return u64::MAX };
        let keyword = |names: [&str; 2]| {
            names.iter().find_map(|name| call.arguments.find_keyword(name)).map(|keyword| &keyword.value)
        };
        let pattern = call.arguments.args.first().or_else(|| keyword(["rule", "path"]));
        let Some(pattern) = pattern.map(|expr| self.eval_one(expr, state, cx)) else { return u64::MAX };
        let methods = match name {
            "route" | "api_route" => keyword(["methods", "method"]).and_then(|expr| {
                let value = self.eval_one(expr, state, cx);
                match value.as_text() {
                    Some(method) => Some(vec![method.to_uppercase()]),
                    None => {
                        let (items, open) = self.items(state, &value);
                        let texts = items.iter().map(|item| item.as_text().map(str::to_uppercase));
                        if open { None } else { texts.collect() }
                    }
                }
            }),
            method => Some(vec![method.to_uppercase()]),
        };
        match pattern.as_text() {
            Some(pattern) => self.routes_of(pattern, methods.as_deref()),
            None => u64::MAX,
        }
    }

    /// Everything that an application may answer: each route, what becomes of its exceptions, and that there is no such route.
    pub(super) fn answer_by_app(&mut self, app: usize, place: Place, state: State<'p>) -> Forks<'p> {
        let framework = self.apps[app].framework;
        self.framework = Some(framework.name());
        let mut groups = vec![app];
        let mut at = 0;
        while at < groups.len() {
            let more = self.apps[groups[at]].includes.clone();
            groups.extend(more.into_iter().filter(|group| !groups.contains(group)).collect::<Vec<_>>());
            at += 1;
        }
        let routes: Vec<AppRoute<'p>> =
            groups.iter().flat_map(|group| self.apps[*group].routes.clone()).collect();
        let handlers: Vec<(Value<'p>, Rc<Function<'p>>)> =
            groups.iter().flat_map(|group| self.apps[*group].handlers.clone()).collect();
        if routes.is_empty() {
            self.unknown_at(place, format!("a {} application whose routes are elsewhere", framework.name()));
            self.may_raise(&state, ExceptionClass::Any, crate::facts::Failed::Unread, place);
            return smallvec![(state, Value::any())];
        }
        let mut forks = Many::new();
        for AppRoute { function, status, served, .. } in routes {
            let mut state = state.clone();
            state.routes &= served;
            if state.routes == 0 {
                continue;
            }
            let mark = self.escaped.len();
            self.tries += 1;
            let arguments = Arguments { open: true, ..Arguments::default() };
            let mut answers =
                self.call_function(&function, arguments.clone(), None, function.place, state.clone());
            if let [(_, Value::Coroutine(_))] = answers.as_slice() {
                answers = answers
                    .into_iter()
                    .flat_map(|(state, value)| self.awaited(value, function.place, state))
                    .collect();
            }
            self.tries -= 1;
            for (state, value) in answers {
                forks.push(self.converted(framework, value, status, function.place, state));
            }
            for (state, escape) in self.escaped.split_off(mark) {
                match escape {
                    Escape::Exit => self.escaped.push((state, Escape::Exit)),
                    Escape::Raise(exception) => {
                        forks.extend(self.exception_answered(framework, &handlers, exception, state));
                    }
                }
            }
        }
        let not_found = self.envelope(state, Value::Int(404), Value::some_text("", Taint::default()), place);
        forks.push(not_found);
        forks
    }

    /// What becomes of a route's exception.
    fn exception_answered(
        &mut self,
        framework: Framework,
        handlers: &[(Value<'p>, Rc<Function<'p>>)],
        exception: Rc<Exception<'p>>,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let of_framework = match &exception.class {
            ExceptionClass::Named(path) => status_of_exception(path, &exception.message),
            _ => None,
        };
        for (class, function) in handlers {
            let catch = exceptions::catches(Some(class), &exception);
            if catch == Catch::No || of_framework.is_some() && catch != Catch::Yes {
                continue;
            }
            let arguments = Arguments {
                positional: vec![Value::Exception(exception.clone())],
                open: true,
                ..Arguments::default()
            };
            state.fallback = None;
            state.failure = Some(Rc::new(crate::facts::Caught {
                what: exception.what,
                raised: exception.place,
                caught: function.place,
                clause: self.whole(function),
                broad: exceptions::is_broad(Some(class)),
                answered: None,
                certain: exceptions::is_broad(Some(class)) && exception.what != crate::facts::Failed::Value,
                logged: crate::facts::Logged::Nowhere,
                token: self.tokens.contains(&exception.place),
                lighter: self.lighter(exception.place),
                beside: false,
            }));
            let answers = self.call_function(function, arguments, None, function.place, state);
            // A handler may be a coroutine: the framework awaits it.
            let answers = follow(answers, |(state, value)| self.awaited(value, function.place, state));
            return answers
                .into_iter()
                .map(|(state, value)| self.converted(framework, value, None, function.place, state))
                .collect();
        }
        if let Some(status) = of_framework {
            return smallvec![self.envelope(
                state,
                status,
                Value::some_text("", Taint::default()),
                exception.place,
            )];
        }
        if framework.answers_everything() {
            return smallvec![self.envelope(
                state,
                Value::Int(500),
                Value::text("Internal Server Error"),
                exception.place,
            )];
        }
        match exception.class {
            // What nobody foresaw needs no path of its own.
            ExceptionClass::Any | ExceptionClass::OneOf(_) if self.tries == 0 => self.may_raise = true,
            _ => self.raise(state, exception),
        }
        Many::new()
    }

    /// From the name of a function to the end of its body.
    fn whole(&self, function: &Rc<Function<'p>>) -> Place {
        let end = match function.body {
            Body::Statements(body) => body.last().map(|stmt| stmt.range().end().to_u32()),
            Body::Expression(expr) => Some(expr.range().end().to_u32()),
        };
        Place { end: end.unwrap_or(function.place.end), ..function.place }
    }

    /// What a framework makes of a route's result.
    fn converted(
        &mut self,
        framework: Framework,
        value: Value<'p>,
        status: Option<i64>,
        place: Place,
        state: State<'p>,
    ) -> (State<'p>, Value<'p>) {
        let status = Value::Int(status.unwrap_or(200));
        match value {
            Value::Reply(reply) => self.envelope(state, reply.status.clone(), reply.body.clone(), reply.made),
            // `return body, status`
            Value::Tuple(items)
                if matches!(framework, Framework::Powertools | Framework::Flask) && items.len() >= 2 =>
            {
                let (body, status) = (items[0].clone(), items[1].clone());
                let body = match body {
                    Value::Reply(reply) => reply.body.clone(),
                    body => body,
                };
                let made = self.made_at(&state, &body).unwrap_or(place);
                self.envelope(state, status, body, made)
            }
            // Whatever it is, the framework makes an answer of it.
            value @ (Value::Unknown(_) | Value::External(_)) => (state, value.of_any_sort()),
            value => {
                let made = self.made_at(&state, &value).unwrap_or(place);
                self.envelope(state, status, value, made)
            }
        }
    }

    fn made_at(&self, state: &State<'p>, value: &Value<'p>) -> Option<Place> {
        let (Value::Dict(id) | Value::List(id)) = value else { return None };
        match self.object(state, *id)? {
            Object::Dict(dict) => Some(dict.made),
            Object::List(list) => Some(list.made),
            Object::Instance(_) => None,
        }
    }

    /// The proxy answer that an adapter writes.
    fn envelope(
        &mut self,
        mut state: State<'p>,
        status: Value<'p>,
        body: Value<'p>,
        made: Place,
    ) -> (State<'p>, Value<'p>) {
        let status = match status {
            Value::Text(text) => {
                let number =
                    text.known.as_deref().and_then(|t| t.split(' ').next()).and_then(|t| t.parse().ok());
                number.map_or(Value::unknown(Sort::Number, Taint::default()), Value::Int)
            }
            status @ (Value::Int(_) | Value::Unknown(_)) => status,
            _ => Value::unknown(Sort::Number, Taint::default()),
        };
        let taint = body.taint();
        let body = match body {
            body @ Value::Text(_) => body,
            Value::None => Value::text(""),
            body => {
                let content = self.shape(&state, &body, 0);
                let of_clause = self.tells_in_part(&body, &content, &state);
                self.answers_with_default(&body, &mut state);
                let taint = Taint { of_clause, ..taint };
                Value::Text(Rc::new(Text {
                    known: None,
                    begins: String::new(),
                    content: Some(content),
                    taint,
                }))
            }
        };
        let entries = vec![
            ("statusCode".into(), status, made),
            ("body".into(), body, made),
            ("isBase64Encoded".into(), Value::Bool(false), made),
        ];
        let id = self.make(&mut state, Object::Dict(Dict { entries, open: false, made }));
        (state, Value::Dict(id))
    }
}

/// Whether a path makes a response object.
fn is_reply(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    match path.split('.').next().unwrap_or_default() {
        "aws_lambda_powertools" => name == "Response",
        "fastapi" | "starlette" => name.ends_with("Response"),
        "flask" => matches!(name, "jsonify" | "make_response" | "Response"),
        "chalice" => name == "Response",
        _ => false,
    }
}

fn http_exception<'p>(path: &str, status: Value<'p>, place: Place) -> Value<'p> {
    Value::Exception(Rc::new(Exception {
        class: ExceptionClass::Named(path.to_string()),
        message: status,
        instance: None,
        place,
        what: crate::facts::Failed::Raise,
        logged: crate::facts::Logged::Nowhere,
    }))
}

/// The status that a framework answers one of its own exceptions with.
fn status_of_exception<'p>(path: &str, status: &Value<'p>) -> Option<Value<'p>> {
    let name = path.rsplit('.').next()?;
    let own = ["aws_lambda_powertools", "chalice", "fastapi", "starlette", "flask", "werkzeug"];
    if !own.contains(&path.split('.').next()?) {
        return None;
    }
    if matches!(name, "HTTPException" | "ServiceError") {
        return Some(status.clone());
    }
    let upper = name.trim_end_matches("Error").chars().fold(String::new(), |mut text, c| {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_uppercase());
        text
    });
    let status = match upper.as_str() {
        "INTERNAL_SERVER" | "CHALICE_VIEW" | "INTERNAL" => 500,
        "TOO_MANY_REQUESTS" => 429,
        "REQUEST_ENTITY_TOO_LARGE" => 413,
        "REQUEST_VALIDATION" => 422,
        "SERVICE_UNAVAILABLE" => 503,
        upper => http_status(upper)?,
    };
    Some(Value::Int(status))
}

/// Whether a decorator leaves the function's results as they are.
fn passes_through(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    let package = path.split('.').next().unwrap_or_default();
    // Powertools, X-Ray and metrics decorate handlers all over; what they do besides leaves the answer alone.
    let known =
        ["aws_lambda_powertools", "aws_xray_sdk", "aws_embedded_metrics", "tenacity", "backoff", "retry"];
    let names = [
        "wraps",
        "lru_cache",
        "cache",
        "cached",
        "singledispatch",
        "total_ordering",
        "override",
        "abstractmethod",
        "final",
        "validate_call",
        "field_validator",
        "model_validator",
        "validator",
        "no_type_check",
        "typechecked",
        "overload",
        "asynccontextmanager",
        "coroutine",
        "setter",
        "deleter",
        "register",
        "dataclass",
        "tracer",
        "fixture",
        "deprecated",
    ];
    (known.contains(&package) && name != "lambda_handler_decorator") || names.contains(&name)
}

/// Whether a decorator is one of `functools`: those give a function nothing.
fn is_functools(path: &str) -> bool {
    path.starts_with("functools.")
}

/// The name of a decorator, as it is written.
fn name_of(callee: &Expr) -> &str {
    match callee {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "here",
    }
}

/// Whether a decorator that leaves the function's results as they are may call it with another event than it got: Powertools'
/// parsers, validators with an envelope, middleware.
fn changes_events(path: &str) -> bool {
    let only_watch = ["logging", "logger", "metrics", "tracing", "tracer", "metric", "idempotency"];
    path.starts_with("aws_lambda_powertools")
        && !path.to_ascii_lowercase().split(['.', '(']).any(|part| only_watch.contains(&part))
}

/// A function again, to give it another role.
fn clone_of<'p>(function: &Rc<Function<'p>>) -> Function<'p> {
    Function {
        name: function.name,
        module: function.module,
        parameters: function.parameters,
        body: function.body,
        place: function.place,
        defaults: function.defaults.clone(),
        captured: function.captured.clone(),
        is_async: function.is_async,
        role: function.role,
        yields: function.yields,
        wrapped: function.wrapped,
    }
}
