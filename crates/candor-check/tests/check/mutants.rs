//! A mutation test: honest Python handlers (`fixtures/honest-handlers`) in which one thing at a time is broken, as people break it.
//! Every mutant hides a failure, or makes a false alarm, and is found by the rule of that hazard at the line that does it.
//!
//! Operators know what a hazard is; they know nothing of how a rule looks for it. An operator makes no mutant where the damage
//! would not show: where what follows needs a value that is missing then, the function still fails aloud, and that is honest.

#[path = "mutants/exceptions.rs"]
mod exceptions;
#[path = "mutants/python.rs"]
mod python;
#[path = "mutants/returns.rs"]
mod returns;
#[path = "mutants/shape.rs"]
mod shape;
#[path = "mutants/template.rs"]
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use candor_check::Severity;

use self::python::Module;

/// How a project's functions are reached. It decides which answers are good, so which damage is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A REST API, proxy integration.
    Proxy,
    /// An HTTP API with payload 2.0, or a function URL: what has no `statusCode` is the body of a 200.
    Payload2,
    /// A REST API, Lambda integration that is no proxy: a value is the answer, an exception the failure.
    NonProxy,
    /// A resolver of Powertools behind a REST proxy: it makes the answer out of what a route returns.
    Resolver,
    /// A load balancer: an envelope of strict kinds, in which other keys do not matter.
    Balanced,
}

/// A small project, as someone could have written it.
struct Project {
    name: String,
    kind: Kind,
    /// Path and text, the template among them.
    files: Vec<(String, String)>,
}

/// A file with one thing broken.
struct Mutant {
    operator: &'static str,
    path: String,
    text: String,
    /// Rules that may say it, each with the line (from 1) where it says it: any of them kills the mutant.
    accepted: Vec<(&'static str, usize)>,
}

/// A way to break things: what it makes of a module, as the text and what is accepted for it.
struct Operator {
    name: &'static str,
    kinds: &'static [Kind],
    broken: fn(&Module<'_>) -> Vec<Broken>,
}

/// What an operator makes.
struct Broken {
    text: String,
    accepted: Vec<(&'static str, usize)>,
}

const ENVELOPES: &[Kind] = &[Kind::Proxy, Kind::Payload2, Kind::Balanced];
const STRICT: &[Kind] = &[Kind::Proxy, Kind::Balanced];
const ALL: &[Kind] = &[Kind::Proxy, Kind::Payload2, Kind::NonProxy, Kind::Resolver, Kind::Balanced];

const OPERATORS: &[Operator] = &[
    Operator { name: "drop-status", kinds: ENVELOPES, broken: shape::drop_status },
    Operator { name: "misspell-status", kinds: ENVELOPES, broken: shape::misspell_status },
    // An HTTP API writes an object as JSON, and what it does with other keys and with text as the status, nobody has recorded.
    Operator { name: "status-as-text", kinds: STRICT, broken: shape::status_as_text },
    Operator { name: "body-as-object", kinds: STRICT, broken: shape::body_as_object },
    Operator { name: "one-key-more", kinds: &[Kind::Proxy], broken: shape::one_key_more },
    Operator { name: "other-headers", kinds: &[Kind::Balanced], broken: shape::other_headers },
    Operator { name: "swallow-and-log", kinds: ALL, broken: exceptions::swallow_and_log },
    Operator { name: "swallow-silently", kinds: ALL, broken: exceptions::swallow_silently },
    Operator { name: "lose-raise", kinds: ALL, broken: exceptions::lose_raise },
    Operator { name: "forget-return-in-except", kinds: ENVELOPES, broken: exceptions::forget_return },
    Operator {
        name: "catch-returns-200",
        kinds: &[Kind::Proxy, Kind::Payload2, Kind::Resolver, Kind::Balanced],
        broken: exceptions::catch_returns_200,
    },
    Operator { name: "widen-except", kinds: ENVELOPES, broken: exceptions::widen_except },
    Operator {
        name: "catch-all-400",
        kinds: &[Kind::Proxy, Kind::Payload2, Kind::Resolver, Kind::Balanced],
        broken: exceptions::catch_all_400,
    },
    Operator { name: "return-exception", kinds: ENVELOPES, broken: exceptions::return_exception },
    Operator { name: "pass-on-status", kinds: ENVELOPES, broken: exceptions::pass_on_status },
    Operator { name: "forget-return", kinds: ALL, broken: returns::forget_return },
    Operator { name: "business-failure-200", kinds: ENVELOPES, broken: returns::business_failure_200 },
    Operator { name: "error-tuple", kinds: ENVELOPES, broken: returns::error_tuple },
    Operator { name: "proxy-envelope", kinds: &[Kind::NonProxy], broken: returns::proxy_envelope },
    Operator {
        name: "return-error-envelope",
        kinds: &[Kind::NonProxy],
        broken: returns::return_error_envelope,
    },
    Operator { name: "return-error", kinds: &[Kind::NonProxy], broken: returns::return_error },
];

/// All mutants of a project.
fn mutants(project: &Project) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (path, text) in &project.files {
        if path.ends_with(".yaml") {
            all.extend(shape::rename_handler(text).into_iter().map(|b| b.of("rename-handler", path)));
            continue;
        }
        let module = Module::read(text, project.kind);
        for operator in OPERATORS.iter().filter(|o| o.kinds.contains(&project.kind)) {
            all.extend((operator.broken)(&module).into_iter().map(|b| b.of(operator.name, path)));
        }
    }
    all
}

impl Broken {
    fn of(self, operator: &'static str, path: &str) -> Mutant {
        Mutant { operator, path: path.to_string(), text: self.text, accepted: self.accepted }
    }
}

/// Of the honest templates those whose handlers all stand behind APIs of one kind.
const OF_ONE_KIND: &[&str] = &["alb-parcels", "httpapi-shifts", "sam-reviews"];

/// The honest projects, by name.
fn projects() -> Vec<Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let handlers = root.join("honest-handlers");
    let mut folders: Vec<_> = listed(&handlers).into_iter().map(|(name, _)| handlers.join(name)).collect();
    folders.extend(OF_ONE_KIND.iter().map(|name| root.join("honest-templates").join(name)));
    folders.sort();
    let read = |folder: std::path::PathBuf| {
        let mut files = Vec::new();
        gather(&folder, "", &mut files);
        files.sort();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        Project { kind: kind(&files), name, files }
    };
    folders.into_iter().map(read).collect()
}

/// The names in a folder, each with whether it is a folder; not what an interpreter leaves behind.
fn listed(folder: &Path) -> Vec<(String, bool)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named =
        entries.map(|e| (e.file_name().to_string_lossy().into_owned(), e.file_type().unwrap().is_dir()));
    named.filter(|(name, _)| name != "__pycache__").collect()
}

/// All files below a folder, with paths as a template sees them.
fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for (name, is_dir) in listed(folder) {
        if is_dir {
            gather(&folder.join(&name), &format!("{prefix}{name}/"), files);
        } else {
            files.push((format!("{prefix}{name}"), fs::read_to_string(folder.join(&name)).unwrap()));
        }
    }
}

/// What a project's own files say about how it is reached.
fn kind(files: &[(String, String)]) -> Kind {
    let says = |what: &str| files.iter().any(|(_, text)| text.contains(what));
    if says("aws_lambda_powertools") {
        Kind::Resolver
    } else if says("FunctionUrlConfig:") || says("Type: HttpApi") {
        Kind::Payload2
    } else if says("type: aws\n") {
        Kind::NonProxy
    } else if says("AWS::ElasticLoadBalancingV2::Listener") {
        Kind::Balanced
    } else {
        Kind::Proxy
    }
}

/// What `check` finds in some files, notes aside: rule, path, line.
fn found(files: &[(String, String)]) -> Vec<(&'static str, String, usize)> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (reading, report) = super::check_files(&files);
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    let found = report.findings.iter().filter(|f| f.severity != Severity::Note).map(|f| {
        let path = reading.sources.path(f.at.file).to_string();
        (f.rule.slug, path, reading.sources.position(f.at).line as usize)
    });
    found.collect()
}

#[test]
fn honest_handlers_are_left_alone() {
    let mut wrong = Vec::new();
    for project in projects() {
        for (rule, path, line) in found(&project.files) {
            wrong.push(format!("{}/{path}:{line}: {rule}", project.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What survives is printed even when it is little enough: it is what to look at next.
#[test]
#[allow(clippy::print_stdout)]
fn broken_handlers_are_found_out() {
    let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut survivors = Vec::new();
    for project in projects() {
        for mutant in mutants(&project) {
            let mut files = project.files.clone();
            for (path, text) in &mut files {
                if *path == mutant.path {
                    text.clone_from(&mutant.text);
                }
            }
            let found = found(&files);
            let killed = found
                .iter()
                .any(|(rule, path, line)| *path == mutant.path && mutant.accepted.contains(&(*rule, *line)));
            let (of_operator, kills) = tally.entry(mutant.operator).or_default();
            *of_operator += 1;
            *kills += usize::from(killed);
            if !killed {
                survivors.push(format!(
                    "{}/{}: {} survives: expected {:?}, found {found:?}",
                    project.name, mutant.path, mutant.operator, mutant.accepted
                ));
            }
        }
    }
    let mutants: usize = tally.values().map(|(all, _)| all).sum();
    let kills: usize = tally.values().map(|(_, kills)| kills).sum();
    let table: Vec<String> =
        tally.iter().map(|(operator, (all, kills))| format!("{operator}: {kills} of {all}")).collect();
    println!("{kills} of {mutants} mutants are found out\n{}\n{}", table.join("\n"), survivors.join("\n"));
    assert!(mutants >= 80, "only {mutants} mutants");
    // 95 in 100, in whole numbers.
    assert!(kills * 100 >= mutants * 95, "{kills} of {mutants} mutants are found out");
}

/// The operators by themselves: each is at work, no two make the same, and every accepted line exists.
#[test]
fn the_mutants_are_many_and_differ() {
    let mut operators = BTreeSet::new();
    let mut count = 0;
    for project in projects() {
        let mut texts: BTreeSet<(String, String)> = project.files.iter().cloned().collect();
        for mutant in mutants(&project) {
            let lines = mutant.text.lines().count();
            let at =
                format!("{}/{}: {} at {:?}", project.name, mutant.path, mutant.operator, mutant.accepted);
            assert!(!mutant.accepted.is_empty(), "{at}: nothing is accepted");
            assert!(mutant.accepted.iter().all(|(_, line)| (1..=lines).contains(line)), "{at}: no such line");
            assert!(texts.insert((mutant.path, mutant.text)), "{at}: made before");
            operators.insert(mutant.operator);
            count += 1;
        }
    }
    assert!(count >= 140, "only {count} mutants");
    for operator in OPERATORS {
        assert!(operators.contains(operator.name), "{} makes none", operator.name);
    }
}
