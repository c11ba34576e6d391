//! `$context` of a rendering: what it is given, and what a template overrides below it.

use std::ops::Range;
use std::sync::Arc;

use crate::Value;
use crate::budget::MAX_DEPTH;
use crate::error::ErrorKind;
use crate::heap::{Datum, Heap, Key};
use crate::names::ContextUse;
use crate::scope::{Overrides, Scope};

/// Values that overrides may consist of.
const MAX_OVERRIDE_NODES: usize = 100_000;

/// Where `$context` stands on the heap.
pub(super) struct Context {
    /// Its map.
    pub(super) map: usize,
    /// How many members it began with.
    given: usize,
    /// None where the template does not read it: then it is as it was.
    request: Option<Part>,
    response: Option<Part>,
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
        let datum = match heap.get(map, &name) {
            Some(Datum::Map(known)) => {
                heap.add_missing(known, loaded);
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
    fn unload<'t>(
        &self,
        now: &Datum<'t>,
        before: &Arc<Value>,
        heap: &mut Heap<'t>,
        nodes: &mut usize,
    ) -> Arc<Value> {
        match *now == self.datum && heap.changes_of(self.maps.clone()) == self.changes {
            true => before.clone(),
            false => heap.unload(now, MAX_DEPTH, nodes).into(),
        }
    }
}

impl Context {
    /// Takes what a template sees onto the heap, as far as it is read.
    pub(super) fn load<'t>(scope: &'t Scope<'t>, used: &ContextUse, heap: &mut Heap<'t>) -> Context {
        let map = match (scope.context, used) {
            (Value::Map(members), ContextUse::Members(_)) => {
                let read = members.iter().filter(|(name, _)| used.reads(name));
                let read = read.map(|(name, value)| (Key::Text(name.as_str().into()), heap.load(value)));
                let read = read.collect();
                heap.add_map(read)
            }
            (context, _) => heap.load_object(context),
        };
        let mut part = |name: &'static str, overrides: &'t Value| {
            used.reads(name).then(|| Part::load(name, overrides, map, heap))
        };
        let request = part("requestOverride", &scope.overrides.request);
        let response = part("responseOverride", &scope.overrides.response);
        heap.silence();
        let given = heap.count(map);
        for (name, value) in &scope.overrides.custom {
            let value = heap.load(value);
            heap.map_mut(map).put(Key::Text(name.as_str().into()), value);
        }
        Context { map, given, request, response }
    }

    /// What is overridden at the end.
    pub(super) fn overrides(&self, scope: &Scope<'_>, heap: &mut Heap<'_>) -> Result<Overrides, ErrorKind> {
        let mut nodes = MAX_OVERRIDE_NODES;
        let given = scope.overrides;
        let mut overrides = Overrides::default();
        if self.request.is_none() {
            overrides.request = given.request.clone();
        }
        if self.response.is_none() {
            overrides.response = given.response.clone();
        }
        let members = heap.map(self.map).members().to_vec();
        for (i, (key, value)) in members.iter().enumerate() {
            match (key, &self.request, &self.response) {
                (Key::Text(name), _, Some(part)) if **name == *"responseOverride" => {
                    overrides.response = part.unload(value, &given.response, heap, &mut nodes);
                }
                (Key::Text(name), Some(part), _) if **name == *"requestOverride" => {
                    overrides.request = part.unload(value, &given.request, heap, &mut nodes);
                }
                (name, ..) if i >= self.given => {
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
