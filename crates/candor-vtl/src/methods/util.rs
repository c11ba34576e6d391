//! `$util`: what a template escapes and decodes with.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::Datum;
use crate::json;

/// Calls a method of `$util`.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    let [argument] = arguments else { return Ok(None) };
    // The only one that takes any object.
    if name == "escapeJavaScript" && !matches!(argument, Datum::Text(_) | Datum::Null) {
        let text = eval.text(argument)?.into();
        return call(eval, name, &[text]);
    }
    let Datum::Text(text) = argument else { return Ok(None) };
    eval.charge_text(text.len().saturating_mul(2))?;
    Ok(Some(match name {
        "escapeJavaScript" if text.bytes().all(is_plain) => argument.clone(),
        "escapeJavaScript" => Datum::Text(eval.heap.scratch.text(|out| escape_java_script(text, out))),
        "urlEncode" => url_encode(text).into(),
        "urlDecode" => match url_decode(text) {
            Some(decoded) => decoded.into(),
            None => return Err(eval.failed("IllegalArgumentException: URLDecoder: an incomplete `%` escape")),
        },
        "base64Encode" => STANDARD.encode(text.as_bytes()).into(),
        "base64Decode" => {
            let lenient =
                GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
            match GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(text.as_bytes()) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
                Err(_) => return Err(eval.failed("IllegalArgumentException: no Base64")),
            }
        }
        "parseJson" => {
            let loaded = json::load(text.clone(), &mut eval.heap);
            let datum = loaded.map_err(|e| eval.error(e.kind))?;
            if let Some(place) = eval.heap.unread(&datum) {
                eval.charge(eval.heap.tape(place).behind(place.node()) as usize)?;
            }
            datum
        }
        _ => return Ok(None),
    }))
}

/// Which bytes stay as they are in JavaScript.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= 0x7f {
        plain[byte as usize] = !matches!(byte, b'\'' | b'"' | b'\\' | b'/');
        byte += 1;
    }
    plain
};

fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

/// As commons-lang 2.6 does: quotes of both kinds, slashes and backslashes get a backslash, controls and all beyond ASCII `\uXXXX`.
pub(crate) fn escape_java_script(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let plain = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        out.push_str(&rest[..plain]);
        rest = &rest[plain..];
        let Some(c) = rest.chars().next() else { return };
        rest = &rest[c.len_utf8()..];
        match c {
            '\'' | '"' | '\\' | '/' => {
                out.push('\\');
                out.push(c);
            }
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing into a `String` cannot fail.
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
}

/// As `java.net.URLEncoder` does.
fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// As `java.net.URLDecoder` does; `None` where an escape is incomplete.
fn url_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |b: Option<u8>| b.and_then(|b| (b as char).to_digit(16));
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                bytes.push((high * 16 + low) as u8);
            }
            other => bytes.push(other),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_java_script() {
        let escape = |text: &str| {
            let mut out = String::new();
            escape_java_script(text, &mut out);
            out
        };
        assert_eq!(escape(r#"it's "a\b/""#), r#"it\'s \"a\\b\/\""#);
        assert_eq!(escape("a\nb\u{1}\u{7f}é🎉"), "a\\nb\\u0001\u{7f}\\u00E9\\uD83C\\uDF89");
    }

    #[test]
    fn url_encoding_there_and_back() {
        assert_eq!(url_encode("a b+c~*é"), "a+b%2Bc%7E*%C3%A9");
        assert_eq!(url_decode("a+b%2Bc%7E*%c3%a9").as_deref(), Some("a b+c~*é"));
        assert_eq!(url_decode("100%"), None);
    }
}
