//! What is played against routes that an authorizer guards.

use candor_check::{Handlers, Player};
use candor_gateway::drill::Drill;
use candor_gateway::request::Ambient;

/// A guarded function and, for browsers, a mock that SAM guards as well.
const GUARDED: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Cors: \"'*'\"
      Auth:
        DefaultAuthorizer: Token
        Authorizers: { Token: { FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:guard } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: src
      Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /orders, Method: get } } }
";

/// What is played against each route: slugs of authorizers' cases with the client's status, and how many others.
fn played(template: &str) -> Vec<String> {
    let (reading, _) = super::check(template);
    let (handlers, ambient) = (Handlers::default(), Ambient::example());
    let project = &reading.projects[0];
    let mut player = Player::new(&reading, &handlers, project);
    let api = &project.apis[0];
    let drill = Drill::new(api, &ambient);
    let of = |route| {
        let all = player.play(&drill, route).unwrap();
        let (own, others): (Vec<_>, Vec<_>) =
            all.iter().partition(|p| p.case.slug.starts_with("authorizer-"));
        let own = own.iter().map(|p| {
            let status = p.exchange.as_ref().unwrap().response.status.value;
            format!("{} {status}", p.case.slug.trim_start_matches("authorizer-"))
        });
        format!("{}: {}; {} others", route.key, own.collect::<Vec<_>>().join(", "), others.len())
    };
    api.routes.iter().map(of).collect()
}

#[test]
fn an_authorizer_is_played_before_functions_and_before_mocks() {
    let refusals = "unidentified 401, unauthorized 401, denies 403, ignores 403, fails 500, malformed 500";
    assert_eq!(
        played(GUARDED),
        [format!("GET /orders: {refusals}; 9 others"), format!("OPTIONS /orders: {refusals}; 0 others")]
    );
    let spared = GUARDED.replace(
        "DefaultAuthorizer",
        "AddDefaultAuthorizerToCorsPreflight: false\n        DefaultAuthorizer",
    );
    assert_eq!(played(&spared)[1], "OPTIONS /orders: ; 0 others");
}
