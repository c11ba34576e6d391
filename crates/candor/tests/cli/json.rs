//! The JSON outputs against their schemas.

use candor_contract::json::Json;

use crate::support::{Folder, MASKED, Run, candor, root};

/// What of a document its schema does not allow.
fn complaints(schema: &str, document: &str) -> Vec<String> {
    let schema = std::fs::read_to_string(root().join("schemas").join(schema)).unwrap();
    let schema = schema.parse().unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = document.parse().unwrap();
    validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path)).collect()
}

#[track_caller]
fn fits(schema: &str, run: &Run) {
    let complaints = complaints(schema, &run.out);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn check_and_drill_print_what_their_schemas_say() {
    for path in ["examples/orders", "examples/orders-honest"] {
        fits("check.schema.json", &candor(&["check", path, "--format", "json"]));
        fits("drill.schema.json", &candor(&["drill", path, "--format", "json"]));
    }
}

#[test]
fn the_schemas_hold_for_broken_input_too() {
    let open = MASKED
        .replace("StageName: v1", "StageName: !Ref Stage")
        .replace("Resources:", "Parameters: { Stage: { Type: String } }\nResources:");
    let folder = Folder::with(&[
        ("a.yaml", &open),
        ("broken.yaml", "Resources: [\n"),
        ("missing.yaml", "Resources: {}"),
    ]);
    for paths in [&["broken.yaml"][..], &["a.yaml", "broken.yaml", "nowhere.yaml"], &["."]] {
        for (command, schema) in [("check", "check.schema.json"), ("drill", "drill.schema.json")] {
            let run = folder.candor(&[&[command, "--format", "json"], paths].concat());
            fits(schema, &run);
            let Some(Json::Array(unreadable)) = run.json().get("unreadable").cloned() else { panic!() };
            assert!(!unreadable.is_empty() || paths == ["."], "{}", run.out);
        }
    }
}

#[test]
fn a_schema_that_allowed_everything_would_be_noticed() {
    let document = candor(&["check", "examples/orders", "--format", "json"]).out;
    for (word, other) in [("\"severity\": \"error\"", "\"severity\": \"bad\""), ("\"line\":", "\"row\":")] {
        assert!(document.contains(word));
        assert!(!complaints("check.schema.json", &document.replacen(word, other, 1)).is_empty());
    }
}

#[test]
fn rules_are_listed_for_programs() {
    let run = candor(&["rules", "--format", "json"]);
    let Some(Json::Array(rules)) = run.json().get("rules").cloned() else { panic!("{}", run.out) };
    assert!(rules.len() > 30 && rules.iter().all(|r| r.get("rule").and_then(Json::as_str).is_some()));
}

/// The configuration of docs/ci.md is what the schema describes, and what candor takes.
#[test]
fn the_configuration_of_the_page_fits_its_schema() {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let toml = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::with(&[("candor.toml", toml), ("template.yaml", "Resources: {}\n")]);
    let run = folder.candor(&["check", ".", "--format", "json"]);
    assert!(!run.err.contains("candor.toml"), "{}", run.err);
    let as_json = r#"{"fail-on": "warning", "baseline": "b.json", "exclude": ["a"], "parameters": {"Stage": "prod"},
        "route": [{"route": "* /orders/**", "statuses": [200, "4xx"]}], "error-envelope": ["problem"],
        "rules": {"no-alarm": "off"}, "override": [{"files": ["legacy/**"], "rules": {"no-error-response": "warning"}}]}"#;
    assert_eq!(complaints("candor.schema.json", as_json), [""; 0]);
    for wrong in [
        r#"{"failon": "error"}"#,
        r#"{"override": [{"rules": {}}]}"#,
        r#"{"rules": {"no-alarm": "loud"}}"#,
        r#"{"route": [{"route": "GET /a"}]}"#,
        r#"{"route": [{"route": "GET /a", "statuses": [20]}]}"#,
        r#"{"error-envelope": []}"#,
    ] {
        assert!(!complaints("candor.schema.json", wrong).is_empty(), "{wrong}");
    }
}
