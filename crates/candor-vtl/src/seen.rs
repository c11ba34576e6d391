//! Values where they stand: looking at one copies nothing, and makes no list or map of what has been read.

use crate::heap::{Datum, Heap, Key, Place};
use crate::tape::Node;

/// A value of a rendering. All variants hold one word: so it is handed on in registers, which rendering's speed rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'h, 't> {
    /// A list that is taken apart.
    List(usize),
    /// A map that is taken apart.
    Map(usize),
    /// Any other value of a variable, a list or a map.
    Other(&'h Datum<'t>),
    /// A value as it was read, with all that is in it but what has been taken apart.
    Read(Place),
    /// `$foreach` of the loop at this depth.
    Loop(usize),
    /// What a loop counts.
    Count(usize),
}

impl Seen<'static, 'static> {
    const TRUE: Seen<'static, 'static> = Seen::Other(&Datum::Bool(true));
    const FALSE: Seen<'static, 'static> = Seen::Other(&Datum::Bool(false));

    /// What a loop tells.
    pub(crate) fn bool(b: bool) -> Seen<'static, 'static> {
        if b { Seen::TRUE } else { Seen::FALSE }
    }
}

impl<'t> Heap<'t> {
    /// Looks at a value.
    #[inline]
    pub(crate) fn look<'h>(&'h self, datum: &'h Datum<'t>) -> Seen<'h, 't> {
        match (datum, self.unread(datum)) {
            (_, Some(place)) => Seen::Read(place),
            (Datum::List(at), None) => Seen::List(*at),
            (Datum::Map(at), None) => Seen::Map(*at),
            (other, None) => Seen::Other(other),
        }
    }

    /// Looks at a value that has been read.
    #[inline]
    pub(crate) fn look_at(&self, place: Place) -> Seen<'_, 't> {
        match self.taken_apart(place) {
            Some(Datum::List(at)) => Seen::List(at),
            Some(Datum::Map(at)) => Seen::Map(at),
            _ => Seen::Read(place),
        }
    }

    /// The member of a map.
    #[inline]
    pub(crate) fn look_inside(&self, map: Seen<'_, 't>, name: &str) -> Option<Seen<'_, 't>> {
        match map {
            Seen::Map(at) => Some(self.look(self.kept(at).get(&Key::Text(name.into()))?)),
            Seen::Read(place) => {
                let value = self.tape(place).member(place.node(), name)?;
                Some(self.look_at(place.beside(value)))
            }
            _ => None,
        }
    }

    /// Takes the text that a value is, piece by piece; whether it is one.
    #[inline]
    pub(crate) fn each_piece(&self, seen: Seen<'_, 't>, take: impl FnMut(&str)) -> bool {
        let mut take = take;
        match seen {
            Seen::Other(Datum::Text(text)) => {
                take(text);
                true
            }
            Seen::Read(place) => self.tape(place).each_piece(place.node(), take),
            _ => false,
        }
    }
}

/// What was seen, to be kept beyond the look.
#[derive(Clone, Debug)]
pub(crate) enum Found<'t> {
    Read(Place),
    Datum(Datum<'t>),
}

impl<'t> Found<'t> {
    /// Looks at it again.
    #[inline]
    pub(crate) fn look<'h>(&'h self, heap: &'h Heap<'t>) -> Seen<'h, 't> {
        match self {
            Found::Read(place) => heap.look_at(*place),
            Found::Datum(datum) => heap.look(datum),
        }
    }

    /// The value itself.
    #[inline]
    pub(crate) fn datum(self, heap: &mut Heap<'t>) -> Datum<'t> {
        match self {
            Found::Read(place) => heap.datum(place),
            Found::Datum(datum) => datum,
        }
    }
}

impl<'t> Seen<'_, 't> {
    /// Ends the look at it.
    #[inline]
    pub(crate) fn found(self) -> Found<'t> {
        match self {
            Seen::Read(place) => Found::Read(place),
            Seen::List(at) => Found::Datum(Datum::List(at)),
            Seen::Map(at) => Found::Datum(Datum::Map(at)),
            Seen::Other(datum) => Found::Datum(datum.clone()),
            Seen::Loop(at) => Found::Datum(Datum::Loop(at)),
            Seen::Count(count) => Found::Datum(Datum::Int(count as i128)),
        }
    }

    /// Whether it is a map.
    #[inline]
    pub(crate) fn is_map(self, heap: &Heap<'_>) -> bool {
        match self {
            Seen::Map(_) => true,
            Seen::Read(place) => matches!(heap.tape(place).node(place.node()), Node::Object(_)),
            _ => false,
        }
    }

    /// Whether it is null.
    #[inline]
    pub(crate) fn is_null(self, heap: &Heap<'_>) -> bool {
        match self {
            Seen::Other(Datum::Null) => true,
            Seen::Read(place) => heap.tape(place).node(place.node()) == Node::Null,
            _ => false,
        }
    }

    /// Whether it is `false`.
    pub(crate) fn is_false(self, heap: &Heap<'_>) -> bool {
        match self {
            Seen::Other(&Datum::Bool(b)) => !b,
            Seen::Read(place) => heap.tape(place).node(place.node()) == Node::Bool(false),
            _ => false,
        }
    }

    /// Appends its text form, if it is a text, a boolean, or an integer; whether it is.
    pub(crate) fn print_plain(self, heap: &Heap<'_>, out: &mut String) -> bool {
        let (boolean, integer) = match self {
            Seen::Other(&Datum::Bool(b)) => (Some(b), 0),
            Seen::Count(count) => (None, count as i128),
            Seen::Other(&Datum::Int(n)) => (None, n),
            Seen::Read(place) => match heap.tape(place).node(place.node()) {
                Node::Bool(b) => (Some(b), 0),
                Node::Int(n) => (None, n.into()),
                _ => return heap.each_piece(self, |piece| out.push_str(piece)),
            },
            _ => return heap.each_piece(self, |piece| out.push_str(piece)),
        };
        match boolean {
            Some(b) => out.push_str(if b { "true" } else { "false" }),
            None => crate::value::print_integer(integer, out),
        }
        true
    }
}
