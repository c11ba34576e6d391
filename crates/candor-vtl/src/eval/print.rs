//! How values print: Java's `toString`, and JSON for JSON's arrays.

use std::fmt::Write as _;

use super::value::Glance;
use super::{DEFINE_DEPTH, Evaluator};
use crate::ast::Reference;
use crate::error::{ErrorKind, Failure};
use crate::heap::{Datum, Key, Style, char_of};
use crate::json;
use crate::value::{java_double, java_float};

impl<'t> Evaluator<'t> {
    pub(super) fn print_reference(
        &mut self,
        reference: &'t Reference,
        out: &mut String,
    ) -> Result<(), Failure> {
        // Most of what prints is text in some map.
        if let Glance { at: Some(Datum::Text(text)), rest: [], steps } = self.glance(reference) {
            let before = out.len();
            out.push_str(text);
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
            Datum::Int(n) => integer(*n, out),
            Datum::Long(n) => integer(i128::from(*n), out),
            Datum::Double(d) => out.push_str(&java_double(*d)),
            Datum::Float(f) => out.push_str(&java_float(*f)),
            Datum::Char(unit) => out.push(char_of(*unit)),
            Datum::Big(text) => out.push_str(text),
            Datum::Text(text) => out.push_str(text),
            Datum::List(at) if self.heap.list(*at).style == Style::Json => {
                self.nested(|e| e.print_json(datum, out))?
            }
            Datum::List(at) => self.nested(|e| {
                e.heap.refresh(*at);
                out.push('[');
                let mut i = 0;
                while let Some(item) = e.heap.list(*at).items.get(i).cloned() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    e.print_inside(&item, out)?;
                    i += 1;
                }
                out.push(']');
                Ok(())
            })?,
            Datum::Map(at) if self.heap.map(*at).silent => {}
            Datum::Map(at) => self.nested(|e| {
                out.push('{');
                let mut i = 0;
                while let Some((key, value)) = e.heap.map(*at).members().get(i).cloned() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    e.print_entry(&key, &value, out)?;
                    i += 1;
                }
                out.push('}');
                Ok(())
            })?,
            // It may be the value of itself.
            Datum::Entry(entry) => self.nested(|e| {
                let value = e.heap.value_of(entry).clone();
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

    /// Appends the value as JSON.
    pub(crate) fn print_json(&mut self, datum: &Datum<'t>, out: &mut String) -> Result<(), Failure> {
        self.charge(1)?;
        match datum {
            Datum::List(at) => self.nested(|e| {
                out.push('[');
                let mut i = 0;
                while let Some(item) = e.heap.list(*at).items.get(i).cloned() {
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

/// Appends an integer: most have few digits.
fn integer(n: i128, out: &mut String) {
    let Ok(mut rest) = u64::try_from(n) else {
        // Writing into a `String` cannot fail.
        let _ = write!(out, "{n}");
        return;
    };
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while at == digits.len() || rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}
