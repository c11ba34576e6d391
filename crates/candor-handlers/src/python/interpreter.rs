//! The interpreter: what it carries along, and how many paths it follows.

use std::collections::hash_map::Entry;
use std::rc::Rc;

use ruff_python_ast::Stmt;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::frameworks::App;
use super::state::{Dict, Flow, Gave, List, Object, Returned, State, Trail};
use super::value::{CallId, Exception, ExceptionClass, External, Function, Id, Value};
use super::watching::{Read, WatchedCall};
use super::{Events, Program};
use crate::facts::{EventKey, Failed, Logged, Loose, Place, Unknown, Unsaid};

/// The most paths that are followed side by side through a function; further ones are joined.
const MAX_PATHS: usize = 24;
/// The most paths that are kept apart on their way from one place that raises; further ones are joined.
const MAX_RAISED_AT: usize = 4;
/// The most statements that are run for one handler: hostile or generated code ends here.
const MAX_STEPS: u32 = 60_000;
/// What is said then.
pub(super) const TOO_MUCH: &str = "so many paths";
/// From here on paths and rounds are saved, so that the end of the handler is reached.
const SPARING_FROM: u32 = 15_000;
/// The most paths that are then followed side by side.
const FEW_PATHS: usize = 6;
/// Paths that came to different things are kept apart for longer: so many times as many.
const FAR_TOO_MANY: usize = 4;
/// From here on a path beside one on which something has failed.
const LAST_RESORT: u32 = 30_000;
/// How deep calls into the project's own functions are followed.
const MAX_CALLS: usize = 14;
/// How deep statements and expressions are followed, those of called functions included. With the parser's own bound this stays within
/// 64 MB of stack, without optimisation; candor's work runs on a thread that has as much.
const MAX_NESTING: u32 = 400;

/// Mostly one; at a condition two.
pub(super) type Many<T> = SmallVec<[T; 2]>;
/// Paths, and how each statement of a block ended for them.
pub(super) type Ends<'p> = Many<(State<'p>, Flow<'p>)>;
/// Paths, and the value of an expression on each.
pub(super) type Forks<'p> = Many<(State<'p>, Value<'p>)>;

pub(super) struct Interpreter<'p> {
    pub(super) program: &'p Program,
    /// What is known of the events that the handler gets.
    pub(super) events: Events,
    /// The requests that reach the handler; none where that is not known.
    pub(super) served: &'p [super::routes::Served],
    /// What values ask of the event.
    pub(super) questions: Vec<super::routes::Question>,
    /// Variables of the modules, as they are when the handler is called.
    pub(super) globals: FxHashMap<(usize, &'p str), Value<'p>>,
    /// Objects that the modules made.
    pub(super) heap: FxHashMap<Id, Rc<Object<'p>>>,
    /// Which modules have been run.
    pub(super) begun: Vec<bool>,
    /// Modules with a `from x import *` of something that was not read.
    pub(super) starred: Vec<bool>,
    steps: u32,
    pub(super) nesting: u32,
    /// The functions that are being called, innermost last.
    pub(super) stack: Vec<*const ()>,
    /// How many `try` stand around what runs: without one nobody looks at what an expression might raise.
    pub(super) tries: u32,
    /// Exceptions of the expressions of the statement that runs.
    pub(super) escaped: Vec<(State<'p>, Escape<'p>)>,
    pub(super) may_raise: bool,
    /// Whether anything was met that may take its time.
    pub(super) lasts: bool,
    /// Calls that only read something outside.
    pub(super) reading: FxHashSet<Place>,
    /// Calls that only tell somebody how the program is doing.
    pub(super) telling: FxHashSet<Place>,
    /// Calls that read or verify a token.
    pub(super) tokens: FxHashSet<Place>,
    /// Calls that keep something for a while, where the same was asked for before.
    pub(super) keeping: FxHashSet<Place>,
    /// Calls that only ask whether something is there.
    pub(super) probing: FxHashSet<Place>,
    /// Calls that may be beside the work.
    pub(super) asides: FxHashMap<Place, super::asides::Aside>,
    /// Stores that have been asked for something.
    pub(super) asked_stores: Vec<super::stores::Asked>,
    /// Names that a body and its clause assign to.
    pub(super) defaults: FxHashMap<[*const Stmt; 2], Rc<FxHashSet<&'p str>>>,
    /// Calls of clauses that do what was to be done in the body of their `try`.
    pub(super) redoing: FxHashSet<Place>,
    /// Built-in functions and types that have been named.
    pub(super) builtins: FxHashMap<&'p str, Value<'p>>,
    /// What stands under a name of something outside, by both.
    pub(super) attributes: FxHashMap<(*const External, *const u8), (Rc<External>, Value<'p>)>,
    /// Names that functions bind themselves, by their bodies.
    pub(super) own_names: FxHashMap<*const (), Rc<FxHashSet<&'p str>>>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) watched: Vec<WatchedCall>,
    pub(super) loose: Vec<Loose>,
    /// Coroutines that have been made tasks.
    pub(super) tasks: Vec<(super::value::Call<'p>, CallId)>,
    /// Which of the project's functions only compute.
    pub(super) helpers: super::spare::Helpers<'p>,
    /// What the program converts, once that was asked.
    pub(super) conversions: Option<super::reads::Conversions>,
    /// Modules that were not read and something was assigned in, by their paths: numbers behind those of the modules that were.
    pub(super) assigned_modules: FxHashMap<String, usize>,
    /// HTTP clients, by their paths, that have been told to raise for statuses.
    pub(super) strict_clients: Vec<String>,
    /// Whether somebody compares the status that an error said.
    pub(super) status_asked: bool,
    pub(super) unguarded: Vec<Read>,
    /// Keys of what the client sent that somebody asks for.
    pub(super) asked_keys: FxHashSet<String>,
    /// Whether all of them may be asked for.
    pub(super) asked_all: bool,
    pub(super) framework: Option<&'static str>,
    pub(super) event_keys: Vec<EventKey>,
    /// The first key that the event has not and that is read all the same.
    pub(super) lacking: Option<EventKey>,
    pub(super) unsaid: Vec<Unsaid>,
    /// Whether somebody asks if an answer of a table holds an item.
    pub(super) asks_for_items: bool,
    pub(super) apps: Vec<App<'p>>,
    /// Bodies of `with` statements over generators of the project's, innermost last.
    pub(super) withs: Vec<super::tries::OpenWith<'p>>,
}

/// How an expression ends a path.
#[derive(Clone, Debug)]
pub(super) enum Escape<'p> {
    Raise(Rc<Exception<'p>>),
    Exit,
}

/// What runs: the module of the code, and the function.
#[derive(Clone, Copy)]
pub(super) struct Cx<'c, 'p> {
    pub(super) module: usize,
    pub(super) function: Option<&'c Rc<Function<'p>>>,
}

impl<'p> Interpreter<'p> {
    pub(super) fn new(
        program: &'p Program,
        events: Events,
        served: &'p [super::routes::Served],
    ) -> Interpreter<'p> {
        let modules = program.modules.len();
        Interpreter {
            program,
            events,
            served,
            questions: Vec::new(),
            globals: FxHashMap::default(),
            heap: FxHashMap::default(),
            begun: vec![false; modules],
            starred: vec![false; modules],
            steps: 0,
            nesting: 0,
            stack: Vec::new(),
            tries: 0,
            escaped: Vec::new(),
            may_raise: false,
            lasts: false,
            reading: FxHashSet::default(),
            telling: FxHashSet::default(),
            tokens: FxHashSet::default(),
            keeping: FxHashSet::default(),
            probing: FxHashSet::default(),
            asides: FxHashMap::default(),
            asked_stores: Vec::new(),
            defaults: FxHashMap::default(),
            redoing: FxHashSet::default(),
            builtins: FxHashMap::default(),
            attributes: FxHashMap::default(),
            own_names: FxHashMap::default(),
            unknown: Vec::new(),
            watched: Vec::new(),
            loose: Vec::new(),
            tasks: Vec::new(),
            helpers: super::spare::Helpers::default(),
            conversions: None,
            assigned_modules: FxHashMap::default(),
            strict_clients: Vec::new(),
            status_asked: false,
            unguarded: Vec::new(),
            asked_keys: FxHashSet::default(),
            asked_all: false,
            framework: None,
            event_keys: Vec::new(),
            lacking: None,
            unsaid: Vec::new(),
            asks_for_items: false,
            apps: Vec::new(),
            withs: Vec::new(),
        }
    }

    /// A place in a module's text.
    pub(super) fn place(&self, cx: Cx<'_, 'p>, of: &impl ruff_text_size::Ranged) -> Place {
        let range = of.range();
        let module = self.program.modules[cx.module].key;
        Place { module, start: range.start().to_u32(), end: range.end().to_u32() }
    }

    /// Notes what was not understood.
    pub(super) fn unknown_at(&mut self, at: Place, what: impl Into<String>) {
        let unknown = Unknown { at, what: what.into() };
        if !self.unknown.contains(&unknown) {
            self.unknown.push(unknown);
        }
    }

    /// Counts a statement; `false` when there were too many.
    pub(super) fn step(&mut self, at: Place) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.unknown_at(at, TOO_MUCH);
        }
        self.steps < MAX_STEPS
    }

    /// Whether there was more to run than is.
    pub(super) fn is_cut_short(&self) -> bool {
        self.steps >= MAX_STEPS
    }

    /// Whether so much has been run that the rest is to be run more sparingly: fewer paths side by side, fewer rounds of loops.
    pub(super) fn is_sparing(&self) -> bool {
        self.steps >= SPARING_FROM
    }

    /// Goes one level deeper into an expression; `false` when it is too deep.
    pub(super) fn deeper(&mut self) -> bool {
        self.nesting += 1;
        self.nesting < MAX_NESTING
    }

    pub(super) fn may_call(&self, function: *const ()) -> bool {
        // A function that calls itself is followed once more: enough to see what its own result does.
        self.stack.len() < MAX_CALLS && self.stack.iter().filter(|f| **f == function).count() < 2
    }

    /// A new object. Its number says where it was made, and how often that has happened before on this path: what is the same
    /// thing on two paths has the same number on both.
    pub(super) fn make(&mut self, state: &mut State<'p>, object: Object<'p>) -> Id {
        let mut id = match &object {
            Object::Dict(Dict { made, .. }) | Object::List(List { made, .. }) => {
                u64::from(made.module) << 48 | u64::from(made.start) << 16
            }
            Object::Instance(instance) => {
                // No module has so high a number: these are among themselves.
                u64::from(u16::MAX) << 48 | u64::from(instance.class.definition.range.start().to_u32()) << 16
            }
        };
        while self.object(state, id).is_some() {
            id += 1;
        }
        Rc::make_mut(&mut state.heap).insert(id, Rc::new(object));
        id
    }

    /// An object as this path has it.
    pub(super) fn object<'s>(&'s self, state: &'s State<'p>, id: Id) -> Option<&'s Object<'p>> {
        state.heap.get(&id).or_else(|| self.heap.get(&id)).map(Rc::as_ref)
    }

    /// The same, to change it.
    pub(super) fn object_mut<'s>(&self, state: &'s mut State<'p>, id: Id) -> Option<&'s mut Object<'p>> {
        let heap = Rc::make_mut(&mut state.heap);
        let object = match heap.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(self.heap.get(&id)?.clone()),
        };
        Some(Rc::make_mut(object))
    }

    /// The value of a module's variable.
    pub(super) fn global(&self, state: &State<'p>, module: usize, name: &str) -> Option<Value<'p>> {
        // The key holds a name of the program's; any text of the same letters finds it.
        let key: (usize, &str) = (module, name);
        state.globals.get(&key).or_else(|| self.globals.get(&key)).cloned()
    }

    pub(super) fn set_global(
        &mut self,
        state: &mut State<'p>,
        module: usize,
        name: &'p str,
        value: Value<'p>,
    ) {
        Rc::make_mut(&mut state.globals).insert((module, name), value);
    }

    /// What a path has left of the modules' variables and objects becomes what every call begins with.
    pub(super) fn keep(&mut self, state: &State<'p>) {
        self.globals.extend(state.globals.iter().map(|(name, value)| (*name, value.clone())));
        self.heap.extend(state.heap.iter().map(|(id, object)| (*id, object.clone())));
    }

    /// An expression may raise. Without a `try` around it that is the end of the invocation, which needs no path.
    pub(super) fn may_raise(
        &mut self,
        state: &State<'p>,
        class: ExceptionClass<'p>,
        what: Failed,
        place: Place,
    ) {
        self.lasts |= matches!(what, Failed::Effect | Failed::Unread);
        if self.tries == 0 {
            self.may_raise = true;
            return;
        }
        // Of one statement the first of a kind is enough: nothing is assigned in between.
        let same = |(_, escape): &(State<'p>, Escape<'p>)| match escape {
            Escape::Raise(known) => {
                known.what == what
                    && known.place == place
                    && match (&known.class, &class) {
                        (ExceptionClass::Any, ExceptionClass::Any) => true,
                        (ExceptionClass::OneOf(a), ExceptionClass::OneOf(b)) => a == b,
                        _ => false,
                    }
            }
            Escape::Exit => false,
        };
        if self.escaped.len() > 256 || self.escaped.iter().rev().take(8).any(same) {
            return;
        }
        let message = Value::some_text("", super::value::Taint { tells: true, ..Default::default() });
        let exception = Exception { class, message, instance: None, place, what, logged: Logged::Nowhere };
        self.escaped.push((state.clone(), Escape::Raise(Rc::new(exception))));
    }

    /// A conversion or a look-up may fail with one of these.
    pub(super) fn may_fail(&mut self, state: &State<'p>, kinds: &'static [&'static str], place: Place) {
        self.may_raise(state, ExceptionClass::OneOf(kinds), Failed::Value, place);
    }

    /// Ends a path with an exception.
    pub(super) fn raise(&mut self, state: State<'p>, exception: Rc<Exception<'p>>) {
        self.escaped.push((state, Escape::Raise(exception)));
    }

    /// How many paths are followed side by side.
    fn most_paths(&self) -> usize {
        match self.steps {
            ..SPARING_FROM => MAX_PATHS,
            SPARING_FROM..LAST_RESORT => FEW_PATHS,
            LAST_RESORT.. => 2,
        }
    }

    /// Puts paths together that have become one, and joins the last ones where there are too many.
    pub(super) fn settle(&mut self, states: Vec<State<'p>>) -> Vec<State<'p>> {
        if states.len() < 2 {
            return states;
        }
        let paths = states.into_iter().map(|state| (state, ())).collect();
        let settled = self.settle_with(paths, |_, (), _, ()| true, |_, (), _, ()| ());
        settled.into_iter().map(|(state, ())| state).collect()
    }

    /// The same for paths with the values that they came to.
    pub(super) fn settle_forks(&mut self, forks: Forks<'p>) -> Forks<'p> {
        self.settle_with(
            forks,
            |state, mine, other, theirs| state.alike(mine, other, theirs),
            |state, mine, other, theirs| state.join_value(mine, other, theirs),
        )
    }

    /// The same for paths with several values each.
    pub(super) fn settle_all(
        &mut self,
        forks: Many<(State<'p>, Vec<Value<'p>>)>,
    ) -> Many<(State<'p>, Vec<Value<'p>>)> {
        self.settle_with(
            forks,
            |state, values, other, theirs| {
                values.iter().zip(theirs).all(|(mine, theirs)| state.alike(mine, other, theirs))
            },
            |state, values, other, theirs| {
                let both = values.into_iter().zip(theirs);
                both.map(|(mine, theirs)| state.join_value(mine, other, theirs)).collect()
            },
        )
    }

    /// `join` makes one of what two paths came to; where there are not far too many, of what is `alike`.
    fn settle_with<T: PartialEq>(
        &mut self,
        paths: Many<(State<'p>, T)>,
        alike: impl Fn(&State<'p>, &T, &State<'p>, &T) -> bool,
        join: impl Fn(&mut State<'p>, T, &State<'p>, T) -> T,
    ) -> Many<(State<'p>, T)> {
        if paths.len() < 2 {
            return paths;
        }
        let most = self.most_paths();
        let mut settled: Many<(State<'p>, T)> = Many::with_capacity(paths.len().min(most));
        for (state, value) in paths {
            if settled.iter().any(|(known, of)| *of == value && known.same(&state)) {
                continue;
            }
            if settled.len() < most {
                settled.push((state, value));
                continue;
            }
            // A path on which something failed never becomes one with a path on which nothing did.
            let far_too_many = settled.len() >= most * FAR_TOO_MANY;
            let joins = |(known, of): &(State<'p>, T)| {
                known.failure == state.failure
                    && known.around.len() == state.around.len()
                    && (far_too_many || alike(known, of, &state, &value))
            };
            match settled.iter().rposition(joins) {
                Some(at) => {
                    let (mut known, of) = settled.remove(at);
                    self.forgets_in_joining(&known, &state);
                    let value = join(&mut known, of, &state, value);
                    settled.push((known.join(&state), value));
                }
                None => settled.push((state, value)),
            }
        }
        settled
    }

    /// The same for paths with what they came to: those are kept apart that came to different things.
    pub(super) fn settle_ends(&mut self, ends: Ends<'p>) -> Ends<'p> {
        if ends.len() < 2 {
            return ends;
        }
        let (mut next, mut others): (Vec<State<'p>>, Ends<'p>) = (Vec::new(), Many::new());
        // Which of them ended how, the latest, and before each the one that ended so before: only those are looked at that may be
        // the same.
        let mut latest: FxHashMap<(u8, Option<Place>), usize> = FxHashMap::default();
        let mut before: Vec<Option<usize>> = Vec::new();
        for (state, flow) in ends {
            let end = match &flow {
                Flow::Next => {
                    next.push(state);
                    continue;
                }
                Flow::Raise(exception) => (0, Some(exception.place)),
                Flow::Return(_, at) => (1, Some(*at)),
                Flow::Break => (2, None),
                Flow::Continue => (3, None),
                Flow::Exit => (4, None),
            };
            let first = latest.get(&end).copied();
            let known = || std::iter::successors(first, |at| before[*at]);
            if known().any(|at| same_flow(&others[at].1, &flow) && others[at].0.same(&state)) {
                continue;
            }
            // Of the paths that raise at one place, a few are enough: their clauses do not look at more. Of those that return there,
            // as many are kept as are followed side by side.
            let most = match &flow {
                Flow::Raise(_) => MAX_RAISED_AT,
                Flow::Return(..) => self.most_paths(),
                Flow::Next | Flow::Break | Flow::Continue | Flow::Exit => usize::MAX,
            };
            let far_too_many = known().nth(most.saturating_mul(FAR_TOO_MANY) - 1).is_some();
            let joins = |(known, of): &(State<'p>, Flow<'p>)| {
                known.failure == state.failure
                    && known.around.len() == state.around.len()
                    && match (of, &flow) {
                        (Flow::Return(mine, _), Flow::Return(theirs, _)) => {
                            far_too_many || known.alike(mine, &state, theirs)
                        }
                        _ => same_flow(of, &flow),
                    }
            };
            if known().nth(most - 1).is_some()
                && let Some(at) = known().find(|at| joins(&others[*at]))
            {
                // Taken out, so that joining need not copy what nobody else has.
                let (mut known, of) =
                    std::mem::replace(&mut others[at], (Trail::begin(state.last), Flow::Next));
                let flow = match (of, flow) {
                    (Flow::Return(mine, place), Flow::Return(theirs, _)) => {
                        self.forgets_in_joining(&known, &state);
                        Flow::Return(known.join_value(mine, &state, theirs), place)
                    }
                    (of, _) => of,
                };
                others[at] = (known.join(&state), flow);
                continue;
            }
            latest.insert(end, others.len());
            before.push(first);
            others.push((state, flow));
        }
        let next = self.settle(next);
        others.extend(next.into_iter().map(|state| (state, Flow::Next)));
        others
    }

    /// Remembers a `return`: who gave which value, and who answers where something has failed.
    pub(super) fn note_return(&self, state: &mut State<'p>, at: Place, value: &Value<'p>, of_call: bool) {
        let (depth, before) = (self.stack.len(), state.gave.take());
        state.gave = Some(Rc::new(Gave { at, value: value.clone(), depth, of_call, before }));
        if state.failure.is_some() {
            let something = !matches!(value, Value::None);
            state.returned = Some(Rc::new(Returned { at, something, before: state.returned.take() }));
        }
    }
}

/// What several paths lead to, one after another. Mostly there is one: what that leads to is all there is.
pub(super) fn follow<A, B>(paths: Many<A>, mut then: impl FnMut(A) -> Many<B>) -> Many<B> {
    let mut paths = paths.into_iter();
    let Some(first) = paths.next() else { return Many::new() };
    let mut led_to = then(first);
    for path in paths {
        led_to.extend(then(path));
    }
    led_to
}

fn same_flow(a: &Flow<'_>, b: &Flow<'_>) -> bool {
    match (a, b) {
        (Flow::Next, Flow::Next) | (Flow::Break, Flow::Break) | (Flow::Continue, Flow::Continue) => true,
        (Flow::Exit, Flow::Exit) => true,
        (Flow::Return(a, at), Flow::Return(b, there)) => at == there && a == b,
        (Flow::Raise(a), Flow::Raise(b)) => Rc::ptr_eq(a, b) || (a.place == b.place && a.what == b.what),
        _ => false,
    }
}
