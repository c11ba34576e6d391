//! Values of which only a part is known.

use std::borrow::Cow;
use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters, Stmt, StmtClassDef};

use super::state::Scope;

use crate::facts::{Failed, Hollow, Logged, Place, Sent};
use crate::shape::Shape;

/// The number of an object that can change: lists, dictionaries, instances.
pub(super) type Id = u64;
/// A function, and what it is called with later.
pub(super) type Call<'p> = Rc<(Rc<Function<'p>>, Arguments<'p>)>;
/// The number of a call whose answer is watched.
pub(super) type CallId = u32;

/// What stands between the texts of a tuple where it is the key of an entry: a control character (unit separator) that no source has in
/// such a text.
pub(super) const BETWEEN: char = '\u{1f}';

/// What a value is itself; what is made of it is that no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Itself {
    #[default]
    Nothing,
    /// The event.
    Event,
    /// The event's `requestContext`.
    Context,
    /// What stands under a key of one of the two, or of what stands there: the number in the interpreter's list of keys.
    Key(u32),
    /// The texts of two keys with a character between: `f"{method} {path}"`.
    Two([u32; 2], char),
    /// Whether something holds of them: the number in the interpreter's list of questions.
    Asks(u32),
    /// The answer of a DynamoDB table or client that was asked for items.
    Found {
        /// Whether it came through boto3's resource: numbers are Decimals then.
        resource: bool,
    },
    /// An item of such an answer, or what holds its items.
    Item {
        /// Whether it came through boto3's resource.
        resource: bool,
        /// What stands there where nothing was found, if that is how it was asked for.
        otherwise: Option<Hollow>,
    },
    /// The answer of an AWS client to any other call, and what in it is bytes.
    Sdk(Option<Blob>),
    /// What such an answer says of the call itself: `ResponseMetadata`.
    Metadata,
}

/// A member of an SDK's answer that is bytes, or a stream of them: its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) member: &'static str,
    pub(super) sort: Sort,
}

/// What a value was made of, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taint {
    /// Of a caught exception.
    pub(super) tells: bool,
    /// Of the event, so of what the client sent.
    pub(super) event: bool,
    /// Whether it is the event itself.
    pub(super) root: bool,
    /// The part of the request that it is of.
    pub(super) sent: Option<Sent>,
    /// Of the response that an SDK's or an upstream's error holds.
    pub(super) of_response: bool,
    /// Of the status that an SDK's or an upstream's error said.
    pub(super) foreign_status: bool,
    /// What it is itself.
    pub(super) itself: Itself,
    /// Of the answer of a watched call.
    pub(super) answer: Option<Answer>,
    /// Of the answer of a call that was made because another one had failed.
    pub(super) instead: bool,
    /// Written while a failure was handled. JSON: whether it tells of a failure in a part of it.
    pub(super) of_clause: bool,
}

/// A value that is the answer of a watched call, or is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) call: CallId,
    pub(super) of: Of,
}

/// How much of an answer a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// All of it.
    Whole,
    /// What another server or function said, without what tells whether it worked.
    Content,
    /// Something in it.
    Field,
}

impl Taint {
    pub(super) fn and(self, other: Taint) -> Taint {
        Taint {
            tells: self.tells || other.tells,
            event: self.event || other.event,
            root: false,
            sent: self.sent.or(other.sent),
            of_response: self.of_response || other.of_response,
            foreign_status: self.foreign_status || other.foreign_status,
            answer: self.answer.or(other.answer),
            instead: self.instead || other.instead,
            of_clause: self.of_clause || other.of_clause,
            itself: Itself::Nothing,
        }
    }

    /// Of what stands under this key.
    pub(super) fn within(self, key: Option<&str>) -> Taint {
        let sent = match key {
            Some(key) if self.root => super::watching::sent_in(key),
            _ => self.sent,
        };
        Taint { root: false, sent, ..self }
    }
}

/// What is known of a value that is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Any,
    Text,
    Number,
    Bool,
    Bytes,
    /// What gives bytes where it is read.
    Stream,
    Dict,
    List,
}

/// A value that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) sort: Sort,
    pub(super) taint: Taint,
    /// Whether it is true in an `if`, where a branch has settled that.
    pub(super) truthy: Option<bool>,
}

impl Unknown {
    pub(super) const ANY: Unknown = Unknown {
        sort: Sort::Any,
        taint: Taint {
            tells: false,
            event: false,
            root: false,
            sent: None,
            of_response: false,
            foreign_status: false,
            itself: Itself::Nothing,
            answer: None,
            instead: false,
            of_clause: false,
        },
        truthy: None,
    };
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'p> {
    Unknown(Unknown),
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<Text<'p>>),
    Bytes,
    /// A set, with its members where they are known and nobody can change them.
    Set(Option<Rc<Vec<Value<'p>>>>),
    Tuple(Rc<Vec<Value<'p>>>),
    List(Id),
    Dict(Id),
    Instance(Id),
    Function(Rc<Function<'p>>),
    /// A function and what it is bound to.
    Method(Rc<Method<'p>>),
    /// `super()` in a method: what it is bound to, and the class above which it looks.
    Super(Rc<(Value<'p>, Rc<Class<'p>>)>),
    Class(Rc<Class<'p>>),
    Module(usize),
    Exception(Rc<Exception<'p>>),
    /// Something that an import names and nobody read, or a built-in: its dotted path.
    External(Rc<External>),
    /// A coroutine function that was called: it runs where it is awaited.
    Coroutine(Call<'p>),
    /// A `@contextmanager` function that was called: it runs in a `with`.
    ContextManager(Call<'p>),
    /// `contextlib.suppress(…)`
    Suppress(Rc<Vec<Value<'p>>>),
    /// A web application, or a group of its routes: the number in the interpreter's list.
    App(usize),
    /// A web framework's response object.
    Reply(Rc<Reply<'p>>),
}

/// Text: known, or known to say something as JSON, or not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text<'p> {
    /// All of it; the program's own text is not copied.
    pub(super) known: Option<Cow<'p, str>>,
    /// The known beginning, where not all is known.
    pub(super) begins: String,
    pub(super) content: Option<Shape>,
    pub(super) taint: Taint,
}

/// Something outside what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct External {
    /// `boto3.client`, `builtins.int`; `()` stands for the result of a call: `boto3.client().put_item`.
    pub(super) path: String,
    /// The service of a boto3 client or resource, and the like.
    pub(super) service: Option<String>,
}

/// A function, a method or a lambda.
#[derive(Debug)]
pub(super) struct Function<'p> {
    pub(super) name: &'p str,
    pub(super) module: usize,
    pub(super) parameters: Option<&'p Parameters>,
    pub(super) body: Body<'p>,
    pub(super) place: Place,
    pub(super) defaults: Scope<'p>,
    /// The variables around it, as they were when it was defined.
    pub(super) captured: Option<Rc<Scope<'p>>>,
    pub(super) is_async: bool,
    pub(super) role: Role,
    /// Whether it yields.
    pub(super) yields: bool,
    /// Whether a decorator that nobody read stands around it: that may give it more than its callers do.
    pub(super) wrapped: bool,
}

/// A function bound to an instance or a class.
#[derive(Debug)]
pub(super) struct Method<'p> {
    pub(super) receiver: Value<'p>,
    pub(super) function: Rc<Function<'p>>,
    /// The class that defines it: where `super()` looks above.
    pub(super) owner: Rc<Class<'p>>,
}

/// What a decorator made of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Static,
    OfClass,
    Property,
    ContextManager,
}

/// The body of a function.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'p> {
    Statements(&'p [Stmt]),
    Expression(&'p Expr),
}

/// A class.
#[derive(Debug)]
pub(super) struct Class<'p> {
    pub(super) name: &'p str,
    pub(super) bases: Vec<Value<'p>>,
    pub(super) members: Scope<'p>,
    /// Fields in order, with their defaults: of a `@dataclass`.
    pub(super) fields: Option<Vec<(&'p str, Option<Value<'p>>)>>,
    pub(super) definition: &'p StmtClassDef,
}

/// An exception.
#[derive(Clone, Debug)]
pub(super) struct Exception<'p> {
    pub(super) class: ExceptionClass<'p>,
    /// Its message: `str(e)`.
    pub(super) message: Value<'p>,
    /// The instance, if its class is the project's.
    pub(super) instance: Option<Id>,
    pub(super) place: Place,
    pub(super) what: Failed,
    /// Who has heard of it from clauses that caught it and raised it again.
    pub(super) logged: Logged,
}

/// A response in a web framework's words.
#[derive(Debug)]
pub(super) struct Reply<'p> {
    pub(super) status: Value<'p>,
    pub(super) body: Value<'p>,
    /// Where it was made.
    pub(super) made: Place,
}

/// What is known of an exception's class.
#[derive(Clone, Debug)]
pub(super) enum ExceptionClass<'p> {
    /// A class of the project's.
    Project(Rc<Class<'p>>),
    /// A built-in or imported one: `builtins.ValueError`, `botocore.exceptions.ClientError`.
    Named(String),
    /// One of these built-in ones.
    OneOf(&'static [&'static str]),
    /// Any.
    Any,
}

/// What a call is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments<'p> {
    pub(super) positional: Vec<Value<'p>>,
    pub(super) named: Vec<(Cow<'p, str>, Value<'p>)>,
    /// Whether there may be more: `*args`, `**kwargs`.
    pub(super) open: bool,
}

impl<'p> Arguments<'p> {
    pub(super) fn with_capacity(positional: usize, named: usize) -> Arguments<'p> {
        Arguments {
            // One place more: a method puts its own object before the rest.
            positional: Vec::with_capacity(positional + 1),
            named: Vec::with_capacity(named),
            open: false,
        }
    }

    /// The argument by its place or its name.
    pub(super) fn get(&self, at: usize, name: &str) -> Option<&Value<'p>> {
        self.positional.get(at).or_else(|| self.named(name))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Value<'p>> {
        self.named.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value<'p>> {
        self.positional.iter().chain(self.named.iter().map(|(_, value)| value))
    }
}

/// Equal as far as two paths that meet are the same.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Unknown(a), Value::Unknown(b)) => a == b,
            (Value::None, Value::None) | (Value::Bytes, Value::Bytes) => true,
            (Value::Set(a), Value::Set(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Text(a), Value::Text(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::List(a), Value::List(b))
            | (Value::Dict(a), Value::Dict(b))
            | (Value::Instance(a), Value::Instance(b)) => a == b,
            (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b),
            (Value::Method(a), Value::Method(b)) => {
                Rc::ptr_eq(a, b) || (a.receiver == b.receiver && Rc::ptr_eq(&a.function, &b.function))
            }
            (Value::Super(a), Value::Super(b)) => Rc::ptr_eq(a, b) || (a.0 == b.0 && Rc::ptr_eq(&a.1, &b.1)),
            (Value::Reply(a), Value::Reply(b)) => Rc::ptr_eq(a, b) || a.made == b.made,
            (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
            (Value::Module(a), Value::Module(b)) | (Value::App(a), Value::App(b)) => a == b,
            (Value::Exception(a), Value::Exception(b)) => Rc::ptr_eq(a, b) || a.place == b.place,
            (Value::External(a), Value::External(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::Coroutine(a), Value::Coroutine(b))
            | (Value::ContextManager(a), Value::ContextManager(b)) => Rc::ptr_eq(a, b),
            (Value::Suppress(a), Value::Suppress(b)) => a == b,
            _ => false,
        }
    }
}

impl<'p> Value<'p> {
    pub(super) fn any() -> Value<'p> {
        Value::Unknown(Unknown::ANY)
    }

    pub(super) fn unknown(sort: Sort, taint: Taint) -> Value<'p> {
        Value::Unknown(Unknown { sort, taint, ..Unknown::ANY })
    }

    pub(super) fn text(text: impl Into<Cow<'p, str>>) -> Value<'p> {
        Value::Text(Rc::new(Text {
            known: Some(text.into()),
            begins: String::new(),
            content: None,
            taint: Taint::default(),
        }))
    }

    /// Text of which only the beginning is known.
    pub(super) fn some_text(begins: impl Into<String>, taint: Taint) -> Value<'p> {
        Value::Text(Rc::new(Text { known: None, begins: begins.into(), content: None, taint }))
    }

    pub(super) fn external(path: impl Into<String>) -> Value<'p> {
        Value::External(Rc::new(External { path: path.into(), service: None }))
    }

    /// The text, where all of it is known.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => text.known.as_deref(),
            _ => None,
        }
    }

    /// The same, as the key of an entry: a tuple of texts is one too.
    pub(super) fn as_key(&self) -> Option<Cow<'p, str>> {
        match self {
            Value::Text(text) => text.known.clone().filter(|text| !text.contains(BETWEEN)),
            Value::Tuple(items) if items.len() > 1 => {
                let text = |item: &'_ Value<'p>| {
                    item.as_text().filter(|text| !text.contains(BETWEEN)).map(str::to_string)
                };
                let texts: Option<Vec<String>> = items.iter().map(text).collect();
                Some(texts?.join(&BETWEEN.to_string()).into())
            }
            _ => None,
        }
    }

    /// The value that is this key of an entry.
    pub(super) fn of_key(key: &Cow<'p, str>) -> Value<'p> {
        match key.contains(BETWEEN) {
            true => {
                Value::Tuple(Rc::new(key.split(BETWEEN).map(|text| Value::text(text.to_string())).collect()))
            }
            false => Value::text(key.clone()),
        }
    }

    /// `str(value)`, where it is known.
    pub(super) fn shown(&self) -> Option<String> {
        Some(match self {
            Value::Text(text) => text.known.as_deref()?.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Bool(true) => "True".to_string(),
            Value::Bool(false) => "False".to_string(),
            Value::None => "None".to_string(),
            Value::Exception(exception) => exception.message.shown()?,
            _ => return None,
        })
    }

    /// The path of something outside.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Value::External(external) => Some(&external.path),
            _ => None,
        }
    }

    /// What it was made of: the taint of what is made of it.
    pub(super) fn taint(&self) -> Taint {
        // Tuples may share their items at every level: so many are looked at, and no more.
        let mut left = 1_000;
        self.taint_within(&mut left)
    }

    fn taint_within(&self, left: &mut u32) -> Taint {
        if *left == 0 {
            return Taint::default();
        }
        *left -= 1;
        match self {
            Value::Unknown(unknown) => Taint { itself: Itself::Nothing, ..unknown.taint },
            Value::Text(text) => Taint { itself: Itself::Nothing, ..text.taint },
            Value::Exception(_) => Taint { tells: true, ..Taint::default() },
            Value::Tuple(items) => {
                items.iter().fold(Taint::default(), |taint, item| taint.and(item.taint_within(left)))
            }
            _ => Taint::default(),
        }
    }

    /// The same value, where somebody asks of what type it is: in the branches that is known better than here.
    pub(super) fn of_any_sort(self) -> Value<'p> {
        match self {
            Value::Unknown(unknown) => Value::Unknown(Unknown { sort: Sort::Any, ..unknown }),
            value => value,
        }
    }

    /// The answer of a watched call.
    pub(super) fn answer_of(call: CallId, instead: bool) -> Value<'p> {
        let answer = Some(Answer { call, of: Of::Whole });
        Value::unknown(Sort::Any, Taint { answer, instead, ..Taint::default() })
    }

    /// What it is itself.
    pub(super) fn itself(&self) -> Itself {
        match self {
            Value::Unknown(unknown) => unknown.taint.itself,
            Value::Text(text) => text.taint.itself,
            _ => Itself::Nothing,
        }
    }

    /// The same value, which nobody need look at any more.
    pub(super) fn of_nothing(self) -> Value<'p> {
        match self {
            Value::Unknown(unknown) => Value::Unknown(Unknown {
                taint: Taint { itself: Itself::Nothing, ..unknown.taint },
                ..unknown
            }),
            value => value,
        }
    }
}
