//! Methods of built-in types, and of values that nobody knows.

use std::rc::Rc;

use smallvec::smallvec;

use super::fallbacks::reads;
use super::interpreter::{Forks, Interpreter, Many};
use super::library::{makes_an_object, releases};
use super::reads::items_of;
use super::state::{Dict, List, Object, State, taints};
use super::value::{Arguments, ExceptionClass, Id, Itself, Sort, Taint, Text, Unknown, Value};
use crate::facts::{Failed, Hollow, Place};

/// Methods that built-in types have: calling one on something unknown computes.
const COMPUTING: &[&str] = &[
    "get",
    "items",
    "keys",
    "values",
    "split",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "replace",
    "startswith",
    "endswith",
    "join",
    "format",
    "encode",
    "decode",
    "isdigit",
    "isalpha",
    "find",
    "count",
    "index",
    "append",
    "extend",
    "pop",
    "update",
    "setdefault",
    "copy",
    "sort",
    "add",
    "discard",
    "remove",
    "isoformat",
    "strftime",
    "timestamp",
    "total_seconds",
    "group",
    "groups",
    "zfill",
    "capitalize",
    "partition",
    "rsplit",
    "splitlines",
    "casefold",
    "hex",
    "digest",
    "hexdigest",
    "as_tuple",
    "dict",
    "model_dump",
    "model_dump_json",
    "json",
    "to_dict",
    "to_frame",
    "to_list",
    "to_numpy",
    "to_records",
    "tolist",
    "astimezone",
    "date",
    "quantize",
    "most_common",
];

impl<'p> Interpreter<'p> {
    /// `object.name(…)` where `object` is of a built-in type, or unknown.
    pub(super) fn builtin_method(
        &mut self,
        object: &Value<'p>,
        name: &'p str,
        arguments: Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let taint = object.taint().and(taints(arguments.all()));
        match object {
            Value::Dict(id) => return self.dict_method(*id, name, arguments, place, state),
            Value::List(id) => {
                let given = arguments.positional.clone();
                given.iter().for_each(|item| self.tells_into(*id, item, &mut state));
                if let Some(Object::List(list)) = self.object_mut(&mut state, *id) {
                    match (name, given.as_slice()) {
                        ("append", [item]) => list.items.push(item.clone()),
                        ("extend", [more]) => {
                            let (items, open) = self.items(&state, more);
                            if let Some(Object::List(list)) = self.object_mut(&mut state, *id) {
                                list.items.extend(items);
                                list.open |= open;
                            }
                        }
                        ("insert" | "remove" | "clear" | "pop", _) => {
                            let gone: Vec<Value<'p>> = list.items.drain(..).chain(given.clone()).collect();
                            list.open = true;
                            gone.iter().for_each(|value| self.settles(value, &state));
                        }
                        _ => {}
                    }
                }
                let value = match name {
                    "append" | "extend" | "insert" | "remove" | "clear" | "sort" | "reverse" => Value::None,
                    "copy" => {
                        let (items, open) = self.items(&state, object);
                        Value::List(self.make(&mut state, Object::List(List { items, open, made: place })))
                    }
                    _ => Value::unknown(Sort::Any, taint),
                };
                return smallvec![(state, value)];
            }
            Value::Text(text) => {
                let value = self.text_method(text, name, &arguments, place, &mut state, taint);
                return smallvec![(state, value)];
            }
            Value::Bytes => {
                let value = match name {
                    "decode" => Value::some_text("", taint),
                    _ => Value::unknown(Sort::Any, taint),
                };
                return smallvec![(state, value)];
            }
            Value::None => {
                self.certain(state, "builtins.AttributeError", place);
                return Many::new();
            }
            Value::Reply(reply) => {
                if name == "set_cookie" || name == "headers" {
                    return smallvec![(state, Value::Reply(reply.clone()))];
                }
                return smallvec![(state, Value::any())];
            }
            _ => {}
        }
        // A value that nobody knows, or a type whose methods compute.
        let itself = match self.asked_by_method(object, name, arguments.positional.first()) {
            Itself::Nothing => self.as_written(object, name, &arguments),
            asks => asks,
        };
        let answer = self.part(object, name);
        match name {
            "raise_for_status" => {
                self.looks(object, name);
                if self.is_read(object) {
                    self.reading.insert(place);
                }
                let of_requests = self.operation(object).is_some_and(|of| of.starts_with("requests."));
                let class = match of_requests {
                    true => ExceptionClass::Named(super::exceptions::OF_REQUESTS.to_string()),
                    false => ExceptionClass::Any,
                };
                self.may_raise(&state, class, Failed::Effect, place);
                return smallvec![(state, Value::None)];
            }
            "get" => {
                let key = arguments.positional.first().and_then(Value::as_text);
                match key {
                    Some(key) => self.looks(object, key),
                    None => self.settles(object, &state),
                }
                if self.has_no(object, key) {
                    let default = arguments.positional.get(1).cloned();
                    return smallvec![(state, default.unwrap_or(Value::None))];
                }
                self.asks_for_key(object, key);
                self.may_fail(&state, &["AttributeError"], place);
                let itself = match self.identify(object, key, true, place) {
                    // A scan and a query always answer with a list.
                    Itself::Item { resource, .. } => {
                        let otherwise = self.default_of_item(arguments.positional.get(1), &state);
                        Itself::Item { resource, otherwise: otherwise.filter(|_| key == Some("Item")) }
                    }
                    itself => itself,
                };
                let taint = Taint { itself, ..self.taint_of_item(object, key) };
                // It is there, or it is the default.
                let sort = match (self.sort_under(object, key), arguments.positional.get(1)) {
                    (sort @ (Sort::Stream | Sort::Bytes), _)
                    | (sort @ Sort::Dict, Some(Value::Dict(_)))
                    | (sort @ Sort::List, Some(Value::List(_))) => sort,
                    _ => Sort::Any,
                };
                return smallvec![(state, Value::unknown(sort, taint))];
            }
            "json" | "read" | "text" | "content" | "getcode" | "iter_lines" => {
                self.looks(object, name);
                self.may_fail(&state, &["ValueError", "AttributeError"], place);
                let taint = Taint { answer, ..taint.within(None) };
                let stream = matches!(object, Value::Unknown(unknown) if unknown.sort == Sort::Stream);
                let sort = if stream && name == "read" { Sort::Bytes } else { Sort::Any };
                return smallvec![(state, Value::unknown(sort, taint))];
            }
            "items" | "values" | "keys" => {
                self.goes_through(object);
                self.asks_for_key(object, None);
                self.may_fail(&state, &["AttributeError"], place);
                return smallvec![(state, Value::Unknown(Unknown { taint, ..Unknown::ANY }))];
            }
            _ => {}
        }
        if ["update", "setdefault", "pop", "popitem", "clear"].contains(&name) {
            self.changes(object);
        }
        let computing = COMPUTING.contains(&name);
        if !computing || object.taint().answer.is_some_and(|answer| answer.of == super::value::Of::Whole) {
            self.settles(object, &state);
        }
        self.settles_all(&arguments, &state);
        if computing || taint.event {
            self.may_fail(&state, &["AttributeError", "TypeError", "ValueError", "KeyError"], place);
            let text = [
                "strip",
                "lower",
                "upper",
                "format",
                "join",
                "replace",
                "isoformat",
                "strftime",
                "decode",
                "title",
            ];
            let sort = if text.contains(&name) { Sort::Text } else { Sort::Any };
            // Text between separators: at least one.
            let some = matches!(name, "split" | "rsplit") && arguments.get(0, "sep").is_some();
            let truthy = some.then_some(true);
            let taint = Taint { itself, ..taint };
            return smallvec![(state, Value::Unknown(Unknown { sort, taint, truthy }))];
        }
        // A cursor of a connection: nothing is done yet.
        if makes_an_object(name) {
            return smallvec![(state, Value::unknown(Sort::Any, taint))];
        }
        // A connection or a cursor that a driver made, by the sound of it.
        let instead = reads(name, &arguments) && {
            self.reading.insert(place);
            self.stands_in(&arguments, place, &mut state)
        };
        let what = if releases(name) { Failed::Value } else { Failed::Unread };
        self.may_raise(&state, ExceptionClass::Any, what, place);
        state.outside += 1;
        state.heard = None;
        self.hand_over(&mut state, &arguments);
        let taint = Taint { instead: taint.instead || instead, itself: items_of(name, None), ..taint };
        smallvec![(state, Value::unknown(Sort::Any, taint))]
    }

    /// What `.get("Item", default)` gives where there is none, if that is nothing.
    fn default_of_item(&self, default: Option<&Value<'p>>, state: &State<'p>) -> Option<Hollow> {
        match default {
            None | Some(Value::None) => Some(Hollow::Null),
            Some(Value::Dict(id)) => match self.object(state, *id) {
                Some(Object::Dict(dict)) if dict.entries.is_empty() && !dict.open => Some(Hollow::Empty),
                _ => None,
            },
            Some(_) => None,
        }
    }

    fn dict_method(
        &mut self,
        id: Id,
        name: &str,
        arguments: Arguments<'p>,
        place: Place,
        mut state: State<'p>,
    ) -> Forks<'p> {
        let Some(Object::Dict(dict)) = self.object(&state, id) else {
            return smallvec![(state, Value::any())];
        };
        let key = arguments.positional.first().and_then(Value::as_key);
        let default = arguments.positional.get(1).cloned();
        let known = key.as_deref().and_then(|key| dict.get(key)).cloned();
        let (open, copy) = (dict.open, dict.clone());
        if let ("get", None, Some(given)) = (name, &key, arguments.positional.first())
            && let Some((mut entries, others)) = self.entries_under(id, given, &state)
        {
            if let Some(others) = others {
                let value = default.unwrap_or(Value::None);
                if open {
                    entries.push((others.clone(), Value::any()));
                }
                entries.push((others, value));
            }
            return entries;
        }
        if matches!(name, "update" | "setdefault") {
            arguments.all().for_each(|value| self.tells_into(id, value, &mut state));
        }
        let value = match name {
            "get" => match (known, key) {
                (Some(value), _) => value,
                (None, Some(_)) if !open => default.unwrap_or(Value::None),
                _ => Value::any(),
            },
            "pop" | "setdefault" => {
                if let Some(Object::Dict(dict)) = self.object_mut(&mut state, id) {
                    match (&key, name) {
                        (Some(key), "pop") => dict.entries.retain(|(k, ..)| k != key),
                        (Some(key), _) if known.is_none() && !open => {
                            dict.set(key.clone(), default.clone().unwrap_or(Value::None), place);
                        }
                        _ => dict.open = true,
                    }
                }
                match known {
                    Some(value) => value,
                    None if !open && key.is_some() => default.unwrap_or(Value::None),
                    None => Value::any(),
                }
            }
            "update" => {
                let mut added: Vec<Option<Dict<'p>>> =
                    arguments.positional.iter().map(|value| self.dict_of(&state, value)).collect();
                let named = arguments.named.iter().map(|(name, value)| (name.clone(), value.clone(), place));
                added.push(Some(Dict { entries: named.collect(), open: arguments.open, made: place }));
                if let Some(Object::Dict(dict)) = self.object_mut(&mut state, id) {
                    for more in added {
                        // Where the entry is written is where it is put in.
                        super::definitions::merge(dict, more);
                    }
                }
                Value::None
            }
            "copy" => Value::Dict(self.make(&mut state, Object::Dict(Dict { made: place, ..copy }))),
            "clear" => {
                if let Some(Object::Dict(dict)) = self.object_mut(&mut state, id) {
                    dict.entries.clear();
                    dict.open = false;
                }
                Value::None
            }
            "values" | "keys" | "items" => {
                let (mut items, mut known) = (Vec::new(), !open);
                for (key, value, _) in &copy.entries {
                    items.push(match name {
                        "values" => value.clone(),
                        "keys" => Value::of_key(key),
                        _ => Value::Tuple(Rc::new(vec![Value::of_key(key), value.clone()])),
                    });
                }
                known &= items.len() <= 8;
                Value::List(self.make(&mut state, Object::List(List { items, open: !known, made: place })))
            }
            _ => Value::any(),
        };
        smallvec![(state, value)]
    }

    fn text_method(
        &mut self,
        text: &Rc<Text>,
        name: &str,
        arguments: &Arguments<'p>,
        place: Place,
        state: &mut State<'p>,
        taint: Taint,
    ) -> Value<'p> {
        let made = |known: String| {
            Value::Text(Rc::new(Text {
                known: Some(known.into()),
                begins: String::new(),
                content: None,
                taint,
            }))
        };
        let given = arguments.positional.first().and_then(Value::as_text);
        match (name, &text.known) {
            ("startswith", Some(known)) if let Some(given) = given => Value::Bool(known.starts_with(given)),
            ("endswith", Some(known)) if let Some(given) = given => Value::Bool(known.ends_with(given)),
            ("upper", Some(known)) => made(known.to_uppercase()),
            ("lower", Some(known)) => made(known.to_lowercase()),
            ("strip", Some(known)) if arguments.positional.is_empty() => made(known.trim().to_string()),
            ("format", Some(known)) => {
                let begins = known.split('{').next().unwrap_or_default();
                Value::some_text(begins, taint)
            }
            ("startswith" | "endswith" | "isdigit" | "isalpha" | "isnumeric", _) => {
                Value::unknown(Sort::Bool, taint)
            }
            ("encode", _) => Value::Bytes,
            ("find" | "count" | "index", _) => Value::unknown(Sort::Number, taint),
            ("split" | "rsplit" | "splitlines", _) => {
                // Without a separator there may be nothing.
                let some = name != "splitlines" && arguments.get(0, "sep").is_some();
                let items = if some { vec![Value::some_text("", taint)] } else { Vec::new() };
                Value::List(self.make(state, Object::List(List { items, open: true, made: place })))
            }
            ("join", _) => {
                let joined =
                    arguments.positional.first().map_or(Vec::new(), |list| self.items(state, list).0);
                Value::some_text("", taint.and(taints(joined.iter())))
            }
            _ => Value::some_text("", taint),
        }
    }
}
