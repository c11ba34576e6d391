//! One cause is one finding: rules that could speak of the same line do not, and branches that no client reaches are nobody's.

use candor_check::Severity;

/// The warnings and errors of a handler behind an API of a kind, with their lines.
fn found(kind: &str, source: &str) -> String {
    let template = super::pages::behind(kind);
    let (reading, report) = super::check_files(&[("template.yaml", &template), ("app.py", source)]);
    let loud = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let shown = loud.map(|finding| {
        let at = finding.at;
        format!(
            "{}:{} {}",
            reading.sources.path(at.file),
            reading.sources.position(at).line,
            finding.rule.slug
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_error_in_a_success_that_a_clause_put_there() {
    let source = "import json
import logging
import boto3
translate = boto3.client('translate')
def handler(event, context):
    try:
        answer = translate.translate_text(Text=event['body'], SourceLanguageCode='auto', TargetLanguageCode='de')
        text = answer['TranslatedText']
    except Exception as error:
        logging.exception('not translated')
        text = str(error)
    return {'statusCode': 200, 'body': json.dumps(text)}
";
    assert_eq!(found("rest-proxy", source), "app.py:9 swallowed-then-success");
}

#[test]
fn bare_data_that_is_refused_whatever_failed_before() {
    let source = "import logging
import boto3
sns = boto3.client('sns')
def handler(event, context):
    try:
        sns.publish(TopicArn='arn:aws:sns:eu-west-1:123456789012:orders', Message='m')
    except Exception:
        logging.exception('not published')
    return {'order': 17}
";
    assert_eq!(found("rest-proxy", source), "app.py:9 non-proxy-shape-on-proxy");
}

#[test]
fn answers_to_other_callers() {
    let source = "import boto3
sqs = boto3.client('sqs')
def handler(event, context):
    if event.get('source') == 'aws.events':
        return
    if 'Records' in event:
        for record in event['Records']:
            try:
                sqs.send_message(QueueUrl='q', MessageBody=record['body'])
            except Exception:
                pass
        return {'batchItemFailures': []}
    return {'statusCode': 204}
";
    for kind in ["rest-proxy", "http1", "http2", "url"] {
        assert_eq!(found(kind, source), "", "{kind}");
    }
    // A mapping template may make such an event of a request.
    assert!(found("rest-aws", source).contains("app.py:10 "));
}

#[test]
fn a_connection_that_is_an_error() {
    let source = "import logging
import pymysql
def connect():
    try:
        return pymysql.connect(host='h')
    except pymysql.MySQLError as error:
        logging.exception('not connected')
        return error
def handler(event, context):
    with connect().cursor() as cursor:
        cursor.execute('SELECT 1')
    return {'statusCode': 200}
";
    assert_eq!(found("rest-proxy", source), "");
}

/// What comes of a handler that stores an order, then does this in a `try` whose clause only logs.
fn beside(work: &str) -> Vec<(Severity, &'static str)> {
    let source = format!(
        "import logging
import boto3
table = boto3.resource('dynamodb').Table('orders')
cloudwatch = boto3.client('cloudwatch')
sqs = boto3.client('sqs')
def handler(event, context):
{work}
    except Exception:
        logging.exception('it failed')
    return {{'statusCode': 201}}
"
    );
    let template = super::pages::behind("rest-proxy");
    let (_, report) = super::check_files(&[("template.yaml", &template), ("app.py", &source)]);
    let swallowed = report.findings.iter().filter(|finding| finding.rule.slug.starts_with("swallowed"));
    swallowed.map(|finding| (finding.severity, finding.rule.slug)).collect()
}

#[test]
fn a_metric_that_is_lost_beside_the_work() {
    let store = "table.put_item(Item={'id': '1'})";
    let metric = "cloudwatch.put_metric_data(Namespace='shop', MetricData=[])";
    let queue = "sqs.send_message(QueueUrl='q', MessageBody='m')";
    let one = |severity| vec![(severity, "swallowed-then-success")];
    assert_eq!(beside(&format!("    {store}\n    try:\n        {metric}")), one(Severity::Note));
    assert_eq!(beside(&format!("    {store}\n    try:\n        {queue}")), one(Severity::Error));
    // The metric is all that the handler is there for.
    assert_eq!(beside(&format!("    try:\n        {metric}")), one(Severity::Error));
    // One clause for both, in either order: the graver case speaks.
    assert_eq!(beside(&format!("    try:\n        {store}\n        {metric}")), one(Severity::Error));
    assert_eq!(
        beside(&format!("    {store}\n    try:\n        {metric}\n        {queue}")),
        one(Severity::Error)
    );
}

#[test]
fn a_file_that_several_functions_share() {
    let function = |name: &str| {
        format!(
            "  {name}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: {name}/
      Layers: [!Ref Common]
      Events: {{ Call: {{ Type: Api, Properties: {{ Path: /{name}, Method: get }} }} }}
"
        )
    };
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Common:\n    Type: AWS::Serverless::LayerVersion\n    Properties: {{ ContentUri: common/ }}\n{}{}",
        function("First"),
        function("Second")
    );
    let common = "import boto3
table = boto3.resource('dynamodb').Table('orders')
def load():
    try:
        return table.scan()['Items']
    except Exception as error:
        print(error)
        return []
";
    let app = "import json
from shared import load
def handler(event, context):
    return {'statusCode': 200, 'body': json.dumps(load())}
";
    let (reading, report) = super::check_files(&[
        ("template.yaml", &template),
        ("common/python/shared.py", common),
        ("First/app.py", app),
        ("Second/app.py", app),
    ]);
    let of_the_layer: Vec<_> = (report.findings.iter())
        .filter(|f| {
            f.severity > Severity::Note && reading.sources.path(f.at.file) == "common/python/shared.py"
        })
        .map(|f| (f.rule.slug, f.routes.len()))
        .collect();
    assert_eq!(of_the_layer, [("swallowed-returns-200", 2)]);
}
