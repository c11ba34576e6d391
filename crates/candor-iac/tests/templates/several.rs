//! Several templates of one project, loops, and what CDK writes.

use candor_iac::Reading;
use candor_iac::project::Code;

use super::{read_files, read_one, routes};

fn undecided(reading: &Reading) -> Vec<String> {
    reading.undecided.iter().map(|u| u.needs.to_string()).collect()
}

#[test]
fn loops_are_unrolled() {
    let reading = read_one(
        "
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Things: { Type: CommaDelimitedList, Default: 'orders, bills' }
Resources:
  Fn::ForEach::Functions:
    - Thing
    - !Ref Things
    - '${Thing}Function':
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.12
          Handler: !Sub '${Thing}.handler'
          CodeUri: src/
          Events:
            Fn::ForEach::Events:
              - Verb
              - [get, put]
              - '${Verb}${Thing}':
                  Type: Api
                  Properties: { Path: '/${Thing}', Method: !Ref Verb }
",
    );
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    assert_eq!(undecided(&reading), [""; 0]);
    assert_eq!(
        routes(&reading),
        [
            "ServerlessRestApi Prod rest | GET /orders | aws-proxy ordersFunction",
            "ServerlessRestApi Prod rest | PUT /orders | aws-proxy ordersFunction",
            "ServerlessRestApi Prod rest | GET /bills | aws-proxy billsFunction",
            "ServerlessRestApi Prod rest | PUT /bills | aws-proxy billsFunction",
        ]
    );
    let handlers = reading.projects[0].functions.iter().map(|f| super::shown(&f.handler));
    assert_eq!(handlers.collect::<Vec<_>>(), ["orders.handler", "bills.handler"]);
}

#[test]
fn a_loop_over_what_nobody_knows_is_left_open() {
    let reading = read_one(
        "
Transform: AWS::LanguageExtensions
Parameters:
  Things: { Type: CommaDelimitedList }
Resources:
  Fn::ForEach::Functions: [Thing, !Ref Things, { '${Thing}Queue': { Type: AWS::SQS::Queue } }]
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
",
    );
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    assert!(reading.projects[0].queues.is_empty());
}

#[test]
fn loops_in_loops_come_to_an_end() {
    let list = (0..60).map(|i| format!("a{i}")).collect::<Vec<_>>().join(", ");
    let mut body = "{ 'Q${A}${B}${C}${D}': { Type: AWS::SQS::Queue } }".to_string();
    for name in ["D", "C", "B", "A"] {
        body = format!("{{ 'Fn::ForEach::{name}': [{name}, [{list}], {body}] }}");
    }
    let text = format!("Transform: AWS::LanguageExtensions\nResources: {body}\n");
    // Thirteen million queues are not made.
    let reading = read_one(&text);
    assert!(reading.projects.iter().all(|p| p.queues.len() < 300_000));
}

/// The short form has its argument in the node that has its tag, whatever that argument is.
#[test]
fn short_and_long_forms_say_the_same() {
    let template = |name: &str, timeout: &str, format: &str| {
        format!(
            "
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Name: {name}
      AccessLogSetting: {{ DestinationArn: arn, Format: {format} }}
  Orders:
    Type: AWS::Serverless::Function
    Properties: {{ Runtime: python3.12, Handler: app.handler, CodeUri: src/, Timeout: {timeout} }}
"
        )
    };
    let short = template(
        "!ImportValue { 'Fn::Sub': '${AWS::StackName}-name' }",
        "!Length [a, b, c]",
        "!ToJsonString { id: $context.requestId, status: [1, 'x'] }",
    );
    let long = template(
        "{ 'Fn::ImportValue': !Sub '${AWS::StackName}-name' }",
        "{ 'Fn::Length': [a, b, c] }",
        "{ 'Fn::ToJsonString': { id: $context.requestId, status: [1, 'x'] } }",
    );
    let (short, long) = (read_one(&short), read_one(&long));
    for reading in [&short, &long] {
        let project = &reading.projects[0];
        let timeout = project.functions[0].timeout.optional().unwrap().0.map(|t| t.as_secs());
        assert_eq!(timeout, Some(3));
        let log = project.apis[0].stage.access_log.optional().unwrap().0.unwrap();
        let format = log.format.optional().unwrap().0.unwrap().as_str().to_string();
        assert_eq!(format, r#"{"id":"$context.requestId","status":[1,"x"]}"#);
        assert_eq!(super::shown(&project.apis[0].name_at_aws), "?the export stack-name of another stack");
    }
}

const CHILD: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: dev }
  Table: { Type: String, Default: orders }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: { StageName: !Ref Stage, Name: !Ref Table }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src/
      Events: { Get: { Type: Api, Properties: { Path: /orders, Method: get, RestApiId: !Ref Api } } }
";

const PARENT: &str = "
Parameters:
  Stage: { Type: String, Default: live }
Resources:
  Table: { Type: AWS::DynamoDB::Table }
  Orders:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./api/child.yaml
      Parameters: { Stage: !Ref Stage, Table: !Ref Table }
";

#[test]
fn a_nested_template_has_what_the_stack_around_gives_it() {
    // In either order of their names, and where only the stack around is named.
    for parent in ["a-parent.yaml", "z-parent.yaml"] {
        let reading = read_files(&[(parent, PARENT), ("api/child.yaml", CHILD)], &[]);
        assert_eq!(routes(&reading), ["Api live rest | GET /orders | aws-proxy Orders"], "{parent}");
        assert_eq!((reading.files, reading.projects.len()), (2, 2), "{parent}");
        // The table's name is the stack's to give: the default does not count.
        let child = reading.projects.iter().find(|p| !p.apis.is_empty()).unwrap();
        assert!(child.apis[0].name_at_aws.optional().is_err());
        assert!(child.more_elsewhere && child.permissions_open);
    }
    let application = PARENT.replace("AWS::CloudFormation::Stack", "AWS::Serverless::Application");
    let application = application.replace("TemplateURL", "Location");
    let reading = read_files(&[("template.yaml", &application), ("api/child.yaml", CHILD)], &[]);
    assert_eq!(routes(&reading), ["Api live rest | GET /orders | aws-proxy Orders"]);
}

#[test]
fn stacks_that_name_each_other_end() {
    let own = "
Resources:
  Again: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: template.yaml } }
  Gone: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: gone.yaml } }
  Far: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://bucket.example.com/far.yaml' } }
";
    let reading = read_one(own);
    assert_eq!((reading.files, reading.projects.len()), (1, 1));
    assert!(reading.unreadable.is_empty());
    assert_eq!(undecided(&reading), ["the file gone.yaml"]);
}

#[test]
fn a_construct_is_known_by_its_path_and_its_code_by_the_asset() {
    let text = r#"{
  "Resources": {
    "OrdersFn4711": {
      "Type": "AWS::Lambda::Function",
      "Properties": { "Code": { "S3Bucket": "b", "S3Key": "k.zip" }, "Handler": "app.handler", "Runtime": "python3.12", "Role": "r" },
      "Metadata": { "aws:cdk:path": "Shop/Orders/Fn/Resource", "aws:asset:path": "asset.4711", "aws:asset:property": "Code" }
    }
  }
}
"#;
    let reading = read_files(&[("cdk.out/Shop.template.json", text)], &[]);
    let function = &reading.projects[0].functions[0];
    assert_eq!(reading.construct(function.handler.span()), Some("Shop/Orders/Fn"));
    assert!(matches!(function.code.optional(), Ok((Some(Code::Path(path)), _)) if path == "asset.4711"));
}
