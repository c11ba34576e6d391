//! What a template sees, and what it leaves behind.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::value::Value;

/// What a template sees.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The payload's text, for `$input`.
    pub body: &'a str,
    /// The request's parameters, for `$input.params()`.
    pub params: &'a Params,
    /// `$context`: a map, or null where there is nothing to know.
    pub context: &'a Value,
    /// `$stageVariables`
    pub stage_variables: &'a [(String, String)],
    /// What an earlier template of the same exchange has overridden.
    pub overrides: &'a Overrides,
}

/// A request's parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// Parameters of the path.
    pub path: Vec<(String, String)>,
    /// Parameters of the query string.
    pub querystring: Vec<(String, String)>,
    /// Headers.
    pub header: Vec<(String, String)>,
}

/// What templates of an exchange assigned to `$context.responseOverride`, `$context.requestOverride` and names of their own
/// below `$context`.
///
/// Most templates override nothing: what stays as it was is shared, not copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Overrides {
    pub(crate) response: Arc<Value>,
    pub(crate) request: Arc<Value>,
    pub(crate) custom: Vec<(String, Value)>,
}

/// What an exchange begins with.
static NOTHING: LazyLock<Overrides> = LazyLock::new(|| {
    let empty = || Value::Map(Vec::new());
    Overrides {
        response: Value::map([("header", empty())]).into(),
        request: Value::map([("path", empty()), ("header", empty()), ("querystring", empty())]).into(),
        custom: Vec::new(),
    }
});

impl Default for Overrides {
    fn default() -> Overrides {
        NOTHING.clone()
    }
}

impl Overrides {
    /// The status, where a template has set one that is not empty.
    pub fn status(&self) -> Option<Value> {
        self.response.get("status").filter(|status| !status.to_text().is_empty()).cloned()
    }

    /// `$context.responseOverride` as a whole.
    pub fn response(&self) -> &Value {
        &self.response
    }

    /// `$context.requestOverride` as a whole.
    pub fn request(&self) -> &Value {
        &self.request
    }

    /// The response's headers, as text; a header that was set to a list is there several times.
    pub fn response_headers(&self) -> Vec<(String, String)> {
        texts(self.response.get("header"))
    }

    /// The request's parameters of one place (`path`, `querystring` or `header`), as text.
    pub fn request_parameters(&self, place: &str) -> Vec<(String, String)> {
        texts(self.request.get(place))
    }
}

/// The members of a map as text; a list is as many members of the same name.
fn texts(map: Option<&Value>) -> Vec<(String, String)> {
    let Some(Value::Map(members)) = map else { return Vec::new() };
    let one = |(name, value): &(String, Value)| -> Vec<(String, String)> {
        let values = value.elements().unwrap_or(std::slice::from_ref(value));
        values.iter().map(|value| (name.clone(), value.to_text())).collect()
    };
    members.iter().flat_map(one).collect()
}

/// What a rendering yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The printed text.
    pub output: String,
    /// The overrides of earlier templates and of this one.
    pub overrides: Overrides,
    /// Where in the template the status was set that took effect, by this template.
    pub status_set_at: Option<Range<u32>>,
}

/// A part of the output, and what of the template printed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes of the output.
    pub output: Range<usize>,
    /// The bytes of the template: text, or a reference.
    pub template: Range<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_status_is_none() {
        let overrides =
            Overrides { response: Value::map([("status", Value::from(""))]).into(), ..Overrides::default() };
        assert_eq!(overrides.status(), None);
        let overrides =
            Overrides { response: Value::map([("status", Value::Int(404))]).into(), ..Overrides::default() };
        assert_eq!(overrides.status(), Some(Value::Int(404)));
    }

    #[test]
    fn headers_are_text() {
        let header = Value::map([("X-Count", Value::Int(2))]);
        let overrides =
            Overrides { response: Value::map([("header", header)]).into(), ..Overrides::default() };
        assert_eq!(overrides.response_headers(), [("X-Count".to_string(), "2".to_string())]);
    }
}
