//! `candor.toml`: what a team has decided for its project. Every key is known; a misspelt one is an error that names the nearest.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Severity};
use crate::promises::{Promised, Promises, RoutePromise};
use crate::rules::{self, RULES};

/// What a `candor.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The least severity that makes the exit status 1.
    pub fail_on: Option<Severity>,
    /// The file that holds the baseline, from the configuration's folder.
    pub baseline: Option<String>,
    /// Files that are not looked at: patterns, from the configuration's folder.
    pub exclude: Vec<String>,
    /// Values of template parameters.
    pub parameters: Vec<(String, String)>,
    /// What clients may rely on.
    pub promises: Promises,
    /// Severities of rules.
    rules: Vec<(String, Level)>,
    /// The same for some files.
    overrides: Vec<Override>,
}

/// Severities for some files.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Override {
    files: Vec<String>,
    rules: Vec<(String, Level)>,
}

/// What is made of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Off,
    As(Severity),
}

/// Why a `candor.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The bytes of the text that are wrong.
    pub at: Range<usize>,
    /// What is wrong with them, and what would be right.
    pub message: String,
}

const KEYS: &[&str] =
    &["fail-on", "baseline", "exclude", "parameters", "route", "error-envelope", "rules", "override"];

impl Config {
    /// Reads the text of a `candor.toml`.
    ///
    /// # Errors
    /// The first thing in it that is wrong.
    pub fn read(text: &str) -> Result<Config, ConfigError> {
        let parsed = DeTable::parse(text);
        let root = parsed
            .map_err(|e| ConfigError { at: e.span().unwrap_or(0..0), message: e.message().to_string() })?;
        let mut config = Config::default();
        for (key, value) in root.get_ref() {
            match key.get_ref().as_ref() {
                "fail-on" => config.fail_on = Some(severity(value)?),
                "baseline" => config.baseline = Some(string(value)?),
                "exclude" => config.exclude = strings(value)?,
                "parameters" => {
                    for (name, value) in table(value)? {
                        config.parameters.push((name.get_ref().to_string(), scalar(value)?));
                    }
                }
                "error-envelope" => {
                    config.promises.error_envelope = strings(value)?;
                    if config.promises.error_envelope.is_empty() {
                        return Err(wrong(value, "an envelope has at least one member"));
                    }
                }
                "route" => {
                    config.promises.routes =
                        array(value)?.iter().map(read_route).collect::<Result<_, _>>()?;
                }
                "rules" => config.rules = levels(value)?,
                "override" => {
                    config.overrides = array(value)?.iter().map(read_override).collect::<Result<_, _>>()?
                }
                _ => {
                    return Err(unknown(key, KEYS));
                }
            }
        }
        Ok(config)
    }

    /// Whether a file is not looked at. `path`: from the configuration's folder.
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.iter().any(|pattern| matches(pattern, path))
    }

    /// Gives findings the severities that are set for them; those that are `off` go. `path_of`: the file of a finding, from the
    /// configuration's folder.
    pub fn apply(&self, findings: &mut Vec<Finding>, path_of: impl Fn(&Finding) -> String) {
        if self.rules.is_empty() && self.overrides.is_empty() {
            return;
        }
        findings.retain_mut(|finding| {
            let path = if self.overrides.is_empty() { String::new() } else { path_of(finding) };
            // Of several that are meant, the last counts.
            let mine = |rules: &[(String, Level)]| {
                rules.iter().rev().find(|(rule, _)| rule == finding.rule.slug).map(|(_, level)| *level)
            };
            let own = self.overrides.iter().rev().filter(|o| o.files.iter().any(|f| matches(f, &path)));
            let level =
                own.map(|o| mine(&o.rules)).find(Option::is_some).flatten().or_else(|| mine(&self.rules));
            match level {
                Some(Level::Off) => false,
                Some(Level::As(severity)) => {
                    finding.severity = severity;
                    true
                }
                None => true,
            }
        });
    }
}

/// Whether a pattern means a path: `*`, `**`, `?`, `[…]`, `{a,b}`; a folder means all that it holds.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    fast_glob::glob_match(pattern, path) || fast_glob::glob_match(format!("{pattern}/**"), path)
}

type Value<'i> = Spanned<DeValue<'i>>;
type Key<'i> = Spanned<std::borrow::Cow<'i, str>>;

fn wrong(value: &Value<'_>, message: impl Into<String>) -> ConfigError {
    ConfigError { at: value.span(), message: message.into() }
}

/// An unknown key, with the known one that comes nearest.
fn unknown(key: &Key<'_>, known: &[&str]) -> ConfigError {
    let name = key.get_ref();
    let message = match nearest(name, known) {
        Some(near) => format!("unknown key `{name}`; did you mean `{near}`?"),
        None => format!("unknown key `{name}`; there are: {}", known.join(", ")),
    };
    ConfigError { at: key.span(), message }
}

fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let close = known.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
    close.filter(|(how, _)| *how > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

fn string(value: &Value<'_>) -> Result<String, ConfigError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(wrong(value, "expected text in quotes")),
    }
}

/// A parameter's value: text, a number, true or false; templates take all as text.
fn scalar(value: &Value<'_>) -> Result<String, ConfigError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.as_str().to_string()),
        DeValue::Float(number) => Ok(number.as_str().to_string()),
        DeValue::Boolean(value) => Ok(value.to_string()),
        _ => Err(wrong(value, "expected text, a number, true or false")),
    }
}

fn array<'v, 'i>(value: &'v Value<'i>) -> Result<&'v [Value<'i>], ConfigError> {
    match value.get_ref() {
        DeValue::Array(items) => Ok(items),
        _ => Err(wrong(value, "expected a list")),
    }
}

fn table<'v, 'i>(value: &'v Value<'i>) -> Result<&'v DeTable<'i>, ConfigError> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(wrong(value, "expected a table")),
    }
}

fn strings(value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
    array(value)?.iter().map(string).collect()
}

fn severity(value: &Value<'_>) -> Result<Severity, ConfigError> {
    match level(value)? {
        Level::As(severity) => Ok(severity),
        Level::Off => Err(wrong(value, "expected error, warning or note")),
    }
}

fn level(value: &Value<'_>) -> Result<Level, ConfigError> {
    match string(value)?.as_str() {
        "off" => Ok(Level::Off),
        "note" => Ok(Level::As(Severity::Note)),
        "warning" => Ok(Level::As(Severity::Warning)),
        "error" => Ok(Level::As(Severity::Error)),
        _ => Err(wrong(value, "expected error, warning, note or off")),
    }
}

fn levels(value: &Value<'_>) -> Result<Vec<(String, Level)>, ConfigError> {
    let mut all = Vec::new();
    for (key, value) in table(value)? {
        let slug = key.get_ref().as_ref();
        if rules::find(slug).is_none() {
            let known: Vec<&str> = RULES.iter().map(|rule| rule.slug).collect();
            let message = match nearest(slug, &known) {
                Some(near) => format!("there is no rule `{slug}`; did you mean `{near}`?"),
                None => format!("there is no rule `{slug}`; `candor rules` lists them all"),
            };
            return Err(ConfigError { at: key.span(), message });
        }
        all.push((slug.to_string(), level(value)?));
    }
    Ok(all)
}

fn read_override(value: &Value<'_>) -> Result<Override, ConfigError> {
    let mut read = Override { files: Vec::new(), rules: Vec::new() };
    for (key, value) in table(value)? {
        match key.get_ref().as_ref() {
            "files" => read.files = strings(value)?,
            "rules" => read.rules = levels(value)?,
            _ => return Err(unknown(key, &["files", "rules"])),
        }
    }
    if read.files.is_empty() {
        return Err(wrong(value, "an override names its `files`"));
    }
    Ok(read)
}

fn read_route(value: &Value<'_>) -> Result<RoutePromise, ConfigError> {
    let (mut route, mut statuses) = (None, Vec::new());
    for (key, value) in table(value)? {
        match key.get_ref().as_ref() {
            "route" => {
                let text = string(value)?;
                if text != "$default" && !text.contains(" /") {
                    return Err(wrong(
                        value,
                        "expected a method and a path, `GET /orders/{id}` or `* /orders/**`",
                    ));
                }
                route = Some(text);
            }
            "statuses" => {
                for item in array(value)? {
                    let promised = scalar(item)?;
                    let expected = || wrong(item, "expected a status from 100 to 599, or a class: `\"4xx\"`");
                    statuses.push(Promised::read(&promised).ok_or_else(expected)?);
                }
            }
            _ => return Err(unknown(key, &["route", "statuses"])),
        }
    }
    match route {
        Some(route) if !statuses.is_empty() => Ok(RoutePromise { route, statuses }),
        Some(_) => Err(wrong(value, "a route promises its `statuses`")),
        None => Err(wrong(value, "a promise names its `route`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> (String, String) {
        let error = Config::read(text).expect_err("it is wrong");
        (text[error.at].to_string(), error.message)
    }

    #[test]
    fn everything_there_is() {
        let config = Config::read(
            "fail-on = 'warning'\nbaseline = 'b.json'\nexclude = ['legacy/**']\n[parameters]\nStage = 'prod'\nSize = 3\nOn = true\n[rules]\n\
             no-alarm = 'off'\n[[override]]\nfiles = ['old/*.yaml']\nrules = { data-trace = 'error' }\n",
        )
        .expect("it is right");
        assert_eq!(config.fail_on, Some(Severity::Warning));
        assert_eq!(config.parameters.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>().len(), 3);
        assert!(config.excludes("legacy/deep/template.yaml") && !config.excludes("template.yaml"));
        let promising = Config::read(
            "error-envelope = ['problem']\n[[route]]\nroute = 'GET /a'\nstatuses = [200, '4xx']\n",
        );
        let promises = promising.expect("it is right").promises;
        assert_eq!(promises.routes[0].statuses, [Promised::Status(200), Promised::Class(4)]);
        assert_eq!(promises.error_envelope, ["problem"]);
        assert_eq!(config.rules, [("no-alarm".to_string(), Level::Off)]);
        assert_eq!(config.overrides[0].rules, [("data-trace".to_string(), Level::As(Severity::Error))]);
    }

    #[test]
    fn what_is_misspelt_is_an_error_that_names_the_nearest() {
        let (at, why) = message("failon = 'error'");
        assert_eq!((at.as_str(), why.as_str()), ("failon", "unknown key `failon`; did you mean `fail-on`?"));
        let (at, why) = message("[rules]\nno-alarms = 'off'");
        assert_eq!(
            (at.as_str(), why.as_str()),
            ("no-alarms", "there is no rule `no-alarms`; did you mean `no-alarm`?")
        );
        assert_eq!(message("fail-on = 'loud'").1, "expected error, warning, note or off");
        let (at, why) = message("[[route]]\nroute = 'GET /a'\nstatus = [200]");
        assert_eq!((at.as_str(), why.as_str()), ("status", "unknown key `status`; did you mean `statuses`?"));
        assert_eq!(message("[[route]]\nroute = 'GET /a'").1, "a route promises its `statuses`");
        assert_eq!(message("[[route]]\nstatuses = [200]").1, "a promise names its `route`");
        assert_eq!(message("[[route]]\nroute = 'GET /a'\nstatuses = [20]").0, "20");
        assert_eq!(message("[[route]]\nroute = '/a'").0, "'/a'");
        assert_eq!(message("error-envelope = []").1, "an envelope has at least one member");
        assert_eq!(message("[[override]]\nrules = {}").1, "an override names its `files`");
        assert!(!message("= 1").1.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_at(text in "(rules|fail-on|override|\\[|\\]|=|'off'|\n|\\{|\\}|x|é|,|1){0,30}") {
            if let Err(error) = Config::read(&text) {
                assert!(text.get(error.at).is_some());
            }
        }
    }
}
