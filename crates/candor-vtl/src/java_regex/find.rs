//! Replacing and splitting, as methods of Java's strings do.

use super::{RegexError, compile, too_much, translate::translate};

/// A pattern that is sought within a text.
#[derive(Debug)]
pub(crate) struct Finder {
    regex: fancy_regex::Regex,
}

impl Finder {
    /// Compiles a pattern.
    pub(crate) fn parse(pattern: &str) -> Result<Finder, RegexError> {
        Ok(Finder { regex: compile(&translate(pattern)?)? })
    }

    /// Replaces every match, or the first, with Java's `$1` groups in the replacement; a result of more than `limit` bytes is
    /// an error.
    pub(crate) fn replace(
        &self,
        text: &str,
        with: &str,
        all: bool,
        limit: usize,
    ) -> Result<String, RegexError> {
        let mut out = String::new();
        let mut last = 0;
        for captures in self.regex.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
            let captures = captures.map_err(too_much)?;
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&text[last..whole.start()]);
            expand(with, &captures, &mut out)?;
            last = whole.end();
            if out.len() > limit {
                return Err(RegexError {
                    invalid: false,
                    what: "replacing makes the text too long".to_string(),
                });
            }
        }
        out.push_str(&text[last..]);
        Ok(out)
    }

    /// Splits as Java's `String.split` does: into at most `limit` parts if it is positive; if it is zero, empty parts at the
    /// end are dropped.
    pub(crate) fn split(&self, text: &str, limit: i64) -> Result<Vec<String>, RegexError> {
        let most = usize::try_from(limit).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let mut last = 0;
        for found in self.regex.find_iter(text) {
            let found = found.map_err(too_much)?;
            if parts.len() + 1 >= most {
                break;
            }
            if found.end() > 0 {
                parts.push(text[last..found.start()].to_string());
                last = found.end();
            }
        }
        let unsplit = parts.is_empty();
        parts.push(text[last..].to_string());
        while limit == 0 && !unsplit && parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        Ok(parts)
    }
}

/// Appends a replacement: `$1` is a group (as many digits as name one), a backslash takes the next character as it is.
fn expand(with: &str, captures: &fancy_regex::Captures<'_>, out: &mut String) -> Result<(), RegexError> {
    let illegal = |what: String| RegexError { invalid: true, what };
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out
                .push(chars.next().ok_or_else(|| illegal("a replacement ends in a backslash".to_string()))?),
            '$' => {
                let first = chars.next().and_then(|d| d.to_digit(10));
                let mut group = first.ok_or_else(|| illegal("Illegal group reference".to_string()))? as usize;
                while let Some(digit) = chars.peek().and_then(|d| d.to_digit(10)) {
                    let longer = group * 10 + digit as usize;
                    if longer >= captures.len() {
                        break;
                    }
                    group = longer;
                    chars.next();
                }
                if group >= captures.len() {
                    return Err(illegal(format!("No group {group}")));
                }
                out.push_str(captures.get(group).map_or("", |m| m.as_str()));
            }
            other => out.push(other),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn replace(pattern: &str, text: &str, with: &str) -> Result<String, RegexError> {
        Finder::parse(pattern).and_then(|f| f.replace(text, with, true, 100))
    }

    #[track_caller]
    fn split(pattern: &str, text: &str, limit: i64) -> Vec<String> {
        Finder::parse(pattern).and_then(|f| f.split(text, limit)).expect("parts")
    }

    #[test]
    fn groups_in_a_replacement() {
        assert_eq!(replace("(a)(b)", "xab ab", "$2$1").as_deref(), Ok("xba ba"));
        assert_eq!(replace("(a)", "a", "$10").as_deref(), Ok("a0"));
        assert!(replace("a", "a", r"\").is_err());
        assert_eq!(replace("a", "a", r"\$\\").as_deref(), Ok(r"$\"));
        assert!(replace("a", "a", "$1").is_err() && replace("a", "a", "$").is_err());
    }

    #[test]
    fn a_replacement_is_bounded() {
        assert!(replace("a", &"a".repeat(90), "bb").is_err());
    }

    #[test]
    fn parts_of_a_text() {
        assert_eq!(split(",", "a,b,,", 0), ["a", "b"]);
        assert_eq!(split(",", "a,b,,", -1), ["a", "b", "", ""]);
        assert_eq!(split(",", "a,b,c", 2), ["a", "b,c"]);
        assert_eq!(split(",", ",a", 0), ["", "a"]);
        assert_eq!(split("", "abc", 0), ["a", "b", "c"]);
        assert!(split(".", "abc", 0).is_empty());
        assert_eq!(split(",", "", 0), [""]);
    }
}
