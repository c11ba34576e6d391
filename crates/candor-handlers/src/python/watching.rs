//! What becomes of answers that tell of failures, of tasks and of what a client sent: who looks at them, and who does not.
//!
//! A value remembers the call whose answer it is, or is made of. What looks at the telling part of an answer, or takes it to where
//! nobody follows it, settles the call: nothing is said of it then.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Answer, Arguments, Call, CallId, Id, Of, Value};
use crate::facts::{Place, Sent, Unguarded, Watch};

/// How deep a value is searched for answers.
pub(super) const MAX_DEPTH: u32 = 12;
/// How many values in one are looked at, at each depth.
const MAX_INSIDE: usize = 20_000;

/// Where a search through a value goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    In,
    Past,
    Stop,
}

/// A call whose answer somebody should look at, or whose work somebody should wait for.
#[derive(Debug)]
pub(super) struct WatchedCall {
    pub(super) at: Place,
    pub(super) operation: String,
    pub(super) watch: Watched,
    /// Whether somebody looks at what tells, or hands the whole answer to code that was not read.
    pub(super) checked: bool,
    /// Whether what it answered becomes the content of a success.
    pub(super) passed_on: bool,
    /// Whether a success holds a default in place of what it refused.
    pub(super) defaulted: bool,
    /// Whether other work had been done before, on some way there: it may be beside that.
    pub(super) after_work: bool,
}

/// What is watched of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// What its answer says.
    Answer(Watch),
    /// The exceptions that its results keep.
    Gathered,
    /// Whether somebody awaits the task.
    Task,
    /// Whether somebody joins the thread.
    Thread,
    /// Work that goes on elsewhere whatever anybody does.
    Elsewhere,
}

/// A candidate for [`crate::Facts::unguarded`]: what is read, and under which key if it is one.
pub(super) struct Read {
    at: Place,
    sent: Sent,
    key: Option<String>,
}

impl<'p> Interpreter<'p> {
    /// Begins to watch a call.
    pub(super) fn watch(
        &mut self,
        state: &mut State<'p>,
        at: Place,
        operation: String,
        watch: Watched,
    ) -> CallId {
        let known = self.watched.iter().position(|call| call.at == at && call.watch == watch);
        let id = known.unwrap_or_else(|| {
            self.watched.push(WatchedCall {
                at,
                operation,
                watch,
                checked: false,
                passed_on: false,
                defaulted: false,
                after_work: false,
            });
            self.watched.len() - 1
        }) as CallId;
        if !state.calls.contains(&id) {
            Rc::make_mut(&mut state.calls).push(id);
        }
        id
    }

    /// Somebody reads this field of a value, or calls this method.
    pub(super) fn looks(&mut self, value: &Value<'p>, field: &str) {
        let Some(answer) = value.taint().answer.filter(|answer| answer.of == Of::Whole) else { return };
        let Some(call) = self.watched.get_mut(answer.call as usize) else { return };
        call.checked |= match call.watch {
            Watched::Answer(Watch::Batch { field: telling, .. }) => field == telling,
            Watched::Answer(Watch::Function) => field == "FunctionError",
            Watched::Answer(Watch::Status) => [
                "status_code",
                "ok",
                "status",
                "raise_for_status",
                "reason",
                "is_success",
                "is_error",
                "getcode",
            ]
            .contains(&field),
            Watched::Answer(Watch::Execution) => ["status", "error", "cause"].contains(&field),
            Watched::Gathered | Watched::Task => true,
            Watched::Thread | Watched::Elsewhere => false,
        };
    }

    /// A part of an answer, under this name.
    pub(super) fn part(&self, value: &Value<'p>, field: &str) -> Option<Answer> {
        let answer = value.taint().answer?;
        let of = match (answer.of, self.watched.get(answer.call as usize)?.watch) {
            // What AWS says of the call itself says nothing of its work: 200 where the function failed.
            (Of::Whole, Watched::Answer(Watch::Function | Watch::Batch { .. } | Watch::Execution))
                if ["ResponseMetadata", "StatusCode"].contains(&field) =>
            {
                return None;
            }
            (Of::Whole, Watched::Answer(Watch::Status | Watch::Function)) => Of::Content,
            (Of::Content, _) if ["read", "json", "text", "content", "decode", "data"].contains(&field) => {
                Of::Content
            }
            _ => Of::Field,
        };
        Some(Answer { of, ..answer })
    }

    /// The operation whose answer a value is, or is made of.
    pub(super) fn operation(&self, value: &Value<'p>) -> Option<&str> {
        let call = value.taint().answer?.call;
        self.watched.get(call as usize).map(|call| &*call.operation)
    }

    /// Whether an attribute of an HTTP client's answer is what the server sent, as bytes.
    pub(super) fn is_raw(&self, value: &Value<'p>, name: &str) -> bool {
        let Some(Answer { call, of: Of::Whole }) = value.taint().answer else { return false };
        let Some(call) = self.watched.get(call as usize) else { return false };
        let client = call.operation.split('.').next().unwrap_or_default();
        matches!((client, name), ("requests" | "httpx", "content") | ("urllib3", "data"))
    }

    /// Somebody asks what a value is, or it goes where nobody follows it: whatever it tells may be seen.
    pub(super) fn settles(&mut self, value: &Value<'p>, state: &State<'p>) {
        let mut found = Vec::new();
        self.walk(value, state, MAX_DEPTH, |value| {
            if matches!(value, Value::Coroutine(_) | Value::External(_)) || value.taint().answer.is_some() {
                found.push(value.clone());
            }
            Step::In
        });
        for value in found {
            match &value {
                Value::Coroutine(call) => self.task_is_awaited(call),
                Value::External(external)
                    if external.path.ends_with("Thread()") || external.path.ends_with("Process()") =>
                {
                    self.threads_are_joined();
                }
                _ => {}
            }
            if let Some(answer) = value.taint().answer {
                self.settle_call(answer.call);
            }
        }
    }

    fn settle_call(&mut self, call: CallId) {
        if let Some(call) = self.watched.get_mut(call as usize)
            && call.watch != Watched::Elsewhere
        {
            call.checked = true;
        }
    }

    /// The same for everything that a call is given.
    pub(super) fn settles_all(&mut self, arguments: &Arguments<'p>, state: &State<'p>) {
        for value in arguments.all() {
            self.settles(value, state);
        }
    }

    /// Somebody asks whether a value is true. An answer as such is always true; what a field of it says tells something.
    pub(super) fn asked_for_truth(&mut self, value: &Value<'p>) {
        let Some(answer) = value.taint().answer else { return };
        let Some(call) = self.watched.get(answer.call as usize) else { return };
        let tells = match (answer.of, call.watch) {
            (Of::Field, _) => true,
            // A response of `requests` is true where its status is below 400.
            (Of::Whole, Watched::Answer(Watch::Status) | Watched::Gathered | Watched::Task) => true,
            (Of::Whole | Of::Content, _) => false,
        };
        if tells {
            self.settle_call(answer.call);
        }
    }

    /// Somebody compares a value with another.
    pub(super) fn asked_by_comparison(&mut self, value: &Value<'p>, other: &Value<'p>) {
        if value.taint().foreign_status {
            self.status_asked = true;
        }
        if let Some(answer) = value.taint().answer.filter(|_| !matches!(other, Value::None)) {
            self.settle_call(answer.call);
        }
    }

    /// Somebody goes through a value, item by item.
    pub(super) fn goes_through(&mut self, value: &Value<'p>) {
        let Some(answer) = value.taint().answer else { return };
        // The entries of another server's error page are no reason to go through it.
        let page = matches!(
            self.watched.get(answer.call as usize).map(|call| call.watch),
            Some(Watched::Answer(Watch::Status | Watch::Function))
        );
        if answer.of == Of::Whole || !page {
            self.settle_call(answer.call);
        }
    }

    /// A key of the content, or an item of it, is read as if it were there: in an error it is not, and that raises.
    pub(super) fn relies_on(&mut self, value: &Value<'p>) {
        if let Some(answer) = value.taint().answer.filter(|answer| answer.of != Of::Whole) {
            self.settle_call(answer.call);
        }
    }

    /// The answers that a value is or holds.
    pub(super) fn answers_in(&self, value: &Value<'p>, state: &State<'p>) -> Vec<Answer> {
        let mut found = Vec::new();
        self.walk(value, state, MAX_DEPTH, |value| {
            found.extend(value.taint().answer);
            Step::In
        });
        found
    }

    /// Whether something holds for a value, or for one that is in it.
    pub(super) fn any_inside(
        &self,
        value: &Value<'p>,
        state: &State<'p>,
        holds: &dyn Fn(&Value<'p>) -> bool,
    ) -> bool {
        self.walk(value, state, MAX_DEPTH, |value| if holds(value) { Step::Stop } else { Step::In })
    }

    /// Goes through a value and what it holds, the outermost first and each object once, until `each` stops it: whether it did.
    pub(super) fn walk(
        &self,
        value: &Value<'p>,
        state: &State<'p>,
        depth: u32,
        mut each: impl FnMut(&Value<'p>) -> Step,
    ) -> bool {
        let mut met = FxHashSet::default();
        let mut level = vec![value.clone()];
        for _ in 0..=depth {
            let mut next = Vec::new();
            for value in &level {
                match each(value) {
                    Step::Stop => return true,
                    Step::Past => continue,
                    Step::In => {}
                }
                let first = match value {
                    Value::List(id) | Value::Dict(id) | Value::Instance(id) => met.insert((*id, false)),
                    Value::Tuple(items) => met.insert((Rc::as_ptr(items).addr() as Id, true)),
                    _ => false,
                };
                if first && next.len() < MAX_INSIDE {
                    next.extend(self.inside(value, state));
                }
            }
            level = next;
        }
        false
    }

    /// What a container holds.
    fn inside(&self, value: &Value<'p>, state: &State<'p>) -> Vec<Value<'p>> {
        match value {
            Value::Tuple(items) => items.to_vec(),
            Value::List(id) | Value::Dict(id) | Value::Instance(id) => match self.object(state, *id) {
                Some(Object::List(list)) => list.items.clone(),
                Some(Object::Dict(dict)) => dict.entries.iter().map(|(_, value, _)| value.clone()).collect(),
                Some(Object::Instance(instance)) => instance.attributes.values().cloned().collect(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Two paths become one, and what differs is forgotten: with it, who looks at it from here on.
    pub(super) fn forgets_in_joining(&mut self, a: &State<'p>, b: &State<'p>) {
        if self.watched.is_empty() || a.calls.is_empty() && b.calls.is_empty() {
            return;
        }
        for (one, other) in [(a, b), (b, a)] {
            let (Some(mine), Some(theirs)) = (&one.locals, &other.locals) else { continue };
            for (name, value) in mine.iter() {
                if theirs.get(name).map(|value| value.taint().answer) != Some(value.taint().answer) {
                    self.settles(value, one);
                }
            }
            for (id, object) in one.heap.iter() {
                if other.heap.get(id).is_some_and(|same| !Rc::ptr_eq(same, object) && same != object) {
                    for value in self.inside(&Value::Dict(*id), one) {
                        self.settles(&value, one);
                    }
                }
            }
        }
    }

    /// A task is made of a coroutine.
    pub(super) fn begin_task(&mut self, coroutine: &Call<'p>, call: CallId) {
        self.tasks.push((coroutine.clone(), call));
    }

    /// Whether a coroutine has been made a task.
    pub(super) fn is_task(&self, coroutine: &Call<'p>) -> bool {
        self.tasks.iter().any(|(task, _)| Rc::ptr_eq(task, coroutine))
    }

    pub(super) fn task_is_awaited(&mut self, coroutine: &Call<'p>) {
        for at in 0..self.tasks.len() {
            if Rc::ptr_eq(&self.tasks[at].0, coroutine) {
                self.settle_call(self.tasks[at].1);
            }
        }
    }

    /// Somebody awaits something that is no coroutine of the project's.
    pub(super) fn is_awaited(&mut self, value: &Value<'p>) {
        if let Some(answer) = value.taint().answer
            && self.watched.get(answer.call as usize).is_some_and(|call| call.watch == Watched::Task)
        {
            self.settle_call(answer.call);
        }
    }

    /// Some tasks are awaited, and nobody knows which.
    pub(super) fn tasks_are_awaited(&mut self) {
        self.settle_those(Watched::Task);
    }

    pub(super) fn threads_are_joined(&mut self) {
        self.settle_those(Watched::Thread);
    }

    fn settle_those(&mut self, watch: Watched) {
        for call in self.watched.iter_mut().filter(|call| call.watch == watch) {
            call.checked = true;
        }
    }

    /// Runs a function beside the rest: what it raises stays with its result. Whether it may raise anything.
    pub(super) fn runs_beside(
        &mut self,
        callee: Value<'p>,
        arguments: Arguments<'p>,
        place: Place,
        state: State<'p>,
    ) -> (Vec<State<'p>>, bool) {
        let mark = self.escaped.len();
        self.tries += 1;
        let mut forks = self.call(callee, arguments, place, state.clone());
        if let [(_, Value::Coroutine(_))] = forks.as_slice() {
            forks = forks.into_iter().flat_map(|(state, value)| self.awaited(value, place, state)).collect();
        }
        self.tries -= 1;
        let raises = self.escaped.len() > mark;
        self.escaped.truncate(mark);
        let mut after: Vec<State<'p>> = Vec::new();
        for (state, value) in forks {
            self.settles(&value, &state);
            after.push(state);
        }
        if after.is_empty() {
            after.push(state);
        }
        (after, raises)
    }

    /// Something that the client may leave out, or write wrong, is read as if it were sure, and nobody catches that.
    pub(super) fn reads_unguarded(&mut self, value: &Value<'p>, key: Option<&str>, at: Place) {
        let Some(sent) = value.taint().sent.filter(|_| self.tries == 0) else { return };
        // Every request brings these, or an authorizer has asked for them.
        const SURE: [&str; 7] = [
            "host",
            "authorization",
            "x-api-key",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-amzn-trace-id",
        ];
        let sure = match (sent, key) {
            (Sent::Header, Some(name)) => SURE.contains(&name.to_ascii_lowercase().as_str()),
            (Sent::Header | Sent::Query, None) => true,
            (Sent::Query, Some(_)) | (Sent::Body, _) => false,
        };
        if !sure && !self.unguarded.iter().any(|read| read.at == at) {
            self.unguarded.push(Read { at, sent, key: key.map(str::to_string) });
        }
    }

    /// Somebody asks whether this key is there: it is read with care.
    pub(super) fn asks_for_key(&mut self, value: &Value<'p>, key: Option<&str>) {
        if value.taint().event {
            match key {
                Some(key) => drop(self.asked_keys.insert(key.to_string())),
                None => self.asked_all = true,
            }
        }
    }

    /// What a client sent goes to code that was not read: it may look whether all is there.
    pub(super) fn checks_sent(&mut self, arguments: &Arguments<'p>) {
        if arguments.all().any(|value| value.taint().sent.is_some()) {
            self.asked_all = true;
        }
    }

    /// The first thing that is read without care.
    pub(super) fn first_unguarded(&self) -> Option<Unguarded> {
        let careless = |read: &&Read| match &read.key {
            Some(key) => !self.asked_all && !self.asked_keys.contains(key),
            None => true,
        };
        self.unguarded.iter().find(careless).map(|read| Unguarded { at: read.at, sent: read.sent })
    }
}

/// The part of a request that an entry of the event holds.
pub(super) fn sent_in(entry: &str) -> Option<Sent> {
    match entry {
        "body" => Some(Sent::Body),
        "queryStringParameters" | "multiValueQueryStringParameters" => Some(Sent::Query),
        "headers" | "multiValueHeaders" => Some(Sent::Header),
        _ => None,
    }
}
