//! A baseline: findings that a team has for now decided to live with. New ones are reported, and what has been mended leaves the baseline.
//!
//! A finding is known again by rule, file, API, function and routes: lines move, these do not. Where several share all of these, the one
//! whose surroundings read as before is the known one: a mark, made of its line and those next to it, tells them apart.

use std::collections::HashMap;

use candor_contract::json::Json;
use candor_iac::source::Sources;

use crate::finding::Finding;

/// The findings of a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: HashMap<Entry, Known>,
}

/// Findings that share an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    /// How many there are.
    count: usize,
    /// The marks of those that have one.
    marks: Vec<String>,
}

impl Known {
    fn add(&mut self, mark: Option<String>) {
        self.count += 1;
        self.marks.extend(mark);
    }
}

/// What tells a finding from others of its entry: the line of its place, and behind that the next ones that are not blank, before and
/// after it; all without indentation. Hashes, as lines may hold what nobody wants to see in another file.
fn mark(sources: &Sources, finding: &Finding) -> String {
    let file = finding.at.file;
    let line = sources.position(finding.at).line;
    let text = |line: u32| sources.line_text(file, line).trim();
    let before = (1..line).rev().map(text).find(|text| !text.is_empty()).unwrap_or_default();
    let after = (line + 1..=sources.line_count(file)).map(text).find(|text| !text.is_empty());
    let around = [before, after.unwrap_or_default()].join("\n");
    format!("{:08x}{:08x}", hash(text(line)), hash(&around))
}

/// FNV-1a, 32 bits: it has to tell a handful of places apart, in the same way on every machine.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// How much of a mark has to be the same: all of it, the line itself, or nothing.
const ALIKE: [usize; 3] = [16, 8, 0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Entry {
    path: String,
    rule: String,
    api: String,
    function: String,
    routes: Vec<String>,
}

impl Entry {
    fn of(sources: &Sources, finding: &Finding) -> Entry {
        Entry {
            path: sources.path(finding.at.file).to_string(),
            rule: finding.rule.slug.to_string(),
            api: finding.api.clone(),
            function: finding.function.clone().unwrap_or_default(),
            routes: finding.routes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What a baseline did to a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// How many findings it has taken out.
    pub known: usize,
    /// How many of its findings are no longer there.
    pub gone: usize,
    /// The baseline without those.
    pub rest: Baseline,
}

impl Baseline {
    /// A baseline of these findings.
    pub fn of(sources: &Sources, findings: &[Finding]) -> Baseline {
        let mut entries = HashMap::new();
        for finding in findings {
            let known: &mut Known = entries.entry(Entry::of(sources, finding)).or_default();
            known.add(Some(mark(sources, finding)));
        }
        Baseline { entries }
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.values().map(|known| known.count).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes out of a report what the baseline holds.
    pub fn compare(&self, sources: &Sources, findings: &mut Vec<Finding>) -> Compared {
        let mut left = self.entries.clone();
        let mut rest = Baseline::default();
        // First those that stand among the same lines as before, at last others in the place of those that are not found so.
        for alike in ALIKE {
            findings.retain(|finding| {
                let entry = Entry::of(sources, finding);
                let Some(known) = left.get_mut(&entry).filter(|known| known.count > 0) else { return true };
                let mark = mark(sources, finding);
                let same = |known: &String| known.get(..alike) == mark.get(..alike);
                match known.marks.iter().position(same) {
                    Some(at) => drop(known.marks.swap_remove(at)),
                    None if alike > 0 => return true,
                    // The baseline has no marks yet.
                    None => {}
                }
                known.count -= 1;
                rest.entries.entry(entry).or_default().add(Some(mark));
                false
            });
        }
        Compared { known: rest.len(), gone: self.len() - rest.len(), rest }
    }

    /// The text of its file: JSON, a line for each finding, sorted, so that a diff shows what came and went.
    pub fn write(&self) -> String {
        let mut entries: Vec<(&Entry, &Known)> = self.entries.iter().collect();
        entries.sort_by_key(|(entry, _)| *entry);
        let lines: Vec<String> = entries
            .into_iter()
            .map(|(entry, known)| {
                let mut members =
                    vec![("path", Json::string(&*entry.path)), ("rule", Json::string(&*entry.rule))];
                members.push(("api", Json::string(&*entry.api)));
                if !entry.function.is_empty() {
                    members.push(("function", Json::string(&*entry.function)));
                }
                members
                    .push(("routes", Json::Array(entry.routes.iter().map(|r| Json::string(&**r)).collect())));
                if known.count > 1 {
                    members.push(("count", Json::number(known.count as i64)));
                }
                let mut marks = known.marks.clone();
                marks.sort();
                if !marks.is_empty() {
                    members.push(("marks", Json::Array(marks.into_iter().map(Json::String).collect())));
                }
                format!("    {}", Json::object(members).write())
            })
            .collect();
        let findings = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": 1,\n  \"findings\": [{findings}]\n}}\n")
    }

    /// Reads the text of a baseline's file.
    ///
    /// # Errors
    /// Why it is none, as a clause.
    pub fn read(text: &str) -> Result<Baseline, String> {
        let json = Json::read(text).map_err(|e| format!("no JSON: {e}"))?;
        match json.get("version") {
            Some(Json::Number(version)) if version == "1" => {}
            _ => return Err("no baseline: expected `\"version\": 1`".to_string()),
        }
        let Some(Json::Array(findings)) = json.get("findings") else {
            return Err("no baseline: `findings` should be a list".to_string());
        };
        let mut baseline = Baseline::default();
        for (i, finding) in findings.iter().enumerate() {
            let text = |key: &str| finding.get(key).and_then(Json::as_str).map(str::to_string);
            let (Some(path), Some(rule)) = (text("path"), text("rule")) else {
                return Err(format!("finding {} should name `path` and `rule`", i + 1));
            };
            let texts = |key: &str| -> Vec<String> {
                match finding.get(key) {
                    Some(Json::Array(texts)) => {
                        texts.iter().filter_map(Json::as_str).map(str::to_string).collect()
                    }
                    _ => Vec::new(),
                }
            };
            let count = match finding.get("count") {
                Some(Json::Number(n)) => n.parse().unwrap_or(1),
                _ => 1,
            };
            let entry = Entry {
                path,
                rule,
                api: text("api").unwrap_or_default(),
                function: text("function").unwrap_or_default(),
                routes: texts("routes"),
            };
            let known = baseline.entries.entry(entry).or_default();
            known.count = known.count.saturating_add(count);
            known.marks.extend(texts("marks"));
        }
        Ok(baseline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(rule: &str, routes: &[&str]) -> Entry {
        Entry {
            path: "a \"b\".yaml".to_string(),
            rule: rule.to_string(),
            api: "orders".to_string(),
            function: String::new(),
            routes: routes.iter().map(|r| (*r).to_string()).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let known =
            |count, marks: &[&str]| Known { count, marks: marks.iter().map(|m| (*m).to_string()).collect() };
        let entries = [
            (entry("no-alarm", &[]), known(1, &[])),
            (entry("catch-all-200", &["GET /a", "GET /b"]), known(3, &["00c0ffee", "1badcafe"])),
        ];
        let baseline = Baseline { entries: entries.into() };
        assert_eq!(Baseline::read(&baseline.write()), Ok(baseline));
        assert_eq!(Baseline::read(&Baseline::default().write()), Ok(Baseline::default()));
    }

    #[test]
    fn what_is_none_says_why() {
        let wrong = |text: &str| Baseline::read(text).expect_err("it is wrong");
        assert!(wrong("[").starts_with("no JSON"));
        assert!(wrong("{}").contains("version"));
        assert!(wrong(r#"{"version": 1}"#).contains("findings"));
        assert!(wrong(r#"{"version": 1, "findings": [{"rule": "x"}]}"#).contains("finding 1"));
    }
}
