//! Authorizers, in the words of each format: what decides, and what it knows a client by. SAM's are in `sam_authorizers`.

use candor_gateway::api::{Authorizer, AuthorizerType, FunctionRef, IdentitySource, Target};
use candor_gateway::setting::Setting;
use candor_gateway::span::Span;

use crate::formats::fields::boolean;
use crate::formats::functions::Functions;
use crate::formats::openapi::referred;
use crate::formats::target;
use crate::value::Value;

pub(super) const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
pub(super) const AUTHTYPE: &str = "x-amazon-apigateway-authtype";
/// What SAM writes for an operation that IAM guards.
const AUTH: &str = "x-amazon-apigateway-auth";

/// How a format spells an authorizer.
pub(super) struct Spelling {
    authorizer_type: &'static str,
    identity_source: &'static str,
    ttl: &'static str,
    uri: &'static str,
    simple_responses: &'static str,
}

const OPENAPI: Spelling = Spelling {
    authorizer_type: "type",
    identity_source: "identitySource",
    ttl: "authorizerResultTtlInSeconds",
    uri: "authorizerUri",
    simple_responses: "enableSimpleResponses",
};
/// `AWS::ApiGateway::Authorizer`
pub(super) const REST_RESOURCE: Spelling = Spelling {
    authorizer_type: "Type",
    identity_source: "IdentitySource",
    ttl: "AuthorizerResultTtlInSeconds",
    uri: "AuthorizerUri",
    simple_responses: "EnableSimpleResponses",
};
/// `AWS::ApiGatewayV2::Authorizer`
pub(super) const HTTP_RESOURCE: Spelling = Spelling {
    authorizer_type: "AuthorizerType",
    identity_source: "IdentitySource",
    ttl: "AuthorizerResultTtlInSeconds",
    uri: "AuthorizerUri",
    simple_responses: "EnableSimpleResponses",
};

impl Spelling {
    /// The keys of an authorizer that is a resource of its own.
    pub(super) fn keys(&self) -> [&'static str; 5] {
        [self.authorizer_type, self.identity_source, self.ttl, self.uri, self.simple_responses]
    }
}

/// Reads an authorizer. A REQUEST authorizer of a REST API whose answers are not kept (a TTL of 0) asks for no identity source (guide
/// "Configure an API Gateway Lambda authorizer"); an HTTP API's asks for those that are written.
pub(super) fn authorizer(
    name: &str,
    value: &Value,
    at: Span,
    spelling: &Spelling,
    header: &str,
    functions: &Functions,
) -> Authorizer {
    let of_rest = |v: &Value| v.as_str().is_some_and(|source| !source.trim_start().starts_with('$'));
    let is = |wanted: &str| {
        let of_type = value.get(spelling.authorizer_type).and_then(Value::as_str);
        of_type.is_some_and(|of_type| of_type.eq_ignore_ascii_case(wanted))
    };
    let is_kept = value.get(spelling.ttl).and_then(Value::as_str) != Some("0");
    let identity = match value.member(spelling.identity_source) {
        Some(member) if is("REQUEST") && !is_kept && of_rest(&member.value) => {
            Setting::absent(member.key.span(), spelling.identity_source)
        }
        Some(member) => match member.value.open() {
            Some(needs) => Setting::unknown(member.value.span, needs),
            None => {
                let listed = member.value.items().iter().filter_map(Value::as_str);
                let texts = member.value.as_str().into_iter().chain(listed).flat_map(|text| text.split(','));
                Setting::written(texts.map(IdentitySource::read).collect(), member.value.span)
            }
        },
        None if is("REQUEST") => Setting::absent(at, spelling.identity_source),
        None => Setting::written(vec![IdentitySource::Header(header.to_string())], at),
    };
    let authorizer_type = if is("JWT") {
        AuthorizerType::Jwt
    } else if is("COGNITO_USER_POOLS") {
        AuthorizerType::UserPool
    } else {
        AuthorizerType::Function
    };
    let function = value.get(spelling.uri).and_then(|uri| function(uri, functions));
    let simple_responses = value.setting(spelling.simple_responses, at, boolean);
    Authorizer { name: name.to_string(), authorizer_type, function, identity, simple_responses, span: at }
}

/// The function that a URI or an ARN names.
pub(super) fn function(uri: &Value, functions: &Functions) -> Option<FunctionRef> {
    match target::read(uri, true, functions).optional() {
        Ok((Some(Target::Function(function)), _)) => Some(function.clone()),
        Ok(_) | Err(_) => None,
    }
}

/// The authorizer of an operation: a security scheme with `x-amazon-apigateway-authorizer`, or one that asks for signatures. Of several
/// schemes the first counts.
pub(super) fn of_operation(
    operation: &Value,
    document: &Value,
    at: Span,
    functions: &Functions,
) -> Setting<Authorizer> {
    let schemes = document
        .get("components")
        .and_then(|c| c.get("securitySchemes"))
        .or_else(|| document.get("securityDefinitions"));
    let named = operation.get("security").map_or(&[][..], Value::items).iter().flat_map(Value::members);
    for member in named {
        let scheme = schemes.and_then(|s| s.get(member.key.as_str())).map(|s| referred(s, document));
        let Some(scheme) = scheme else { continue };
        let place = member.key.span();
        if let Some(written) = scheme.member(AUTHORIZER) {
            // A TOKEN authorizer and a user pool find their token in the header that the scheme names.
            let header = scheme.get("name").and_then(Value::as_str).unwrap_or("Authorization");
            let name = member.key.as_str();
            let own = authorizer(name, &written.value, place, &OPENAPI, header, functions);
            return Setting::written(own, place);
        }
        let of_type = scheme.get(AUTHTYPE).and_then(Value::as_str);
        if of_type.is_some_and(|of_type| of_type.eq_ignore_ascii_case("awsSigv4")) {
            return Setting::written(Authorizer::iam(place), place);
        }
    }
    if let Some(member) = operation.member(AUTH)
        && member.value.get("type").and_then(Value::as_str) == Some("AWS_IAM")
    {
        return Setting::written(Authorizer::iam(member.key.span()), member.key.span());
    }
    Setting::absent(at, "security")
}

/// The authorizer of a method or a route: IAM, or the one that `AuthorizerId` refers to.
pub(super) fn of_route(
    value: &Value,
    at: Span,
    known: impl Fn(&str) -> Option<Authorizer>,
) -> Setting<Authorizer> {
    if let Some(member) = value.member("AuthorizationType")
        && member.value.as_str() == Some("AWS_IAM")
    {
        return Setting::written(Authorizer::iam(member.key.span()), member.key.span());
    }
    value.setting("AuthorizerId", at, |id| {
        let resource = id.as_scalar().and_then(|s| s.resource());
        match resource.and_then(|(resource, _)| known(resource)) {
            Some(authorizer) => Setting::written(authorizer, id.span),
            // One from elsewhere: nobody knows what it asks for, and it is taken to let the request pass.
            None => Setting::absent(id.span, "AuthorizerId"),
        }
    })
}
