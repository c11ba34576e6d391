//! A function behind a load balancer: the three commands, with the honest example and with what breaks it.

use candor_contract::json::Json;

use crate::support::{Folder, candor, root};

const HONEST: &str = "fixtures/honest-templates/alb-parcels";

fn simulated(args: &[&str]) -> String {
    let template = format!("{HONEST}/template.yaml");
    let run = candor(&[&["simulate", &template], args].concat());
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{args:?}");
    run.out
}

#[test]
fn a_drill_names_the_kind_and_who_would_notice() {
    let run = candor(&["drill", HONEST, "--route", "GET /parcels/*", "--format", "json"]);
    let json = run.json();
    let Some(Json::Array(apis)) = json.get("apis") else { panic!("{}", run.out) };
    assert_eq!(apis[0].get("kind").and_then(Json::as_str), Some("alb"));
    let Some(Json::Array(routes)) = apis[0].get("routes") else { panic!("{}", run.out) };
    let Some(Json::Array(drills)) = routes[0].get("drills") else { panic!("{}", run.out) };
    let lines: Vec<String> = drills
        .iter()
        .map(|drill| {
            let signals = drill.get("signals").unwrap();
            let text = |json: &Json, key: &str| json.get(key).map(Json::write).unwrap_or_default();
            let status = drill.get("client").and_then(|client| client.get("status")).map(Json::write);
            [
                text(drill, "outcome"),
                status.unwrap_or_default(),
                text(drill, "verdict"),
                text(signals, "metrics"),
                text(signals, "alarms"),
            ]
            .join(" ")
            .replace('"', "")
        })
        .collect();
    insta::assert_snapshot!("balanced-drill", lines.join("\n"));
}

#[test]
fn simulate_plays_the_rule_that_takes_the_request() {
    let mut all = String::new();
    for (request, more) in [
        (
            "GET /parcels/17",
            &["--returns", r#"{"statusCode":200,"multiValueHeaders":{"X-A":["1"]},"body":"here"}"#][..],
        ),
        ("GET /parcels/17", &["--outcome", "timed-out"][..]),
        ("POST /parcels/17", &["--outcome", "returned"][..]),
        ("GET /", &["-H", "Host: shop.example.com", "--outcome", "endpoint-timed-out"][..]),
    ] {
        let out = simulated(&[&[request], more].concat());
        all.push_str(&format!("$ {request} {}\n{out}\n", more.join(" ")));
    }
    insta::assert_snapshot!("balanced-simulate", all.replace('\r', ""));
}

#[test]
fn what_people_break_is_found() {
    let read = |path: &str| std::fs::read_to_string(root().join(HONEST).join(path)).unwrap();
    let (template, handler) = (read("template.yaml"), read("src/parcels.py"));
    let found = |template: &str, handler: &str| {
        let folder = Folder::with(&[("template.yaml", template), ("src/parcels.py", handler)]);
        let run = folder.candor(&["check", "--format", "json", "--notes"]);
        let json = run.json();
        let Some(Json::Array(findings)) = json.get("findings") else { panic!("{}", run.out) };
        let of = |finding: &Json| {
            let text = |key: &str| finding.get(key).map(Json::write).unwrap_or_default().replace('"', "");
            format!("{} {}:{}", text("rule"), text("path"), text("line"))
        };
        findings.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(found(&template, &handler), Vec::<String>::new());
    let single = template.replace("Value: \"true\"", "Value: \"false\"");
    assert_eq!(found(&single, &handler), ["alb-header-mode src/parcels.py:14"]);
    let fixed = template.replace("StatusCode: \"404\"", "StatusCode: \"200\"");
    assert_eq!(found(&fixed, &handler), ["alb-fixed-200 template.yaml:41"]);
    let masked = handler.replace("answer(502, ", "answer(200, ");
    assert_eq!(
        found(&template, &masked),
        ["alarm-blind-to-masked template.yaml:115", "swallowed-returns-200 src/parcels.py:26"]
    );
    let null = handler.replace(
        "        return answer(502, {\"message\": \"the carrier does not answer\"})\n",
        "        return\n",
    );
    assert_eq!(found(&template, &null), ["null-return src/parcels.py:26"]);
}

/// The verdict looks at status and body; that the headers are gone stands beside it.
#[test]
fn a_drill_says_which_headers_are_lost_and_who_answers() {
    let folder = Folder::with(&[
        (
            "template.yaml",
            "
Transform: AWS::Serverless-2016-10-31
Resources:
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: '404', MessageBody: gone } }]
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 1
      Conditions: [{ Field: path-pattern, Values: [/a] }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Group }]
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      TargetType: lambda
      TargetGroupAttributes: [{ Key: lambda.multi_value_headers.enabled, Value: 'true' }]
      Targets: [{ Id: !GetAtt F.Arn }]
  F: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: app.handler, Runtime: python3.12 } }
",
        ),
        (
            "app.py",
            "
def handler(event, context):
    return {'statusCode': 200, 'headers': {'Content-Type': 'text/html'}, 'body': '<p>'}
",
        ),
    ]);
    let drilled = folder.candor(&["drill", "."]).out;
    let line = drilled.lines().find(|line| line.contains("app.py")).unwrap_or_default();
    assert!(line.contains("honest") && line.contains("headers lost, line 19"), "{drilled}");
    assert!(drilled.contains("$default → the load balancer itself\n"), "{drilled}");
    let json = folder.candor(&["drill", ".", "--format", "json"]).out;
    assert!(json.contains("told so, but its `headers` are lost\""), "{json}");
    let fixed = folder.candor(&["simulate", ".", "/b", "--trace"]).out;
    assert!(
        fixed.contains("the rule answers by itself\n")
            && fixed.contains("the body is the fixed response's\n"),
        "{fixed}"
    );
}
