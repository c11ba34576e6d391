//! A finding: one cause, at the line that causes it.

use std::collections::HashMap;

use candor_gateway::api::RouteKey;
use candor_gateway::drill::{Case, Origin};
use candor_gateway::exchange::Exchange;
use candor_gateway::span::Span;

use crate::rules::Rule;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Dishonest under a condition that the template cannot exclude, or hollow, or a false alarm.
    Warning,
    /// A failure is masked for certain, for at least one ordinary outcome.
    Error,
}

impl Severity {
    /// The public name.
    pub fn slug(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One cause, with the place that causes it and the exchange that proves it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What happens, in one phrase.
    pub message: String,
    /// What the place says, under the caret.
    pub label: String,
    /// The line that causes it.
    pub at: Span,
    /// Other places that belong to it.
    pub also: Vec<(Span, String)>,
    /// The API.
    pub api: String,
    /// The routes where it shows, in order.
    pub routes: Vec<RouteKey>,
    /// The function behind the first route.
    pub function: Option<String>,
    /// The exchange that proves it.
    pub proof: Option<Proof>,
    /// What to write instead.
    pub remedy: String,
    /// How many exchanges show it.
    pub count: usize,
    /// In which worlds it holds; `None` where it holds in all.
    pub when: Option<String>,
}

/// The exchange that proves a finding: what the function did, what the client got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The outcome's slug.
    pub outcome: String,
    /// Where the handler's source says so, if it does.
    pub source: Option<Span>,
    /// What tells it from others of this slug; may be empty.
    pub note: String,
    /// The status for the client.
    pub status: u16,
    /// The body for the client, `None` where it depends on what is not known.
    pub body: Option<String>,
}

impl Proof {
    /// What an exchange proves. Bodies are cut at 2,000 characters: they are evidence, not an archive.
    pub fn of(case: Option<&Case>, exchange: &Exchange<'_>) -> Proof {
        let body = exchange.response.body.value.bytes().map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            match text.char_indices().nth(2000) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text.into_owned(),
            }
        });
        let source = match case.map(|case| case.origin) {
            Some(Origin::Source { span, .. }) => Some(span),
            Some(Origin::Standard) | None => None,
        };
        let (outcome, note) = case.map_or(("refused".to_string(), String::new()), |case| {
            (case.slug.to_string(), case.note.to_string())
        });
        Proof { outcome, source, note, status: exchange.response.status.value, body }
    }
}

/// The findings of one project, as rules add to them: the same rule at the same place is one finding with a count.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    by_place: HashMap<(&'static str, Span), usize>,
}

/// What a rule says about one place; [`Findings`] adds who and where.
#[derive(Debug)]
pub struct Claimed {
    /// The line that causes it.
    pub at: Span,
    /// What happens, in one phrase.
    pub message: String,
    /// What stands there.
    pub label: String,
    /// What to write instead.
    pub remedy: String,
    /// Other places that belong to it.
    pub also: Vec<(Span, String)>,
}

/// Whom a finding concerns.
#[derive(Clone, Copy, Debug)]
pub struct Concerned<'a> {
    /// The API's name.
    pub api: &'a str,
    /// The route.
    pub route: Option<&'a RouteKey>,
    /// The function's name.
    pub function: Option<&'a str>,
}

impl Findings {
    /// Adds to the finding of this rule at this place, making it where there is none: `claimed` and `proof` are only asked
    /// for the first time, and where a case is graver than those before.
    pub fn add(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        at: Span,
        concerned: Concerned<'_>,
        claimed: impl FnOnce() -> Claimed,
        proof: impl FnOnce() -> Option<Proof>,
    ) {
        if let Some(&i) = self.by_place.get(&(rule.slug, at)) {
            let finding = &mut self.found[i];
            finding.count += 1;
            if severity > finding.severity {
                // The graver case speaks for all.
                let Claimed { at: _, message, label, remedy, also } = claimed();
                *finding =
                    Finding { severity, message, label, remedy, also, proof: proof(), ..finding.clone() };
            }
            if let Some(route) = concerned.route
                && finding.routes.last() != Some(route)
            {
                finding.routes.push(route.clone());
            }
            return;
        }
        let Claimed { at: _, message, label, remedy, also } = claimed();
        self.by_place.insert((rule.slug, at), self.found.len());
        self.found.push(Finding {
            rule,
            severity,
            message,
            label,
            at,
            also,
            api: concerned.api.to_string(),
            routes: concerned.route.cloned().into_iter().collect(),
            function: concerned.function.map(str::to_string),
            proof: proof(),
            remedy,
            count: 1,
            when: None,
        });
    }

    /// All of them, in the order in which they were met.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}
