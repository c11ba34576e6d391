//! A line back into fields.

use std::borrow::Cow;
use std::collections::HashSet;

use candor_contract::json::Json;

use super::{Field, Format, NOTHING, Piece};

/// The longest line that is read: CloudWatch's largest event (CloudWatch Logs quotas).
const LONGEST: usize = 1024 * 1024;

/// How many bytes may be looked at before a line is given up, and for how many a step of the search counts. Where no number
/// sends the search back, each byte is looked at once.
const BUDGET: usize = 8 * 1024 * 1024;
const STEP: usize = 32;

impl Format {
    /// What stands in a line for each variable, in the format's order; `None` where the line is none of this format.
    ///
    /// The text between the variables must stand in the line as it stands in the format. Where a value could end at several
    /// places, it ends at the first at which the rest still fits. A line of JSON is also read where something between has written
    /// it anew, its members in another order or with other blanks.
    pub fn read<'l>(&'l self, line: &'l str) -> Option<Vec<Field<'l>>> {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.len() > LONGEST {
            return None;
        }
        self.read_text(line).or_else(|| self.read_json(line))
    }

    fn read_text<'l>(&'l self, line: &'l str) -> Option<Vec<Field<'l>>> {
        let mut pieces = self.pieces.as_slice();
        let (mut start, mut end) = (0, line.len());
        // Text at both ends stands at one place only.
        if let [Piece::Text(text), rest @ ..] = pieces {
            start = line.strip_prefix(text.as_str()).map(|_| text.len())?;
            pieces = rest;
        }
        if let [rest @ .., Piece::Text(text)] = pieces {
            end = line.strip_suffix(text.as_str())?.len();
            pieces = rest;
        }
        let middle = line.get(start..end)?;
        // Between the variables that are left stands a text, or nothing.
        let mut names: Vec<&str> = Vec::new();
        let mut gaps: Vec<&str> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Variable(name) => {
                    if gaps.len() < names.len() {
                        gaps.push("");
                    }
                    names.push(name);
                }
                Piece::Text(text) => gaps.push(text),
            }
        }
        if names.is_empty() {
            return middle.is_empty().then(Vec::new);
        }
        let cuts = cuts(middle, &names, &gaps)?;
        let mut fields = Vec::with_capacity(names.len());
        let mut at = 0;
        for (i, name) in names.iter().enumerate() {
            let value = &middle[at..cuts[i]];
            fields.push((*name, (value != NOTHING).then_some(Cow::Borrowed(value))));
            at = cuts[i] + gaps.get(i).map_or(0, |gap| gap.len());
        }
        Some(fields)
    }
}

/// Where the value of each variable ends: values and gaps take turns and fill the text.
///
/// A gap is taken where it stands first; only a number that would be none sends the search back. It never goes on from a place from
/// which it went in vain, and it ends when the budget does.
fn cuts(text: &str, names: &[&str], gaps: &[&str]) -> Option<Vec<usize>> {
    let mut cuts: Vec<usize> = Vec::with_capacity(names.len());
    // Where the value of each variable begins, as far as the search has come.
    let mut starts = vec![0];
    let mut vain: HashSet<(usize, usize)> = HashSet::new();
    let mut seek = 0;
    let mut spent = 0;
    loop {
        let i = cuts.len();
        let start = *starts.last()?;
        let Some(gap) = gaps.get(i) else {
            // The last value takes what is left.
            if suits(names[i], &text[start..]) {
                cuts.push(text.len());
                return Some(cuts);
            }
            seek = back(text, &mut cuts, &mut starts, &mut vain)?;
            continue;
        };
        let from = start.max(seek);
        let found = text.get(from..).and_then(|rest| rest.find(gap));
        spent += STEP + found.unwrap_or(text.len().saturating_sub(from));
        if spent > BUDGET {
            return None;
        }
        match found.map(|at| from + at) {
            None => seek = back(text, &mut cuts, &mut starts, &mut vain)?,
            Some(at) if suits(names[i], &text[start..at]) && !vain.contains(&(i + 1, at + gap.len())) => {
                cuts.push(at);
                starts.push(at + gap.len());
                seek = 0;
            }
            Some(at) => seek = at + step(text, at),
        }
    }
}

/// Gives the last place up, and says from where its gap is sought anew.
fn back(
    text: &str,
    cuts: &mut Vec<usize>,
    starts: &mut Vec<usize>,
    vain: &mut HashSet<(usize, usize)>,
) -> Option<usize> {
    vain.insert((cuts.len(), starts.pop()?));
    let mistaken = cuts.pop()?;
    Some(mistaken + step(text, mistaken))
}

/// How far the next character is; one beyond the end, where nothing is found any more.
fn step(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// Whether a value can be this variable's: of numbers it is known what they look like.
fn suits(name: &str, value: &str) -> bool {
    let lengths = match name {
        "status" | "integrationStatus" | "integration.status" | "integration.integrationStatus" => 3..=3,
        "responseLength"
        | "responseLatency"
        | "integrationLatency"
        | "integration.latency"
        | "requestTimeEpoch" => 1..=20,
        _ => return true,
    };
    value == NOTHING || (lengths.contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()))
}

/// What stands for a variable while a format is read as JSON: a character that no format holds, and the variable's number.
const MARK: char = '\u{f8ff}';

impl Format {
    /// Reads a line of JSON that is not spelled as the format is: by the places of its members.
    fn read_json<'l>(&'l self, line: &'l str) -> Option<Vec<Field<'l>>> {
        if !line.trim_start().starts_with('{') {
            return None;
        }
        let shape = Json::read(&self.as_json()).ok()?;
        let line = Json::read(line).ok()?;
        let names: Vec<&str> = self.variables().collect();
        let mut fields: Vec<Field<'l>> = names.iter().map(|name| (*name, None)).collect();
        let mut seen = vec![false; names.len()];
        collect(&shape, &line, &mut |number, value| {
            if let Some(field) = fields.get_mut(number) {
                seen[number] = true;
                // The one variable that brings its own quotes.
                let value = value.filter(|value| value != NOTHING).map(|value| match field.0 {
                    "error.messageString" => Json::String(value).write(),
                    _ => value,
                });
                field.1 = value.map(Cow::Owned);
            }
        })?;
        seen.iter().all(|seen| *seen).then_some(fields)
    }

    /// The format with marks for its variables: within quotes as they are, elsewhere in quotes.
    fn as_json(&self) -> String {
        let mut out = String::new();
        let mut quoted = false;
        let mut number = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => {
                    let mut escaped = false;
                    for c in text.chars() {
                        quoted ^= c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                    }
                    out.push_str(text);
                }
                Piece::Variable(_) => {
                    let mark = format!("{MARK}{number}{MARK}");
                    out.push_str(&if quoted { mark } else { format!("\"{mark}\"") });
                    number += 1;
                }
            }
        }
        out
    }
}

/// Hands out what the line has where the format has a variable. `None` where the line has another shape.
fn collect(shape: &Json, line: &Json, found: &mut impl FnMut(usize, Option<String>)) -> Option<()> {
    match shape {
        Json::Object(members) => {
            for (key, inner) in members {
                collect(inner, line.get(key)?, found)?;
            }
            Some(())
        }
        Json::Array(items) => {
            let Json::Array(own) = line else { return None };
            items.iter().zip(own).try_for_each(|(item, own)| collect(item, own, found))
        }
        Json::String(text) => {
            let Some(number) = text.strip_prefix(MARK).and_then(|t| t.strip_suffix(MARK)) else {
                return (shape == line).then_some(());
            };
            let value = match line {
                Json::Null => None,
                Json::String(text) => Some(text.clone()),
                Json::Bool(_) | Json::Number(_) => Some(line.write()),
                Json::Array(_) | Json::Object(_) => return None,
            };
            found(number.parse().ok()?, value);
            Some(())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => (shape == line).then_some(()),
    }
}
