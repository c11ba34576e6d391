//! Python by its lines: statements, blocks, clauses, entries of dict literals. As much as operators need, of code that keeps to
//! the usual form: no `;`, no backslash at the end of a line, no body on the line of its header.

use std::ops::Range;

use super::Kind;

/// A module, split into its statements.
pub(super) struct Module<'t> {
    pub(super) text: &'t str,
    pub(super) kind: Kind,
    /// The text, byte for byte, with `_` for what stands in strings and spaces for comments: brackets, commas and words in it
    /// are code.
    pub(super) code: String,
    pub(super) statements: Vec<Statement>,
}

/// A statement, or the header of a compound one: its lines are joined where brackets or strings are open.
pub(super) struct Statement {
    /// Bytes, without indentation and comment.
    pub(super) span: Range<usize>,
    pub(super) indent: usize,
}

/// What a function is for its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What it returns is the answer.
    Answers,
    /// What it returns becomes the answer: a route of a resolver.
    Route,
    /// It returns nothing, so nobody notices when it ends early.
    Procedure,
    /// Its value is worked with.
    Value,
}

/// What runs after a statement that ends as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This one.
    Statement(usize),
    /// The loop's next turn, and what stands behind the loop (if anything does).
    Loop(usize),
    /// Nothing: the function ends and returns `None`. With the last statement of the `finally` on the way out.
    End { through: Option<usize> },
}

/// Functions that make an answer, by the names people give them.
const RESPONDERS: &[&str] = &["make_response", "error", "respond", "problem", "reply", "answer", "refuse"];

/// Calls that touch nothing outside the function.
const PURE: &[&str] =
    &["loads", "int", "Decimal", "fromisoformat", "isoformat", "get", "round", "str", "rate"];

impl<'t> Module<'t> {
    pub(super) fn read(text: &'t str, kind: Kind) -> Module<'t> {
        let code = without_strings(text);
        let mut statements = Vec::new();
        let (mut open, mut start) = (0usize, None);
        for (at, byte) in code.bytes().enumerate() {
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if byte == b'\n' && open == 0 {
                if let Some(start) = start.take() {
                    let line = code[..start].rfind('\n').map_or(0, |n| n + 1);
                    let end = start + code[start..at].trim_end().len();
                    statements.push(Statement { span: start..end, indent: start - line });
                }
            } else if !byte.is_ascii_whitespace() && start.is_none() {
                start = Some(at);
            }
        }
        Module { text, kind, code, statements }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        line_of(self.text, at)
    }

    /// The first line of a statement.
    pub(super) fn first_line(&self, i: usize) -> usize {
        self.line(self.span(i).start)
    }

    pub(super) fn span(&self, i: usize) -> Range<usize> {
        self.statements[i].span.clone()
    }

    /// A statement as it is written.
    pub(super) fn text_of(&self, i: usize) -> &'t str {
        &self.text[self.span(i)]
    }

    /// A statement without what stands in strings.
    pub(super) fn code_of(&self, i: usize) -> &str {
        &self.code[self.span(i)]
    }

    /// The first word.
    pub(super) fn keyword(&self, i: usize) -> &str {
        let code = self.code_of(i);
        code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    }

    pub(super) fn is(&self, i: usize, keyword: &str) -> bool {
        self.keyword(i) == keyword
    }

    /// Whether a statement opens a function.
    fn is_def(&self, i: usize) -> bool {
        self.is(i, "def") || self.code_of(i).starts_with("async def ")
    }

    /// The statements of the block below a header, those in its inner blocks among them.
    pub(super) fn body(&self, header: usize) -> Range<usize> {
        let indent = self.statements[header].indent;
        let behind = header + 1..self.statements.len();
        let end = behind.clone().find(|i| self.statements[*i].indent <= indent).unwrap_or(behind.end);
        header + 1..end
    }

    /// The header whose block a statement belongs to.
    pub(super) fn parent(&self, i: usize) -> Option<usize> {
        (0..i).rev().find(|p| self.statements[*p].indent < self.statements[i].indent)
    }

    /// The headers around a statement, from the inside.
    pub(super) fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(i), |p| self.parent(*p))
    }

    /// The function that a statement belongs to.
    pub(super) fn function(&self, i: usize) -> Option<usize> {
        self.ancestors(i).find(|p| self.is_def(*p))
    }

    /// The innermost `except` around a statement, within its function.
    pub(super) fn except_around(&self, i: usize) -> Option<usize> {
        self.ancestors(i).take_while(|p| !self.is_def(*p)).find(|p| self.is(*p, "except"))
    }

    /// All `except` clauses.
    pub(super) fn excepts(&self) -> impl Iterator<Item = usize> {
        (0..self.statements.len()).filter(|i| self.is(*i, "except"))
    }

    /// All `return` statements with a value.
    pub(super) fn returns(&self) -> impl Iterator<Item = usize> {
        (0..self.statements.len()).filter(|i| self.code_of(*i).starts_with("return "))
    }

    /// The `try` of an `except`.
    pub(super) fn try_of(&self, except: usize) -> usize {
        let indent = self.statements[except].indent;
        let own = (0..except).rev().find(|i| self.statements[*i].indent == indent && self.is(*i, "try"));
        own.expect("an except has a try")
    }

    /// The `except` clauses before this one, of the same `try`.
    pub(super) fn excepts_before(&self, except: usize) -> impl Iterator<Item = usize> {
        let indent = self.statements[except].indent;
        (self.try_of(except)..except)
            .filter(move |i| self.statements[*i].indent == indent && self.is(*i, "except"))
    }

    /// The last statement of a block, at the block's own level.
    pub(super) fn last_of(&self, header: usize) -> usize {
        let body = self.body(header);
        let indent = self.statements[body.start].indent;
        body.rev().find(|i| self.statements[*i].indent == indent).expect("a block has a statement")
    }

    /// What runs after a statement that ends as usual, after an exception if it stands in an `except`.
    pub(super) fn next(&self, i: usize) -> Next {
        let mut through = None;
        let mut at = i;
        loop {
            let parent = self.parent(at);
            let end = parent.map_or(self.statements.len(), |p| self.body(p).end);
            let mut next = self.body(at).end;
            while next < end && ["elif", "else", "except", "finally"].contains(&self.keyword(next)) {
                if self.is(next, "finally") {
                    through = Some(self.last_of(next));
                }
                next = self.body(next).end;
            }
            if next < end {
                return Next::Statement(next);
            }
            match parent {
                Some(p) if self.is(p, "for") || self.is(p, "while") => return Next::Loop(end),
                Some(p) if !self.is_def(p) => at = p,
                _ => return Next::End { through },
            }
        }
    }

    /// What the function around a statement is for its callers.
    pub(super) fn role(&self, i: usize) -> Role {
        let Some(function) = self.function(i) else { return Role::Value };
        let own = || self.body(function).filter(|s| self.function(*s) == Some(function));
        let decorators = (0..function).rev().take_while(|d| self.code_of(*d).starts_with('@'));
        let takes_event = self.code_of(function).contains("(event, context)")
            || self.code_of(function).contains("(event, _context)");
        if decorators.into_iter().any(|d| self.code_of(d).starts_with("@app.")) {
            Role::Route
        } else if takes_event
            || own().any(|s| self.text_of(s).contains("\"statusCode\""))
            || own().any(|s| self.code_of(s).starts_with("return ") && RESPONDERS.contains(&self.callee(s)))
        {
            Role::Answers
        } else if own().any(|s| self.code_of(s).starts_with("return ")) {
            Role::Value
        } else {
            Role::Procedure
        }
    }

    /// The name of what a `return` calls.
    pub(super) fn callee(&self, i: usize) -> &str {
        let code = self.code_of(i).trim_start_matches("return ");
        let end = code.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(code.len());
        if code[end..].starts_with('(') { &code[..end] } else { "" }
    }

    /// Whether the body of a `try` does something that can fail on our own account: a call, or the block of a `with` statement
    /// for which it stands.
    pub(super) fn has_effect(&self, header: usize) -> bool {
        let code = &self.code[self.block(self.body(header))];
        if self.body(header).any(|i| self.is(i, "yield")) {
            return true;
        }
        let calls = code.match_indices('(').filter_map(|(at, _)| {
            let name = code[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
            (!name.is_empty()).then_some(name)
        });
        calls.into_iter().any(|name| !PURE.contains(&name))
    }

    /// The bytes of some statements.
    pub(super) fn block(&self, of: Range<usize>) -> Range<usize> {
        self.span(of.start).start..self.span(of.end - 1).end
    }

    /// Names that a `try` binds, that nothing before it binds, and that some later statements need: without the `try` they fail.
    pub(super) fn needs(&self, try_: usize, later: Range<usize>) -> bool {
        let function = self.function(try_).unwrap_or(0);
        let bound = |of: Range<usize>| of.flat_map(|i| self.binds(i)).collect::<Vec<&str>>();
        let before = bound(function + 1..try_);
        let new = bound(self.body(try_)).into_iter().filter(|name| !before.contains(name));
        let later = &self.text[self.block(later)];
        let mut words = later.split(|c: char| !c.is_alphanumeric() && c != '_').collect::<Vec<&str>>();
        words.sort_unstable();
        new.into_iter().any(|name| words.binary_search(&name).is_ok())
    }

    /// The plain names that a statement binds.
    fn binds(&self, i: usize) -> Vec<&str> {
        let code = self.code_of(i);
        let targets = match self.keyword(i) {
            "for" => code.trim_start_matches("for ").split(" in ").next().unwrap_or_default(),
            "with" => code.trim_end_matches(':').split(" as ").nth(1).unwrap_or_default(),
            _ => code.split_once(" = ").map_or("", |(targets, _)| targets),
        };
        let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        targets.split(',').map(str::trim).filter(plain).collect()
    }

    /// The end of an expression: the comma or the closing bracket behind it.
    pub(super) fn end_of_expression(&self, start: usize) -> usize {
        let mut open = 0usize;
        for (at, byte) in self.code.bytes().enumerate().skip(start) {
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' if open == 0 => return at,
                b')' | b']' | b'}' => open -= 1,
                b',' | b'\n' if open == 0 => return at,
                _ => {}
            }
        }
        self.code.len()
    }

    /// The bracket that is open at a byte of a statement.
    pub(super) fn bracket_around(&self, i: usize, at: usize) -> Option<usize> {
        let start = self.span(i).start;
        let mut open = Vec::new();
        for (offset, byte) in self.code[start..at].bytes().enumerate() {
            match byte {
                b'(' | b'[' | b'{' => open.push(start + offset),
                b')' | b']' | b'}' => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// The text with a part replaced.
    pub(super) fn with(&self, part: Range<usize>, replacement: &str) -> String {
        format!("{}{replacement}{}", &self.text[..part.start], &self.text[part.end..])
    }
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The text with `_` for what stands in strings, quotes kept, and spaces for comments; every byte in its place.
fn without_strings(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    code.push(b' ');
                    at += 1;
                }
            }
            quote @ (b'"' | b'\'') => {
                let triple = [quote; 3];
                let close: &[u8] = if bytes[at..].starts_with(&triple) { &triple } else { &triple[..1] };
                code.extend_from_slice(close);
                at += close.len();
                while at < bytes.len() && !bytes[at..].starts_with(close) {
                    let step = if bytes[at] == b'\\' { 2 } else { 1 };
                    code.resize(code.len() + step, b'_');
                    at += step;
                }
                code.extend_from_slice(close);
                at += close.len();
            }
            byte => {
                code.push(if byte.is_ascii() { byte } else { b'_' });
                at += 1;
            }
        }
    }
    String::from_utf8(code).expect("only ASCII was written")
}
