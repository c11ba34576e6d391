//! What stages write down and what alarms watch, in the spellings of SAM and CloudFormation, each value at its line.

use candor_gateway::api::{Api, RouteKey};
use candor_gateway::setting::Setting;
use candor_iac::Reading;
use candor_iac::project::{Alarm, Asks, Watches};

use super::{read_one, shown};

/// A setting and the line that it stands in, or would stand in.
fn at<T: std::fmt::Debug>(reading: &Reading, setting: &Setting<T>) -> String {
    let line = reading.sources.position(setting.span()).line;
    match setting.optional() {
        Ok((Some(value), _)) => format!("{value:?} at {line}"),
        Ok((None, _)) => format!("- at {line}"),
        Err(undecided) => format!("?{} at {line}", undecided.needs),
    }
}

fn level(reading: &Reading, api: &Api, method: &str, path: &str) -> String {
    api.stage.logging_level(&RouteKey::new(method, path)).map_or("-".to_string(), |level| at(reading, level))
}

fn metrics(reading: &Reading, api: &Api, method: &str, path: &str) -> String {
    api.stage.detailed_metrics(&RouteKey::new(method, path)).map_or("-".to_string(), |on| at(reading, on))
}

#[test]
fn sams_rest_api_has_its_stage_within() {
    let reading = read_one(
        "Transform: AWS::Serverless-2016-10-31
Globals:
  Api:
    TracingEnabled: true
    MethodSettings:
      - {ResourcePath: '/*', HttpMethod: '*', LoggingLevel: ERROR}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      AccessLogSetting:
        DestinationArn: !GetAtt Log.Arn
        Format: $context.status
      MethodSettings:
        - ResourcePath: /~1orders~1{id}
          HttpMethod: get
          LoggingLevel: INFO
          MetricsEnabled: 'true'
  Log: {Type: AWS::Logs::LogGroup}
",
    );
    let api = &reading.projects[0].apis[0];
    assert_eq!(at(&reading, &api.stage.tracing_enabled), "true at 4");
    assert_eq!(level(&reading, api, "POST", "/orders"), "Error at 6");
    assert_eq!(level(&reading, api, "GET", "/orders/{id}"), "Info at 18");
    assert_eq!(metrics(&reading, api, "GET", "/orders/{id}"), "true at 19");
    assert_eq!(metrics(&reading, api, "POST", "/orders"), "-");
    let (log, _) = api.stage.access_log.optional().unwrap();
    assert_eq!(at(&reading, &log.unwrap().destination), "\"${Log.Arn}\" at 13");
    // Nothing names the API: SAM calls it like the stack.
    assert_eq!(shown(&api.name_at_aws), "stack");
}

#[test]
fn a_stage_may_be_a_resource_or_part_of_a_deployment() {
    let reading = read_one(
        "Parameters: {Level: {Type: String}}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: v1
      MethodSettings:
        - {ResourcePath: /*, HttpMethod: '*', LoggingLevel: !Ref Level, DataTraceEnabled: true}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties:
      RestApiId: !Ref Api
      StageName: v2
      StageDescription:
        LoggingLevel: INFO
        AccessLogSetting: {DestinationArn: x, Format: $context.status}
        MethodSettings: [{ResourcePath: /, HttpMethod: GET, LoggingLevel: 'OFF'}]
",
    );
    let [first, second] = reading.projects[0].apis.as_slice() else { panic!("two stages") };
    assert_eq!(level(&reading, first, "GET", "/"), "?parameter Level at 10");
    assert_eq!(first.stage.logical_id.as_deref(), Some("Stage"));
    assert_eq!(at(&reading, first.stage.data_trace(&RouteKey::new("GET", "/")).unwrap()), "true at 10");
    assert_eq!(level(&reading, second, "POST", "/"), "Info at 17");
    assert_eq!(level(&reading, second, "GET", "/"), "Off at 19");
    assert!(matches!(first.stage.access_log.optional(), Ok((None, _))));
    assert!(matches!(second.stage.access_log.optional(), Ok((Some(_), _))));
    assert_eq!(shown(&first.name_at_aws), "orders");
}

#[test]
fn an_http_apis_stage_has_settings_by_route() {
    let reading = read_one(
        "Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: orders, ProtocolType: HTTP}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: $default
      AccessLogSettings: {DestinationArn: x, Format: $context.status}
      DefaultRouteSettings: {DetailedMetricsEnabled: false}
      RouteSettings:
        GET /orders: {DetailedMetricsEnabled: true}
",
    );
    let api = &reading.projects[0].apis[0];
    assert_eq!(metrics(&reading, api, "GET", "/orders"), "true at 11");
    assert_eq!(metrics(&reading, api, "PUT", "/orders"), "false at 9");
}

#[test]
fn what_stands_elsewhere_is_not_absent() {
    let reading =
        read_one("Resources:\n  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}\n");
    let api = &reading.projects[0].apis[0];
    assert!(api.stage.access_log.optional().is_err());
    assert!(api.stage.has_unknown_settings());
}

const ALARMS: &str = "Parameters:
  Limit: {Type: Number}
Resources:
  Orders: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub '${AWS::StackName}-orders'}}
  Rate:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: rate
      Metrics:
        - Id: rate
          Expression: errors / calls
        - Id: errors
          ReturnData: false
          MetricStat:
            Metric:
              Namespace: AWS/Lambda
              MetricName: Errors
              Dimensions: [{Name: FunctionName, Value: !Ref Orders}]
            Period: 300
            Stat: Sum
      ComparisonOperator: GreaterThanThreshold
      Threshold: !Ref Limit
      EvaluationPeriods: 3
      DatapointsToAlarm: 2
      TreatMissingData: notBreaching
      ActionsEnabled: false
      AlarmActions: ['', !Ref Topic]
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Duration
      Dimensions:
        - Name: FunctionName
          Value: !Ref Orders
      ExtendedStatistic: p99
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1.5
      ComparisonOperator: GreaterThanThreshold
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmRule: !Sub ALARM(\"${Rate}\") OR ALARM(\"slow\")
      AlarmActions: [!Ref Topic]
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Sub /aws/lambda/${Orders}
      FilterPattern: ERROR
      MetricTransformations:
        - {MetricNamespace: Shop, MetricName: Failures, MetricValue: '1', DefaultValue: 0}
  Topic: {Type: AWS::SNS::Topic}
";

#[test]
fn alarms_are_read_whole() {
    let reading = read_one(ALARMS);
    let project = &reading.projects[0];
    let named = |id: &str| -> &Alarm { project.alarms.iter().find(|a| a.logical_id == id).unwrap() };
    let rate = named("Rate");
    let Watches::Queries(queries, threshold) = &rate.watches else { panic!("queries") };
    let asks = |i: usize| match &queries[i].asks {
        Asks::Expression(expression) => at(&reading, expression),
        Asks::Metric(metric) => {
            let dimensions = metric.dimensions.optional().unwrap().0.unwrap();
            format!("{} {}", at(&reading, &metric.statistic), at(&reading, &dimensions[0].value))
        }
    };
    assert_eq!(asks(0), "\"errors / calls\" at 11");
    assert_eq!(asks(1), "\"Sum\" at 20 \"${Orders}\" at 18");
    assert_eq!(at(&reading, &queries[1].return_data), "false at 13");
    assert_eq!(at(&reading, &threshold.threshold), "?parameter Limit at 22");
    assert_eq!(at(&reading, &threshold.datapoints_to_alarm), "2 at 24");
    assert_eq!(at(&reading, &threshold.treat_missing_data), "\"notBreaching\" at 25");
    assert_eq!(at(&reading, &rate.actions_enabled), "false at 26");
    assert_eq!(at(&reading, &rate.alarm_actions), "[\"${Topic}\"] at 27");
    assert!(rate.referred_to);
    let slow = named("Slow");
    let Watches::Metric(metric, threshold) = &slow.watches else { panic!("one metric") };
    assert_eq!(at(&reading, &metric.statistic), "\"p99\" at 36");
    assert_eq!(at(&reading, &threshold.threshold), "1.5 at 39");
    assert_eq!(at(&reading, &threshold.treat_missing_data), "- at 28");
    assert_eq!(at(&reading, &slow.alarm_actions), "- at 28");
    assert!(!slow.referred_to);
    let Watches::Alarms(rule) = &named("Both").watches else { panic!("a rule") };
    assert_eq!(at(&reading, rule), "\"ALARM(\\\"${Rate}\\\") OR ALARM(\\\"slow\\\")\" at 44");
    let filter = &project.metric_filters[0];
    assert_eq!(at(&reading, &filter.log_group), "\"/aws/lambda/${Orders}\" at 49");
    assert_eq!(at(&reading, &filter.transformations[0].default_value), "0.0 at 52");
    assert_eq!(shown(&project.functions[0].name), "stack-orders");
    assert!(!project.account_role && !project.more_elsewhere);
}

#[test]
fn a_condition_on_an_action_makes_two_worlds() {
    let reading = read_one(&format!(
        "Conditions: {{Paged: !Equals [!Ref Limit, 1]}}\n{}",
        ALARMS.replace("['', !Ref Topic]", "!If [Paged, [!Ref Topic], !Ref AWS::NoValue]")
    ));
    let actions = reading.projects.iter().map(|project| {
        let rate = project.alarms.iter().find(|a| a.logical_id == "Rate").unwrap();
        (project.world.assumed.clone(), rate.alarm_actions.optional().unwrap().0.map(Vec::len))
    });
    let mut actions: Vec<_> = actions.collect();
    actions.sort();
    let paged = |holds| vec![("Paged".to_string(), holds)];
    assert_eq!(actions, [(paged(false), None), (paged(true), Some(1))]);
}
