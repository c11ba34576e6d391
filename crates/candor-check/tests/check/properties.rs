//! What holds for every template: no dishonest exchange escapes, findings stand in their files, and the same template
//! gives the same report. Played with the examples, every page's examples, and all of these after random edits.

use candor_check::rules::RULES;
use candor_check::{Finding, Handlers, Player, Report};
use candor_contract::ApiKind;
use candor_contract::verdict::Verdict;
use candor_gateway::api::{Api, GatewayResponseType, RouteKey};
use candor_gateway::drill::{Drill, Origin};
use candor_gateway::exchange::Exchange;
use candor_gateway::in_flight::InFlight;
use candor_gateway::request::Ambient;
use candor_gateway::span::Span;
use candor_iac::Reading;
use proptest::prelude::*;
use proptest::sample::Index;

/// The templates of the examples and of the rules' pages, with a name each.
fn templates() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for example in ["orders", "orders-honest"] {
        let path = format!("{}/../../examples/{example}/template.yaml", env!("CARGO_MANIFEST_DIR"));
        all.push((example.to_string(), std::fs::read_to_string(path).unwrap()));
    }
    for rule in RULES {
        for (i, block) in rule.docs.split("```yaml template.yaml\n").skip(1).enumerate() {
            all.push((
                format!("{}, example {}", rule.slug, i + 1),
                block.split("```").next().unwrap().to_string(),
            ));
        }
    }
    assert!(all.len() > 60);
    all
}

/// The place to blame for a dishonest exchange, if a setting of the user's decided it.
fn to_blame(exchange: &Exchange<'_>) -> Option<Span> {
    let judgement = exchange.judge();
    let culprit = exchange.culprit(judgement.part).cause.span();
    culprit.filter(|_| judgement.verdict != Verdict::Honest)
}

/// Whether a finding speaks of an exchange: it stands at the place to blame, names the route, or means the whole API.
fn covers(finding: &Finding, place: Span, api: &Api, route: Option<&RouteKey>) -> bool {
    let all_of_it = finding.routes.is_empty();
    let this_route = route.is_some_and(|key| finding.routes.contains(key));
    finding.at == place || (finding.api == api.name && (all_of_it || this_route))
}

/// Dishonest exchanges that no finding covers, in words.
fn escaped(reading: &Reading, report: &Report) -> Vec<String> {
    let ambient = Ambient::example();
    let mut escaped = Vec::new();
    let mut look = |api: &Api, route: Option<&RouteKey>, what: String, exchange: &Exchange<'_>| {
        let Some(place) = to_blame(exchange) else { return };
        if !report.findings.iter().any(|f| covers(f, place, api, route)) {
            escaped.push(format!("{what} is {}", exchange.judge().verdict.slug()));
        }
    };
    let handlers = Handlers::default();
    for project in &reading.projects {
        let mut player = Player::new(reading, &handlers, project);
        for api in &project.apis {
            let drill = Drill::new(api, &ambient);
            for route in &api.routes {
                for played in player.play(&drill, route).unwrap_or_default() {
                    // Whether this handler ever returns an error envelope is a question to its source.
                    let speculative =
                        played.case.origin == Origin::Standard && played.case.slug == "returned-error";
                    if let (Ok(exchange), false) = (&played.exchange, speculative) {
                        let what = format!("{} {}", route.key, played.case.slug);
                        look(api, Some(&route.key), what, exchange);
                    }
                }
            }
            if api.kind == ApiKind::Rest && !api.gateway_responses.is_empty() {
                for response_type in GatewayResponseType::ALL {
                    if let Ok(exchange) = InFlight::refuse(api, *response_type, &ambient) {
                        look(api, None, format!("{} {}", api.name, response_type.name()), &exchange);
                    }
                }
            }
        }
    }
    escaped
}

/// Places that a report names and that are none.
fn nowhere(reading: &Reading, report: &Report) -> Vec<String> {
    let stands =
        |span: &Span| reading.sources.text(span.file).get(span.start as usize..span.end as usize).is_some();
    let mut nowhere = Vec::new();
    for finding in &report.findings {
        let also = finding.also.iter().map(|(span, _)| span);
        if !std::iter::once(&finding.at).chain(also).all(stands) {
            nowhere.push(format!("{} at {:?}", finding.rule.slug, finding.at));
        }
    }
    nowhere.extend(report.undecided.iter().filter(|u| !stands(&u.span)).map(|u| format!("{u:?}")));
    let unreadable = reading.unreadable.iter().filter_map(|u| u.span);
    let warnings = reading.warnings.iter().map(|(span, _)| *span);
    nowhere.extend(unreadable.chain(warnings).filter(|span| !stands(span)).map(|span| format!("{span:?}")));
    nowhere
}

/// All three properties of one template.
fn complaints(text: &str) -> Vec<String> {
    let (reading, report) = super::check(text);
    let (_, again) = super::check(text);
    let mut complaints = escaped(&reading, &report);
    complaints.extend(nowhere(&reading, &report));
    if format!("{report:?}") != format!("{again:?}") {
        complaints.push("another report the second time".to_string());
    }
    complaints
}

#[test]
fn no_dishonest_exchange_escapes() {
    let wrong = templates().into_iter().flat_map(|(name, text)| {
        complaints(&text).into_iter().map(move |complaint| format!("{name}: {complaint}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_exchange_that_escaped_would_be_noticed() {
    let (_, orders) = templates().swap_remove(0);
    let (reading, mut report) = super::check(&orders);
    report.findings.clear();
    assert!(escaped(&reading, &report).len() > 50);
}

/// One edit of a template.
#[derive(Clone, Debug)]
enum Edit {
    Delete(Index),
    Repeat(Index),
    Swap(Index, Index),
    Indent(Index),
    Replace(Index, &'static str, &'static str),
    CutAt(Index),
    Insert(Index, char),
}

fn edit() -> impl Strategy<Value = Edit> {
    let words = prop::sample::select(vec![
        ("200", "500"),
        ("200", "204"),
        ("500", "200"),
        (".*", "[a-z]"),
        (".+", ""),
        ("default", "\"(?s).+\""),
        ("aws_proxy", "aws"),
        ("aws", "mock"),
        ("POST", "GET"),
        ("$input", "$context"),
        ("'", "\""),
        ("!Ref", "!GetAtt"),
        ("!Sub", "!If"),
        (": ", ":"),
        ("AWS::", "Custom::"),
    ]);
    prop_oneof![
        2 => any::<Index>().prop_map(Edit::Delete),
        2 => any::<Index>().prop_map(Edit::Repeat),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Edit::Swap(a, b)),
        2 => any::<Index>().prop_map(Edit::Indent),
        6 => (any::<Index>(), words).prop_map(|(i, (from, to))| Edit::Replace(i, from, to)),
        1 => any::<Index>().prop_map(Edit::CutAt),
        1 => (any::<Index>(), any::<char>()).prop_map(|(i, c)| Edit::Insert(i, c)),
    ]
}

fn edited(text: &str, edit: &Edit) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let indented;
    match edit {
        Edit::Delete(i) => {
            lines.remove(i.index(lines.len()));
        }
        Edit::Repeat(i) => {
            let i = i.index(lines.len());
            lines.insert(i, lines[i]);
        }
        Edit::Swap(a, b) => lines.swap(a.index(text.lines().count()), b.index(text.lines().count())),
        Edit::Indent(i) => {
            let i = i.index(lines.len());
            indented = format!("  {}", lines[i]);
            lines[i] = &indented;
        }
        Edit::Replace(i, from, to) => {
            let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
            let Some(at) = (!places.is_empty()).then(|| places[i.index(places.len())]) else {
                return text.to_string();
            };
            return format!("{}{to}{}", &text[..at], &text[at + from.len()..]);
        }
        Edit::CutAt(i) => return text.chars().take(i.index(text.chars().count().max(1))).collect(),
        Edit::Insert(i, c) => {
            let at =
                text.char_indices().map(|(at, _)| at).nth(i.index(text.chars().count().max(1))).unwrap_or(0);
            return format!("{}{c}{}", &text[..at], &text[at..]);
        }
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nor_does_one_after_any_edit(which in any::<Index>(), edits in prop::collection::vec(edit(), 1..6)) {
        let templates = templates();
        let (name, mut text) = templates[which.index(templates.len())].clone();
        for edit in &edits {
            text = edited(&text, edit);
        }
        let complaints = complaints(&text);
        prop_assert!(complaints.is_empty(), "{name}: {}", complaints.join("\n"));
    }
}
