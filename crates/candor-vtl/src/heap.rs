//! What a rendering's variables hold: lists and maps live on a heap, because Java shares them between variables.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};
use std::rc::Rc;

use crate::members::FEW;
use crate::seen::Held;
use crate::tape::{Node, Tape};
use crate::value::Value;

/// A text: a part of what a rendering is given (the template, the payload, the scope), or made on the way.
#[derive(Clone, Debug)]
pub(crate) enum Text<'t> {
    Given(&'t str),
    Made(Rc<str>),
}

impl<'t> Text<'t> {
    /// A part of it: of what is given without a copy.
    pub(crate) fn part(&self, choose: impl for<'a> FnOnce(&'a str) -> &'a str) -> Text<'t> {
        match self {
            Text::Given(text) => Text::Given(choose(text)),
            Text::Made(text) => Text::Made(choose(text).into()),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Text::Given(text) => text,
            Text::Made(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    #[inline]
    fn eq(&self, other: &Text<'_>) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<'t> From<&'t str> for Text<'t> {
    fn from(text: &'t str) -> Text<'t> {
        Text::Given(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Text<'static> {
        Text::Made(text.into())
    }
}

/// Where texts are made before it is known how long they are.
#[derive(Debug, Default)]
pub(crate) struct Scratch(String);

impl Scratch {
    /// What is kept of the place for the next text.
    const KEPT: usize = 64 * 1024;

    /// A text that is written here first.
    pub(crate) fn text(&mut self, write: impl FnOnce(&mut String)) -> Text<'static> {
        self.0.clear();
        write(&mut self.0);
        let text = Text::Made(self.0.as_str().into());
        self.0.shrink_to(Scratch::KEPT);
        text
    }
}

/// A value at run time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum<'t> {
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
    Text(Text<'t>),
    /// An index into [`Heap`]'s lists.
    List(usize),
    /// An index into [`Heap`]'s maps.
    Map(usize),
    /// `key=value` of a map, of `entrySet()`.
    Entry(Rc<Entry<'t>>),
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

impl<'t> From<&'t str> for Datum<'t> {
    fn from(text: &'t str) -> Datum<'t> {
        Datum::Text(text.into())
    }
}

impl From<String> for Datum<'_> {
    fn from(text: String) -> Datum<'static> {
        Datum::Text(text.into())
    }
}

/// A member of a map, which stays one as long as the map has it.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry<'t> {
    pub(crate) map: usize,
    pub(crate) key: Key<'t>,
    /// What it was when it was looked at.
    value: Datum<'t>,
}

impl Datum<'_> {
    /// A number of many digits: an integer where 128 bits hold it.
    pub(crate) fn big(spelled: &str) -> Datum<'static> {
        spelled.parse().map_or_else(|_| Datum::Big(spelled.into()), Datum::Int)
    }
}

/// A key of a map. Java's maps hold any object; here those that JSON and literals make.
#[derive(Clone, Debug, Eq)]
pub(crate) enum Key<'t> {
    Null,
    Bool(bool),
    Int(i128),
    Long(i64),
    /// The bits of a double.
    Double(u64),
    Text(Text<'t>),
}

impl PartialEq for Key<'_> {
    // Written out since nearly all keys are text, and comparing them is what a template does most.
    #[inline]
    fn eq(&self, other: &Key<'_>) -> bool {
        match (self, other) {
            (Key::Text(a), Key::Text(b)) => a == b,
            (Key::Null, Key::Null) => true,
            (Key::Bool(a), Key::Bool(b)) => a == b,
            (Key::Int(a), Key::Int(b)) => a == b,
            (Key::Long(a), Key::Long(b)) => a == b,
            (Key::Double(a), Key::Double(b)) => a == b,
            _ => false,
        }
    }
}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Key::Null => {}
            Key::Bool(b) => b.hash(state),
            Key::Int(n) => n.hash(state),
            Key::Long(n) => n.hash(state),
            Key::Double(bits) => bits.hash(state),
            Key::Text(text) => text.hash(state),
        }
    }
}

impl<'t> Key<'t> {
    /// The text, where that is what it is.
    fn sketch(&self) -> &str {
        match self {
            Key::Text(text) => text,
            Key::Null | Key::Bool(_) | Key::Int(_) | Key::Long(_) | Key::Double(_) => "",
        }
    }

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

    pub(crate) fn datum(&self) -> Datum<'t> {
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

/// A value that has been read: a tape's number above, a node's below. As one word it is handed on in registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place(u64);

impl Place {
    fn new(tape: usize, node: u32) -> Place {
        Place((tape as u64) << 32 | u64::from(node))
    }

    fn tape(self) -> usize {
        (self.0 >> 32) as usize
    }

    pub(crate) fn node(self) -> u32 {
        self.0 as u32
    }

    /// Another value of the same text.
    pub(crate) fn beside(self, node: u32) -> Place {
        Place::new(self.tape(), node)
    }
}

/// An array that is as it was read.
#[derive(Debug)]
struct Unread {
    place: Place,
    /// Where its elements stand, once one was asked for.
    elements: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct List<'t> {
    /// None while it is unread.
    pub(crate) items: Vec<Datum<'t>>,
    unread: Option<Unread>,
    pub(crate) style: Style,
    /// Counts changes of length, which a loop over the list does not survive.
    pub(crate) changes: u64,
}

/// A map in the order of insertion.
#[derive(Debug, Default)]
pub(crate) struct Map<'t> {
    /// An object that is as it was read: then it has no members here.
    unread: Option<Place>,
    members: Vec<(Key<'t>, Datum<'t>)>,
    /// Where each member stands; none while there are few.
    #[allow(clippy::box_collection, reason = "most maps have none, and are lighter without place for one")]
    index: Option<Box<HashMap<Key<'t>, usize>>>,
    /// Counts changes of the keys, which a loop over the map does not survive.
    pub(crate) changes: u64,
    /// Counts changes of any kind.
    version: u64,
    /// An object of `$context`: it prints as nothing (recorded).
    pub(crate) silent: bool,
}

impl<'t> Map<'t> {
    /// A map of members whose keys differ.
    fn of(members: Vec<(Key<'t>, Datum<'t>)>) -> Map<'t> {
        let mut map = Map { members, ..Map::default() };
        if map.members.len() > FEW {
            map.number_from(0);
        }
        map
    }

    pub(crate) fn members(&self) -> &[(Key<'t>, Datum<'t>)] {
        &self.members
    }

    pub(crate) fn get(&self, key: &Key<'_>) -> Option<&Datum<'t>> {
        self.find(key).map(|at| &self.members[at].1)
    }

    fn find(&self, key: &Key<'_>) -> Option<usize> {
        if self.members.len() <= FEW {
            self.members.iter().position(|(k, _)| k == key)
        } else {
            let index: &HashMap<Key<'_>, usize> = self.index.as_ref()?;
            index.get(key).copied()
        }
    }

    /// Puts a member, and yields what it replaces.
    pub(crate) fn put(&mut self, key: Key<'t>, value: Datum<'t>) -> Option<Datum<'t>> {
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

    pub(crate) fn remove(&mut self, key: &Key<'_>) -> Option<Datum<'t>> {
        let at = self.find(key)?;
        self.changes += 1;
        self.version += 1;
        let (key, value) = self.members.remove(at);
        if self.members.len() <= FEW {
            self.index = None;
        } else if let Some(index) = &mut self.index {
            index.remove(&key);
            self.number_from(at);
        }
        Some(value)
    }

    /// Notes where the members from this one on stand.
    fn number_from(&mut self, from: usize) {
        let index = self.index.get_or_insert_default();
        for (at, (key, _)) in self.members.iter().enumerate().skip(from) {
            index.insert(key.clone(), at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.changes += u64::from(!self.members.is_empty());
        self.version += 1;
        self.members.clear();
        self.index = None;
    }
}

/// Every list and map of a rendering. Those that stand for parts of a text which was read are made when a template comes to
/// them, and hold nothing themselves until they are asked for as a whole or changed.
#[derive(Debug, Default)]
pub(crate) struct Heap<'t> {
    lists: Vec<List<'t>>,
    maps: Vec<Map<'t>>,
    tapes: Vec<Tape<'t>>,
    pub(crate) scratch: Scratch,
}

impl<'t> Heap<'t> {
    /// A heap with place for what most templates look at.
    pub(crate) fn new() -> Heap<'t> {
        Heap {
            lists: Vec::with_capacity(4),
            maps: Vec::with_capacity(16),
            tapes: Vec::with_capacity(1),
            scratch: Scratch::default(),
        }
    }

    pub(crate) fn new_list(&mut self, items: Vec<Datum<'t>>, style: Style) -> Datum<'t> {
        self.add_list(items, None, style)
    }

    fn add_list(&mut self, items: Vec<Datum<'t>>, unread: Option<Unread>, style: Style) -> Datum<'t> {
        self.lists.push(List { items, unread, style, changes: 0 });
        Datum::List(self.lists.len() - 1)
    }

    /// A new map of members whose keys may repeat: the last one counts, at the place of the first.
    pub(crate) fn new_map(&mut self, members: Vec<(Key<'t>, Datum<'t>)>) -> Datum<'t> {
        Datum::Map(self.add_map(members))
    }

    /// As [`Heap::new_map`], its index.
    pub(crate) fn add_map(&mut self, members: Vec<(Key<'t>, Datum<'t>)>) -> usize {
        self.maps.push(Map::of(crate::members::distinct(members, Key::sketch)));
        self.maps.len() - 1
    }

    /// Takes what has been read, and yields all of it.
    pub(crate) fn add_tape(&mut self, tape: Tape<'t>) -> Datum<'t> {
        self.tapes.push(tape);
        self.datum(Place::new(self.tapes.len() - 1, 0))
    }

    pub(crate) fn tape(&self, at: Place) -> &Tape<'t> {
        &self.tapes[at.tape()]
    }

    /// A value that has been read: the same list or map each time.
    pub(crate) fn datum(&mut self, at: Place) -> Datum<'t> {
        match self.tape(at).node(at.node()) {
            Node::Object(_) => {
                let map = self.tapes[at.tape()].open(at.node(), self.maps.len());
                if map == self.maps.len() {
                    self.maps.push(Map { unread: Some(at), ..Map::default() });
                }
                Datum::Map(map)
            }
            Node::Array(_) => {
                let list = self.tapes[at.tape()].open(at.node(), self.lists.len());
                if list == self.lists.len() {
                    self.add_list(Vec::new(), Some(Unread { place: at, elements: Vec::new() }), Style::Json);
                }
                Datum::List(list)
            }
            _ => self.tapes[at.tape()].scalar(at.node(), &mut self.scratch),
        }
    }

    /// What a value that has been read is now, if its members are here by now.
    pub(crate) fn taken_apart(&self, at: Place) -> Option<Datum<'t>> {
        let opened = self.tape(at).opened(at.node())?;
        match self.tape(at).node(at.node()) {
            Node::Object(_) if self.maps[opened].unread.is_none() => Some(Datum::Map(opened)),
            Node::Array(_) if self.lists[opened].unread.is_none() => Some(Datum::List(opened)),
            _ => None,
        }
    }

    /// Where a list or a map stands that is as it was read.
    pub(crate) fn unread(&self, datum: &Datum<'t>) -> Option<Place> {
        match datum {
            Datum::List(at) => Some(self.lists[*at].unread.as_ref()?.place),
            Datum::Map(at) => self.maps[*at].unread,
            _ => None,
        }
    }

    /// How many elements a list has.
    pub(crate) fn length(&self, list: usize) -> usize {
        let list = &self.lists[list];
        match &list.unread {
            Some(unread) => self.tape(unread.place).count(unread.place.node()),
            None => list.items.len(),
        }
    }

    /// An element of a list.
    pub(crate) fn item(&mut self, list: usize, at: usize) -> Option<Datum<'t>> {
        Some(self.element(list, at)?.datum(self))
    }

    /// As [`Heap::item`], to be looked at.
    #[inline]
    pub(crate) fn element(&mut self, list: usize, at: usize) -> Option<Held<'t>> {
        let list = &mut self.lists[list];
        let Some(unread) = &mut list.unread else { return list.items.get(at).cloned().map(Held::Datum) };
        if unread.elements.is_empty() {
            let place = unread.place;
            unread.elements.extend(self.tapes[place.tape()].members(place.node()));
        }
        Some(Held::Read(unread.place.beside(*unread.elements.get(at)?)))
    }

    /// How many members a map has.
    pub(crate) fn count(&self, map: usize) -> usize {
        let map = &self.maps[map];
        match map.unread {
            Some(place) => self.tape(place).count(place.node()),
            None => map.members.len(),
        }
    }

    /// The value of a key.
    #[inline]
    pub(crate) fn get(&mut self, map: usize, key: &Key<'_>) -> Option<Datum<'t>> {
        let known = &self.maps[map];
        let Some(place) = known.unread else { return known.get(key).cloned() };
        if self.tape(place).count(place.node()) > FEW {
            // Many are looked up by hashing.
            return self.map(map).get(key).cloned();
        }
        let Key::Text(key) = key else { return None };
        let value = self.tape(place).member(place.node(), key)?;
        Some(self.datum(place.beside(value)))
    }

    /// A view of a map.
    pub(crate) fn new_view(&mut self, map: usize, of: Members) -> Datum<'t> {
        let view = self.new_list(Vec::new(), Style::View { map, of, version: u64::MAX });
        if let Datum::List(at) = view {
            self.refresh(at);
        }
        view
    }

    /// Lets a view show its map as it is now, and yields how many elements it took for that. Any other list is as it is.
    pub(crate) fn refresh(&mut self, at: usize) -> usize {
        let Style::View { map, of, version } = self.lists[at].style else { return 0 };
        let map_now = self.map(map);
        if map_now.version == version {
            return 0;
        }
        let (version, count) = (map_now.version, map_now.members.len());
        let items = (0..count).filter_map(|i| self.member(map, of, i)).collect();
        self.lists[at].items = items;
        self.lists[at].style = Style::View { map, of, version };
        count
    }

    /// What a view shows of one member, as it is now.
    pub(crate) fn member(&mut self, map: usize, of: Members, at: usize) -> Option<Datum<'t>> {
        let (key, value) = self.map(map).members.get(at)?;
        Some(match of {
            Members::Keys => key.datum(),
            Members::Values => value.clone(),
            Members::Entries => {
                // An entry within an entry is seen in the map only: kept here, they would be chained without end.
                let value = if matches!(value, Datum::Entry(_)) { Datum::Null } else { value.clone() };
                Datum::Entry(Rc::new(Entry { map, key: key.clone(), value }))
            }
        })
    }

    /// The value of an entry: that of its map now.
    pub(crate) fn value_of(&mut self, entry: &Entry<'t>) -> Datum<'t> {
        self.get(entry.map, &entry.key).unwrap_or_else(|| entry.value.clone())
    }

    /// How a list prints.
    pub(crate) fn style(&self, list: usize) -> Style {
        self.lists[list].style
    }

    /// How often the length of a list, or the keys of a map, have changed.
    pub(crate) fn changes(&self, datum: &Datum<'t>) -> u64 {
        match datum {
            Datum::List(at) => self.lists[*at].changes,
            Datum::Map(at) => self.maps[*at].changes,
            _ => 0,
        }
    }

    /// Whether a map prints as nothing.
    pub(crate) fn is_silent(&self, map: usize) -> bool {
        self.maps[map].silent
    }

    /// The elements of a list that is taken apart.
    pub(crate) fn kept_items(&self, list: usize) -> &[Datum<'t>] {
        &self.lists[list].items
    }

    /// A map that is taken apart.
    pub(crate) fn kept(&self, map: usize) -> &Map<'t> {
        &self.maps[map]
    }

    /// A list as a whole.
    pub(crate) fn list(&mut self, at: usize) -> &List<'t> {
        self.list_mut(at)
    }

    /// A list to be changed.
    pub(crate) fn list_mut(&mut self, at: usize) -> &mut List<'t> {
        if let Some(Unread { place, .. }) = self.lists[at].unread.take() {
            let elements: Vec<u32> = self.tape(place).members(place.node()).collect();
            self.lists[at].items = elements.into_iter().map(|node| self.datum(place.beside(node))).collect();
        }
        &mut self.lists[at]
    }

    /// A map as a whole.
    pub(crate) fn map(&mut self, at: usize) -> &Map<'t> {
        self.map_mut(at)
    }

    /// A map to be changed.
    pub(crate) fn map_mut(&mut self, at: usize) -> &mut Map<'t> {
        if let Some(place) = self.maps[at].unread.take() {
            let values: Vec<u32> = self.tape(place).members(place.node()).collect();
            let member = |value: u32| {
                let key = self.tapes[place.tape()].kept_text(value - 1, &mut self.scratch);
                let key = Key::Text(key);
                (key, self.datum(place.beside(value)))
            };
            let members = values.into_iter().map(member).collect();
            let Map { changes, version, silent, .. } = self.maps[at];
            self.maps[at] = Map { changes, version, silent, ..Map::of(members) };
        }
        &mut self.maps[at]
    }

    /// Takes a value onto the heap. Its nesting is bounded by the reader of JSON.
    pub(crate) fn load(&mut self, value: &'t Value) -> Datum<'t> {
        match value {
            Value::Null => Datum::Null,
            Value::Bool(b) => Datum::Bool(*b),
            Value::Int(n) => Datum::Int(i128::from(*n)),
            Value::Double(d) => Datum::Double(*d),
            Value::Big(spelled) => Datum::big(spelled),
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
    pub(crate) fn load_object(&mut self, value: &'t Value) -> usize {
        match self.load(value) {
            Datum::Map(at) => at,
            _ => self.add_map(Vec::new()),
        }
    }

    /// Puts those members of another map into a map that it has not yet.
    pub(crate) fn add_missing(&mut self, at: usize, from: usize) {
        let missing: Vec<_> = self.map(from).members().to_vec();
        for (key, value) in missing {
            if self.get(at, &key).is_none() {
                self.map_mut(at).put(key, value);
            }
        }
    }

    /// How many maps there are.
    pub(crate) fn maps(&self) -> usize {
        self.maps.len()
    }

    /// How often any of these maps has changed.
    pub(crate) fn changes_of(&self, maps: Range<usize>) -> u64 {
        self.maps[maps].iter().map(|map| map.version).sum()
    }

    /// Lets every map there is so far print as nothing.
    pub(crate) fn silence(&mut self) {
        for map in &mut self.maps {
            map.silent = true;
        }
    }

    /// A value as it leaves a rendering; what nests deeper than `depth` (or in itself) and what is beyond the count of `nodes`
    /// is null.
    pub(crate) fn unload(&mut self, datum: &Datum<'t>, depth: usize, nodes: &mut usize) -> Value {
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
                self.refresh(*at);
                let items = self.list(*at).items.clone();
                let items = items.iter().map(|item| self.unload(item, depth - 1, nodes)).collect();
                if self.style(*at) == Style::Json { Value::Array(items) } else { Value::List(items) }
            }
            Datum::Map(at) if depth > 0 => {
                let members = self.map(*at).members.clone();
                Value::Map(
                    (members.iter()).map(|(k, v)| (k.text(), self.unload(v, depth - 1, nodes))).collect(),
                )
            }
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

    fn text(text: &str) -> Key<'_> {
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
        let name = |i: usize| Key::Text(format!("k{i}").into());
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
