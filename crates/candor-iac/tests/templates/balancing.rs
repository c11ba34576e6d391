//! Load balancers: which listeners become APIs, and which routes their rules become.

use super::*;
use candor_gateway::listener::{Action, Field};

const FUNCTION: &str = "
  Orders: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.12, Handler: app.handler, Code: { S3Bucket: b, S3Key: k } } }
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Orders, FunctionVersion: '1', Name: live } }
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      TargetType: lambda
      Targets: [{ Id: !Ref Live }]
      HealthCheckEnabled: true
      Matcher: { HttpCode: 200-299 }
      TargetGroupAttributes:
        - { Key: lambda.multi_value_headers.enabled, Value: true }
  Web: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Port: 80, Protocol: HTTP, VpcId: vpc-1 } }
  Elsewhere: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { TargetType: lambda } }
";

fn read_with(resources: &str) -> Reading {
    read_one(&format!(
        "Parameters: {{ Outside: {{ Type: String }} }}\nResources:\n{}\n{resources}",
        FUNCTION.trim_end()
    ))
}

#[test]
fn a_listener_is_an_api_and_its_rules_are_routes() {
    let reading = read_with(
        "
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: 404 } }]
  Last:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !GetAtt Listener.ListenerArn
      Priority: 50
      Conditions: [{ Field: host-header, Values: [www.example.com] }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Web }]
  First:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: '7'
      Conditions:
        - { Field: path-pattern, PathPatternConfig: { Values: [/orders, /orders/*] } }
        - { Field: http-request-method, HttpRequestMethodConfig: { Values: [GET, PUT] } }
      Actions:
        - { Type: forward, Order: 2, ForwardConfig: { TargetGroups: [{ TargetGroupArn: !Ref Group }] } }
        - Type: authenticate-cognito
          Order: 1
          AuthenticateCognitoConfig: { UserPoolDomain: orders, UserPoolArn: a, UserPoolClientId: c }
  Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: [a, b] } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "Listener $default alb | GET /orders | aws-proxy Orders:live",
            "Listener $default alb | PUT /orders | aws-proxy Orders:live",
            "Listener $default alb | GET /orders/* | aws-proxy Orders:live",
            "Listener $default alb | PUT /orders/* | aws-proxy Orders:live",
            "Listener $default alb | ANY /* | http-proxy http://Web",
            "Listener $default alb | $default | mock nothing",
        ]
    );
    let api = &reading.projects[0].apis[0];
    let listener = api.listener.as_ref().unwrap();
    assert_eq!(shown(&listener.load_balancer), "${Balancer}");
    assert_eq!((shown(&listener.protocol), shown(&listener.port)), ("HTTPS".to_string(), "443".to_string()));
    let rule = api.routes[0].rule.as_ref().unwrap();
    assert_eq!(rule.priority.as_ref().map(shown), Some("7".to_string()));
    assert_eq!(
        rule.authenticate.as_ref().map(|a| shown(&a.endpoint)).unwrap(),
        "https://orders.auth.us-east-1.amazoncognito.com/oauth2/authorize"
    );
    let group = api.routes[0].target_group().unwrap();
    assert_eq!(
        [shown(&group.multi_value_headers), shown(&group.health_check_enabled), shown(&group.matcher)],
        ["true", "true", "200-299"]
    );
    let rule = api.routes[4].rule.as_ref().unwrap();
    assert_eq!(rule.conditions[0].field, Field::HostHeader);
    let Ok((Some(Action::FixedResponse { status, .. }), _)) =
        api.routes[5].rule.as_ref().unwrap().action.optional()
    else {
        panic!("no fixed response")
    };
    assert_eq!(shown(status), "404");
}

#[test]
fn a_listener_that_leads_to_no_function_is_left_out() {
    let reading = read_with(
        "
  Plain:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: a
      DefaultActions: [{ Type: redirect, RedirectConfig: { Protocol: HTTPS, StatusCode: HTTP_301 } }]
  Web80:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: { LoadBalancerArn: a, DefaultActions: [{ Type: forward, TargetGroupArn: !Ref Web }] }
",
    );
    assert_eq!(routes(&reading), Vec::<String>::new());
    assert_eq!(reading.undecided, []);
}

#[test]
fn what_only_deployment_knows_stays_unknown() {
    let reading = read_with(
        "
  Outer:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Outside
      Priority: 1
      Conditions: [{ Field: path-pattern, Values: [!Ref Outside] }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Group }]
  Other:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Outside
      Priority: 2
      Conditions: [{ Field: path-pattern, Values: [/a] }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Outside }]
  Third:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Outside
      Priority: 3
      Conditions: [{ Field: path-pattern, Values: [/b] }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Elsewhere }]
  Fourth:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Outside
      Priority: 4
      Conditions: [{ Field: path-pattern, Values: [/c] }]
      Actions: [{ Type: teleport }]
",
    );
    let head = "a listener outside the template $default alb";
    assert_eq!(
        routes(&reading),
        [
            format!("{head} | ANY /* | aws-proxy Orders:live"),
            format!("{head} | ANY /a | aws-proxy ?parameter Outside"),
            format!("{head} | ANY /b | aws-proxy ?a target group whose function is registered elsewhere"),
            format!("{head} | ANY /c | aws-proxy ?an action of this type"),
        ]
    );
}

#[test]
fn a_rule_of_very_many_paths_is_read_up_to_a_bound() {
    let paths: Vec<String> = (0..1_000).map(|n| format!("/p{n}")).collect();
    let reading = read_with(&format!(
        "
  Wide:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Outside
      Priority: 1
      Conditions: [{{ Field: path-pattern, Values: [{}] }}]
      Actions: [{{ Type: forward, TargetGroupArn: !Ref Group }}]
",
        paths.join(", ")
    ));
    assert_eq!(reading.projects[0].apis[0].routes.len(), 64);
    assert!(reading.undecided.iter().any(|u| u.needs.to_string().contains("more than 64 methods and paths")));
}
