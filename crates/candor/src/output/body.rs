//! Bodies as evidence: on one line, shortened where their parts allow, so that what proves a finding is read at a glance.

use candor_contract::json::Json;

use crate::output::{cut, harmless};

/// The least room in which a part of a member still says something.
const LEAST: usize = 20;

/// In less than this there is no room for whole members.
const WIDE: usize = 40;

/// A body on one line of at most this many characters. JSON that is longer loses its last members and the ends of long
/// texts, with `…` for each; any other text, and any in a narrow room, loses its end.
pub(crate) fn one_line(body: &str, room: usize) -> String {
    let line = harmless(body).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= room {
        return line;
    }
    if room < WIDE {
        return cut(&line, room);
    }
    match Json::read(body) {
        Ok(json @ (Json::Array(_) | Json::Object(_))) => cut(&harmless(&shortened(&json, room)), room),
        Ok(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) | Err(_) => cut(&line, room),
    }
}

fn shortened(json: &Json, room: usize) -> String {
    let whole = json.write();
    if whole.chars().count() <= room {
        return whole;
    }
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => cut(&whole, room),
        Json::String(text) => start_of(text, room),
        Json::Array(items) => members('[', ']', items.iter().map(|item| (String::new(), item)), room),
        Json::Object(entries) => {
            let named = entries
                .iter()
                .map(|(name, value)| (format!("{}:", Json::string(name.as_str()).write()), value));
            members('{', '}', named, room)
        }
    }
}

/// The start of a text as JSON, never cut within an escape.
fn start_of(text: &str, room: usize) -> String {
    let mut kept = String::new();
    let mut length = 3; // the quotes and the `…`
    for c in text.chars() {
        let mut buffer = [0; 4];
        let one = Json::string(&*c.encode_utf8(&mut buffer)).write();
        length += one.chars().count() - 2;
        if length > room {
            break;
        }
        kept.push_str(&one[1..one.len() - 1]);
    }
    format!("\"{kept}…\"")
}

/// As many members as there is room for, the last of them shortened.
fn members<'j>(
    open: char,
    close: char,
    members: impl ExactSizeIterator<Item = (String, &'j Json)>,
    room: usize,
) -> String {
    let (mut out, mut length) = (String::from(open), 1);
    let count = members.len();
    for (i, (name, value)) in members.enumerate() {
        let comma = if i > 0 { "," } else { "" };
        // Behind it must fit what closes, and a sign for the rest.
        let behind = if i + 1 == count { 1 } else { 3 };
        let left = room.saturating_sub(length + comma.len() + name.chars().count() + behind);
        let whole = value.write();
        if whole.chars().count() <= left {
            out.push_str(&format!("{comma}{name}{whole}"));
            length += comma.len() + name.chars().count() + whole.chars().count();
            continue;
        }
        if left >= LEAST {
            let rest = if i + 1 == count { "" } else { ",…" };
            out.push_str(&format!("{comma}{name}{}{rest}", shortened(value, left)));
        } else {
            out.push_str(&format!("{comma}…"));
        }
        break;
    }
    out.push(close);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERROR: &str = r#"{"errorMessage":"order 17:\nnot found","errorType":"Unexpected","stackTrace":["File \"app.py\""]}"#;

    #[test]
    fn what_fits_is_shown_as_it_is_on_one_line() {
        assert_eq!(one_line("{ \"a\": 1,\n  \"b\": 2 }\n", 80), r#"{ "a": 1, "b": 2 }"#);
        assert_eq!(one_line(ERROR, 200), ERROR);
    }

    #[test]
    fn json_loses_its_last_members_first() {
        assert_eq!(
            one_line(ERROR, 80),
            r#"{"errorMessage":"order 17:\nnot found","errorType":"Unexpected",…}"#
        );
        assert_eq!(one_line(ERROR, 60), r#"{"errorMessage":"order 17:\nnot found",…}"#);
        assert_eq!(one_line(ERROR, 40), r#"{"errorMessage":"order 17:\nnot fou…",…}"#);
        assert_eq!(
            one_line(r#"{"a":{"b":["some text of a fair length","another"]}}"#, 46),
            r#"{"a":{"b":["some text of a fair length",…]}}"#
        );
        assert_eq!(one_line(ERROR, 20), r#"{"errorMessage":"or…"#);
    }

    #[test]
    fn nothing_is_wider_than_its_room() {
        let texts = [
            ERROR,
            "no JSON but quite a long text for a line",
            "[[[[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]]]]",
            "{\"ééééééééééééééééé\":\"\\u0001\\u0002 ü\\n\"}",
        ];
        for text in texts {
            for room in 1..100 {
                assert!(one_line(text, room).chars().count() <= room, "{room}: {}", one_line(text, room));
            }
        }
    }
}
