//! Helpers that only compute, passed over where there is little left to spend: what a handler answers hangs on what it does outside, and
//! a score, a diff, a tree of syntax can cost it the rest of its paths.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Operator, Stmt, StmtClassDef};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::smallvec;

use super::calls::member;
use super::interpreter::{Forks, Interpreter};
use super::library;
use super::state::{Object, State, taints};
use super::value::{Arguments, Body, Class, Function, Method, Taint, Unknown, Value};
use super::watching::{MAX_DEPTH, Step};
use crate::facts::Place;

/// How many statements a function without a loop may have to be followed all the same.
const FEW_STATEMENTS: usize = 12;
/// How many calls among the functions that it reaches are looked at.
const MAX_LOOKS: usize = 512;

/// Methods that change what they are called on.
const CHANGES: &[&str] = &["add", "append", "extend", "insert", "setdefault", "sort", "update"];
/// Those that only add to it: what is passed over leaves a list or dictionary that it was given open.
const ADDS: &[&str] = &["add", "append", "extend", "setdefault"];
/// Functions and types whose result is a new object, whatever they are given.
const MAKES: &[&str] = &[
    "Counter",
    "OrderedDict",
    "bytearray",
    "copy",
    "defaultdict",
    "deque",
    "dict",
    "list",
    "set",
    "sorted",
    "split",
    "splitlines",
];

/// Methods that text, numbers, lists, dictionaries, dates and matches have; of the project's own objects nobody knows.
const OF_VALUES: &[&str] = &[
    "append",
    "capitalize",
    "casefold",
    "copy",
    "count",
    "date",
    "decode",
    "encode",
    "end",
    "endswith",
    "extend",
    "find",
    "finditer",
    "findall",
    "format",
    "fullmatch",
    "get",
    "group",
    "groups",
    "index",
    "insert",
    "intersection",
    "isalnum",
    "isalpha",
    "isdigit",
    "isoformat",
    "items",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "match",
    "most_common",
    "partition",
    "replace",
    "rfind",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "search",
    "setdefault",
    "sort",
    "span",
    "split",
    "splitlines",
    "start",
    "startswith",
    "strftime",
    "strip",
    "sub",
    "timestamp",
    "title",
    "total_seconds",
    "union",
    "update",
    "upper",
    "values",
    "zfill",
    "add",
];

/// What is known of the project's functions.
#[derive(Default)]
pub(super) struct Helpers<'p> {
    /// What stands in their bodies.
    seen: FxHashMap<*const (), Rc<Seen<'p>>>,
    /// What one does that does nothing but compute; `None` where it does more.
    own: FxHashMap<Key, Option<Rc<Own<'p>>>>,
    /// What one does, those that it calls included.
    does: FxHashMap<Key, Does>,
}

/// What a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Computes,
    /// It computes, and puts something into what it is given.
    Puts,
    More,
}

/// What a function does that only computes.
struct Own<'p> {
    /// The project's functions that it calls.
    calls: Vec<Helper<'p>>,
    /// Whether it puts something into what it is given.
    puts: bool,
    /// Whether it reads a variable of its module's that others may change.
    shares: bool,
}

/// The body of a function, and the class whose method asks: there `self` finds its methods.
type Key = (*const (), Option<*const StmtClassDef>);

/// A function, and where it looks for what `self` calls.
#[derive(Clone)]
struct Helper<'p> {
    function: Rc<Function<'p>>,
    class: Option<Rc<Class<'p>>>,
}

impl Helper<'_> {
    fn key(&self) -> Key {
        let class = self.class.as_ref().map(|class| std::ptr::from_ref(class.definition));
        (self.function.body.identity(), class)
    }
}

impl<'p> Interpreter<'p> {
    /// The value of a call that is passed over; `None` where the function is to be followed.
    pub(super) fn passed_over(
        &mut self,
        function: &Rc<Function<'p>>,
        arguments: &Arguments<'p>,
        method: Option<&Rc<Method<'p>>>,
        place: Place,
        state: &State<'p>,
    ) -> Option<Forks<'p>> {
        if !self.is_sparing() || !self.is_costly(function) {
            return None;
        }
        let does = self.does(function, method, state);
        if does == Does::More {
            return None;
        }
        let mut state = state.clone();
        self.may_fail(
            &state,
            &["ValueError", "TypeError", "KeyError", "IndexError", "AttributeError"],
            place,
        );
        self.hand_over(&mut state, arguments);
        let taint = taints(arguments.all());
        if does == Does::Puts {
            arguments.all().for_each(|value| self.forget(value, taint, &mut state));
        }
        Some(smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))])
    }

    fn is_costly(&mut self, function: &Function<'p>) -> bool {
        self.seen(function).is_some_and(|seen| seen.loops || seen.statements > FEW_STATEMENTS)
    }

    /// What stands in the body of a function; a lambda's is not looked at.
    fn seen(&mut self, function: &Function<'p>) -> Option<Rc<Seen<'p>>> {
        let Body::Statements(body) = function.body else { return None };
        let known = self.helpers.seen.entry(function.body.identity());
        Some(known.or_insert_with(|| Rc::new(Seen::of(body))).clone())
    }

    /// Something may have been put into a value, or into what it holds.
    fn forget(&self, value: &Value<'p>, taint: Taint, state: &mut State<'p>) {
        let mut ids = Vec::new();
        self.walk(value, state, MAX_DEPTH, |value| {
            if let Value::Dict(id) | Value::List(id) = value {
                ids.push(*id);
            }
            Step::In
        });
        let forget = |value: &mut Value<'p>| {
            let taint = value.taint().and(taint);
            *value = Value::Unknown(Unknown { taint, ..Unknown::ANY });
        };
        for id in ids {
            match self.object_mut(state, id) {
                Some(Object::Dict(dict)) => {
                    dict.open = true;
                    dict.entries.iter_mut().for_each(|(_, value, _)| forget(value));
                }
                Some(Object::List(list)) => {
                    list.open = true;
                    list.items.iter_mut().for_each(forget);
                }
                Some(Object::Instance(_)) | None => {}
            }
        }
    }

    /// Whether a function of the project does nothing but compute.
    pub(super) fn is_pure(
        &mut self,
        function: &Rc<Function<'p>>,
        method: Option<&Rc<Method<'p>>>,
        state: &State<'p>,
    ) -> bool {
        self.does(function, method, state) != Does::More
    }

    /// What a function does, and those that it calls. One that calls itself, or another that calls it, does no more for that.
    fn does(
        &mut self,
        function: &Rc<Function<'p>>,
        method: Option<&Rc<Method<'p>>>,
        state: &State<'p>,
    ) -> Does {
        let asked = Helper { function: function.clone(), class: method.map(|method| method.owner.clone()) };
        let key = asked.key();
        if let Some(known) = self.helpers.does.get(&key) {
            return *known;
        }
        let does = self.all_do(asked, state).unwrap_or(Does::More);
        self.helpers.does.insert(key, does);
        does
    }

    fn all_do(&mut self, asked: Helper<'p>, state: &State<'p>) -> Option<Does> {
        let mut met = FxHashSet::from_iter([asked.key()]);
        let mut called = FxHashSet::default();
        let mut putting = Vec::new();
        let mut open = vec![asked];
        let (mut looks, mut shares) = (0, false);
        while let Some(helper) = open.pop() {
            let own = self.own(&helper, state)?;
            looks += own.calls.len();
            if looks > MAX_LOOKS {
                return None;
            }
            shares |= own.shares;
            if own.puts {
                putting.push(helper.key());
            }
            for callee in &own.calls {
                called.insert(callee.key());
                if met.insert(callee.key()) {
                    open.push(callee.clone());
                }
            }
        }
        // What one of them hands to another that puts something into it may be the module's.
        if shares && putting.iter().any(|key| called.contains(key)) {
            return None;
        }
        Some(if putting.is_empty() { Does::Computes } else { Does::Puts })
    }

    fn own(&mut self, helper: &Helper<'p>, state: &State<'p>) -> Option<Rc<Own<'p>>> {
        if let Some(known) = self.helpers.own.get(&helper.key()) {
            return known.clone();
        }
        let seen = self.seen(&helper.function);
        let own = seen.and_then(|seen| {
            let function = &helper.function;
            if seen.does_more || !self.changes_its_own(&seen, function, state) {
                return None;
            }
            let calls = self.calls_only(&seen, helper, state)?;
            let given = |name: &str| function.parameters.is_some_and(|parameters| parameters.includes(name));
            let shared = |name: &&str| {
                let global = || self.global(state, function.module, name);
                !given(name)
                    && !seen.bound.contains_key(name)
                    && matches!(global(), Some(Value::Dict(_) | Value::List(_) | Value::Instance(_)))
            };
            let puts = seen.changed.iter().any(|(name, _)| given(name));
            let shares = seen.read.iter().any(shared) || function.captured.is_some();
            Some(Rc::new(Own { calls, puts, shares }))
        });
        self.helpers.own.insert(helper.key(), own.clone());
        own
    }

    /// Whether all that a function changes is its own, or was given to it as such: a name that it does not bind is its module's, or
    /// stands around it, and what is in what it was given may be anybody's.
    fn changes_its_own(&self, seen: &Seen<'p>, function: &Function<'p>, state: &State<'p>) -> bool {
        seen.changed.iter().all(|(name, change)| {
            let given = function.parameters.is_some_and(|parameters| parameters.includes(name));
            let Some(made) = seen.bound.get(name).filter(|_| !given) else {
                // There it is a function of the module's, whose name is that of a method.
                let global = self.global(state, function.module, name);
                let of_package = matches!(global, Some(Value::Module(_) | Value::External(_)));
                return given && *change != Change::Within || of_package && *change == Change::Added;
            };
            match change {
                Change::Added | Change::Itself => *made >= Made::Outside,
                Change::Within => *made == Made::All,
            }
        })
    }

    /// The project's functions that one calls which does nothing but compute besides.
    fn calls_only(&self, seen: &Seen<'p>, helper: &Helper<'p>, state: &State<'p>) -> Option<Vec<Helper<'p>>> {
        let module = helper.function.module;
        let mut found: Vec<Helper<'p>> = Vec::new();
        let mut known = FxHashSet::default();
        let mut computes = |called: &Value<'p>, class: Option<&Rc<Class<'p>>>| match called {
            Value::Function(called) if !called.is_async && !called.yields => {
                let helper = Helper { function: called.clone(), class: class.cloned() };
                if known.insert(helper.key()) {
                    found.push(helper);
                }
                matches!(called.body, Body::Statements(_))
            }
            Value::External(external) => library::computes(&external.path),
            _ => false,
        };
        for name in &seen.names {
            let fine = match self.global(state, module, name) {
                Some(called) => computes(&called, None),
                None => {
                    library::is_builtin(name)
                        && !["open", "exec", "eval", "input", "setattr", "exit", "quit", "__import__"]
                            .contains(name)
                }
            };
            if !fine {
                return None;
            }
        }
        for (object, name) in &seen.attributes {
            let global = object.and_then(|object| self.global(state, module, object));
            let fine = match (global, &helper.class) {
                (Some(Value::External(external)), _) => {
                    library::computes(&format!("{}.{name}", external.path))
                }
                (Some(Value::Module(module)), _) => {
                    self.global(state, module, name).is_some_and(|called| computes(&called, None))
                }
                (_, Some(class)) if matches!(*object, Some("self" | "cls")) => {
                    member(class, name).is_some_and(|(called, _)| computes(&called, Some(class)))
                }
                (None, _) => OF_VALUES.contains(name),
                _ => false,
            };
            if !fine {
                return None;
            }
        }
        Some(found)
    }
}

/// What stands in the body of a function.
#[derive(Default)]
struct Seen<'p> {
    statements: usize,
    loops: bool,
    /// Whether it raises, keeps something, defines something, answers, waits.
    does_more: bool,
    /// Names that are called.
    names: FxHashSet<&'p str>,
    /// Attributes that are called, with the name of what they are of.
    attributes: FxHashSet<(Option<&'p str>, &'p str)>,
    /// Names that it reads.
    read: FxHashSet<&'p str>,
    /// Names that it binds, and what it has under them at least.
    bound: FxHashMap<&'p str, Made>,
    /// Names of what it changes, and in which way.
    changed: FxHashSet<(&'p str, Change)>,
}

/// How much of an object a function has made itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    /// It is, or may be, what others know, too.
    Nothing,
    /// The object, but not what it holds.
    Outside,
    All,
}

/// What is changed of the object that a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Change {
    /// Something is added to it.
    Added,
    Itself,
    /// Something in it.
    Within,
}

impl<'p> Seen<'p> {
    fn of(body: &'p [Stmt]) -> Seen<'p> {
        let mut seen = Seen::default();
        seen.visit_body(body);
        seen
    }

    fn binds(&mut self, name: &'p str, made: Made) {
        let known = self.bound.entry(name).or_insert(made);
        *known = made.min(*known);
    }

    /// Something is put into what an expression stands for.
    fn changes(&mut self, object: &'p Expr, change: Change) {
        let (mut of, mut change) = (object, change);
        loop {
            of = match of {
                Expr::Name(name) => {
                    self.changed.insert((name.id.as_str(), change));
                    return;
                }
                Expr::Subscript(subscript) => &subscript.value,
                // `groups.setdefault(key, []).append(item)`
                Expr::Call(call) => match &*call.func {
                    Expr::Attribute(attribute)
                        if ["get", "setdefault"].contains(&attribute.attr.as_str()) =>
                    {
                        &attribute.value
                    }
                    _ => break,
                },
                _ => break,
            };
            change = Change::Within;
        }
        self.does_more = true;
    }
}

/// How much of the value of an expression is new.
fn made(expr: &Expr) -> Made {
    fn all<'a>(mut exprs: impl Iterator<Item = &'a Expr>) -> Made {
        if exprs.all(|expr| made(expr) == Made::All) { Made::All } else { Made::Outside }
    }
    match expr {
        Expr::List(list) => all(list.elts.iter()),
        Expr::Set(set) => all(set.elts.iter()),
        Expr::Dict(dict) => all(dict.items.iter().map(|item| &item.value)),
        Expr::ListComp(of) => all(std::iter::once(&*of.elt)),
        Expr::SetComp(of) => all(std::iter::once(&*of.elt)),
        Expr::DictComp(of) => all(std::iter::once(&*of.value)),
        // `[0] * n`
        Expr::BinOp(two) if two.op == Operator::Mult => {
            let list = [&two.left, &two.right].into_iter().find(|side| side.is_list_expr());
            list.map_or(Made::Nothing, |list| made(list))
        }
        Expr::Call(call) => {
            let (name, given) = match &*call.func {
                Expr::Name(name) => (name.id.as_str(), &call.arguments),
                Expr::Attribute(attribute) => (attribute.attr.as_str(), &call.arguments),
                _ => return Made::Nothing,
            };
            match name {
                _ if !MAKES.contains(&name) => Made::Nothing,
                _ if given.is_empty() && call.func.is_name_expr() || name == "defaultdict" => Made::All,
                _ => Made::Outside,
            }
        }
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::FString(_)
        | Expr::Compare(_) => Made::All,
        _ => Made::Nothing,
    }
}

impl<'p> Visitor<'p> for Seen<'p> {
    fn visit_stmt(&mut self, stmt: &'p Stmt) {
        self.statements += 1;
        match stmt {
            Stmt::For(_) | Stmt::While(_) => self.loops = true,
            Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::Raise(_)
            | Stmt::With(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Delete(_)
            | Stmt::Assert(_) => self.does_more = true,
            Stmt::Assign(s) => {
                self.visit_expr(&s.value);
                for target in &s.targets {
                    match target {
                        Expr::Name(name) => self.binds(name.id.as_str(), made(&s.value)),
                        target => self.visit_expr(target),
                    }
                }
                return;
            }
            Stmt::AnnAssign(s) => {
                if let (Expr::Name(name), Some(value)) = (&*s.target, &s.value) {
                    self.visit_expr(value);
                    self.binds(name.id.as_str(), made(value));
                    return;
                }
            }
            // The name stands for the same object, or for a new one.
            Stmt::AugAssign(s) if s.target.is_name_expr() => return self.visit_expr(&s.value),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'p Expr) {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => {
                    self.names.insert(name.id.as_str());
                }
                Expr::Attribute(attribute) => {
                    let of = attribute.value.as_name_expr().map(|name| name.id.as_str());
                    let name = attribute.attr.as_str();
                    self.attributes.insert((of, name));
                    // A method of the project's is looked at itself.
                    let own = matches!(of, Some("self" | "cls"));
                    if CHANGES.contains(&name) && !own {
                        let change = if ADDS.contains(&name) { Change::Added } else { Change::Itself };
                        self.changes(&attribute.value, change);
                    }
                }
                _ => self.does_more = true,
            },
            Expr::Name(name) if name.ctx == ExprContext::Store => self.binds(name.id.as_str(), Made::Nothing),
            Expr::Name(name) => {
                self.read.insert(name.id.as_str());
            }
            Expr::Attribute(attribute) if attribute.ctx == ExprContext::Store => self.does_more = true,
            Expr::Subscript(subscript) if subscript.ctx == ExprContext::Store => {
                self.changes(&subscript.value, Change::Itself)
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.loops = true
            }
            Expr::Lambda(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => self.does_more = true,
            // It makes the answer, and that is what is looked for.
            Expr::StringLiteral(text) => self.does_more |= text.value.to_str() == "statusCode",
            _ => {}
        }
        walk_expr(self, expr);
    }
}
