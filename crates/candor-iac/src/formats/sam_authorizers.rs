//! SAM's `Auth`: the authorizers of an API, the one that holds where nothing else is written, and what an event chooses.
//!
//! Specification of SAM: `ApiAuth`, `HttpApiAuth`, `LambdaTokenAuthorizer`, `LambdaRequestAuthorizer`, `LambdaAuthorizer`.

use candor_contract::ApiKind;
use candor_gateway::api::{Api, Authorizer, AuthorizerType, IdentitySource};
use candor_gateway::setting::Setting;
use candor_gateway::span::Span;

use crate::formats::authorizers;
use crate::formats::fields::boolean;
use crate::formats::functions::Functions;
use crate::value::Value;

/// The authorizers of one API.
pub(super) struct Authorizers {
    known: Vec<Authorizer>,
    /// Its name, and where it is chosen.
    default: Option<(String, Span)>,
    /// Whether the default holds for preflights, too (`AddDefaultAuthorizerToCorsPreflight`, true where nothing is written).
    of_preflights: bool,
}

impl Authorizers {
    /// Reads the `Auth` of an API of this kind.
    pub(super) fn read(auth: &Value, kind: ApiKind, functions: &Functions) -> Authorizers {
        let named = auth.get("Authorizers").map_or(&[][..], Value::members).iter();
        let spared = auth.get("AddDefaultAuthorizerToCorsPreflight").is_some()
            && !auth.is_true("AddDefaultAuthorizerToCorsPreflight");
        Authorizers {
            known: named
                .map(|m| authorizer(m.key.as_str(), &m.value, m.key.span(), kind, functions))
                .collect(),
            default: auth
                .member("DefaultAuthorizer")
                .and_then(|m| Some((m.value.as_str()?.to_string(), m.key.span()))),
            of_preflights: !spared,
        }
    }

    /// Puts them before the routes of the API: those that routes name, and the default before those that name none.
    pub(super) fn guard(&self, api: &mut Api) {
        for route in &mut api.routes {
            let chosen = match route.request.authorizer.optional() {
                Ok((Some(own), _)) => Some((own.name.clone(), own.span)),
                Ok((None, _)) if route.key.method != "OPTIONS" || self.of_preflights => self.default.clone(),
                Ok((None, _)) | Err(_) => None,
            };
            let Some((name, at)) = chosen else { continue };
            if let Some(authorizer) = self.known.iter().find(|known| known.name == name) {
                route.request.authorizer = Setting::written(authorizer.clone(), authorizer.span);
            } else if name == "AWS_IAM" {
                route.request.authorizer = Setting::written(Authorizer::iam(at), at);
            }
        }
    }
}

/// What an event chooses: a name, which `guard` looks up.
pub(super) fn of_event(properties: &Value, at: Span) -> Setting<Authorizer> {
    let auth = properties.get("Auth");
    match auth.and_then(|auth| auth.member("Authorizer")) {
        Some(member) => member.value.string().and_then(|name, span| {
            let named = match name.as_str() {
                "AWS_IAM" => Authorizer::iam(span),
                _ => Authorizer {
                    name,
                    authorizer_type: AuthorizerType::Function,
                    function: None,
                    identity: Setting::absent(span, "Identity"),
                    simple_responses: Setting::absent(span, "EnableSimpleResponses"),
                    needs_permission: false,
                    span,
                },
            };
            Setting::written(named, span)
        }),
        None => Setting::absent(at, "Authorizer"),
    }
}

/// Events that choose none have no authorizer.
pub(super) fn without_names(api: &mut Api) {
    for route in &mut api.routes {
        let none = match route.request.authorizer.optional() {
            Ok((Some(authorizer), _)) if authorizer.name == "NONE" => authorizer.span,
            _ => continue,
        };
        route.request.authorizer = Setting::absent(none, "Authorizer");
    }
}

/// One authorizer: of a TOKEN authorizer and a user pool a header, of a REQUEST authorizer what it lists, unless its answers are not kept.
fn authorizer(name: &str, value: &Value, at: Span, kind: ApiKind, functions: &Functions) -> Authorizer {
    let identity = value.get("Identity");
    let of = |key: &str| identity.and_then(|identity| identity.get(key));
    let listed = |key: &str| of(key).map_or(&[][..], Value::items).iter().filter_map(Value::as_str);
    let payload = value.get("FunctionPayloadType").and_then(Value::as_str);
    // An HTTP API's asks for nothing where nothing is written.
    let by_request = payload == Some("REQUEST")
        || kind == ApiKind::Http
        || ["Headers", "QueryStrings"].iter().any(|key| of(key).is_some());
    let mut sources: Vec<IdentitySource> = Vec::new();
    if let Some(source) = value.get("IdentitySource").and_then(Value::as_str) {
        sources.push(IdentitySource::read(source));
    } else if by_request {
        sources.extend(listed("Headers").map(|name| IdentitySource::Header(name.to_string())));
        sources.extend(listed("QueryStrings").map(|name| IdentitySource::QueryString(name.to_string())));
        if of("ReauthorizeEvery").and_then(Value::as_str) == Some("0") {
            sources.clear();
        }
    } else if value.get("JwtConfiguration").is_none() {
        let header = of("Header").and_then(Value::as_str).unwrap_or("Authorization");
        sources.push(IdentitySource::Header(header.to_string()));
    }
    let authorizer_type = if value.get("JwtConfiguration").is_some() {
        AuthorizerType::Jwt
    } else if value.get("UserPoolArn").is_some() {
        AuthorizerType::UserPool
    } else {
        AuthorizerType::Function
    };
    let function = value.get("FunctionArn").and_then(|arn| authorizers::function(arn, functions));
    // SAM adds a permission for a REST API's authorizer unless it is told not to, and for an HTTP API's only where it is told to.
    let permitted = match kind {
        // What nobody knows may be.
        ApiKind::Http => {
            value.get("EnableFunctionDefaultPermissions").is_some_and(|told| told.as_str() != Some("false"))
        }
        ApiKind::Rest | ApiKind::FunctionUrl | ApiKind::Alb => {
            !value.is_true("DisableFunctionDefaultPermissions")
        }
    };
    let by_role = value.get("FunctionInvokeRole").is_some_and(|role| role.as_str() != Some("NONE"));
    Authorizer {
        name: name.to_string(),
        authorizer_type,
        function,
        identity: Setting::written(sources, at),
        simple_responses: value.setting("EnableSimpleResponses", at, boolean),
        needs_permission: !permitted && !by_role,
        span: at,
    }
}
