//! Calls of the project's own functions, methods and classes, and the attributes of what it has.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use smallvec::smallvec;

use super::exceptions;
use super::interpreter::{Cx, Ends, Escape, Forks, Interpreter, Many, follow};
use super::state::{Dict, Flow, Gave, Instance, Object, Scope, State};
use super::value::{
    Arguments, Body, Class, Exception, ExceptionClass, Function, Id, Method, Role, Sort, Taint, Unknown,
    Value,
};
use crate::facts::{Failed, Logged, Place};

/// Attribute of an exception's instance under which its message is kept.
const MESSAGE: &str = "str()";
/// For how many variables of a function there is room before more has to be made.
const LOCALS: usize = 7;

impl<'p> Interpreter<'p> {
    pub(super) fn call_expression(
        &mut self,
        call: &'p ast::ExprCall,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Forks<'p> {
        let place = self.place(cx, call);
        if let Expr::Attribute(attribute) = &*call.func {
            let name = attribute.attr.as_str();
            return self.eval_then(&attribute.value, state, cx, |this, mut state, object| {
                this.has_item(&attribute.value, &mut state);
                this.arguments_then(&call.arguments, state, cx, |this, state, arguments| {
                    this.call_attribute(&object, name, arguments, place, state)
                })
            });
        }
        self.eval_then(&call.func, state, cx, |this, state, callee| {
            this.arguments_then(&call.arguments, state, cx, |this, state, arguments| {
                if callee.path() == Some("builtins.super") {
                    return smallvec![this.super_of(state)];
                }
                this.call(callee.clone(), arguments, place, state)
            })
        })
    }

    /// Evaluates what a call is given and goes on from there.
    fn arguments_then(
        &mut self,
        arguments: &'p ast::Arguments,
        state: State<'p>,
        cx: Cx<'_, 'p>,
        mut then: impl FnMut(&mut Self, State<'p>, Arguments<'p>) -> Forks<'p>,
    ) -> Forks<'p> {
        match self.plain_arguments(arguments, &state, cx) {
            Some(Some(given)) => then(self, state, given),
            Some(None) => Many::new(),
            None => follow(self.arguments(arguments, state, cx), |(state, given)| then(self, state, given)),
        }
    }

    /// `object.name(…)`
    fn call_attribute(
        &mut self,
        object: &Value<'p>,
        name: &'p str,
        arguments: Arguments<'p>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        match object {
            // Somebody took it for the thing that he had asked for: `connection = connect()`, which returned the error.
            Value::Exception(exception)
                if state.handling.is_none()
                    && exception.instance.is_none()
                    && !exceptions::METHODS.contains(&name) =>
            {
                self.may_fail(&state, &["AttributeError"], place);
                Many::new()
            }
            Value::Module(_)
            | Value::Class(_)
            | Value::Instance(_)
            | Value::External(_)
            | Value::Exception(_)
            | Value::Super(_) => {
                let mut arguments = Some(arguments);
                let callees = self.attribute(object, name, place, state);
                let last = callees.len().saturating_sub(1);
                let mut at = 0..;
                follow(callees, |(state, callee)| {
                    let given = if at.next() == Some(last) { arguments.take() } else { arguments.clone() };
                    self.call(callee, given.unwrap_or_default(), place, state)
                })
            }
            Value::App(app) => self.app_method(*app, name, arguments, place, state),
            _ => self.builtin_method(object, name, arguments, place, state),
        }
    }

    fn arguments(
        &mut self,
        arguments: &'p ast::Arguments,
        state: State<'p>,
        cx: Cx<'_, 'p>,
    ) -> Many<(State<'p>, Arguments<'p>)> {
        let exprs = arguments.args.iter().chain(arguments.keywords.iter().map(|keyword| &keyword.value));
        let evaluated = self.eval_all(exprs, state, cx);
        let mut forks = Many::with_capacity(evaluated.len());
        for (state, values) in evaluated {
            let mut given = Arguments::with_capacity(arguments.args.len(), arguments.keywords.len());
            let mut values = values.into_iter();
            for expr in &arguments.args {
                let Some(value) = values.next() else { break };
                if matches!(expr, Expr::Starred(_)) {
                    let (items, open) = self.items(&state, &value);
                    given.positional.extend(items);
                    given.open |= open;
                } else {
                    given.positional.push(value);
                }
            }
            for keyword in &arguments.keywords {
                let Some(value) = values.next() else { break };
                match &keyword.arg {
                    Some(name) => given.named.push((name.as_str().into(), value)),
                    None => match self.dict_of(&state, &value) {
                        None => {
                            self.settles(&value, &state);
                            self.asks_for_key(&value, None);
                            given.open = true;
                        }
                        Some(dict) => {
                            given.open |= dict.open;
                            given.named.extend(dict.entries.into_iter().map(|(key, value, _)| (key, value)));
                        }
                    },
                }
            }
            forks.push((state, given));
        }
        forks
    }

    /// Calls a value.
    pub(super) fn call(
        &mut self,
        callee: Value<'p>,
        arguments: Arguments<'p>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        match callee {
            Value::Function(function) => {
                if lacks_arguments(&function, &arguments) {
                    self.may_fail(&state, &["TypeError"], place);
                    return Many::new();
                }
                self.call_function(&function, arguments, None, place, state)
            }
            Value::Method(method) => {
                let mut arguments = arguments;
                arguments.positional.insert(0, method.receiver.clone());
                if lacks_arguments(&method.function, &arguments) {
                    self.may_fail(&state, &["TypeError"], place);
                    return Many::new();
                }
                self.call_function(&method.function, arguments, Some(&method), place, state)
            }
            Value::Class(class) => self.instantiate(&class, arguments, place, state),
            Value::External(external) => self.call_outside(&external, arguments, place, state),
            Value::App(app) => self.answer_by_app(app, place, state),
            Value::Instance(id) => {
                self.call_method(&Value::Instance(id), "__call__", arguments.positional, place, state)
            }
            Value::None => {
                self.certain(state, "builtins.TypeError", place);
                Many::new()
            }
            callee => {
                // Nobody knows what this does: it may fail, and change what it is given.
                self.may_raise(&state, ExceptionClass::Any, Failed::Unread, place);
                let mut state = state;
                state.outside += 1;
                state.heard = None;
                self.hand_over(&mut state, &arguments);
                let taint = callee.taint().and(super::state::taints(arguments.all()));
                smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))]
            }
        }
    }

    /// What code that was not read may do to what it is given: change it, and look at all of it.
    pub(super) fn hand_over(&mut self, state: &mut State<'p>, arguments: &Arguments<'p>) {
        let given: Vec<Value<'p>> = arguments.all().cloned().collect();
        self.checks_sent(arguments);
        for value in given {
            self.settles(&value, state);
            self.changes(&value);
            if let Value::Dict(id) | Value::List(id) = value {
                match self.object_mut(state, id) {
                    Some(Object::Dict(dict)) => dict.open = true,
                    Some(Object::List(list)) => list.open = true,
                    Some(Object::Instance(_)) | None => {}
                }
            }
        }
    }

    /// Calls a function of the project's and goes on behind it.
    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: Arguments<'p>,
        method: Option<&Rc<Method<'p>>>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        if function.role == Role::ContextManager {
            return smallvec![(state, Value::ContextManager(Rc::new((function.clone(), arguments))))];
        }
        if function.is_async {
            return smallvec![(state, Value::Coroutine(Rc::new((function.clone(), arguments))))];
        }
        if function.yields {
            let mut state = state;
            self.hand_over(&mut state, &arguments);
            return smallvec![(state, Value::any())];
        }
        self.call_body(function, arguments, method, place, state)
    }

    fn call_body(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: Arguments<'p>,
        method: Option<&Rc<Method<'p>>>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        if let Some(forks) = self.passed_over(function, &arguments, method, place, &state) {
            return forks;
        }
        let (locals, last, dropped) = (state.locals.clone(), state.last, state.dropped);
        let ends = self.run(function, arguments, method, place, state);
        let mut forks: Forks<'p> = Many::with_capacity(ends.len());
        for (mut state, flow) in ends {
            let ended = state.last;
            (state.locals, state.last, state.dropped) = (locals.clone(), last, dropped);
            match flow {
                Flow::Return(value, _) => forks.push((state, value)),
                Flow::Next | Flow::Break | Flow::Continue => {
                    let (value, depth, before) = (Value::None, self.stack.len() + 1, state.gave.take());
                    state.gave = Some(Rc::new(Gave { at: ended, value, depth, of_call: false, before }));
                    forks.push((state, Value::None));
                }
                Flow::Raise(exception) => self.raise(state, exception),
                Flow::Exit => self.escaped.push((state, Escape::Exit)),
            }
        }
        self.settle_forks(forks)
    }

    /// Runs the body of a function to every end; the variables are then still its own.
    pub(super) fn run(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: Arguments<'p>,
        method: Option<&Rc<Method<'p>>>,
        place: Place,
        mut state: State<'p>,
    ) -> Ends<'p> {
        let identity = function.body.identity();
        if !self.may_call(identity) {
            // What a function that calls itself does outside has been seen on the rounds before.
            let what = if self.stack.contains(&identity) { Failed::Value } else { Failed::Unread };
            self.may_raise(&state, ExceptionClass::Any, what, place);
            // Of what computes on what it is given, the next round gives a value like this one's.
            if what != Failed::Value || !self.is_pure(function, method, &state) {
                self.unknown_at(place, format!("calls of {} this deep", function.name));
            }
            return smallvec![(state, Flow::Return(Value::any(), place))];
        }
        let mut locals = Scope::with_capacity_and_hasher(LOCALS, Default::default());
        if let Some(method) = method {
            let around = Value::Super(Rc::new((method.receiver.clone(), method.owner.clone())));
            locals.insert("__class__", around);
        }
        self.bind_parameters(function, arguments, &mut locals, &mut state);
        state.locals = Some(Rc::new(locals));
        state.last = function.place;
        self.stack.push(identity);
        let cx = Cx { module: function.module, function: Some(function) };
        let ends = match function.body {
            Body::Statements(body) => self.block(body, state, cx),
            Body::Expression(expr) => {
                let values = self.eval(expr, state, cx);
                values
                    .into_iter()
                    .map(|(state, value)| (state, Flow::Return(value, function.place)))
                    .collect()
            }
        };
        self.stack.pop();
        ends
    }

    fn bind_parameters(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: Arguments<'p>,
        locals: &mut Scope<'p>,
        state: &mut State<'p>,
    ) {
        let Some(parameters) = function.parameters else { return };
        let Arguments { positional, mut named, open } = arguments;
        let mut positional = positional.into_iter();
        let missing = |name: &'p str| match function.defaults.get(name) {
            Some(default) if !open => default.clone(),
            _ => Value::any(),
        };
        let mut take = |name: &str, positional: Option<Value<'p>>| {
            let by_name = named.iter().position(|(n, _)| n == name).map(|at| named.remove(at).1);
            positional.or(by_name)
        };
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = parameter.name().as_str();
            let value = take(name, positional.next()).unwrap_or_else(|| missing(name));
            locals.insert(name, value);
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.name().as_str();
            let value = take(name, None).unwrap_or_else(|| missing(name));
            locals.insert(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            let items: Vec<Value<'p>> = positional.collect();
            let value = if open { Value::any() } else { Value::Tuple(Rc::new(items)) };
            locals.insert(rest.name.as_str(), value);
        }
        if let Some(rest) = &parameters.kwarg {
            let at = function.place;
            let entries = named.into_iter().map(|(name, value)| (name, value, at)).collect();
            let id = self.make(state, Object::Dict(Dict { entries, open, made: at }));
            locals.insert(rest.name.as_str(), Value::Dict(id));
        }
    }

    /// `object.name(*given)` of an instance or a class.
    pub(super) fn call_method(
        &mut self,
        object: &Value<'p>,
        name: &'p str,
        given: Vec<Value<'p>>,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        let arguments = Arguments { positional: given, ..Arguments::default() };
        let callees = self.attribute(object, name, place, state);
        callees
            .into_iter()
            .flat_map(|(state, callee)| self.call(callee, arguments.clone(), place, state))
            .collect()
    }

    /// A coroutine runs where it is awaited.
    pub(super) fn awaited(&mut self, value: Value<'p>, place: Place, state: State<'p>) -> Forks<'p> {
        match value {
            Value::Coroutine(call) => {
                self.task_is_awaited(&call);
                self.call_body(&call.0, call.1.clone(), None, place, state)
            }
            value => {
                self.is_awaited(&value);
                smallvec![(state, value)]
            }
        }
    }

    /// `object.name`
    pub(super) fn attribute(
        &mut self,
        object: &Value<'p>,
        name: &'p str,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        let value = match object {
            Value::Module(module) => {
                let found = self.global(&state, *module, name).or_else(|| {
                    let submodule = format!("{}.{name}", self.program.modules[*module].name);
                    self.program.module(&submodule).map(Value::Module)
                });
                found.unwrap_or(Value::any())
            }
            Value::External(external) => return self.outside_attribute(external, name, state),
            Value::Instance(id) => return self.instance_attribute(*id, name, place, state),
            Value::Exception(exception) => return self.exception_attribute(exception, name, place, state),
            Value::Class(class) => self.class_attribute(class, name),
            Value::Super(bound) => {
                let (receiver, owner) = (&bound.0, &bound.1);
                match owner.bases.iter().find_map(|base| match base {
                    Value::Class(base) => member(base, name),
                    _ => None,
                }) {
                    Some((value, of)) => bind_member(value, receiver, &of),
                    None => Value::external(format!("super().{name}")),
                }
            }
            Value::None => {
                self.certain(state, "builtins.AttributeError", place);
                return Many::new();
            }
            Value::Int(_) | Value::Text(_) if name == "value" => object.clone(),
            Value::Reply(reply) => match name {
                "status_code" | "status" => reply.status.clone(),
                "body" | "data" | "content" => reply.body.clone(),
                _ => Value::any(),
            },
            object => {
                self.looks(object, name);
                let taint = object.taint().within(None);
                if !taint.event {
                    self.may_fail(&state, &["AttributeError"], place);
                }
                let foreign = taint.of_response && matches!(name, "status_code" | "code" | "status");
                let foreign_status = taint.foreign_status || foreign;
                let sort = if self.is_raw(object, name) { Sort::Bytes } else { Sort::Any };
                let taint = Taint { foreign_status, answer: self.part(object, name), ..taint };
                Value::unknown(sort, taint)
            }
        };
        smallvec![(state, value)]
    }

    fn instance_attribute(&mut self, id: Id, name: &'p str, place: Place, state: State<'p>) -> Forks<'p> {
        let Some(Object::Instance(instance)) = self.object(&state, id) else {
            return smallvec![(state, Value::any())];
        };
        if let Some(value) = instance.attributes.get(name) {
            let value = value.clone();
            return smallvec![(state, value)];
        }
        let class = instance.class.clone();
        let receiver = Value::Instance(id);
        match member(&class, name) {
            Some((Value::Function(function), owner)) if function.role == Role::Property => {
                let method =
                    Rc::new(Method { receiver: receiver.clone(), function: function.clone(), owner });
                let arguments = Arguments { positional: vec![receiver], ..Arguments::default() };
                self.call_function(&function, arguments, Some(&method), place, state)
            }
            Some((value, owner)) => smallvec![(state, bind_member(value, &receiver, &owner))],
            None => {
                let value = match name {
                    "__class__" => Value::Class(class),
                    _ => Value::any(),
                };
                smallvec![(state, value)]
            }
        }
    }

    fn exception_attribute(
        &mut self,
        exception: &Rc<Exception<'p>>,
        name: &'p str,
        place: Place,
        state: State<'p>,
    ) -> Forks<'p> {
        if let Some(id) = exception.instance {
            let known = match self.object(&state, id) {
                Some(Object::Instance(instance)) => {
                    instance.attributes.contains_key(name) || member(&instance.class, name).is_some()
                }
                _ => false,
            };
            if known {
                return self.instance_attribute(id, name, place, state);
            }
        }
        if !exceptions::may_have(exception, name) {
            self.may_fail(&state, &["AttributeError"], place);
            return Many::new();
        }
        // The status that an exception of the project's has is the project's own.
        let of_response = name == "response" && !matches!(exception.class, ExceptionClass::Project(_));
        let foreign_status = exceptions::says_status(&exception.class, name);
        let taint = Taint { tells: true, of_response, foreign_status, ..Taint::default() };
        let value = match name {
            "args" => Value::Tuple(Rc::new(vec![exception.message.clone()])),
            "message" | "msg" => exception.message.clone(),
            _ => Value::unknown(Sort::Any, taint),
        };
        smallvec![(state, value)]
    }

    fn class_attribute(&mut self, class: &Rc<Class<'p>>, name: &str) -> Value<'p> {
        match member(class, name) {
            Some((Value::Function(function), owner)) if function.role == Role::OfClass => {
                let receiver = Value::Class(class.clone());
                Value::Method(Rc::new(Method { receiver, function, owner }))
            }
            Some((value, _)) => value,
            None => Value::any(),
        }
    }

    fn super_of(&mut self, state: State<'p>) -> (State<'p>, Value<'p>) {
        let bound = state.locals.as_deref().and_then(|locals| locals.get("__class__")).cloned();
        (state, bound.unwrap_or(Value::any()))
    }

    /// Makes an instance of a class of the project's.
    fn instantiate(
        &mut self,
        class: &Rc<Class<'p>>,
        arguments: Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let of = Value::Class(class.clone());
        let is_exception = exceptions::is_exception_class(&of);
        if class.bases.iter().any(|base| base.path().is_some_and(|path| path.ends_with(".TypedDict"))) {
            let entries = arguments.named.into_iter().map(|(key, value)| (key, value, place)).collect();
            let dict = Dict { entries, open: arguments.open, made: place };
            let id = self.make(&mut state, Object::Dict(dict));
            return smallvec![(state, Value::Dict(id))];
        }
        let mut attributes = Scope::default();
        if is_exception {
            let message = match arguments.positional.as_slice() {
                [message] => message.clone(),
                [] => Value::text(""),
                _ => Value::unknown(Sort::Text, super::state::taints(arguments.all())),
            };
            attributes.insert(MESSAGE, message);
        }
        let data = fields_of(class);
        if let Some(fields) = &data {
            let known = |name: &str| fields.iter().any(|(field, _)| *field == name);
            // The fields of classes above are not all known.
            let all = class.bases.is_empty() && member(class, "__init__").is_none();
            if all && arguments.named.iter().any(|(name, _)| !known(name)) {
                self.certain(state, "builtins.TypeError", place);
                return Many::new();
            }
            for (at, (name, default)) in fields.iter().enumerate() {
                let value = arguments.get(at, name).or(default.as_ref()).cloned();
                attributes.insert(*name, value.unwrap_or(Value::any()));
            }
        }
        let models = class.bases.iter().any(|base| {
            base.path().is_some_and(|path| path.ends_with(".BaseModel") || path.ends_with(".NamedTuple"))
        });
        if models && data.is_none() {
            self.may_fail(&state, super::library::PYDANTIC, place);
            self.settles_all(&arguments, &state);
            for stmt in &class.definition.body {
                if let Stmt::AnnAssign(field) = stmt
                    && let Expr::Name(name) = &*field.target
                {
                    let value = arguments.named(name.id.as_str()).cloned().unwrap_or(Value::any());
                    attributes.insert(name.id.as_str(), value);
                }
            }
        }
        let id = self.make(&mut state, Object::Instance(Instance { class: class.clone(), attributes }));
        let instance = Value::Instance(id);
        let initial = if data.is_some() { "__post_init__" } else { "__init__" };
        let mut forks = Many::new();
        match member(class, initial) {
            Some((Value::Function(function), owner)) => {
                let method =
                    Rc::new(Method { receiver: instance.clone(), function: function.clone(), owner });
                let mut given = if data.is_some() { Arguments::default() } else { arguments };
                given.positional.insert(0, instance.clone());
                for (state, _) in self.call_function(&function, given, Some(&method), place, state) {
                    forks.push((state, instance.clone()));
                }
            }
            _ => forks.push((state, instance)),
        }
        if !is_exception {
            return forks;
        }
        forks
            .into_iter()
            .map(|(state, _)| {
                let message = match self.object(&state, id) {
                    Some(Object::Instance(made)) if member(class, "__str__").is_none() => {
                        made.attributes.get(MESSAGE).cloned()
                    }
                    _ => None,
                };
                let exception = Exception {
                    class: ExceptionClass::Project(class.clone()),
                    message: message.unwrap_or(Value::unknown(Sort::Text, Taint::default())),
                    instance: Some(id),
                    place,
                    what: Failed::Raise,
                    logged: Logged::Nowhere,
                };
                (state, Value::Exception(Rc::new(exception)))
            })
            .collect()
    }

    /// `super().__init__(message)` of an exception: what `str()` then says.
    pub(super) fn set_message(&mut self, state: &mut State<'p>, arguments: &Arguments<'p>) {
        let bound = state.locals.as_deref().and_then(|locals| locals.get("__class__")).cloned();
        let Some(Value::Super(bound)) = bound else { return };
        let Value::Instance(id) = bound.0 else { return };
        let message = match arguments.positional.as_slice() {
            [message] => message.clone(),
            [] => Value::text(""),
            _ => Value::unknown(Sort::Text, Taint::default()),
        };
        if let Some(Object::Instance(instance)) = self.object_mut(state, id) {
            instance.attributes.insert(MESSAGE, message);
        }
    }
}

impl Body<'_> {
    /// Which code this is, whoever made a function of it.
    pub(super) fn identity(&self) -> *const () {
        match self {
            Body::Statements(body) => body.as_ptr().cast(),
            Body::Expression(expr) => std::ptr::from_ref(*expr).cast(),
        }
    }
}

/// Whether a call leaves out what the function needs: Python does not even begin to run it. What stands in `*` and `**`, and what a
/// decorator adds that nobody read, may be anything.
fn lacks_arguments(function: &Function<'_>, arguments: &Arguments<'_>) -> bool {
    let (Some(parameters), false) = (function.parameters, arguments.open || function.wrapped) else {
        return false;
    };
    let in_order = parameters.posonlyargs.iter().chain(&parameters.args).skip(arguments.positional.len());
    in_order.chain(&parameters.kwonlyargs).any(|parameter| {
        let name = parameter.name().as_str();
        parameter.default.is_none() && arguments.named(name).is_none()
    })
}

/// A member of a class or of those above it, and the class that has it.
pub(super) fn member<'p>(class: &Rc<Class<'p>>, name: &str) -> Option<(Value<'p>, Rc<Class<'p>>)> {
    if let Some(value) = class.members.get(name) {
        return Some((value.clone(), class.clone()));
    }
    class.bases.iter().find_map(|base| match base {
        Value::Class(base) if !Rc::ptr_eq(base, class) => member(base, name),
        _ => None,
    })
}

/// Fields of a dataclass, those of the classes above it first.
fn fields_of<'p>(class: &Rc<Class<'p>>) -> Option<Vec<(&'p str, Option<Value<'p>>)>> {
    let own = class.fields.as_ref()?;
    let mut fields = class
        .bases
        .iter()
        .filter_map(|base| match base {
            Value::Class(base) => fields_of(base),
            _ => None,
        })
        .flatten()
        .collect::<Vec<_>>();
    fields.extend(own.iter().cloned());
    Some(fields)
}

fn bind_member<'p>(value: Value<'p>, receiver: &Value<'p>, owner: &Rc<Class<'p>>) -> Value<'p> {
    match value {
        Value::Function(function) => match function.role {
            Role::Static => Value::Function(function),
            Role::OfClass => {
                let receiver = match receiver {
                    Value::Class(_) => receiver.clone(),
                    _ => Value::Class(owner.clone()),
                };
                Value::Method(Rc::new(Method { receiver, function, owner: owner.clone() }))
            }
            Role::Plain | Role::Property | Role::ContextManager => {
                Value::Method(Rc::new(Method { receiver: receiver.clone(), function, owner: owner.clone() }))
            }
        },
        value => value,
    }
}

/// Whether a function is a generator: whether it yields outside of the functions that it defines.
pub(super) fn yields(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !self.0 && !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, stmt);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ => walk_expr(self, expr),
            }
        }
    }
    let mut found = Yields(false);
    found.visit_body(body);
    found.0
}
