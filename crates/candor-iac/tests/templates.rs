//! Templates as people write them, and the APIs that they come to.

#![allow(clippy::unwrap_used)]

#[path = "templates/asking.rs"]
mod asking;
#[path = "templates/balancing.rs"]
mod balancing;
#[path = "templates/several.rs"]
mod several;
#[path = "templates/watching.rs"]
mod watching;

use candor_gateway::api::{Api, Target, TransferMode};
use candor_gateway::setting::Setting;
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading, read};

fn options(parameters: &[(&str, &str)]) -> Options {
    let parameters = parameters.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
    Options { parameters, max_file: 1 << 20, limits: Default::default() }
}

fn read_files(files: &[(&str, &str)], parameters: &[(&str, &str)]) -> Reading {
    let memory = MemoryFiles::new(files.iter().map(|(path, text)| (*path, *text)));
    read(&memory, &[".".to_string()], &options(parameters))
}

fn read_one(text: &str) -> Reading {
    read_files(&[("template.yaml", text)], &[])
}

fn shown<T: std::fmt::Display>(setting: &Setting<T>) -> String {
    match setting.optional() {
        Ok((Some(value), _)) => value.to_string(),
        Ok((None, _)) => "-".to_string(),
        Err(undecided) => format!("?{}", undecided.needs),
    }
}

fn target(setting: &Setting<Target>) -> String {
    match setting.optional() {
        Ok((Some(Target::Function(f)), _)) => {
            let known = if f.logical_id.is_some() { "" } else { "outside " };
            let alias = f.qualifier.as_ref().map_or_else(String::new, |q| format!(":{q}"));
            format!("{known}{}{alias}", f.name)
        }
        Ok((Some(Target::Service { service, action }), _)) => format!("{service} {action}"),
        Ok((Some(Target::Url(url)), _)) => url.clone(),
        Ok((Some(Target::Nothing), _)) => "nothing".to_string(),
        Ok((None, _)) => "-".to_string(),
        Err(undecided) => format!("?{}", undecided.needs),
    }
}

/// One line per route: API, stage, kind, route, type, target, payload format.
fn routes(reading: &Reading) -> Vec<String> {
    let of = |api: &Api| {
        let head = format!("{} {} {}", api.name, shown(&api.stage.name), api.kind.slug());
        let lines: Vec<String> = api
            .routes
            .iter()
            .map(|route| {
                let i = &route.integration;
                let kind = match i.integration_type.optional() {
                    Ok((Some(t), _)) => t.slug().to_string(),
                    Ok((None, _)) => "-".to_string(),
                    Err(u) => format!("?{}", u.needs),
                };
                format!("{head} | {} | {kind} {}", route.key, target(&i.target))
            })
            .collect();
        if lines.is_empty() { vec![head] } else { lines }
    };
    reading.projects.iter().flat_map(|p| p.apis.iter().flat_map(of)).collect()
}

const FUNCTION: &str = "
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Runtime: python3.12, Handler: app.handler, CodeUri: src/ }
";

#[test]
fn events_make_the_implicit_apis() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Timeout: 7 }
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src/
      Events:
        List: { Type: Api, Properties: { Path: /orders, Method: get } }
        Any: { Type: HttpApi }
        Put: { Type: HttpApi, Properties: { Path: '/orders/{id}', Method: PUT } }
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "ServerlessRestApi Prod rest | GET /orders | aws-proxy Orders",
            "ServerlessHttpApi $default http | $default | aws-proxy Orders",
            "ServerlessHttpApi $default http | PUT /orders/{id} | aws-proxy Orders",
        ]
    );
    let project = &reading.projects[0];
    assert_eq!(project.permissions.len(), 3);
    assert_eq!(project.functions[0].timeout.optional().unwrap().0.unwrap().as_secs(), 7);
}

#[test]
fn a_state_machine_is_started_as_sam_writes_it() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Ship:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: ship.asl.json
      Events:
        Post: { Type: Api, Properties: { Path: /ship, Method: post, UnescapeMappingTemplate: true } }
",
    );
    assert_eq!(routes(&reading), ["ServerlessRestApi Prod rest | POST /ship | aws states StartExecution"]);
    let integration = &reading.projects[0].apis[0].routes[0].integration;
    let responses = integration.responses.optional().unwrap().0.unwrap();
    let statuses = responses.iter().map(|response| shown(&response.status));
    assert_eq!(statuses.collect::<Vec<_>>(), ["200", "400"]);
    let template = integration.request_templates[0].template.optional().unwrap().0.unwrap();
    let written = r#"{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "${Ship}"}"#;
    assert_eq!(template.text.as_str(), written);
    assert!(template.parsed.is_ok());
}

#[test]
fn a_definition_body_wins_over_events() {
    let text = format!(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: shop
      StageName: live
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders:
            get:
              x-amazon-apigateway-integration:
                type: AWS
                httpMethod: POST
                uri: !Sub 'arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Orders.Arn}}:live/invocations'
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: ANY
                uri: https://example.com
            parameters: []
{FUNCTION}      Events:
        List: {{ Type: Api, Properties: {{ Path: /more, Method: get, RestApiId: !Ref Api }} }}
"
    );
    let text = text.replace(
        "    Properties: { Runtime: python3.12, Handler: app.handler, CodeUri: src/ }\n",
        "    Properties:\n      Runtime: python3.12\n",
    );
    assert_eq!(
        routes(&read_one(&text)),
        [
            "shop live rest | GET /orders | aws Orders:live",
            "shop live rest | ANY /orders | http-proxy https://example.com",
        ]
    );
}

#[test]
fn an_event_adds_no_route_to_an_api_that_sam_does_not_make() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Rest: { Type: AWS::ApiGateway::RestApi, Properties: { Name: rest } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Rest
      ResourceId: !GetAtt Rest.RootResourceId
      HttpMethod: GET
      Integration: { Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !GetAtt F.Arn }
  Defined:
    Type: AWS::Serverless::Api
    Properties: { Name: defined, StageName: live, DefinitionBody: { openapi: 3.0.1, paths: {} } }
  Made: { Type: AWS::Serverless::Api, Properties: { Name: made, StageName: live } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: get, RestApiId: !Ref Rest } }
        More: { Type: Api, Properties: { Path: /more, Method: get, RestApiId: Defined } }
        Bare: { Type: Api, Properties: { Path: /bare, Method: get, RestApiId: Made } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "rest ?the stage of Rest, known after deployment rest | GET / | aws-proxy F",
            "defined live rest",
            "made live rest | GET /bare | aws-proxy F",
        ]
    );
    assert_eq!(reading.projects[0].permissions.len(), 3);
}

#[test]
fn events_fill_in_what_a_definition_leaves_out() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /bare: { get: {} }
          /own: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'https://example.com' } } }
          /$default: { x-amazon-apigateway-any-method: { isDefaultRoute: true } }
  Merged:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      MergeDefinitions: true
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /bare: { get: { responses: { '200': {} } } }
          /own: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'https://example.com' } } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Bare: { Type: HttpApi, Properties: { Path: /bare, Method: get, ApiId: !Ref Web } }
        Own: { Type: HttpApi, Properties: { Path: /own, Method: get, ApiId: !Ref Web } }
        Rest: { Type: HttpApi, Properties: { Path: /$default, Method: any, ApiId: !Ref Web } }
        More: { Type: HttpApi, Properties: { Path: /more, Method: get, ApiId: !Ref Web } }
        Merged: { Type: Api, Properties: { Path: /bare, Method: get, RestApiId: !Ref Merged } }
        Over: { Type: Api, Properties: { Path: /own, Method: get, RestApiId: !Ref Merged } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "Web $default http | GET /bare | aws-proxy F",
            "Web $default http | GET /own | http-proxy https://example.com",
            "Web $default http | $default | aws-proxy F",
            "Web $default http | GET /more | aws-proxy F",
            "Merged live rest | GET /bare | aws-proxy F",
            "Merged live rest | GET /own | aws-proxy F",
        ]
    );
    let merged = &reading.projects[0].apis[1].routes[0];
    assert_eq!(merged.method_responses.optional().unwrap().0.unwrap().len(), 1);
}

/// Each route with its authorizer, of what type that is, the function behind it, and what it knows a client by.
fn asked_by(reading: &Reading) -> Vec<String> {
    let routes = reading.projects[0].apis.iter().flat_map(|api| &api.routes);
    routes
        .map(|route| match route.request.authorizer.optional().unwrap().0 {
            Some(authorizer) => {
                let sources = authorizer.identity.optional().unwrap().0.into_iter().flatten();
                let function = authorizer.function.as_ref().map_or("-", |f| f.name.as_str());
                format!(
                    "{} {} {:?} {function}: {}",
                    route.key,
                    authorizer.name,
                    authorizer.authorizer_type,
                    sources.map(|s| s.name()).collect::<Vec<_>>().join(" ")
                )
            }
            None => format!("{} open", route.key),
        })
        .collect()
}

#[test]
fn sams_authorizers_stand_before_its_events() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  HttpApi: { Auth: { Authorizers: { Any: { FunctionArn: !GetAtt F.Arn, AuthorizerPayloadFormatVersion: '2.0' } }, DefaultAuthorizer: Any } }
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token: { FunctionArn: !GetAtt F.Arn }
          Asked: { FunctionArn: !GetAtt F.Arn, FunctionPayloadType: REQUEST, Identity: { Headers: [X-Who], QueryStrings: [who] } }
          Pool: { UserPoolArn: arn:aws:cognito-idp:us-east-1:123456789012:userpool/x }
          Anew: { FunctionArn: !GetAtt F.Arn, FunctionPayloadType: REQUEST, Identity: { Headers: [X-Who], ReauthorizeEvery: 0 } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /a, Method: get } }
        B: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /b, Method: get, Auth: { Authorizer: Asked } } }
        C: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /c, Method: get, Auth: { Authorizer: NONE } } }
        D: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /d, Method: get, Auth: { Authorizer: Anew } } }
        E: { Type: HttpApi, Properties: { Path: /e, Method: get } }
        F: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /f, Method: get, Auth: { Authorizer: AWS_IAM } } }
        G: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /g, Method: get, Auth: { Authorizer: Pool } } }
      FunctionUrlConfig: { AuthType: AWS_IAM }
",
    );
    let asked = [
        "GET /a Token Function F: Authorization",
        "GET /b Asked Function F: X-Who who",
        "GET /c open",
        "GET /d Anew Function F: ",
        "GET /f AWS_IAM Iam -: Authorization",
        "GET /g Pool UserPool -: Authorization",
        "GET /e Any Function F: ",
        "$default AWS_IAM Iam -: Authorization",
    ];
    assert_eq!(asked_by(&reading), asked);
}

#[test]
fn methods_and_routes_have_the_authorizers_that_they_refer_to() {
    let reading = read_one(
        "
Resources:
  Rest: { Type: AWS::ApiGateway::RestApi, Properties: { Name: rest } }
  Guard:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Rest
      Type: TOKEN
      IdentitySource: method.request.header.X-Token
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
  F: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler } }
  Guarded:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Rest, ResourceId: !GetAtt Rest.RootResourceId, HttpMethod: GET, AuthorizerId: !Ref Guard }
  Open:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Rest, ResourceId: !GetAtt Rest.RootResourceId, HttpMethod: PUT }
  Signed:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Rest, ResourceId: !GetAtt Rest.RootResourceId, HttpMethod: POST, AuthorizationType: AWS_IAM }
  Http: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: http, ProtocolType: HTTP } }
  Jwt:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties: { ApiId: !Ref Http, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization, $request.querystring.t] }
  I: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Http, IntegrationType: HTTP_PROXY, IntegrationUri: https://b.example } }
  R:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Http, RouteKey: GET /o, Target: !Sub 'integrations/${I}', AuthorizerId: !Ref Jwt }
",
    );
    assert_eq!(
        asked_by(&reading),
        [
            "GET / Guard Function F: X-Token",
            "PUT / open",
            "POST / AWS_IAM Iam -: Authorization",
            "GET /o Jwt Jwt -: Authorization t",
        ]
    );
}

#[test]
fn answers_are_streamed_where_the_template_says_so() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }
      Events:
        Get: { Type: Api, Properties: { Path: /o, Method: get, ResponseTransferMode: RESPONSE_STREAM } }
        Put: { Type: Api, Properties: { Path: /o, Method: put } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref F, InvokeMode: BUFFERED } }
",
    );
    let modes: Vec<Option<TransferMode>> = reading.projects[0]
        .apis
        .iter()
        .flat_map(|api| &api.routes)
        .map(|route| route.integration.transfer_mode.optional().unwrap().0.copied())
        .collect();
    assert_eq!(
        modes,
        [Some(TransferMode::Streamed), None, Some(TransferMode::Streamed), Some(TransferMode::Buffered)]
    );
}

#[test]
fn resources_and_methods_make_paths() {
    let reading = read_one(
        "
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
  OrdersResource:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders }
  OrderResource:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !Ref OrdersResource, PathPart: '{id}' }
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref OrderResource
      HttpMethod: GET
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Join ['', ['arn:aws:apigateway:', !Ref 'AWS::Region', ':lambda:path/2015-03-31/functions/', !GetAtt F.Arn, /invocations]]
  Put:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !ImportValue SharedApi
      ResourceId: !ImportValue SharedResource
      HttpMethod: PUT
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders
  F: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler } }
  Live: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live } }
  Test: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api, StageName: test } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "orders live rest | GET /orders/{id} | aws-proxy F",
            "orders test rest | GET /orders/{id} | aws-proxy F",
            "${SharedApi} ?the stage of ${SharedApi}, known after deployment rest | PUT /${SharedResource} | aws sqs path/123456789012/orders",
        ]
    );
}

#[test]
fn functions_within_functions() {
    let reading = read_one(
        "
Mappings: { Stages: { live: { Name: !FindInMap [Stages, live, Name] } } }
Resources:
  Put:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !ImportValue
        Fn::Sub: shared-${AWS::Region}
      ResourceId:
        Fn::ImportValue: !Sub 'orders-${AWS::Region}'
      HttpMethod: PUT
      Integration: { Type: MOCK, TimeoutInMillis: !FindInMap [Stages, live, Name] }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "${shared-us-east-1} ?the stage of ${shared-us-east-1}, known after deployment rest | PUT /${orders-us-east-1} | mock nothing"
        ]
    );
}

#[test]
fn http_apis_and_function_urls() {
    let reading = read_one(
        "
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: web, ProtocolType: HTTP } }
  Chat: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET } }
  Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Chat, RouteKey: $connect } }
  Get: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /x, Target: !Sub 'integrations/${I}' } }
  I:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Ref Live, PayloadFormatVersion: '2.0' }
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref F, Name: live } }
  F: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: NONE } }
  Quick:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: quick, ProtocolType: HTTP, Target: !GetAtt F.Arn }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "web $default http | GET /x | aws-proxy F:live",
            "quick $default http | $default | aws-proxy F",
            "Url $default function-url | $default | aws-proxy F",
        ]
    );
}

#[test]
fn conditions_split_the_project_into_worlds() {
    let text = "
Parameters:
  Stage: { Type: String }
  Size: { Type: String, Default: big }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Equals [!Ref Stage, dev]
  IsBig: !Equals [!Ref Size, big]
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Timeout: !If [IsProd, 5, !If [IsDev, 6, 7]]
      Handler: !If [IsBig, big.handler, small.handler]
";
    let timeouts = |parameters: &[(&str, &str)]| -> Vec<(String, u64)> {
        let reading = read_files(&[("template.yaml", text)], parameters);
        let of = |p: &candor_iac::project::Project| {
            let assumed: Vec<String> = p.world.assumed.iter().map(|(n, v)| format!("{n}={v}")).collect();
            (assumed.join(" "), p.functions[0].timeout.optional().unwrap().0.unwrap().as_secs())
        };
        reading.projects.iter().map(of).collect()
    };
    assert_eq!(
        timeouts(&[]),
        [
            ("IsProd=true".to_string(), 5),
            ("IsProd=false IsDev=true".to_string(), 6),
            ("IsProd=false IsDev=false".to_string(), 7)
        ]
    );
    assert_eq!(timeouts(&[("Stage", "dev")]), [(String::new(), 6)]);
}

#[test]
fn too_many_worlds_are_one_and_say_so() {
    let mut text = "Parameters:\n".to_string();
    for i in 0..6 {
        text.push_str(&format!("  P{i}: {{ Type: String }}\n"));
    }
    text.push_str("Conditions:\n");
    for i in 0..6 {
        text.push_str(&format!("  C{i}: !Equals [!Ref P{i}, x]\n"));
    }
    text.push_str("Resources:\n");
    for i in 0..6 {
        text.push_str(&format!("  F{i}:\n    Type: AWS::Lambda::Function\n    Condition: C{i}\n"));
    }
    let reading = read_one(&text);
    assert_eq!(reading.projects.len(), 1);
    assert!(reading.undecided.iter().any(|u| u.needs.to_string().contains("--parameter")));
}

#[test]
fn what_nothing_decides_stays_unknown() {
    let reading = read_one(
        "
Parameters:
  Code: { Type: String }
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: !Sub '${AWS::StackName}-orders' } }
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      MethodResponses: [{ StatusCode: !Ref Code }]
      Integration:
        Type: AWS
        Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations'
        IntegrationResponses:
          - StatusCode: !Ref Code
            SelectionPattern: '{{resolve:ssm:pattern}}'
",
    );
    let route = &reading.projects[0].apis[0].routes[0];
    let responses = route.integration.responses.optional().unwrap().0.unwrap();
    assert_eq!(shown(&responses[0].status), "?parameter Code");
    assert!(responses[0].selection_pattern.optional().is_err());
    assert_eq!(reading.projects[0].apis[0].name, "stack-orders");
    assert_eq!(target(&route.integration.target), "outside ${FunctionArn}");
}

#[test]
fn included_documents_are_read_once_and_in_place() {
    let template = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody: { 'Fn::Transform': { Name: AWS::Include, Parameters: { Location: ./api/openapi.yaml } } }
";
    let document = "
openapi: 3.0.1
info: { title: orders, version: '1' }
paths:
  /orders:
    get:
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations' }
";
    let template = format!("{template}{FUNCTION}");
    let files = [("shop/template.yaml", template.as_str()), ("shop/api/openapi.yaml", document)];
    let reading = read_files(&files, &[]);
    assert_eq!(routes(&reading), ["Api prod rest | GET /orders | aws-proxy Orders"]);
    let place = reading.sources.path(reading.projects[0].apis[0].routes[0].span.file).to_string();
    assert_eq!(place, "shop/api/openapi.yaml");
    let alone = read_files(&files[..1], &[]);
    let [missing] = &alone.unreadable[..] else { panic!("{:?}", alone.unreadable) };
    assert!(missing.path.contains("openapi.yaml"), "{missing:?}");
    let line = alone.sources.position(missing.span.unwrap()).line;
    assert_eq!(line, 8, "the line of the template that names it");
}

#[test]
fn a_document_alone_is_an_api() {
    let uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations";
    let text = format!(
        "{{\"swagger\": \"2.0\", \"info\": {{\"title\": \"orders\"}}, \"paths\": {{\"/o\": {{\"get\": {{
         \"x-amazon-apigateway-integration\": {{\"type\": \"aws_proxy\", \"uri\": \"{uri}\", \"payloadFormatVersion\": \"2.0\"}}}}}}}}}}"
    );
    let reading = read_files(&[("api.json", &text)], &[]);
    assert_eq!(routes(&reading), ["orders $default http | GET /o | aws-proxy outside orders"]);
}

#[test]
fn a_document_has_the_variables_of_its_import() {
    let text = r#"{"openapi": "3.0.1", "info": {"title": "orders"}, "paths": {"/o": {
        "get": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST",
            "uri": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orders/invocations"}},
        "post": {"x-amazon-apigateway-integration": {"type": "aws", "httpMethod": "POST", "uri": "arn:aws:apigateway:${AWS::Region}:states:action/StartSyncExecution",
            "requestTemplates": {"application/json": "{\"stateMachineArn\": \"arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:orders\", \"name\": \"${AWS::StackName}\"}"}}}}}}"#;
    let reading = read_files(&[("api.json", text)], &[]);
    let routes = routes(&reading);
    let targets: Vec<&str> = routes.iter().filter_map(|route| Some(route.split_once(" | ")?.1)).collect();
    assert_eq!(targets, ["GET /o | aws-proxy outside orders", "POST /o | aws states StartSyncExecution"]);
    let templates = &reading.projects[0].apis[0].routes[1].integration.request_templates;
    let template = templates[0].template.optional().unwrap().0.unwrap();
    // The stack's name is none of the variables: what CloudFormation alone knows stays as it is written.
    assert_eq!(
        template.text.as_str(),
        r#"{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders", "name": "${AWS::StackName}"}"#
    );
}

#[test]
fn every_response_knows_its_line() {
    let text = "
openapi: 3.0.1
paths:
  /o:
    get:
      x-amazon-apigateway-integration:
        type: aws
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations
        responses:
          default:
            statusCode: 200
            responseTemplates:
              application/json: |
                #set($x = 1)
                {\"ok\": true}
          '.*Bad.*': { statusCode: '400' }
";
    let reading = read_one(text);
    let responses =
        reading.projects[0].apis[0].routes[0].integration.responses.optional().unwrap().0.unwrap();
    let line = |span| reading.sources.position(span).line;
    assert_eq!(line(responses[0].span), 10);
    assert_eq!(line(responses[0].status.span()), 11);
    let (template, _) = responses[0].templates[0].template.optional().unwrap();
    let text = &template.unwrap().text;
    let at = text.as_str().find("{\"ok\"").unwrap() as u32;
    assert_eq!(line(text.at(at..at + 1)), 15);
    assert_eq!(line(responses[1].selection_pattern.span()), 16);
}

#[test]
fn cors_of_a_rest_api_makes_preflights() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Globals: { Api: { Cors: \"'*'\" } }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: { Type: Api, Properties: { Path: /o, Method: get } }
        Put: { Type: Api, Properties: { Path: /o, Method: put } }
        Own: { Type: Api, Properties: { Path: /own, Method: options } }
        Any: { Type: Api, Properties: { Path: /any, Method: any } }
",
    );
    assert_eq!(
        routes(&reading),
        [
            "ServerlessRestApi Prod rest | GET /o | aws-proxy F",
            "ServerlessRestApi Prod rest | PUT /o | aws-proxy F",
            "ServerlessRestApi Prod rest | OPTIONS /own | aws-proxy F",
            "ServerlessRestApi Prod rest | ANY /any | aws-proxy F",
            "ServerlessRestApi Prod rest | OPTIONS /any | mock nothing",
            "ServerlessRestApi Prod rest | OPTIONS /o | mock nothing",
        ]
    );
}

#[test]
fn binary_types_and_code_from_elsewhere_are_known() {
    let reading = read_one(
        "Transform: AWS::Serverless-2016-10-31
Globals: { Api: { BinaryMediaTypes: [image~1png] } }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: { Events: { Get: { Type: Api, Properties: { Path: /o, Method: get } } }, Layers: [!Ref Own] }
  G: { Type: AWS::Serverless::Function, Properties: { Layers: [arn:aws:lambda:us-east-1:1:layer:x:1] } }
  H: { Type: AWS::Serverless::Function, Metadata: { BuildMethod: makefile }, Properties: { CodeUri: h } }
  Own: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: own } }
",
    );
    let project = &reading.projects[0];
    let (types, _) = project.apis[0].binary_media_types.optional().unwrap();
    assert_eq!(types.unwrap(), &["image/png"]);
    let more: Vec<(&str, bool)> =
        project.functions.iter().map(|f| (f.logical_id.as_str(), f.more_code)).collect();
    assert_eq!(more, [("F", false), ("G", true), ("H", true)]);
}

#[test]
fn a_folder_is_searched_and_other_formats_are_named() {
    let reading = read_files(
        &[
            ("a/template.yaml", "Resources: { F: { Type: AWS::Lambda::Function } }"),
            ("a/node_modules/x/template.yaml", "Resources: { G: { Type: AWS::Lambda::Function } }"),
            ("b/serverless.yml", "service: x"),
            ("b/main.tf", ""),
            ("b/values.json", "{\"a\": 1}"),
            ("b/broken.yaml", "Resources:\n  F: { Type: AWS::Lambda::Function\n"),
        ],
        &[("Nobody", "x")],
    );
    assert_eq!((reading.files, reading.projects.len(), reading.skipped.len()), (1, 1, 2));
    assert_eq!(reading.unreadable.len(), 1);
    assert_eq!(reading.unreadable[0].path, "b/broken.yaml");
    assert!(reading.unreadable[0].span.is_some());
    assert_eq!(reading.unknown_parameters, ["Nobody"]);
}
