//! How an Application Load Balancer reads what a function answered.
//!
//! The guide ("Lambda functions as targets") says what an answer looks like, which of the two kinds of headers counts, and that
//! the rest is a 502 (`LambdaInvalidResponse`). How strict that is, people have reported: the libraries that had to mend it are
//! named where they decided something. Nothing of it is recorded here; what nobody has reported is said to be inferred.

use base64::Engine as _;

use super::{
    Answer, Body, ProxyFormat, Reading, StatusFrom, UNKNOWN_HEADER, escaped, kind_of, malformed, no_object,
};
use crate::json::Json;
use crate::outcome::Payload;

/// An envelope with a number as `statusCode`, or nothing. Keys that it does not know do not matter (inferred from answers that
/// hold those of API Gateway, too).
pub(super) fn read(format: ProxyFormat, payload: &Payload, json: Option<&Json>) -> Reading {
    let members = match json {
        Some(Json::Object(members)) => members,
        Some(other) => return no_object(other),
        None => return malformed("", "the answer is no JSON"),
    };
    let get = |key: &str| members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v);
    let read = Answered { payload, get: &get }.read(format);
    read.map_or_else(|reading| reading, Reading::Answer)
}

/// An answer and its members.
struct Answered<'a, 'g> {
    payload: &'a Payload,
    get: &'g dyn Fn(&str) -> Option<&'a Json>,
}

impl Answered<'_, '_> {
    fn read(&self, format: ProxyFormat) -> Result<Answer, Reading> {
        let status = self.status()?;
        // Reported: null where a text should be is a 502 (aws-lambda-dotnet#507). Nobody needs to say anything.
        self.expect("statusDescription", "text", |value| matches!(value, Json::String(_)))?;
        // That the text "true" is none is inferred from how strict the others are.
        self.expect("isBase64Encoded", "a boolean", |value| matches!(value, Json::Bool(_)))?;
        let base64 = matches!((self.get)("isBase64Encoded"), Some(Json::Bool(true)));
        let headers = match format {
            ProxyFormat::AlbMultiValue => self.lists()?,
            _ => self.single_values()?,
        };
        let body = self.body(base64)?;
        Ok(Answer { status, status_from: StatusFrom::Said, headers, body, base64 })
    }

    /// Reported: a number, and no text (apig-wsgi#52); without it there is no answer (adyen-commercetools#1249). That the range is
    /// 100 to 599 is inferred.
    fn status(&self) -> Result<u16, Reading> {
        let pointer = "/statusCode";
        let Some(value) = (self.get)("statusCode") else {
            return Err(malformed(pointer, "the answer has no `statusCode`"));
        };
        let number = matches!(value, Json::Number(_));
        if self.payload.hides(pointer) && (number || !self.payload.shows_kind(pointer)) {
            return Err(Reading::Undecided(pointer.to_string()));
        }
        let said = match value {
            Json::Number(number) => number.parse().ok().filter(|status| (100..=599).contains(status)),
            _ => None,
        };
        said.ok_or_else(|| match number {
            true => malformed(pointer, format!("`statusCode` is {} and no status", value.write())),
            false => malformed(pointer, format!("`statusCode` is {} and not a number", kind_of(value))),
        })
    }

    /// A member of this kind, or none at all.
    fn expect(&self, key: &str, what: &str, fits: impl Fn(&Json) -> bool) -> Result<(), Reading> {
        let pointer = format!("/{key}");
        match (self.get)(key) {
            Some(value) if !fits(value) && self.shows(&pointer) => {
                Err(malformed(&pointer, format!("`{key}` is {} and not {what}", kind_of(value))))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether it is known of what kind the value there is. That a value of unknown kind fits is taken for granted.
    fn shows(&self, pointer: &str) -> bool {
        !self.payload.is_partial() || !self.payload.hides(pointer) || self.payload.shows_kind(pointer)
    }

    /// The members of the headers that count. The other kind is not looked at: the headers in it are lost (reported:
    /// serverless-java-container#347, python-lambdarest#64, serverless-http#283). Reported, too: null is no mapping
    /// (aws-lambda-go-api-proxy#79), and its absence is none at all (the guide's own issue 33).
    fn headers<'h>(&'h self, key: &str) -> Result<&'h [(String, Json)], Reading> {
        self.expect(key, "an object", |value| matches!(value, Json::Object(_)))?;
        match (self.get)(key) {
            Some(Json::Object(members)) => Ok(members),
            Some(_) | None => Ok(&[]),
        }
    }

    /// Reported: each is a text; a boolean is a 502 (lambda-api#117).
    fn single_values(&self) -> Result<Vec<(String, String)>, Reading> {
        let mut headers = Vec::new();
        for (name, value) in self.headers("headers")? {
            headers.push((name.clone(), self.text("headers", &escaped(name), name, value)?));
        }
        Ok(headers)
    }

    /// Each is a list of texts. That anything else is a 502 is inferred.
    fn lists(&self) -> Result<Vec<(String, String)>, Reading> {
        let mut headers = Vec::new();
        for (name, values) in self.headers("multiValueHeaders")? {
            let at = escaped(name);
            let pointer = format!("/multiValueHeaders/{at}");
            match values {
                Json::Array(values) => {
                    for (nth, value) in values.iter().enumerate() {
                        let value = self.text("multiValueHeaders", &format!("{at}/{nth}"), name, value)?;
                        headers.push((name.clone(), value));
                    }
                }
                _ if !self.shows(&pointer) => headers.push((name.clone(), UNKNOWN_HEADER.to_string())),
                other => {
                    let why = format!("`{name}` in `multiValueHeaders` is {} and not a list", kind_of(other));
                    return Err(malformed("/multiValueHeaders", why));
                }
            }
        }
        Ok(headers)
    }

    fn text(&self, key: &str, at: &str, name: &str, value: &Json) -> Result<String, Reading> {
        let pointer = format!("/{key}/{at}");
        match value {
            _ if !self.shows(&pointer) => Ok(UNKNOWN_HEADER.to_string()),
            Json::String(_) if self.payload.is_partial() && self.payload.hides(&pointer) => {
                Ok(UNKNOWN_HEADER.to_string())
            }
            Json::String(text) => Ok(text.clone()),
            other => {
                let why = format!("the header `{name}` is {} and not text", kind_of(other));
                Err(malformed(&format!("/{key}"), why))
            }
        }
    }

    /// The guide: a text, or nothing; base64 is decoded. Reported: null is a 502 (powertools-lambda-python#4671). That what is no
    /// base64 is one, too, is inferred.
    fn body(&self, base64: bool) -> Result<Body, Reading> {
        self.expect("body", "text", |value| matches!(value, Json::String(_)))?;
        let unknown = self.payload.is_partial()
            && (self.payload.hides_some_of("/body") || self.payload.hides("/isBase64Encoded"));
        match (self.get)("body") {
            None => Ok(Body::EMPTY),
            Some(_) if unknown => Ok(Body::Unknown),
            Some(Json::String(text)) if base64 => {
                match base64::engine::general_purpose::STANDARD.decode(text.trim()) {
                    Ok(bytes) => Ok(Body::Known(bytes)),
                    Err(_) => Err(malformed("/body", "`isBase64Encoded` is true and the body is no base64")),
                }
            }
            Some(Json::String(text)) => Ok(Body::Known(text.clone().into_bytes())),
            // What is of no known kind has been let pass.
            Some(_) => Ok(Body::Unknown),
        }
    }
}
