//! How values print: Java's `toString`, and JSON for JSON's arrays.

use std::fmt::Write as _;

use super::value::Glance;
use super::{DEFINE_DEPTH, Evaluator};
use crate::ast::{Expression, Reference, Tail};
use crate::error::{ErrorKind, Failure};
use crate::heap::{Datum, Key, Place, Style, char_of};
use crate::json;
use crate::methods;
use crate::seen::Held;
use crate::tape::Node;
use crate::value::{java_double, java_float, print_integer};

impl<'t> Evaluator<'t> {
    pub(super) fn print_reference(
        &mut self,
        reference: &'t Reference,
        out: &mut String,
    ) -> Result<(), Failure> {
        // Most of what prints is plain, and stands in some map.
        let before = out.len();
        let Glance { at, rest, steps } = self.glance(reference);
        let printed = rest.is_empty() && at.is_none_or(|seen| seen.print_plain(&self.heap, out));
        if printed || self.print_escaped(reference, out)? {
            self.span = reference.span.clone();
            self.charge(steps)?;
            self.charge_text(out.len() - before)?;
            return self.bound(out);
        }
        match self.resolve(reference)? {
            Some(Datum::Block(at)) if self.blocks[at].depth >= DEFINE_DEPTH => {
                out.push_str(reference.source(self.template))
            }
            Some(datum) => self.print(&datum, out)?,
            None => {}
        }
        Ok(())
    }

    /// Prints `$util.escapeJavaScript($x.y)`, if that is what a reference is, and of a text: most templates do so, and the text
    /// need not be made before it is printed.
    fn print_escaped(&mut self, reference: &'t Reference, out: &mut String) -> Result<bool, Failure> {
        let [Tail::Call { name, arguments }] = reference.tail.as_slice() else { return Ok(false) };
        let [Expression::Reference(argument)] = arguments.as_slice() else { return Ok(false) };
        let util = &self.variables[reference.variable.number];
        if name != "escapeJavaScript" || !matches!(util, Some(Held::Datum(Datum::Util))) {
            return Ok(false);
        }
        let Glance { at: Some(seen), rest: [], steps } = self.glance(argument) else { return Ok(false) };
        if !self.heap.each_piece(seen, |piece| methods::escape_java_script(piece, out)) {
            return Ok(false);
        }
        self.charge(2 + steps)?;
        Ok(true)
    }

    /// The text form.
    pub(crate) fn text(&mut self, datum: &Datum<'t>) -> Result<String, Failure> {
        let mut out = String::new();
        self.apart(|e| e.print(datum, &mut out))?;
        Ok(out)
    }

    /// Appends the text form.
    pub(crate) fn print(&mut self, datum: &Datum<'t>, out: &mut String) -> Result<(), Failure> {
        let before = out.len();
        match datum {
            Datum::Null | Datum::Input | Datum::Loop(_) | Datum::Iterator(..) => {}
            Datum::Util => out.push_str("{}"),
            Datum::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Datum::Int(n) => print_integer(*n, out),
            Datum::Long(n) => print_integer(i128::from(*n), out),
            Datum::Double(d) => out.push_str(&java_double(*d)),
            Datum::Float(f) => out.push_str(&java_float(*f)),
            Datum::Char(unit) => out.push(char_of(*unit)),
            Datum::Big(text) => out.push_str(text),
            Datum::Text(text) => out.push_str(text),
            Datum::List(at) if self.heap.style(*at) == Style::Json => {
                self.nested(|e| e.print_json(datum, out))?
            }
            Datum::List(at) => self.nested(|e| {
                e.refresh(*at)?;
                out.push('[');
                let mut i = 0;
                while let Some(item) = e.heap.item(*at, i) {
                    out.push_str(if i > 0 { ", " } else { "" });
                    // Java's `AbstractCollection.toString`.
                    match item == *datum {
                        true => out.push_str("(this Collection)"),
                        false => e.print_inside(&item, out)?,
                    }
                    i += 1;
                }
                out.push(']');
                Ok(())
            })?,
            Datum::Map(at) if self.heap.is_silent(*at) => {}
            Datum::Map(at) => self.nested(|e| {
                if let Some(place) = e.heap.unread(datum) {
                    return e.print_unread(place, out);
                }
                out.push('{');
                let mut i = 0;
                while let Some((key, value)) = e.heap.map(*at).members().get(i).cloned() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    // Java's `AbstractMap.toString`.
                    match value == *datum {
                        true => write!(out, "{}=(this Map)", key.text()).unwrap_or_default(),
                        false => e.print_entry(&key, &value, out)?,
                    }
                    i += 1;
                }
                out.push('}');
                Ok(())
            })?,
            // It may be the value of itself.
            Datum::Entry(entry) => self.nested(|e| {
                let value = e.heap.value_of(entry);
                e.print_entry(&entry.key, &value, out)
            })?,
            Datum::Block(at) => self.print_block(*at, out)?,
        }
        self.charge_text(out.len() - before)?;
        self.bound(out)
    }

    pub(crate) fn bound(&self, out: &str) -> Result<(), Failure> {
        if out.len() > self.budget.output_bytes {
            return Err(self.error(ErrorKind::Budget("it prints too much")));
        }
        Ok(())
    }

    fn print_entry(&mut self, key: &Key<'t>, value: &Datum<'t>, out: &mut String) -> Result<(), Failure> {
        out.push_str(&key.text());
        out.push('=');
        self.print_inside(value, out)
    }

    fn print_inside(&mut self, datum: &Datum<'t>, out: &mut String) -> Result<(), Failure> {
        match datum {
            Datum::Null => out.push_str("null"),
            other => self.print(other, out)?,
        }
        Ok(())
    }

    /// Evaluates a `#define`d block where it is used.
    fn print_block(&mut self, at: usize, out: &mut String) -> Result<(), Failure> {
        if self.blocks[at].depth >= DEFINE_DEPTH {
            return Ok(());
        }
        let body = self.blocks[at].body;
        self.blocks[at].depth += 1;
        let flow = self.nested(|e| e.block(body, out))?;
        self.blocks[at].depth -= 1;
        self.stopped |= flow == super::Flow::Stop;
        Ok(())
    }

    /// Appends the text form of an object that is as it was read.
    fn print_unread(&mut self, at: Place, out: &mut String) -> Result<(), Failure> {
        out.push('{');
        let mut key = at.beside(at.node() + 1);
        for i in 0..self.heap.tape(at).count(at.node()) {
            out.push_str(if i > 0 { ", " } else { "" });
            let tape = self.heap.tape(at);
            out.push_str(&tape.text(key.node()));
            out.push('=');
            let value = at.beside(key.node() + 1);
            key = at.beside(tape.behind(value.node()));
            match (self.heap.taken_apart(value), self.heap.tape(value).node(value.node())) {
                (Some(datum), _) => self.print(&datum, out)?,
                (None, Node::Object(_)) => self.nested(|e| e.print_unread(value, out))?,
                (None, Node::Array(_)) => self.print_unread_json(value, out)?,
                (None, _) => {
                    let datum = self.heap.datum(value);
                    self.print_inside(&datum, out)?;
                }
            }
        }
        out.push('}');
        Ok(())
    }

    /// Appends a value that has been read as JSON.
    fn print_unread_json(&mut self, at: Place, out: &mut String) -> Result<(), Failure> {
        self.charge(1)?;
        if let Some(datum) = self.heap.taken_apart(at) {
            return self.print_json(&datum, out);
        }
        let tape = self.heap.tape(at);
        let node = tape.node(at.node());
        match node {
            Node::Array(_) | Node::Object(_) => self.nested(|e| {
                let is_object = matches!(node, Node::Object(_));
                out.push(if is_object { '{' } else { '[' });
                let mut value = at.beside(at.node() + 1);
                for i in 0..e.heap.tape(at).count(at.node()) {
                    out.push_str(if i > 0 { "," } else { "" });
                    if is_object {
                        json::write_string(&e.heap.tape(at).text(value.node()), out);
                        out.push(':');
                        value = at.beside(value.node() + 1);
                    }
                    e.print_unread_json(value, out)?;
                    value = at.beside(e.heap.tape(at).behind(value.node()));
                }
                out.push(if is_object { '}' } else { ']' });
                Ok(())
            })?,
            Node::Text(_) | Node::Escaped(_) => json::write_string(&tape.text(at.node()), out),
            _ => {
                let datum = self.heap.datum(at);
                self.print_inside(&datum, out)?;
            }
        }
        self.bound(out)
    }

    /// Appends the value as JSON.
    pub(crate) fn print_json(&mut self, datum: &Datum<'t>, out: &mut String) -> Result<(), Failure> {
        self.charge(1)?;
        if let Some(place) = self.heap.unread(datum) {
            return self.print_unread_json(place, out);
        }
        match datum {
            Datum::List(at) => self.nested(|e| {
                e.refresh(*at)?;
                out.push('[');
                let mut i = 0;
                while let Some(item) = e.heap.item(*at, i) {
                    out.push_str(if i > 0 { "," } else { "" });
                    e.print_json(&item, out)?;
                    i += 1;
                }
                out.push(']');
                Ok(())
            })?,
            Datum::Map(at) => self.nested(|e| {
                out.push('{');
                let mut i = 0;
                while let Some((key, value)) = e.heap.map(*at).members().get(i).cloned() {
                    out.push_str(if i > 0 { "," } else { "" });
                    json::write_string(&key.text(), out);
                    out.push(':');
                    e.print_json(&value, out)?;
                    i += 1;
                }
                out.push('}');
                Ok(())
            })?,
            Datum::Null => out.push_str("null"),
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::Long(_)
            | Datum::Double(_)
            | Datum::Float(_)
            | Datum::Big(_) => self.print(datum, out)?,
            other => {
                let text = self.text(other)?;
                json::write_string(&text, out);
            }
        }
        self.bound(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Budget, Overrides, Params, Scope, Template, Value};

    proptest::proptest! {
        #[test]
        fn what_is_unread_prints_as_what_is_taken_apart(
            text in "(\\{|\\}|\\[|\\]|,|:| |\"a\"|'b'|\"b\\\\n\"|\"\\\\u0001\"|1|1.50|12345678901234567890|true|null|x){0,14}",
        ) {
            let (template, params, overrides) = (Template::parse("").expect("empty"), Params::default(), Overrides::default());
            for text in [format!("[{text}]"), format!("{{\"k\":{text}}}"), text] {
                let Ok(tree) = json::parse_lenient(&text) else { continue };
                let scope =
                    Scope { body: "", params: &params, context: &Value::Null, stage_variables: &[], overrides: &overrides };
                let mut evaluator = Evaluator::new(&template, &scope, Budget::default());
                let read = json::load(text.as_str().into(), &mut evaluator.heap).expect("as the tree");
                let taken_apart = evaluator.heap.load(&tree);
                let mut printed = [String::new(), String::new()];
                let mut written = [String::new(), String::new()];
                for (i, datum) in [read, taken_apart].iter().enumerate() {
                    evaluator.print(datum, &mut printed[i]).expect("it prints");
                    evaluator.print_json(datum, &mut written[i]).expect("it prints");
                }
                assert_eq!(printed[0], printed[1]);
                assert_eq!(written[0], written[1]);
            }
        }
    }
}
