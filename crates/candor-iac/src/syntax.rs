//! YAML and JSON, as trees in which everything knows its place.

mod json;
pub mod node;
mod yaml;

use candor_gateway::span::{FileId, Span};

pub use node::{Entry, Kind, Node, Scalar, Style, Tag};

/// Bounds on what is read: hostile input ends in an error, not in exhaustion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep collections may nest.
    pub max_depth: usize,
    /// How many values a file may have, aliases expanded.
    pub max_nodes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        // CloudFormation itself allows 500 resources in 1 MB; a million values are far beyond any real template and stay
        // within a few hundred megabytes.
        Limits { max_depth: 200, max_nodes: 1_000_000 }
    }
}

/// What parsing came to.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; `None` for a file that is neither YAML nor JSON, or empty.
    pub root: Option<Node>,
    /// What was wrong: with a tree, things that were read in spite of it.
    pub problems: Vec<Problem>,
}

/// Something wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What was found and what was expected.
    pub message: String,
    /// Whether the file could not be read because of it.
    pub fatal: bool,
}

/// Parses a file: as JSON if it begins as JSON does and is JSON, else as YAML.
pub fn parse(file: FileId, text: &str, limits: Limits) -> Parsed {
    let blank: &[char] = &['\u{feff}', ' ', '\t', '\r', '\n'];
    let looks_like_json = text.trim_start_matches(blank).starts_with(['{', '[']);
    if looks_like_json {
        match json::parse(file, text, limits) {
            Ok(parsed) => return parsed,
            // Flow YAML looks like JSON at first: where YAML can make sense of it, it was meant as YAML.
            Err(problem) => {
                let as_yaml = yaml::parse(file, text, limits);
                let is_yaml = as_yaml.root.as_ref().is_some_and(|root| !root.entries().is_empty());
                return if is_yaml { as_yaml } else { Parsed { root: None, problems: vec![problem] } };
            }
        }
    }
    yaml::parse(file, text, limits)
}

fn fatal(span: Span, message: impl Into<String>) -> Problem {
    Problem { span, message: message.into(), fatal: true }
}

/// A mapping under construction: the last of equal keys wins, with a problem that names both places.
#[derive(Debug, Default)]
struct Entries {
    entries: Vec<Entry>,
    index: std::collections::HashMap<String, usize>,
}

impl Entries {
    /// Beyond this many keys an index pays.
    const INDEXED: usize = 12;

    fn position(&mut self, key: &str) -> Option<usize> {
        if self.entries.len() < Entries::INDEXED {
            return self.entries.iter().position(|e| e.key.as_str() == key);
        }
        if self.index.is_empty() {
            self.index =
                self.entries.iter().enumerate().map(|(i, e)| (e.key.as_str().to_string(), i)).collect();
        }
        self.index.get(key).copied()
    }

    fn add(&mut self, entry: Entry) {
        if !self.index.is_empty() {
            self.index.insert(entry.key.as_str().to_string(), self.entries.len());
        }
        self.entries.push(entry);
    }

    /// Adds an entry unless there is one of its key: what a merge brings never wins.
    fn merge(&mut self, entry: Entry) {
        if self.position(entry.key.as_str()).is_none() {
            self.add(entry);
        }
    }

    fn push(&mut self, entry: Entry, problems: &mut Vec<Problem>) {
        let key = entry.key.as_str();
        match self.position(key) {
            Some(i) => {
                // A flood of duplicates is one complaint, not a million.
                if problems.len() < 100 {
                    let message = format!("the key `{key}` stands here a second time; the last one is used");
                    problems.push(Problem { span: entry.key.span(), message, fatal: false });
                }
                self.entries[i] = entry;
            }
            None => self.add(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Node {
        let parsed = parse(FileId(0), text, Limits::default());
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        parsed.root.expect("a tree")
    }

    /// What `text.at(range of needle)` leads to in the source.
    fn source_of(text: &str, key: &str, needle: &str) -> String {
        let root = parsed(text);
        let value = root.get(key).and_then(Node::as_text).expect("a scalar");
        let start = value.as_str().find(needle).expect("the needle") as u32;
        let span = value.at(start..start + needle.len() as u32);
        text[span.start as usize..span.end as usize].to_string()
    }

    #[test]
    fn a_literal_block_leads_to_its_lines() {
        let text = "a: |\n  first\n    second line\n\n  third\nb: 1\n";
        assert_eq!(parsed(text).get("a").and_then(Node::as_str), Some("first\n  second line\n\nthird\n"));
        assert_eq!(source_of(text, "a", "second line"), "second line");
        assert_eq!(source_of(text, "a", "third"), "third");
    }

    #[test]
    fn other_styles_lead_to_their_bytes_too() {
        assert_eq!(source_of("a: >-\n  one\n  two\n", "a", "two"), "two");
        assert_eq!(source_of("a: 'it''s here'\n", "a", "here"), "here");
        assert_eq!(source_of("a: \"x\\ty\\u00e9 z\"\n", "a", "z"), "z");
        assert_eq!(source_of("a: \"x\\ty\"\n", "a", "\t"), "\\t");
        assert_eq!(source_of("a: one\n  two\n", "a", "two"), "two");
        assert_eq!(source_of("{\"a\": \"x\\n\\ud83d\\ude00 end\"}", "a", "end"), "end");
        assert_eq!(source_of("a: |\r\n  x\r\n  yes\r\n", "a", "yes"), "yes");
    }

    #[test]
    fn what_cannot_be_walked_side_by_side_leads_to_the_whole_of_it() {
        let source = "|\n[\r\n\ré";
        let root = parsed(source);
        let text = root.as_text().expect("a scalar");
        // As many bytes as the source, and not the same.
        assert_eq!(text.as_str(), "[\n\né\n");
        let span = text.at(3..5);
        assert_eq!(&source[span.start as usize..span.end as usize], "[\r\n\ré");
    }

    #[test]
    fn numbers_and_dates_stay_text_and_tags_stay() {
        let root = parsed("a: 08\nb: 2012-10-17\nc: !Sub '${x}'\nd: !GetAtt [a, b]\ne:\nf: ~\n");
        assert_eq!(root.get("a").and_then(Node::as_str), Some("08"));
        assert_eq!(root.get("b").and_then(Node::as_str), Some("2012-10-17"));
        assert_eq!(root.get("c").and_then(|n| n.tag.as_ref()).map(|t| t.name.as_str()), Some("Sub"));
        assert_eq!(root.get("d").map(|n| n.items().len()), Some(2));
        assert!(root.get("e").is_some_and(Node::is_null) && root.get("f").is_some_and(Node::is_null));
    }

    #[test]
    fn the_last_of_equal_keys_wins_and_is_named() {
        for text in ["a: 1\nb: 2\na: 3\n", "{\"a\": 1, \"b\": 2, \"a\": 3}"] {
            let parsed = parse(FileId(0), text, Limits::default());
            assert_eq!(parsed.root.expect("a tree").get("a").and_then(Node::as_str), Some("3"));
            assert!(parsed.problems[0].message.contains("a second time"));
        }
    }

    #[test]
    fn aliases_and_merges_expand() {
        let root = parsed("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nsame: *b\n");
        let of = |key: &str, inner: &str| root.get(key).and_then(|n| n.get(inner)).and_then(Node::as_str);
        assert_eq!((of("use", "x"), of("use", "y"), of("same", "y")), (Some("1"), Some("3"), Some("2")));
    }

    fn problem(text: &str) -> String {
        let parsed = parse(FileId(0), text, Limits::default());
        assert!(parsed.root.is_none(), "{text:.40}");
        parsed.problems[0].message.clone()
    }

    #[test]
    fn hostile_input_is_one_clear_error() {
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
        for i in 1..12 {
            let refs = vec![format!("*a{}", i - 1); 10].join(", ");
            laughs.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
        }
        assert!(problem(&laughs).contains("values"));
        assert!(problem(&format!("a: {}", "[".repeat(20_000))).contains("nest"));
        assert!(problem(&"[".repeat(20_000)).contains("nest"));
        assert!(problem(&"{\"a\":".repeat(20_000)).contains("nest"));
        let deep: String = (0..20_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>();
        assert!(problem(&deep[..deep.len().min(4_000_000)]).contains("nest"));
        assert!(problem("a: &x [*x]\n").contains("alias"));
        assert!(problem("a: [1, 2\nb: 3\n").contains("expected") || !problem("a: [1, 2\nb: 3\n").is_empty());
        assert_eq!(problem("{\"a\": 1,\n \"b\" 2}"), "expected `:`");
    }
}
