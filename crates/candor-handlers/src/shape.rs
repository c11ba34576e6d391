//! The value that a handler returns, with what is known of each part.

use candor_contract::json::write_string;
use candor_contract::outcome::Payload;

use crate::facts::Place;

/// A value as JSON would have it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Anything.
    Unknown {
        /// Whether it was made of a caught exception.
        tells: bool,
    },
    /// `None`
    Null,
    /// A boolean.
    Bool(Option<bool>),
    /// A number, as it is spelled.
    Number(Option<String>),
    /// Text.
    Text {
        /// The text, where all of it is known.
        known: Option<String>,
        /// What it says as JSON, where `json.dumps` made it.
        content: Option<Box<Shape>>,
        /// Whether it was made of a caught exception.
        tells: bool,
    },
    /// A list.
    List {
        /// What is known to be in it.
        items: Vec<Shape>,
        /// Whether there may be more.
        open: bool,
    },
    /// A dictionary.
    Dict {
        /// What is known to be in it, in order.
        entries: Vec<Entry>,
        /// Whether there may be more.
        open: bool,
    },
    /// Something that JSON cannot say.
    NotJson(&'static str),
}

/// Bytes, among what JSON cannot say.
pub(crate) const BYTES: &str = "bytes";

/// An entry of a dictionary.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Shape,
    /// Where it was written.
    pub at: Place,
}

/// Where the parts are that nobody knows, as JSON pointers.
#[derive(Debug, Default)]
struct Hidden {
    unknown: Vec<String>,
    /// Those whose kind is known.
    kinds: Vec<String>,
}

impl Hidden {
    /// Notes that nothing is known here but the kind of the placeholder, and writes that.
    fn of_kind(&mut self, at: &str, placeholder: &str, out: &mut String) {
        self.unknown.push(at.to_string());
        self.kinds.push(at.to_string());
        out.push_str(placeholder);
    }
}

impl Shape {
    /// Text of which every character is known.
    pub fn text(text: impl Into<String>) -> Shape {
        Shape::Text { known: Some(text.into()), content: None, tells: false }
    }

    /// The entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match self {
            Shape::Dict { entries, .. } => entries.iter().rev().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Whether it is a dictionary of which nothing else is known.
    pub(crate) fn is_any_dict(&self) -> bool {
        matches!(self, Shape::Dict { entries, open: true } if entries.is_empty())
    }

    /// Whether it was made of a caught exception, or holds something that was.
    pub fn tells(&self) -> bool {
        match self {
            Shape::Unknown { tells } => *tells,
            Shape::Text { tells, content, .. } => *tells || content.as_ref().is_some_and(|c| c.tells()),
            Shape::List { items, .. } => items.iter().any(Shape::tells),
            Shape::Dict { entries, .. } => entries.iter().any(|entry| entry.value.tells()),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::NotJson(_) => false,
        }
    }

    /// Whether the two may be the same, as far as they are known.
    pub(crate) fn may_be(&self, other: &Shape) -> bool {
        let open = |shape: &Shape| match shape {
            Shape::Unknown { .. } | Shape::Number(None) | Shape::Bool(None) => true,
            Shape::Text { known: None, content: None, .. } => true,
            Shape::List { open, .. } | Shape::Dict { open, .. } => *open,
            _ => false,
        };
        if self == other || open(self) || open(other) {
            return true;
        }
        match (self, other) {
            (Shape::Text { content: Some(mine), .. }, Shape::Text { content: Some(theirs), .. }) => {
                mine.may_be(theirs)
            }
            (Shape::List { items: mine, .. }, Shape::List { items: theirs, .. }) => {
                mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| a.may_be(b))
            }
            (Shape::Dict { entries: mine, .. }, Shape::Dict { entries: theirs, .. }) => {
                let same =
                    |entry: &Entry| other.entry(&entry.key).is_some_and(|e| entry.value.may_be(&e.value));
                mine.len() == theirs.len() && mine.iter().all(same)
            }
            _ => false,
        }
    }

    /// Whether all that says of an error in a body is the state of something: `"status": "failed"`.
    pub(crate) fn says_it_by_its_state(&self) -> bool {
        let content = match self.entry("body").map(|body| &body.value) {
            Some(Shape::Text { content: Some(content), .. }) => content,
            Some(_) => return false,
            None => self,
        };
        let Shape::Dict { entries, .. } = content else { return false };
        let mut telling = entries.iter().filter(|entry| says_error(entry)).peekable();
        telling.peek().is_some() && telling.all(|entry| ["status", "state"].contains(&entry.key.as_str()))
    }

    /// Whether it says of a part that something went wrong there, beside something else, and not of the whole.
    pub(crate) fn tells_in_part(&self) -> bool {
        match self {
            Shape::Text { content: Some(content), .. } => content.tells_in_part(),
            Shape::List { items, .. } => items.iter().any(Shape::tells_of_failures),
            Shape::Dict { entries, open } => {
                let (mut part, mut other) = (false, *open);
                for entry in entries {
                    match &entry.value {
                        Shape::List { .. } | Shape::Number(_) if says_error(entry) => part = true,
                        _ if says_error(entry) => return false,
                        value if counts_failures(entry) || value.tells_of_failures() || value.tells() => {
                            part = true
                        }
                        _ => other = true,
                    }
                }
                part && other
            }
            _ => false,
        }
    }

    /// Whether something in it says of itself that it went wrong.
    pub(crate) fn tells_of_failures(&self) -> bool {
        match self {
            Shape::Text { content: Some(content), .. } => content.tells_of_failures(),
            Shape::List { items, .. } => items.iter().any(Shape::tells_of_failures),
            Shape::Dict { entries, .. } => entries
                .iter()
                .any(|entry| says_error(entry) || counts_failures(entry) || entry.value.tells_of_failures()),
            _ => false,
        }
    }

    /// What Python's runtime makes of it: its encoder is simplejson's, which reads bytes as UTF-8 (awslambdaric, `lambda_runtime_marshaller`;
    /// simplejson's documentation of `encoding`). `json.dumps` does not.
    pub(crate) fn with_bytes_as_text(self) -> Shape {
        match self {
            Shape::NotJson(BYTES) => Shape::Text { known: None, content: None, tells: false },
            Shape::List { items, open } => {
                Shape::List { items: items.into_iter().map(Shape::with_bytes_as_text).collect(), open }
            }
            Shape::Dict { entries, open } => {
                let entries =
                    entries.into_iter().map(|e| Entry { value: e.value.with_bytes_as_text(), ..e }).collect();
                Shape::Dict { entries, open }
            }
            shape => shape,
        }
    }

    /// Why JSON cannot say it, if it cannot.
    pub fn not_json(&self) -> Option<&'static str> {
        match self {
            Shape::NotJson(what) => Some(what),
            Shape::List { items, .. } => items.iter().find_map(Shape::not_json),
            Shape::Dict { entries, .. } => entries.iter().find_map(|entry| entry.value.not_json()),
            Shape::Unknown { .. } | Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text { .. } => {
                None
            }
        }
    }

    /// Whether a part that nobody knows may be something that JSON cannot say.
    pub(crate) fn may_not_be_json(&self) -> bool {
        match self {
            Shape::Unknown { .. } | Shape::NotJson(_) => true,
            Shape::List { items, open } => *open || items.iter().any(Shape::may_not_be_json),
            Shape::Dict { entries, open } => {
                *open || entries.iter().any(|entry| entry.value.may_not_be_json())
            }
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text { .. } => false,
        }
    }

    /// The bytes that the runtime would send, with the parts that nobody knows.
    pub fn payload(&self) -> Payload {
        let mut hidden = Hidden::default();
        let mut json = String::with_capacity(128);
        self.write(&mut json, &mut String::new(), &mut hidden);
        if hidden.unknown.is_empty() {
            return Payload::known(json);
        }
        Payload::partly(json, hidden.unknown).of_kinds(hidden.kinds)
    }

    /// As JSON, with placeholders where `hidden` then points. `at` is the pointer to here, and is left as it was.
    fn write(&self, out: &mut String, at: &mut String, hidden: &mut Hidden) {
        match self {
            Shape::Unknown { .. } | Shape::NotJson(_) => {
                hidden.unknown.push(at.clone());
                out.push_str("null");
            }
            Shape::Null => out.push_str("null"),
            Shape::Bool(Some(true)) => out.push_str("true"),
            Shape::Bool(Some(false)) => out.push_str("false"),
            Shape::Bool(None) => hidden.of_kind(at, "false", out),
            Shape::Number(Some(spelled)) => out.push_str(spelled),
            Shape::Number(None) => hidden.of_kind(at, "0", out),
            Shape::Text { known: Some(text), .. } => write_string(text, out),
            Shape::Text { known: None, content, .. } => {
                let mut text = String::new();
                if let Some(content) = content {
                    content.write(&mut text, &mut String::new(), &mut Hidden::default());
                }
                hidden.of_kind(at, "", out);
                write_string(&text, out);
            }
            Shape::List { items, open } => {
                let here = at.len();
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    at.push('/');
                    at.push_str(&i.to_string());
                    item.write(out, at, hidden);
                    at.truncate(here);
                }
                out.push(']');
                if *open {
                    hidden.of_kind(at, "", out);
                }
            }
            Shape::Dict { entries, open } => {
                let here = at.len();
                out.push('{');
                for (i, entry) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    at.push('/');
                    for c in entry.key.chars() {
                        match c {
                            '~' => at.push_str("~0"),
                            '/' => at.push_str("~1"),
                            c => at.push(c),
                        }
                    }
                    write_string(&entry.key, out);
                    out.push(':');
                    entry.value.write(out, at, hidden);
                    at.truncate(here);
                }
                out.push('}');
                if *open {
                    hidden.of_kind(at, "", out);
                }
            }
        }
    }

    /// Where the content of an answer is nothing but a refusal: that text, or a message beside which only stands which request it
    /// was. Beside anything else it may be the result that was asked for: `{"valid": false, "message": "Invalid address"}`.
    pub(crate) fn refuses(&self) -> Option<Place> {
        const MESSAGES: [&str; 3] = ["message", "msg", "detail"];
        const BESIDE: [&str; 3] = ["timestamp", "requestid", "request_id"];
        match self {
            Shape::Dict { entries, open: false } => {
                let known = |entry: &Entry, keys: &[&str]| keys.contains(&&*entry.key.to_ascii_lowercase());
                let alone = entries.iter().all(|entry| known(entry, &MESSAGES) || known(entry, &BESIDE));
                let refusal = entries.iter().find(|entry| {
                    known(entry, &MESSAGES)
                        && matches!(&entry.value, Shape::Text { known: Some(text), .. } if text_refuses(text))
                });
                refusal.filter(|_| alone).map(|entry| entry.at)
            }
            Shape::Text { content: Some(content), .. } => content.refuses(),
            _ => None,
        }
    }

    /// Where the content of an answer says that something went wrong.
    ///
    /// Looked at is what a person would read as an error: an entry `error`, `errors`, `errorMessage`; `success: false`;
    /// `status: "error"`; a status of 400 and above inside the body; the text of a caught exception; a text that begins with
    /// the word. Any of these below `data`, say, is data.
    pub fn tells_error(&self) -> Option<Place> {
        match self {
            Shape::Dict { entries, .. } => {
                entries.iter().find(|entry| says_error(entry)).map(|entry| entry.at)
            }
            Shape::Text { content: Some(content), .. } => content.tells_error(),
            _ => None,
        }
    }
}

/// Words that a message about a failure begins with.
const WORDS: [&str; 8] = [
    "error",
    "failed",
    "failure",
    "an error",
    "exception",
    "internal server error",
    "unable to",
    "could not",
];

/// Whether a text says that something went wrong.
pub(crate) fn text_says_error(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    WORDS.iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// What a refusal says, at the beginning of it or before what it is about: `Bad request: no body`.
const REFUSALS: [&str; 12] = [
    "bad request",
    "unauthorized",
    "not authorized",
    "forbidden",
    "access denied",
    "permission denied",
    "not found",
    "not allowed",
    "method not allowed",
    "method not supported",
    "method unsupported",
    "something went wrong",
];
/// What a refusal ends with, behind what it is about: `Order not found`.
const ENDS_OF_REFUSALS: [&str; 12] = [
    "not found",
    "not allowed",
    "not supported",
    "not authorized",
    "does not exist",
    "doesn't exist",
    "is required",
    "are required",
    "is missing",
    "are missing",
    "is invalid",
    "access denied",
];
/// The most words of such a text.
const MAX_WORDS: usize = 8;

/// Whether a text as a whole refuses what was asked for: `Order not found`, `Invalid token`, `Method not allowed`. A sentence that holds such
/// words may tell of a success (`Invalid rows removed`), and a search that finds nothing has been answered (`No orders found`).
pub(crate) fn text_refuses(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let [first, rest @ ..] = &words[..] else { return false };
    let begins = REFUSALS.iter().any(|refusal| {
        text.strip_prefix(refusal)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ',', '.', ';']))
    });
    if begins {
        return true;
    }
    if words.len() > MAX_WORDS || ["no", "if", "when", "please"].contains(first) {
        return false;
    }
    let done = |word: &&str| {
        [
            "removed", "deleted", "cleared", "cleaned", "skipped", "filtered", "ignored", "fixed",
            "replaced", "purged",
        ]
        .contains(word)
    };
    let names = ["invalid", "missing", "unsupported"].contains(first) && !rest.is_empty();
    names && !rest.iter().any(done) || ENDS_OF_REFUSALS.iter().any(|end| text.ends_with(end))
}

/// Whether a status in words is that of a failure.
pub(crate) fn says_failure(status: &str) -> bool {
    ["error", "fail", "failed", "failure"].iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// Whether an entry counts or lists what failed: `failedCount: 2`, `skipped: […]`.
pub(crate) fn counts_failures(entry: &Entry) -> bool {
    let key = entry.key.to_ascii_lowercase();
    let some = match &entry.value {
        Shape::Number(number) => number.as_deref() != Some("0"),
        Shape::List { items, .. } => !items.is_empty(),
        _ => false,
    };
    some && ["fail", "error", "skipp", "reject"].iter().any(|word| key.contains(word))
}

/// Whether an entry says that what holds it is an error.
pub(crate) fn says_error(entry: &Entry) -> bool {
    let filled = !matches!(
        &entry.value,
        Shape::Null | Shape::Bool(Some(false)) | Shape::Bool(None) | Shape::Unknown { tells: false }
    ) && !matches!(&entry.value, Shape::Text { known: Some(text), .. } if text.is_empty())
        && !matches!(&entry.value, Shape::List { items, open } if items.is_empty() || *open)
        && !entry.value.is_any_dict()
        && !matches!(&entry.value, Shape::Number(None))
        && !matches!(&entry.value, Shape::Number(Some(n)) if n == "0");
    match entry.key.to_ascii_lowercase().as_str() {
        "error" | "errors" | "errormessage" | "error_message" | "exception" | "errortype" => filled,
        "success" | "ok" | "succeeded" | "successful" => match &entry.value {
            Shape::Text { known: Some(text), .. } => text.eq_ignore_ascii_case("false"),
            value => *value == Shape::Bool(Some(false)),
        },
        "status" | "result" | "state" => matches!(
            &entry.value,
            Shape::Text { known: Some(text), .. }
                if says_failure(text)
        ),
        "statuscode" | "status_code" | "code" => matches!(
            &entry.value,
            Shape::Number(Some(n)) if n.parse::<u16>().is_ok_and(|status| (400..600).contains(&status))
        ),
        "message" | "msg" | "detail" | "body" => {
            entry.value.tells()
                || matches!(&entry.value, Shape::Text { known: Some(text), .. } if text_says_error(text))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: Shape) -> Entry {
        Entry { key: key.to_string(), value, at: Place { module: 0, start: 0, end: 1 } }
    }

    #[test]
    fn what_is_unknown_has_a_pointer() {
        let body = Shape::Text {
            known: None,
            content: Some(Box::new(Shape::Dict {
                entries: vec![entry("a", Shape::Unknown { tells: false })],
                open: false,
            })),
            tells: false,
        };
        let shape = Shape::Dict {
            entries: vec![entry("statusCode", Shape::Number(Some("200".to_string()))), entry("body", body)],
            open: false,
        };
        let payload = shape.payload();
        assert_eq!(payload.text(), Some(r#"{"statusCode":200,"body":"{\"a\":null}"}"#));
        assert!(payload.hides("/body") && !payload.hides("/statusCode"));
    }

    #[test]
    fn refusals_are_told_by_the_whole_text() {
        for refusal in [
            "Order not found",
            "Not Found.",
            "Invalid or expired token",
            "Missing parameter: id",
            "Method not allowed",
            "Bad request: no body",
            "Unauthorized",
            "email is required",
            "That order does not exist!",
            "Something went wrong, try again later",
        ] {
            assert!(text_refuses(refusal), "{refusal}");
        }
        for other in [
            "No orders found",
            "Invalid rows removed",
            "Missing values were replaced by zero",
            "Unauthorized access is logged",
            "If the order is not found, ask for help",
            "The page that was asked for and a lot of others were not found",
            "Forbidden Planet",
            "Invalid",
            "",
        ] {
            assert!(!text_refuses(other), "{other}");
        }
    }

    #[test]
    fn a_refusal_is_all_that_is_said() {
        let message = || entry("message", Shape::text("Invalid address"));
        let refuses = |entries: Vec<Entry>, open| Shape::Dict { entries, open }.refuses().is_some();
        assert!(refuses(vec![message()], false));
        assert!(refuses(vec![message(), entry("timestamp", Shape::Number(None))], false));
        assert!(!refuses(vec![message(), entry("valid", Shape::Bool(Some(false)))], false));
        assert!(!refuses(vec![message()], true));
        assert!(!refuses(vec![entry("title", Shape::text("Not found"))], false));
    }

    #[test]
    fn errors_are_told_by_their_entries() {
        let tells = |key: &str, value| {
            Shape::Dict { entries: vec![entry(key, value)], open: false }.tells_error().is_some()
        };
        assert!(tells("error", Shape::text("no such order")));
        assert!(tells("success", Shape::Bool(Some(false))));
        assert!(tells("success", Shape::text("false")));
        assert!(!tells("success", Shape::text("true")));
        assert!(tells("message", Shape::text("Error: sold out")));
        assert!(!tells("error", Shape::Null));
        assert!(!tells("message", Shape::text("errors are rare")));
        assert!(!tells("items", Shape::text("error")));
    }
}
