//! Every rule's page is played: the hidden example has the finding at the line that the page marks, the honest one has not.

use candor_check::rules::RULES;

/// Rules that speak only where no other does: no example could be theirs and stay it.
const WITHOUT_EXAMPLES: &[&str] = &["masked-failure", "hollow-success", "false-alarm", "wrong-status"];

/// A template, and the sources beside it: paths and texts.
type Example = Vec<(String, String)>;

/// The examples below a heading. Each begins with a block ```` ```yaml template.yaml ````, followed by the sources that it needs;
/// or with ```` ```python app.py rest-proxy ````, a handler behind an API of that kind. A `candor.toml` may follow.
pub(super) fn examples(page: &str, heading: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for section in page.split("\n## ").skip(1).filter(|s| s.lines().next() == Some(heading)) {
        let mut blocks = section.split("\n```");
        blocks.next();
        // Blocks and what stands between them take turns.
        while let Some(block) = blocks.next() {
            blocks.next();
            let (info, text) = block.split_once('\n').unwrap();
            let words: Vec<&str> = info.split(' ').collect();
            let text = format!("{text}\n");
            match words[..] {
                ["yaml", "template.yaml"] => examples.push(vec![("template.yaml".to_string(), text)]),
                ["python" | "toml", path] => examples.last_mut().unwrap().push((path.to_string(), text)),
                ["python", path, kind] => {
                    let template = ("template.yaml".to_string(), behind(kind));
                    examples.push(vec![template, (path.to_string(), text)]);
                }
                _ => panic!("a block of an unknown kind: {info}"),
            }
        }
    }
    examples
}

/// A template with the function `app.handler` behind an API of a kind.
pub(super) fn behind(kind: &str) -> String {
    let event = |kind: &str, version: &str| {
        format!(
            "      Events: {{ Go: {{ Type: {kind}, Properties: {{ Path: /go, Method: post{version} }} }} }}\n"
        )
    };
    let (more, api) = match kind {
        "rest-proxy" => (event("Api", ""), String::new()),
        "http1" => (event("HttpApi", ", PayloadFormatVersion: '1.0'"), String::new()),
        "http2" => (event("HttpApi", ""), String::new()),
        "url" => ("      FunctionUrlConfig: { AuthType: NONE }\n".to_string(), String::new()),
        "alb" => (String::new(), load_balancer("false")),
        "alb-multi" => (String::new(), load_balancer("true")),
        "rest-aws" => (
            "      Events: { Go: { Type: Api, Properties: { Path: /go, Method: post, RestApiId: !Ref Api } } }\n".to_string(),
            "  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        info: { title: go, version: '1' }
        paths:
          /go:
            post:
              responses: { '200': {}, '404': {}, '500': {} }
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Go.Arn}/invocations
                responses:
                  default: { statusCode: '200' }
                  '(?s).*not found.*': { statusCode: '404', responseTemplates: { application/json: '{}' } }
                  '(?s).+': { statusCode: '500', responseTemplates: { application/json: '{}' } }
"
            .to_string(),
        ),
        other => panic!("a kind of API that examples do not have: {other}"),
    };
    format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
{api}  Go:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: .
{more}"
    )
}

/// A listener of a load balancer whose one rule leads to the function.
fn load_balancer(multi_value: &str) -> String {
    format!(
        "  Permission:
    Type: AWS::Lambda::Permission
    Properties: {{ FunctionName: !GetAtt Go.Arn, Action: 'lambda:InvokeFunction', Principal: elasticloadbalancing.amazonaws.com }}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      TargetType: lambda
      Targets: [{{ Id: !GetAtt Go.Arn }}]
      TargetGroupAttributes: [{{ Key: lambda.multi_value_headers.enabled, Value: '{multi_value}' }}]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/go/50dc6c495c0c9188
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{{ Type: forward, TargetGroupArn: !Ref Group }}]
"
    )
}

/// The lines that an example marks as guilty of `slug`: path, and line from 1.
fn marked(example: &Example, slug: &str) -> Vec<(String, u32)> {
    let mark = format!("# finding: {slug}");
    let of = |(path, text): &(String, String)| {
        let lines = text.lines().enumerate().filter(|(_, line)| line.trim_end().ends_with(&mark));
        lines.map(|(i, _)| (path.clone(), i as u32 + 1)).collect::<Vec<_>>()
    };
    let mut marked: Vec<(String, u32)> = example.iter().flat_map(of).collect();
    marked.sort();
    marked
}

fn checked(example: &Example) -> (candor_iac::Reading, candor_check::Report) {
    let files: Vec<(&str, &str)> =
        example.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    super::check_files(&files)
}

#[test]
fn the_pages_are_true() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let (hidden, honest) = (examples(rule.docs, "Hidden"), examples(rule.docs, "Honest"));
        if WITHOUT_EXAMPLES.contains(&rule.slug) {
            assert!(hidden.is_empty() && honest.is_empty(), "{} has examples now", rule.slug);
            continue;
        }
        if hidden.is_empty() || honest.is_empty() {
            wrong.push(format!("{}: the page lacks an example", rule.slug));
        }
        for example in &hidden {
            let (reading, report) = checked(example);
            assert!(reading.unreadable.is_empty(), "{}: {:?}", rule.slug, reading.unreadable);
            let place = |f: &candor_check::Finding| {
                (reading.sources.path(f.at.file).to_string(), reading.sources.position(f.at).line)
            };
            let all: Vec<_> = report.findings.iter().map(|f| (f.rule.slug, place(f))).collect();
            let own = all.iter().filter(|(slug, _)| *slug == rule.slug).map(|(_, place)| place.clone());
            let mut own: Vec<(String, u32)> = own.collect();
            own.sort();
            let expected = marked(example, rule.slug);
            if expected.is_empty() || own != expected {
                wrong.push(format!(
                    "{}: marked {expected:?}, found {own:?} of {all:?}, {:?}",
                    rule.slug, report.undecided
                ));
            }
        }
        for example in &honest {
            let (_, report) = checked(example);
            if let Some(found) = report.findings.iter().find(|f| f.rule.slug == rule.slug) {
                wrong.push(format!("{}: the honest example has it, too: {}", rule.slug, found.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pages_have_one_form() {
    for rule in RULES {
        let mut headings =
            rule.docs.lines().filter(|line| line.starts_with('#') && !line.starts_with("## finding"));
        assert_eq!(headings.next(), Some(format!("# {}", rule.slug).as_str()), "{}", rule.slug);
        for needed in ["## Why", "## Fix"] {
            assert!(rule.docs.contains(needed), "{} lacks {needed}", rule.slug);
        }
        assert!(rule.summary.ends_with('.') && rule.summary.len() < 140, "{}", rule.slug);
    }
}
