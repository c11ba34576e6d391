//! From the ends of a handler's paths to [`Facts`].

use std::cell::Cell;
use std::rc::Rc;

use candor_contract::outcome::Payload;
use rustc_hash::FxHashMap;

use super::interpreter::{Interpreter, TOO_MUCH};
use super::state::{Flow, Gave, Object, State, Trail};
use super::value::{
    Arguments, Body, Class, Exception, ExceptionClass, Itself, Of, Sort, Taint, Unknown, Value,
};
use super::watching::Watched;
use super::{Events, Unread};
use crate::facts::{
    Answer, Begun, Caught, End, Facts, Failed, Kind, Lighter, Loose, Path, Place, Raised, Routes, Unchecked,
    Unfound,
};
use crate::shape::{BYTES, Entry, Shape, text_refuses, text_says_error};

/// How deep a returned value is looked into.
const MAX_DEPTH: usize = 24;
/// The most entries of one list or dictionary that are kept.
const MAX_ENTRIES: usize = 200;
/// The most entries that are kept in all: a list that holds another one many times, and that a third, is soon larger than any machine.
const MAX_INSIDE: usize = 20_000;
/// The most paths of one handler.
const MAX_PATHS: usize = 400;

/// A path with what only the last look at all of them needs.
struct Ended {
    path: Path,
    /// Watched calls on the way.
    calls: Vec<u32>,
    /// Whether a read failed, somebody asked for what it should have given, and other work outside was done in its place.
    replaced: bool,
    /// The call whose answer has said that its work failed, where nothing has been done about it.
    heard: Option<u32>,
    /// Where the answer is nothing but a refusal: `Order not found`.
    refusal: Option<Place>,
}

impl<'p> Interpreter<'p> {
    /// Runs the modules, then the handler, and says what came of it.
    pub(super) fn facts(mut self, entry: usize, handler: &str) -> Result<Facts, Unread> {
        let module = &self.program.modules[entry];
        let start = Place { module: module.key, start: 0, end: 0 };
        let mut state = self.run_module(entry, Trail::begin(start));
        // Modules that functions import when they run.
        for module in 0..self.program.modules.len() {
            state = self.run_module(module, state);
        }
        self.keep(&state);
        self.escaped.clear();
        self.may_raise = false;
        self.unguarded.clear();
        self.asked_keys.clear();
        self.asked_all = false;
        self.status_asked = false;
        self.tasks.clear();
        self.loose.clear();
        self.watched.clear();
        self.unsaid.clear();
        self.lacking = None;
        let mut state = Trail::begin(start);
        state.routes = self.all_routes();
        let Some(value) = self.global(&state, entry, handler) else {
            if self.starred[entry] {
                self.unknown_at(start, format!("{handler}, which a star import may define"));
                return Ok(Facts { unknown: self.unknown, may_raise: true, lasts: true, ..Facts::default() });
            }
            let defines = self.defined(entry);
            if self.is_cut_short() || defines.iter().any(|name| name == handler) {
                self.unknown_at(start, format!("what is done before {handler} is there"));
                return Ok(Facts { unknown: self.unknown, may_raise: true, lasts: true, ..Facts::default() });
            }
            return Err(Unread::NoHandler { key: self.program.modules[entry].key, defines });
        };
        Ok(self.ends_of(value, state))
    }

    /// Functions that stand at the top of a module.
    fn defined(&self, module: usize) -> Vec<String> {
        let body = &self.program.modules[module].tree.body;
        let functions = body.iter().filter_map(|stmt| match stmt {
            ruff_python_ast::Stmt::FunctionDef(f) => Some(f.name.to_string()),
            _ => None,
        });
        functions.collect()
    }

    fn ends_of(mut self, handler: Value<'p>, mut state: State<'p>) -> Facts {
        let taint = Taint { event: true, root: true, itself: Itself::Event, ..Taint::default() };
        // A decorator may make something else of it.
        let wrapped = matches!(&handler, Value::Function(function) if function.wrapped);
        let sort = if self.events == Events::Proxy && !wrapped { Sort::Dict } else { Sort::Any };
        let event = Unknown { sort, taint, ..Unknown::ANY };
        let arguments = Arguments {
            positional: vec![Value::Unknown(event), Value::external("context")],
            ..Arguments::default()
        };
        let mut paths = Vec::new();
        let place = match &handler {
            Value::Function(function) => Some(function.place),
            Value::Method(method) => Some(method.function.place),
            _ => None,
        };
        let at = place.unwrap_or(state.last);
        state.last = at;
        match &handler {
            Value::Function(function) if function.is_async => {
                // The runtime does not await it: a coroutine is nothing that JSON can say.
                let shape = Shape::NotJson("a coroutine");
                paths.push(self.path(
                    End::Returned(Box::new(answer(shape, Kind::NotJson, Some(at), false))),
                    at,
                    &state,
                ));
            }
            Value::Function(function) if !function.yields => {
                let expression = matches!(function.body, Body::Expression(_));
                for (state, flow) in self.run(function, arguments, None, at, state) {
                    match flow {
                        Flow::Return(value, at) => {
                            let path =
                                self.returned(value, if expression { function.place } else { at }, &state);
                            paths.push(path);
                        }
                        Flow::Next | Flow::Break | Flow::Continue => {
                            let at = state.last;
                            let dropped = state.dropped == Some(at);
                            let fell = Answer { dropped, ..answer(Shape::Null, Kind::FellOff, None, false) };
                            paths.push(self.path(End::Returned(Box::new(fell)), at, &state));
                        }
                        Flow::Raise(exception) => paths.extend(self.raised(&exception, &state)),
                        Flow::Exit => {
                            let at = state.last;
                            paths.push(self.path(End::Exited, at, &state));
                        }
                    }
                }
            }
            Value::Unknown(_) => {
                self.unknown_at(at, "what the handler is made of");
                self.may_raise = true;
                self.lasts = true;
            }
            other => {
                let other = other.clone();
                for (state, value) in self.call(other, arguments, at, state) {
                    let at = self.made(&value, &state).unwrap_or(at);
                    paths.push(self.returned(value, at, &state));
                }
                for (state, escape) in std::mem::take(&mut self.escaped) {
                    match escape {
                        super::interpreter::Escape::Raise(exception) => {
                            paths.extend(self.raised(&exception, &state))
                        }
                        super::interpreter::Escape::Exit => {
                            let at = state.last;
                            paths.push(self.path(End::Exited, at, &state));
                        }
                    }
                }
            }
        }
        self.finish(paths, place)
    }

    fn finish(mut self, mut paths: Vec<Ended>, handler: Option<Place>) -> Facts {
        settle_unaffected(&mut paths);
        settle_refusals(&mut paths);
        let same = told_the_same(&paths);
        let mut kept: Vec<Path> = Vec::with_capacity(paths.len().min(MAX_PATHS));
        // Calls that stand on the way to a success, with the routes on which they do.
        let mut succeeded: FxHashMap<u32, (u64, Place)> = FxHashMap::default();
        // 202 says that the work goes on, and so may the body: a process that is frozen by then does not hear it.
        let mut done: FxHashMap<u32, (u64, Place)> = FxHashMap::default();
        let mut promised: FxHashMap<u32, (u64, Place)> = FxHashMap::default();
        for Ended { path, calls, .. } in paths {
            if let End::Returned(answer) = &path.end
                && says_success(answer)
            {
                let accepted = status_of(answer) == Some("202");
                let begun = accepted || says_begun(answer);
                for call in calls {
                    let maps = [(&mut succeeded, false), (&mut done, accepted), (&mut promised, begun)];
                    for (map, _) in maps.into_iter().filter(|(_, goes_on)| !goes_on) {
                        map.entry(call).or_insert((0, path.at)).0 |= path.routes.0;
                    }
                }
            }
            if let Some(known) = kept.iter_mut().find(|known| known.is_like(&path)) {
                known.routes.0 |= path.routes.0;
            } else if kept.len() < MAX_PATHS {
                kept.push(path);
            }
        }
        for path in &mut kept {
            if let End::Returned(answer) = &mut path.end {
                answer.payload = answer.shape.payload();
            }
        }
        kept.sort_by_key(|path| (path.at, path.failure.as_ref().map(|failure| failure.caught)));
        if self.status_asked {
            for path in &mut kept {
                if let End::Returned(answer) = &mut path.end {
                    answer.foreign_status = false;
                }
            }
        }
        let unguarded = self.first_unguarded();
        let mut loose = self.loose;
        let unchecked = self.watched.iter().enumerate().filter(|(id, call)| {
            !call.checked || call.defaulted || same.contains_key(&(*id as u32)) && !call.after_work
        });
        let mut unread = Vec::new();
        for (id, call) in unchecked {
            let id = id as u32;
            let of = |calls: &FxHashMap<u32, (u64, Place)>| calls.get(&id).copied();
            let (reached, how) = match call.watch {
                Watched::Answer(watch) => {
                    let told_the_same = call.checked && !call.defaulted;
                    let reached = of(&succeeded).map(|(routes, _)| routes);
                    let routes = if told_the_same { same.get(&id).copied() } else { reached };
                    let Some(routes) = routes else { continue };
                    unread.push(Unchecked {
                        at: call.at,
                        operation: call.operation.clone(),
                        watch,
                        passed_on: call.passed_on,
                        reads: self.reading.contains(&call.at),
                        defaulted: call.defaulted,
                        told_the_same,
                        routes: Routes(routes),
                    });
                    continue;
                }
                Watched::Gathered => (of(&succeeded), Begun::Unlooked),
                Watched::Task => (of(&succeeded), Begun::NotAwaited),
                Watched::Thread => (of(&done), Begun::InBackground),
                Watched::Elsewhere => (of(&promised), Begun::InBackground),
            };
            loose.extend(reached.map(|(routes, answered)| Loose {
                at: call.at,
                how,
                routes: Routes(routes),
                answered: Some(answered),
            }));
        }
        if self.asks_for_items {
            // Which answer was asked is not followed: one look is taken for all.
            for path in &mut kept {
                if let End::Returned(answer) = &mut path.end {
                    answer.unfound = None;
                }
            }
        }
        self.unknown.sort();
        // Everything behind it has not been seen: that is the first to be said.
        self.unknown.sort_by_key(|unknown| unknown.what != TOO_MUCH);
        // Whoever changes the event, or reads what is there, is prepared for other callers.
        let only_others = self.events == super::Events::Proxy
            && self.event_keys.is_empty()
            && self.unknown.is_empty()
            && self.framework.is_none();
        let lacking = self.lacking.filter(|_| only_others && kept.iter().all(|path| fails(&path.end)));
        Facts {
            lacking,
            paths: kept,
            unknown: self.unknown,
            may_raise: self.may_raise,
            lasts: self.lasts,
            unchecked: unread,
            loose,
            unguarded,
            framework: self.framework,
            event_keys: self.event_keys,
            unsaid: self.unsaid,
            handler,
        }
    }

    fn path(&self, end: End, at: Place, state: &State<'p>) -> Ended {
        let failure = state.failure.as_ref().map(|failure| {
            let mut caught: Caught = (**failure).clone();
            let mut returned = state.returned.as_ref();
            while let Some(step) = returned {
                // The first return inside the clause is the one that answers: those behind it hand it on.
                if caught.clause.holds(&step.at) && step.something {
                    caught.answered = Some(step.at);
                }
                returned = step.before.as_ref();
            }
            if state.fallback.as_ref().is_some_and(|fallback| fallback.dropped) {
                caught.answered = None;
            }
            // An answer that the clause made and dropped: it was meant to be returned.
            caught.lighter = caught.lighter.filter(|lighter| *lighter != Lighter::Report || state.worked);
            caught.beside = state.fallback.as_ref().is_some_and(|fallback| fallback.is_beside_it());
            caught.certain |= state.dropped.is_some_and(|dropped| caught.clause.holds(&dropped));
            caught
        });
        Ended {
            path: Path { routes: Routes(state.routes), end, at, handed: Vec::new(), failure },
            calls: state.calls.to_vec(),
            replaced: false,
            heard: state.heard,
            refusal: None,
        }
    }

    fn returned(&mut self, value: Value<'p>, at: Place, state: &State<'p>) -> Ended {
        let answers = self.answers_in(&value, state);
        let value = match value {
            // The handler's own response object, for a framework that is not asked.
            Value::Reply(_) => Value::any(),
            // What an SDK answers may have a `statusCode` of its own.
            Value::Unknown(Unknown { sort: Sort::Dict, .. }) => value.of_any_sort(),
            value => value,
        };
        let kind = match &value {
            // Bytes are the payload itself.
            Value::Unknown(Unknown { sort: Sort::Any | Sort::Dict | Sort::Bytes, .. }) | Value::Bytes => {
                Kind::Unknown
            }
            Value::Unknown(Unknown { sort: Sort::List, .. }) => Kind::List,
            Value::Unknown(Unknown { sort: Sort::Stream, .. }) => Kind::NotJson,
            Value::Unknown(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Kind::Plain
            }
            Value::None => Kind::Nothing,
            Value::Dict(_) => Kind::Dict,
            Value::List(_) => Kind::List,
            Value::Tuple(_) => Kind::Tuple,
            Value::Exception(_) => Kind::Exception,
            Value::External(external) if external.path.ends_with(')') || external.path.contains("().") => {
                Kind::Unknown
            }
            _ => Kind::NotJson,
        };
        let shape = match kind {
            Kind::Unknown => Shape::Unknown { tells: value.taint().tells },
            _ => self.shape(state, &value, 0).with_bytes_as_text(),
        };
        let foreign = match &shape {
            Shape::Dict { .. } => {
                self.entry(state, &value, "statusCode").is_some_and(|status| status.taint().foreign_status)
            }
            _ => false,
        };
        let made = self.made(&value, state);
        let told = tells_in_json_rpc(&shape) || says_multi_status(&shape);
        let replaced = self.is_replaced(&shape, state);
        let stand_in = state.fallback.as_ref().is_some_and(|fallback| fallback.stand_in);
        let settled = told || state.failure.is_some() && self.made_good(&value, &shape, state);
        let mut answer = answer(shape, kind, made, foreign);
        if is_text(&answer.shape, &text_says_error) {
            answer.tells = Some(at);
        }
        answer.tells = answer.tells.filter(|_| !told);
        let refusal = refuses(&answer.shape, at).filter(|_| !told);
        let of_job = state.reports && state.failure.is_none() && answer.shape.says_it_by_its_state();
        answer.tells = answer.tells.filter(|_| !of_job);
        answer.in_part = match answer.shape.entry("body") {
            Some(body) => body.value.tells_in_part(),
            None => answer.shape.tells_in_part(),
        };
        let in_part = match self.entry(state, &value, "body") {
            // Of a page what the clause wrote is a part.
            Some(Value::Text(body)) => {
                (body.content.is_some() || body.begins.trim_start().starts_with('<')) && body.taint.of_clause
            }
            // JSON of several paths.
            Some(Value::Unknown(body)) => body.taint.of_clause,
            Some(_) => false,
            None => self.tells_in_part(&value, &answer.shape, state),
        };
        let defaulted =
            state.defaulted.filter(|_| says_success(&answer) && answer.tells.is_none() && !answer.in_part);
        if let Some(call) = defaulted.and_then(|call| self.watched.get_mut(call as usize)) {
            call.defaulted = true;
        }
        for given in answers {
            if let Some(call) = self.watched.get_mut(given.call as usize) {
                // The client gets the whole answer, with what it tells: of work that goes on elsewhere nothing.
                call.checked |= given.of == Of::Whole && call.watch != Watched::Elsewhere;
                call.passed_on |= says_success(&answer);
            }
        }
        let aside = state.failure.as_ref().is_some_and(|f| self.is_aside(f, &answer.shape, state));
        let mut ended = self.path(End::Returned(Box::new(answer)), at, state);
        ended.replaced = replaced;
        ended.refusal = refusal;
        let path = &mut ended.path;
        path.handed = handed(&value, at, state);
        if let Some(failure) = &mut path.failure {
            // The status of an error that is passed on as the answer's own tells of it.
            failure.certain &= !settled && !foreign;
            let own = failure
                .answered
                .is_some_and(|answered| path.at == answered || path.handed.contains(&answered));
            if in_part {
                failure.lighter = Some(Lighter::Told);
            } else if failure.lighter.is_none() && stand_in && !own {
                failure.lighter = Some(Lighter::StandIn);
            } else if !own && aside {
                failure.lighter = Some(Lighter::Aside);
            }
        }
        let unfound = |body: &Value<'p>| match body {
            Value::Text(_) => body.itself(),
            body => self.unfound(body, state),
        };
        if let End::Returned(answer) = &mut path.end
            && let Some(Itself::Item { otherwise: Some(hollow), .. }) =
                self.entry(state, &value, "body").map(unfound)
        {
            answer.unfound = answer.shape.entry("body").map(|entry| Unfound { at: entry.at, hollow });
        }
        settle_failure(path);
        ended
    }

    /// The entry of a dictionary under this key.
    fn entry<'s>(&'s self, state: &'s State<'p>, value: &Value<'p>, key: &str) -> Option<&'s Value<'p>> {
        let Value::Dict(id) = value else { return None };
        match self.object(state, *id)? {
            Object::Dict(dict) => dict.get(key),
            Object::List(_) | Object::Instance(_) => None,
        }
    }

    fn raised(&mut self, exception: &Exception<'p>, state: &State<'p>) -> Option<Ended> {
        let class = match &exception.class {
            ExceptionClass::Project(class) => class.name.to_string(),
            ExceptionClass::Named(path) if path == "builtins.SystemExit" => {
                return Some(self.path(End::Exited, exception.place, state));
            }
            ExceptionClass::Named(path) => path.rsplit('.').next().unwrap_or(path).to_string(),
            ExceptionClass::OneOf(_) | ExceptionClass::Any => {
                self.may_raise = true;
                return None;
            }
        };
        let message = exception.message.shown();
        let begins = match (&message, &exception.message) {
            (Some(message), _) => message.clone(),
            (None, Value::Text(text)) => text.begins.clone(),
            _ => String::new(),
        };
        Some(self.path(End::Raised(Raised { class, message, begins }), exception.place, state))
    }

    /// Where a value was made.
    fn made(&self, value: &Value<'p>, state: &State<'p>) -> Option<Place> {
        let (Value::Dict(id) | Value::List(id)) = value else { return None };
        match self.object(state, *id)? {
            Object::Dict(dict) => Some(dict.made),
            Object::List(list) => Some(list.made),
            Object::Instance(_) => None,
        }
    }

    /// The value as JSON would have it.
    pub(super) fn shape(&self, state: &State<'p>, value: &Value<'p>, depth: usize) -> Shape {
        self.shape_within(state, value, depth, &Cell::new(MAX_INSIDE))
    }

    fn shape_within(&self, state: &State<'p>, value: &Value<'p>, depth: usize, left: &Cell<usize>) -> Shape {
        if depth > MAX_DEPTH || left.get() == 0 {
            return Shape::Unknown { tells: false };
        }
        left.set(left.get() - 1);
        match value {
            Value::Unknown(unknown) => match unknown.sort {
                Sort::Dict if !unknown.taint.tells => Shape::Dict { entries: Vec::new(), open: true },
                Sort::List if !unknown.taint.tells => Shape::List { items: Vec::new(), open: true },
                Sort::Any | Sort::Dict | Sort::List => Shape::Unknown { tells: unknown.taint.tells },
                Sort::Text => Shape::Text { known: None, content: None, tells: unknown.taint.tells },
                Sort::Number => Shape::Number(None),
                Sort::Bool => Shape::Bool(None),
                Sort::Bytes => Shape::NotJson(BYTES),
                Sort::Stream => Shape::NotJson("a stream"),
            },
            Value::None => Shape::Null,
            Value::Bool(known) => Shape::Bool(Some(*known)),
            Value::Int(n) => Shape::Number(Some(n.to_string())),
            Value::Float(n) if n.is_finite() => Shape::Number(Some(float(*n))),
            Value::Float(_) => Shape::Number(Some("NaN".to_string())),
            Value::Text(text) => Shape::Text {
                known: text.known.as_deref().map(str::to_string),
                content: text.content.clone().map(Box::new),
                tells: text.taint.tells,
            },
            Value::Bytes => Shape::NotJson(BYTES),
            Value::Set(_) => Shape::NotJson("a set"),
            Value::Tuple(items) => Shape::List {
                items: items
                    .iter()
                    .take(MAX_ENTRIES)
                    .map(|item| self.shape_within(state, item, depth + 1, left))
                    .collect(),
                open: items.len() > MAX_ENTRIES,
            },
            Value::List(id) => match self.object(state, *id) {
                Some(Object::List(list)) => Shape::List {
                    items: list
                        .items
                        .iter()
                        .take(MAX_ENTRIES)
                        .map(|item| self.shape_within(state, item, depth + 1, left))
                        .collect(),
                    open: list.open || list.items.len() > MAX_ENTRIES,
                },
                _ => Shape::Unknown { tells: false },
            },
            Value::Dict(id) => match self.object(state, *id) {
                Some(Object::Dict(dict)) => Shape::Dict {
                    entries: dict
                        .entries
                        .iter()
                        .take(MAX_ENTRIES)
                        .map(|(key, value, at)| Entry {
                            key: key.to_string(),
                            value: self.shape_within(state, value, depth + 1, left),
                            at: *at,
                        })
                        .collect(),
                    open: dict.open || dict.entries.len() > MAX_ENTRIES,
                },
                _ => Shape::Unknown { tells: false },
            },
            Value::Exception(_) => Shape::NotJson("an exception"),
            Value::Instance(id) => match self.object(state, *id) {
                Some(Object::Instance(instance)) if is_plain(&instance.class) => Shape::NotJson("an object"),
                _ => Shape::Unknown { tells: false },
            },
            Value::Function(_) | Value::Method(_) => Shape::NotJson("a function"),
            Value::Class(_) => Shape::NotJson("a class"),
            Value::Coroutine(_) => Shape::NotJson("a coroutine"),
            Value::External(external) => match external.path.as_str() {
                // `datetime.now()` and its kin are nothing that JSON can say; Decimal the runtime itself can.
                "datetime.datetime.now()" | "datetime.datetime.utcnow()" | "datetime.date.today()" => {
                    Shape::NotJson("a date")
                }
                "uuid.uuid4()" | "uuid.uuid1()" => Shape::NotJson("a UUID"),
                "context.aws_request_id" | "context.function_name" => {
                    Shape::Text { known: None, content: None, tells: false }
                }
                _ => Shape::Unknown { tells: false },
            },
            Value::Module(_)
            | Value::Super(_)
            | Value::ContextManager(_)
            | Value::Suppress(_)
            | Value::App(_)
            | Value::Reply(_) => Shape::Unknown { tells: false },
        }
    }
}

/// The returns that gave this very value before `at`, the first first.
fn handed<'p>(value: &Value<'p>, at: Place, state: &State<'p>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut step = state.gave.as_ref();
    // There is one `None`: it is handed on where one `return` is that of the call in the other.
    let mut caller: Option<&Gave<'p>> = None;
    while let Some(gave) = step {
        let same = match (value, &gave.value) {
            (Value::None, Value::None) => {
                if caller
                    .replace(gave)
                    .is_some_and(|caller| !caller.of_call || gave.depth != caller.depth + 1)
                {
                    break;
                }
                true
            }
            (Value::None, _) => break,
            (Value::Dict(a), Value::Dict(b)) | (Value::List(a), Value::List(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b),
            (Value::Text(a), Value::Text(b)) => Rc::ptr_eq(a, b),
            (Value::Exception(a), Value::Exception(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        if same && gave.at != at {
            places.push(gave.at);
        }
        step = gave.before.as_ref();
    }
    places.reverse();
    places
}

/// Whether an instance is nothing but an object: what stands above its class may be text, a number, a dictionary.
fn is_plain(class: &Class<'_>) -> bool {
    class.bases.iter().all(|base| match base {
        Value::Class(class) => is_plain(class),
        base => base.path().is_some_and(|path| {
            ["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"].contains(&path)
                || path.ends_with(".BaseModel")
        }),
    })
}

/// A number as JSON spells it.
fn float(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e15 { format!("{n:.1}") } else { n.to_string() }
}

fn answer(shape: Shape, kind: Kind, made: Option<Place>, foreign_status: bool) -> Answer {
    let tells = tells(&shape);
    Answer {
        // Written once the path is kept: many are the same.
        payload: Payload::known(Vec::new()),
        shape,
        kind,
        made,
        tells,
        in_part: false,
        unfound: None,
        dropped: false,
        foreign_status,
    }
}

/// Where an answer's content says that something went wrong: in its body, or in itself where it is no envelope.
fn tells(shape: &Shape) -> Option<Place> {
    if let Some(body) = shape.entry("body") {
        let value = &body.value;
        return value
            .tells_error()
            .or_else(|| (value.tells() || is_text(value, &text_says_error)).then_some(body.at));
    }
    // An envelope without a body says no more than its status.
    if shape.entry("statusCode").is_some() { None } else { shape.tells_error() }
}

/// Where an answer's content is nothing but a refusal, in the same places.
fn refuses(shape: &Shape, at: Place) -> Option<Place> {
    let in_text = |value: &Shape, at| is_text(value, &text_refuses).then_some(at);
    match shape.entry("body") {
        Some(body) => body.value.refuses().or_else(|| in_text(&body.value, body.at)),
        None => shape.refuses().or_else(|| in_text(shape, at)),
    }
}

/// Whether content is a text, as it is or as JSON, that says this.
fn is_text(content: &Shape, says: &dyn Fn(&str) -> bool) -> bool {
    match content {
        Shape::Text { content: Some(content), .. } => {
            matches!(&**content, Shape::Text { known: Some(text), .. } if says(text))
        }
        Shape::Text { known: Some(text), .. } => says(text),
        _ => false,
    }
}

/// Whether an answer may be a success that says something else than a refusal does.
fn may_succeed(ended: &Ended) -> bool {
    let End::Returned(answer) = &ended.path.end else { return false };
    let well = match answer.shape.entry("statusCode").map(|entry| &entry.value) {
        Some(Shape::Number(Some(status))) => status.starts_with('2'),
        Some(_) => true,
        None => !matches!(answer.kind, Kind::FellOff | Kind::Nothing | Kind::NotJson | Kind::Exception),
    };
    well && answer.tells.is_none() && ended.refusal.is_none()
}

/// A refusal tells of an error where those that are not refused are told something else: who gets the same in any case is not to know (a
/// password that is reset).
fn settle_refusals(paths: &mut [Ended]) {
    let others: Vec<Routes> =
        paths.iter().filter(|ended| may_succeed(ended)).map(|ended| ended.path.routes).collect();
    for ended in paths.iter_mut() {
        let routes = ended.path.routes.0;
        if let End::Returned(answer) = &mut ended.path.end
            && others.iter().any(|other| other.0 & routes != 0)
        {
            answer.tells = answer.tells.or(ended.refusal);
        }
    }
}

/// Whether the body is an error as JSON-RPC has it (JSON-RPC 2.0 Specification, "Response object"), or a tool's as the Model Context
/// Protocol does (Specification, "Tools", "Error Handling"): whoever speaks these looks there, and not at the status.
fn tells_in_json_rpc(shape: &Shape) -> bool {
    let content = match shape.entry("body").map(|entry| &entry.value) {
        Some(Shape::Text { content: Some(content), .. }) => content,
        _ => return false,
    };
    let is_error =
        |result: &Shape| result.entry("isError").is_some_and(|entry| entry.value == Shape::Bool(Some(true)));
    content.entry("jsonrpc").is_some()
        && (content.entry("error").is_some() || content.entry("result").is_some_and(|r| is_error(&r.value)))
}

/// Whether an answer has the status 207: its parts may have failed, and the body says which (RFC 4918, "Multi-Status Response").
fn says_multi_status(shape: &Shape) -> bool {
    shape.entry("statusCode").is_some_and(|entry| {
        matches!(&entry.value, Shape::Number(Some(status)) | Shape::Text { known: Some(status), .. } if status == "207")
    })
}

/// The status that an answer says, where it is known.
fn status_of(answer: &Answer) -> Option<&str> {
    match &answer.shape.entry("statusCode")?.value {
        Shape::Number(status) => status.as_deref(),
        _ => None,
    }
}

/// Whether an answer says of work that it has begun, and no more.
fn says_begun(answer: &Answer) -> bool {
    fn says(shape: &Shape) -> bool {
        const WORDS: [&str; 12] = [
            "accepted",
            "background",
            "begun",
            "initiated",
            "pending",
            "processing",
            "queued",
            "running",
            "scheduled",
            "started",
            "submitted",
            "triggered",
        ];
        match shape {
            Shape::Text { content: Some(content), .. } => says(content),
            Shape::Text { known: Some(text), .. } => {
                let text = text.to_lowercase();
                let mut words = text.split(|c: char| !c.is_alphabetic());
                text.replace('_', " ").contains("in progress") || words.any(|word| WORDS.contains(&word))
            }
            Shape::Dict { entries, .. } => entries.iter().any(|entry| says(&entry.value)),
            _ => false,
        }
    }
    answer.shape.entry("body").is_some_and(|body| says(&body.value))
}

/// Whether a path comes to an error, for certain.
fn fails(end: &End) -> bool {
    match end {
        End::Returned(answer) => status_of(answer).is_some_and(|status| status.starts_with(['4', '5'])),
        End::Raised(_) | End::Exited => true,
    }
}

/// Whether an answer says that all went well, as far as it is known.
fn says_success(answer: &Answer) -> bool {
    if answer.shape.not_json().is_some() {
        return false;
    }
    match answer.shape.entry("statusCode").map(|entry| &entry.value) {
        Some(Shape::Number(Some(status))) => status.starts_with('2'),
        Some(_) => false,
        None => answer.kind == Kind::Dict && answer.tells.is_none(),
    }
}

/// Calls that have said to somebody that their work failed, with the routes on which the client is told the very same all the same:
/// an answer of which nothing is open, from the same place as where the work went well.
fn told_the_same(paths: &[Ended]) -> FxHashMap<u32, u64> {
    let mut same = FxHashMap::default();
    for ended in paths {
        let (Some(call), End::Returned(answer)) = (ended.heard, &ended.path.end) else { continue };
        let claims = says_success(answer) && answer.tells.is_none() && !answer.in_part;
        if !claims || status_of(answer) == Some("207") || !is_settled(&answer.shape) {
            continue;
        }
        let went_well = |other: &&Ended| {
            other.heard != Some(call)
                && other.calls.contains(&call)
                && other.path.failure.is_none()
                && other.path.is_like(&Path { failure: None, ..ended.path.clone() })
        };
        if paths.iter().any(|other| went_well(&other)) {
            *same.entry(call).or_default() |= ended.path.routes.0;
        }
    }
    same
}

/// Whether all of an answer is known.
fn is_settled(shape: &Shape) -> bool {
    match shape {
        Shape::Null | Shape::Bool(Some(_)) | Shape::Number(Some(_)) => true,
        Shape::Text { content: Some(content), .. } => is_settled(content),
        Shape::Text { known, .. } => known.is_some(),
        Shape::List { items, open } => !open && items.iter().all(is_settled),
        Shape::Dict { entries, open } => !open && entries.iter().all(|entry| is_settled(&entry.value)),
        Shape::Unknown { .. } | Shape::Bool(None) | Shape::Number(None) | Shape::NotJson(_) => false,
    }
}

/// A check that could not be made is none that the answer rests on, where the work was done and the same is answered as where the
/// check was made and had nothing to say.
fn settle_unaffected(paths: &mut [Ended]) {
    let answer = |ended: &Ended| match &ended.path.end {
        End::Returned(answer) => Some((ended.path.at, answer.shape.clone())),
        End::Raised(_) | End::Exited => None,
    };
    if !paths.iter().any(|ended| ended.replaced) {
        return;
    }
    let untroubled: Vec<(Place, Shape)> =
        paths.iter().filter(|ended| ended.path.failure.is_none()).filter_map(answer).collect();
    for ended in paths.iter_mut().filter(|ended| ended.replaced) {
        let same = answer(ended).is_some_and(|(at, own)| {
            untroubled.iter().any(|(known, shape)| *known == at && own.may_be(shape))
        });
        if let Some(failure) = ended.path.failure.as_mut().filter(|_| same) {
            failure.certain = false;
        }
    }
}

/// A conversion that failed, or an exception of the program's own, is an ordinary way of it: but not where its clause answers, and
/// says what went wrong.
fn settle_failure(path: &mut Path) {
    let End::Returned(answer) = &path.end else { return };
    let Some(failure) = &mut path.failure else { return };
    let answers = failure.answered.is_some() && answer.tells.is_some();
    if matches!(failure.what, Failed::Value | Failed::Raise | Failed::Unread) && answers {
        failure.certain = true;
    }
}
