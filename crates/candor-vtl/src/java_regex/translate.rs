//! Java's syntax of regular expressions in that of the `fancy-regex` crate.

use super::RegexError;

/// Java's syntax in that of the `fancy-regex` crate, where they differ: the dot (Java's line breaks), POSIX classes, quoting,
/// `\Z`, intersections of classes.
pub(super) fn translate(pattern: &str) -> Result<String, RegexError> {
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
                Some('s') => {
                    out.push_str(if class_depth > 0 { r"\x20\t\n\x0B\f\r" } else { r"[\x20\t\n\x0B\f\r]" })
                }
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
                        let name =
                            name.strip_prefix("Is").or_else(|| name.strip_prefix("In")).unwrap_or(&name);
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
                    return Err(RegexError {
                        invalid: false,
                        what: "groups nest more than 100 deep".to_string(),
                    });
                }
                out.push('(');
                let inherited = *dot_all.last().unwrap_or(&false);
                let mut ahead = chars.clone();
                if ahead.next() == Some('?') {
                    let mut flags = String::new();
                    while let Some(f) =
                        ahead.next_if(|f| matches!(f, 'i' | 'd' | 'm' | 's' | 'u' | 'x' | 'U' | '-'))
                    {
                        flags.push(f);
                    }
                    let end = ahead.next();
                    if !flags.is_empty() && matches!(end, Some(')' | ':')) {
                        let (on, off) = flags.split_once('-').unwrap_or((&flags, ""));
                        let all = if on.contains('s') {
                            true
                        } else if off.contains('s') {
                            false
                        } else {
                            inherited
                        };
                        // `s` is ours (the dot is spelled out), `d`, `u` and `U` change nothing that matters here.
                        let keep =
                            |f: &str| f.chars().filter(|c| matches!(c, 'i' | 'm' | 'x')).collect::<String>();
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
                // Not a class of all there is: without regard to case, each of a million characters would be looked up for each dot.
                "(?s:.)"
            } else {
                "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]"
            }),
            '{' => {
                // Java knows no `{` but that of a repetition.
                let counts: String = chars.clone().take_while(|c| *c != '}').take(20).collect();
                let (least, most) = counts.split_once(',').unwrap_or((&counts, ""));
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                if least.is_empty() || !digits(least) || !digits(most) || !chars.clone().any(|c| c == '}') {
                    return Err(RegexError {
                        invalid: true,
                        what: "illegal repetition: `{` without counts".to_string(),
                    });
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
