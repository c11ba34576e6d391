//! `$context` of a rendering: what it is given, and what a template overrides below it.

use std::ops::Range;
use std::sync::Arc;

use crate::Value;
use crate::budget::MAX_DEPTH;
use crate::error::ErrorKind;
use crate::heap::{Datum, Heap, Key};
use crate::scope::{Overrides, Scope};

/// Values that overrides may consist of.
const MAX_OVERRIDE_NODES: usize = 100_000;

/// Where `$context` stands on the heap.
pub(super) struct Context {
    /// Its map.
    pub(super) map: usize,
    /// How many members it began with.
    given: usize,
    request: Part,
    response: Part,
}

/// `requestOverride` or `responseOverride`.
struct Part {
    /// Null where `$context` is given with some of it: then it is never as it was.
    datum: Datum<'static>,
    /// The maps that it consists of, and how often they had changed in the beginning.
    maps: Range<usize>,
    changes: u64,
}

impl Part {
    /// Puts it into the map of `$context`, where some of it may be given already.
    fn load<'t>(name: &'static str, overrides: &'t Value, map: usize, heap: &mut Heap<'t>) -> Part {
        let before = heap.maps();
        let loaded = heap.load_object(overrides);
        let maps = before..heap.maps();
        let name = Key::Text(name.into());
        let datum = match heap.map(map).get(&name) {
            Some(Datum::Map(known)) => {
                heap.add_missing(*known, loaded);
                Datum::Null
            }
            _ => {
                heap.map_mut(map).put(name, Datum::Map(loaded));
                Datum::Map(loaded)
            }
        };
        Part { datum, changes: heap.changes_of(maps.clone()), maps }
    }

    /// What is overridden at the end; what it was in the beginning where nothing has changed.
    fn unload(&self, now: &Datum<'_>, before: &Arc<Value>, heap: &Heap<'_>, nodes: &mut usize) -> Arc<Value> {
        match *now == self.datum && heap.changes_of(self.maps.clone()) == self.changes {
            true => before.clone(),
            false => heap.unload(now, MAX_DEPTH, nodes).into(),
        }
    }
}

impl Context {
    /// Takes what a template sees onto the heap.
    pub(super) fn load<'t>(scope: &'t Scope<'t>, heap: &mut Heap<'t>) -> Context {
        let map = heap.load_object(scope.context);
        let request = Part::load("requestOverride", &scope.overrides.request, map, heap);
        let response = Part::load("responseOverride", &scope.overrides.response, map, heap);
        heap.silence();
        let given = heap.map(map).members().len();
        for (name, value) in &scope.overrides.custom {
            let value = heap.load(value);
            heap.map_mut(map).put(Key::Text(name.as_str().into()), value);
        }
        Context { map, given, request, response }
    }

    /// What is overridden at the end.
    pub(super) fn overrides(&self, scope: &Scope<'_>, heap: &Heap<'_>) -> Result<Overrides, ErrorKind> {
        let mut nodes = MAX_OVERRIDE_NODES;
        let mut overrides = Overrides::default();
        let given = scope.overrides;
        for (i, (key, value)) in heap.map(self.map).members().iter().enumerate() {
            match key {
                Key::Text(name) if **name == *"responseOverride" => {
                    overrides.response = self.response.unload(value, &given.response, heap, &mut nodes);
                }
                Key::Text(name) if **name == *"requestOverride" => {
                    overrides.request = self.request.unload(value, &given.request, heap, &mut nodes);
                }
                name if i >= self.given => {
                    overrides.custom.push((name.text(), heap.unload(value, MAX_DEPTH, &mut nodes)));
                }
                _ => {}
            }
        }
        if nodes == 0 {
            return Err(ErrorKind::Budget("too much is overridden"));
        }
        Ok(overrides)
    }
}
