//! What comes in: the client's request, and what the surroundings of one exchange are.

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
        self.query.iter().map(|(k, v)| (decode_query(k), decode_query(v))).collect()
    }
}

/// Decodes percent escapes, and `+` as a space. A `%` that starts no escape stays; bytes that are no UTF-8 become U+FFFD.
pub fn decode_query(text: &str) -> String {
    decode(text, true)
}

/// Decodes percent escapes in a path: `+` stays.
pub fn decode_path(text: &str) -> String {
    decode(text, false)
}

fn decode(text: &str, plus_is_space: bool) -> String {
    if !text.contains(['%', '+']) {
        return text.to_string();
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
    String::from_utf8_lossy(&out).into_owned()
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
        }
    }

    /// The host name of a REST or an HTTP API.
    pub fn domain_name(&self) -> String {
        format!("{}.execute-api.{}.amazonaws.com", self.api_id, self.region)
    }

    /// The time as API Gateway's contexts have it: `24/Sep/2025:19:28:50 +0000`.
    pub fn request_time(&self) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let seconds = self.time_epoch_ms.div_euclid(1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let month = MONTHS[(month - 1) as usize];
        format!(
            "{day:02}/{month}/{year}:{:02}:{:02}:{:02} +0000",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// Year, month (1-12) and day (1-31) of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_aws_writes_them() {
        let at = |ms| Ambient { time_epoch_ms: ms, ..Ambient::example() }.request_time();
        assert_eq!(at(1_722_975_857_000), "06/Aug/2024:20:24:17 +0000");
        assert_eq!(at(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(at(1_709_164_800_000), "29/Feb/2024:00:00:00 +0000");
    }

    #[test]
    fn a_query_is_decoded_and_a_broken_escape_stays() {
        assert_eq!(decode_query("a+b%2Fc%zz%"), "a b/c%zz%");
        assert_eq!(decode_path("a+b%20c"), "a+b c");
    }
}
