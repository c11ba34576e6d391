//! Endpoints other than functions: HTTP back ends and AWS services. What the gateway asks them, and what they can do.

use candor_contract::outcome::Payload;

pub(crate) mod request;
pub(crate) mod response;

/// What the gateway sends to an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointRequest {
    /// The method.
    pub method: String,
    /// The address without its query string.
    pub uri: String,
    /// Names and values of the query string, not encoded.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What an endpoint did with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointOutcome {
    /// It answered in time.
    Responded(EndpointResponse),
    /// No connection came about.
    Unreachable,
    /// It was still silent when the gateway stopped waiting.
    TimedOut,
}

/// What an endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointResponse {
    /// The status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body; in a drill nobody may know it.
    pub body: Payload,
}

impl EndpointResponse {
    /// The first header of this name, casing ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}
