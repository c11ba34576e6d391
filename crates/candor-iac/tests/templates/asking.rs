//! What methods ask of a request, in the spellings of CloudFormation, SAM and OpenAPI.

use candor_contract::json::Json;
use candor_gateway::api::{ApiKeySource, Route, Validator};
use candor_gateway::setting::Setting;
use candor_iac::Reading;

use super::{read_files, read_one, shown};

/// One line per route: key, validator, parameters, models.
fn asked(reading: &Reading) -> Vec<String> {
    let routes = reading.projects[0].apis.iter().flat_map(|api| &api.routes);
    let mut lines: Vec<String> = routes.map(line).collect();
    lines.sort();
    lines
}

fn line(route: &Route) -> String {
    let request = &route.request;
    let validator = match request.validator.optional() {
        Ok((Some(Validator { body, parameters }), _)) => {
            format!("body {} parameters {}", shown(body), shown(parameters))
        }
        Ok((None, _)) => "-".to_string(),
        Err(undecided) => format!("?{}", undecided.needs),
    };
    let mut parameters: Vec<String> = Vec::new();
    if let Ok((Some(listed), _)) = request.parameters.optional() {
        parameters.extend(listed.iter().map(|p| format!("{:?} {} {}", p.place, p.name, shown(&p.required))));
    }
    let mut models: Vec<String> = Vec::new();
    if let Ok((Some(listed), _)) = request.models.optional() {
        models.extend(listed.iter().map(|m| format!("{} {}", m.content_type, schema(&m.schema))));
    }
    format!(
        "{} key {} | {validator} | {} | {}",
        route.key,
        shown(&request.api_key_required),
        parameters.join(", "),
        models.join(", ")
    )
}

fn schema(schema: &Setting<Json>) -> String {
    match schema.optional() {
        Ok((Some(json), _)) => json.write(),
        Ok((None, _)) => "-".to_string(),
        Err(undecided) => format!("?{}", undecided.needs),
    }
}

fn models(reading: &Reading) -> Vec<String> {
    let models = reading.projects[0].apis.iter().flat_map(|api| &api.models);
    models.map(|m| format!("{} {}", m.names.join(" "), schema(&m.schema))).collect()
}

#[test]
fn cloudformation_names_validators_and_models_by_resource() {
    let reading = read_one(
        "
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop, ApiKeySourceType: AUTHORIZER } }
  Line:
    Type: AWS::ApiGateway::Model
    Properties: { RestApiId: !Ref Api, Name: Line, Schema: '{\"type\": \"integer\"}' }
  Order:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      Schema:
        properties:
          line: { $ref: !Sub 'https://apigateway.amazonaws.com/restapis/${Api}/models/${Line}' }
          size: { minimum: 1, enum: [1, '1', true, null] }
  Check:
    Type: AWS::ApiGateway::RequestValidator
    Properties: { RestApiId: !Ref Api, ValidateRequestBody: true, ValidateRequestParameters: 'false' }
  One:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      ApiKeyRequired: true
      RequestValidatorId: !Ref Check
      RequestParameters: { method.request.header.X-A: true, method.request.querystring.q: false }
      RequestModels: { application/json: !Ref Order, text/x: Line }
      Integration: { Type: MOCK }
  Two:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: PUT
      RequestValidatorId: a1b2c3
      Integration: { Type: MOCK }
",
    );
    assert_eq!(
        asked(&reading),
        [
            "POST / key true | body true parameters false | Header X-A true, QueryString q false | application/json {\"$ref\":\"#/definitions/${Order}\"}, text/x {\"$ref\":\"#/definitions/Line\"}",
            "PUT / key - | ?a request validator outside the template, known after deployment |  | ",
        ]
    );
    assert_eq!(
        models(&reading),
        [
            "Line ${Line} {\"type\":\"integer\"}",
            "${Order} {\"properties\":{\"line\":{\"$ref\":\"https://apigateway.amazonaws.com/restapis/${Api}/models/${Line}\"},\"size\":{\"minimum\":1,\"enum\":[1,\"1\",true,null]}}}",
        ]
    );
    let source = &reading.projects[0].apis[0].api_key_source;
    assert_eq!(source.or(&ApiKeySource::Header).unwrap().0, &ApiKeySource::Authorizer);
}

#[test]
fn sam_makes_a_validator_only_where_it_is_told_to() {
    let reading = read_one(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: { ApiKeyRequired: true, AddApiKeyRequiredToCorsPreflight: false }
      Cors: \"'*'\"
      Models:
        Order: { type: object, required: [id] }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A:
          Type: Api
          Properties:
            Path: /a
            Method: post
            RestApiId: !Ref Api
            Auth: { ApiKeyRequired: false }
            RequestModel: { Model: Order, Required: true, ValidateBody: true }
            RequestParameters:
              - method.request.querystring.may
              - method.request.header.X-A: { Required: true }
        B:
          Type: Api
          Properties: { Path: /b, Method: post, RestApiId: !Ref Api, RequestModel: { Model: Order } }
",
    );
    assert_eq!(
        asked(&reading),
        [
            "OPTIONS /a key - | - |  | ",
            "OPTIONS /b key - | - |  | ",
            "POST /a key false | body true parameters - | QueryString may -, Header X-A true | application/json {\"$ref\":\"#/definitions/Order\"}",
            "POST /b key true | - |  | application/json {\"$ref\":\"#/definitions/Order\"}",
        ]
    );
    assert_eq!(models(&reading), ["Order order {\"type\":\"object\",\"required\":[\"id\"]}"]);
}

#[test]
fn openapi_shares_validators_parameters_and_bodies() {
    let reading = read_files(
        &[(
            "api.json",
            r##"{"openapi": "3.0.1",
"x-amazon-apigateway-request-validator": "params",
"x-amazon-apigateway-request-validators": {"params": {"validateRequestParameters": true}},
"components": {"schemas": {"A": {"minimum": 1, "enum": ["1"]}},
 "parameters": {"P": {"in": "query", "name": "p", "required": true}},
 "requestBodies": {"B": {"content": {"text/json": {"schema": {"type": "array"}}}}}},
"paths": {"/x": {
 "parameters": [{"in": "header", "name": "h"}, {"in": "query", "name": "p"}],
 "get": {"parameters": [{"$ref": "#/components/parameters/P"}], "x-amazon-apigateway-integration": {"type": "mock"}},
 "post": {"requestBody": {"$ref": "#/components/requestBodies/B"}, "x-amazon-apigateway-request-validator": "gone", "x-amazon-apigateway-integration": {"type": "mock"}}}}}"##,
        )],
        &[],
    );
    assert_eq!(
        asked(&reading),
        [
            "GET /x key - | body - parameters true | QueryString p true, Header h - | ",
            "POST /x key - | ?the request validator gone, which the document does not have | Header h -, QueryString p - | text/json {\"type\":\"array\"}",
        ]
    );
    assert_eq!(models(&reading), ["A {\"minimum\":1,\"enum\":[\"1\"]}"]);
}

#[test]
fn before_openapi_3_the_body_is_a_parameter() {
    let reading = read_files(
        &[(
            "api.yaml",
            "
swagger: '2.0'
securityDefinitions:
  k: { type: apiKey, name: x-api-key, in: header }
  t: { type: apiKey, name: x-api-key, in: header, x-amazon-apigateway-authtype: awsSigv4 }
definitions: { A: { type: object } }
security: [{ k: [] }]
paths:
  /x:
    post:
      consumes: [application/vnd.a+json]
      parameters: [{ in: body, name: A, schema: { $ref: '#/definitions/A' } }]
      security: [{ t: [] }, { k: [] }]
      x-amazon-apigateway-integration: { type: mock }
    put:
      security: [{ t: [] }]
      x-amazon-apigateway-integration: { type: mock }
    get:
      x-amazon-apigateway-integration: { type: mock }
",
        )],
        &[],
    );
    assert_eq!(
        asked(&reading),
        [
            "GET /x key - | - |  | ",
            "POST /x key true | - |  | application/vnd.a+json {\"$ref\":\"#/definitions/A\"}",
            "PUT /x key false | - |  | ",
        ]
    );
}
