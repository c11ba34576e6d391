//! What a selection pattern was meant to catch: texts that it matches, and near misses.

use candor_gateway::api::Pattern;

/// The literal that a pattern looks for, where it is one: `NotFound` in `NotFound`, `.*NotFound.*`, `^\[NotFound\]`.
pub(crate) fn literal(pattern: &str) -> Option<String> {
    let mut rest = pattern;
    loop {
        let shorter = ["^", "(?i)", ".*", ".+", "[\\s\\S]*", "[\\s\\S]+", "(.|\\n)*", "(\\n|.)*", "(.|\\n)+", "(\\n|.)+"]
            .iter()
            .find_map(|p| rest.strip_prefix(p));
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    loop {
        let shorter = ["$", ".*", ".+", "[\\s\\S]*", "[\\s\\S]+", "(.|\\n)*", "(\\n|.)*", "(.|\\n)+", "(\\n|.)+"]
            .iter()
            .find_map(|p| rest.strip_suffix(p));
        match shorter {
            // `\.*` is an escaped dot with a star, not "anything".
            Some(shorter) if !shorter.ends_with('\\') => rest = shorter,
            _ => break,
        }
    }
    let mut out = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped) if !escaped.is_ascii_alphanumeric() => out.push(escaped),
                _ => return None,
            },
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            other => out.push(other),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether the pattern matches this text.
pub(crate) fn matches(pattern: &Pattern, text: &str) -> bool {
    pattern.regex.as_ref().is_ok_and(|r| r.matches(text).unwrap_or(false))
}

/// Whether the pattern was written for status codes: it matches some, and no text around them.
pub(crate) fn wants_status_code(pattern: &Pattern) -> bool {
    const CODES: [&str; 9] = ["200", "201", "204", "400", "401", "403", "404", "500", "503"];
    let digits_only = pattern.text.as_str().chars().any(|c| c.is_ascii_digit());
    digits_only
        && CODES.iter().any(|code| matches(pattern, code) && !matches(pattern, &format!("Error: {code} occurred")))
}

/// A character class that was meant as words: a blank in it, or letters of a word, one of them twice.
pub(crate) fn class_of_words(pattern: &str) -> Option<std::ops::Range<usize>> {
    classes(pattern).find(|range| {
        let inside = &pattern[range.start + 1..range.end - 1];
        let letters: Vec<char> = inside.chars().filter(|c| c.is_ascii_alphabetic()).collect();
        let mut unique = letters.clone();
        unique.sort_unstable();
        unique.dedup();
        let escaped = inside.contains('\\') || inside.contains('-') || inside.starts_with('^');
        letters.len() >= 4 && !escaped && (unique.len() < letters.len() || inside.contains(' '))
    })
}

/// A sign that a backslash was lost on the way into the file: `[sS]` for `[\s\S]`, `d{2}` for `\d{2}`, `[404]` for `\[404\]`.
pub(crate) fn lost_escape(pattern: &str) -> Option<std::ops::Range<usize>> {
    let class = classes(pattern).find(|range| {
        let inside = &pattern[range.start + 1..range.end - 1];
        matches!(inside, "sS" | "Ss" | "wW" | "Ww" | "dD" | "Dd")
            || (inside.len() == 3 && inside.bytes().all(|b| b.is_ascii_digit()))
    });
    class.or_else(|| {
        let at = pattern.find("d{2}").or_else(|| pattern.find("d{3}"))?;
        let before = pattern[..at].chars().last();
        // A word that ends in `d` is no lost escape; a digit or nothing in front of it is.
        before.is_none_or(|c| c.is_ascii_digit() || matches!(c, '(' | '|' | '^' | '*')).then_some(at..at + 4)
    })
}

/// The byte ranges of the character classes of a pattern, brackets included.
fn classes(pattern: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let bytes = pattern.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 2,
                b'[' => {
                    let start = at;
                    at += 1;
                    while at < bytes.len() && bytes[at] != b']' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                    if at <= bytes.len() {
                        return Some(start..at);
                    }
                }
                _ => at += 1,
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_of_a_pattern() {
        assert_eq!(literal("NotFound").as_deref(), Some("NotFound"));
        assert_eq!(literal(".*Task timed out.*").as_deref(), Some("Task timed out"));
        assert_eq!(literal(r"^\[404\].*").as_deref(), Some("[404]"));
        assert_eq!(literal(".+"), None);
        assert_eq!(literal("(a|b)"), None);
        assert_eq!(literal(r"5\d{2}"), None);
    }

    #[test]
    fn classes_that_were_meant_as_words() {
        assert_eq!(class_of_words("^[Task timed out].*"), Some(1..17));
        assert_eq!(class_of_words(".*[BadRequest].*"), Some(2..14));
        assert_eq!(class_of_words("[A-Za-z]+"), None);
        assert_eq!(class_of_words(".*[Ff]ailed.*"), None);
        assert_eq!(class_of_words(r"[\s\S]*"), None);
    }

    #[test]
    fn backslashes_that_were_lost() {
        assert_eq!(lost_escape("[sS]*[400][sS]*"), Some(0..4));
        assert_eq!(lost_escape("5d{2}"), Some(1..5));
        assert_eq!(lost_escape(r"5\d{2}"), None);
        assert_eq!(lost_escape(r"[\s\S]*\[400\][\s\S]*"), None);
        assert_eq!(lost_escape("Invalid{2}"), None);
    }
}
