//! What a selection pattern was meant to catch: texts that it matches, and near misses.

use candor_gateway::api::Pattern;

/// Whether a pattern says that a message begins with its words: `BAD_REQUEST.*`. Who writes so knows that the whole message has to match.
pub(crate) fn begins(pattern: &str) -> bool {
    let flags = pattern.strip_prefix("(?s)").unwrap_or(pattern).trim_end_matches('$');
    let open = |text: &str| {
        [".*", ".+", "[\\s\\S]*"]
            .iter()
            .any(|any| text.ends_with(any) && !text.ends_with(&format!("\\{any}")))
    };
    open(flags)
        && ![".*", ".+", "[\\s\\S]", "(."].iter().any(|any| flags.trim_start_matches('^').starts_with(any))
}

/// The words that a pattern looks for: `NotFound` in `NotFound`, `.*NotFound.*`, `^\[NotFound\]`, `.*(NotFound|Gone).*`. `None`
/// for a pattern that takes anything.
pub(crate) fn literal(pattern: &str) -> Option<String> {
    // What such a pattern looks for is not what its author meant.
    if class_of_words(pattern).is_some() || lost_escape(pattern).is_some() {
        return None;
    }
    let mut rest = pattern;
    if let Some((flags, behind)) = pattern.strip_prefix("(?").and_then(|p| p.split_once(')'))
        && flags.chars().all(|c| c.is_ascii_alphabetic())
    {
        rest = behind;
    }
    loop {
        let shorter =
            ["^", ".*", ".+", "[\\s\\S]*", "[\\s\\S]+", "(.|\\n)*", "(\\n|.)*", "(.|\\n)+", "(\\n|.)+"]
                .iter()
                .find_map(|p| rest.strip_prefix(p));
        match shorter {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    loop {
        let shorter =
            ["$", ".*", ".+", "[\\s\\S]*", "[\\s\\S]+", "(.|\\n)*", "(\\n|.)*", "(.|\\n)+", "(\\n|.)+"]
                .iter()
                .find_map(|p| rest.strip_suffix(p));
        match shorter {
            // `\.*` is an escaped dot with a star, not "anything".
            Some(shorter) if !shorter.ends_with('\\') => rest = shorter,
            _ => break,
        }
    }
    let mut chars = rest.chars().peekable();
    let out = alternative(&mut chars, 0)?;
    // A `)` too many: this is no pattern.
    (chars.peek().is_none() && !out.trim().is_empty()).then_some(out)
}

/// No error message is longer; repetitions of repetitions soon are.
const LONGEST: usize = 2000;

type Chars<'p> = std::iter::Peekable<std::str::Chars<'p>>;

/// A text for the first of the alternatives up to the end or the closing parenthesis, which stays; the others are skipped.
/// `None` for what is not understood: lookarounds, back references, classes of a kind that no pattern of an API has had yet.
fn alternative(chars: &mut Chars<'_>, depth: usize) -> Option<String> {
    let mut out = String::new();
    let mut first = true;
    while let Some(&c) = chars.peek() {
        let piece = match c {
            ')' => break,
            '|' => {
                chars.next();
                first = false;
                continue;
            }
            _ => piece(chars, depth)?,
        };
        let times = quantity(chars)?;
        if first {
            if out.len() + piece.len() * times > LONGEST {
                return None;
            }
            out.extend(std::iter::repeat_n(piece.as_str(), times));
        }
    }
    Some(out)
}

/// A text for one thing that can be repeated.
fn piece(chars: &mut Chars<'_>, depth: usize) -> Option<String> {
    let text = match chars.next()? {
        '^' | '$' => String::new(),
        '.' => "x".to_string(),
        '\\' => match chars.next()? {
            'd' => "1".to_string(),
            'w' | 'S' | 'D' => "x".to_string(),
            's' => " ".to_string(),
            'b' | 'B' => String::new(),
            escaped if !escaped.is_ascii_alphanumeric() => escaped.to_string(),
            _ => return None,
        },
        '(' if depth < 16 => {
            if chars.peek() == Some(&'?') {
                chars.next();
                (chars.next()? == ':').then_some(())?;
            }
            let inner = alternative(chars, depth + 1)?;
            (chars.next()? == ')').then_some(inner)?
        }
        '[' => {
            let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
            let one = inside.chars().next()?;
            match one {
                '^' | '\\' => "x".to_string(),
                other => other.to_string(),
            }
        }
        '*' | '+' | '?' | '{' | '}' | ']' | '(' => return None,
        other => other.to_string(),
    };
    Some(text)
}

/// How often the thing before is repeated in the shortest text that shows it.
fn quantity(chars: &mut Chars<'_>) -> Option<usize> {
    let times = match chars.peek() {
        Some('*' | '?') => 0,
        Some('+') => 1,
        Some('{') => {
            let inside: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
            let least = inside.split(',').next()?.trim().parse::<usize>().ok().filter(|n| *n <= 64)?;
            return Some(least);
        }
        _ => return Some(1),
    };
    chars.next();
    // Lazy or possessive: the same texts.
    if matches!(chars.peek(), Some('?' | '+')) {
        chars.next();
    }
    Some(times)
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
        && CODES
            .iter()
            .any(|code| matches(pattern, code) && !matches(pattern, &format!("Error: {code} occurred")))
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
        matches!(inside, "sS" | "Ss" | "wW" | "Ww" | "dD" | "Dd") || is_status(inside)
    });
    class.or_else(|| {
        let at = pattern.find("d{2}").or_else(|| pattern.find("d{3}"))?;
        let before = pattern[..at].chars().last();
        // A word that ends in `d` is no lost escape; a digit or nothing in front of it is.
        before
            .is_none_or(|c| c.is_ascii_digit() || matches!(c, '(' | '|' | '^' | '*' | ']'))
            .then_some(at..at + 4)
    })
}

/// Whether digits are a status that answers have: `[404]` was meant as text, `[345]` as one of three digits.
fn is_status(digits: &str) -> bool {
    let status = digits.parse::<u16>().unwrap_or_default();
    digits.len() == 3 && matches!(status, 200..=208 | 300..=308 | 400..=431 | 451 | 500..=511)
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
        assert_eq!(literal("(?s).+"), None);
        assert_eq!(literal(r".*already (shipped|cancelled) \d{2}.*").as_deref(), Some("already shipped 11"));
        assert_eq!(literal("(?s).*(?:Gone|Lost)[.!]? *x*.*").as_deref(), Some("Gone"));
        assert_eq!(literal("(?!.*Known).*"), None);
        assert_eq!(literal("a)b"), None);
        assert_eq!(literal("[Task timed out]"), None);
        assert_eq!(literal("((((((a{64}){64}){64}){64}){64}){64})"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_pattern_is_looked_at(pattern in "[a-c.*+?(){}\\[\\]|^$\\\\dsSé0-9, :-]{0,30}") {
            // A class of words or a lost escape is a place in the pattern.
            for range in class_of_words(&pattern).into_iter().chain(lost_escape(&pattern)) {
                assert!(pattern.get(range).is_some());
            }
            assert!(literal(&pattern).is_none_or(|words| !words.trim().is_empty() && words.len() <= LONGEST));
        }
    }

    #[test]
    fn patterns_of_how_a_message_begins() {
        for pattern in ["BAD_REQUEST.*", "^BAD.+", r"\[404\][\s\S]*", "(?s)BAD.*$"] {
            assert!(begins(pattern), "{pattern}");
        }
        for pattern in ["BAD_REQUEST", "^BAD$", ".*BAD.*", r"BAD\.*", ".*BAD", "(?s).*BAD.*"] {
            assert!(!begins(pattern), "{pattern}");
        }
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
        assert_eq!(lost_escape("[45]d{2}"), Some(4..8));
        assert_eq!(lost_escape(r"(?!404)[345]\d{2}"), None);
        assert_eq!(lost_escape(r"5\d{2}"), None);
        assert_eq!(lost_escape(r"[\s\S]*\[400\][\s\S]*"), None);
        assert_eq!(lost_escape("Invalid{2}"), None);
    }
}
