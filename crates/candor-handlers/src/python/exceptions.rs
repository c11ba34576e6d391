//! Which `except` catches what.

use super::value::{Exception, ExceptionClass, Value};

/// Whether a clause catches an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Catch {
    Yes,
    No,
    /// It depends on what is not known.
    Maybe,
}

/// Built-in exceptions and the class above each (the Python library reference, "Exception hierarchy").
const PARENTS: &[(&str, &str)] = &[
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("FloatingPointError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("Warning", "Exception"),
    ("UserWarning", "Warning"),
    ("ExceptionGroup", "Exception"),
];

/// What every exception is below that `requests` raises (Requests documentation, "Errors and Exceptions").
pub(super) const OF_REQUESTS: &str = "requests.exceptions.RequestException";

/// Exceptions of libraries and the built-in class above each.
const LIBRARY_PARENTS: &[(&str, &str)] = &[
    ("json.JSONDecodeError", "ValueError"),
    ("json.decoder.JSONDecodeError", "ValueError"),
    ("binascii.Error", "ValueError"),
    ("decimal.InvalidOperation", "ArithmeticError"),
    ("decimal.DecimalException", "ArithmeticError"),
    ("urllib.error.URLError", "OSError"),
    ("urllib.error.HTTPError", "OSError"),
    ("socket.timeout", "OSError"),
    ("socket.gaierror", "OSError"),
    ("requests.exceptions.JSONDecodeError", "ValueError"),
    (OF_REQUESTS, "OSError"),
    ("subprocess.CalledProcessError", "Exception"),
    ("asyncio.TimeoutError", "TimeoutError"),
    ("concurrent.futures.TimeoutError", "TimeoutError"),
];

/// Whether a name is a built-in exception's.
pub(super) fn is_builtin(name: &str) -> bool {
    named(name).is_some()
}

/// The name of a built-in exception, of a path or of an alias.
pub(super) fn builtin(path: &str) -> Option<&'static str> {
    named(path.strip_prefix("builtins.")?)
}

fn named(name: &str) -> Option<&'static str> {
    let name = match name {
        "IOError" | "EnvironmentError" => "OSError",
        name => name,
    };
    if name == "BaseException" {
        return Some("BaseException");
    }
    PARENTS.iter().find(|(class, _)| *class == name).map(|(class, _)| *class)
}

/// A built-in class and those above it.
fn above(name: &'static str) -> impl Iterator<Item = &'static str> {
    std::iter::successors(Some(name), |name| {
        PARENTS.iter().find(|(class, _)| class == name).map(|(_, up)| *up)
    })
}

/// The built-in class that an exception of a library is known to stand below.
fn library_parent(path: &str) -> Option<&'static str> {
    LIBRARY_PARENTS.iter().find(|(class, _)| *class == path).map(|(_, up)| *up)
}

/// Whether a clause is as good as a bare `except`.
pub(super) fn is_broad(clause: Option<&Value<'_>>) -> bool {
    match clause {
        None => true,
        Some(Value::Tuple(items)) => items.iter().any(|item| is_broad(Some(item))),
        Some(value) => matches!(value.path(), Some("builtins.Exception" | "builtins.BaseException")),
    }
}

/// Whether a clause names the class of everything that can go wrong outside: an SDK's, a driver's base class. Particular classes
/// (`ConditionalCheckFailedException`, `NoSuchKey`) are answers, not failures.
pub(super) fn names_outside_failures(clause: &Value<'_>) -> bool {
    const BASES: [&str; 22] = [
        "ClientError",
        "BotoCoreError",
        "Boto3Error",
        "EndpointConnectionError",
        "RequestException",
        "HTTPError",
        "RequestError",
        "ConnectionError",
        "ConnectTimeout",
        "ReadTimeout",
        "Timeout",
        "TimeoutError",
        "URLError",
        "OSError",
        "IOError",
        "SQLAlchemyError",
        "DatabaseError",
        "OperationalError",
        "Error",
        "MySQLError",
        "RedisError",
        "PyMongoError",
    ];
    match clause {
        Value::Tuple(items) => items.iter().any(names_outside_failures),
        value => value.path().is_some_and(|path| {
            let name = path.rsplit('.').next().unwrap_or_default();
            BASES.contains(&name)
        }),
    }
}

/// Whether a clause (`None`: bare) catches an exception.
pub(super) fn catches(clause: Option<&Value<'_>>, exception: &Exception<'_>) -> Catch {
    let Some(clause) = clause else { return Catch::Yes };
    match clause {
        Value::Tuple(items) => {
            let all: Vec<Catch> = items.iter().map(|item| catches(Some(item), exception)).collect();
            match all.contains(&Catch::Yes) {
                true => Catch::Yes,
                false if all.contains(&Catch::Maybe) => Catch::Maybe,
                false => Catch::No,
            }
        }
        Value::Class(class) => match &exception.class {
            ExceptionClass::Project(raised) => {
                below(&Value::Class(raised.clone()), &Value::Class(class.clone()))
            }
            ExceptionClass::Named(path) if builtin(path).is_some() => Catch::No,
            ExceptionClass::Named(_) | ExceptionClass::Any => Catch::Maybe,
            ExceptionClass::OneOf(_) => Catch::No,
        },
        Value::External(external) => match &exception.class {
            ExceptionClass::Project(raised) => below(&Value::Class(raised.clone()), clause),
            ExceptionClass::Named(path) => below(&Value::external(path.clone()), clause),
            ExceptionClass::OneOf(kinds) => match builtin(&external.path) {
                Some(name) => {
                    let stands_below = |kind: &&&'static str| {
                        above(kind).any(|up| up == name) || named(kind).is_none() && is_broad(Some(clause))
                    };
                    let caught = kinds.iter().filter(stands_below).count();
                    match caught {
                        0 => Catch::No,
                        n if n == kinds.len() => Catch::Yes,
                        _ => Catch::Maybe,
                    }
                }
                // `except JSONDecodeError` around a conversion that raises ValueError.
                None if library_parent(&external.path).is_some_and(|up| kinds.contains(&up)) => Catch::Maybe,
                // Errors of its own that a package has stand in the list by the package's name.
                None if kinds.contains(&external.path.split('.').next().unwrap_or_default()) => Catch::Maybe,
                None => Catch::No,
            },
            ExceptionClass::Any if is_broad(Some(clause)) => Catch::Yes,
            ExceptionClass::Any => Catch::Maybe,
        },
        _ => Catch::Maybe,
    }
}

/// Whether two names are of one class that a package has in two places: `requests.RequestException`.
fn is_same_class(class: &Value<'_>, sought: &Value<'_>) -> bool {
    let (Some(class), Some(sought)) = (class.path(), sought.path()) else { return false };
    let short = |path: &str| path.replace(".exceptions.", ".");
    short(class) == short(sought)
}

/// Whether one class stands below another.
fn below(class: &Value<'_>, sought: &Value<'_>) -> Catch {
    if class == sought || is_same_class(class, sought) {
        return Catch::Yes;
    }
    match class {
        Value::Class(class) => {
            let mut known = true;
            for base in &class.bases {
                match below(base, sought) {
                    Catch::Yes => return Catch::Yes,
                    Catch::Maybe => known = false,
                    Catch::No => {}
                }
            }
            // Whatever is raised is at least an exception.
            if known && is_broad(Some(sought)) {
                return Catch::Yes;
            }
            if known { Catch::No } else { Catch::Maybe }
        }
        Value::External(external) => {
            let wanted = sought.path().and_then(builtin);
            let known = builtin(&external.path).or_else(|| library_parent(&external.path));
            match (known, wanted) {
                (Some(name), Some(wanted)) if above(name).any(|up| up == wanted) => Catch::Yes,
                (Some(_), Some(_)) => Catch::No,
                (None, Some("Exception" | "BaseException")) => Catch::Yes,
                // A built-in class stands below no other library's.
                (Some(_), None) if builtin(&external.path).is_some() => Catch::No,
                _ => Catch::Maybe,
            }
        }
        _ => Catch::Maybe,
    }
}

/// Whether an attribute of an exception is the status that another server answered.
pub(super) fn says_status(class: &ExceptionClass<'_>, attribute: &str) -> bool {
    const CLIENTS: [&str; 8] = [
        "urllib",
        "aiohttp",
        "openai",
        "anthropic",
        "elasticsearch",
        "opensearchpy",
        "googleapiclient",
        "stripe",
    ];
    let names = ["status_code", "code", "status", "http_status"];
    match class {
        ExceptionClass::Named(path) => {
            names.contains(&attribute)
                && path.split('.').next().is_some_and(|package| CLIENTS.contains(&package))
        }
        ExceptionClass::Project(_) | ExceptionClass::OneOf(_) | ExceptionClass::Any => false,
    }
}

/// Methods that exceptions have: all of them, those of `urllib`, and those that web frameworks give theirs.
pub(super) const METHODS: [&str; 14] = [
    "with_traceback",
    "add_note",
    "split",
    "subgroup",
    "read",
    "close",
    "info",
    "getcode",
    "geturl",
    "json",
    "errors",
    "to_dict",
    "get_response",
    "format_message",
];

/// Whether an exception may have an attribute. Those that Python's own operations raise have what the library reference says, and
/// no `response`; nobody knows what others have.
pub(super) fn may_have(exception: &Exception<'_>, name: &str) -> bool {
    const OWN: [(&str, &[&str]); 7] = [
        // `json` raises a class of its own below ValueError, and so do codecs.
        (
            "ValueError",
            &["msg", "doc", "pos", "lineno", "colno", "encoding", "object", "start", "end", "reason"],
        ),
        ("OSError", &["errno", "strerror", "filename", "filename2", "winerror", "characters_written"]),
        ("ImportError", &["name", "path", "msg"]),
        ("NameError", &["name"]),
        ("AttributeError", &["name", "obj"]),
        ("StopIteration", &["value"]),
        ("UnboundLocalError", &["name"]),
    ];
    let ExceptionClass::OneOf(kinds) = &exception.class else { return true };
    if kinds.iter().any(|kind| named(kind).is_none()) {
        return true;
    }
    ["args", "with_traceback", "add_note"].contains(&name)
        || name.starts_with("__")
        || OWN.iter().any(|(kind, names)| kinds.contains(kind) && names.contains(&name))
        // A class below OSError may be anybody's: `urllib.error.HTTPError`.
        || kinds.contains(&"OSError")
}

/// Whether a class is an exception's.
pub(super) fn is_exception_class(class: &Value<'_>) -> bool {
    match class {
        Value::Class(class) => class.bases.iter().any(is_exception_class),
        Value::External(external) => {
            builtin(&external.path).is_some()
                || external.path.rsplit('.').next().is_some_and(|name| {
                    name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning")
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Failed, Logged, Place};

    #[track_caller]
    fn check(class: ExceptionClass<'_>, clause: &str, expected: Catch) {
        let place = Place { module: 0, start: 0, end: 0 };
        let exception = Exception {
            class,
            message: Value::None,
            instance: None,
            place,
            what: Failed::Raise,
            logged: Logged::Nowhere,
        };
        assert_eq!(catches(Some(&Value::external(clause)), &exception), expected);
    }

    #[test]
    fn clauses_catch_what_stands_below() {
        let named = |path: &str| ExceptionClass::Named(path.to_string());
        check(named("builtins.KeyError"), "builtins.LookupError", Catch::Yes);
        check(named("builtins.KeyError"), "builtins.ValueError", Catch::No);
        check(named("builtins.SystemExit"), "builtins.Exception", Catch::No);
        check(named("json.JSONDecodeError"), "builtins.ValueError", Catch::Yes);
        check(named("botocore.exceptions.ClientError"), "builtins.Exception", Catch::Yes);
        check(named("botocore.exceptions.ClientError"), "builtins.KeyError", Catch::Maybe);
        check(ExceptionClass::OneOf(&["KeyError", "TypeError"]), "builtins.KeyError", Catch::Maybe);
        check(ExceptionClass::OneOf(&["KeyError", "IndexError"]), "builtins.LookupError", Catch::Yes);
        check(ExceptionClass::OneOf(&["ValueError"]), "json.JSONDecodeError", Catch::Maybe);
        check(ExceptionClass::OneOf(&["KeyError"]), "botocore.exceptions.ClientError", Catch::No);
        let of_package = || ExceptionClass::OneOf(&["yaml"]);
        check(of_package(), "yaml.YAMLError", Catch::Maybe);
        check(of_package(), "json.JSONDecodeError", Catch::No);
        check(of_package(), "builtins.ValueError", Catch::No);
        check(of_package(), "builtins.Exception", Catch::Yes);
        check(ExceptionClass::Any, "botocore.exceptions.ClientError", Catch::Maybe);
    }
}
