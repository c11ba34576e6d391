//! Filters of JSONPaths: `[?(@.price < 10 && @.kind == 'book')]`.

use super::parse::Reader;
use super::{BYTES_PER_VISIT, Scalar, Step, View, bounded, invalid, walk};
use crate::error::Error;
use crate::java_regex::JavaRegex;

/// What a filter asks of an element.
pub(super) enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    /// The value exists.
    Exists(Operand),
    Compare(Operand, Comparison, Operand),
    /// `=~ /pattern/`
    Matches(Operand, JavaRegex),
}

pub(super) enum Operand {
    /// `@…` or `$…`
    Path {
        from_root: bool,
        steps: Vec<Step>,
    },
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Reads `(…)` behind a `?`.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Filter, Error> {
    if !reader.accept("(") {
        return Err(invalid("expected `(` behind `?`"));
    }
    let filter = any(reader)?;
    if reader.accept(")") { Ok(filter) } else { Err(invalid("`)` is missing")) }
}

fn any(reader: &mut Reader<'_>) -> Result<Filter, Error> {
    joined(reader, "||", Filter::Or, |reader| joined(reader, "&&", Filter::And, one))
}

/// One or more filters with a mark between them.
fn joined(
    reader: &mut Reader<'_>,
    mark: &str,
    join: impl Fn(Vec<Filter>) -> Filter,
    part: impl Fn(&mut Reader<'_>) -> Result<Filter, Error>,
) -> Result<Filter, Error> {
    let first = part(reader)?;
    reader.blank();
    if !reader.rest().starts_with(mark) {
        return Ok(first);
    }
    let mut parts = vec![first];
    while reader.accept(mark) {
        parts.push(part(reader)?);
        reader.blank();
    }
    Ok(join(parts))
}

fn one(reader: &mut Reader<'_>) -> Result<Filter, Error> {
    reader.blank();
    if reader.rest().starts_with('(') {
        return reader.nested(read);
    }
    if reader.accept("!") {
        return Ok(Filter::Not(Box::new(reader.nested(one)?)));
    }
    let left = operand(reader)?;
    reader.blank();
    if reader.accept("=~") {
        reader.blank();
        return Ok(Filter::Matches(left, pattern(reader)?));
    }
    let marks = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    match marks.into_iter().find(|(mark, _)| reader.accept(mark)) {
        Some((_, comparison)) => {
            reader.blank();
            Ok(Filter::Compare(left, comparison, operand(reader)?))
        }
        None => Ok(Filter::Exists(left)),
    }
}

fn operand(reader: &mut Reader<'_>) -> Result<Operand, Error> {
    let rest = reader.rest();
    if rest.starts_with(['\'', '"']) {
        return reader.quoted().map(Operand::Text);
    }
    if reader.accept("@") || reader.accept("$") {
        let mut steps = Vec::new();
        if reader.steps(&mut steps)? {
            return Err(invalid("functions are not supported in filters"));
        }
        return Ok(Operand::Path { from_root: rest.starts_with('$'), steps });
    }
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.'))
        .unwrap_or(rest.len());
    reader.at += end;
    match &rest[..end] {
        "true" => Ok(Operand::Bool(true)),
        "false" => Ok(Operand::Bool(false)),
        "null" => Ok(Operand::Null),
        word => word.parse().map(Operand::Number).map_err(|_| invalid("expected a value in a filter")),
    }
}

/// `/pattern/` or `/pattern/i`
fn pattern(reader: &mut Reader<'_>) -> Result<JavaRegex, Error> {
    let rest = reader.rest();
    let inside = rest.strip_prefix('/').ok_or_else(|| invalid("expected `/` behind `=~`"))?;
    let end = inside.find('/').ok_or_else(|| invalid("a pattern's `/` is missing"))?;
    reader.at += end + 2;
    let flags = if reader.accept("i") { "(?i)" } else { "" };
    JavaRegex::parse(&format!("{flags}{}", &inside[..end])).map_err(|e| invalid(&e.to_string()))
}

impl Filter {
    /// Whether an element passes.
    pub(super) fn accepts<'v, V: View<'v>>(
        &self,
        at: V,
        root: V,
        visited: &mut usize,
    ) -> Result<bool, Error> {
        *visited += 1;
        bounded(*visited)?;
        Ok(match self {
            Filter::Or(parts) => {
                for part in parts {
                    if part.accepts(at, root, visited)? {
                        return Ok(true);
                    }
                }
                false
            }
            Filter::And(parts) => {
                for part in parts {
                    if !part.accepts(at, root, visited)? {
                        return Ok(false);
                    }
                }
                true
            }
            Filter::Not(inside) => !inside.accepts(at, root, visited)?,
            Filter::Exists(operand) => operand.scalar(at, root, visited)?.is_some(),
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (left.scalar(at, root, visited)?, right.scalar(at, root, visited)?);
                compare(left.as_ref(), *comparison, right.as_ref())
            }
            Filter::Matches(operand, pattern) => match operand.scalar(at, root, visited)? {
                Some(Scalar::Text(text)) => {
                    *visited += text.len() / BYTES_PER_VISIT;
                    pattern.matches(&text).map_err(|e| invalid(&e.to_string()))?
                }
                _ => false,
            },
        })
    }
}

impl Operand {
    fn scalar<'o, 'v: 'o, V: View<'v>>(
        &'o self,
        at: V,
        root: V,
        visited: &mut usize,
    ) -> Result<Option<Scalar<'o>>, Error> {
        Ok(Some(match self {
            Operand::Text(text) => Scalar::Text(text.into()),
            Operand::Number(n) => Scalar::Number(*n),
            Operand::Bool(b) => Scalar::Bool(*b),
            Operand::Null => Scalar::Null,
            Operand::Path { from_root, steps } => {
                let found = walk(steps, if *from_root { root } else { at }, root, visited)?;
                match found.first() {
                    Some(view) => {
                        *visited += view.bytes() / BYTES_PER_VISIT;
                        bounded(*visited)?;
                        view.scalar()
                    }
                    None => return Ok(None),
                }
            }
        }))
    }
}

fn compare(left: Option<&Scalar<'_>>, comparison: Comparison, right: Option<&Scalar<'_>>) -> bool {
    let order = match (left, right) {
        (Some(Scalar::Number(a)), Some(Scalar::Number(b))) => a.partial_cmp(b),
        (Some(Scalar::Text(a)), Some(Scalar::Text(b))) => Some(a.cmp(b)),
        _ => None,
    };
    let equal = match (left, right) {
        (Some(Scalar::Null), Some(Scalar::Null)) | (None, None) => true,
        (Some(Scalar::Bool(a)), Some(Scalar::Bool(b))) => a == b,
        // Jayway reads a text as a number where it is compared with one.
        (Some(Scalar::Number(n)), Some(Scalar::Text(text)))
        | (Some(Scalar::Text(text)), Some(Scalar::Number(n))) => text.parse() == Ok(*n),
        _ => order.is_some_and(|o| o.is_eq()),
    };
    match comparison {
        Comparison::Equal => equal,
        Comparison::NotEqual => !equal,
        Comparison::Less => order.is_some_and(|o| o.is_lt()),
        Comparison::LessOrEqual => order.is_some_and(|o| o.is_le()),
        Comparison::Greater => order.is_some_and(|o| o.is_gt()),
        Comparison::GreaterOrEqual => order.is_some_and(|o| o.is_ge()),
    }
}
