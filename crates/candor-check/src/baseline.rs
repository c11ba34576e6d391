//! A baseline: findings that a team has for now decided to live with. New ones are reported, and what has been mended leaves the baseline.
//!
//! A finding is known again by rule, file, API, function and routes: lines move, these do not.

use std::collections::HashMap;

use candor_contract::json::Json;
use candor_iac::source::Sources;

use crate::finding::Finding;

/// The findings of a baseline, each with how often it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: HashMap<Entry, usize>,
}

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
            *entries.entry(Entry::of(sources, finding)).or_insert(0) += 1;
        }
        Baseline { entries }
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes out of a report what the baseline holds.
    pub fn compare(&self, sources: &Sources, findings: &mut Vec<Finding>) -> Compared {
        let mut left = self.entries.clone();
        let mut rest = Baseline::default();
        findings.retain(|finding| {
            let entry = Entry::of(sources, finding);
            match left.get_mut(&entry).filter(|n| **n > 0) {
                Some(n) => {
                    *n -= 1;
                    *rest.entries.entry(entry).or_insert(0) += 1;
                    false
                }
                None => true,
            }
        });
        Compared { known: rest.len(), gone: self.len() - rest.len(), rest }
    }

    /// The text of its file: JSON, a line for each finding, sorted, so that a diff shows what came and went.
    pub fn write(&self) -> String {
        let mut entries: Vec<(&Entry, &usize)> = self.entries.iter().collect();
        entries.sort();
        let lines: Vec<String> = entries
            .into_iter()
            .map(|(entry, count)| {
                let mut members =
                    vec![("path", Json::string(&*entry.path)), ("rule", Json::string(&*entry.rule))];
                members.push(("api", Json::string(&*entry.api)));
                if !entry.function.is_empty() {
                    members.push(("function", Json::string(&*entry.function)));
                }
                members
                    .push(("routes", Json::Array(entry.routes.iter().map(|r| Json::string(&**r)).collect())));
                if *count > 1 {
                    members.push(("count", Json::number(*count as i64)));
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
            let routes = match finding.get("routes") {
                Some(Json::Array(routes)) => {
                    routes.iter().filter_map(Json::as_str).map(str::to_string).collect()
                }
                _ => Vec::new(),
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
                routes,
            };
            let known: &mut usize = baseline.entries.entry(entry).or_insert(0);
            *known = known.saturating_add(count);
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
        let entries = [(entry("no-alarm", &[]), 1), (entry("catch-all-200", &["GET /a", "GET /b"]), 3)];
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
