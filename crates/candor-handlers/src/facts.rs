//! What the analysis of one handler comes to: plain data.

use candor_contract::outcome::Payload;

use crate::shape::Shape;

/// A place in a source: the caller's key of the text, and a byte range in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The key that the caller gave the text ([`crate::Found::key`]).
    pub module: u32,
    /// Where it begins, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

impl Place {
    /// Whether `other` lies inside.
    pub fn holds(&self, other: &Place) -> bool {
        self.module == other.module && self.start <= other.start && other.end <= self.end
    }
}

/// Everything a handler's source shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Every way it can end; equal ones once, in the order of their places.
    pub paths: Vec<Path>,
    /// What was not understood, each once. Where it is empty, [`Facts::paths`] is all there is, but for what may raise.
    pub unknown: Vec<Unknown>,
    /// Whether something that nobody catches may raise: a call that can fail, a key that may be missing.
    pub may_raise: bool,
    /// Whether anything may take its time: a call that does something outside or runs what was not read, a pause, a `while`. Modules that
    /// are loaded count, too.
    pub lasts: bool,
    /// Calls that succeed even where their work failed, and whose answer nobody looks at.
    pub unchecked: Vec<Unchecked>,
    /// Work that is begun and not waited for.
    pub loose: Vec<Loose>,
    /// A mistake of the client's that raises: the body that is no JSON, the parameter that is not there. The first of them.
    pub unguarded: Option<Unguarded>,
    /// The keys that are read from the event itself and from its `requestContext`, in the order in which they are met.
    pub event_keys: Vec<EventKey>,
    /// A key of the event itself that no gateway sends and without which the handler does nothing: it reads nothing that a gateway does
    /// send, and no path on which the key is missing comes to a success.
    pub lacking: Option<EventKey>,
    /// What `json.dumps` is given and cannot say.
    pub unsaid: Vec<Unsaid>,
    /// The web framework or adapter that answers for the handler, if one does.
    pub framework: Option<&'static str>,
    /// Where the handler is defined.
    pub handler: Option<Place>,
}

impl Facts {
    /// What is left of it for the `nth` of the requests that it serves; `None` where that is all of it.
    pub fn of_route(&self, nth: usize) -> Option<Facts> {
        let all = self.paths.iter().all(|path| path.routes.hold(nth))
            && self.unchecked.iter().all(|call| call.routes.hold(nth))
            && self.loose.iter().all(|work| work.routes.hold(nth));
        (!all).then(|| {
            let mut facts = self.clone();
            facts.paths.retain(|path| path.routes.hold(nth));
            facts.unchecked.retain(|call| call.routes.hold(nth));
            facts.loose.retain(|work| work.routes.hold(nth));
            facts
        })
    }

    /// Where something is returned of which nothing is known.
    pub fn unknown_answers(&self) -> impl Iterator<Item = Place> {
        self.paths.iter().filter_map(|path| match &path.end {
            End::Returned(answer) if answer.kind == Kind::Unknown => Some(path.at),
            End::Returned(_) | End::Raised(_) | End::Exited => None,
        })
    }
}

/// Some of the requests that a handler serves, by their numbers in the list that the analysis was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routes(pub(crate) u64);

impl Routes {
    /// Whether the `nth` is among them.
    pub fn hold(self, nth: usize) -> bool {
        u32::try_from(nth).ok().and_then(|nth| self.0.checked_shr(nth)).is_none_or(|bits| bits & 1 == 1)
    }
}

/// One way a handler can end.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The requests that may come this way.
    pub routes: Routes,
    /// How.
    pub end: End,
    /// The statement that ends it: the `return` or the `raise`, or the last one before it falls off the end.
    pub at: Place,
    /// Where the very value that is returned was returned before: by the functions that the handler has it from, the first first.
    pub handed: Vec<Place>,
    /// The failure that was caught on the way and not passed on, if there was one.
    pub failure: Option<Caught>,
}

impl Path {
    /// The statement that gave the value which is returned: the handler's own `return`, or the one that it only hands on.
    pub fn given(&self) -> Place {
        self.handed.first().copied().unwrap_or(self.at)
    }

    /// Whether another path is the same, but for the requests that come that way.
    pub(crate) fn is_like(&self, other: &Path) -> bool {
        (self.at, &self.handed, &self.failure) == (other.at, &other.handed, &other.failure)
            && self.end == other.end
    }
}

/// How a handler ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It returns.
    Returned(Box<Answer>),
    /// It raises.
    Raised(Raised),
    /// Its process ends (`sys.exit`).
    Exited,
}

/// What a handler returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What Python's runtime client makes of it.
    pub payload: Payload,
    /// The value.
    pub shape: Shape,
    /// What kind of value it is.
    pub kind: Kind,
    /// Where the value was made: the dictionary, the list, the call.
    pub made: Option<Place>,
    /// Where the content says that something went wrong: the entry `error`, the text of an exception.
    pub tells: Option<Place>,
    /// Whether it says so of a part, beside what went well: of one item of several, in a count of what failed.
    pub in_part: bool,
    /// Nothing comes back, and the last statement made a value and dropped it: a `return` is missing.
    pub dropped: bool,
    /// The body, where it is the JSON of an item that a table was asked for, and nobody looked whether there is one.
    pub unfound: Option<Unfound>,
    /// The status that an SDK's or an upstream's error said, passed on as the function's own.
    pub foreign_status: bool,
}

/// A body that holds an item of a table, found or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfound {
    /// Where it is.
    pub at: Place,
    /// What it says where nothing was found.
    pub hollow: Hollow,
}

/// What stands in the place of an item that was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hollow {
    /// `null`
    Null,
    /// `{}`
    Empty,
    /// Either of them in an entry, beside which there are constants only.
    Within,
}

/// Kinds of values that matter to a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The path falls off the end of the handler.
    FellOff,
    /// `None`
    Nothing,
    /// A dictionary.
    Dict,
    /// A list.
    List,
    /// A tuple.
    Tuple,
    /// Text, a number, a boolean.
    Plain,
    /// An exception as a value.
    Exception,
    /// Something that JSON cannot say: a set, an object.
    NotJson,
    /// Nobody knows.
    Unknown,
}

/// What a handler raises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// The name of the exception's class, without its module.
    pub class: String,
    /// Its message, where it is known to the last character.
    pub message: Option<String>,
    /// The beginning of the message, as far as it is known.
    pub begins: String,
}

/// An exception that was caught and not passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// What failed.
    pub what: Failed,
    /// The call or the statement that raised.
    pub raised: Place,
    /// The `except` clause, or the `with` that suppressed it: its head.
    pub caught: Place,
    /// Its whole text.
    pub clause: Place,
    /// Whether it catches everything, or nearly (`except:`, `except Exception`).
    pub broad: bool,
    /// The `return` inside the clause that answers, if one does.
    pub answered: Option<Place>,
    /// Whether the work that was asked for surely failed. A missing key with a default, a condition that a database checked, an
    /// error code that was looked at, a read for which another call answered are ordinary ways of the program.
    pub certain: bool,
    /// Who heard of it.
    pub logged: Logged,
    /// Whether what failed reads or verifies a token: in an authorizer that is the check itself.
    pub token: bool,
    /// Why it weighs less than work that was lost behind the client's back, if it does.
    pub lighter: Option<Lighter>,
    /// Whether nothing on the way to the answer has hung on the failure.
    pub beside: bool,
}

/// Why a failure that was swallowed weighs less than work that was lost behind the client's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lighter {
    /// What failed only tells how the program is doing (a metric, a trace, a log line sent elsewhere), and other work outside was done on
    /// the same path.
    Report,
    /// The answer tells of it, in a part: one item of several, one check, a warning beside the result.
    Told,
    /// The clause computes by itself what the failed work should have given: a function of the project's, a loop.
    StandIn,
    /// What failed was to keep something that expires, in a store that had been asked for the same before: a cache.
    Cache,
    /// What failed was beside the work that was done: a mail about it, the clearing away of what it has replaced, what its author calls
    /// best effort.
    Aside,
    /// What failed only asked whether something is there (S3's `HeadObject` fails where it is not).
    Probe,
}

/// What an exception came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failed {
    /// A call that does something outside: an SDK, a database, an HTTP request.
    Effect,
    /// A `raise` of the project's own.
    Raise,
    /// A conversion, a key, an attribute: nothing outside was touched.
    Value,
    /// A call into code that was not read.
    Unread,
}

/// Who hears of a failure that was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Logged {
    /// Nobody.
    Nowhere,
    /// Whoever reads the log: `print`, `log.info`.
    WithoutLevel,
    /// Whoever watches errors: `log.error`, `log.exception`.
    AsError,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Where.
    pub at: Place,
    /// What, as the object of "candor does not follow …".
    pub what: String,
}

/// A key that is read from the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKey {
    /// `httpMethod`, `requestContext.http`
    pub key: String,
    /// Where.
    pub at: Place,
    /// Whether it has to be there: `event[key]`, and not `event.get(key)`.
    pub needed: bool,
    /// Whether the way of the program hangs on its value.
    pub compared: bool,
    /// Whether the program asks if it is there.
    pub asked: bool,
}

/// Something that `json.dumps` cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The call.
    pub at: Place,
    /// What, with its article.
    pub what: &'static str,
    /// Whether it is that on some path for certain; a table's item holds Decimals only where it holds numbers.
    pub certain: bool,
}

/// A call whose answer tells of failures, and nobody looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// The call.
    pub at: Place,
    /// The operation, as people write it: `events.put_events`, `requests.get`.
    pub operation: String,
    /// What to look at.
    pub watch: Watch,
    /// Whether what it answered is handed on in an answer that says that all went well: an error page becomes the content of a 200.
    pub passed_on: bool,
    /// Whether it only reads.
    pub reads: bool,
    /// Whether somebody looks at it, and a success holds a default where another server has refused.
    pub defaulted: bool,
    /// Whether somebody looks at it, and the client is told the same whatever it says: the failure is logged at best.
    pub told_the_same: bool,
    /// The requests that come there and are answered with a success.
    pub routes: Routes,
}

/// Something of a request that is read as if it were sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unguarded {
    /// Where it is read.
    pub at: Place,
    /// What.
    pub sent: Sent,
}

/// What a client sends, and may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The body, or something in it.
    Body,
    /// Something in the query.
    Query,
    /// A header.
    Header,
}

/// Which answers tell of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watch {
    /// A batch, of which some may have failed: this field counts or lists them.
    Batch {
        /// The field.
        field: &'static str,
        /// Whether a single entry is the usual use, so that all of the work may be lost.
        all: bool,
    },
    /// Another function: `FunctionError`.
    Function,
    /// An HTTP response: its status.
    Status,
    /// A synchronous execution of a state machine: `status`.
    Execution,
}

/// Work that is begun and not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loose {
    /// Where.
    pub at: Place,
    /// How.
    pub how: Begun,
    /// The requests that may come there.
    pub routes: Routes,
    /// The statement that answers with a success, where the work would have to be done before.
    pub answered: Option<Place>,
}

/// How work is begun that nobody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A coroutine or a task that nobody awaits.
    NotAwaited,
    /// A thread or a process that nobody joins, an asynchronous invocation.
    InBackground,
    /// Several tasks whose results nobody looks at (`return_exceptions=True`, futures).
    Unlooked,
}
