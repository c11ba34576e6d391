//! The examples: what must be found stands in `fixtures/expected/orders.json`.

use std::collections::BTreeSet;

use candor_contract::json::Json;

use crate::support::{Run, candor, command, root};

/// Rule, path within the example, line, severity.
type Found = BTreeSet<(String, String, String, String)>;

fn text(json: &Json, key: &str) -> String {
    match json.get(key) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.clone(),
        _ => panic!("no {key} in {}", json.write()),
    }
}

fn found(findings: &Json, folder: &str) -> Found {
    let Json::Array(findings) = findings else { panic!("no list") };
    let of = |f: &Json| {
        let path = text(f, "path");
        let path = path.strip_prefix(folder).unwrap_or(&path).to_string();
        (text(f, "rule"), path, text(f, "line"), text(f, "severity"))
    };
    findings.iter().map(of).collect()
}

fn expected() -> Found {
    let json = std::fs::read_to_string(root().join("fixtures/expected/orders.json")).unwrap();
    found(&Json::read(&json).unwrap(), "")
}

#[test]
fn orders_has_what_is_expected_and_nothing_else() {
    let run = candor(&["check", "examples/orders", "--format", "json"]);
    let all = found(run.json().get("findings").unwrap(), "examples/orders/");
    assert_eq!(all, expected());
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn the_honest_twin_has_no_finding_at_all() {
    let run = candor(&["check", "examples/orders-honest", "--format", "json"]);
    assert_eq!(run.json().get("findings"), Some(&Json::Array(Vec::new())));
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let run = candor(&["check", "examples/orders-honest", "--notes", "--fail-on", "note"]);
    assert!(run.out.starts_with("nothing found in "), "{}", run.out);
    assert_eq!(run.status, 0);
}

fn check_orders(columns: usize, more: &[&str]) -> Run {
    let args = [&["check", "examples/orders"], more].concat();
    Run::of(command(columns, &root(), &args).output().unwrap())
}

#[test]
fn check_reads_well_on_any_width() {
    let (narrow, wide) = (check_orders(80, &[]), check_orders(200, &[]));
    for (run, width) in [(&narrow, 80), (&wide, 200)] {
        let widest = run.out.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= width, "{widest}");
    }
    insta::assert_snapshot!("check-80", narrow.out);
    insta::assert_snapshot!("check-200", wide.out);
}

#[test]
fn colour_changes_nothing_but_colour() {
    let (plain, coloured) = (check_orders(80, &[]), check_orders(80, &["--color", "always"]));
    let mut stripped = String::new();
    for (i, part) in coloured.out.split('\u{1b}').enumerate() {
        stripped.push_str(if i == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain.out);
    // The escape character itself would make the snapshot unreadable.
    let first: Vec<&str> = coloured.out.split("\n\n").take(2).collect();
    insta::assert_snapshot!("check-80-colour", first.join("\n\n").replace('\u{1b}', "␛"));
}

#[test]
fn drill_reads_well_on_any_width() {
    for columns in [80, 200] {
        let run = Run::of(command(columns, &root(), &["drill", "examples/orders"]).output().unwrap());
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        let widest = run.out.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= columns, "{widest}");
        insta::assert_snapshot!(format!("drill-{columns}"), run.out);
    }
}

#[test]
fn drill_fails_where_it_is_asked_to() {
    // Whether a handler returns an error envelope is not for the template to say: both are played with one.
    let run = |path: &str| {
        let of = ["drill", path, "--outcome", "raised", "--fail-on-verdict", "masked-failure"];
        candor(&of).status
    };
    assert_eq!((run("examples/orders"), run("examples/orders-honest")), (1, 0));
}
