//! What comes in: the client's request, and what the surroundings of one exchange are.

use std::borrow::Cow;

use crate::log::time;

/// A request as it is on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path behind the stage, percent-encoded as the client sent it.
    pub path: String,
    /// The parts of the query string, percent-encoded as the client sent them.
    pub query: Vec<(String, String)>,
    /// Headers in the client's spelling and order.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name, casing ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The query string: the parts joined with `=` and `&`.
    pub fn raw_query(&self) -> String {
        let parts: Vec<String> = self.query.iter().map(|(k, v)| format!("{k}={v}")).collect();
        parts.join("&")
    }

    /// The query's names and values, decoded.
    pub fn decoded_query(&self) -> Vec<(String, String)> {
        self.query.iter().map(|(k, v)| (decode_query(k).into_owned(), decode_query(v).into_owned())).collect()
    }
}

/// Decodes percent escapes, and `+` as a space. A `%` that starts no escape stays; bytes that are no UTF-8 become U+FFFD.
pub fn decode_query(text: &str) -> Cow<'_, str> {
    decode(text, true)
}

/// Decodes percent escapes in a path: `+` stays.
pub fn decode_path(text: &str) -> Cow<'_, str> {
    decode(text, false)
}

fn decode(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], hex(bytes.get(i + 1)), hex(bytes.get(i + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
                continue;
            }
            (b'+', _, _) if plus_is_space => out.push(b' '),
            (other, _, _) => out.push(other),
        }
        i += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// What surrounds one exchange: time, ids, addresses. Given, never taken, so that the same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambient {
    /// When the request came in, milliseconds since 1970-01-01 UTC.
    pub time_epoch_ms: i64,
    /// The gateway's request id, a UUID.
    pub request_id: String,
    /// The gateway's extended request id.
    pub extended_request_id: String,
    /// Lambda's request id, a UUID.
    pub lambda_request_id: String,
    /// The root of the X-Ray trace: `1-5e6722a7-cc56xmpl46db7ae02d4da47e`.
    pub trace_root: String,
    /// The client's address.
    pub source_ip: String,
    /// The id of the API.
    pub api_id: String,
    /// The id of the resource.
    pub resource_id: String,
    /// The id of the deployment.
    pub deployment_id: String,
    /// The id of the API key, where a request brings one.
    pub api_key_id: String,
    /// The account.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// How long the integration takes when nothing is said of it, in milliseconds.
    pub integration_latency_ms: i64,
    /// How long the gateway itself takes besides, in milliseconds.
    pub gateway_latency_ms: i64,
}

impl Ambient {
    /// Fixed surroundings, for drills and examples.
    pub fn example() -> Ambient {
        Ambient {
            time_epoch_ms: 1_758_742_130_123,
            request_id: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef".to_string(),
            extended_request_id: "JJbxWFhpIAMFnUA=".to_string(),
            lambda_request_id: "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f".to_string(),
            trace_root: "1-68d44872-0123456789abcdef01234567".to_string(),
            source_ip: "203.0.113.7".to_string(),
            api_id: "a1b2c3d4e5".to_string(),
            resource_id: "r1e2s3".to_string(),
            deployment_id: "d1e2p3".to_string(),
            api_key_id: "k1e2y3i4d5".to_string(),
            account_id: "123456789012".to_string(),
            region: "us-east-1".to_string(),
            integration_latency_ms: 20,
            gateway_latency_ms: 5,
        }
    }

    /// The host name of a REST or an HTTP API.
    pub fn domain_name(&self) -> String {
        self.domain_parts().concat()
    }

    /// The same, in parts.
    pub(crate) fn domain_parts(&self) -> [&str; 4] {
        [&self.api_id, ".execute-api.", &self.region, ".amazonaws.com"]
    }

    /// The client, where it signs its requests.
    pub fn user_arn(&self) -> String {
        format!("arn:aws:iam::{}:user/client", self.account_id)
    }

    /// The time as API Gateway's contexts have it: `24/Sep/2025:19:28:50 +0000`.
    pub fn request_time(&self) -> String {
        time::clf(self.time_epoch_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_a_broken_escape_stays() {
        assert_eq!(decode_query("a+b%2Fc%zz%"), "a b/c%zz%");
        assert_eq!(decode_path("a+b%20c"), "a+b c");
    }
}
