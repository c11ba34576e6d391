//! YAML with places, from granit-parser's events: it reports byte ranges and bounds nesting by itself.

use std::collections::HashMap;

use candor_gateway::span::{FileId, Span, Text};
use granit_parser::{Event, Parser, ScalarStyle};

use crate::syntax::{Entries, Entry, Kind, Limits, Node, Parsed, Problem, Scalar, Style, Tag, fatal};

const ALIAS_TO_NOTHING: &str = "an alias to itself, or to something that is not there yet";

/// A collection whose end has not been met.
struct Open {
    start: u32,
    tag: Option<Tag>,
    anchor: usize,
    /// How many values it holds so far, itself included.
    nodes: usize,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping { entries: Entries, key: Option<Text>, merges: Vec<Node> },
}

/// Parses a YAML document: the first one of a file.
pub(super) fn parse(file: FileId, text: &str, limits: Limits) -> Parsed {
    let mut problems = Vec::new();
    match build(file, text, limits, &mut problems) {
        Ok(root) => Parsed { root, problems },
        Err(problem) => Parsed { root: None, problems: vec![problem] },
    }
}

fn build(
    file: FileId,
    text: &str,
    limits: Limits,
    problems: &mut Vec<Problem>,
) -> Result<Option<Node>, Problem> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: limits.max_depth,
        block_nesting_limit: limits.max_depth,
    };
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, (Node, usize)> = HashMap::new();
    let mut root: Option<Node> = None;
    let mut total = 0usize;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, place) = event.map_err(|e| {
            let at = e.marker().byte_offset().unwrap_or(0).min(text.len()) as u32;
            let message = e.info();
            let message =
                if message.contains("recursion") || message.contains("nest") || message.contains("limit") {
                    format!("collections nest more than {} deep", limits.max_depth)
                } else if message.contains("anchor") {
                    ALIAS_TO_NOTHING.to_string()
                } else {
                    format!("no YAML: {message}")
                };
            fatal(Span { file, start: at, end: at }, message)
        })?;
        let range = place.byte_range().unwrap_or(0..0);
        let span =
            Span { file, start: range.start.min(text.len()) as u32, end: range.end.min(text.len()) as u32 };
        let tag_of = |tag: &Option<std::borrow::Cow<'_, granit_parser::Tag>>| {
            tag.as_ref().filter(|tag| !tag.is_yaml_core_schema()).map(|tag| {
                let tag_span = place.tag_span().and_then(|s| s.byte_range());
                let span = tag_span.map_or(span, |r| Span { file, start: r.start as u32, end: r.end as u32 });
                Tag { name: tag.suffix().trim_start_matches('!').to_string(), span }
            })
        };
        total += 1;
        let (node, nodes, anchor) = match event {
            Event::SequenceStart(_, anchor, tag) => {
                let items = Items::Sequence(Vec::new());
                open.push(Open { start: span.start, tag: tag_of(&tag), anchor, nodes: 1, items });
                continue;
            }
            Event::MappingStart(_, anchor, tag) => {
                let items = Items::Mapping { entries: Entries::default(), key: None, merges: Vec::new() };
                open.push(Open { start: span.start, tag: tag_of(&tag), anchor, nodes: 1, items });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { start, tag, anchor, nodes, items }) = open.pop() else { continue };
                let end = trimmed_end(text, start, span.end);
                let kind = match items {
                    Items::Sequence(items) => Kind::Sequence(items),
                    Items::Mapping { mut entries, merges, .. } => {
                        merge(&mut entries, merges);
                        Kind::Mapping(entries.entries)
                    }
                };
                (Node { span: Span { file, start, end }, tag, kind }, nodes, anchor)
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag_of(&tag);
                let end = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    trimmed_end(text, span.start, span.end)
                } else {
                    span.end
                };
                let span = Span { end, ..span };
                let null =
                    style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null" | "Null" | "NULL");
                let kind = if null && tag.is_none() {
                    Kind::Null
                } else {
                    let style_of = match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    };
                    Kind::Scalar(Scalar { text: mapped(file, text, &value, style, span), style: style_of })
                };
                (Node { span, tag, kind }, 1, anchor)
            }
            Event::Alias(id) => {
                let Some((target, nodes)) = anchors.get(&id) else {
                    return Err(fatal(span, ALIAS_TO_NOTHING));
                };
                total = total.saturating_add(*nodes);
                if total > limits.max_nodes {
                    return Err(fatal(
                        span,
                        format!("aliases expand to more than {} values", limits.max_nodes),
                    ));
                }
                (target.clone(), *nodes, 0)
            }
            Event::DocumentEnd => {
                if root.is_some() {
                    break;
                }
                continue;
            }
            _ => continue,
        };
        if total > limits.max_nodes {
            return Err(fatal(span, format!("more than {} values in a file", limits.max_nodes)));
        }
        if anchor != 0 {
            anchors.insert(anchor, (node.clone(), nodes));
            total = total.saturating_add(nodes);
        }
        match open.last_mut() {
            None => root = Some(node),
            Some(parent) => {
                parent.nodes = parent.nodes.saturating_add(nodes);
                match &mut parent.items {
                    Items::Sequence(items) => items.push(node),
                    Items::Mapping { entries, key, merges } => match key.take() {
                        None => *key = Some(key_text(&node)),
                        Some(name) if name.as_str() == "<<" && is_merge(&node) => merges.push(node),
                        Some(name) => entries.push(Entry { key: name, value: node }, problems),
                    },
                }
            }
        }
        if open.len() > limits.max_depth {
            return Err(fatal(span, format!("collections nest more than {} deep", limits.max_depth)));
        }
    }
    Ok(root)
}

/// A key as text: collections as keys have none, and no template has them.
fn key_text(node: &Node) -> Text {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.text.clone(),
        Kind::Null | Kind::Sequence(_) | Kind::Mapping(_) => Text::mapped("", Vec::new(), node.span),
    }
}

fn is_merge(node: &Node) -> bool {
    node.is_mapping() || (node.is_sequence() && node.items().iter().all(Node::is_mapping))
}

/// Merges: a mapping's own keys win, then the earlier merge.
fn merge(entries: &mut Entries, merges: Vec<Node>) {
    let sources = merges.into_iter().flat_map(|node| match node.kind {
        Kind::Sequence(items) => items,
        _ => vec![node],
    });
    for source in sources {
        if let Kind::Mapping(merged) = source.kind {
            merged.into_iter().for_each(|entry| entries.merge(entry));
        }
    }
}

/// The end of a block without the white space behind it: blocks end where the next thing begins.
fn trimmed_end(text: &str, start: u32, end: u32) -> u32 {
    match text.get(start as usize..end as usize) {
        Some(slice) => start + slice.trim_end().len() as u32,
        None => end,
    }
}

/// The value of a scalar with a map to its bytes. The parser's value is the truth; where walking the source beside it does
/// not arrive at the same text, the whole maps to the whole.
fn mapped(file: FileId, source: &str, value: &str, style: ScalarStyle, span: Span) -> Text {
    let raw = &source[span.start as usize..span.end as usize];
    if raw == value {
        return Text::verbatim(value, span);
    }
    let (from, escapes) = match style {
        ScalarStyle::Plain => (0, Escapes::None),
        ScalarStyle::SingleQuoted => (1, Escapes::Doubled),
        ScalarStyle::DoubleQuoted => (1, Escapes::Backslash),
        // The parser's range of a block begins with its content, behind the indicators.
        ScalarStyle::Literal | ScalarStyle::Folded => (0, Escapes::None),
    };
    let map = align(file, raw, value, span.start, from, escapes);
    match map {
        Some(map) => Text::mapped(value, map, span),
        // A segment as long as its text would map byte by byte: cut in two, neither is.
        None if value.len() == raw.len() => Text::mapped(value, vec![(0, span), (1, span)], span),
        None => Text::mapped(value, vec![(0, span)], span),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Doubled,
    Backslash,
}

/// Walks source and value side by side: equal bytes run together; a line break of the value, or a blank that a fold made of
/// one, takes the source's line break with the indentation behind it; an escape is a segment of its own.
fn align(
    file: FileId,
    raw: &str,
    value: &str,
    base: u32,
    from: usize,
    escapes: Escapes,
) -> Option<Vec<(u32, Span)>> {
    let (raw, text) = (raw.as_bytes(), value.as_bytes());
    let mut map: Vec<(u32, Span)> = Vec::new();
    let mut push = |at: usize, start: usize, end: usize| {
        let span = Span { file, start: base + start as u32, end: base + end as u32 };
        map.push((at as u32, span));
    };
    let blank = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let (mut r, mut v) = (from, 0);
    let mut line_start = escapes == Escapes::None;
    while v < text.len() {
        if line_start && r < raw.len() {
            // The indentation of this line is the source's blanks beyond those that the value has.
            let source_blanks = raw[r..].iter().take_while(|b| **b == b' ' || **b == b'\t').count();
            let value_blanks = text[v..].iter().take_while(|b| **b == b' ' || **b == b'\t').count();
            r += source_blanks.saturating_sub(value_blanks);
            line_start = false;
        }
        // A run of equal bytes, up to a line break or an escape.
        let (run_r, run_v) = (r, v);
        while v < text.len() && r < raw.len() && text[v] == raw[r] && text[v] != b'\n' {
            let escape = match escapes {
                Escapes::None => false,
                Escapes::Doubled => raw[r] == b'\'',
                Escapes::Backslash => raw[r] == b'\\',
            };
            if escape {
                break;
            }
            r += 1;
            v += 1;
        }
        if v > run_v {
            push(run_v, run_r, r);
            continue;
        }
        if v >= text.len() {
            break;
        }
        match raw.get(r) {
            // What a block ends with may be missing from the trimmed source.
            None if text[v..].iter().all(|b| blank(*b)) => {
                push(v, raw.len(), raw.len());
                v = text.len();
            }
            None => return None,
            Some(b'\'') if escapes == Escapes::Doubled => {
                push(v, r, r + 2);
                r += 2;
                v += 1;
            }
            Some(b'\\') if escapes == Escapes::Backslash => {
                let length = match raw.get(r + 1)? {
                    b'x' => 4,
                    b'u' => 6,
                    b'U' => 10,
                    // An escaped line break vanishes together with the indentation behind it.
                    b'\n' | b'\r' => {
                        r += 1;
                        while r < raw.len() && blank(raw[r]) {
                            r += 1;
                        }
                        continue;
                    }
                    _ => 2,
                };
                let width = value[v..].chars().next().map_or(1, char::len_utf8);
                push(v, r, (r + length).min(raw.len()));
                r += length;
                v += width;
            }
            Some(b) if blank(*b) && (text[v] == b'\n' || text[v] == b' ') => {
                // The white space up to and with one line break; what indents the next line is skipped there.
                let start = r;
                while r < raw.len() && raw[r] != b'\n' && blank(raw[r]) {
                    r += 1;
                }
                if raw.get(r) != Some(&b'\n') {
                    return None;
                }
                r += 1;
                push(v, start, r);
                if text[v] == b' ' && escapes != Escapes::None {
                    while r < raw.len() && blank(raw[r]) {
                        r += 1;
                    }
                }
                v += 1;
                // In folded text a single break became a blank, two became one break: the blank lines between go along.
                if text.get(v) != Some(&b'\n') {
                    while raw.get(r..).is_some_and(|rest| {
                        let stop = rest.iter().position(|b| *b == b'\n');
                        stop.is_some_and(|n| rest[..n].iter().all(|b| blank(*b)))
                    }) {
                        r += raw[r..].iter().position(|b| *b == b'\n')? + 1;
                    }
                }
                line_start = true;
            }
            Some(_) => return None,
        }
    }
    Some(map)
}
