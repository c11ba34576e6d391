//! Where one path has got to: variables, objects, what has failed.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::fallbacks::Fallback;
use super::refusals::Refused;
use super::value::{CallId, Class, Exception, Id, Sort, Taint, Unknown, Value};
use crate::facts::{Caught, Place};

/// Variables by name.
pub(super) type Scope<'p> = FxHashMap<&'p str, Value<'p>>;

/// An object that can change.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object<'p> {
    Dict(Dict<'p>),
    List(List<'p>),
    Instance(Instance<'p>),
}

/// A dictionary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dict<'p> {
    /// What is known to be in it, in order: key, value, where it was written.
    pub(super) entries: Vec<(Cow<'p, str>, Value<'p>, Place)>,
    /// Whether there may be more, or other values.
    pub(super) open: bool,
    /// Where it was made.
    pub(super) made: Place,
}

impl<'p> Dict<'p> {
    pub(super) fn get(&self, key: &str) -> Option<&Value<'p>> {
        self.entries.iter().find(|(k, ..)| k == key).map(|(_, value, _)| value)
    }

    pub(super) fn set(&mut self, key: Cow<'p, str>, value: Value<'p>, at: Place) {
        match self.entries.iter_mut().find(|(k, ..)| *k == key) {
            Some(entry) => (entry.1, entry.2) = (value, at),
            None => self.entries.push((key, value, at)),
        }
    }
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List<'p> {
    /// What is known to be in it.
    pub(super) items: Vec<Value<'p>>,
    /// Whether there may be more.
    pub(super) open: bool,
    /// Where it was made.
    pub(super) made: Place,
}

/// An instance of a class of the project's.
#[derive(Clone, Debug)]
pub(super) struct Instance<'p> {
    pub(super) class: Rc<Class<'p>>,
    pub(super) attributes: Scope<'p>,
}

impl PartialEq for Instance<'_> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.class, &other.class) && self.attributes == other.attributes
    }
}

/// A `return` that was executed while something had failed.
#[derive(Debug)]
pub(super) struct Returned {
    pub(super) at: Place,
    /// Whether it returned a value.
    pub(super) something: bool,
    pub(super) before: Option<Rc<Returned>>,
}

/// A value that a function gave back.
#[derive(Debug)]
pub(super) struct Gave<'p> {
    /// The `return`, or the last statement where there was none.
    pub(super) at: Place,
    pub(super) value: Value<'p>,
    /// How deep the function stood in the calls.
    pub(super) depth: usize,
    /// Whether it is the result of a call as it came: `return other()`.
    pub(super) of_call: bool,
    pub(super) before: Option<Rc<Gave<'p>>>,
}

/// Where one path has got to. It goes from hand to hand at every step, so it stays where it is.
pub(super) type State<'p> = Box<Trail<'p>>;

/// What is known where one path has got to.
#[derive(Clone, Debug)]
pub(super) struct Trail<'p> {
    /// The variables of the function that runs; none at the top of a module.
    pub(super) locals: Option<Rc<Scope<'p>>>,
    /// Variables of modules that this path has changed.
    pub(super) globals: Rc<FxHashMap<(usize, &'p str), Value<'p>>>,
    /// Objects that this path has made or changed.
    pub(super) heap: Rc<FxHashMap<Id, Rc<Object<'p>>>>,
    /// The failure that was caught last and not passed on.
    pub(super) failure: Option<Rc<Caught>>,
    /// What may make that failure good, where it is a failed read.
    pub(super) fallback: Option<Rc<Fallback<'p>>>,
    /// The read that another server refused last, where nothing else has been done since.
    pub(super) refused: Option<Rc<Refused>>,
    /// The call whose answer has said that its work failed, where nothing else has been done outside since.
    pub(super) heard: Option<CallId>,
    /// Whether the content of an answer was a default in place of what that read should have given.
    pub(super) defaulted: Option<CallId>,
    /// The exception that is being handled.
    pub(super) handling: Option<Rc<Exception<'p>>>,
    /// The returns since something had failed, the latest first.
    pub(super) returned: Option<Rc<Returned>>,
    /// What functions have given back, the latest first.
    pub(super) gave: Option<Rc<Gave<'p>>>,
    /// Whether something outside has been done, other than to tell how the program is doing.
    pub(super) worked: bool,
    /// Whether that was more than to read something.
    pub(super) changed: bool,
    /// Whether it was more than to remove something.
    pub(super) wrote: bool,
    /// Whether something outside has said that what was asked about has failed.
    pub(super) reports: bool,
    /// The routes by which a request may have come here, as a set.
    pub(super) routes: u64,
    /// How many calls outside have been made.
    pub(super) outside: u32,
    /// Watched calls on the way.
    pub(super) calls: Rc<Vec<CallId>>,
    /// The last statement of the function that runs.
    pub(super) last: Place,
    /// The last expression statement whose value was something, and was dropped.
    pub(super) dropped: Option<Place>,
    /// The function that stands around a generator's `with`, and what its body came to.
    pub(super) around: Vec<Around<'p>>,
}

/// A `with` over a generator of the project's: it runs in two scopes by turns.
#[derive(Clone, Debug)]
pub(super) struct Around<'p> {
    /// The variables of the function that has the `with`.
    pub(super) locals: Option<Rc<Scope<'p>>>,
    /// What the body of the `with` came to, once it has run.
    pub(super) flow: Option<Flow<'p>>,
}

/// How a statement ends.
#[derive(Clone, Debug)]
pub(super) enum Flow<'p> {
    Next,
    Return(Value<'p>, Place),
    Raise(Rc<Exception<'p>>),
    Break,
    Continue,
    /// The process ends.
    Exit,
}

impl<'p> Trail<'p> {
    pub(super) fn begin(start: Place) -> State<'p> {
        Box::new(Trail {
            locals: None,
            globals: Rc::default(),
            heap: Rc::default(),
            failure: None,
            fallback: None,
            refused: None,
            heard: None,
            defaulted: None,
            handling: None,
            returned: None,
            gave: None,
            worked: false,
            changed: false,
            wrote: false,
            reports: false,
            routes: u64::MAX,
            outside: 0,
            calls: Rc::default(),
            last: start,
            dropped: None,
            around: Vec::new(),
        })
    }

    /// Whether two paths are one from here on.
    pub(super) fn same(&self, other: &State<'p>) -> bool {
        fn equal<T: PartialEq>(a: &Rc<T>, b: &Rc<T>) -> bool {
            Rc::ptr_eq(a, b) || **a == **b
        }
        // What is quickly compared comes first: most paths differ.
        self.around.len() == other.around.len()
            && self.failure == other.failure
            && (self.worked, self.changed, self.wrote) == (other.worked, other.changed, other.wrote)
            && self.fallback == other.fallback
            && (self.routes, self.reports) == (other.routes, other.reports)
            && self.refused == other.refused
            && self.heard == other.heard
            && self.defaulted == other.defaulted
            && equal(&self.calls, &other.calls)
            && self.heap.len() == other.heap.len()
            && match (&self.locals, &other.locals) {
                (Some(a), Some(b)) => equal(a, b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
            && equal(&self.globals, &other.globals)
            && (Rc::ptr_eq(&self.heap, &other.heap)
                || self
                    .heap
                    .iter()
                    .all(|(id, mine)| other.heap.get(id).is_some_and(|theirs| equal(mine, theirs))))
    }

    /// Whether one value in place of two would say nearly the same: they are equal, or were made at one place, with one status.
    pub(super) fn alike(&self, mine: &Value<'p>, other: &State<'p>, theirs: &Value<'p>) -> bool {
        match (mine, theirs) {
            (Value::Dict(a), Value::Dict(b)) | (Value::List(a), Value::List(b)) => {
                match (self.heap.get(a).map(Rc::as_ref), other.heap.get(b).map(Rc::as_ref)) {
                    (Some(Object::Dict(a)), Some(Object::Dict(b))) => {
                        a.made == b.made && a.get("statusCode") == b.get("statusCode")
                    }
                    (Some(Object::List(a)), Some(Object::List(b))) => a.made == b.made,
                    (None, None) => a == b,
                    _ => false,
                }
            }
            _ => mine == theirs,
        }
    }

    /// One value in place of two, before `other` becomes one path with this one.
    pub(super) fn join_value(&mut self, mine: Value<'p>, other: &State<'p>, theirs: Value<'p>) -> Value<'p> {
        let ids = match (&mine, &theirs) {
            (Value::Dict(a), Value::Dict(b)) | (Value::List(a), Value::List(b)) if a != b => Some((*a, *b)),
            _ => None,
        };
        let telling = Telling::of(self, other);
        let Some((id, their_id)) = ids else { return telling.join(&mine, &theirs) };
        match (self.heap.get(&id), other.heap.get(&their_id)) {
            (Some(known), Some(of_other)) => {
                let joined = Rc::new(telling.join_objects(known, of_other));
                Rc::make_mut(&mut self.heap).insert(id, joined);
                mine
            }
            (Some(_) | None, _) => telling.join(&mine, &theirs),
        }
    }

    /// One path in place of two: what differs is unknown from here on.
    pub(super) fn join(mut self: Box<Self>, other: &State<'p>) -> State<'p> {
        let telling = Telling::of(&self, other);
        if let (Some(mine), Some(theirs)) = (&mut self.locals, &other.locals)
            && !Rc::ptr_eq(mine, theirs)
        {
            telling.join_scope(Rc::make_mut(mine), theirs);
        }
        if !Rc::ptr_eq(&self.globals, &other.globals) {
            let mine = Rc::make_mut(&mut self.globals);
            for (name, value) in other.globals.iter() {
                match mine.get_mut(name) {
                    Some(known) => *known = telling.join(known, value),
                    None => drop(mine.insert(*name, Value::any())),
                }
            }
        }
        if !Rc::ptr_eq(&self.heap, &other.heap) {
            let mine = Rc::make_mut(&mut self.heap);
            for (id, theirs) in other.heap.iter() {
                match mine.get(id) {
                    None => drop(mine.insert(*id, theirs.clone())),
                    Some(known) if Rc::ptr_eq(known, theirs) || known == theirs => {}
                    Some(known) => drop(mine.insert(*id, Rc::new(telling.join_objects(known, theirs)))),
                }
            }
        }
        self.worked &= other.worked;
        self.changed &= other.changed;
        self.wrote &= other.wrote;
        if self.refused != other.refused {
            self.refused = None;
        }
        self.heard = self.heard.filter(|call| other.heard == Some(*call));
        self.defaulted = self.defaulted.filter(|call| other.defaulted == Some(*call));
        self.routes |= other.routes;
        self.reports &= other.reports;
        self.outside = self.outside.max(other.outside);
        if let (Some(mine), Some(theirs)) = (&mut self.fallback, &other.fallback)
            && mine != theirs
        {
            Rc::make_mut(mine).join(theirs);
        }
        if self.calls != other.calls {
            let mine = Rc::make_mut(&mut self.calls);
            mine.extend(other.calls.iter().filter(|call| !mine.contains(call)).copied().collect::<Vec<_>>());
        }
        self
    }
}

/// What tells of a failure on one of two paths that become one: lists and dictionaries, and those that hold them. Where it becomes
/// unknown, it still tells.
struct Telling(Vec<Id>);

impl Telling {
    /// How deep it is looked for in others.
    const MAX_DEPTH: usize = 4;

    fn of<'p>(a: &Trail<'p>, b: &Trail<'p>) -> Telling {
        let told = [a, b].into_iter().filter_map(|path| path.fallback.as_deref()).flat_map(|f| &f.told);
        let mut telling = Telling(told.copied().collect());
        if telling.0.is_empty() {
            return telling;
        }
        for _ in 0..Telling::MAX_DEPTH {
            let known = telling.0.len();
            for (id, object) in a.heap.iter().chain(b.heap.iter()) {
                let holds = match &**object {
                    Object::Dict(dict) => dict.entries.iter().any(|(_, value, _)| telling.is(value)),
                    Object::List(list) => list.items.iter().any(|item| telling.is(item)),
                    Object::Instance(instance) => instance.attributes.values().any(|value| telling.is(value)),
                };
                if holds && !telling.0.contains(id) {
                    telling.0.push(*id);
                }
            }
            if telling.0.len() == known {
                break;
            }
        }
        telling
    }

    fn is(&self, value: &Value<'_>) -> bool {
        matches!(value, Value::Dict(id) | Value::List(id) | Value::Instance(id) if self.0.contains(id))
    }

    /// What two values have in common.
    fn join<'p>(&self, a: &Value<'p>, b: &Value<'p>) -> Value<'p> {
        if a == b {
            return a.clone();
        }
        let sort = |value: &Value<'p>| match value {
            Value::Unknown(unknown) => unknown.sort,
            Value::Text(_) => Sort::Text,
            Value::Int(_) | Value::Float(_) => Sort::Number,
            Value::Bool(_) => Sort::Bool,
            Value::Bytes => Sort::Bytes,
            _ => Sort::Any,
        };
        let sort = if sort(a) == sort(b) { sort(a) } else { Sort::Any };
        let tells = self.is(a) || self.is(b);
        let (a, b) = (a.taint(), b.taint());
        // Where one of them is a default, it may be the default that goes on.
        let (instead, of_clause) = (a.instead && b.instead, a.of_clause || b.of_clause || tells);
        Value::Unknown(Unknown { sort, taint: Taint { instead, of_clause, ..a.and(b) }, truthy: None })
    }

    fn join_scope<'p>(&self, mine: &mut Scope<'p>, theirs: &Scope<'p>) {
        for (name, value) in mine.iter_mut() {
            *value = match theirs.get(name) {
                Some(other) => self.join(value, other),
                // Bound on one path only.
                None => Value::any(),
            };
        }
        for name in theirs.keys() {
            if !mine.contains_key(name) {
                mine.insert(name, Value::any());
            }
        }
    }

    fn join_objects<'p>(&self, a: &Object<'p>, b: &Object<'p>) -> Object<'p> {
        match (a, b) {
            (Object::Dict(a), Object::Dict(b)) => {
                let mut dict = a.clone();
                dict.open |= b.open;
                dict.entries.retain(|(key, ..)| b.get(key).is_some());
                dict.open |= dict.entries.len() != a.entries.len() || dict.entries.len() != b.entries.len();
                for (key, value, _) in &mut dict.entries {
                    if let Some(other) = b.get(key) {
                        *value = self.join(value, other);
                    }
                }
                Object::Dict(dict)
            }
            (Object::List(a), Object::List(b)) => {
                let items = a.items.iter().zip(&b.items).map(|(a, b)| self.join(a, b)).collect::<Vec<_>>();
                let open = a.open || b.open || a.items.len() != b.items.len();
                Object::List(List { items, open, made: a.made })
            }
            (Object::Instance(a), Object::Instance(b)) => {
                let mut instance = a.clone();
                self.join_scope(&mut instance.attributes, &b.attributes);
                Object::Instance(instance)
            }
            // The same number is the same object: it does not change its kind.
            (Object::Dict(_) | Object::List(_) | Object::Instance(_), _) => a.clone(),
        }
    }
}

/// Taints of several values.
pub(super) fn taints<'v, 'p: 'v>(values: impl Iterator<Item = &'v Value<'p>>) -> Taint {
    values.fold(Taint::default(), |taint, value| taint.and(value.taint()))
}
