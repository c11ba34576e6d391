//! How each gateway reads what a function answered.

mod alb;

use crate::json::{Json, write_string};
use crate::outcome::Payload;

/// How a proxy event and its answer are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProxyFormat {
    /// Lambda proxy integration of a REST API.
    RestProxy,
    /// HTTP API, payload format version 1.0.
    Http1,
    /// HTTP API, payload format version 2.0.
    Http2,
    /// Function URL (2.0, and more lenient).
    FunctionUrl,
    /// Application Load Balancer, with single values in `headers`: what a target group does by default.
    Alb,
    /// Application Load Balancer whose target group has `lambda.multi_value_headers.enabled`: lists in `multiValueHeaders`.
    AlbMultiValue,
}

impl ProxyFormat {
    /// All of them.
    pub const ALL: [ProxyFormat; 6] = [
        ProxyFormat::RestProxy,
        ProxyFormat::Http1,
        ProxyFormat::Http2,
        ProxyFormat::FunctionUrl,
        ProxyFormat::Alb,
        ProxyFormat::AlbMultiValue,
    ];

    /// Whether an answer without `statusCode` is taken for the body of a 200. The others take an envelope or nothing.
    pub fn infers(self) -> bool {
        match self {
            ProxyFormat::Http2 | ProxyFormat::FunctionUrl => true,
            ProxyFormat::RestProxy | ProxyFormat::Http1 | ProxyFormat::Alb | ProxyFormat::AlbMultiValue => {
                false
            }
        }
    }

    /// Whether a load balancer reads it, in either mode.
    pub fn is_alb(self) -> bool {
        matches!(self, ProxyFormat::Alb | ProxyFormat::AlbMultiValue)
    }
}

/// What a gateway understood of a function's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status for the client.
    pub status: u16,
    /// Where the status comes from.
    pub status_from: StatusFrom,
    /// Headers in the order in which they are sent, names as the function spelled them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// The function said `isBase64Encoded: true`; what that means is the gateway's business on a REST API. Elsewhere the
    /// body is decoded already.
    pub base64: bool,
}

/// Where the status of an [`Answer`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFrom {
    /// The function said it.
    Said,
    /// The function's envelope has no `statusCode`, so the gateway took 200.
    Absent,
    /// There is no envelope at all, so the gateway inferred a 200 around the whole value.
    Inferred,
}

/// A body, or the knowledge that there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// These bytes.
    Known(Vec<u8>),
    /// Some bytes: it is made from an unknown part of a [`Payload`].
    Unknown,
}

impl Body {
    /// No bytes.
    pub const EMPTY: Body = Body::Known(Vec::new());

    /// The bytes, where they are known.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Known(bytes) => Some(bytes),
            Body::Unknown => None,
        }
    }
}

/// Why a gateway could not use an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// JSON pointer to the offending part; `""` is the whole answer.
    pub pointer: String,
    /// What is wrong with it, as a clause.
    pub why: String,
}

/// What reading an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The gateway understands it.
    Answer(Answer),
    /// The gateway does not, and answers with an error of its own.
    Malformed(Malformed),
    /// It depends on a part that nobody knows: the JSON pointer of that part.
    Undecided(String),
}

/// The keys that a REST API allows in an answer: recorded, any other is a 502.
pub const REST_KEYS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// Reads what a function answered as the gateway of this format does.
///
/// Sources: LocalStack's AWS recordings `test_aws_proxy_response_payload_format_validation` (REST) and
/// `test_lambda_url_invocation` (function URLs); the guide "Create AWS Lambda proxy integrations for HTTP APIs" for HTTP APIs;
/// what `payload/alb.rs` names for load balancers. What is inferred is said where it is decided.
pub fn read(format: ProxyFormat, payload: &Payload) -> Reading {
    let json = payload.json();
    if payload.hides("") {
        // What is no object needs no more than its kind to be judged.
        let kind = json.filter(|json| payload.shows_kind("") && !matches!(json, Json::Object(_)));
        return match kind {
            None => Reading::Undecided(String::new()),
            Some(_) if format.infers() => {
                Reading::Answer(Answer { body: Body::Unknown, ..inferred(Vec::new()) })
            }
            Some(kind) => no_object(kind),
        };
    }
    match format {
        ProxyFormat::RestProxy | ProxyFormat::Http1 => read_strict(format, payload, json),
        ProxyFormat::Http2 | ProxyFormat::FunctionUrl => read_inferring(format, payload, json),
        ProxyFormat::Alb | ProxyFormat::AlbMultiValue => alb::read(format, payload, json),
    }
}

/// The envelope of a returned error: an object with `errorMessage`, as runtimes write one, and no `statusCode`.
pub fn is_error_envelope(json: &Json) -> bool {
    matches!(json, Json::Object(_)) && json.get("errorMessage").is_some() && json.get("statusCode").is_none()
}

/// The status that an answer's envelope claims, whether or not anyone reads it.
pub fn claimed_status(json: &Json) -> Option<u16> {
    status_of(json.get("statusCode")?)
}

fn malformed(pointer: &str, why: impl Into<String>) -> Reading {
    Reading::Malformed(Malformed { pointer: pointer.to_string(), why: why.into() })
}

fn no_object(json: &Json) -> Reading {
    malformed("", format!("the answer is {} and not an object", kind_of(json)))
}

fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// Integers and their text; recorded: `"201"` is 201, `"test"` is malformed. That the range is 100 to 599 is inferred.
fn status_of(json: &Json) -> Option<u16> {
    let spelled = match json {
        Json::Number(n) => n.as_str(),
        Json::String(s) => s.trim(),
        _ => return None,
    };
    spelled.parse().ok().filter(|status| (100..=599).contains(status))
}

/// REST APIs and payload 1.0: an envelope or nothing.
fn read_strict(format: ProxyFormat, payload: &Payload, json: Option<&Json>) -> Reading {
    let members = match json {
        Some(Json::Object(members)) => members,
        Some(other) => return no_object(other),
        None => return malformed("", "the answer is no JSON"),
    };
    if format == ProxyFormat::RestProxy
        && let Some((key, _)) = members.iter().find(|(key, _)| !REST_KEYS.contains(&key.as_str()))
    {
        return malformed(&format!("/{key}"), format!("the key `{key}` is none of {}", REST_KEYS.join(", ")));
    }
    read_envelope(format, payload, members)
}

/// Payload 2.0 and function URLs: without `statusCode` the whole value is the body of a 200.
fn read_inferring(format: ProxyFormat, payload: &Payload, json: Option<&Json>) -> Reading {
    let Some(json) = json else {
        // Documented for valid JSON only; that other text is passed on as it stands is inferred.
        return Reading::Answer(inferred(payload.bytes().to_vec()));
    };
    match json {
        Json::Object(members) if json.get("statusCode").is_some() => read_envelope(format, payload, members),
        Json::String(text) => Reading::Answer(inferred(text.clone().into_bytes())),
        _ if payload.is_partial() => Reading::Answer(Answer { body: Body::Unknown, ..inferred(Vec::new()) }),
        // Recorded for function URLs: JSON is re-written compactly.
        other if format == ProxyFormat::FunctionUrl => Reading::Answer(inferred(other.write().into_bytes())),
        _ => Reading::Answer(inferred(payload.bytes().to_vec())),
    }
}

fn inferred(body: Vec<u8>) -> Answer {
    Answer {
        status: 200,
        status_from: StatusFrom::Inferred,
        headers: vec![("Content-Type".to_string(), "application/json".to_string())],
        body: Body::Known(body),
        base64: false,
    }
}

fn read_envelope(format: ProxyFormat, payload: &Payload, members: &[(String, Json)]) -> Reading {
    let get = |key: &str| members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v);
    let questioned: &[&str] = match payload.is_partial() {
        true => &["statusCode", "headers", "multiValueHeaders", "isBase64Encoded"],
        false => &[],
    };
    for key in questioned {
        let pointer = format!("/{key}");
        let Some(hidden) = get(key).filter(|_| payload.hides(&pointer)) else { continue };
        let fits = match *key {
            "statusCode" => matches!(hidden, Json::Number(_) | Json::String(_) | Json::Null),
            "isBase64Encoded" => matches!(hidden, Json::Bool(_) | Json::String(_) | Json::Null),
            _ => matches!(hidden, Json::Object(_) | Json::Null),
        };
        if !fits && payload.shows_kind(&pointer) {
            return malformed(&pointer, format!("`{key}` is {}", kind_of(hidden)));
        }
        // That headers are headers is taken for granted.
        if *key == "statusCode" {
            return Reading::Undecided(pointer);
        }
    }
    let (status, status_from) = match get("statusCode") {
        Some(Json::Null) | None if format == ProxyFormat::RestProxy => (200, StatusFrom::Absent),
        None | Some(Json::Null) => return malformed("/statusCode", "the answer has no `statusCode`"),
        Some(json) => match status_of(json) {
            Some(status) => (status, StatusFrom::Said),
            None => {
                return malformed("/statusCode", format!("`statusCode` is {} and no status", json.write()));
            }
        },
    };
    let base64 = match get("isBase64Encoded") {
        None | Some(Json::Null) => false,
        Some(_) if payload.hides("/isBase64Encoded") => false,
        Some(Json::Bool(b)) => *b,
        Some(Json::String(s)) if s == "true" || s == "false" => s == "true",
        Some(other) => {
            return malformed("/isBase64Encoded", format!("`isBase64Encoded` is {}", kind_of(other)));
        }
    };
    let headers = match read_headers(format, payload, &get) {
        Ok(headers) => headers,
        Err(reading) => return reading,
    };
    let inferring = format.infers();
    let textual = matches!(get("body"), None | Some(Json::Null | Json::String(_)));
    let hidden = match textual || inferring {
        true => payload.hides_some_of("/body") || payload.hides("/isBase64Encoded"),
        // Whatever it is, it is no text.
        false => !payload.shows_kind("/body"),
    };
    let body = if hidden {
        Body::Unknown
    } else {
        match get("body") {
            None | Some(Json::Null) => Body::EMPTY,
            Some(Json::String(text)) if base64 && format != ProxyFormat::RestProxy => {
                use base64::Engine as _;
                match base64::engine::general_purpose::STANDARD.decode(text.trim()) {
                    Ok(bytes) => Body::Known(bytes),
                    Err(_) => {
                        return malformed("/body", "`isBase64Encoded` is true and the body is no base64");
                    }
                }
            }
            Some(Json::String(text)) => Body::Known(text.clone().into_bytes()),
            // Recorded for function URLs; that payload 2.0 does the same is inferred.
            Some(other) if inferring => Body::Known(other.write().into_bytes()),
            Some(other @ (Json::Array(_) | Json::Object(_))) => {
                return malformed("/body", format!("the body is {} and not text", kind_of(other)));
            }
            // A number or a boolean as body: documented as malformed; a REST API was seen to refuse it.
            Some(other) => return malformed("/body", format!("the body is {} and not text", kind_of(other))),
        }
    };
    Reading::Answer(Answer { status, status_from, headers, body, base64 })
}

/// Of `headers` and `multiValueHeaders` with the same name, casing ignored, the multi values come first and their
/// spelling wins (recorded for REST).
fn read_headers<'a>(
    format: ProxyFormat,
    payload: &Payload,
    get: &impl Fn(&str) -> Option<&'a Json>,
) -> Result<Vec<(String, String)>, Reading> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let multi = matches!(format, ProxyFormat::RestProxy | ProxyFormat::Http1);
    match get("multiValueHeaders").filter(|_| multi) {
        None | Some(Json::Null) => {}
        Some(Json::Object(members)) => {
            for (name, values) in members {
                // Mostly everything is known; then no pointer is made.
                let pointer = match payload.is_partial() {
                    true => format!("/multiValueHeaders/{}", escaped(name)),
                    false => String::new(),
                };
                if payload.is_partial() && payload.hides(&pointer) {
                    headers.push((name.clone(), UNKNOWN_HEADER.to_string()));
                    continue;
                }
                let Json::Array(values) = values else {
                    let why =
                        format!("`{name}` in `multiValueHeaders` is {} and not a list", kind_of(values));
                    return Err(malformed("/multiValueHeaders", why));
                };
                for (i, value) in values.iter().enumerate() {
                    let value = match payload.is_partial() && payload.hides(&format!("{pointer}/{i}")) {
                        true => UNKNOWN_HEADER.to_string(),
                        false => header_text(name, value)?,
                    };
                    headers.push((name.clone(), value));
                }
            }
        }
        Some(other) => {
            return Err(malformed(
                "/multiValueHeaders",
                format!("`multiValueHeaders` is {}", kind_of(other)),
            ));
        }
    }
    let multi_count = headers.len();
    match get("headers") {
        None | Some(Json::Null) => {}
        Some(Json::Object(members)) => {
            for (name, value) in members {
                let unknown = payload.is_partial() && {
                    let pointer = format!("/headers/{}", escaped(name));
                    let nested = matches!(value, Json::Array(_) | Json::Object(_));
                    payload.hides(&pointer) && !(nested && payload.shows_kind(&pointer))
                };
                let value = match unknown {
                    true => UNKNOWN_HEADER.to_string(),
                    false => header_text(name, value)?,
                };
                let spelled = headers[..multi_count]
                    .iter()
                    .find(|(n, _)| n.eq_ignore_ascii_case(name))
                    .map_or_else(|| name.clone(), |(n, _)| n.clone());
                headers.push((spelled, value));
            }
        }
        Some(other) => return Err(malformed("/headers", format!("`headers` is {}", kind_of(other)))),
    }
    if !multi && let Some(Json::Array(cookies)) = get("cookies") {
        let cookies = cookies.iter().filter_map(Json::as_str);
        headers.extend(cookies.map(|cookie| ("set-cookie".to_string(), cookie.to_string())));
    }
    Ok(headers)
}

/// What stands for the value of a header that nobody knows: that it is text is taken for granted.
const UNKNOWN_HEADER: &str = "…";

/// A member's name in a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Recorded: a boolean is sent as its text. That a number is too is inferred; objects, lists and null are refused.
fn header_text(name: &str, value: &Json) -> Result<String, Reading> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(value.write()),
        Json::Null | Json::Array(_) | Json::Object(_) => {
            let mut quoted = String::new();
            write_string(name, &mut quoted);
            Err(malformed("/headers", format!("the header {quoted} is {}", kind_of(value))))
        }
    }
}
