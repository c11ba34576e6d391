//! One source file: parsed, with the names of the modules it imports.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{ModModule, Stmt};
use ruff_text_size::Ranged;

use super::asides::{Lenience, lenience_of};
use super::{Found, Unread};
use crate::facts::Place;

/// How deep an expression may nest, counting brackets, operators and dots: Python itself stops at 200 brackets and 6,000 steps of
/// its parser. Deeper trees could exhaust the stack of whoever walks or frees them.
const MAX_DEPTH: usize = 1_000;
/// Python's own limit on nested blocks.
const MAX_INDENTS: usize = 100;

/// A parsed module.
pub(super) struct Module {
    /// The caller's key of the text.
    pub(super) key: u32,
    /// Its dotted name.
    pub(super) name: String,
    /// Whether it is the `__init__` of a package.
    pub(super) package: bool,
    pub(super) tree: ModModule,
    /// Dotted names of everything that it may import, absolute, parents included.
    pub(super) imports: Vec<String>,
    /// Whether those have been loaded.
    pub(super) followed: bool,
    /// Where it says that a failure is taken lightly.
    pub(super) lenience: Lenience,
}

impl Module {
    pub(super) fn read(found: Found, name: &str, package: bool) -> Result<Module, Unread> {
        let Found { key, text } = found;
        let at = |start: usize, end: usize| Place { module: key, start: start as u32, end: end as u32 };
        if let Some(deep) = too_deep(&text) {
            let message = "this nests too deep to be a handler that a person wrote".to_string();
            return Err(Unread::Syntax { at: at(deep, deep + 1), message });
        }
        match ruff_python_parser::parse_module(&text) {
            Ok(parsed) => {
                let lenience = lenience_of(&text, parsed.tokens());
                let tree = parsed.into_syntax();
                let mut module = Module {
                    key,
                    name: name.to_string(),
                    package,
                    tree,
                    imports: Vec::new(),
                    followed: false,
                    lenience,
                };
                module.imports = module.imported();
                Ok(module)
            }
            Err(error) => {
                let range = error.range();
                let message = error.error.to_string();
                Err(Unread::Syntax { at: at(range.start().to_usize(), range.end().to_usize()), message })
            }
        }
    }

    /// The absolute name of an import from this module: `level` dots before `name`.
    pub(super) fn absolute(&self, level: u32, name: Option<&str>) -> Option<String> {
        if level == 0 {
            return name.map(str::to_string);
        }
        let mut parts: Vec<&str> = self.name.split('.').collect();
        let up = level as usize - usize::from(self.package);
        parts.truncate(parts.len().checked_sub(up)?);
        parts.extend(name);
        Some(parts.join("."))
    }

    fn imported(&self) -> Vec<String> {
        let mut imports = Imports { module: self, names: Vec::new() };
        imports.visit_body(&self.tree.body);
        let mut names = imports.names;
        names.sort();
        names.dedup();
        names
    }
}

struct Imports<'m> {
    module: &'m Module,
    names: Vec<String>,
}

impl Imports<'_> {
    /// A module and the packages that it lies in.
    fn add(&mut self, name: &str) {
        let dots = name.match_indices('.').map(|(i, _)| i);
        self.names.extend(dots.chain([name.len()]).map(|end| name[..end].to_string()));
    }
}

impl<'a> Visitor<'a> for Imports<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.add(alias.name.as_str())),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(|name| name.as_str());
                if let Some(module) = self.module.absolute(import.level, module) {
                    self.add(&module);
                    for alias in &import.names {
                        self.add(&format!("{module}.{}", alias.name.as_str()));
                    }
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    // Imports stand in statements only.
    fn visit_expr(&mut self, _: &'a ruff_python_ast::Expr) {}
}

/// Where the text nests deeper than is safe to parse, if it does: a scan that recurses nowhere.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // For every open bracket, how many links stood before it; then the links of the innermost segment.
    let mut open: Vec<usize> = Vec::new();
    let (mut links, mut outside) = (0usize, 0usize);
    let mut indents = vec![0usize];
    let mut at = 0;
    let mut line_start = true;
    while at < bytes.len() {
        if line_start && open.is_empty() {
            let width = bytes[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let blank = matches!(bytes.get(at + width), None | Some(b'\n' | b'\r' | b'#'));
            if !blank {
                while indents.last().is_some_and(|last| *last > width) {
                    indents.pop();
                }
                if indents.last() != Some(&width) {
                    indents.push(width);
                }
                if indents.len() > MAX_INDENTS {
                    return Some(at + width);
                }
            }
            at += width;
            line_start = false;
            continue;
        }
        match bytes[at] {
            b'#' => {
                at += bytes[at..].iter().take_while(|b| **b != b'\n').count();
                continue;
            }
            b'"' | b'\'' => {
                let formatted = at > 0
                    && bytes[at.saturating_sub(2)..at].iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
                let end = string_end(bytes, at);
                if formatted && let Some(deep) = deep_field(&bytes[at..end]) {
                    return Some(at + deep);
                }
                at = end;
                continue;
            }
            b'(' | b'[' | b'{' => {
                outside += links + 1;
                open.push(links);
                links = 0;
            }
            b')' | b']' | b'}' => {
                if let Some(before) = open.pop() {
                    outside -= before + 1;
                    // What follows the bracket hangs on it.
                    links = before + 1;
                }
            }
            b',' | b';' => links = 0,
            b'\n' => {
                if open.is_empty() {
                    links = 0;
                    line_start = true;
                }
            }
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 1,
            b' ' | b'\t' | b'\r' => {}
            b if b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80 => {
                let word = bytes[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b >= 0x80);
                at += word.count();
                links += 1;
                if outside + links > MAX_DEPTH {
                    return Some(at - 1);
                }
                continue;
            }
            _ => links += 1,
        }
        if outside + links > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Where a replacement field of an f-string nests too deep.
fn deep_field(string: &[u8]) -> Option<usize> {
    let (mut braces, mut links) = (0usize, 0usize);
    for (at, byte) in string.iter().enumerate() {
        match byte {
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        links = if braces == 0 { 0 } else { links + usize::from(!byte.is_ascii_alphanumeric()) };
        if links > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

/// Behind a string that begins here: its closing quotes, or the end of its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !triple => return at,
            b if b == quote && (!triple || bytes[at..].starts_with(&[quote; 3])) => {
                return at + if triple { 3 } else { 1 };
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_seen_before_it_hurts() {
        for deep in [
            format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
            format!("x = {}1", "-".repeat(100_000)),
            format!("x = {}", vec!["a"; 100_000].join(" + ")),
            format!("x = a{}", ".b".repeat(100_000)),
            format!("x = {}1", "not ".repeat(100_000)),
            format!("x = {}1", "lambda: ".repeat(100_000)),
            format!("x = f{}", "()".repeat(100_000)),
            format!("x = f'{{{}1{}}}'", "(".repeat(100_000), ")".repeat(100_000)),
            (0..200).map(|n| format!("{}if x:\n", " ".repeat(n))).collect(),
        ] {
            assert!(too_deep(&deep).is_some(), "{:.40}", deep);
        }
    }

    #[test]
    fn long_is_not_deep() {
        let list = format!("x = [{}]", "1, ".repeat(100_000));
        let text = format!("x = '''{}'''\n# {}", "[".repeat(100_000), "(".repeat(100_000));
        let lines: String = "x = a.b(c)[d] + e\n".repeat(10_000);
        for wide in [list, text, lines] {
            assert_eq!(too_deep(&wide), None);
        }
    }

    #[test]
    fn imports_are_absolute() {
        let text = "import a.b\nfrom . import c\nfrom ..d import e\ndef f():\n    from g import *\n";
        let found = Found { key: 0, text: text.to_string() };
        let Ok(module) = Module::read(found, "p.q.r", false) else { panic!("it parses") };
        assert_eq!(module.imports, ["a", "a.b", "g", "g.*", "p", "p.d", "p.d.e", "p.q", "p.q.c"]);
    }
}
