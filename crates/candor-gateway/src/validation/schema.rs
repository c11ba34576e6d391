//! JSON Schema draft 4, as API Gateway's validator reads it.
//!
//! AWS documents the draft ("Data models for REST APIs"). Its messages are those of the Java library `json-schema-validator`, as
//! reports show them: one per keyword that fails, without a place. That library looks at the keywords of a node in the order of
//! the alphabet, and goes into a node only while nothing has failed yet; that AWS leaves it at that is inferred.
//!
//! Bounded: depth and steps end in "undecided", as does whatever the draft does not say.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use candor_contract::json::Json;
use candor_vtl::JavaRegex;

use crate::api::Model;
use crate::setting::{Needs, Undecided};
use crate::span::Span;
use crate::validation::decimal::Decimal;

/// How deep schemas may lead into one another.
const MAX_DEPTH: u32 = 160;

/// How many members, items and names may be looked at.
const MAX_STEPS: usize = 5_000_000;

/// The models that every API has ("Empty" and "Error" in the console).
const BUILT_IN: [(&str, &str); 2] = [
    ("Empty", r#"{"type":"object"}"#),
    ("Error", r#"{"type":"object","properties":{"message":{"type":"string"}}}"#),
];

/// What is wrong with a body, in the validator's words; nothing where it fits. `at`: where the schema is asked for.
pub(crate) fn problems(
    models: &[Model],
    schema: &Json,
    instance: &Json,
    at: Span,
) -> Result<Vec<String>, Undecided> {
    let built_in: Vec<(&str, Json)> =
        BUILT_IN.iter().filter_map(|(name, text)| Some((*name, Json::read(text).ok()?))).collect();
    let mut check = Check { models, built_in: &built_in, at, steps: 0, patterns: HashMap::new() };
    let mut report = Vec::new();
    check.node(Place { root: schema, schema }, instance, 0, &mut report)?;
    Ok(report)
}

/// A schema and the model that it stands in: `#/definitions/x` means another thing in each.
#[derive(Clone, Copy)]
struct Place<'s> {
    root: &'s Json,
    schema: &'s Json,
}

impl<'s> Place<'s> {
    fn at(self, schema: &'s Json) -> Place<'s> {
        Place { schema, ..self }
    }
}

struct Check<'s> {
    models: &'s [Model],
    built_in: &'s [(&'s str, Json)],
    at: Span,
    steps: usize,
    patterns: HashMap<&'s str, JavaRegex>,
}

/// The primitive types of draft 4.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// The type of a value; a number with a fraction or an exponent is no integer, whatever it comes to.
fn type_of(instance: &Json) -> &'static str {
    match instance {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(n) if n.contains(['.', 'e', 'E']) => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// A list of names as messages show it.
fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    Json::Array(names.into_iter().map(Json::string).collect()).write()
}

impl<'s> Check<'s> {
    fn unsure(&self, what: impl Into<String>) -> Undecided {
        Undecided { span: self.at, needs: Needs::Support(what.into()) }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Undecided> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(self.unsure("a body and a model that take more steps to compare than candor takes"));
        }
        Ok(())
    }

    /// What a chain of references leads to.
    fn resolved(&mut self, mut place: Place<'s>) -> Result<Place<'s>, Undecided> {
        for _ in 0..64 {
            let Some(reference) = place.schema.get("$ref") else { return Ok(place) };
            let Some(reference) = reference.as_str() else {
                return Err(self.unsure("a `$ref` that is no text"));
            };
            self.spend(1)?;
            place = match self.referred(place, reference)? {
                Some(place) => place,
                None => return Err(self.unsure(format!("the model that `{reference:.100}` refers to"))),
            };
        }
        Err(self.unsure("a model that refers to itself and to nothing else"))
    }

    /// What a reference names: a part of the same model, or another model by its name.
    fn referred(&self, place: Place<'s>, reference: &str) -> Result<Option<Place<'s>>, Undecided> {
        if let Some(pointer) = reference.strip_prefix('#')
            && let Some(schema) = pointed(place.root, pointer)
        {
            return Ok(Some(place.at(schema)));
        }
        // `#/components/schemas/Pair`, `#/definitions/Pair`, `https://apigateway.amazonaws.com/restapis/a1/models/Pair`.
        let by_name = ["#/components/schemas/", "#/definitions/"]
            .iter()
            .find_map(|prefix| reference.strip_prefix(prefix))
            .or_else(|| reference.rsplit_once("/models/").map(|(_, name)| name));
        let Some(by_name) = by_name else { return Ok(None) };
        let (name, rest) = match by_name.find(['/', '#']) {
            Some(end) => (&by_name[..end], by_name[end..].trim_start_matches('#')),
            None => (by_name, ""),
        };
        let root = match self.models.iter().find(|m| m.names.iter().any(|n| n == name)) {
            Some(model) => match model.schema.optional()? {
                (Some(schema), _) => Some(schema),
                (None, _) => None,
            },
            None => self.built_in.iter().find(|(n, _)| *n == name).map(|(_, schema)| schema),
        };
        Ok(root.and_then(|root| Some(Place { root, schema: pointed(root, rest)? })))
    }

    /// Looks at one value: its own keywords first, then what is in it.
    fn node(
        &mut self,
        place: Place<'s>,
        instance: &Json,
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        self.spend(1)?;
        if depth > MAX_DEPTH {
            return Err(self.unsure("a body and a model that nest deeper than candor follows"));
        }
        let place = self.resolved(place)?;
        let Json::Object(keywords) = place.schema else {
            return Err(self.unsure("a schema that is no object"));
        };
        let mut sorted: Vec<(&str, &Json)> = keywords.iter().map(|(k, v)| (k.as_str(), v)).collect();
        sorted.sort_by_key(|(keyword, _)| *keyword);
        for (keyword, value) in sorted {
            self.spend(1)?;
            self.general(place, keyword, value, instance, depth, report)?;
            match instance {
                Json::Object(members) => {
                    self.of_object(place, keyword, value, instance, members, depth, report)?;
                }
                Json::Array(items) => self.of_array(place, keyword, value, items, report)?,
                Json::String(text) => self.of_string(keyword, value, text, report)?,
                Json::Number(spelled) => self.of_number(place, keyword, value, spelled, report)?,
                Json::Null | Json::Bool(_) => {}
            }
        }
        if !report.is_empty() {
            return Ok(());
        }
        match instance {
            Json::Array(items) => self.items(place, items, depth, report),
            Json::Object(_) => self.members(place, instance, depth, report),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    /// How many of these schemas a value fits, and how many there are.
    fn matching(
        &mut self,
        place: Place<'s>,
        schemas: &'s Json,
        instance: &Json,
        depth: u32,
    ) -> Result<(usize, usize), Undecided> {
        let Json::Array(schemas) = schemas else { return Err(self.unsure("schemas that are no list")) };
        let mut matching = 0;
        for schema in schemas {
            matching += usize::from(self.fits(place.at(schema), instance, depth)?);
        }
        Ok((matching, schemas.len()))
    }

    fn fits(&mut self, place: Place<'s>, instance: &Json, depth: u32) -> Result<bool, Undecided> {
        let mut report = Vec::new();
        self.node(place, instance, depth + 1, &mut report)?;
        Ok(report.is_empty())
    }

    /// Keywords for values of every type.
    fn general(
        &mut self,
        place: Place<'s>,
        keyword: &str,
        value: &'s Json,
        instance: &Json,
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        match keyword {
            "allOf" => {
                let (matched, all) = self.matching(place, value, instance, depth)?;
                if matched < all {
                    report.push(format!(
                        "instance failed to match all required schemas (matched only {matched} out of {all})"
                    ));
                }
            }
            "anyOf" => {
                let (matched, all) = self.matching(place, value, instance, depth)?;
                if matched == 0 {
                    report.push(format!("instance failed to match at least one required schema among {all}"));
                }
            }
            "oneOf" => {
                let (matched, all) = self.matching(place, value, instance, depth)?;
                if matched != 1 {
                    report.push(format!(
                        "instance failed to match exactly one schema (matched {matched} out of {all})"
                    ));
                }
            }
            "not" if self.fits(place.at(value), instance, depth)? => {
                report.push("instance matched a schema which it should not have".to_string());
            }
            "enum" => {
                let Json::Array(allowed) = value else {
                    return Err(self.unsure("an `enum` that is no list"));
                };
                let wanted = self.canonical(instance)?;
                let mut found = false;
                for one in allowed {
                    found |= self.canonical(one)? == wanted;
                }
                if !found {
                    report.push(format!(
                        "instance value ({}) not found in enum (possible values: {})",
                        instance.write(),
                        value.write()
                    ));
                }
            }
            "type" => self.type_keyword(place, value, instance, report)?,
            _ => {}
        }
        Ok(())
    }

    fn type_keyword(
        &mut self,
        place: Place<'s>,
        value: &'s Json,
        instance: &Json,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        let one = std::slice::from_ref(value);
        let named = match value {
            Json::Array(types) => types.as_slice(),
            _ => one,
        };
        let mut allowed = BTreeSet::new();
        for name in named {
            match name.as_str().and_then(|name| TYPES.into_iter().find(|t| *t == name)) {
                Some(name) => {
                    allowed.insert(name);
                    // An integer is a number, and the validator says so.
                    if name == "number" {
                        allowed.insert("integer");
                    }
                }
                None => return Err(self.unsure("a `type` that JSON Schema does not know")),
            }
        }
        let found = type_of(instance);
        if allowed.contains(found) {
            return Ok(());
        }
        if found == "null" && matches!(place.schema.get("nullable"), Some(Json::Bool(true))) {
            return Err(self.unsure("what an import makes of `nullable`"));
        }
        report.push(format!(
            "instance type ({found}) does not match any allowed primitive type (allowed: {})",
            list(allowed)
        ));
        Ok(())
    }

    /// The value of a keyword that counts something.
    fn count(&self, keyword: &str, value: &Json) -> Result<u64, Undecided> {
        let read = match value {
            Json::Number(n) => n.trim_end_matches(".0").parse().ok(),
            _ => None,
        };
        read.ok_or_else(|| self.unsure(format!("a `{keyword}` that is no whole number")))
    }

    #[allow(clippy::too_many_arguments, reason = "one keyword of one node, with everything it may look at")]
    fn of_object(
        &mut self,
        place: Place<'s>,
        keyword: &str,
        value: &'s Json,
        instance: &Json,
        members: &[(String, Json)],
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        match keyword {
            "required" => {
                let Json::Array(names) = value else {
                    return Err(self.unsure("a `required` that is no list"));
                };
                self.spend(names.len())?;
                let there = self.names(members)?;
                let missing: BTreeSet<&str> =
                    names.iter().filter_map(Json::as_str).filter(|name| !there.contains(name)).collect();
                if !missing.is_empty() {
                    report.push(format!("object has missing required properties ({})", list(missing)));
                }
            }
            "additionalProperties" if matches!(value, Json::Bool(false)) => {
                let mut extra = BTreeSet::new();
                for (name, _) in members {
                    if self.declared(place, name)?.is_empty() {
                        extra.insert(name.as_str());
                    }
                }
                if !extra.is_empty() {
                    report.push(format!(
                        "object instance has properties which are not allowed by the schema: {}",
                        list(extra)
                    ));
                }
            }
            "minProperties" => {
                let (least, found) = (self.count(keyword, value)?, self.names(members)?.len() as u64);
                if found < least {
                    report.push(format!(
                        "object has too few properties (found {found} but schema requires at least {least})"
                    ));
                }
            }
            "maxProperties" => {
                let (most, found) = (self.count(keyword, value)?, self.names(members)?.len() as u64);
                if found > most {
                    report.push(format!(
                        "object has too many properties (found {found} but schema requires at most {most})"
                    ));
                }
            }
            "dependencies" => self.dependencies(place, value, instance, members, depth, report)?,
            _ => {}
        }
        Ok(())
    }

    /// The names of an object's members, each once: looked up in a large body they would be looked for again and again.
    fn names<'i>(&mut self, members: &'i [(String, Json)]) -> Result<HashSet<&'i str>, Undecided> {
        self.spend(members.len())?;
        Ok(members.iter().map(|(name, _)| name.as_str()).collect())
    }

    fn dependencies(
        &mut self,
        place: Place<'s>,
        value: &'s Json,
        instance: &Json,
        members: &[(String, Json)],
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        let Json::Object(dependencies) = value else {
            return Err(self.unsure("`dependencies` that are no object"));
        };
        let there = self.names(members)?;
        for (name, needs) in dependencies {
            self.spend(1)?;
            if !there.contains(name.as_str()) {
                continue;
            }
            match needs {
                Json::Array(names) => {
                    self.spend(names.len())?;
                    let names: BTreeSet<&str> = names.iter().filter_map(Json::as_str).collect();
                    let missing: Vec<&str> = names.iter().copied().filter(|n| !there.contains(n)).collect();
                    if !missing.is_empty() {
                        report.push(format!(
                            "property \"{name}\" of object has missing property dependencies (schema requires {}; missing: {})",
                            list(names),
                            list(missing)
                        ));
                    }
                }
                schema => self.node(place.at(schema), instance, depth + 1, report)?,
            }
        }
        Ok(())
    }

    fn of_array(
        &mut self,
        place: Place<'s>,
        keyword: &str,
        value: &'s Json,
        items: &[Json],
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        let found = items.len() as u64;
        match keyword {
            "additionalItems" => {
                if let (Json::Bool(false), Some(Json::Array(declared))) = (value, place.schema.get("items"))
                    && items.len() > declared.len()
                {
                    let most = declared.len();
                    report.push(format!(
                        "schema only allows {most} elements in array but instance has {found} elements"
                    ));
                }
            }
            "minItems" => {
                let least = self.count(keyword, value)?;
                if found < least {
                    report.push(format!(
                        "array is too short: must have at least {least} elements but instance has {found} elements"
                    ));
                }
            }
            "maxItems" => {
                let most = self.count(keyword, value)?;
                if found > most {
                    report.push(format!(
                        "array is too long: must have at most {most} elements but instance has {found} elements"
                    ));
                }
            }
            "uniqueItems" if matches!(value, Json::Bool(true)) && !self.all_differ(items)? => {
                report.push("array must not contain duplicate elements".to_string());
            }
            _ => {}
        }
        Ok(())
    }

    fn of_string(
        &mut self,
        keyword: &str,
        value: &'s Json,
        text: &str,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        match keyword {
            "minLength" => {
                let (least, found) = (self.count(keyword, value)?, text.chars().count() as u64);
                if found < least {
                    report.push(format!(
                        "string \"{text}\" is too short (length: {found}, required minimum: {least})"
                    ));
                }
            }
            "maxLength" => {
                let (most, found) = (self.count(keyword, value)?, text.chars().count() as u64);
                if found > most {
                    report.push(format!(
                        "string \"{text}\" is too long (length: {found}, maximum allowed: {most})"
                    ));
                }
            }
            "pattern" => {
                let Some(pattern) = value.as_str() else {
                    return Err(self.unsure("a `pattern` that is no text"));
                };
                if !self.found(pattern, text)? {
                    report
                        .push(format!("ECMA 262 regex \"{pattern}\" does not match input string \"{text}\""));
                }
            }
            "format" => {
                let fits = value.as_str().map_or(Some(true), |format| format_fits(format, text));
                match fits {
                    Some(true) => {}
                    Some(false) => report.push(format_message(value.as_str().unwrap_or_default(), text)),
                    None => {
                        return Err(self.unsure(format!("whether a text fits the format {}", value.write())));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn of_number(
        &mut self,
        place: Place<'s>,
        keyword: &str,
        value: &'s Json,
        spelled: &str,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        if !matches!(keyword, "minimum" | "maximum" | "multipleOf") {
            return Ok(());
        }
        let Json::Number(limit) = value else {
            return Err(self.unsure(format!("a `{keyword}` that is no number")));
        };
        let (found, bound) = (Decimal::read(spelled), Decimal::read(limit));
        let exclusive = |key: &str| matches!(place.schema.get(key), Some(Json::Bool(true)));
        match keyword {
            "minimum" if found < bound => report.push(format!(
                "numeric instance is lower than the required minimum (minimum: {limit}, found: {spelled})"
            )),
            "minimum" if found == bound && exclusive("exclusiveMinimum") => {
                report.push(format!(
                    "numeric instance is not strictly greater than the required minimum {limit}"
                ));
            }
            "maximum" if found > bound => report.push(format!(
                "numeric instance is greater than the required maximum (maximum: {limit}, found: {spelled})"
            )),
            "maximum" if found == bound && exclusive("exclusiveMaximum") => {
                report.push(format!(
                    "numeric instance is not strictly lower than the required maximum {limit}"
                ));
            }
            "multipleOf" => match found.is_multiple_of(&bound) {
                Some(true) => {}
                Some(false) => {
                    report.push(format!("remainder of division is not zero ({spelled} / {limit})"));
                }
                None => return Err(self.unsure("a `multipleOf` of very many digits")),
            },
            _ => {}
        }
        Ok(())
    }

    /// The schemas that `properties` and `patternProperties` have for a member of this name.
    fn declared(&mut self, place: Place<'s>, name: &str) -> Result<Vec<&'s Json>, Undecided> {
        let mut schemas = Vec::new();
        if let Some(properties) = place.schema.get("properties") {
            if let Json::Object(listed) = properties {
                self.spend(listed.len())?;
            }
            schemas.extend(properties.get(name));
        }
        if let Some(Json::Object(patterns)) = place.schema.get("patternProperties") {
            for (pattern, schema) in patterns {
                if self.found(pattern, name)? {
                    schemas.push(schema);
                }
            }
        }
        Ok(schemas)
    }

    fn members(
        &mut self,
        place: Place<'s>,
        instance: &Json,
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        let Json::Object(members) = instance else { return Ok(()) };
        // Of a name that is there twice the last counts, as for most readers.
        let by_name: std::collections::BTreeMap<&str, &Json> =
            members.iter().map(|(name, value)| (name.as_str(), value)).collect();
        for (name, value) in by_name {
            let mut schemas = self.declared(place, name)?;
            if schemas.is_empty()
                && let Some(additional @ Json::Object(_)) = place.schema.get("additionalProperties")
            {
                schemas.push(additional);
            }
            for schema in schemas {
                self.node(place.at(schema), value, depth + 1, report)?;
            }
        }
        Ok(())
    }

    fn items(
        &mut self,
        place: Place<'s>,
        items: &[Json],
        depth: u32,
        report: &mut Vec<String>,
    ) -> Result<(), Undecided> {
        let additional = place.schema.get("additionalItems").filter(|s| matches!(s, Json::Object(_)));
        for (i, item) in items.iter().enumerate() {
            let schema = match place.schema.get("items") {
                Some(Json::Array(schemas)) => schemas.get(i).or(additional),
                other => other,
            };
            if let Some(schema) = schema {
                self.node(place.at(schema), item, depth + 1, report)?;
            }
        }
        Ok(())
    }

    /// Whether a pattern is found anywhere in a text.
    fn found(&mut self, pattern: &'s str, text: &str) -> Result<bool, Undecided> {
        self.spend(1 + text.len() / 16)?;
        if !self.patterns.contains_key(pattern) {
            let compiled = JavaRegex::parse(&format!("(?s:.*?)(?:{pattern})(?s:.*)"))
                .map_err(|e| self.unsure(format!("the pattern `{pattern:.100}` of a model: {e}")))?;
            self.patterns.insert(pattern, compiled);
        }
        let found = self.patterns.get(pattern).map(|compiled| compiled.matches(text));
        match found {
            Some(Ok(found)) => Ok(found),
            Some(Err(e)) => Err(self.unsure(format!("the pattern `{pattern:.100}` of a model: {e}"))),
            None => Err(self.unsure("a pattern")),
        }
    }

    /// Whether no two of the items are equal. One text holds them all: an allocation for each is felt where they are a million.
    fn all_differ(&mut self, items: &[Json]) -> Result<bool, Undecided> {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(items.len());
        for item in items {
            self.canonical_to(item, &mut text)?;
            ends.push(text.len());
        }
        let mut seen = HashSet::with_capacity(items.len());
        let mut start = 0;
        Ok(ends.into_iter().all(|end| seen.insert(&text[std::mem::replace(&mut start, end)..end])))
    }

    /// The same text for equal values: numbers by their value, members in order.
    fn canonical(&mut self, value: &Json) -> Result<String, Undecided> {
        let mut out = String::new();
        self.canonical_to(value, &mut out)?;
        Ok(out)
    }

    fn canonical_to(&mut self, value: &Json, out: &mut String) -> Result<(), Undecided> {
        self.spend(1)?;
        match value {
            Json::Number(spelled) => {
                // Writing into a string cannot fail.
                let _ = write!(out, "{}", Decimal::read(spelled));
            }
            Json::Array(items) => {
                out.push('[');
                for item in items {
                    self.canonical_to(item, out)?;
                    out.push(',');
                }
                out.push(']');
            }
            Json::Object(members) => {
                let sorted: std::collections::BTreeMap<&str, &Json> =
                    members.iter().map(|(name, value)| (name.as_str(), value)).collect();
                out.push('{');
                for (name, value) in sorted {
                    candor_contract::json::write_string(name, out);
                    out.push(':');
                    self.canonical_to(value, out)?;
                    out.push(',');
                }
                out.push('}');
            }
            Json::Null | Json::Bool(_) | Json::String(_) => value.write_to(out),
        }
        Ok(())
    }
}

/// What a JSON pointer leads to.
fn pointed<'j>(root: &'j Json, pointer: &str) -> Option<&'j Json> {
    if pointer.is_empty() {
        return Some(root);
    }
    let mut at = root;
    for part in pointer.strip_prefix('/')?.split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = match at {
            Json::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            other => other.get(&part)?,
        };
    }
    Some(at)
}

/// Whether a text fits a format; `None` where nobody can say. Formats that draft 4 does not know are not looked at.
fn format_fits(format: &str, text: &str) -> Option<bool> {
    match format {
        "ipv4" => {
            let parts: Vec<&str> = text.split('.').collect();
            let byte = |part: &&str| {
                part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok()
            };
            Some(parts.len() == 4 && parts.iter().all(byte))
        }
        "email" => match text.split_once('@') {
            None => Some(false),
            Some((name, host)) => {
                let plain = |part: &str| {
                    !part.is_empty()
                        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b))
                };
                (plain(name) && plain(host)).then_some(true)
            }
        },
        "date-time" => {
            let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            let start = "0000-00-00T00:00:00";
            match shape.strip_prefix(start) {
                Some("Z") => Some(true),
                Some(rest) if rest.starts_with('.') || rest.starts_with(['+', '-']) => None,
                Some(_) | None => Some(false),
            }
        }
        "hostname" | "ipv6" | "uri" | "regex" | "date" | "uuid" => None,
        _ => Some(true),
    }
}

fn format_message(format: &str, text: &str) -> String {
    match format {
        "ipv4" => format!("string \"{text}\" is not a valid IPv4 address"),
        "email" => format!("string \"{text}\" is not a valid email address"),
        _ => format!(
            "string \"{text}\" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{{1,12}}Z]"
        ),
    }
}
