//! Stores that are asked before they are written: caches.
//!
//! What is kept in a cache would have expired anyway, and whoever keeps it has the thing itself: that it was not kept costs the next
//! caller some time. Seen is not the name of a store but what is done with it: it has been asked for the same, and what is written
//! says when it ends.

use super::interpreter::Interpreter;
use super::state::{Object, State};
use super::value::{Arguments, External, Value};
use crate::facts::Place;

/// A store that has been asked for something.
pub(super) struct Asked {
    /// The client or the table.
    of: String,
    service: Option<String>,
    /// The names of the key's parts; none where the key is a text (`cache.get("k")`).
    key: Vec<String>,
}

impl<'p> Interpreter<'p> {
    /// A store is asked for something.
    pub(super) fn asks_store(&mut self, external: &External, arguments: &Arguments<'p>, state: &State<'p>) {
        let key = arguments.named("Key").map_or(Vec::new(), |key| self.keys_of(key, state));
        let of = receiver(&external.path);
        let known = |asked: &Asked| asked.of == of && asked.service == external.service && asked.key == key;
        if !self.asked_stores.iter().any(known) {
            self.asked_stores.push(Asked { of: of.to_string(), service: external.service.clone(), key });
        }
    }

    /// Something is written: whether it is kept for a while, where the same was asked for before.
    pub(super) fn keeps(
        &mut self,
        external: &External,
        arguments: &Arguments<'p>,
        place: Place,
        state: &State<'p>,
    ) {
        let item = arguments.named("Item").map_or(Vec::new(), |item| self.keys_of(item, state));
        let ends = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.contains("ttl") || name.contains("expir")
        };
        let name = external.path.rsplit('.').next().unwrap_or_default();
        let expires = ["setex", "psetex"].contains(&name)
            || arguments
                .named
                .iter()
                .any(|(name, _)| ["ex", "px", "exat", "pxat"].contains(&&**name) || ends(name))
            || item.iter().any(|name| ends(name));
        let of = receiver(&external.path);
        let same = |asked: &Asked| {
            asked.of == of
                && asked.service == external.service
                && asked.key.iter().all(|name| item.contains(name))
        };
        if expires && self.asked_stores.iter().any(same) {
            self.keeping.insert(place);
        }
    }

    fn keys_of(&self, value: &Value<'p>, state: &State<'p>) -> Vec<String> {
        match value {
            Value::Dict(id) => match self.object(state, *id) {
                Some(Object::Dict(dict)) => dict.entries.iter().map(|(key, ..)| key.to_string()).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// What a method is called of.
fn receiver(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(of, _)| of)
}
