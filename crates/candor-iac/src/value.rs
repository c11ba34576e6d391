//! What a template says once its intrinsics are resolved in one world: plain values, and symbols for what exists after
//! deployment only.

mod joined;

use std::ops::Range;

use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::{Span, Text};

pub(crate) use joined::Joined;

/// A resolved value.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a resolved value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Scalar(Scalar),
    List(Vec<Value>),
    Map(Vec<Member>),
    /// Nothing in the files decides it, not even its shape.
    Unknown(Needs),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: Text,
    pub(crate) value: Value,
}

/// Text, with symbols for the parts that deployment fills in.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: Text,
    /// Ascending, without overlap.
    pub(crate) symbols: Vec<Symbol>,
    /// Whether it is written without quotes: then it may be a number or a boolean.
    pub(crate) plain: bool,
}

/// A part of a text that a name stands for; the text has a stand-in there that people can read.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) range: Range<u32>,
    pub(crate) name: Name,
}

/// What a symbol stands for.
#[derive(Clone, Debug)]
pub(crate) enum Name {
    /// `AWS::Region`, …: the stand-in is as good as any.
    Pseudo(&'static str),
    /// A resource of the template, or an attribute of one.
    Resource { logical_id: String, attribute: Option<String> },
    /// Something outside the template.
    Open(Needs),
}

impl Value {
    pub(crate) fn unknown(span: Span, needs: Needs) -> Value {
        Value { span, kind: Kind::Unknown(needs) }
    }

    pub(crate) fn scalar(text: Text) -> Value {
        Value { span: text.span(), kind: Kind::Scalar(Scalar { text, symbols: Vec::new(), plain: false }) }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The value under a key; what is written as nothing is not there.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// The member with a key; what is written as nothing is not there.
    pub(crate) fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key.as_str() == key && !member.value.is_null())
    }

    /// The members of a mapping; of anything else none.
    pub(crate) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; of anything else none.
    pub(crate) fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar, stand-ins included.
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| scalar.text.as_str())
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What would decide this value, if nothing in the files does.
    pub(crate) fn open(&self) -> Option<Needs> {
        match &self.kind {
            Kind::Unknown(needs) => Some(needs.clone()),
            Kind::Scalar(scalar) => scalar.open(),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The text, as a setting.
    pub(crate) fn text(&self) -> Setting<Text> {
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.open() {
                Some(needs) => Setting::unknown(self.span, needs),
                None => Setting::written(scalar.text.clone(), self.span),
            },
            Kind::Unknown(needs) => Setting::unknown(self.span, needs.clone()),
            Kind::Null => {
                Setting::unknown(self.span, Needs::Support("nothing, where a text is expected".to_string()))
            }
            Kind::List(_) => {
                Setting::unknown(self.span, Needs::Support("a list, where a text is expected".to_string()))
            }
            Kind::Map(members) => {
                let key = members.first().map_or("", |m| m.key.as_str());
                let what = format!("a mapping (`{key}`), where a text is expected");
                Setting::unknown(self.span, Needs::Support(what))
            }
        }
    }

    /// The text as a plain string, as a setting.
    pub(crate) fn string(&self) -> Setting<String> {
        self.text().and_then(|text, span| Setting::written(text.as_str().to_string(), span))
    }

    /// The text as a name. What stands for a resource of the template reads `${Orders}` or `${Orders.Arn}`: nobody knows
    /// the id, but where the same is written the same is meant.
    pub(crate) fn named(&self) -> Setting<String> {
        self.named_text().and_then(|text, span| Setting::written(text.as_str().to_string(), span))
    }

    /// The same with its places: for mapping templates, in which the name of a resource is just a word.
    pub(crate) fn named_text(&self) -> Setting<Text> {
        match &self.kind {
            Kind::Scalar(scalar) => {
                let open = scalar.symbols.iter().find_map(|symbol| match &symbol.name {
                    Name::Open(needs) => Some(needs.clone()),
                    Name::Pseudo(_) | Name::Resource { .. } => None,
                });
                match open {
                    Some(needs) => Setting::unknown(self.span, needs),
                    None => Setting::written(scalar.text.clone(), self.span),
                }
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unknown(_) => self.text(),
        }
    }

    /// The text read by `read`; `what` says what was expected.
    pub(crate) fn parsed<T>(&self, what: &str, read: impl FnOnce(&str) -> Option<T>) -> Setting<T> {
        self.text().and_then(|text, span| match read(text.as_str().trim()) {
            Some(value) => Setting::written(value, span),
            None => {
                Setting::unknown(span, Needs::Support(format!("`{:.60}`, which is no {what}", text.as_str())))
            }
        })
    }

    /// What stands under `key`, read by `read`. Where the key is missing, the setting is absent: a person would write
    /// it at `at`.
    pub(crate) fn setting<T>(
        &self,
        key: &'static str,
        at: Span,
        read: impl FnOnce(&Value) -> Setting<T>,
    ) -> Setting<T> {
        match (&self.kind, self.get(key)) {
            (Kind::Unknown(needs), _) => Setting::unknown(self.span, needs.clone()),
            (_, Some(value)) => read(value),
            (_, None) => Setting::absent(at, key),
        }
    }

    /// Whether a mapping has `key` with the value true.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_str).and_then(crate::syntax::node::bool_of) == Some(true)
    }

    /// SAM's merge of Globals: maps deep, lists appended (global first), anything else replaced by the local value.
    pub(crate) fn merged(global: &Value, local: Value) -> Value {
        match (&global.kind, local.kind) {
            (Kind::Map(globals), Kind::Map(mut members)) => {
                for theirs in globals {
                    match members.iter_mut().find(|m| m.key.as_str() == theirs.key.as_str()) {
                        Some(ours) => {
                            let span = ours.value.span;
                            let value = std::mem::replace(&mut ours.value, Value { span, kind: Kind::Null });
                            ours.value = Value::merged(&theirs.value, value);
                        }
                        None => members.push(theirs.clone()),
                    }
                }
                Value { span: local.span, kind: Kind::Map(members) }
            }
            (Kind::List(globals), Kind::List(items)) => {
                let items = globals.iter().cloned().chain(items).collect();
                Value { span: local.span, kind: Kind::List(items) }
            }
            (_, Kind::Null) => global.clone(),
            (_, kind) => Value { span: local.span, kind },
        }
    }
}

impl Scalar {
    /// What would decide this text. The stand-ins of pseudo parameters decide enough: no failure hides behind a region.
    fn open(&self) -> Option<Needs> {
        self.symbols.iter().find_map(|symbol| match &symbol.name {
            Name::Pseudo(_) => None,
            Name::Open(needs) => Some(needs.clone()),
            Name::Resource { logical_id, attribute: Some(attribute) } => {
                Some(Needs::Attribute(format!("{logical_id}.{attribute}")))
            }
            Name::Resource { logical_id, attribute: None } => {
                Some(Needs::Attribute(format!("the id of {logical_id}")))
            }
        })
    }

    /// The resource that the whole text stands for: `!Ref Orders`, `!GetAtt Orders.Arn`.
    pub(crate) fn resource(&self) -> Option<(&str, Option<&str>)> {
        match self.symbols.as_slice() {
            [Symbol { range, name: Name::Resource { logical_id, attribute } }]
                if range.start == 0 && range.end as usize == self.text.as_str().len() =>
            {
                Some((logical_id, attribute.as_deref()))
            }
            _ => None,
        }
    }
}

/// A text that is written somewhere else and takes effect at `span`.
pub(crate) fn placed(text: &str, span: Span) -> Text {
    // Two segments never map byte by byte, so even a text of the span's own length maps as a whole.
    Text::mapped(text, vec![(0, span), (text.len() as u32, span)], span)
}
