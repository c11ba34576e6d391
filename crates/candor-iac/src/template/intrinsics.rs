//! Intrinsic functions, short and long form, resolved as far as the files decide them.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use candor_contract::json::Json;
use candor_gateway::setting::{Needs, Undecided};
use candor_gateway::span::{Span, Text};

use crate::loader::Loader;
use crate::syntax::{Kind as NodeKind, Node, Style};
use crate::template::Template;
use crate::template::conditions::{Assumptions, Atom};
use crate::value::{Joined, Kind, Member, Name, Scalar, Symbol, Value};

/// One world of one template: where its values resolve.
pub(crate) struct Scope<'t> {
    pub(crate) template: &'t Template<'t>,
    pub(crate) parameters: &'t [(String, String)],
    pub(crate) assumptions: &'t Assumptions,
    pub(crate) loader: &'t Loader<'t>,
    /// The first comparison that this world does not decide: then there are two worlds in place of this one.
    met: RefCell<Option<Atom>>,
    /// What is left open on the way, for the reader of the report.
    undecided: RefCell<Vec<Undecided>>,
    /// How many files include each other here.
    includes: Cell<usize>,
    /// Whether an entry of `Mappings` is being resolved.
    in_mapping: Cell<bool>,
}

/// Pseudo parameters and what stands in for them: nothing that candor looks for depends on the account.
pub(crate) const PSEUDO: &[(&str, &str)] = &[
    ("AWS::Region", "us-east-1"),
    ("AWS::AccountId", "123456789012"),
    ("AWS::Partition", "aws"),
    ("AWS::URLSuffix", "amazonaws.com"),
    ("AWS::StackName", STACK_NAME),
    ("AWS::StackId", "arn:aws:cloudformation:us-east-1:123456789012:stack/stack/1"),
    ("AWS::NotificationARNs", ""),
];

/// What stands in for the stack's name.
pub(crate) const STACK_NAME: &str = "stack";

const NO_VALUE: &str = "AWS::NoValue";

impl<'t> Scope<'t> {
    pub(crate) fn new(
        template: &'t Template<'t>,
        parameters: &'t [(String, String)],
        assumptions: &'t Assumptions,
        loader: &'t Loader<'t>,
    ) -> Scope<'t> {
        let (met, undecided) = (RefCell::default(), RefCell::default());
        let (includes, in_mapping) = (Cell::new(0), Cell::new(false));
        Scope { template, parameters, assumptions, loader, met, undecided, includes, in_mapping }
    }

    /// Notes a comparison that this world does not decide.
    pub(crate) fn meet(&self, atom: Atom) {
        self.met.borrow_mut().get_or_insert(atom);
    }

    /// Notes something that stays open.
    pub(crate) fn leave_open(&self, span: Span, needs: Needs) {
        self.undecided.borrow_mut().push(Undecided { span, needs });
    }

    /// The first undecided comparison, and everything left open.
    pub(crate) fn finish(self) -> (Option<Atom>, Vec<Undecided>) {
        (self.met.into_inner(), self.undecided.into_inner())
    }

    /// The value of a node; nothing where it resolves to `AWS::NoValue`.
    pub(crate) fn resolve(&self, node: &Node) -> Option<Value> {
        if let Some(tag) = &node.tag
            && let Some(value) = self.function(&tag.name, node, node.span)
        {
            return value;
        }
        self.untagged(node)
    }

    /// The same of a node whose own tag has been looked at.
    fn untagged(&self, node: &Node) -> Option<Value> {
        let span = node.span;
        let kind = match &node.kind {
            NodeKind::Null => Kind::Null,
            NodeKind::Scalar(scalar) => {
                let mut value = self.dynamic(&scalar.text);
                if let Kind::Scalar(resolved) = &mut value.kind {
                    resolved.plain = scalar.style == Style::Plain;
                }
                return Some(value);
            }
            NodeKind::Sequence(items) => {
                Kind::List(items.iter().filter_map(|item| self.resolve(item)).collect())
            }
            NodeKind::Mapping(entries) => {
                if let [only] = entries.as_slice()
                    && let Some(name) = function_name(only.key.as_str())
                    && let Some(value) = self.function(name, &only.value, span)
                {
                    return value;
                }
                let mut members = Vec::with_capacity(entries.len());
                for entry in entries {
                    match entry.key.as_str() {
                        "Fn::Transform" => members.extend(self.included_members(&entry.value)),
                        key if key.starts_with("Fn::ForEach::") => {
                            let what = "Fn::ForEach over a list that nothing here decides".to_string();
                            self.leave_open(entry.key.span(), Needs::Support(what));
                        }
                        _ => {
                            let Some(value) = self.resolve(&entry.value) else { continue };
                            members.push(Member { key: entry.key.clone(), value });
                        }
                    }
                }
                Kind::Map(members)
            }
        };
        Some(Value { span, kind })
    }

    /// Some of a mapping's members, resolved: for resources of which little is asked.
    pub(crate) fn resolve_some(&self, node: &Node, keys: &[&str]) -> Value {
        if node.tag.is_some() || node.entries().iter().any(|e| e.key.as_str().starts_with("Fn::")) {
            let unknown =
                || Value::unknown(node.span, Needs::Support("properties made by a macro".to_string()));
            return self.resolve(node).unwrap_or_else(unknown);
        }
        let members =
            node.entries().iter().filter(|e| keys.contains(&e.key.as_str())).filter_map(|entry| {
                Some(Member { key: entry.key.clone(), value: self.resolve(&entry.value)? })
            });
        Value { span: node.span, kind: Kind::Map(members.collect()) }
    }

    /// A plain text, dynamic references set apart.
    fn dynamic(&self, text: &Text) -> Value {
        let mut value = Value::scalar(text.clone());
        let Kind::Scalar(scalar) = &mut value.kind else { return value };
        // Most texts have no brace at all, and one byte is found faster than ten.
        let mut from = text.as_str().find('{').unwrap_or(text.as_str().len());
        while let Some(start) = text.as_str()[from..].find("{{resolve:").map(|at| at + from) {
            let end = text.as_str()[start..].find("}}").map_or(text.as_str().len(), |at| start + at + 2);
            let needs = Needs::DynamicReference(text.as_str()[start..end].to_string());
            scalar.symbols.push(Symbol { range: start as u32..end as u32, name: Name::Open(needs) });
            from = end;
        }
        value
    }

    /// The value of an intrinsic function; `None` where there is no function of that name. The inner `None` is
    /// `AWS::NoValue`.
    fn function(&self, name: &str, argument: &Node, span: Span) -> Option<Option<Value>> {
        let items = argument.items();
        let value = match name {
            "Ref" => match argument.as_str() {
                Some(NO_VALUE) => return Some(None),
                Some(target) => self.reference(target, span),
                None => unsupported(span, "Ref"),
            },
            "GetAtt" => self.attribute(argument, span),
            "Sub" => self.sub(argument, span),
            "Join" => self.join(argument, span),
            "If" => {
                let [condition, yes, no] = items else { return Some(Some(unsupported(span, "Fn::If"))) };
                let holds = condition.as_str().is_none_or(|name| self.holds(name));
                return Some(self.resolve(if holds { yes } else { no }));
            }
            "FindInMap" => self.find_in_map(argument, span),
            "Select" => self.select(items, span),
            "Split" => self.split(items, span),
            "ImportValue" => {
                let named = self.argument(name, argument);
                let name = named.and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
                let mut joined = Joined::default();
                joined.push_symbol(&format!("${{{name}}}"), span, Name::Open(Needs::Import(name)));
                joined.finish(span)
            }
            "Transform" => return Some(self.include(argument, span)),
            "Length" => match self.argument(name, argument) {
                Some(Value { kind: Kind::List(items), .. }) => {
                    let mut joined = Joined::default();
                    joined.push_for(&items.len().to_string(), span);
                    joined.finish(span)
                }
                _ => unsupported(span, "Fn::Length"),
            },
            "ToJsonString" => match self.argument(name, argument) {
                Some(value) => {
                    let mut joined = Joined::default();
                    match push_json(&mut joined, &value) {
                        Some(()) => joined.finish(span),
                        None => unsupported(span, "Fn::ToJsonString"),
                    }
                }
                None => unsupported(span, "Fn::ToJsonString"),
            },
            "Base64" | "Cidr" | "GetAZs" | "Condition" | "And" | "Or" | "Not" | "Equals" => {
                unsupported(span, &format!("Fn::{name}"))
            }
            _ => return None,
        };
        Some(Some(value))
    }

    /// The argument of a function. In the short form it stands in the node that has the function's tag (`!ImportValue
    /// { Fn::Sub: … }`), which is not to be taken for the function again.
    fn argument(&self, function: &str, node: &Node) -> Option<Value> {
        match &node.tag {
            Some(tag) if tag.name == function => self.untagged(node),
            _ => self.resolve(node),
        }
    }

    /// What `Ref` yields: a parameter, a pseudo parameter, the id of a resource.
    fn reference(&self, target: &str, span: Span) -> Value {
        if let Some(parameter) = self.parameter(target, span) {
            return parameter;
        }
        let mut joined = Joined::default();
        self.push_name(&mut joined, target, span);
        joined.finish(span)
    }

    /// A parameter's value: given, its default, or open.
    fn parameter(&self, name: &str, span: Span) -> Option<Value> {
        let parameter = self.template.parameters.get(name)?;
        let given = self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let parameter_type = parameter.get("Type").and_then(Node::as_str).unwrap_or_default();
        // The default of such a parameter is the name under which AWS looks for its value.
        let looked_up = parameter_type.starts_with("AWS::SSM::Parameter::Value");
        let left_open = looked_up || self.template.left_open.iter().any(|open| open == name);
        let default = parameter.get("Default").and_then(Node::as_str).filter(|_| !left_open);
        let Some(text) = given.or(default) else {
            let mut joined = Joined::default();
            joined.push_symbol(&format!("${{{name}}}"), span, Name::Open(Needs::Parameter(name.to_string())));
            return Some(joined.finish(span));
        };
        let scalar = |text: &str| {
            let mut joined = Joined::default();
            joined.push_for(text, span);
            joined.finish(span)
        };
        let is_list = parameter_type == "CommaDelimitedList" || parameter_type.starts_with("List<");
        Some(if is_list {
            let items = text.split(',').map(|item| scalar(item.trim())).collect();
            Value { span, kind: Kind::List(items) }
        } else {
            scalar(text)
        })
    }

    /// Appends what a name stands for that is no parameter.
    fn push_name(&self, joined: &mut Joined, name: &str, span: Span) {
        if push_pseudo(joined, name, span) {
            return;
        }
        let (logical_id, attribute) = match name.split_once('.') {
            Some((id, attribute)) => (id, Some(attribute.to_string())),
            None => (name, None),
        };
        let resource = Name::Resource { logical_id: logical_id.to_string(), attribute };
        joined.push_symbol(&format!("${{{name}}}"), span, resource);
    }

    fn attribute(&self, argument: &Node, span: Span) -> Value {
        let name = match argument.items() {
            [] => argument.as_str().map(str::to_string),
            [id, attribute] => {
                let attribute = self.resolve(attribute);
                let attribute = attribute.as_ref().and_then(Value::as_str);
                id.as_str().zip(attribute).map(|(id, attribute)| format!("{id}.{attribute}"))
            }
            _ => None,
        };
        let Some(name) = name else { return unsupported(span, "Fn::GetAtt") };
        let mut joined = Joined::default();
        self.push_name(&mut joined, &name, span);
        joined.finish(span)
    }

    fn sub(&self, argument: &Node, span: Span) -> Value {
        let (text, variables) = match argument.items() {
            [] => (argument.as_text(), None),
            [text, variables] => (text.as_text(), self.resolve(variables)),
            _ => (None, None),
        };
        let Some(text) = text else { return unsupported(span, "Fn::Sub") };
        let mut joined = Joined::default();
        let mut done = 0;
        for Reference { range, name, literal } in references(text.as_str()) {
            joined.push_part(text, done..range.start);
            let place = text.at(range.start as u32..range.end as u32);
            done = range.end;
            if literal {
                joined.push_for(&format!("${{{name}}}"), place);
                continue;
            }
            let variable = variables.as_ref().and_then(|v| v.get(name));
            let value = variable.cloned().or_else(|| self.parameter(name, place));
            match value.map(|v| v.kind) {
                None => self.push_name(&mut joined, name, place),
                Some(Kind::Scalar(scalar)) => {
                    // The value is written elsewhere; this line is where it takes effect.
                    let moved = Scalar { text: crate::value::placed(scalar.text.as_str(), place), ..scalar };
                    joined.push(&moved);
                }
                Some(Kind::Unknown(needs)) => {
                    joined.push_symbol(&format!("${{{name}}}"), place, Name::Open(needs));
                }
                Some(Kind::Null) => {}
                Some(Kind::List(_) | Kind::Map(_)) => {
                    let needs = Needs::Support(format!("`{name}`, which is no text"));
                    joined.push_symbol(&format!("${{{name}}}"), place, Name::Open(needs));
                }
            }
        }
        joined.push_part(text, done..text.as_str().len());
        joined.finish(span)
    }

    fn join(&self, argument: &Node, span: Span) -> Value {
        let [separator, list] = argument.items() else { return unsupported(span, "Fn::Join") };
        let (Some(separator), Some(list)) = (self.resolve(separator), self.resolve(list)) else {
            return unsupported(span, "Fn::Join");
        };
        let Some(separator) = separator.as_str() else { return unsupported(span, "Fn::Join") };
        if let Kind::Unknown(needs) = list.kind {
            return Value::unknown(span, needs);
        }
        let mut joined = Joined::default();
        for (i, item) in list.items().iter().enumerate() {
            if i > 0 {
                joined.push_for(separator, item.span);
            }
            match &item.kind {
                Kind::Scalar(scalar) => joined.push(scalar),
                Kind::Unknown(needs) => joined.push_symbol("${?}", item.span, Name::Open(needs.clone())),
                Kind::Null => {}
                Kind::List(_) | Kind::Map(_) => return unsupported(span, "Fn::Join of lists"),
            }
        }
        joined.finish(span)
    }

    fn find_in_map(&self, argument: &Node, span: Span) -> Value {
        let items = argument.items();
        let [map, top, second, rest @ ..] = items else { return unsupported(span, "Fn::FindInMap") };
        // "You can't include parameters, pseudo parameters, or intrinsic functions in the Mappings section" (AWS CloudFormation,
        // "Mappings"): one that asks for itself would be asked for ever.
        if self.in_mapping.get() {
            return unsupported(span, "Fn::FindInMap in Mappings");
        }
        let mut at = self.template.mappings;
        for key in [map, top, second] {
            let Some(key) = self.resolve(key) else { return unsupported(span, "Fn::FindInMap") };
            // Which region it will be nobody knows: then neither does the map.
            let pseudo = key.as_scalar().and_then(|s| s.symbols.first());
            if let Some(Symbol { name: Name::Pseudo(name), .. }) = pseudo {
                return Value::unknown(span, Needs::Attribute((*name).to_string()));
            }
            if let Some(needs) = key.open() {
                return Value::unknown(span, needs);
            }
            at = at.and_then(|node| node.get(key.as_str()?));
        }
        let default = rest.first().and_then(|options| options.get("DefaultValue"));
        let found = match at {
            Some(entry) => {
                self.in_mapping.set(true);
                let value = self.resolve(entry);
                self.in_mapping.set(false);
                value
            }
            None => default.and_then(|node| self.resolve(node)),
        };
        match found {
            // The map is written elsewhere, and the finding belongs to the line that asks it.
            Some(value) => Value { span, kind: moved(value.kind, span) },
            None => {
                Value::unknown(span, Needs::Support("an entry of Mappings that is not there".to_string()))
            }
        }
    }

    fn select(&self, items: &[Node], span: Span) -> Value {
        let [index, list] = items else { return unsupported(span, "Fn::Select") };
        let (Some(index), Some(list)) = (self.resolve(index), self.resolve(list)) else {
            return unsupported(span, "Fn::Select");
        };
        if let Some(needs) = index.open().or_else(|| list.open()) {
            return Value::unknown(span, needs);
        }
        let index = index.as_str().and_then(|text| text.parse::<usize>().ok());
        match index.and_then(|i| list.items().get(i)) {
            Some(item) => item.clone(),
            None => unsupported(span, "Fn::Select beyond its list"),
        }
    }

    fn split(&self, items: &[Node], span: Span) -> Value {
        let [separator, text] = items else { return unsupported(span, "Fn::Split") };
        let (Some(separator), Some(text)) = (self.resolve(separator), self.resolve(text)) else {
            return unsupported(span, "Fn::Split");
        };
        let Some(separator) = separator.as_str().filter(|s| !s.is_empty()) else {
            return unsupported(span, "Fn::Split");
        };
        match &text.kind {
            Kind::Scalar(scalar) if scalar.symbols.is_empty() => {
                let mut parts = Vec::new();
                let mut from = 0;
                for part in scalar.text.as_str().split(separator) {
                    let mut joined = Joined::default();
                    joined.push_part(&scalar.text, from..from + part.len());
                    parts.push(joined.finish(span));
                    from += part.len() + separator.len();
                }
                Value { span, kind: Kind::List(parts) }
            }
            _ => {
                let needs = text.open().unwrap_or_else(|| Needs::Support("Fn::Split".to_string()));
                Value::unknown(span, needs)
            }
        }
    }

    /// `Fn::Transform` in place of a value.
    fn include(&self, argument: &Node, span: Span) -> Option<Value> {
        let name = argument.get("Name").and_then(Node::as_str).unwrap_or_default();
        if name != "AWS::Include" {
            let needs = Needs::Support(format!("the macro {name}"));
            self.leave_open(span, needs.clone());
            return Some(Value::unknown(span, needs));
        }
        let location =
            argument.get("Parameters").and_then(|p| p.get("Location")).and_then(|l| self.resolve(l));
        let Some(location) = location else {
            return Some(unsupported(span, "AWS::Include without a Location"));
        };
        Some(self.file(&location))
    }

    fn included_members(&self, argument: &Node) -> Vec<Member> {
        match self.include(argument, argument.span).map(|v| v.kind) {
            Some(Kind::Map(members)) => members,
            _ => Vec::new(),
        }
    }

    /// The contents of a local file that the template names, resolved; unknown where it is not on this machine.
    pub(crate) fn file(&self, location: &Value) -> Value {
        let span = location.span;
        let Some(path) = location.as_str().filter(|_| location.open().is_none()) else {
            let needs =
                location.open().unwrap_or_else(|| Needs::Support("a location that is no text".to_string()));
            self.leave_open(span, needs.clone());
            return Value::unknown(span, needs);
        };
        let unknown = || Value::unknown(span, Needs::File(path.to_string()));
        // Files that include each other end here; AWS does not allow one include within another at all.
        if path.contains("://") || self.includes.get() > 4 {
            self.leave_open(span, Needs::File(path.to_string()));
            return unknown();
        }
        // The loader has said what is wrong with a file that it cannot give.
        let Some(root) = self.loader.include(&join_path(&self.template.folder, path), span) else {
            return unknown();
        };
        self.includes.set(self.includes.get() + 1);
        let value = self.resolve(&root);
        self.includes.set(self.includes.get() - 1);
        value.unwrap_or(Value { span, kind: Kind::Null })
    }
}

/// A path named in a template, from the template's folder.
fn join_path(folder: &str, path: &str) -> String {
    let path = path.trim_start_matches("file://").trim_start_matches("./");
    if path.starts_with('/') { path.to_string() } else { format!("{folder}{path}") }
}

/// Appends a value as JSON; `None` where a part of it nobody knows.
fn push_json(joined: &mut Joined, value: &Value) -> Option<()> {
    let at = value.span;
    match &value.kind {
        Kind::Null => joined.push_for("null", at),
        Kind::Unknown(_) => return None,
        Kind::Scalar(scalar) if scalar.symbols.is_empty() => {
            let text = scalar.text.as_str();
            let bare = scalar.plain && (text.parse::<f64>().is_ok() || matches!(text, "true" | "false"));
            match bare {
                true => joined.push(scalar),
                false => joined.push_for(&Json::string(text).write(), at),
            }
        }
        Kind::Scalar(scalar) => {
            joined.push_for("\"", at);
            joined.push(scalar);
            joined.push_for("\"", at);
        }
        Kind::List(items) => {
            joined.push_for("[", at);
            for (nth, item) in items.iter().enumerate() {
                joined.push_for(if nth > 0 { "," } else { "" }, at);
                push_json(joined, item)?;
            }
            joined.push_for("]", at);
        }
        Kind::Map(members) => {
            joined.push_for("{", at);
            for (nth, member) in members.iter().enumerate() {
                let comma = if nth > 0 { "," } else { "" };
                joined.push_for(
                    &format!("{comma}{}:", Json::string(member.key.as_str()).write()),
                    member.key.span(),
                );
                push_json(joined, &member.value)?;
            }
            joined.push_for("}", at);
        }
    }
    Some(())
}

fn unsupported(span: Span, what: &str) -> Value {
    Value::unknown(span, Needs::Support(format!("{what} of this form")))
}

/// The same value as if it were written at `span`.
fn moved(kind: Kind, span: Span) -> Kind {
    match kind {
        Kind::Scalar(scalar) => {
            Kind::Scalar(Scalar { text: crate::value::placed(scalar.text.as_str(), span), ..scalar })
        }
        other => other,
    }
}

/// The short name of a function in its long form.
fn function_name(key: &str) -> Option<&str> {
    match key {
        "Ref" => Some("Ref"),
        _ => key.strip_prefix("Fn::"),
    }
}

/// A `${name}` in the text of `Fn::Sub`.
struct Reference<'a> {
    range: Range<usize>,
    name: &'a str,
    /// Written `${!name}`: it stays, without the mark.
    literal: bool,
}

/// Appends the stand-in of a pseudo parameter, if `name` is one.
fn push_pseudo(joined: &mut Joined, name: &str, span: Span) -> bool {
    let known = PSEUDO.iter().find(|(pseudo, _)| *pseudo == name);
    if let Some((pseudo, stand_in)) = known {
        joined.push_symbol(stand_in, span, Name::Pseudo(pseudo));
    }
    known.is_some()
}

/// A text with the stand-ins of those pseudo parameters that are among `names`; `None` where it names none.
pub(crate) fn with_pseudo(scalar: &Scalar, names: &[&str], span: Span) -> Option<Value> {
    let text = &scalar.text;
    let mut joined = Joined::default();
    let mut done = 0;
    for Reference { range, name, literal } in references(text.as_str()) {
        // A name that is left open already has its symbol.
        let open = scalar.symbols.iter().any(|symbol| {
            symbol.range.start as usize <= range.start && range.end <= symbol.range.end as usize
        });
        if literal || open || !names.contains(&name) {
            continue;
        }
        joined.push_piece(scalar, done..range.start);
        push_pseudo(&mut joined, name, text.at(range.start as u32..range.end as u32));
        done = range.end;
    }
    if done == 0 {
        return None;
    }
    joined.push_piece(scalar, done..text.as_str().len());
    Some(joined.finish(span))
}

fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = text[from..].find("${")? + from;
            let end = start + 2 + text[start + 2..].find('}')?;
            from = end + 1;
            let name = text[start + 2..end].trim();
            let (name, literal) = match name.strip_prefix('!') {
                Some(name) => (name, true),
                None => (name, false),
            };
            // CloudFormation refuses other characters; a template with them was not meant for Fn::Sub.
            let is_name =
                name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-'));
            if literal || (is_name && !name.is_empty()) {
                return Some(Reference { range: start..end + 1, name, literal });
            }
            from = start + 2;
        }
    })
}
