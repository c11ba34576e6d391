//! What a template leaves open: conditions, parameters, and what only deployment knows.

use crate::support::{Folder, MASKED};

/// The masked route stands under a condition that a parameter without default decides.
fn conditional() -> String {
    let head = "\
Parameters:
  Stage: { Type: String }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
";
    let honest = "
                responses: !If
                  - IsProd
                  - default: { statusCode: \"200\" }
                  - default: { statusCode: \"200\" }
                    \"(?s).+\":
                      statusCode: \"500\"
                      responseTemplates:
                        application/json: '{\"message\": $input.json(\"$.errorMessage\")}'
              responses: { \"200\": {}, \"500\": {} }
";
    let plain = "
                responses:
                  default: { statusCode: \"200\" }
              responses: { \"200\": {} }
";
    assert!(MASKED.contains(plain));
    MASKED.replace(plain, honest).replace("Resources:\n", head)
}

#[test]
fn a_finding_says_under_which_condition_it_holds() {
    let folder = Folder::with(&[("template.yaml", &conditional())]);
    let run = folder.candor(&["check"]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("when-is-prod", run.all());
    let json = folder.candor(&["check", "--format", "json"]);
    assert!(json.out.contains("\"when\": \"IsProd\""), "{}", json.out);
}

#[test]
fn a_parameter_decides_it() {
    let folder = Folder::with(&[("template.yaml", &conditional())]);
    let prod = folder.candor(&["check", "--parameter", "Stage=prod"]);
    assert!(
        prod.out.starts_with("error[no-error-response]: ") && !prod.out.contains("when IsProd"),
        "{}",
        prod.out
    );
    assert_eq!((prod.status, prod.err.as_str()), (1, ""));
    let dev = folder.candor(&["check", "--parameter", "Stage=dev"]);
    assert!(dev.out.starts_with("nothing found in 1 API, 1 route"), "{}", dev.out);
    assert_eq!((dev.status, dev.err.as_str()), (0, ""));
}

#[test]
fn a_drill_shows_each_world() {
    let folder = Folder::with(&[("template.yaml", &conditional())]);
    let run = folder.candor(&["drill", "--outcome", "raised"]);
    insta::assert_snapshot!("drill-worlds", run.all());
}

#[test]
fn a_default_decides_and_can_be_overruled() {
    let with_default = conditional().replace("{ Type: String }", "{ Type: String, Default: dev }");
    let folder = Folder::with(&[("template.yaml", &with_default)]);
    assert_eq!(folder.candor(&["check"]).status, 0);
    assert_eq!(folder.candor(&["check", "--parameter", "Stage=prod"]).status, 1);
}

#[test]
fn what_is_undecided_is_said_once_and_is_no_finding() {
    let open = MASKED
        .replace("Resources:\n", "Parameters:\n  Status: { Type: String }\nResources:\n")
        .replace("statusCode: \"200\"", "statusCode: !Ref Status");
    let folder = Folder::with(&[("template.yaml", &open)]);
    let run = folder.candor(&["check"]);
    assert_eq!(run.status, 0, "{}", run.out);
    insta::assert_snapshot!("undecided", run.all());
    let decided = folder.candor(&["check", "--parameter", "Status=200"]);
    assert!(
        decided.out.contains("error[no-error-response]") && !decided.out.contains("undecided"),
        "{}",
        decided.out
    );
}

#[test]
fn a_parameter_that_no_template_has_is_a_warning() {
    let folder = Folder::with(&[("template.yaml", MASKED)]);
    let run = folder.candor(&["check", "--parameter", "Stgae=prod"]);
    assert_eq!(run.err, "warning: no template has a parameter Stgae\n");
    assert_eq!(run.status, 1);
}
