//! What a rendering's variables hold: lists and maps live on a heap, because Java shares them between variables.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::value::Value;

/// A value at run time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum {
    Null,
    Bool(bool),
    /// An Integer, or the smallest of Java's integer classes that holds it.
    Int(i128),
    /// A Long that an Integer could hold.
    Long(i64),
    Double(f64),
    Float(f32),
    /// A BigDecimal, or an integer beyond 128 bits, as Java writes it.
    Big(Rc<str>),
    /// A UTF-16 unit.
    Char(u16),
    Text(Rc<str>),
    /// An index into [`Heap`]'s lists.
    List(usize),
    /// An index into [`Heap`]'s maps.
    Map(usize),
    /// `key=value` of a map, of `entrySet()`.
    Entry(Rc<(Key, Datum)>),
    /// An iterator over a list, and how far it is.
    Iterator(usize, Rc<Cell<usize>>),
    /// `$input`
    Input,
    /// `$util`
    Util,
    /// `$foreach` of the loop at this depth.
    Loop(usize),
    /// A `#define`d block, by its number.
    Block(usize),
}

impl From<&str> for Datum {
    fn from(text: &str) -> Datum {
        Datum::Text(text.into())
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Datum {
        Datum::Text(text.into())
    }
}

/// A key of a map. Java's maps hold any object; here those that JSON and literals make.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Null,
    Bool(bool),
    Int(i128),
    Long(i64),
    /// The bits of a double.
    Double(u64),
    Text(Rc<str>),
}

impl Key {
    pub(crate) fn text(&self) -> String {
        match self {
            Key::Null => "null".to_string(),
            Key::Bool(b) => b.to_string(),
            Key::Int(n) => n.to_string(),
            Key::Long(n) => n.to_string(),
            Key::Double(bits) => crate::value::java_double(f64::from_bits(*bits)),
            Key::Text(text) => text.to_string(),
        }
    }

    pub(crate) fn datum(&self) -> Datum {
        match self {
            Key::Null => Datum::Null,
            Key::Bool(b) => Datum::Bool(*b),
            Key::Int(n) => Datum::Int(*n),
            Key::Long(n) => Datum::Long(*n),
            Key::Double(bits) => Datum::Double(f64::from_bits(*bits)),
            Key::Text(text) => Datum::Text(text.clone()),
        }
    }
}

/// How a list prints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    /// `["a",1]`, as json-smart's arrays do.
    Json,
    /// `[a, 1]`
    Java,
    /// A Java array: its length is fixed.
    Array,
    /// What `keySet()`, `values()` and `entrySet()` show of a map, as it was at this version of the map.
    View { map: usize, of: Members, version: u64 },
}

/// What a view shows of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Members {
    Keys,
    Values,
    Entries,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) items: Vec<Datum>,
    pub(crate) style: Style,
    /// Counts changes of length, which a loop over the list does not survive.
    pub(crate) changes: u64,
}

/// Up to so many members, looking at each is faster than hashing the key.
const FEW: usize = 16;

/// A map in the order of insertion.
#[derive(Debug, Default)]
pub(crate) struct Map {
    members: Vec<(Key, Datum)>,
    /// Where each member stands; empty while there are few.
    index: HashMap<Key, usize>,
    /// Counts changes of the keys, which a loop over the map does not survive.
    pub(crate) changes: u64,
    /// Counts changes of any kind.
    version: u64,
    /// An object of `$context`: it prints as nothing (recorded).
    pub(crate) silent: bool,
}

impl Map {
    pub(crate) fn members(&self) -> &[(Key, Datum)] {
        &self.members
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Datum> {
        self.find(key).map(|at| &self.members[at].1)
    }

    fn find(&self, key: &Key) -> Option<usize> {
        if self.members.len() <= FEW {
            self.members.iter().position(|(k, _)| k == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// Puts a member, and yields what it replaces.
    pub(crate) fn put(&mut self, key: Key, value: Datum) -> Option<Datum> {
        self.version += 1;
        if let Some(at) = self.find(&key) {
            return Some(std::mem::replace(&mut self.members[at].1, value));
        }
        self.changes += 1;
        self.members.push((key, value));
        match self.members.len() {
            ..=FEW => {}
            n if n == FEW + 1 => self.number_from(0),
            n => self.number_from(n - 1),
        }
        None
    }

    pub(crate) fn remove(&mut self, key: &Key) -> Option<Datum> {
        let at = self.find(key)?;
        self.changes += 1;
        self.version += 1;
        let (key, value) = self.members.remove(at);
        self.index.remove(&key);
        if self.members.len() <= FEW {
            self.index.clear();
        } else {
            self.number_from(at);
        }
        Some(value)
    }

    /// Notes where the members from this one on stand.
    fn number_from(&mut self, from: usize) {
        for (at, (key, _)) in self.members.iter().enumerate().skip(from) {
            self.index.insert(key.clone(), at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.changes += u64::from(!self.members.is_empty());
        self.version += 1;
        self.members.clear();
        self.index.clear();
    }
}

/// Every list and map of a rendering.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    lists: Vec<List>,
    maps: Vec<Map>,
}

impl Heap {
    pub(crate) fn new_list(&mut self, items: Vec<Datum>, style: Style) -> Datum {
        self.lists.push(List { items, style, changes: 0 });
        Datum::List(self.lists.len() - 1)
    }

    pub(crate) fn new_map(&mut self, members: impl IntoIterator<Item = (Key, Datum)>) -> Datum {
        Datum::Map(self.add_map(members))
    }

    /// A new map's index.
    pub(crate) fn add_map(&mut self, members: impl IntoIterator<Item = (Key, Datum)>) -> usize {
        let mut map = Map::default();
        for (key, value) in members {
            map.put(key, value);
        }
        self.maps.push(map);
        self.maps.len() - 1
    }

    /// A view of a map.
    pub(crate) fn new_view(&mut self, map: usize, of: Members) -> Datum {
        let view = self.new_list(Vec::new(), Style::View { map, of, version: u64::MAX });
        if let Datum::List(at) = view {
            self.refresh(at);
        }
        view
    }

    /// Lets a view show its map as it is now. Any other list is as it is.
    pub(crate) fn refresh(&mut self, at: usize) {
        let Style::View { map, of, version } = self.lists[at].style else { return };
        let map_now = &self.maps[map];
        if map_now.version == version {
            return;
        }
        let items = map_now.members.iter().map(|entry| match of {
            Members::Keys => entry.0.datum(),
            Members::Values => entry.1.clone(),
            Members::Entries => Datum::Entry(entry.clone().into()),
        });
        self.lists[at].items = items.collect();
        self.lists[at].style = Style::View { map, of, version: map_now.version };
    }

    pub(crate) fn list(&self, at: usize) -> &List {
        &self.lists[at]
    }

    pub(crate) fn list_mut(&mut self, at: usize) -> &mut List {
        &mut self.lists[at]
    }

    pub(crate) fn map(&self, at: usize) -> &Map {
        &self.maps[at]
    }

    pub(crate) fn map_mut(&mut self, at: usize) -> &mut Map {
        &mut self.maps[at]
    }

    /// Takes a value onto the heap. Its nesting is bounded by the reader of JSON.
    pub(crate) fn load(&mut self, value: &Value) -> Datum {
        match value {
            Value::Null => Datum::Null,
            Value::Bool(b) => Datum::Bool(*b),
            Value::Int(n) => Datum::Int(i128::from(*n)),
            Value::Double(d) => Datum::Double(*d),
            Value::Big(spelled) => {
                spelled.parse().map_or_else(|_| Datum::Big(spelled.as_str().into()), Datum::Int)
            }
            Value::String(text) => text.as_str().into(),
            Value::Array(items) | Value::List(items) => {
                let style = if matches!(value, Value::Array(_)) { Style::Json } else { Style::Java };
                let items = items.iter().map(|item| self.load(item)).collect();
                self.new_list(items, style)
            }
            Value::Map(members) => {
                let members: Vec<_> =
                    members.iter().map(|(k, v)| (Key::Text(k.as_str().into()), self.load(v))).collect();
                self.new_map(members)
            }
        }
    }

    /// Takes an object onto the heap; anything else is an empty one.
    pub(crate) fn load_object(&mut self, value: &Value) -> usize {
        match self.load(value) {
            Datum::Map(at) => at,
            _ => self.add_map([]),
        }
    }

    /// Puts those members of another map into a map that it has not yet.
    pub(crate) fn add_missing(&mut self, at: usize, from: &Datum) {
        let Datum::Map(from) = from else { return };
        let missing: Vec<_> = self.map(*from).members().to_vec();
        for (key, value) in missing {
            if self.map(at).get(&key).is_none() {
                self.map_mut(at).put(key, value);
            }
        }
    }

    /// Lets every map there is so far print as nothing.
    pub(crate) fn silence(&mut self) {
        for map in &mut self.maps {
            map.silent = true;
        }
    }

    /// A value as it leaves a rendering; what nests deeper than `depth` (or in itself) and what is beyond the count of `nodes`
    /// is null.
    pub(crate) fn unload(&self, datum: &Datum, depth: usize, nodes: &mut usize) -> Value {
        if *nodes == 0 {
            return Value::Null;
        }
        *nodes -= 1;
        match datum {
            Datum::Bool(b) => Value::Bool(*b),
            Datum::Int(n) => i64::try_from(*n).map_or_else(|_| Value::Big(n.to_string()), Value::Int),
            Datum::Long(n) => Value::Int(*n),
            Datum::Double(d) => Value::Double(*d),
            Datum::Float(f) => Value::Double(f64::from(*f)),
            Datum::Char(unit) => Value::String(char_of(*unit).to_string()),
            Datum::Big(spelled) => Value::Big(spelled.to_string()),
            Datum::Text(text) => Value::String(text.to_string()),
            Datum::List(at) if depth > 0 => {
                let list = self.list(*at);
                let items = list.items.iter().map(|item| self.unload(item, depth - 1, nodes)).collect();
                if list.style == Style::Json { Value::Array(items) } else { Value::List(items) }
            }
            Datum::Map(at) if depth > 0 => Value::Map(
                (self.map(*at).members().iter())
                    .map(|(k, v)| (k.text(), self.unload(v, depth - 1, nodes)))
                    .collect(),
            ),
            _ => Value::Null,
        }
    }
}

/// A UTF-16 unit as a character; half of a pair is written as `?`, as Java's encoder does.
pub(crate) fn char_of(unit: u16) -> char {
    char::from_u32(u32::from(unit)).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Key {
        Key::Text(text.into())
    }

    #[test]
    fn a_map_keeps_its_order() {
        let mut map = Map::default();
        for (i, name) in ["z", "a", "m"].into_iter().enumerate() {
            map.put(text(name), Datum::Int(i as i128));
        }
        assert_eq!(map.put(text("a"), Datum::Null), Some(Datum::Int(1)));
        assert_eq!(map.remove(&text("z")), Some(Datum::Int(0)));
        assert_eq!(map.members(), [(text("a"), Datum::Null), (text("m"), Datum::Int(2))]);
        assert_eq!(map.get(&text("m")), Some(&Datum::Int(2)));
    }

    #[test]
    fn few_or_many_members_are_found_alike() {
        let mut map = Map::default();
        let name = |i: usize| text(&format!("k{i}"));
        for i in 0..FEW + 4 {
            map.put(name(i), Datum::Int(i as i128));
        }
        // Down past the limit and up again, the first ones first.
        for i in 0..6 {
            assert_eq!(map.remove(&name(i)), Some(Datum::Int(i as i128)));
        }
        for i in 0..6 {
            assert_eq!(map.put(name(i), Datum::Int(-1)), None);
        }
        for i in 0..FEW + 4 {
            assert_eq!(map.get(&name(i)), Some(&Datum::Int(if i < 6 { -1 } else { i as i128 })), "{i}");
        }
        assert_eq!(map.members().len(), FEW + 4);
    }

    #[test]
    fn values_come_back_as_they_went() {
        let value = Value::map([
            ("a", Value::Array(vec![Value::Int(1), Value::Null])),
            ("b", Value::List(vec![Value::from("x")])),
        ]);
        let mut heap = Heap::default();
        let datum = heap.load(&value);
        assert_eq!(heap.unload(&datum, 10, &mut 100), value);
        assert_eq!(heap.unload(&datum, 10, &mut 0), Value::Null);
    }
}
