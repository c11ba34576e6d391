//! Which keys of the event a handler reads, and what it makes of the items that it asks a table for.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::Events;
use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Blob, Itself, Sort, Taint, Unknown, Value};
use super::watching::Step;
use crate::facts::{EventKey, Hollow, Place, Unsaid};
use crate::shape::{BYTES, Shape};

/// Calls of DynamoDB that answer with items.
const ASKS_FOR_ITEMS: &[&str] = &["get_item", "query", "scan", "put_item", "update_item", "delete_item"];

/// Everything that stands at the top of a proxy event: of a REST API's, of payload 1.0 and 2.0, of a function URL's, of a load
/// balancer's.
const OF_PROXY_EVENTS: &[&str] = &[
    "body",
    "cookies",
    "headers",
    "httpMethod",
    "isBase64Encoded",
    "multiValueHeaders",
    "multiValueQueryStringParameters",
    "path",
    "pathParameters",
    "queryStringParameters",
    "rawPath",
    "rawQueryString",
    "requestContext",
    "resource",
    "routeKey",
    "stageVariables",
    "version",
];

/// The call of MongoDB's drivers that answers with a document, or with `None` (PyMongo, `Collection.find_one`).
pub(super) const FINDS_ONE: &str = "find_one";

/// Members of answers that are bytes, or a stream of them: service, operation, member (the response syntax of each in boto3's
/// reference).
const BLOBS: &[(&str, &str, &str, Sort)] = &[
    ("s3", "get_object", "Body", Sort::Stream),
    // `Object.get` of the resource.
    ("s3", "get", "Body", Sort::Stream),
    ("lambda", "invoke", "Payload", Sort::Stream),
    ("bedrock-runtime", "invoke_model", "body", Sort::Stream),
    ("polly", "synthesize_speech", "AudioStream", Sort::Stream),
    ("sagemaker-runtime", "invoke_endpoint", "Body", Sort::Stream),
    ("runtime.sagemaker", "invoke_endpoint", "Body", Sort::Stream),
    ("iot-data", "get_thing_shadow", "payload", Sort::Stream),
    ("iot-data", "update_thing_shadow", "payload", Sort::Stream),
    ("appconfigdata", "get_latest_configuration", "Configuration", Sort::Stream),
    ("kms", "encrypt", "CiphertextBlob", Sort::Bytes),
    ("kms", "decrypt", "Plaintext", Sort::Bytes),
    ("kms", "sign", "Signature", Sort::Bytes),
];

/// What a call outside answers with, if that is certain: a client's operation a dictionary (boto3's reference, "Response Syntax"; what a
/// client does besides its service's operations answers with text, or nothing), `urlopen` a stream.
pub(super) fn answer_of(path: &str, service: Option<&str>) -> (Sort, Itself) {
    let (of, name) = path.rsplit_once('.').unwrap_or_default();
    if path == "urllib.request.urlopen" || path.starts_with("http.client.") && name == "getresponse" {
        return (Sort::Stream, Itself::Nothing);
    }
    let blob = BLOBS.iter().find(|(blob, call, ..)| service == Some(*blob) && name == *call);
    let itself = items_of(path, service);
    if matches!(itself, Itself::Found { .. }) {
        return (Sort::Dict, itself);
    }
    let own = ["generate_", "upload_", "download_"].iter().any(|word| name.starts_with(word))
        || ["copy", "close", "can_paginate"].contains(&name);
    let of_client = path.starts_with("boto3.") && of.ends_with("client()") && !own;
    if !of_client && blob.is_none() {
        return (Sort::Any, itself);
    }
    (Sort::Dict, Itself::Sdk(blob.map(|(.., member, sort)| Blob { member, sort: *sort })))
}

/// What a call to a database answers with.
pub(super) fn items_of(path: &str, service: Option<&str>) -> Itself {
    let name = path.rsplit('.').next().unwrap_or_default();
    if name == FINDS_ONE {
        return Itself::Item { resource: false, otherwise: Some(Hollow::Null) };
    }
    if service == Some("dynamodb") && ASKS_FOR_ITEMS.contains(&name) {
        Itself::Found { resource: path.starts_with("boto3.resource") }
    } else {
        Itself::Nothing
    }
}

impl<'p> Interpreter<'p> {
    /// Whether `object` is an event that has no such key, whatever the client sends: `Records`, `source`, `warmer` are other callers'.
    pub(super) fn has_no(&self, object: &Value<'p>, key: Option<&str>) -> bool {
        self.events == Events::Proxy
            && object.itself() == Itself::Event
            && key.is_some_and(|key| !OF_PROXY_EVENTS.contains(&key))
    }

    /// Whether a value is the body of what a gateway sends: text, or `None` (or nothing, of an HTTP API).
    pub(super) fn is_proxy_body(&self, object: &Value<'p>) -> bool {
        let Itself::Key(key) = object.itself() else { return false };
        self.events == Events::Proxy && self.event_keys.get(key as usize).is_some_and(|key| key.key == "body")
    }

    /// `event[key]`, which no gateway sends: this raises.
    pub(super) fn lacks(&mut self, key: Option<&str>, at: Place) {
        let Some(key) = key.filter(|_| self.lacking.is_none()) else { return };
        let key = key.to_string();
        self.lacking = Some(EventKey { key, at, needed: true, compared: false, asked: false });
    }

    /// Something is put into `object`, or may be: an event is then no longer what the gateway sent.
    pub(super) fn changes(&mut self, object: &Value<'p>) {
        if object.itself() == Itself::Event {
            self.events = Events::Any;
        }
    }

    /// `object[key]`, or `object.get(key)` where `lenient`: what the value under the key is.
    pub(super) fn identify(
        &mut self,
        object: &Value<'p>,
        key: Option<&str>,
        lenient: bool,
        at: Place,
    ) -> Itself {
        match (object.itself(), key) {
            (Itself::Event, Some("requestContext")) => Itself::Context,
            (Itself::Event, Some(key)) => Itself::Key(self.note_key(key.to_string(), at, !lenient)),
            (Itself::Context, Some(key)) => {
                Itself::Key(self.note_key(format!("requestContext.{key}"), at, !lenient))
            }
            (Itself::Key(of), Some(key)) => match &*self.event_keys[of as usize].key {
                of @ ("requestContext.http"
                | "pathParameters"
                | "requestContext.authorizer"
                | "requestContext.authorizer.claims"
                | "requestContext.authorizer.jwt"
                | "requestContext.authorizer.jwt.claims") => {
                    Itself::Key(self.note_key(format!("{of}.{key}"), at, !lenient))
                }
                _ => Itself::Nothing,
            },
            (Itself::Found { resource }, Some("Item")) => {
                Itself::Item { resource, otherwise: lenient.then_some(Hollow::Null) }
            }
            (Itself::Found { resource }, Some("Items" | "Attributes")) => {
                Itself::Item { resource, otherwise: None }
            }
            (Itself::Found { .. } | Itself::Sdk(_), Some("ResponseMetadata")) => Itself::Metadata,
            _ => Itself::Nothing,
        }
    }

    /// What sort of value stands under a key, where it is there.
    pub(super) fn sort_under(&self, object: &Value<'p>, key: Option<&str>) -> Sort {
        match (object.itself(), key) {
            (Itself::Found { .. }, Some("Item" | "Attributes")) => Sort::Dict,
            (Itself::Found { .. }, Some("Items")) => Sort::List,
            (Itself::Found { .. } | Itself::Sdk(_), Some("ResponseMetadata")) => Sort::Dict,
            (Itself::Metadata, Some("HTTPStatusCode")) => Sort::Number,
            (Itself::Sdk(Some(blob)), Some(key)) if key == blob.member => blob.sort,
            _ => Sort::Any,
        }
    }

    fn note_key(&mut self, key: String, at: Place, needed: bool) -> u32 {
        let known = self.event_keys.iter().position(|known| known.at == at && known.key == key);
        let index = known.unwrap_or_else(|| {
            self.event_keys.push(EventKey { key, at, needed, compared: false, asked: false });
            self.event_keys.len() - 1
        });
        index as u32
    }

    /// Somebody asks whether something is there.
    pub(super) fn asks(&mut self, value: &Value<'p>) {
        if let Itself::Key(key) = value.itself() {
            self.event_keys[key as usize].asked = true;
        }
    }

    /// Two values are compared.
    pub(super) fn compares(&mut self, left: &Value<'p>, right: &Value<'p>) {
        for (one, other) in [(left, right), (right, left)] {
            let Itself::Key(key) = one.itself() else { continue };
            let key = &mut self.event_keys[key as usize];
            match other {
                Value::None => key.asked = true,
                _ => key.compared = true,
            }
        }
    }

    /// `key in object`
    pub(super) fn asks_for(&mut self, key: &Value<'p>, object: &Value<'p>, at: Place) {
        let (Some(text), of) = (key.as_text(), object.itself()) else { return };
        match of {
            Itself::Event | Itself::Context => {
                if let Itself::Key(key) = self.identify(object, Some(text), true, at) {
                    self.event_keys[key as usize].asked = true;
                }
            }
            Itself::Found { .. } => self.asks_for_items = true,
            Itself::Key(_)
            | Itself::Two(..)
            | Itself::Asks(_)
            | Itself::Item { .. }
            | Itself::Sdk(_)
            | Itself::Metadata
            | Itself::Nothing => {}
        }
    }

    /// `json.dumps` of something that JSON cannot say, or that may hold a Decimal.
    pub(super) fn note_unsaid(&mut self, at: Place, what: &'static str, certain: bool) {
        let unsaid = Unsaid { at, what, certain };
        if !self.unsaid.contains(&unsaid) {
            self.unsaid.push(unsaid);
        }
    }

    /// Whether a value holds items of a table as boto3's resource has them, of which nobody seems to have thought.
    pub(super) fn holds_decimals(&mut self, state: &State<'p>, value: &Value<'p>) -> bool {
        let of_table = |value: &Value<'p>| matches!(value.itself(), Itself::Item { resource: true, .. });
        self.holds(state, value, &of_table) && !self.has_thought_of_decimals()
    }

    /// Whether a value is a Decimal, or holds one, and nobody makes anything else of Decimals: `json.dumps` raises ("json — JSON encoder
    /// and decoder", the table of what is encoded).
    pub(super) fn is_decimal(&mut self, state: &State<'p>, value: &Value<'p>) -> bool {
        let decimal = |value: &Value<'p>| value.path() == Some(DECIMAL);
        self.holds(state, value, &decimal) && !self.conversions().looks
    }

    /// Whether a value is such a one, or holds one that `json.dumps` would come to.
    fn holds(&self, state: &State<'p>, value: &Value<'p>, such: &dyn Fn(&Value<'p>) -> bool) -> bool {
        const MAX_DEPTH: u32 = 6;
        self.walk(value, state, MAX_DEPTH, |value| match value {
            value if such(value) => Step::Stop,
            Value::Instance(_) => Step::Past,
            _ => Step::In,
        })
    }

    /// Whether somebody has thought of Decimals: imports them, or a package that can write them, and converts something.
    fn has_thought_of_decimals(&mut self) -> bool {
        let program = self.program;
        let imports =
            |name: &str| program.modules.iter().any(|module| module.imports.iter().any(|i| i == name));
        let Conversions { looks, numbers } = self.conversions();
        imports("simplejson") || imports("boto3.dynamodb.types") || imports("decimal") && (looks || numbers)
    }

    /// What is converted anywhere in the program.
    fn conversions(&mut self) -> Conversions {
        let program = self.program;
        *self.conversions.get_or_insert_with(|| {
            let mut found = Conversions::default();
            program.modules.iter().for_each(|module| found.visit_body(&module.tree.body));
            found
        })
    }

    /// Something in the item that a name stands for is read or written: where there is none, that raises.
    pub(super) fn has_item(&self, expr: &'p Expr, state: &mut State<'p>) {
        let Expr::Name(name) = expr else { return };
        let name = name.id.as_str();
        if let Some(locals) = &mut state.locals
            && let Some(Value::Unknown(Unknown {
                taint: Taint { itself: Itself::Item { resource, otherwise: Some(_) }, .. },
                ..
            })) = locals.get(name)
        {
            let itself = Itself::Item { resource: *resource, otherwise: None };
            if let Some(Value::Unknown(unknown)) = Rc::make_mut(locals).get_mut(name) {
                unknown.taint.itself = itself;
            }
        }
    }

    /// What remains of an item in its JSON: nobody has looked whether it was found.
    pub(super) fn unfound(&self, value: &Value<'p>, state: &State<'p>) -> Itself {
        if let Some(of) = item_or_nothing(value) {
            return of;
        }
        let Value::Dict(id) = value else { return Itself::Nothing };
        let Some(Object::Dict(dict)) = self.object(state, *id) else { return Itself::Nothing };
        let constant =
            |value: &Value<'p>| value.as_text().is_some() || matches!(value, Value::Bool(_) | Value::Int(_));
        let mut others = dict.entries.iter().map(|(_, value, _)| value).filter(|value| !constant(value));
        match (others.next().and_then(item_or_nothing), others.next()) {
            (Some(Itself::Item { resource, .. }), None) if !dict.open => {
                Itself::Item { resource, otherwise: Some(Hollow::Within) }
            }
            _ => Itself::Nothing,
        }
    }

    /// Somebody asks for an item, but not by the name that it has: which of its values are looked at is not followed.
    pub(super) fn looks_for_item(&mut self, expr: &Expr, value: &Value<'p>) {
        let named = matches!(expr, Expr::Name(_) | Expr::Named(_));
        self.asks_for_items |= !named && item_or_nothing(value).is_some();
    }

    /// Somebody compares an item with something, or counts what is in it.
    pub(super) fn weighs_item(&mut self, value: &Value<'p>) {
        self.asks_for_items |= item_or_nothing(value)
            .is_some_and(|of| matches!(of, Itself::Item { otherwise: Some(Hollow::Empty), .. }));
    }
}

/// What a program converts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Conversions {
    /// By what it is: an encoder, a `default=`, `isinstance`, a function that is called so.
    looks: bool,
    /// To a number, whatever it is.
    numbers: bool,
}

impl<'a> Visitor<'a> for Conversions {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let name = match stmt {
            Stmt::FunctionDef(s) => s.name.as_str(),
            Stmt::ClassDef(s) => s.name.as_str(),
            _ => "",
        };
        let name = name.to_ascii_lowercase();
        self.looks |= ["decimal", "serial", "encode", "convert"].iter().any(|word| name.contains(word));
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                let called = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => "",
                };
                let of_something = call.arguments.args.first().is_some_and(|first| !first.is_literal_expr());
                self.looks |= ["isinstance", "type"].contains(&called)
                    || ["default", "cls"].iter().any(|name| call.arguments.find_keyword(name).is_some());
                self.numbers |= ["int", "float"].contains(&called) && of_something;
            }
            Expr::Attribute(attribute) => self.looks |= attribute.attr.as_str() == "JSONEncoder",
            Expr::Name(name) => self.looks |= name.id.as_str() == "JSONEncoder",
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// A Decimal that was made here.
pub(super) const DECIMAL: &str = "decimal.Decimal()";

/// What `json.dumps` of this package cannot say of a value.
pub(super) fn unsayable(path: &str, value: &Value<'_>, shape: &Shape) -> Option<&'static str> {
    let own: &[&str] = match path {
        // orjson writes dates, UUIDs and dataclasses by itself.
        "orjson.dumps" => &["a date", "a UUID", "an object"],
        // simplejson reads bytes as UTF-8.
        "simplejson.dumps" => &[BYTES],
        _ => &[],
    };
    let blob = match value.itself() {
        Itself::Sdk(Some(Blob { sort: Sort::Stream, .. })) => Some("a stream"),
        Itself::Sdk(Some(Blob { sort: Sort::Bytes, .. })) => Some(BYTES),
        _ => None,
    };
    shape.not_json().or(blob).filter(|what| !own.contains(what))
}

/// What a value is, where that is an item which may not have been found.
fn item_or_nothing(value: &Value<'_>) -> Option<Itself> {
    match value {
        Value::Unknown(Unknown {
            taint: Taint { itself: of @ Itself::Item { otherwise: Some(_), .. }, .. },
            truthy,
            ..
        }) if *truthy != Some(true) => Some(*of),
        _ => None,
    }
}
