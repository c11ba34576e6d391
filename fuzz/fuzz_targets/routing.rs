//! Any request finds a route or none, behind an API as behind a listener.
#![no_main]

use std::cell::OnceCell;

use candor_gateway::api::Api;
use candor_gateway::request::{Ambient, Request};
use candor_gateway::routing;
use candor_iac::files::MemoryFiles;
use candor_iac::source::Sources;
use libfuzzer_sys::fuzz_target;

const API: &str = r#"{"openapi": "3.0.1", "paths": {"/": {"get": {}}, "/orders/{id}": {"get": {}, "put": {}}, "/orders/new": {"get": {}},
    "/files/{path+}": {"x-amazon-apigateway-any-method": {}}, "/files/{path}/meta": {"get": {}}}}"#;

const LISTENER: &str = r#"{"Resources": {
    "F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.12", "Handler": "a.b", "Code": {"S3Bucket": "b", "S3Key": "k"}}},
    "G": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"TargetType": "lambda", "Targets": [{"Id": {"Fn::GetAtt": "F.Arn"}}]}},
    "L": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {"LoadBalancerArn": "a", "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "G"}}]}},
    "R": {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {"ListenerArn": {"Ref": "L"}, "Priority": 1,
        "Conditions": [{"Field": "path-pattern", "Values": ["/a*b?c*", "*.php"]}, {"Field": "host-header", "Values": ["*.example.com"]},
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v*", "Value": "?"}, {"Value": "*x"}]}},
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["*a*a*a*"]}}],
        "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": "G"}}]}}}}"#;

thread_local! {
    static READ: OnceCell<Api> = const { OnceCell::new() };
    static BALANCED: OnceCell<Api> = const { OnceCell::new() };
}

fuzz_target!(|given: (&str, &str, &str)| {
    let (method, path, more) = given;
    READ.with(|read| {
        let api = read.get_or_init(|| {
            let options = options();
            let api = candor_iac::read_openapi(
                &mut Sources::default(),
                "api.json",
                API.to_string(),
                "live",
                &[],
                &options,
            );
            api.expect("the API of this target is one").0
        });
        let _ = routing::find(api, method, path);
    });
    BALANCED.with(|read| {
        let api = read.get_or_init(|| {
            let files = MemoryFiles::new([("template.json", LISTENER)]);
            let mut reading = candor_iac::read(&files, &["template.json".to_string()], &options());
            reading.projects.remove(0).apis.remove(0)
        });
        let request = Request {
            method: method.to_string(),
            path: path.to_string(),
            query: vec![(more.to_string(), path.to_string())],
            headers: vec![("Host".to_string(), more.to_string())],
            body: Vec::new(),
        };
        let _ = routing::takes(api, &request, &Ambient::example());
    });
});

/// Bounds as small as inputs are.
fn options() -> candor_iac::Options {
    candor_iac::Options {
        parameters: Vec::new(),
        max_file: 1 << 20,
        limits: candor_iac::syntax::Limits::default(),
    }
}
