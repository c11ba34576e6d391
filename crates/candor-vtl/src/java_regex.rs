//! Java's regular expressions, as selection patterns and string methods use them.

mod find;
mod translate;

use std::fmt;

pub(crate) use self::find::Finder;
use self::translate::translate;

/// A pattern in Java's syntax.
#[derive(Clone, Debug)]
pub struct JavaRegex {
    pattern: String,
    matcher: Matcher,
}

/// Simple shapes are matched by hand: 10,000 routes have 10,000 patterns, and compiling each costs more than all the rest.
#[derive(Clone, Debug)]
enum Matcher {
    /// `literal`
    Literal(String),
    /// `.*`, `.+`: anything without a line break, of at least this many bytes.
    Line { least: usize },
    /// `(?s).*`, `[\s\S]+`, …: anything, of at least this many bytes.
    Anything { least: usize },
    /// `.*literal.*`: before and behind it anything without a line break, or anything at all.
    Contains { literal: String, before: Gap, behind: Gap },
    /// Everything else.
    Compiled(Box<fancy_regex::Regex>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// Nothing may stand here.
    None,
    /// Anything without a line break.
    Line,
    /// Anything.
    Any,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexError {
    invalid: bool,
    what: String,
}

impl RegexError {
    /// Whether it is no regular expression of Java's either; otherwise it is one that candor cannot match.
    pub fn is_invalid(&self) -> bool {
        self.invalid
    }
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for RegexError {}

/// Steps that a match may backtrack; beyond them it is an error.
const BACKTRACK_LIMIT: usize = 200_000;

/// What Java's dot does not match without DOTALL.
const LINE_BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

impl JavaRegex {
    /// Compiles a pattern for [`JavaRegex::matches`].
    ///
    /// # Errors
    /// Where it is no pattern, or one that cannot be matched here.
    ///
    /// ```
    /// let pattern = candor_vtl::JavaRegex::parse(".*timed out.*").unwrap();
    /// assert!(pattern.matches("Task timed out after 3.00 seconds").unwrap());
    /// assert!(!pattern.matches("first line\nTask timed out").unwrap());
    /// ```
    pub fn parse(pattern: &str) -> Result<JavaRegex, RegexError> {
        let matcher = match simple(pattern) {
            Some(matcher) => matcher,
            None => Matcher::Compiled(Box::new(compile(&format!("\\A(?:{})\\z", translate(pattern)?))?)),
        };
        Ok(JavaRegex { pattern: pattern.to_string(), matcher })
    }

    /// Whether the whole text matches, as Java's `String.matches` has it: a dot is no line break, case counts, unless flags
    /// say otherwise.
    ///
    /// # Errors
    /// Where matching would backtrack beyond all bounds.
    pub fn matches(&self, text: &str) -> Result<bool, RegexError> {
        Ok(match &self.matcher {
            Matcher::Literal(literal) => text == literal,
            Matcher::Line { least } => text.len() >= *least && is_line(text),
            Matcher::Anything { least } => text.len() >= *least,
            Matcher::Contains { literal, before, behind } => contains(text, literal, *before, *behind),
            Matcher::Compiled(regex) => regex.is_match(text).map_err(too_much)?,
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

fn too_much(_: fancy_regex::Error) -> RegexError {
    RegexError { invalid: false, what: "matching this pattern backtracks beyond all bounds".to_string() }
}

fn is_line(text: &str) -> bool {
    !text.contains(LINE_BREAKS)
}

fn contains(text: &str, literal: &str, before: Gap, behind: Gap) -> bool {
    let fits = |gap: Gap, part: &str| match gap {
        Gap::None => part.is_empty(),
        Gap::Line => is_line(part),
        Gap::Any => true,
    };
    text.match_indices(literal)
        .any(|(at, _)| fits(before, &text[..at]) && fits(behind, &text[at + literal.len()..]))
}

/// The matcher of a simple shape, exactly equivalent to the compiled pattern.
fn simple(pattern: &str) -> Option<Matcher> {
    let (dot_all, rest) = match pattern.strip_prefix("(?s)") {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let line = if dot_all { Gap::Any } else { Gap::Line };
    match rest {
        ".+" if dot_all => return Some(Matcher::Anything { least: 1 }),
        ".*" if dot_all => return Some(Matcher::Anything { least: 0 }),
        ".+" => return Some(Matcher::Line { least: 1 }),
        ".*" => return Some(Matcher::Line { least: 0 }),
        r"[\s\S]+" => return Some(Matcher::Anything { least: 1 }),
        r"[\s\S]*" => return Some(Matcher::Anything { least: 0 }),
        _ => {}
    }
    let gap = |rest: &'_ str, front: bool| -> (Gap, usize) {
        for (mark, gap) in [(".*", line), (r"[\s\S]*", Gap::Any)] {
            let found = if front { rest.starts_with(mark) } else { rest.ends_with(mark) };
            if found {
                return (gap, mark.len());
            }
        }
        (Gap::None, 0)
    };
    let (before, cut) = gap(rest, true);
    let rest = &rest[cut..];
    let (behind, cut) = gap(rest, false);
    let rest = &rest[..rest.len() - cut];
    if rest.is_empty()
        || rest.contains(['\\', '.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '^', '$', '#'])
    {
        return None;
    }
    let literal = rest.to_string();
    Some(match (before, behind) {
        (Gap::None, Gap::None) => Matcher::Literal(literal),
        _ => Matcher::Contains { literal, before, behind },
    })
}

fn compile(pattern: &str) -> Result<fancy_regex::Regex, RegexError> {
    if pattern.len() > 20_000 {
        return Err(RegexError { invalid: false, what: "a pattern of more than 20,000 bytes".to_string() });
    }
    fancy_regex::RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(4 * 1024 * 1024)
        .build()
        .map_err(|e| {
            let what = e.to_string();
            // A pattern that only grew too large is one of Java's all the same.
            let invalid = !what.contains("size limit") && !what.contains("backtrack");
            let first = what.lines().last().unwrap_or_default().trim_start_matches("error: ").to_string();
            RegexError { invalid, what: format!("no Java regular expression: {first}") }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(pattern: &str, text: &str) -> bool {
        JavaRegex::parse(pattern).and_then(|p| p.matches(text)).expect("a pattern")
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(matches("NotFound", "NotFound") && !matches("NotFound", "NotFound: x"));
        assert!(!matches("Invalid*", "Invalid order"));
        assert!(matches("a|b", "a") && matches("a|b", "b") && !matches("a|b", "ab"));
        assert!(matches(".*NotFound.*", "order NotFound!") && matches("(?i).*notfound.*", "ORDER NOTFOUND"));
        assert!(matches(r"\[404\].*", "[404] gone") && matches(r"4\d{2}", "404"));
        assert!(matches(r"\{a}", "{a}") && matches(r"\x{41}{2,}", "AAA"));
    }

    #[test]
    fn a_dot_is_no_line_break() {
        for pattern in [".+", ".*boom.*", "b.*g"] {
            assert!(!matches(pattern, "boom\nwhile saving"), "{pattern}");
        }
        for pattern in ["(?s).+", r"[\s\S]+", r"(\n|.)+", "(.|\n)+", "(?s).*boom.*", r"[\s\S]*while[\s\S]*"] {
            assert!(matches(pattern, "boom\nwhile saving"), "{pattern}");
        }
        assert!(!matches(".+", "a\u{2028}b") && !matches(".+", ""));
        // Quick without regard to case, too: a class of all characters would not be.
        assert!(matches(&format!("(?is)x{}", ".".repeat(200)), &format!("X{}", "\n".repeat(200))));
    }

    #[test]
    fn simple_shapes_are_what_they_compile_to() {
        let texts =
            ["", "x", "boom", "a boom b", "a\nboom b", "a boom\n", "boomboom", "bo\nom", "\r", "x\u{85}boom"];
        for pattern in
            [".*", ".+", "boom", ".*boom", "boom.*", ".*boom.*", "(?s).*boom", r"[\s\S]*boom.*", "(?s).+"]
        {
            let compiled =
                compile(&format!("\\A(?:{})\\z", translate(pattern).expect("a pattern"))).expect("a regex");
            for text in texts {
                assert_eq!(
                    matches(pattern, text),
                    compiled.is_match(text).expect("a match"),
                    "{pattern} {text:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_pattern_says_so() {
        for pattern in [".*(Error.*", "[a", "a{2", "a{,2}", r#"{"code".*"#, "*a", "\\"] {
            let parsed = JavaRegex::parse(pattern);
            assert!(parsed.as_ref().is_err_and(RegexError::is_invalid), "{pattern}: {parsed:?}");
        }
    }

    #[test]
    fn catastrophic_patterns_are_bounded() {
        let pattern = JavaRegex::parse(r"(?=(a+)+$)(a+)+b").expect("a pattern");
        assert!(
            pattern.matches(&"a".repeat(60)).is_err() || !pattern.matches(&"a".repeat(60)).expect("a match")
        );
    }
}
