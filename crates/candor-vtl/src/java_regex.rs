//! Java's regular expressions, as selection patterns and string methods use them.

use std::fmt;

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

    /// Replaces every match, or the first, with Java's `$1` groups in the replacement; a result of more than `limit` bytes is
    /// an error.
    pub(crate) fn replace(
        pattern: &str,
        text: &str,
        with: &str,
        all: bool,
        limit: usize,
    ) -> Result<String, RegexError> {
        let regex = compile(&translate(pattern)?)?;
        let mut out = String::new();
        let mut last = 0;
        for captures in regex.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
            let captures = captures.map_err(too_much)?;
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&text[last..whole.start()]);
            expand(with, &captures, &mut out)?;
            last = whole.end();
            if out.len() > limit {
                return Err(RegexError { invalid: false, what: "replacing makes the text too long".to_string() });
            }
        }
        out.push_str(&text[last..]);
        Ok(out)
    }

    /// Splits as Java's `String.split` does: into at most `limit` parts if it is positive; if it is zero, empty parts at the
    /// end are dropped.
    pub(crate) fn split(pattern: &str, text: &str, limit: i64) -> Result<Vec<String>, RegexError> {
        let regex = compile(&translate(pattern)?)?;
        let most = usize::try_from(limit).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let mut last = 0;
        for found in regex.find_iter(text) {
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
            '\\' => out.push(chars.next().ok_or_else(|| illegal("a replacement ends in a backslash".to_string()))?),
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
    text.match_indices(literal).any(|(at, _)| fits(before, &text[..at]) && fits(behind, &text[at + literal.len()..]))
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
    if rest.is_empty() || rest.contains(['\\', '.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '^', '$', '#']) {
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

/// Java's syntax in that of the `fancy-regex` crate, where they differ: the dot (Java's line breaks), POSIX classes, quoting,
/// `\Z`, intersections of classes.
fn translate(pattern: &str) -> Result<String, RegexError> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    // Whether a dot matches line breaks, per open group: flags hold to the end of their group.
    let mut dot_all = vec![false];
    let mut class_depth = 0usize;
    let mut depth = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                None => {
                    return Err(RegexError { invalid: true, what: "a backslash at the end".to_string() });
                }
                Some('Q') => {
                    let mut quoted = String::new();
                    while let Some(q) = chars.next() {
                        if q == '\\' && chars.peek() == Some(&'E') {
                            chars.next();
                            break;
                        }
                        quoted.push(q);
                    }
                    out.push_str(&fancy_regex::escape(&quoted));
                }
                Some('Z') => out.push_str(r"(?=\n?\z)"),
                // Java's own classes are ASCII.
                Some('d') => out.push_str(if class_depth > 0 { "0-9" } else { "[0-9]" }),
                Some('w') => out.push_str(if class_depth > 0 { "a-zA-Z_0-9" } else { "[a-zA-Z_0-9]" }),
                Some('s') => out.push_str(if class_depth > 0 { r"\x20\t\n\x0B\f\r" } else { r"[\x20\t\n\x0B\f\r]" }),
                Some('D') => out.push_str("[^0-9]"),
                Some('W') => out.push_str("[^a-zA-Z_0-9]"),
                Some('S') => out.push_str(r"[^\x20\t\n\x0B\f\r]"),
                Some('h') => out.push_str(if class_depth > 0 { r"\x20\t\xA0" } else { r"[\x20\t\xA0]" }),
                Some('R') => out.push_str(r"(?:\r\n|[\n\x0B\f\r\x85])"),
                Some(kind @ ('p' | 'P')) => {
                    let name: String = if chars.peek() == Some(&'{') {
                        chars.next();
                        chars.by_ref().take_while(|c| *c != '}').collect()
                    } else {
                        chars.next().into_iter().collect()
                    };
                    let posix = match name.as_str() {
                        "Lower" => "a-z",
                        "Upper" => "A-Z",
                        "Alpha" => "a-zA-Z",
                        "Digit" => "0-9",
                        "Alnum" => "a-zA-Z0-9",
                        "Punct" => r##"!-/:-@\[-`{-~"##,
                        "Space" => r"\x20\t\n\x0B\f\r",
                        "Blank" => r"\x20\t",
                        "XDigit" => "0-9A-Fa-f",
                        "ASCII" => r"\x00-\x7F",
                        "Graph" => "!-~",
                        "Print" => " -~",
                        "Cntrl" => r"\x00-\x1F\x7F",
                        _ => "",
                    };
                    if posix.is_empty() {
                        let name = name.strip_prefix("Is").or_else(|| name.strip_prefix("In")).unwrap_or(&name);
                        out.push_str(&format!("\\{kind}{{{name}}}"));
                    } else if kind == 'P' {
                        out.push_str(&format!("[^{posix}]"));
                    } else if class_depth > 0 {
                        out.push_str(posix);
                    } else {
                        out.push_str(&format!("[{posix}]"));
                    }
                }
                // An escaped character that means nothing to Java means itself.
                Some(other) if other.is_ascii_alphanumeric() => {
                    out.push('\\');
                    out.push(other);
                    if other == 'x' && chars.peek() == Some(&'{') {
                        out.extend(chars.by_ref().take_while(|c| *c != '}'));
                        out.push('}');
                    }
                }
                Some(other) => out.push_str(&fancy_regex::escape(&other.to_string())),
            },
            '[' => {
                class_depth += 1;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    out.push('^');
                    chars.next();
                }
            }
            ']' if class_depth > 0 => {
                class_depth -= 1;
                out.push(']');
            }
            _ if class_depth > 0 => match c {
                '-' | '&' => out.push(c),
                c if c.is_alphanumeric() || c == '_' => out.push(c),
                c if c.is_ascii() && !c.is_ascii_control() && c != ' ' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            },
            '(' => {
                depth += 1;
                if depth > 100 {
                    return Err(RegexError { invalid: false, what: "groups nest more than 100 deep".to_string() });
                }
                out.push('(');
                let inherited = *dot_all.last().unwrap_or(&false);
                let mut ahead = chars.clone();
                if ahead.next() == Some('?') {
                    let mut flags = String::new();
                    while let Some(f) = ahead.next_if(|f| matches!(f, 'i' | 'd' | 'm' | 's' | 'u' | 'x' | 'U' | '-')) {
                        flags.push(f);
                    }
                    let end = ahead.next();
                    if !flags.is_empty() && matches!(end, Some(')' | ':')) {
                        let (on, off) = flags.split_once('-').unwrap_or((&flags, ""));
                        let all = if on.contains('s') { true } else if off.contains('s') { false } else { inherited };
                        // `s` is ours (the dot is spelled out), `d`, `u` and `U` change nothing that matters here.
                        let keep = |f: &str| f.chars().filter(|c| matches!(c, 'i' | 'm' | 'x')).collect::<String>();
                        let (on, off) = (keep(on), keep(off));
                        chars = ahead;
                        let minus = if off.is_empty() { String::new() } else { format!("-{off}") };
                        if end == Some(')') {
                            depth -= 1;
                            if let Some(last) = dot_all.last_mut() {
                                *last = all;
                            }
                            out.pop();
                            if !on.is_empty() || !off.is_empty() {
                                out.push_str(&format!("(?{on}{minus})"));
                            }
                        } else {
                            dot_all.push(all);
                            out.push_str(&format!("?{on}{minus}:"));
                        }
                        continue;
                    }
                }
                dot_all.push(inherited);
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if dot_all.len() > 1 {
                    dot_all.pop();
                }
                out.push(')');
            }
            '.' => out.push_str(if *dot_all.last().unwrap_or(&false) {
                "[\\x00-\\x{10FFFF}]"
            } else {
                "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]"
            }),
            '{' => {
                // Java knows no `{` but that of a repetition.
                let counts: String = chars.clone().take_while(|c| *c != '}').take(20).collect();
                let (least, most) = counts.split_once(',').unwrap_or((&counts, ""));
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                if least.is_empty() || !digits(least) || !digits(most) || !chars.clone().any(|c| c == '}') {
                    return Err(RegexError { invalid: true, what: "illegal repetition: `{` without counts".to_string() });
                }
                out.push('{');
            }
            other => out.push(other),
        }
    }
    if class_depth > 0 {
        return Err(RegexError { invalid: true, what: "a `[` is not closed".to_string() });
    }
    if depth > 0 {
        return Err(RegexError { invalid: true, what: "a `(` is not closed".to_string() });
    }
    Ok(out)
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
    }

    #[test]
    fn simple_shapes_are_what_they_compile_to() {
        let texts = ["", "x", "boom", "a boom b", "a\nboom b", "a boom\n", "boomboom", "bo\nom", "\r", "x\u{85}boom"];
        for pattern in [".*", ".+", "boom", ".*boom", "boom.*", ".*boom.*", "(?s).*boom", r"[\s\S]*boom.*", "(?s).+"] {
            let compiled = compile(&format!("\\A(?:{})\\z", translate(pattern).expect("a pattern"))).expect("a regex");
            for text in texts {
                assert_eq!(matches(pattern, text), compiled.is_match(text).expect("a match"), "{pattern} {text:?}");
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
        assert!(pattern.matches(&"a".repeat(60)).is_err() || !pattern.matches(&"a".repeat(60)).expect("a match"));
    }

    #[test]
    fn replacing_and_splitting() {
        assert_eq!(JavaRegex::replace("(a)(b)", "xab ab", "$2$1", true, 100).expect("text"), "xba ba");
        assert_eq!(JavaRegex::split(",", "a,b,,", 0).expect("parts"), ["a", "b"]);
    }
}
