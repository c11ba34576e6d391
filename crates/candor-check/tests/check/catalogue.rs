//! The catalogue of hazards as a page: what finds each of them, or why nothing does. `CANDOR_BLESS=1` writes `docs/hazards.md`.

use std::fmt::Write as _;
use std::path::Path;

use candor_check::rules::{self, Find, RULES};

/// Rules that speak where no hazard of the catalogue does: the last of each verdict, comments, what a team has promised.
const BEYOND: &[&str] = &[
    "masked-failure",
    "hollow-success",
    "false-alarm",
    "wrong-status",
    "opaque-error",
    "status-not-promised",
    "template-trap",
    "status-overwritten",
    "error-without-envelope",
    "unused-allow",
    "allow-without-reason",
];

struct Section {
    title: String,
    hazards: Vec<Hazard>,
}

struct Hazard {
    slug: String,
    /// Why it has no rule: the kind of reason, and the reason.
    without: Option<(String, String)>,
}

fn catalogue() -> Vec<Section> {
    let table: toml::Table = include_str!("hazards.toml").parse().unwrap();
    let text = |value: &toml::Value| value.as_str().unwrap().to_string();
    let hazard = |value: &toml::Value| {
        let entry = value.as_table().unwrap();
        let without = entry.iter().find(|(key, _)| *key != "slug").map(|(key, why)| (key.clone(), text(why)));
        Hazard { slug: text(&entry["slug"]), without }
    };
    let section = |value: &toml::Value| Section {
        title: text(&value["title"]),
        hazards: value["hazards"].as_array().unwrap().iter().map(hazard).collect(),
    };
    table["section"].as_array().unwrap().iter().map(section).collect()
}

/// How a rule comes to its findings.
fn found_by(find: Find, page: &str) -> &'static str {
    let reads_handlers = page.contains("```python");
    match find {
        Find::InExchange(_) | Find::InAnyExchange(_) if reads_handlers => {
            "reading the handler, then playing it"
        }
        Find::InHandler(_) => "reading the handler",
        Find::InAuthorizer(_) => "reading the authorizer",
        Find::InExchange(_) | Find::AtEndpoint(_) | Find::InAnyExchange(_) => "playing failures",
        Find::InProject(_) | Find::InComments => "looking at the template",
    }
}

fn page() -> String {
    let sections = catalogue();
    let all: Vec<&Hazard> = sections.iter().flat_map(|section| &section.hazards).collect();
    let found =
        all.iter().filter(|hazard| hazard.without.as_ref().is_none_or(|(kind, _)| kind == "as")).count();
    let mut page = format!(
        "# Hazards\n\nEvery way that we know in which a failure leaves the building as a success, or nobody notices it: {} of them, of which candor finds {found}. \
         This page is made from the rules themselves; `candor explain RULE` prints the page of one.\n",
        all.len()
    );
    for section in &sections {
        let _ = write!(page, "\n## {}\n\n| hazard | found by |\n| --- | --- |\n", section.title);
        for hazard in &section.hazards {
            let slug = &hazard.slug;
            let link = |slug: &str| {
                format!("[`{slug}`](../crates/candor-check/src/rules/{}.md)", slug.replace('-', "_"))
            };
            let _ = match (rules::find(slug), &hazard.without) {
                (Some(rule), _) => {
                    writeln!(
                        page,
                        "| {} | {}: {} |",
                        link(slug),
                        found_by(rule.find, rule.docs),
                        rule.summary
                    )
                }
                (None, Some((kind, other))) if kind == "as" => {
                    writeln!(page, "| `{slug}` | as {} |", link(other))
                }
                (None, Some((_, why))) => writeln!(page, "| `{slug}` | not found: {why} |"),
                (None, None) => writeln!(page, "| `{slug}` | |"),
            };
        }
    }
    page
}

#[test]
fn every_hazard_has_a_rule_or_a_reason() {
    let sections = catalogue();
    let all: Vec<&Hazard> = sections.iter().flat_map(|section| &section.hazards).collect();
    let mut wrong = Vec::new();
    for (nth, hazard) in all.iter().enumerate() {
        let slug = &hazard.slug;
        match (rules::find(slug), &hazard.without) {
            (Some(_), None) => {}
            (None, Some((kind, other))) if kind == "as" => {
                if rules::find(other).is_none() {
                    wrong.push(format!("{slug}: there is no rule {other}"));
                }
            }
            (None, Some((kind, why))) => {
                if !["not-yet", "others", "by-contract"].contains(&kind.as_str()) || !why.ends_with('.') {
                    wrong.push(format!("{slug}: `{kind}` is no reason"));
                }
            }
            (Some(_), Some(_)) => wrong.push(format!("{slug} has a rule, and a reason why it has none")),
            (None, None) => wrong.push(format!("{slug} has neither a rule nor a reason")),
        }
        if all[..nth].iter().any(|before| before.slug == *slug) {
            wrong.push(format!("{slug} is there twice"));
        }
    }
    for rule in RULES {
        let listed = all.iter().any(|hazard| hazard.slug == rule.slug);
        if listed == BEYOND.contains(&rule.slug) {
            wrong.push(format!("{}: in the catalogue or beyond it, one of both", rule.slug));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hazards.md");
    let page = page();
    if std::env::var_os("CANDOR_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/hazards.md is not what the rules say: `cargo xtask bless`");
}
