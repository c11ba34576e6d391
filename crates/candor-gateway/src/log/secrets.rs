//! What a written log must not show.
//!
//! AWS masks `Authorization` alone, up to its last six characters, and logs cookies, tokens and bodies as they are (seen in
//! published logs). candor is stricter: values under names that say secret are masked whole, wherever in a line they stand, and so
//! are access key ids, JSON web tokens and what follows `Bearer` and `Basic`. A star stands for each character, so that a line is
//! cut where AWS would cut it.

use std::borrow::Cow;
use std::ops::Range;

/// Names whose values are secrets, in lower case and without `-` and `_`.
const SECRET_NAMES: [&str; 28] = [
    "accesstoken",
    "apikey",
    "authorization",
    "authorizationtoken",
    "awsaccesskeyid",
    "awssecretaccesskey",
    "awssessiontoken",
    "clientsecret",
    "cookie",
    "idtoken",
    "passwd",
    "password",
    "privatekey",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "setcookie",
    "token",
    "xaccesstoken",
    "xamzcredential",
    "xamzsecuritytoken",
    "xamzsignature",
    "xapikey",
    "xauthtoken",
    "xcsrftoken",
];

/// The longest of them with its separators.
const LONGEST_NAME: usize = 32;

/// Whether the value under this name is a secret: the name of a header, a parameter, or a member of a JSON object.
pub fn is_secret(name: &str) -> bool {
    if name.len() > LONGEST_NAME {
        return false;
    }
    let plain: String =
        name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&plain.as_str())
}

/// A star for each character.
pub fn mask(value: &str) -> String {
    "*".repeat(value.chars().count())
}

/// The value of this name as a log may show it.
pub fn shown<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    if is_secret(name) { Cow::Owned(mask(value)) } else { hide(value) }
}

/// Text without the secrets in it: JSON, query strings, `{name=value, …}`, prose.
pub fn hide(text: &str) -> Cow<'_, str> {
    let found = find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in found {
        out.push_str(&text[at..range.start]);
        out.push_str(&mask(&text[range.clone()]));
        at = range.end;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// Where the secrets stand, in order. Every boundary is beside an ASCII character, or at an end.
fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let end = run(bytes, at, is_word);
        let word = &text[at..end];
        let named = if is_secret(word) { value_after(bytes, end) } else { None };
        at = match named {
            Some(values) => {
                let behind = values.last().map_or(end, |range| range.end).max(end);
                found.extend(values.into_iter().filter(|range| !range.is_empty()));
                behind
            }
            None => match by_itself(bytes, at, end) {
                Some(range) => {
                    let behind = range.end;
                    found.push(range);
                    behind
                }
                None => end,
            },
        };
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Where the run of such bytes that starts here ends.
fn run(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|b| !is(*b)).map_or(bytes.len(), |n| from + n)
}

/// Secrets that one knows by their looks: the word from `start` to `end` begins one.
fn by_itself(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let word = &bytes[start..end];
    let key_id = word.len() == 20
        && (word.starts_with(b"AKIA") || word.starts_with(b"ASIA"))
        && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if key_id {
        return Some(start + 4..end);
    }
    if word.starts_with(b"eyJ") {
        let end = run(bytes, start, |b| is_word(b) || b == b'.');
        let dots = bytes[start..end].iter().filter(|b| **b == b'.').count();
        return (dots >= 2).then_some(start..end);
    }
    let scheme = word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic");
    if scheme && bytes.get(end) == Some(&b' ') {
        let behind = run(bytes, end + 1, |b| is_word(b) || matches!(b, b'.' | b'+' | b'/' | b'=' | b'~'));
        // `basic auth` is prose.
        return (behind - end > 8).then_some(end + 1..behind);
    }
    None
}

/// The values that belong to a name that ends here: `name=value`, `"name": "value"`, `\"name\":[\"value\"]`.
fn value_after(bytes: &[u8], name_end: usize) -> Option<Vec<Range<usize>>> {
    let blank = |b: u8| matches!(b, b' ' | b'\t');
    let (_, after) = quote(bytes, name_end).unwrap_or((0, name_end));
    let mut at = run(bytes, after, blank);
    if !matches!(bytes.get(at), Some(b'=' | b':')) {
        return None;
    }
    at = run(bytes, at + 1, blank);
    if bytes.get(at) != Some(&b'[') {
        return Some(vec![one_value(bytes, at)]);
    }
    let mut values = Vec::new();
    loop {
        at = run(bytes, at + 1, |b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b','));
        if quote(bytes, at).is_none() {
            return Some(values);
        }
        let value = one_value(bytes, at);
        let closing = quote(bytes, value.end).map_or(value.end, |(_, behind)| behind);
        values.push(value);
        at = run(bytes, closing, blank);
        if bytes.get(at) != Some(&b',') {
            return Some(values);
        }
    }
}

/// A quote that starts here, with the backslashes before it: how many those are, and what comes behind it.
fn quote(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let end = run(bytes, at, |b| b == b'\\');
    (bytes.get(end) == Some(&b'"')).then_some((end - at, end + 1))
}

/// The value that starts here, without its quotes.
fn one_value(bytes: &[u8], at: usize) -> Range<usize> {
    let Some((level, start)) = quote(bytes, at) else {
        let end = run(bytes, at, |b| !matches!(b, b'&' | b',' | b'}' | b']' | b'"' | b'\\' | b'\n' | b'\r'));
        return at..end;
    };
    let mut end = start;
    while end < bytes.len() {
        match quote(bytes, end) {
            // In JSON within JSON a quote is escaped as often as the text is nested; what is escaped more often is part of it.
            Some((slashes, _)) if slashes == level || (level == 0 && slashes % 2 == 0) => {
                return start..end + slashes - level;
            }
            Some((_, behind)) => end = behind,
            None => end = run(bytes, end, |b| b == b'\\').max(end + 1),
        }
    }
    start..bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let cases = [
            ("{accept=*/*, Cookie=a=b; c=d, Host=x}", "{accept=*/*, Cookie=********, Host=x}"),
            ("https://x/y?a=1&X-Amz-Signature=abc123&b=2", "https://x/y?a=1&X-Amz-Signature=******&b=2"),
            (r#"{"Authorization": "Bearer abc", "x": 1}"#, r#"{"Authorization": "**********", "x": 1}"#),
            (r#"{"password":"a\"b","x":"y"}"#, r#"{"password":"****","x":"y"}"#),
            (r#"{"x-api-key":["k1", "k2"],"x":"y"}"#, r#"{"x-api-key":["**", "**"],"x":"y"}"#),
            (r#"{"body":"{\"token\":\"t1\",\"x\":\"y\"}"}"#, r#"{"body":"{\"token\":\"**\",\"x\":\"y\"}"}"#),
            (r#"{"pin":1,"secret":12}"#, r#"{"pin":1,"secret":**}"#),
            ("key AKIAIOSFODNN7EXAMPLE.", "key AKIA****************."),
            ("got Bearer abcdefghij!", "got Bearer **********!"),
            ("it is eyJhbGciOi.eyJzdWIi.c2ln here", "it is ************************ here"),
        ];
        for (text, hidden) in cases {
            assert_eq!(hide(text), hidden);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let texts = [
            "",
            "basic auth",
            "nextToken=abc",
            r#"{"message":"the token is missing"}"#,
            "cookies",
            "eyJ",
            "é=ü",
        ];
        for text in texts {
            assert!(matches!(hide(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert_eq!(shown("X-Api-Key", "k"), "*");
        assert_eq!(shown("X-Api-Kind", "k"), "k");
    }
}
