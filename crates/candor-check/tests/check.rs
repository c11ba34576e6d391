//! What `check` finds: the rules' own pages, and what holds for every rule.

#![allow(clippy::unwrap_used)]

#[path = "check/pages.rs"]
mod pages;
#[path = "check/properties.rs"]
mod properties;

use candor_check::Report;
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading};

/// Checks one template.
fn check(text: &str) -> (Reading, Report) {
    let files = MemoryFiles::new([("template.yaml", text)]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 22, limits: Default::default() };
    let reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    let report = candor_check::check(&reading);
    (reading, report)
}

#[test]
fn default_responses_are_counted() {
    let (_, report) = check(
        "
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders
        IntegrationResponses: [{ StatusCode: 200 }, { StatusCode: 400 }, { StatusCode: 500 }]
",
    );
    let messages: Vec<&str> = report.findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, ["POST / has 3 default responses"]);
}
