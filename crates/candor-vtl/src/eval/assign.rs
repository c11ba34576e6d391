//! `#set`, and what is put into maps.

use std::ops::Range;

use super::Evaluator;
use crate::ast::{Expression, Reference, Tail};
use crate::error::Failure;
use crate::heap::{Datum, Entry, Key, Style};
use crate::seen::Seen;

impl<'t> Evaluator<'t> {
    /// `#set(target = value)`. What cannot be set stays as it is: a property of a missing parent, of a text, or a target
    /// written `${x}` or `$!x` (the real Velocity 1.7).
    pub(super) fn set(
        &mut self,
        target: &'t Reference,
        value: &'t Expression,
        span: &Range<u32>,
    ) -> Result<(), Failure> {
        let value = self.value(value)?;
        // Null is not assigned: the old value stays (the real Velocity 1.7).
        if target.formal || value == Datum::Null {
            return Ok(());
        }
        let Some((last, before)) = target.tail.split_last() else {
            self.assign(&target.variable, value);
            return Ok(());
        };
        self.span = target.span.clone();
        let Some(root) = self.variable(target.variable.number).map(Seen::held) else { return Ok(()) };
        let root = root.datum(&mut self.heap);
        let parent = match self.follow(root, before, target)? {
            None | Some(Datum::Null) => return Ok(()),
            Some(parent) => parent,
        };
        let key = match last {
            Tail::Property(name) => Datum::from(name.as_str()),
            Tail::Index(index) => self.value(index)?,
            Tail::Call { .. } => return Ok(()),
        };
        self.span = span.clone();
        let key = self.counted(&parent, key)?;
        match (parent, last, key) {
            (Datum::Map(map), _, key) => {
                let key = self.key(&key)?;
                self.put(map, key, value)?;
            }
            (Datum::List(list), Tail::Index(_), Datum::Int(i))
                if !matches!(self.heap.style(list), Style::View { .. }) =>
            {
                let i = self.position(list, i)?;
                self.heap.list_mut(list).items[i] = value;
            }
            (Datum::Entry(entry), Tail::Property(name), _) if name == "value" => {
                self.set_value(&entry, value)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Sets the value of an entry in its map, and yields what it replaces. One whose key has gone stays as it is.
    pub(crate) fn set_value(&mut self, entry: &Entry<'t>, value: Datum<'t>) -> Result<Datum<'t>, Failure> {
        let before = self.heap.value_of(entry);
        if self.heap.get(entry.map, &entry.key).is_some() {
            self.put(entry.map, entry.key.clone(), value)?;
        }
        Ok(before)
    }

    /// Puts a member into a map, and yields what it replaces.
    pub(crate) fn put(
        &mut self,
        map: usize,
        key: Key<'t>,
        value: Datum<'t>,
    ) -> Result<Option<Datum<'t>>, Failure> {
        self.charge(1)?;
        if key == Key::Text("status".into()) && self.is_response_override(map) {
            self.status_set_at = Some(self.span.clone());
        }
        Ok(self.heap.map_mut(map).put(key, value))
    }

    fn is_response_override(&mut self, map: usize) -> bool {
        let name = Key::Text("responseOverride".into());
        let Some(context) = &self.context else { return false };
        self.heap.get(context.map, &name) == Some(Datum::Map(map))
    }
}
