//! Output formats. Each JSON output is put together here from the core's types, so that refactoring them cannot move a
//! documented contract.

pub(crate) mod body;
pub(crate) mod check_json;
pub(crate) mod check_text;
pub(crate) mod drills;
pub(crate) mod exchange;
pub(crate) mod rendering;
pub(crate) mod reviews;
pub(crate) mod sarif;

use std::collections::HashMap;

use candor_check::{Finding, Report, Severity};
use candor_contract::json::Json;
use candor_contract::verdict::Verdict;
use candor_gateway::setting::{Needs, Undecided};
use candor_gateway::span::Span;
use candor_iac::Reading;
use candor_iac::project::World;

use crate::commands::place_of;
use crate::ui::Style;

/// The colour of a severity.
pub(crate) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Note => Style::Note,
    }
}

/// The colour of a verdict.
pub(crate) fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Honest => Style::Good,
        Verdict::MaskedFailure => Style::Error,
        Verdict::HollowSuccess | Verdict::FalseAlarm | Verdict::WrongStatus => Style::Warning,
        Verdict::OpaqueError => Style::Note,
    }
}

/// The public name of an outcome; one that was read from a handler's source has its place: `returned-200@app.py:31`.
pub(crate) fn outcome_name(reading: &Reading, slug: &str, source: Option<Span>) -> String {
    let Some(span) = source else { return slug.to_string() };
    let path = reading.sources.path(span.file);
    let file = path.rsplit('/').next().unwrap_or(path);
    format!("{slug}@{}:{}", harmless(file), reading.sources.position(span).line)
}

/// What proves a finding, in one line: `timed-out: the client gets 200`.
pub(crate) fn proof_line(reading: &Reading, finding: &Finding) -> Option<String> {
    let proof = finding.proof.as_ref()?;
    let outcome = outcome_name(reading, &proof.outcome, proof.source);
    Some(format!("{outcome}: the client gets {}", proof.status))
}

/// By what each finding is known again: the entry of a baseline, and a number where that is the same.
pub(crate) fn fingerprints(reading: &Reading, report: &Report) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let of = |f: &Finding| {
        let routes: Vec<String> = f.routes.iter().map(ToString::to_string).collect();
        let path = reading.sources.path(f.at.file).trim_start_matches("./");
        let function = f.function.as_deref().unwrap_or_default();
        [path, f.rule.slug, &f.api, function, &routes.join(",")].join("|")
    };
    let numbered = report.findings.iter().map(|f| {
        let print = of(f);
        let nth = seen.entry(print.clone()).or_insert(0);
        *nth += 1;
        if *nth == 1 { print } else { format!("{print}|{nth}") }
    });
    numbered.collect()
}

/// Text folded to lines of at most this many characters, at blanks; a longer word gets a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    fold(text.split_whitespace(), width)
}

/// Pieces joined by blanks and folded to lines of at most this many characters; no piece is broken.
pub(crate) fn fold<'p>(pieces: impl IntoIterator<Item = &'p str>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in pieces {
        let word_length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + word_length <= width => {
                line.push(' ');
                line.push_str(word);
                length += 1 + word_length;
            }
            _ => {
                lines.push(word.to_string());
                length = word_length;
            }
        }
    }
    lines
}

/// Text without control characters: what stands in a user's file must not steer a terminal. Tabs become blanks.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}

/// Text cut at this many characters, with a sign that it was cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// A world in words: `IsProd and not HasDomain`; `None` where nothing was assumed.
pub(crate) fn world_name(world: &World) -> Option<String> {
    let literal = |(name, value): &(String, bool)| if *value { name.clone() } else { format!("not {name}") };
    let words: Vec<String> = world.assumed.iter().map(literal).collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// A count and its noun: `1 route`, `2 routes`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("{n} {noun}") } else { format!("{n} {noun}s") }
}

/// `undecided` as every JSON output has it.
pub(crate) fn undecided_json(reading: &Reading, undecided: &[Undecided]) -> Json {
    let one = |u: &Undecided| {
        let at = reading.sources.position(u.span);
        Json::object([
            ("path", Json::string(reading.sources.path(u.span.file))),
            ("line", Json::number(at.line)),
            ("needs", Json::string(u.needs.to_string())),
        ])
    };
    Json::Array(undecided.iter().map(one).collect())
}

/// `unreadable` as every JSON output has it.
pub(crate) fn unreadable_json(reading: &Reading) -> Json {
    let one = |u: &candor_iac::Unreadable| {
        let (path, line) = match u.span {
            Some(span) => {
                (reading.sources.path(span.file), Json::number(reading.sources.position(span).line))
            }
            None => (u.path.as_str(), Json::Null),
        };
        Json::object([
            ("path", Json::string(path)),
            ("line", line),
            ("message", Json::string(u.message.as_str())),
        ])
    };
    Json::Array(reading.unreadable.iter().map(one).collect())
}

/// What was left undecided, for people: a line each, with the way out where there is one.
pub(crate) fn undecided_text(reading: &Reading, undecided: &[Undecided], out: &mut String) {
    for u in undecided {
        let at = reading.sources.position(u.span);
        let way_out = match &u.needs {
            Needs::Parameter(name) => format!(" (--parameter {name}=… decides it)"),
            Needs::Import(_)
            | Needs::Attribute(_)
            | Needs::DynamicReference(_)
            | Needs::File(_)
            | Needs::Answer(_)
            | Needs::Support(_) => String::new(),
        };
        let path = reading.sources.path(u.span.file);
        out.push_str(&format!(
            "undecided: {path}:{}: {}{way_out}\n",
            at.line,
            harmless(&u.needs.to_string())
        ));
    }
}

/// What of the inputs could not be read, for the summary.
pub(crate) fn unread_summary(reading: &Reading) -> Option<String> {
    let first = reading.unreadable.first()?;
    let rest = match reading.unreadable.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    Some(format!("not read: {}{rest}", place_of(reading, first)))
}
