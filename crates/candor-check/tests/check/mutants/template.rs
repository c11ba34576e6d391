//! Honest templates (`examples/orders-honest`, `fixtures/honest-templates`) in which one thing at a time is broken, as people break it.
//! The operators are made from the catalogue of hazards alone: what is wrong there, and which line one would have to change.

#[path = "template/balancing.rs"]
mod balancing;
#[path = "template/doc.rs"]
mod doc;
#[path = "template/gateway.rs"]
mod gateway;
#[path = "template/mapped.rs"]
mod mapped;
#[path = "template/watching.rs"]
mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::doc::Doc;
use candor_check::Severity;

use super::{Broken, gather, listed};
use crate::check_files;

/// A way to break a template or an OpenAPI document.
struct Operator {
    name: &'static str,
    broken: fn(&Doc<'_>) -> Vec<Broken>,
}

const OPERATORS: &[Operator] = &[
    Operator { name: "remove-error-response", broken: mapped::remove_error_response },
    Operator { name: "remove-all-error-responses", broken: mapped::remove_all_error_responses },
    Operator { name: "drop-selection-pattern", broken: mapped::drop_selection_pattern },
    Operator { name: "narrow-pattern", broken: mapped::narrow_pattern },
    Operator { name: "anchor-pattern", broken: mapped::anchor_pattern },
    Operator { name: "bare-word", broken: mapped::bare_word },
    Operator { name: "dot-without-newline", broken: mapped::dot_without_newline },
    Operator { name: "brackets-for-text", broken: mapped::brackets_for_text },
    Operator { name: "lose-backslashes", broken: mapped::lose_backslashes },
    Operator { name: "pattern-for-a-status", broken: mapped::pattern_for_a_status },
    Operator { name: "other-case", broken: mapped::other_case },
    Operator { name: "open-bracket", broken: mapped::open_bracket },
    Operator { name: "star-for-plus", broken: mapped::star_for_plus },
    Operator { name: "error-status-200", broken: mapped::error_status_200 },
    Operator { name: "default-status-500", broken: mapped::default_status_500 },
    Operator { name: "pattern-on-default", broken: mapped::pattern_on_default },
    Operator { name: "overlap", broken: mapped::overlap },
    Operator { name: "undeclare-status", broken: mapped::undeclare_status },
    Operator { name: "undeclare-header", broken: mapped::undeclare_header },
    Operator { name: "remove-error-template", broken: mapped::remove_error_template },
    Operator { name: "pass-error-on", broken: mapped::pass_error_on },
    Operator { name: "wrap-error-in-200", broken: mapped::wrap_error_in_200 },
    Operator { name: "drop-error-in-200", broken: mapped::drop_error_in_200 },
    Operator { name: "unescaped-message", broken: mapped::unescaped_message },
    Operator { name: "override-as-text", broken: mapped::override_as_text },
    Operator { name: "override-narrowed", broken: mapped::override_narrowed },
    Operator { name: "override-removed", broken: mapped::override_removed },
    Operator { name: "template-for-xml", broken: mapped::template_for_xml },
    Operator { name: "unescaped-parameter", broken: mapped::unescaped_parameter },
    Operator { name: "error-as-binary", broken: mapped::error_as_binary },
    Operator { name: "method-of-the-route", broken: gateway::method_of_the_route },
    Operator { name: "mapped-to-proxy", broken: gateway::mapped_to_proxy },
    Operator { name: "proxy-to-mapped", broken: gateway::proxy_to_mapped },
    Operator { name: "asynchronous", broken: gateway::asynchronous },
    Operator { name: "no-failure-destination", broken: gateway::no_failure_destination },
    Operator { name: "gateway-response-200", broken: gateway::gateway_response_200 },
    Operator { name: "gateway-response-flat", broken: gateway::gateway_response_flat },
    Operator { name: "gateway-response-without-cors", broken: gateway::gateway_response_without_cors },
    Operator { name: "gateway-response-says-nothing", broken: gateway::gateway_response_says_nothing },
    Operator { name: "remove-permission", broken: gateway::remove_permission },
    Operator { name: "permission-elsewhere", broken: gateway::permission_elsewhere },
    Operator { name: "function-timeout", broken: gateway::function_timeout },
    Operator { name: "integration-timeout", broken: gateway::integration_timeout },
    Operator { name: "cloudfront-200", broken: gateway::cloudfront_200 },
    Operator { name: "deploy-too-early", broken: gateway::deploy_too_early },
    Operator { name: "target-by-stage-variable", broken: gateway::target_by_stage_variable },
    Operator { name: "no-dead-letters", broken: gateway::no_dead_letters },
    Operator { name: "no-partial-batch", broken: gateway::no_partial_batch },
    Operator { name: "mock-health", broken: gateway::mock_health },
    Operator { name: "fixed-response-200", broken: balancing::fixed_response_200 },
    Operator { name: "healthy-errors", broken: balancing::healthy_errors },
    Operator { name: "arn-for-full-name", broken: balancing::arn_for_full_name },
    Operator { name: "remove-access-log", broken: watching::remove_access_log },
    Operator { name: "access-log-without-integration", broken: watching::access_log_without_integration },
    Operator { name: "execution-log-off", broken: watching::execution_log_off },
    Operator { name: "remove-method-settings", broken: watching::remove_method_settings },
    Operator { name: "remove-log-role", broken: watching::remove_log_role },
    Operator { name: "data-trace-on", broken: watching::data_trace_on },
    Operator { name: "remove-alarms", broken: watching::remove_alarms },
    Operator { name: "only-errors-alarm", broken: watching::only_errors_alarm },
    Operator { name: "no-alarm-on-executions", broken: watching::no_alarm_on_executions },
    Operator { name: "dimension-of-the-other-kind", broken: watching::dimension_of_the_other_kind },
    Operator { name: "dimension-of-nobody", broken: watching::dimension_of_nobody },
    Operator { name: "metric-of-the-other-kind", broken: watching::metric_of_the_other_kind },
    Operator { name: "missing-data-breaching", broken: watching::missing_data_breaching },
    Operator { name: "missing-data-by-default", broken: watching::missing_data_by_default },
    Operator { name: "average-of-a-count", broken: watching::average_of_a_count },
    Operator { name: "day-long-alarm", broken: watching::day_long_alarm },
    Operator { name: "no-alarm-action", broken: watching::no_alarm_action },
    Operator { name: "actions-disabled", broken: watching::actions_disabled },
    Operator { name: "no-route-metrics", broken: watching::no_route_metrics },
];

/// Mutants that change nothing of what a client or a watcher gets: project, operator, line of the original, and why.
const EQUIVALENT: &[(&str, &str, usize, &str)] = &[
    ("alb-parcels", "function-timeout", 103, "a load balancer waits as long as the function may run"),
    ("alb-parcels", "average-of-a-count", 123, ALWAYS_ONE),
    ("alb-parcels", "average-of-a-count", 141, ALWAYS_ONE),
    ("cfn-v2-signups", "no-route-metrics", 38, "of an API with one route the API's metric is the route's"),
    ("services-intake", "remove-error-response", 112, NOT_SUCCEEDED),
    ("services-intake", "bare-word", 112, NOT_SUCCEEDED),
    ("services-intake", "lose-backslashes", 112, NOT_SUCCEEDED),
    ("services-intake", "override-as-text", 77, NUMBER_AS_TEXT),
    ("services-intake", "override-as-text", 107, NUMBER_AS_TEXT),
];

const ALWAYS_ONE: &str =
    "a load balancer's counts are published where they are not zero: their average is one";
const NOT_SUCCEEDED: &str =
    "the template answers 500 for whatever is no execution that succeeded, an error of the service too";
const NUMBER_AS_TEXT: &str =
    "a text that is a number: nobody has recorded whether it counts, and the model lets it";

struct Project {
    name: String,
    files: Vec<(String, String)>,
}

struct Mutant {
    operator: &'static str,
    path: String,
    /// The first line (from 1) that differs from the original.
    line: usize,
    text: String,
    accepted: Vec<(&'static str, usize)>,
}

fn projects() -> Vec<Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![("orders-honest".to_string(), root.join("examples/orders-honest"))];
    let fixtures = root.join("fixtures/honest-templates");
    folders.extend(listed(&fixtures).into_iter().map(|(name, _)| (name.clone(), fixtures.join(name))));
    folders.sort();
    let read = |(name, folder): (String, std::path::PathBuf)| {
        let mut files = Vec::new();
        gather(&folder, "", &mut files);
        files.sort();
        Project { name, files }
    };
    folders.into_iter().map(read).collect()
}

fn mutants(project: &Project) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (path, text) in project.files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let doc = Doc::read(text);
        for operator in OPERATORS {
            for broken in (operator.broken)(&doc) {
                let same = text.lines().zip(broken.text.lines()).take_while(|(a, b)| a == b).count();
                all.push(Mutant {
                    operator: operator.name,
                    path: path.clone(),
                    line: same + 1,
                    text: broken.text,
                    accepted: broken.accepted,
                });
            }
        }
    }
    all
}

/// What is found: rule, how grave, path and line.
type Found = (&'static str, Severity, String, usize);

/// All findings, notes too.
fn found(files: &[(String, String)]) -> Vec<Found> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (reading, report) = check_files(&files);
    let place = |f: &candor_check::Finding| {
        let path = reading.sources.path(f.at.file).to_string();
        (f.rule.slug, f.severity, path, reading.sources.position(f.at).line as usize)
    };
    report.findings.iter().map(place).collect()
}

#[test]
fn honest_templates_are_left_alone() {
    let mut wrong = Vec::new();
    for project in projects() {
        let files: Vec<(&str, &str)> =
            project.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (reading, report) = check_files(&files);
        assert!(reading.unreadable.is_empty(), "{}: {:?}", project.name, reading.unreadable);
        for f in report.findings.iter().filter(|f| f.severity != Severity::Note) {
            let (path, line) = (reading.sources.path(f.at.file), reading.sources.position(f.at).line);
            wrong.push(format!("{}/{path}:{line}: {}: {}", project.name, f.rule.slug, f.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What survives is printed even when it is little enough: it is what to look at next.
#[test]
#[allow(clippy::print_stdout)]
fn broken_templates_are_found_out() {
    let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut survivors, mut equivalent) = (Vec::new(), Vec::new());
    for project in projects() {
        let before = found(&project.files);
        for mutant in mutants(&project) {
            let excused = EQUIVALENT.iter().find(|(name, operator, line, _)| {
                *name == project.name && *operator == mutant.operator && *line == mutant.line
            });
            if let Some((name, operator, line, why)) = excused {
                equivalent.push(format!("{name}:{line}: {operator} is equivalent: {why}"));
                continue;
            }
            let mut files = project.files.clone();
            for (path, text) in &mut files {
                if *path == mutant.path {
                    text.clone_from(&mutant.text);
                }
            }
            let found = found(&files);
            // What a rule says as often, and as gravely, of the honest template says nothing of the damage.
            let said = |all: &[Found], rule: &str, severity: Severity| {
                all.iter().filter(|f| f.0 == rule && f.1 == severity).count()
            };
            let killed = found.iter().any(|(rule, severity, path, line)| {
                *path == mutant.path
                    && mutant.accepted.contains(&(*rule, *line))
                    && said(&found, rule, *severity) > said(&before, rule, *severity)
            });
            let (of_operator, kills) = tally.entry(mutant.operator).or_default();
            *of_operator += 1;
            *kills += usize::from(killed);
            if !killed {
                let new: Vec<_> = found.iter().filter(|f| !before.contains(f)).collect();
                survivors.push(format!(
                    "{}/{}:{}: {} survives: expected {:?}, found {new:?}",
                    project.name, mutant.path, mutant.line, mutant.operator, mutant.accepted
                ));
            }
        }
    }
    let mutants: usize = tally.values().map(|(all, _)| all).sum();
    let kills: usize = tally.values().map(|(_, kills)| kills).sum();
    let table: Vec<String> =
        tally.iter().map(|(operator, (all, kills))| format!("{operator}: {kills} of {all}")).collect();
    println!(
        "{kills} of {mutants} broken templates are found out\n{}\n{}\n{}",
        table.join("\n"),
        equivalent.join("\n"),
        survivors.join("\n")
    );
    assert!(mutants >= 200, "only {mutants} mutants");
    // 95 in 100, in whole numbers.
    assert!(kills * 100 >= mutants * 95, "{kills} of {mutants} mutants are found out");
}

/// The operators by themselves: each is at work, no two make the same, and every accepted line exists.
#[test]
fn the_broken_templates_are_many_and_differ() {
    let mut operators = BTreeSet::new();
    for project in projects() {
        let mut texts: BTreeSet<(String, String)> = project.files.iter().cloned().collect();
        for mutant in mutants(&project) {
            let lines = mutant.text.lines().count();
            let at = format!("{}/{}:{}: {}", project.name, mutant.path, mutant.line, mutant.operator);
            assert!(!mutant.accepted.is_empty(), "{at}: nothing is accepted");
            assert!(mutant.accepted.iter().all(|(_, line)| (1..=lines).contains(line)), "{at}: no such line");
            assert!(texts.insert((mutant.path, mutant.text)), "{at}: made before");
            operators.insert(mutant.operator);
        }
    }
    for operator in OPERATORS {
        assert!(operators.contains(operator.name), "{} makes none", operator.name);
    }
    for (name, operator, line, _) in EQUIVALENT {
        let project = projects().into_iter().find(|p| p.name == *name).unwrap();
        let there = mutants(&project).iter().any(|m| m.operator == *operator && m.line == *line);
        assert!(there, "{name}:{line}: there is no mutant of {operator}");
    }
}
