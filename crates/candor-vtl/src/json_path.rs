//! JSONPath as Jayway's library reads it, which AWS demonstrably uses (inferred for filters and `.length()`).

mod filter;
mod parse;

use std::borrow::Cow;

use self::filter::Filter;
use crate::error::{Error, ErrorKind};
use crate::heap::{Datum, Heap, Place};
use crate::seen::Seen;
use crate::tape::Node;
use crate::value::Value;

/// A step of a path.
enum Step {
    Member(String),
    Members(Vec<String>),
    Index(i64),
    Indexes(Vec<i64>),
    Slice(Option<i64>, Option<i64>),
    /// `*`
    Any,
    /// `..name` or `..*`
    Deep(Option<String>),
    /// `[?(…)]`
    Filter(Filter),
}

impl Step {
    /// Whether it leads to any number of values.
    fn is_indefinite(&self) -> bool {
        !matches!(self, Step::Member(_) | Step::Index(_))
    }
}

/// A path, maybe with `.length()` at its end.
struct Path {
    steps: Vec<Step>,
    length: bool,
}

fn invalid(what: &str) -> Error {
    Error { kind: ErrorKind::Method(format!("JSONPath: {what}")), span: 0..0 }
}

/// Values that one path may visit.
const MAX_VISITS: usize = 1_000_000;

/// So many members or elements that may be passed by count as a visit.
const WIDTH_PER_VISIT: usize = 16;

/// So many bytes of a text that may be looked at as a visit.
const BYTES_PER_VISIT: usize = 64;

/// A step to one value.
pub(crate) enum Definite {
    Member(String),
    /// Counted from the beginning.
    Index(usize),
}

/// The steps of a path that leads to one value, without counting from the end; `None` for any other.
pub(crate) fn definite(path: &str) -> Option<Vec<Definite>> {
    let path = parse::path(path).ok()?;
    let step = |step| match step {
        Step::Member(name) => Some(Definite::Member(name)),
        Step::Index(index) => Some(Definite::Index(usize::try_from(index).ok()?)),
        _ => None,
    };
    if path.length { None } else { path.steps.into_iter().map(step).collect() }
}

/// What a path finds: `None` for a definite path that leads nowhere; a path with wildcards yields an array, maybe empty.
///
/// # Errors
/// Where the path is none, or visits too much.
pub fn select(path: &str, root: &Value) -> Result<Option<Value>, Error> {
    let (found, _) = find(path, root)?;
    Ok(match found {
        Found::Nothing => None,
        Found::One(value) => Some(value.clone()),
        Found::Many(values) => Some(Value::Array(values.into_iter().cloned().collect())),
        Found::Length(length) => Some(Value::Int(length as i64)),
    })
}

/// What a path has found.
pub(crate) enum Found<V> {
    /// A definite path leads nowhere.
    Nothing,
    /// A definite path leads here.
    One(V),
    /// All that an indefinite path leads to.
    Many(Vec<V>),
    /// The length of what a path leads to.
    Length(usize),
}

impl<V> Found<V> {
    fn map<W>(self, change: impl FnMut(V) -> W) -> Found<W> {
        let mut change = change;
        match self {
            Found::Nothing => Found::Nothing,
            Found::One(value) => Found::One(change(value)),
            Found::Many(values) => Found::Many(values.into_iter().map(change).collect()),
            Found::Length(length) => Found::Length(length),
        }
    }
}

/// As [`select`], in a rendering's own values, and how many were visited.
pub(crate) fn select_on_heap<'t>(
    path: &str,
    heap: &mut Heap<'t>,
    root: &Datum<'t>,
) -> Result<(Found<Datum<'t>>, usize), Error> {
    let (found, visited) = find(path, OnHeap { heap, seen: heap.look(root) })?;
    let found = found.map(|view| view.seen.held());
    Ok((found.map(|held| held.datum(heap)), visited))
}

/// What a filter compares.
enum Scalar<'v> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'v, str>),
    /// An object or an array.
    Structure,
}

/// A value of JSON, wherever it is kept.
trait View<'v>: Copy {
    fn scalar(self) -> Scalar<'v>;
    fn member(self, name: &str) -> Option<Self>;
    /// The length of an array.
    fn array_length(self) -> Option<usize>;
    fn item(self, at: usize) -> Option<Self>;
    /// How many members are looked at to find one.
    fn width(self) -> usize;
    /// How many bytes a text or a number of many digits has, as it is written.
    fn bytes(self) -> usize;
    /// The values of an object or an array.
    fn children(self, out: &mut Vec<Self>);
}

impl<'v> View<'v> for &'v Value {
    fn scalar(self) -> Scalar<'v> {
        match self {
            Value::Null => Scalar::Null,
            Value::Bool(b) => Scalar::Bool(*b),
            Value::Int(n) => Scalar::Number(*n as f64),
            Value::Double(d) => Scalar::Number(*d),
            Value::Big(spelled) => Scalar::Number(spelled.parse().unwrap_or(f64::NAN)),
            Value::String(text) => Scalar::Text(text.into()),
            Value::Array(_) | Value::List(_) | Value::Map(_) => Scalar::Structure,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn width(self) -> usize {
        match self {
            Value::Map(members) => members.len(),
            _ => 0,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Value::String(text) | Value::Big(text) => text.len(),
            _ => 0,
        }
    }

    fn array_length(self) -> Option<usize> {
        self.elements().map(<[Value]>::len)
    }

    fn item(self, at: usize) -> Option<Self> {
        self.elements()?.get(at)
    }

    fn children(self, out: &mut Vec<Self>) {
        match self {
            Value::Map(members) => out.extend(members.iter().map(|(_, v)| v)),
            Value::Array(items) | Value::List(items) => out.extend(items),
            _ => {}
        }
    }
}

/// A value of a rendering.
#[derive(Clone, Copy)]
struct OnHeap<'h, 't> {
    heap: &'h Heap<'t>,
    seen: Seen<'h, 't>,
}

impl<'h, 't> OnHeap<'h, 't> {
    fn beside(self, datum: &'h Datum<'t>) -> OnHeap<'h, 't> {
        OnHeap { seen: self.heap.look(datum), ..self }
    }

    /// A value that has been read.
    fn read(self, place: Place) -> OnHeap<'h, 't> {
        OnHeap { seen: self.heap.look_at(place), ..self }
    }
}

impl<'v> View<'v> for OnHeap<'v, '_> {
    fn scalar(self) -> Scalar<'v> {
        match self.seen {
            Seen::Other(Datum::Null) => Scalar::Null,
            Seen::Other(Datum::Bool(b)) => Scalar::Bool(*b),
            Seen::Other(Datum::Int(n)) => Scalar::Number(*n as f64),
            Seen::Other(Datum::Long(n)) => Scalar::Number(*n as f64),
            Seen::Other(Datum::Double(d)) => Scalar::Number(*d),
            Seen::Other(Datum::Big(spelled)) => Scalar::Number(spelled.parse().unwrap_or(f64::NAN)),
            Seen::Other(Datum::Text(text)) => Scalar::Text(Cow::Borrowed(text)),
            Seen::Read(place) => {
                let tape = self.heap.tape(place);
                match tape.node(place.node()) {
                    Node::Null => Scalar::Null,
                    Node::Bool(b) => Scalar::Bool(b),
                    Node::Int(n) => Scalar::Number(n as f64),
                    Node::Double(d) => Scalar::Number(d),
                    Node::Big(_) => Scalar::Number(tape.text(place.node()).parse().unwrap_or(f64::NAN)),
                    Node::Text(_) | Node::Escaped(_) => Scalar::Text(tape.text(place.node())),
                    Node::Array(_) | Node::Object(_) => Scalar::Structure,
                }
            }
            _ => Scalar::Structure,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        Some(OnHeap { seen: self.heap.look_inside(self.seen, name)?, ..self })
    }

    fn width(self) -> usize {
        match self.seen {
            Seen::Read(place) => self.heap.tape(place).count(place.node()),
            _ => 0,
        }
    }

    fn bytes(self) -> usize {
        match self.seen {
            Seen::Other(Datum::Text(text)) => text.len(),
            Seen::Other(Datum::Big(spelled)) => spelled.len(),
            Seen::Read(place) => match self.heap.tape(place).node(place.node()) {
                Node::Text(span) | Node::Escaped(span) | Node::Big(span) => span.length as usize,
                _ => 0,
            },
            _ => 0,
        }
    }

    fn array_length(self) -> Option<usize> {
        match self.seen {
            Seen::List(at) => Some(self.heap.length(at)),
            Seen::Read(place) => {
                let tape = self.heap.tape(place);
                matches!(tape.node(place.node()), Node::Array(_)).then(|| tape.count(place.node()))
            }
            _ => None,
        }
    }

    fn item(self, at: usize) -> Option<Self> {
        match self.seen {
            Seen::List(list) => Some(self.beside(self.heap.kept_items(list).get(at)?)),
            Seen::Read(place) => {
                self.array_length()?;
                let node = self.heap.tape(place).members(place.node()).nth(at)?;
                Some(self.read(place.beside(node)))
            }
            _ => None,
        }
    }

    fn children(self, out: &mut Vec<Self>) {
        match self.seen {
            Seen::Map(at) => {
                out.extend(self.heap.kept(at).members().iter().map(|(_, datum)| self.beside(datum)));
            }
            Seen::List(at) => out.extend(self.heap.kept_items(at).iter().map(|datum| self.beside(datum))),
            Seen::Read(place) => {
                let members = self.heap.tape(place).members(place.node());
                out.extend(members.map(|node| self.read(place.beside(node))));
            }
            _ => {}
        }
    }
}

fn find<'v, V: View<'v>>(path: &str, root: V) -> Result<(Found<V>, usize), Error> {
    let path = parse::path(path)?;
    let mut visited = 0;
    let found = walk(&path.steps, root, root, &mut visited)?;
    let found = if path.steps.iter().any(Step::is_indefinite) {
        if path.length { Found::Length(found.len()) } else { Found::Many(found) }
    } else {
        match found.first() {
            None => Found::Nothing,
            Some(view) if path.length => {
                let mut children = Vec::new();
                view.children(&mut children);
                visited += children.len() / WIDTH_PER_VISIT + view.bytes() / BYTES_PER_VISIT;
                match view.scalar() {
                    Scalar::Structure => Found::Length(children.len()),
                    Scalar::Text(text) => Found::Length(text.encode_utf16().count()),
                    _ => Found::Nothing,
                }
            }
            Some(view) => Found::One(*view),
        }
    };
    Ok((found, visited))
}

/// Every value that steps lead to from `at`; `root` is what `$` means in filters.
fn walk<'v, V: View<'v>>(steps: &[Step], at: V, root: V, visited: &mut usize) -> Result<Vec<V>, Error> {
    let mut found = vec![at];
    for step in steps {
        let mut next = Vec::new();
        for at in found {
            apply(step, at, root, &mut next, visited)?;
        }
        *visited += next.len() + 1;
        found = next;
    }
    Ok(found)
}

fn apply<'v, V: View<'v>>(
    step: &Step,
    at: V,
    root: V,
    out: &mut Vec<V>,
    visited: &mut usize,
) -> Result<(), Error> {
    let index = |i: i64| {
        let i = if i < 0 { i.checked_add_unsigned(at.array_length()? as u64)? } else { i };
        at.item(usize::try_from(i).ok()?)
    };
    match step {
        Step::Member(name) => {
            *visited += at.width() / WIDTH_PER_VISIT;
            out.extend(at.member(name));
        }
        Step::Members(names) => {
            *visited += names.len() * at.width() / WIDTH_PER_VISIT;
            bounded(*visited)?;
            out.extend(names.iter().filter_map(|n| at.member(n)));
        }
        Step::Index(i) => {
            *visited += at.array_length().unwrap_or(0) / WIDTH_PER_VISIT;
            out.extend(index(*i));
        }
        Step::Indexes(all) => {
            *visited += all.len() * at.array_length().unwrap_or(0) / WIDTH_PER_VISIT;
            bounded(*visited)?;
            out.extend(all.iter().filter_map(|i| index(*i)));
        }
        Step::Slice(from, to) => {
            let length = at.array_length().unwrap_or(0) as i64;
            let bound = |b: i64| if b < 0 { b.saturating_add(length).max(0) } else { b.min(length) } as usize;
            let (from, to) = (bound(from.unwrap_or(0)), bound(to.unwrap_or(length)));
            if at.array_length().is_some() {
                *visited += length as usize / WIDTH_PER_VISIT;
                bounded(*visited)?;
                let mut items = Vec::new();
                at.children(&mut items);
                out.extend(items.into_iter().take(to).skip(from));
            }
        }
        Step::Any => at.children(out),
        // A filter chooses among the elements of an array; of an object it tells whether to go on.
        Step::Filter(filter) => match at.array_length() {
            None => {
                if filter.accepts(at, root, visited)? {
                    out.push(at);
                }
            }
            Some(_) => {
                let mut items = Vec::new();
                at.children(&mut items);
                for item in items {
                    if filter.accepts(item, root, visited)? {
                        out.push(item);
                    }
                }
            }
        },
        Step::Deep(name) => {
            let mut open = vec![at];
            while let Some(value) = open.pop() {
                *visited += 1;
                match name {
                    Some(name) => out.extend(value.member(name)),
                    None => out.push(value),
                }
                let before = open.len();
                value.children(&mut open);
                open[before..].reverse();
                bounded(*visited + open.len())?;
            }
        }
    }
    bounded(*visited + out.len())
}

fn bounded(visited: usize) -> Result<(), Error> {
    if visited > MAX_VISITS {
        let kind = ErrorKind::Budget("a JSONPath leads to too many values");
        return Err(Error { kind, span: 0..0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"{"items": [{"id": 1, "tag": "a"}, {"id": 2}, {"id": 3, "tag": "b"}], "least": 2, "a b": {"c": "d"}}"#;

    /// What a path finds in the shop, as JSON.
    #[track_caller]
    fn find(path: &str) -> String {
        let root = crate::json::parse_lenient(SHOP).expect("JSON");
        let mut out = String::new();
        match select(path, &root).expect("a path") {
            Some(found) => crate::json::write(&found, &mut out),
            None => out.push_str("nothing"),
        }
        out
    }

    #[test]
    fn definite_paths_lead_to_a_value() {
        assert_eq!(find("$.items[0].tag"), r#""a""#);
        assert_eq!(find("items[-1].id"), "3");
        assert_eq!(find("$['a b'].c"), r#""d""#);
        assert_eq!(find("$.items[1].tag"), "nothing");
        assert_eq!(find("$.items[9]"), "nothing");
    }

    #[test]
    fn indefinite_paths_lead_to_an_array() {
        assert_eq!(find("$.items[*].id"), "[1,2,3]");
        assert_eq!(find("$..id"), "[1,2,3]");
        assert_eq!(find("$.items[0:2].id"), "[1,2]");
        assert_eq!(find("$.items[-2:].id"), "[2,3]");
        assert_eq!(find("$.items[0,2].id"), "[1,3]");
        assert_eq!(find("$..none"), "[]");
    }

    #[test]
    fn filters_choose_elements() {
        assert_eq!(find("$.items[?(@.tag)].id"), "[1,3]");
        assert_eq!(find("$.items[?(!@.tag)].id"), "[2]");
        assert_eq!(find("$.items[?(@.id >= $.least)].id"), "[2,3]");
        assert_eq!(find("$.items[?(@.id == 1 || @.tag == 'b')].id"), "[1,3]");
        assert_eq!(find("$.items[?(@.id < 3 && (@.tag != 'a'))].id"), "[2]");
        assert_eq!(find("$.items[?(@.tag =~ /A/i)].id"), "[1]");
        assert_eq!(find("$.items[?(@['tag'] == 'x]')]"), "[]");
    }

    #[test]
    fn length_counts() {
        assert_eq!(find("$.items.length()"), "3");
        assert_eq!(find("$.items[0].length()"), "2");
        assert_eq!(find("$.items[?(@.tag)].length()"), "2");
    }

    #[test]
    fn what_is_no_path_is_an_error() {
        for path in ["$[", "$.", "$.a[?(@.b", "$.a[?(@.b ==)]", "$['a", "$.a[x]", "$.a.sum()"] {
            assert!(select(path, &Value::Null).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_is_bounded() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let root = crate::json::parse_lenient(&deep).expect("JSON");
        assert!(select(&"..*".repeat(12), &root).is_err());
        assert!(select(&format!("$[?({}@.a)]", "(".repeat(5000)), &root).is_err());
    }
}
