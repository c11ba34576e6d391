//! What stands outside the project: which calls do something outside, which only compute, which log; and whose answers tell of
//! failures.

use std::rc::Rc;

use smallvec::smallvec;

use super::exceptions;
use super::fallbacks::reads;
use super::interpreter::{Forks, Interpreter};
use super::reads::answer_of;
use super::state::{State, taints};
use super::value::{Arguments, ExceptionClass, External, Sort, Taint, Unknown, Value};
use super::watching::Watched;
use crate::facts::{Failed, Logged, Place, Watch};

/// Built-in functions and types that the interpreter knows by name.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "dict",
    "enumerate",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "exec",
    "eval",
    "exit",
    "quit",
    "staticmethod",
    "classmethod",
    "property",
    "input",
    "dir",
    "bytearray",
    "divmod",
    "pow",
    "globals",
    "locals",
    "__import__",
    "delattr",
    "slice",
    "complex",
    "memoryview",
    "bin",
    "hex",
    "oct",
    "ascii",
    "compile",
    "breakpoint",
    "NotImplemented",
    "Ellipsis",
];

/// Whether a name is a built-in function or type.
pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

/// Modules of the standard library whose functions compute: nothing outside is touched.
const PURE: &[&str] = &[
    "abc",
    "ast",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "inspect",
    "io",
    "itertools",
    "json",
    "math",
    "mimetypes",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pprint",
    "random",
    "re",
    "secrets",
    "statistics",
    "string",
    "struct",
    "sys",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zlib",
    "zoneinfo",
    "platform",
    "getpass",
    "locale",
    "gettext",
    "colorsys",
];

/// Packages that only compute.
const PURE_PACKAGES: &[&str] = &[
    "dateutil",
    "pytz",
    "simplejson",
    "orjson",
    "ujson",
    "typing_extensions",
    "pydantic",
    "marshmallow",
    "jsonschema",
    "cerberus",
    "attr",
    "attrs",
    "botocore",
    "aws_xray_sdk",
    "aws_lambda_powertools",
    "aws_embedded_metrics",
    "jwt",
    "jose",
    "cryptography",
    "yaml",
    "numpy",
    "pandas",
    "PIL",
    "markupsafe",
    "jinja2",
    "ulid",
    "shortuuid",
    "nanoid",
    "dotenv",
];

/// Those among them whose errors are classes of their own: a token that is none is no ValueError.
const OWN_ERRORS: &[&str] = &["jwt", "jose"];

/// Others of which what they look at may be wrong: their own errors, by the package, and those of Python that they stand below or
/// come with (their documentation).
const FAILS_WITH: &[(&str, &[&str])] = &[
    ("aws_lambda_powertools.utilities.validation", &["aws_lambda_powertools"]),
    ("aws_lambda_powertools.utilities.parser", &["aws_lambda_powertools", "pydantic", "ValueError"]),
    ("jsonschema", &["jsonschema"]),
    ("cerberus", &["cerberus"]),
    ("marshmallow", &["marshmallow"]),
    ("pydantic", PYDANTIC),
    ("yaml", &["yaml", "ValueError", "AttributeError"]),
    ("cryptography", &["cryptography", "ValueError", "TypeError"]),
    ("PIL", &["PIL", "OSError", "ValueError", "TypeError"]),
];

/// With what a model refuses its fields (Pydantic documentation, "Error Handling").
pub(super) const PYDANTIC: &[&str] = &["ValueError", "pydantic", "pydantic_core", "aws_lambda_powertools"];

/// Packages that talk to something outside.
const OUTSIDE: &[&str] = &[
    "boto3",
    "aioboto3",
    "aiobotocore",
    "requests",
    "httpx",
    "urllib3",
    "aiohttp",
    "socket",
    "ssl",
    "smtplib",
    "ftplib",
    "imaplib",
    "paramiko",
    "psycopg2",
    "psycopg",
    "asyncpg",
    "pymysql",
    "MySQLdb",
    "mysql",
    "sqlite3",
    "sqlalchemy",
    "redis",
    "valkey",
    "pymongo",
    "motor",
    "elasticsearch",
    "opensearchpy",
    "pynamodb",
    "dynamorm",
    "peewee",
    "stripe",
    "twilio",
    "sendgrid",
    "slack_sdk",
    "openai",
    "anthropic",
    "subprocess",
    "shutil",
    "tempfile",
    "pyodbc",
    "cx_Oracle",
    "oracledb",
    "snowflake",
    "kafka",
    "confluent_kafka",
    "pika",
    "paho",
    "gspread",
    "googleapiclient",
    "github",
    "telegram",
    "tweepy",
    "s3fs",
    "fsspec",
    "grpc",
    "zeep",
    "neo4j",
    "pg8000",
    "aurora_data_api",
    "pydataapi",
    "telebot",
    "linebot",
    "langchain",
    "s3transfer",
    "awswrangler",
    "pinecone",
    "weaviate",
    "algoliasearch",
    "firebase_admin",
    "hvac",
    "ldap3",
];

/// Packages that answer requests, or stand around a handler.
const FRAMEWORKS: &[&str] = &[
    "fastapi",
    "starlette",
    "mangum",
    "flask",
    "werkzeug",
    "awsgi",
    "serverless_wsgi",
    "chalice",
    "connexion",
    "django",
];

/// Whether this is the name of a library that everybody knows: a package so called is none of the project's.
pub fn is_library(package: &str) -> bool {
    [PURE_PACKAGES, OUTSIDE, TELLING_PACKAGES, FRAMEWORKS].iter().any(|known| known.contains(&package))
}

/// Whether a function outside the project does nothing but compute, or log.
pub(super) fn computes(path: &str) -> bool {
    logging(path).is_some()
        || is_pure(package(path)) && !is_outside(path) && !is_of_a_file(path) && !path.starts_with("os.")
}

/// Whether a package only computes.
fn is_pure(package: &str) -> bool {
    PURE.contains(&package) || PURE_PACKAGES.contains(&package)
}

/// The top package of a path.
fn package(path: &str) -> &str {
    path.split(['.', '(']).next().unwrap_or(path)
}

/// Whether a path leads into a package that talks to something outside.
fn is_outside(path: &str) -> bool {
    // boto3's conditions and types are only written down.
    if path.starts_with("boto3.dynamodb.") {
        return false;
    }
    OUTSIDE.contains(&package(path))
        || [
            "urllib.request.urlopen",
            "urllib.request.urlretrieve",
            "http.client.",
            "os.remove",
            "os.rename",
            "os.system",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Whether a call signs something by itself: no request is made (boto3 guide, "Presigned URLs").
fn is_signed_here(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    package(path) == "boto3" && ["generate_presigned_url", "generate_presigned_post"].contains(&name)
}

/// Whether a call opens a file, or reads or writes it whole: it may not be there (Python documentation of `open` and `pathlib`).
fn is_of_a_file(path: &str) -> bool {
    const OF_A_PATH: [&str; 5] = ["open", "read_bytes", "read_text", "write_bytes", "write_text"];
    matches!(path, "builtins.open" | "io.open" | "codecs.open")
        || package(path) == "pathlib" && path.rsplit('.').next().is_some_and(|name| OF_A_PATH.contains(&name))
}

/// Whether a call makes an object (a client, a session, a table) in place of doing something.
pub(super) fn makes_an_object(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_uppercase())
        || [
            "client",
            "resource",
            "session",
            "get_paginator",
            "get_waiter",
            "batch_writer",
            "cursor",
            "from_url",
            "create_engine",
            "sessionmaker",
            "get_database",
            "getLogger",
            "get_logger",
            "bind",
            "getChild",
            "get_event_loop",
            "new_event_loop",
        ]
        .contains(&name)
}

/// The level at which a logging call speaks; `None` for what is no logging call.
fn logging(path: &str) -> Option<Logged> {
    let (object, name) = path.rsplit_once('.')?;
    let logger = object == "logging"
        || object.ends_with("getLogger()")
        || object.ends_with("get_logger()")
        || object.ends_with("Logger()")
        || object.ends_with("getLogger().root")
        || object == "loguru.logger"
        || object == "structlog"
        || object == "warnings"
        || object == "flask.current_app.logger";
    if !logger {
        return match path {
            "traceback.print_exc" | "builtins.print" => Some(Logged::WithoutLevel),
            "sentry_sdk.capture_exception" => Some(Logged::AsError),
            _ => None,
        };
    }
    match name {
        "error" | "exception" | "critical" | "fatal" => Some(Logged::AsError),
        "debug" | "info" | "warning" | "warn" | "log" => Some(Logged::WithoutLevel),
        _ => None,
    }
}

/// A batch of which some may have failed, as this field says.
const fn some(field: &'static str) -> Watch {
    Watch::Batch { field, all: false }
}

/// Calls of an SDK that answer well even where the work failed: service, operation, what to look at ("Response Elements" or "Response
/// Syntax" of the operation in its service's API reference).
const WATCHED: &[(&str, &str, Watch)] = &[
    ("events", "put_events", Watch::Batch { field: "FailedEntryCount", all: true }),
    ("dynamodb", "batch_write_item", Watch::Batch { field: "UnprocessedItems", all: true }),
    ("dynamodb", "batch_get_item", some("UnprocessedKeys")),
    ("sqs", "send_message_batch", some("Failed")),
    ("sqs", "delete_message_batch", some("Failed")),
    ("sqs", "send_messages", some("Failed")),
    ("sns", "publish_batch", some("Failed")),
    ("kinesis", "put_records", some("FailedRecordCount")),
    ("firehose", "put_record_batch", some("FailedPutCount")),
    ("s3", "delete_objects", some("Errors")),
    ("events", "put_partner_events", some("FailedEntryCount")),
    ("events", "put_targets", some("FailedEntryCount")),
    ("events", "remove_targets", some("FailedEntryCount")),
    // `Responses[].Error`
    ("dynamodb", "batch_execute_statement", some("Responses")),
    ("sqs", "change_message_visibility_batch", some("Failed")),
    // `Queue.delete_messages` of the resource.
    ("sqs", "delete_messages", some("Failed")),
    // `MessageResponse.Result[].DeliveryStatus`
    ("pinpoint", "send_messages", some("MessageResponse")),
    ("pinpoint", "send_users_messages", some("SendUsersMessageResponse")),
    ("ses", "send_bulk_templated_email", some("Status")),
    ("sesv2", "send_bulk_email", some("BulkEmailEntryResults")),
    ("comprehend", "batch_detect_dominant_language", some("ErrorList")),
    ("comprehend", "batch_detect_entities", some("ErrorList")),
    ("comprehend", "batch_detect_key_phrases", some("ErrorList")),
    ("comprehend", "batch_detect_sentiment", some("ErrorList")),
    ("comprehend", "batch_detect_syntax", some("ErrorList")),
    ("comprehend", "batch_detect_targeted_sentiment", some("ErrorList")),
    // One task is the usual use: without room for it there is none.
    ("ecs", "run_task", Watch::Batch { field: "failures", all: true }),
    ("ecs", "start_task", Watch::Batch { field: "failures", all: true }),
    ("ecr", "batch_delete_image", some("failures")),
    ("glue", "batch_create_partition", some("Errors")),
    ("glue", "batch_delete_partition", some("Errors")),
    ("glue", "batch_delete_table", some("Errors")),
    ("glue", "batch_stop_job_run", some("Errors")),
    ("glue", "batch_update_partition", some("Errors")),
    ("location", "batch_delete_geofence", some("Errors")),
    ("location", "batch_put_geofence", some("Errors")),
    ("location", "batch_update_device_position", some("Errors")),
    ("iotsitewise", "batch_put_asset_property_value", some("errorEntries")),
    ("securityhub", "batch_import_findings", some("FailedCount")),
    ("securityhub", "batch_update_findings", some("UnprocessedFindings")),
    ("workspaces", "create_workspaces", some("FailedRequests")),
    ("workspaces", "terminate_workspaces", some("FailedRequests")),
    ("kendra", "batch_delete_document", some("FailedDocuments")),
    ("kendra", "batch_put_document", some("FailedDocuments")),
    ("qbusiness", "batch_delete_document", some("failedDocuments")),
    ("qbusiness", "batch_put_document", some("failedDocuments")),
    ("cognito-identity", "delete_identities", some("UnprocessedIdentityIds")),
    ("stepfunctions", "start_sync_execution", Watch::Execution),
];

/// Calls of an SDK that tell somebody how the program is doing: service, operation.
const TELLING: &[(&str, &str)] = &[
    ("cloudwatch", "put_metric_data"),
    ("logs", "put_log_events"),
    ("logs", "create_log_group"),
    ("logs", "create_log_stream"),
    ("xray", "put_trace_segments"),
    ("xray", "put_telemetry_records"),
];

/// Packages that do nothing else.
const TELLING_PACKAGES: &[&str] = &[
    "datadog",
    "datadog_lambda",
    "ddtrace",
    "statsd",
    "prometheus_client",
    "opentelemetry",
    "newrelic",
    "sentry_sdk",
    "rollbar",
    "bugsnag",
    "honeycomb",
    "beeline",
    "thundra",
    "lumigo_tracer",
    "watchtower",
];

/// Whether a call only lets go of something: that it fails takes nothing from what was done before.
pub(super) fn releases(name: &str) -> bool {
    ["close", "aclose", "disconnect", "quit", "logout", "shutdown", "wait_closed", "release", "rollback"]
        .contains(&name)
}

/// Whether a call removes a file of the function's own scratch space. That it stays takes nothing from anybody: `/tmp` goes with the
/// execution environment (Lambda developer guide, "Configure ephemeral storage for Lambda functions").
fn clears_scratch(path: &str, arguments: &Arguments<'_>) -> bool {
    let removed = || match arguments.get(0, "path") {
        Some(Value::Text(text)) => text.known.as_deref().unwrap_or(&text.begins).starts_with(SCRATCH),
        _ => false,
    };
    ["os.remove", "shutil.rmtree"].contains(&path) && removed()
}

/// Where a function may write.
pub(super) const SCRATCH: &str = "/tmp/";

/// Whether a call outside only tells somebody how the program is doing.
fn tells_how_it_goes(external: &External, name: &str) -> bool {
    TELLING.iter().any(|(service, call)| external.service.as_deref() == Some(*service) && *call == name)
}

/// HTTP clients that do not raise for a status of 400 and above.
const HTTP_CLIENTS: &[&str] = &["requests", "httpx", "urllib3", "aiohttp"];
const HTTP_CALLS: &[&str] = &["get", "post", "put", "patch", "delete", "request", "head"];

/// Whether an HTTP client, or one call of it, is told what to do with statuses of 400 and above.
fn is_strict(arguments: &Arguments<'_>) -> bool {
    arguments.named.iter().any(|(name, value)| match &**name {
        "raise_for_status" | "hooks" | "event_hooks" => true,
        // `Retry(status_forcelist=…)` raises in the end; a number of attempts says nothing of statuses.
        "retries" | "transport" => !matches!(value, Value::Int(_) | Value::Bool(_) | Value::None),
        _ => false,
    })
}

/// Statuses that `http.HTTPStatus` names (RFC 9110 and the Python documentation of `http`).
const HTTP_STATUS: &[(&str, i64)] = &[
    ("OK", 200),
    ("CREATED", 201),
    ("ACCEPTED", 202),
    ("NO_CONTENT", 204),
    ("PARTIAL_CONTENT", 206),
    ("MULTI_STATUS", 207),
    ("MOVED_PERMANENTLY", 301),
    ("FOUND", 302),
    ("SEE_OTHER", 303),
    ("NOT_MODIFIED", 304),
    ("TEMPORARY_REDIRECT", 307),
    ("PERMANENT_REDIRECT", 308),
    ("BAD_REQUEST", 400),
    ("UNAUTHORIZED", 401),
    ("PAYMENT_REQUIRED", 402),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("NOT_ACCEPTABLE", 406),
    ("REQUEST_TIMEOUT", 408),
    ("CONFLICT", 409),
    ("GONE", 410),
    ("PRECONDITION_FAILED", 412),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
    ("IM_A_TEAPOT", 418),
    ("UNPROCESSABLE_ENTITY", 422),
    ("LOCKED", 423),
    ("TOO_MANY_REQUESTS", 429),
    ("INTERNAL_SERVER_ERROR", 500),
    ("NOT_IMPLEMENTED", 501),
    ("BAD_GATEWAY", 502),
    ("SERVICE_UNAVAILABLE", 503),
    ("GATEWAY_TIMEOUT", 504),
];

/// The number behind a name of a status.
pub(super) fn http_status(name: &str) -> Option<i64> {
    HTTP_STATUS.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
}

impl<'p> Interpreter<'p> {
    /// `external.name`
    pub(super) fn outside_attribute(
        &mut self,
        external: &Rc<External>,
        name: &'p str,
        state: State<'p>,
    ) -> Forks<'p> {
        // The name is the source's own text at this place; what it stands under is kept, so that its address stays its own.
        if let Some(module) = self.assigned_modules.get(&external.path)
            && let Some(value) = self.global(&state, *module, name)
        {
            return smallvec![(state, value)];
        }
        let key = (Rc::as_ptr(external), name.as_ptr());
        if let Some((_, known)) = self.attributes.get(&key) {
            return smallvec![(state, known.clone())];
        }
        let path = [&external.path, ".", name].concat();
        if let Some(module) = self.program.module(&path) {
            let state = self.run_module(module, state);
            return smallvec![(state, Value::Module(module))];
        }
        let of_status = external.path.ends_with("HTTPStatus")
            || external.path == "http.client"
            || external.path.ends_with("status_codes.codes");
        let value = if of_status && let Some(status) = http_status(name) {
            Value::Int(status)
        } else if let Some(status) = name.strip_prefix("HTTP_").and_then(|n| n.get(..3)?.parse().ok())
            && external.path.ends_with("status")
        {
            // fastapi.status.HTTP_404_NOT_FOUND
            Value::Int(status)
        } else {
            match path.as_str() {
                "os.environ" | "sys.argv" => Value::external(path),
                "math.nan" | "math.inf" => Value::Float(f64::NAN),
                _ => Value::External(Rc::new(External { path, service: external.service.clone() })),
            }
        };
        self.attributes.insert(key, (external.clone(), value.clone()));
        smallvec![(state, value)]
    }

    /// Calls something outside.
    pub(super) fn call_outside(
        &mut self,
        external: &Rc<External>,
        arguments: Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let path = external.path.as_str();
        if let Some(level) = logging(path) {
            self.note_log(&mut state, level);
            return smallvec![(state, Value::None)];
        }
        if let Some(name) = path.strip_prefix("super().") {
            // Something above the project's own classes: an exception remembers its message.
            if name == "__init__" {
                self.set_message(&mut state, &arguments);
            }
            return smallvec![(state, Value::any())];
        }
        if let Some(forks) = self.framework_call(path, &arguments, place, &state) {
            return forks;
        }
        state = match self.builtin_call(path, &arguments, place, state) {
            Ok(forks) => return forks,
            Err(state) => state,
        };
        let class = Value::External(external.clone());
        if exceptions::is_exception_class(&class) && !path.ends_with(')') {
            return smallvec![(state, self.outside_exception(path, &arguments, place))];
        }
        let taint = taints(arguments.all());
        if makes_an_object(path) {
            let service = match external.service.clone() {
                Some(service) => Some(service),
                None if path.ends_with(".client") || path.ends_with(".resource") => {
                    arguments.get(0, "service_name").and_then(Value::as_text).map(str::to_string)
                }
                None => None,
            };
            let made = External { path: format!("{path}()"), service };
            if HTTP_CLIENTS.contains(&package(path)) && is_strict(&arguments) {
                self.strict_clients.push(made.path.clone());
            }
            self.settles_all(&arguments, &state);
            return smallvec![(state, Value::External(Rc::new(made)))];
        }
        if is_signed_here(path) {
            self.may_raise(&state, ExceptionClass::Any, Failed::Value, place);
            let sort = if path.ends_with("_post") { Sort::Dict } else { Sort::Text };
            return smallvec![(state, Value::unknown(sort, taint))];
        }
        if is_outside(path) {
            return self.effect(external, &arguments, place, state);
        }
        if is_pure(package(path)) || path.starts_with("builtins.") || path.starts_with("boto3.dynamodb.") {
            self.settles_all(&arguments, &state);
            self.checks_sent(&arguments);
            let conversion =
                !path.starts_with("os.") && !path.starts_with("time.") && !arguments.positional.is_empty();
            if OWN_ERRORS.contains(&package(path)) {
                self.tokens.insert(place);
                self.may_raise(&state, ExceptionClass::Any, Failed::Value, place);
            } else if let Some((_, kinds)) = FAILS_WITH
                .iter()
                .find(|(package, _)| path.strip_prefix(package).is_some_and(|rest| rest.starts_with('.')))
            {
                self.may_fail(&state, kinds, place);
            } else if is_of_a_file(path) {
                self.may_fail(&state, &["OSError", "ValueError", "TypeError"], place);
            } else if conversion {
                self.may_fail(&state, &["ValueError", "TypeError", "KeyError", "AttributeError"], place);
            }
            return smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))];
        }
        // A dependency that was not read.
        if reads(path, &arguments) {
            self.reading.insert(place);
        }
        if TELLING_PACKAGES.contains(&package(path)) {
            self.telling.insert(place);
        }
        let what = if releases(external.path.rsplit('.').next().unwrap_or_default()) {
            Failed::Value
        } else {
            Failed::Unread
        };
        self.may_raise(&state, ExceptionClass::Any, what, place);
        state.outside += 1;
        state.heard = None;
        state.worked |= !self.telling.contains(&place);
        self.hand_over(&mut state, &arguments);
        smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))]
    }

    /// A call that does something outside: it may fail, in any way.
    fn effect(
        &mut self,
        external: &External,
        arguments: &Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let name = external.path.rsplit('.').next().unwrap_or_default();
        if reads(&external.path, arguments) {
            self.reading.insert(place);
            self.asks_store(external, arguments, &state);
        } else {
            self.keeps(external, arguments, place, &state);
        }
        if external.service.as_deref() == Some("s3") && ["head_object", "head_bucket"].contains(&name) {
            self.probing.insert(place);
        }
        if tells_how_it_goes(external, name) {
            self.telling.insert(place);
        }
        self.may_be_aside(external, arguments, place);
        let lets_go = releases(name) || clears_scratch(&external.path, arguments);
        let what = if lets_go { Failed::Value } else { Failed::Effect };
        let of_requests = package(&external.path) == "requests" && HTTP_CALLS.contains(&name);
        let class = match of_requests {
            true => ExceptionClass::Named(exceptions::OF_REQUESTS.to_string()),
            false => ExceptionClass::Any,
        };
        self.may_raise(&state, class, what, place);
        state.outside += 1;
        state.refused = None;
        if !self.telling.contains(&place) {
            state.heard = None;
        }
        let after_work = state.wrote;
        state.worked |= !self.telling.contains(&place);
        if !self.telling.contains(&place) && !self.reading.contains(&place) {
            state.changed = true;
            state.wrote |= matches!(self.asides.get(&place), None | Some(super::asides::Aside::Stores));
        }
        let instead = self.stands_in(arguments, place, &mut state);
        self.redoes(place, &mut state);
        for value in arguments.all() {
            // A whole answer that goes on is not followed; content that goes on has been looked at by nobody.
            let whole = |answer: &super::value::Answer| answer.of == super::value::Of::Whole;
            if self.answers_in(value, &state).iter().any(whole) {
                self.settles(value, &state);
            }
        }
        if name == "mount" {
            self.strict_clients.push(external.path.trim_end_matches(".mount").to_string());
        }
        if external.path == "tempfile.mkdtemp" && arguments.get(2, "dir").is_none() {
            return smallvec![(state, Value::some_text(SCRATCH, Taint::default()))];
        }
        let answer = self.watch_of(external, name, arguments).map(|watch| {
            let of = match external.service.as_deref() {
                Some(service) => service,
                None if external.path.starts_with("http.client.") => "http.client",
                None => package(&external.path),
            };
            let call = self.watch(&mut state, place, format!("{of}.{name}"), watch);
            self.watched[call as usize].after_work |= after_work;
            super::value::Answer { call, of: super::value::Of::Whole }
        });
        let (sort, itself) = answer_of(&external.path, external.service.as_deref());
        let taint = Taint { itself, instead, answer, ..Taint::default() };
        // There is always something in it: `ResponseMetadata`.
        let truthy = (sort == Sort::Dict).then_some(true);
        smallvec![(state, Value::Unknown(Unknown { sort, taint, truthy }))]
    }

    fn watch_of(&self, external: &External, name: &str, arguments: &Arguments<'p>) -> Option<Watched> {
        if external.path.starts_with("http.client.") && name == "getresponse" {
            return Some(Watched::Answer(Watch::Status));
        }
        if HTTP_CLIENTS.contains(&package(&external.path)) && HTTP_CALLS.contains(&name) {
            let client = external.path.rsplit_once('.').map_or("", |(client, _)| client);
            let strict = self.strict_clients.iter().any(|known| known == client) || is_strict(arguments);
            return (!strict && !arguments.open).then_some(Watched::Answer(Watch::Status));
        }
        let service = external.service.as_deref()?;
        if (service, name) == ("lambda", "invoke") {
            return match arguments.named("InvocationType").map(Value::as_text) {
                None if arguments.open => None,
                None | Some(Some("RequestResponse")) => Some(Watched::Answer(Watch::Function)),
                Some(Some("Event")) => Some(Watched::Elsewhere),
                // Which kind it is nobody knows, or it is a dry run.
                Some(_) => None,
            };
        }
        let watch = WATCHED.iter().find(|(of, call, _)| *of == service && *call == name);
        watch.map(|(.., watch)| Watched::Answer(*watch))
    }

    /// An exception of a library's, as a value.
    fn outside_exception(&mut self, path: &str, arguments: &Arguments<'p>, place: Place) -> Value<'p> {
        let message = match arguments.positional.as_slice() {
            [message] => message.clone(),
            [] if arguments.named.is_empty() && !arguments.open => Value::text(""),
            [_, second] if path.starts_with("aws_lambda_powertools") => second.clone(),
            _ => Value::unknown(Sort::Text, Taint::default()),
        };
        Value::Exception(Rc::new(super::value::Exception {
            class: ExceptionClass::Named(path.to_string()),
            message,
            instance: None,
            place,
            what: Failed::Raise,
            logged: Logged::Nowhere,
        }))
    }
}
