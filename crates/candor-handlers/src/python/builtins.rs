//! Python's built-in functions and the parts of the standard library whose results matter.

use std::rc::Rc;

use smallvec::smallvec;

use super::interpreter::{Escape, Forks, Interpreter, Many};
use super::reads::{DECIMAL, unsayable};
use super::state::{Dict, List, Object, State, taints};
use super::value::{Arguments, Sort, Taint, Text, Unknown, Value};
use super::watching::Watched;
use crate::facts::Place;
use crate::shape::Shape;

impl<'p> Interpreter<'p> {
    /// Calls a function that is known by its path; where it is not, the state comes back as it was.
    pub(super) fn builtin_call(
        &mut self,
        path: &str,
        arguments: &Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Result<Forks<'p>, State<'p>> {
        let first = arguments.positional.first();
        let taint = taints(arguments.all());
        let one = |state, value| Ok(smallvec![(state, value)]);
        match path {
            "json.dumps" | "simplejson.dumps" | "ujson.dumps" | "orjson.dumps" | "bson.json_util.dumps" => {
                let Some(value) = arguments.get(0, "obj") else { return Err(state) };
                let mut answers = self.answers_in(value, &state);
                // The text remembers one of them.
                let taint = self.said(value, &state, Taint { answer: answers.pop(), ..taint });
                for answer in answers {
                    self.settles(&Value::unknown(Sort::Any, Taint { answer: Some(answer), ..taint }), &state);
                }
                let lenient = path == "bson.json_util.dumps"
                    || ["default", "cls"].iter().any(|name| arguments.named(name).is_some());
                let shape = self.shape(&state, value, 0);
                if !lenient && let Some(what) = unsayable(path, value, &shape) {
                    self.note_unsaid(place, what, true);
                    self.certain(state, "builtins.TypeError", place);
                    return Ok(Many::new());
                }
                if !lenient && path == "json.dumps" && self.is_decimal(&state, value) {
                    self.note_unsaid(place, "a Decimal", true);
                    self.certain(state, "builtins.TypeError", place);
                    return Ok(Many::new());
                }
                if !lenient && path == "json.dumps" && self.holds_decimals(&state, value) {
                    self.note_unsaid(place, "a Decimal", false);
                }
                let of_clause = self.tells_in_part(value, &shape, &state);
                self.answers_with_default(value, &mut state);
                let taint = Taint { itself: self.unfound(value, &state), of_clause, ..taint };
                let known = python_json(&shape).map(Into::into);
                if shape.may_not_be_json() {
                    self.may_fail(&state, &["TypeError", "ValueError"], place);
                }
                let text = Text { known, begins: String::new(), content: Some(shape), taint };
                let value = if path == "orjson.dumps" { Value::Bytes } else { Value::Text(Rc::new(text)) };
                one(state, value)
            }
            "json.loads" | "simplejson.loads" | "orjson.loads" | "ujson.loads" | "json.load" => {
                if let Some(first) = first {
                    self.reads_unguarded(first, None, place);
                }
                // What `json.dumps` of this program wrote is read back, however it travelled.
                if let Some(Value::Text(text)) = first
                    && let Some(content @ Shape::Dict { .. }) = &text.content
                {
                    let value = self.read_back(content, text.taint, place, &mut state);
                    return one(state, value);
                }
                self.may_fail(&state, &["ValueError", "TypeError"], place);
                one(state, Value::unknown(Sort::Any, taint))
            }
            "os.path.join" => {
                self.checks_sent(arguments);
                self.settles_all(arguments, &state);
                one(state, joined(arguments, taint))
            }
            "builtins.str" | "builtins.repr" | "builtins.format" => {
                let known = first.and_then(|value| value.shown()).filter(|_| path == "builtins.str");
                let value = match known {
                    Some(known) => Value::Text(Rc::new(Text {
                        known: Some(known.into()),
                        begins: String::new(),
                        content: None,
                        taint,
                    })),
                    None => Value::some_text("", taint),
                };
                one(state, value)
            }
            "builtins.int" => {
                let value = match first {
                    Some(Value::Int(n)) => Value::Int(*n),
                    Some(Value::Text(text))
                        if text.known.as_ref().is_some_and(|t| t.trim().parse::<i64>().is_ok()) =>
                    {
                        let parsed = text.known.as_ref().and_then(|text| text.trim().parse().ok());
                        parsed.map_or(Value::any(), Value::Int)
                    }
                    _ => {
                        self.may_fail(&state, &["ValueError", "TypeError"], place);
                        Value::unknown(Sort::Number, taint)
                    }
                };
                one(state, value)
            }
            "builtins.float" | "builtins.round" | "builtins.sum" | "builtins.abs" => {
                self.may_fail(&state, &["ValueError", "TypeError"], place);
                one(state, Value::unknown(Sort::Number, taint))
            }
            "builtins.len" => {
                self.settles_all(arguments, &state);
                first.iter().for_each(|value| self.weighs_item(value));
                let of_clause = first.is_some_and(|value| self.is_told(value, &state));
                let taint = Taint { of_clause: taint.of_clause || of_clause, ..taint };
                let value = match first {
                    Some(value @ (Value::List(_) | Value::Tuple(_) | Value::Dict(_))) => {
                        match self.items(&state, value) {
                            (items, false) => Value::Int(items.len() as i64),
                            (items, true) if !items.is_empty() => {
                                Value::Unknown(Unknown { sort: Sort::Number, truthy: Some(true), taint })
                            }
                            _ => Value::unknown(Sort::Number, taint),
                        }
                    }
                    Some(Value::Text(text)) => match &text.known {
                        Some(text) => Value::Int(text.chars().count() as i64),
                        None => Value::unknown(Sort::Number, taint),
                    },
                    value => {
                        self.may_fail(&state, &["TypeError"], place);
                        let truthy = value.and_then(|value| self.truth(&state, value)).filter(|truth| *truth);
                        Value::Unknown(Unknown { sort: Sort::Number, taint, truthy })
                    }
                };
                one(state, value)
            }
            "builtins.bool" => {
                if let Some(first) = first {
                    self.asked_for_truth(first);
                }
                let value = match first.map(|value| self.truth(&state, value)) {
                    Some(Some(known)) => Value::Bool(known),
                    _ => Value::unknown(Sort::Bool, taint),
                };
                one(state, value)
            }
            "builtins.isinstance" | "builtins.issubclass" => {
                self.settles_all(arguments, &state);
                let value = match (path, arguments.positional.as_slice()) {
                    ("builtins.isinstance", [value, class]) => match self.is_instance(value, class) {
                        Some(known) => Value::Bool(known),
                        None => Value::unknown(Sort::Bool, taint),
                    },
                    _ => Value::unknown(Sort::Bool, taint),
                };
                one(state, value)
            }
            "builtins.hasattr" | "builtins.callable" | "builtins.any" | "builtins.all" => {
                self.settles_all(arguments, &state);
                one(state, Value::unknown(Sort::Bool, taint))
            }
            "builtins.print" => one(state, Value::None),
            "builtins.dict" => {
                let mut dict = Dict { entries: Vec::new(), open: arguments.open, made: place };
                if let Some(first) = first {
                    let added = self.dict_of(&state, first);
                    super::definitions::merge(&mut dict, added);
                }
                for (name, value) in &arguments.named {
                    dict.set(name.clone(), value.clone(), place);
                }
                let id = self.make(&mut state, Object::Dict(dict));
                one(state, Value::Dict(id))
            }
            "builtins.list" | "builtins.sorted" | "builtins.reversed" => {
                let (items, open) = first.map_or((Vec::new(), false), |value| self.items(&state, value));
                if let Some(first) = first.filter(|first| !matches!(first, Value::List(_) | Value::Tuple(_)))
                {
                    self.settles(first, &state);
                }
                let id = self.make(&mut state, Object::List(List { items, open, made: place }));
                one(state, Value::List(id))
            }
            "builtins.tuple" => {
                let (items, open) = first.map_or((Vec::new(), false), |value| self.items(&state, value));
                if open {
                    self.settles_all(arguments, &state);
                }
                one(state, if open { Value::any() } else { Value::Tuple(Rc::new(items)) })
            }
            "builtins.set" | "builtins.frozenset" => {
                self.settles_all(arguments, &state);
                let members = match first {
                    Some(Value::Set(members)) => members.clone(),
                    Some(value @ (Value::Tuple(_) | Value::List(_))) => match self.items(&state, value) {
                        (items, false) => Some(Rc::new(items)),
                        (_, true) => None,
                    },
                    _ => None,
                };
                one(state, Value::Set(members.filter(|_| path == "builtins.frozenset")))
            }
            "builtins.bytes" | "builtins.bytearray" => one(state, Value::Bytes),
            "builtins.getattr" => {
                let name = arguments.positional.get(1).and_then(Value::as_text);
                let (Some(object), Some(name)) = (first, name) else { return Err(state) };
                let (object, name) = (object.clone(), name.to_string());
                let default = arguments.positional.get(2).cloned();
                self.looks(&object, &name);
                let taint = Taint { answer: self.part(&object, &name), ..object.taint().within(None) };
                let status = matches!(name.as_str(), "status_code" | "code" | "status");
                let foreign = match &object {
                    Value::Exception(exception) => super::exceptions::says_status(&exception.class, &name),
                    _ => status && taint.of_response,
                };
                let of_response = name == "response"
                    && matches!(&object, Value::Exception(e) if !matches!(e.class, super::value::ExceptionClass::Project(_)));
                let taint = Taint { of_response: taint.of_response || of_response, ..taint };
                let value = match (&object, default) {
                    (Value::Exception(_) | Value::Unknown(_), Some(default)) => Value::Unknown(Unknown {
                        sort: if matches!(default, Value::Int(_)) { Sort::Number } else { Sort::Any },
                        taint: Taint { foreign_status: foreign, ..taint },
                        ..Unknown::ANY
                    }),
                    _ => Value::Unknown(Unknown { taint, ..Unknown::ANY }),
                };
                one(state, value)
            }
            "builtins.exec" | "builtins.eval" | "builtins.__import__" | "importlib.import_module" => {
                self.unknown_at(place, format!("{}()", path.rsplit('.').next().unwrap_or(path)));
                self.may_raise(
                    &state,
                    super::value::ExceptionClass::Any,
                    crate::facts::Failed::Unread,
                    place,
                );
                one(state, Value::any())
            }
            "sys.exit" | "builtins.exit" | "builtins.quit" => {
                // SystemExit: only a bare `except` stops it, and the runtime then ends.
                let exception = super::value::Exception {
                    class: super::value::ExceptionClass::Named("builtins.SystemExit".to_string()),
                    message: Value::any(),
                    instance: None,
                    place,
                    what: crate::facts::Failed::Raise,
                    logged: crate::facts::Logged::Nowhere,
                };
                self.raise(state, Rc::new(exception));
                Ok(Many::new())
            }
            "os._exit" | "os.abort" => {
                self.escaped.push((state, Escape::Exit));
                Ok(Many::new())
            }
            "os.environ.get" | "os.getenv" => {
                let value = match arguments.positional.get(1) {
                    Some(Value::Text(_)) => Value::some_text("", Taint::default()),
                    _ => Value::any(),
                };
                one(state, value)
            }
            "asyncio.run"
            | "asyncio.get_event_loop().run_until_complete"
            | "asyncio.new_event_loop().run_until_complete" => {
                let Some(first) = first else { return Err(state) };
                Ok(self.awaited(first.clone(), place, state))
            }
            "asyncio.wait_for" | "asyncio.shield" => match first {
                Some(first) => one(state, first.clone()),
                None => Err(state),
            },
            "asyncio.gather" => Ok(self.gather(arguments, place, state)),
            "asyncio.create_task" | "asyncio.ensure_future" => {
                let Some(first) = first.cloned() else { return Err(state) };
                let call = self.watch(&mut state, place, path.to_string(), Watched::Task);
                let value = match &first {
                    // Whoever awaits it gets what it returns.
                    Value::Coroutine(coroutine) => {
                        self.begin_task(coroutine, call);
                        first
                    }
                    _ => {
                        self.settles(&first, &state);
                        Value::answer_of(call, false)
                    }
                };
                one(state, value)
            }
            "asyncio.TaskGroup().create_task" => {
                let Some(first) = first else { return Err(state) };
                let mut forks = self.awaited(first.clone(), place, state);
                for (state, value) in &mut forks {
                    // What its `result()` is, is not followed.
                    self.settles(value, state);
                    *value = Value::any();
                }
                Ok(forks)
            }
            "asyncio.all_tasks" | "asyncio.wait" | "asyncio.as_completed" => {
                self.tasks_are_awaited();
                self.settles_all(arguments, &state);
                one(state, Value::any())
            }
            "concurrent.futures.ThreadPoolExecutor().submit"
            | "concurrent.futures.ProcessPoolExecutor().submit" => {
                let given = Arguments {
                    positional: arguments.positional.iter().skip(1).cloned().collect(),
                    named: arguments.named.clone(),
                    open: arguments.open,
                };
                let Some(first) = first else { return Err(state) };
                Ok(self.pooled(first.clone(), given, "executor.submit", place, state))
            }
            "concurrent.futures.ThreadPoolExecutor().map"
            | "concurrent.futures.ProcessPoolExecutor().map" => {
                // Each item takes the way of one.
                let given = Arguments { positional: vec![Value::any()], open: true, ..Arguments::default() };
                self.settles_all(arguments, &state);
                let Some(first) = first else { return Err(state) };
                Ok(self.pooled(first.clone(), given, "executor.map", place, state))
            }
            "concurrent.futures.ThreadPoolExecutor().shutdown"
            | "concurrent.futures.ProcessPoolExecutor().shutdown" => one(state, Value::None),
            "asyncio.sleep" | "time.sleep" => {
                self.lasts = true;
                one(state, Value::None)
            }
            "threading.Thread().start" | "threading.Timer().start" | "multiprocessing.Process().start" => {
                self.watch(&mut state, place, path.to_string(), Watched::Thread);
                one(state, Value::None)
            }
            "threading.Thread().join" | "threading.Timer().join" | "multiprocessing.Process().join" => {
                self.threads_are_joined();
                one(state, Value::None)
            }
            "contextlib.suppress" => one(state, Value::Suppress(Rc::new(arguments.positional.clone()))),
            "contextlib.nullcontext" | "copy.deepcopy" | "copy.copy" | "typing.cast" => {
                let value = if path == "typing.cast" { arguments.positional.get(1) } else { first };
                let Some(value) = value else { return Err(state) };
                let value = match self.dict_of(&state, value) {
                    Some(dict) => Value::Dict(self.make(&mut state, Object::Dict(dict))),
                    None => value.clone(),
                };
                one(state, value)
            }
            "dataclasses.field" => {
                if let Some(default) = arguments.named("default") {
                    return one(state, default.clone());
                }
                let Some(factory) = arguments.named("default_factory").cloned() else { return Err(state) };
                Ok(self.call(factory, Arguments::default(), place, state))
            }
            "dataclasses.asdict" | "builtins.vars" => {
                let Some(Value::Instance(id)) = first else { return one(state, Value::any()) };
                let Some(Object::Instance(instance)) = self.object(&state, *id) else {
                    return one(state, Value::any());
                };
                let fields = instance.class.fields.clone();
                let entries = fields.iter().flatten().map(|(name, _)| {
                    let value = instance.attributes.get(name).cloned().unwrap_or(Value::any());
                    ((*name).into(), value, place)
                });
                let dict = Dict { entries: entries.collect(), open: fields.is_none(), made: place };
                let id = self.make(&mut state, Object::Dict(dict));
                one(state, Value::Dict(id))
            }
            "traceback.format_exc" | "traceback.format_exception" | "sys.exc_info" => {
                one(state, Value::some_text("", Taint { tells: true, ..Taint::default() }))
            }
            "functools.partial" => {
                let Some(callee) = first.cloned() else { return Err(state) };
                one(
                    state,
                    if arguments.positional.len() == 1 && arguments.named.is_empty() {
                        callee
                    } else {
                        Value::any()
                    },
                )
            }
            "base64.b64decode"
            | "base64.b64encode"
            | "base64.urlsafe_b64encode"
            | "base64.urlsafe_b64decode" => {
                self.may_fail(&state, &["ValueError", "TypeError"], place);
                one(state, Value::Bytes)
            }
            "uuid.uuid4"
            | "uuid.uuid1"
            | "datetime.datetime.now"
            | "datetime.datetime.utcnow"
            | "datetime.date.today" => one(state, Value::external(format!("{path}()"))),
            "time.time" | "random.randint" | "random.random" => {
                one(state, Value::unknown(Sort::Number, taint))
            }
            "decimal.Decimal" => {
                self.may_fail(&state, &["ArithmeticError", "TypeError", "ValueError"], place);
                one(state, Value::external(DECIMAL))
            }
            "builtins.range" => match arguments.positional.as_slice() {
                [Value::Int(n)] if (0..=8).contains(n) => {
                    one(state, Value::Tuple(Rc::new((0..*n).map(Value::Int).collect())))
                }
                [Value::Int(from), Value::Int(to)] if (0..=8).contains(&(to - from)) => {
                    one(state, Value::Tuple(Rc::new((*from..*to).map(Value::Int).collect())))
                }
                [Value::Int(n)] if *n > 8 => {
                    let items = vec![Value::unknown(Sort::Number, Taint::default())];
                    let id = self.make(&mut state, Object::List(List { items, open: true, made: place }));
                    one(state, Value::List(id))
                }
                _ => one(state, Value::any()),
            },
            "builtins.enumerate" | "builtins.zip" | "builtins.filter" | "builtins.iter" | "builtins.min"
            | "builtins.max" | "builtins.next" => {
                self.settles_all(arguments, &state);
                if ["builtins.min", "builtins.max"].contains(&path) {
                    self.status_asked |= taint.foreign_status;
                }
                if path == "builtins.next" && arguments.positional.len() < 2 {
                    self.may_fail(&state, &["StopIteration"], place);
                }
                one(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))
            }
            "builtins.map" => {
                // Each item takes the way of one.
                let Some(callee) = first.cloned() else { return Err(state) };
                let given = Arguments { positional: vec![Value::any()], open: true, ..Arguments::default() };
                let forks = self.call(callee, given, place, state);
                for (state, value) in &forks {
                    self.settles(value, state);
                }
                Ok(forks.into_iter().map(|(state, _)| (state, Value::any())).collect())
            }
            _ => Err(state),
        }
    }

    /// Coroutines that run side by side.
    fn gather(&mut self, arguments: &Arguments<'p>, place: Place, state: State<'p>) -> Forks<'p> {
        if arguments.open {
            self.tasks_are_awaited();
        }
        let keeps = matches!(arguments.named("return_exceptions"), Some(Value::Bool(true)));
        let mut raises = arguments.open;
        let mut forks: Many<_> = smallvec![(state, Vec::new())];
        for coroutine in &arguments.positional {
            let mut next = Many::new();
            for (state, values) in forks {
                if keeps {
                    self.settles(coroutine, &state);
                    let Value::Coroutine(call) = coroutine else {
                        raises = true;
                        next.push((state, values));
                        continue;
                    };
                    let callee = Value::Function(call.0.clone());
                    let (after, may_raise) = self.runs_beside(callee, call.1.clone(), place, state);
                    raises |= may_raise;
                    next.extend(after.into_iter().map(|state| (state, values.clone())));
                    continue;
                }
                for (state, value) in self.awaited(coroutine.clone(), place, state) {
                    let mut values = values.clone();
                    values.push(value);
                    next.push((state, values));
                }
            }
            forks = self.settle_all(next);
        }
        let mut gathered = Many::new();
        for (mut state, items) in forks {
            let value = match (keeps, raises) {
                (true, true) => {
                    let call = self.watch(&mut state, place, "asyncio.gather".to_string(), Watched::Gathered);
                    Value::answer_of(call, false)
                }
                (true, false) => Value::any(),
                (false, _) => {
                    let list = List { items, open: arguments.open, made: place };
                    Value::List(self.make(&mut state, Object::List(list)))
                }
            };
            gathered.push((state, value));
        }
        gathered
    }

    /// A function that runs in a pool: its exception waits in the result.
    fn pooled(
        &mut self,
        callee: Value<'p>,
        arguments: Arguments<'p>,
        operation: &str,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        let (after, raises) = self.runs_beside(callee, arguments, place, state);
        if raises && operation == "executor.map" {
            // Whoever goes through the results meets it.
            for state in &after {
                let class = super::value::ExceptionClass::Any;
                self.may_raise(state, class, crate::facts::Failed::Unread, place);
            }
        }
        let mut forks = Many::new();
        for mut state in after {
            let value = if raises {
                let call = self.watch(&mut state, place, operation.to_string(), Watched::Gathered);
                Value::answer_of(call, false)
            } else {
                Value::any()
            };
            forks.push((state, value));
        }
        forks
    }

    fn is_instance(&self, value: &Value<'p>, class: &Value<'p>) -> Option<bool> {
        if let Value::Tuple(classes) = class {
            let all: Vec<Option<bool>> = classes.iter().map(|class| self.is_instance(value, class)).collect();
            if all.contains(&Some(true)) {
                return Some(true);
            }
            return all.iter().all(|one| *one == Some(false)).then_some(false);
        }
        if let Value::Exception(exception) = value {
            return match super::exceptions::catches(Some(class), exception) {
                super::exceptions::Catch::Yes => Some(true),
                super::exceptions::Catch::No => Some(false),
                super::exceptions::Catch::Maybe => None,
            };
        }
        let class = class.path()?;
        if value.path() == Some(DECIMAL) && ["decimal.Decimal", "numbers.Number"].contains(&class) {
            return Some(true);
        }
        let name = class.strip_prefix("builtins.")?;
        let of = match value {
            Value::External(external) if external.path == DECIMAL => "Decimal",
            Value::Text(_) => "str",
            Value::Int(_) => "int",
            Value::Bool(_) => "bool",
            Value::Float(_) => "float",
            Value::Dict(_) => "dict",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Bytes => "bytes",
            Value::Set(_) => "set",
            Value::None => "NoneType",
            Value::Unknown(unknown) => match unknown.sort {
                Sort::Text => "str",
                Sort::Bytes => "bytes",
                Sort::Dict => "dict",
                Sort::List => "list",
                Sort::Any | Sort::Number | Sort::Bool | Sort::Stream => return None,
            },
            _ => return None,
        };
        Some(of == name || (of == "bool" && name == "int"))
    }

    /// The value that JSON of this shape is.
    fn read_back(&mut self, shape: &Shape, taint: Taint, made: Place, state: &mut State<'p>) -> Value<'p> {
        match shape {
            Shape::Dict { entries, open } => {
                let mut dict = Dict { entries: Vec::with_capacity(entries.len()), open: *open, made };
                for entry in entries {
                    // Objects go by their places: each entry has its own.
                    let value = self.read_back(&entry.value, taint, entry.at, state);
                    dict.set(entry.key.clone().into(), value, entry.at);
                }
                Value::Dict(self.make(state, Object::Dict(dict)))
            }
            Shape::Null => Value::None,
            Shape::Bool(Some(known)) => Value::Bool(*known),
            Shape::Number(Some(number)) if let Ok(number) = number.parse() => Value::Int(number),
            Shape::Text { known: Some(text), tells: false, .. } => Value::text(text.clone()),
            Shape::Bool(None) => Value::unknown(Sort::Bool, taint),
            Shape::Number(_) => Value::unknown(Sort::Number, taint),
            Shape::Text { tells, .. } => Value::unknown(Sort::Text, Taint { tells: *tells, ..taint }),
            Shape::Unknown { tells } => Value::unknown(Sort::Any, Taint { tells: *tells, ..taint }),
            Shape::List { .. } | Shape::NotJson(_) => Value::unknown(Sort::Any, taint),
        }
    }
}

/// JSON as Python's `json.dumps` writes it by default.
fn python_json(shape: &crate::Shape) -> Option<String> {
    let mut out = String::with_capacity(64);
    write_python_json(shape, &mut out).then_some(out)
}

/// The same; whether all of it is known.
fn write_python_json(shape: &crate::Shape, out: &mut String) -> bool {
    use crate::Shape;
    match shape {
        Shape::Null => out.push_str("null"),
        Shape::Bool(Some(known)) => out.push_str(if *known { "true" } else { "false" }),
        Shape::Number(Some(spelled)) => out.push_str(spelled),
        Shape::Text { known: Some(text), .. } => write_quoted(text, out),
        Shape::List { items, open: false } => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                if !write_python_json(item, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Shape::Dict { entries, open: false } => {
            out.push('{');
            for (i, entry) in entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_quoted(&entry.key, out);
                out.push_str(": ");
                if !write_python_json(&entry.value, out) {
                    return false;
                }
            }
            out.push('}');
        }
        _ => return false,
    }
    true
}

/// The parts of a path, joined: an absolute one would take the place of those before it (Python documentation, `os.path.join`).
fn joined<'p>(arguments: &Arguments<'p>, taint: Taint) -> Value<'p> {
    let begins = |value: &Value<'p>| match value {
        Value::Text(text) => text.known.as_deref().unwrap_or(&text.begins).to_string(),
        _ => String::new(),
    };
    let mut begin = String::new();
    for (at, part) in arguments.positional.iter().map(begins).enumerate() {
        if at == 0 || part.starts_with('/') {
            begin = part;
            let known = matches!(&arguments.positional[at], Value::Text(text) if text.known.is_some());
            if known && !begin.ends_with('/') {
                begin.push('/');
            }
        }
    }
    Value::some_text(begin, taint)
}

/// Text with everything escaped that is not ASCII.
fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}
