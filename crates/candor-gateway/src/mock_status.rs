//! The status that a mock's request template says.

use candor_contract::json::Json;

/// Reads it: an integer under `statusCode`; text is none (guide "Set up mock integrations in API Gateway"). Recorded is that `{statusCode: 200}` will do; that quotes of both kinds, commas too many and anything behind the object will, and that
/// quotes without their partner will not, is inferred from how LocalStack reads them.
pub(crate) fn read(text: &str) -> Option<i64> {
    match Json::read(text) {
        Ok(json) => match json.get("statusCode")? {
            Json::Number(status) => status.parse().ok(),
            _ => None,
        },
        Err(_) => members(text.trim().strip_prefix('{')?),
    }
}

/// Goes through the members up to the end of the object, whatever comes then.
fn members(mut rest: &str) -> Option<i64> {
    let mut status = None;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.starts_with('{') {
            return None;
        }
        let (key, after) = part(rest, &[':', '}'])?;
        let Some(after) = after.strip_prefix(':') else { return after.starts_with('}').then_some(status)? };
        let value = after.trim_start();
        let (said, after) = part(value, &[',', '}'])?;
        if key == "statusCode" {
            status = said.parse().ok().filter(|_| !value.starts_with(['"', '\'']));
        }
        rest = after;
    }
}

/// A key or a value, in quotes or up to one of these, and what comes behind it. `None`: it does not end.
fn part<'t>(text: &'t str, ends: &[char]) -> Option<(&'t str, &'t str)> {
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c));
    let (part, after) = match quote {
        Some(quote) => text[1..].split_once(quote)?,
        None => text.split_at(text.find(ends)?),
    };
    let after = after.trim_start();
    after.starts_with(ends).then_some((if quote.is_some() { part } else { part.trim() }, after))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn an_integer_however_it_is_written() {
        for text in [
            r#"{"statusCode": 200}"#,
            "{statusCode: 200}",
            "{'statusCode': 200, '': ''}",
            r#"{"statusCode": 200 ,, }"#,
            r#"{"a": {"b": [1, 2]}, "statusCode": 200}"#,
            "{statusCode: 200} and more",
            "{statusCode: 200, }foo: [ba r]}",
            "{statusCode: 200, foo'}: [ba r]}",
            "{statusCode: 200,super{ f}oo: [ba r]}",
            "{statusCode: 200, \"value\": 'goog'}",
        ] {
            assert_eq!(read(text), Some(200), "{text}");
        }
        assert_eq!(read(r#"{"statusCode": -1000}"#), Some(-1000));
    }

    #[test]
    fn no_integer_no_status() {
        for text in [
            "",
            "200",
            "[]",
            "{}",
            "statusCode: 200",
            r#"{"statusCode": "200"}"#,
            "{statusCode: '200', }}",
            r#"{"statusCode": 200.5}"#,
            r#"{"statusCode": null}"#,
            r#"{"statusCode": 200"#,
            "{'statusCode: 200}",
            "{'statusCode\": 200}",
            "{statusCode: 200, \"open: 1}",
            "{statusCode: 200, {foo: [ba r]}",
            "{statusCode",
            "{",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[{}'\":, a-cä0-9statusCode]{0,40}") {
            let _ = read(&text);
        }
    }
}
