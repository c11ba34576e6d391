//! What stands around an API: log groups, CloudFront, the account's role, other templates.

use candor_gateway::setting::Setting;

use crate::formats::exists;
use crate::formats::fields::status;
use crate::formats::functions::properties_of;
use crate::project::{CustomErrorResponse, Distribution, LogGroup};
use crate::template::Resource;
use crate::template::intrinsics::Scope;
use crate::value::{Name, Value};

/// The resources of one type that exist in this world.
pub(super) fn of_type<'s>(
    scope: &'s Scope<'_>,
    wanted: &'static str,
) -> impl Iterator<Item = &'s Resource<'s>> {
    scope.template.resources.iter().filter(move |r| r.resource_type == wanted && exists(scope, r))
}

/// Log groups.
pub(super) fn log_groups(scope: &Scope<'_>) -> Vec<LogGroup> {
    let read = |resource: &Resource<'_>| {
        let value = properties_of(scope, resource, &["LogGroupName", "RetentionInDays"]);
        LogGroup {
            logical_id: resource.id().to_string(),
            name: value.setting("LogGroupName", resource.span(), Value::named),
            retention_in_days: value.setting("RetentionInDays", resource.span(), |v| {
                v.parsed("number of days", |text| text.parse().ok())
            }),
            span: resource.span(),
        }
    };
    of_type(scope, "AWS::Logs::LogGroup").map(read).collect()
}

/// Whether the template gives API Gateway the account's role for logs.
pub(super) fn account_role(scope: &Scope<'_>) -> bool {
    of_type(scope, "AWS::ApiGateway::Account").next().is_some()
}

/// Whether alarms, roles and the like may come from somewhere that candor does not read: macros, nested stacks.
pub(super) fn more_elsewhere(scope: &Scope<'_>) -> bool {
    let nested = ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];
    let mut resources = scope.template.resources.iter();
    !scope.template.macros.is_empty()
        || resources.any(|r| nested.contains(&r.resource_type) || r.id().starts_with("Fn::"))
}

/// CloudFront distributions.
pub(super) fn distributions(scope: &Scope<'_>) -> Vec<Distribution> {
    let mut distributions = Vec::new();
    for resource in of_type(scope, "AWS::CloudFront::Distribution") {
        let value = properties_of(scope, resource, &["DistributionConfig"]);
        let Some(config) = value.get("DistributionConfig") else { continue };
        let origins = config.get("Origins").map_or(&[][..], Value::items);
        let responses = config.get("CustomErrorResponses").map_or(&[][..], Value::items);
        distributions.push(Distribution {
            logical_id: resource.id().to_string(),
            api_origin: origins.iter().any(|origin| is_api(scope, origin)),
            custom_error_responses: responses
                .iter()
                .map(|response| CustomErrorResponse {
                    error_code: response.setting("ErrorCode", response.span, status),
                    response_code: response.setting("ResponseCode", response.span, response_code),
                    span: response.span,
                })
                .collect(),
            span: resource.span(),
        });
    }
    distributions
}

/// Zero, CloudFormation's way of saying that the code stays, is no status.
fn response_code(value: &Value) -> Setting<u16> {
    if value.as_str() == Some("0") { Setting::absent(value.span, "ResponseCode") } else { status(value) }
}

/// Whether an origin is an API, a function URL or a load balancer: by its host, or by the resource that it names.
fn is_api(scope: &Scope<'_>, origin: &Value) -> bool {
    let Some(domain) = origin.get("DomainName").and_then(Value::as_scalar) else { return false };
    let hosts = [".execute-api.", ".lambda-url.", ".elb.amazonaws.com"];
    let api_types = [
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Lambda::Url",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ];
    hosts.iter().any(|host| domain.text.as_str().contains(host))
        || domain.symbols.iter().any(|symbol| match &symbol.name {
            Name::Resource { logical_id, .. } => {
                let resource = scope.template.resource(logical_id);
                resource.is_some_and(|r| api_types.contains(&r.resource_type))
            }
            _ => false,
        })
}
