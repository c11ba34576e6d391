//! The API as a user configured it, one per stage. AWS's own nouns; every value with its place.

use std::fmt;
use std::time::Duration;

use candor_contract::ApiKind;
use candor_vtl::{JavaRegex, RegexError, Template};

use crate::listener::{Listener, Rule};
pub use crate::method_request::{
    ApiKeySource, Authorizer, AuthorizerType, IdentitySource, MethodRequest, Model, ParameterPlace,
    RequestModel, RequestParameter, Validator,
};
use crate::setting::Setting;
use crate::span::{Span, Text};
pub use crate::stage::{AccessLog, LoggingLevel, RouteSettings, Routes, Stage};

/// One stage of one API.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its name for people: `Name` where it is given, the logical id otherwise.
    pub name: String,
    /// The logical id, where the API stands in a template.
    pub logical_id: Option<String>,
    /// The name that AWS knows it by, the `ApiName` of a REST API's metrics: `Name`, or the title of its definition.
    pub name_at_aws: Setting<String>,
    /// Which gateway.
    pub kind: ApiKind,
    /// The stage.
    pub stage: Stage,
    /// Its routes, in the order in which they are written.
    pub routes: Vec<Route>,
    /// What is set for the gateway's own answers (REST).
    pub gateway_responses: Vec<GatewayResponse>,
    /// Content types that are bytes (REST).
    pub binary_media_types: Setting<Vec<String>>,
    /// The models to which methods refer by name (REST).
    pub models: Vec<Model>,
    /// Where the key of a request is looked for (REST).
    pub api_key_source: Setting<ApiKeySource>,
    /// CORS by the gateway itself (HTTP APIs, function URLs). A REST API has OPTIONS methods instead.
    pub cors: Setting<Cors>,
    /// What kind of listener it is (load balancers).
    pub listener: Option<Listener>,
    /// Where the API stands.
    pub span: Span,
}

/// Method and path, or `$default`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteKey {
    /// `GET`, …, or `ANY`; empty for `$default`.
    pub method: String,
    /// The path with its parameters, `/orders/{id}`, or as a pattern, `/orders/*` (load balancers); `$default` for the route that takes
    /// the rest.
    pub path: String,
}

impl RouteKey {
    /// The route of a method and a path; `ANY` for all methods.
    pub fn new(method: &str, path: &str) -> RouteKey {
        let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
        RouteKey { method: method.to_ascii_uppercase(), path }
    }

    /// The route that takes what no other takes.
    pub fn default_route() -> RouteKey {
        RouteKey { method: String::new(), path: "$default".to_string() }
    }

    /// Whether it is `$default`.
    pub fn is_default(&self) -> bool {
        self.method.is_empty()
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_default() { f.write_str(&self.path) } else { write!(f, "{} {}", self.method, self.path) }
    }
}

/// A method of a resource (REST) or a route (HTTP): what a request can reach.
#[derive(Clone, Debug)]
pub struct Route {
    /// Method and path.
    pub key: RouteKey,
    /// What stands behind it.
    pub integration: Integration,
    /// The declared method responses (REST).
    pub method_responses: Setting<Vec<MethodResponse>>,
    /// What the gateway asks of a request before it calls anything (REST).
    pub request: MethodRequest,
    /// The listener's rule that makes the route (load balancers).
    pub rule: Option<Box<Rule>>,
    /// Where the route stands.
    pub span: Span,
}

/// How the gateway calls what stands behind a route.
///
/// Flat, as AWS's resource is: a proxy integration keeps integration responses that someone wrote in vain, because
/// that is a hazard of its own. `kinds` says which of the settings count.
#[derive(Clone, Debug)]
pub struct Integration {
    /// `AWS_PROXY`, `AWS`, …
    pub integration_type: Setting<IntegrationType>,
    /// Function, service or URL.
    pub target: Setting<Target>,
    /// The method with which the gateway calls it; Lambda wants POST.
    pub http_method: Setting<String>,
    /// `1.0` or `2.0` (HTTP APIs).
    pub payload_format_version: Setting<String>,
    /// How long the gateway waits.
    pub timeout: Setting<Duration>,
    /// The role with which the gateway calls it: then no permission on the function is needed.
    pub credentials: Setting<String>,
    /// Whether the answer is passed on while it is made (`ResponseTransferMode`; `InvokeMode` of a function URL).
    pub transfer_mode: Setting<TransferMode>,
    /// What becomes of requests without a template for their content type.
    pub passthrough_behavior: Setting<PassthroughBehavior>,
    /// Whether the request's body is converted (REST).
    pub content_handling: Setting<ContentHandling>,
    /// Mapping templates of the integration request.
    pub request_templates: Vec<MappingTemplate>,
    /// Parameters of the integration request.
    pub request_parameters: Vec<Parameter>,
    /// The integration responses, in the order in which they are written.
    pub responses: Setting<Vec<IntegrationResponse>>,
    /// What is changed in answers, by their status (HTTP APIs).
    pub response_parameters: Vec<ResponseParameters>,
    /// Where the integration stands.
    pub span: Span,
}

impl Integration {
    /// The mapping that asks Lambda to run the function asynchronously, if there is one: Lambda then takes the event and answers at once
    /// with nothing (guide "Set up asynchronous invocation of the backend Lambda function").
    pub fn asynchronous(&self) -> Option<&Parameter> {
        self.request_parameters.iter().find(|p| {
            p.destination.eq_ignore_ascii_case("integration.request.header.X-Amz-Invocation-Type")
                && matches!(p.source.optional(), Ok((Some(source), _)) if source.trim_matches('\'') == "Event")
        })
    }

    /// Whether a function stands behind it, as far as that is known.
    pub fn calls_function(&self) -> bool {
        matches!(self.target.optional(), Ok((Some(Target::Function(_)), _)))
    }
}

/// The type of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntegrationType {
    /// Lambda proxy; HTTP APIs also reach services through it (`IntegrationSubtype`).
    AwsProxy,
    /// Lambda or another service, with mappings.
    Aws,
    /// HTTP, passed through.
    HttpProxy,
    /// HTTP, with mappings.
    Http,
    /// The gateway answers by itself.
    Mock,
}

impl IntegrationType {
    /// The public name: `aws-proxy`, `aws`, `http-proxy`, `http`, `mock`.
    pub fn slug(self) -> &'static str {
        match self {
            IntegrationType::AwsProxy => "aws-proxy",
            IntegrationType::Aws => "aws",
            IntegrationType::HttpProxy => "http-proxy",
            IntegrationType::Http => "http",
            IntegrationType::Mock => "mock",
        }
    }

    /// Reads AWS's word for it, in any case, with `_` or `-`.
    pub fn read(text: &str) -> Option<IntegrationType> {
        match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "aws-proxy" => Some(IntegrationType::AwsProxy),
            "aws" => Some(IntegrationType::Aws),
            "http-proxy" => Some(IntegrationType::HttpProxy),
            "http" => Some(IntegrationType::Http),
            "mock" => Some(IntegrationType::Mock),
            _ => None,
        }
    }
}

/// What stands behind an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Lambda function.
    Function(FunctionRef),
    /// Another service of AWS: `sqs`, `SendMessage` or `path/…`.
    Service {
        /// `sqs`, `dynamodb`, `states`, …
        service: String,
        /// The action or the path.
        action: String,
    },
    /// A URL.
    Url(String),
    /// Nothing: a mock.
    Nothing,
}

/// Which function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef {
    /// The logical id, where the function stands in the same template.
    pub logical_id: Option<String>,
    /// Its name, or what the template calls it.
    pub name: String,
    /// Alias or version.
    pub qualifier: Option<String>,
}

/// How an answer gets to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferMode {
    /// As a whole, once the function has finished. The default.
    Buffered,
    /// Piece by piece: the status has left before the function finishes.
    Streamed,
}

impl TransferMode {
    /// Reads AWS's words for it: `BUFFERED`, and `STREAM` (REST APIs) or `RESPONSE_STREAM` (function URLs).
    pub fn read(text: &str) -> Option<TransferMode> {
        match text {
            "BUFFERED" => Some(TransferMode::Buffered),
            "STREAM" | "RESPONSE_STREAM" => Some(TransferMode::Streamed),
            _ => None,
        }
    }
}

/// What `contentHandling` asks for: "Content type conversions in API Gateway".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentHandling {
    /// Bytes are encoded as base64.
    ConvertToText,
    /// Text is decoded from base64.
    ConvertToBinary,
}

impl ContentHandling {
    /// Reads AWS's word for it.
    pub fn read(text: &str) -> Option<ContentHandling> {
        match text {
            "CONVERT_TO_TEXT" => Some(ContentHandling::ConvertToText),
            "CONVERT_TO_BINARY" => Some(ContentHandling::ConvertToBinary),
            _ => None,
        }
    }
}

/// What becomes of a request without a template for its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassthroughBehavior {
    /// Passed on as it is. The default.
    WhenNoMatch,
    /// Passed on only if there is no template at all.
    WhenNoTemplates,
    /// Refused with 415.
    Never,
}

impl PassthroughBehavior {
    /// Reads AWS's word for it, in any case.
    pub fn read(text: &str) -> Option<PassthroughBehavior> {
        match text.to_ascii_lowercase().as_str() {
            "when_no_match" => Some(PassthroughBehavior::WhenNoMatch),
            "when_no_templates" => Some(PassthroughBehavior::WhenNoTemplates),
            "never" => Some(PassthroughBehavior::Never),
            _ => None,
        }
    }
}

/// A mapping template for one content type.
#[derive(Clone, Debug)]
pub struct MappingTemplate {
    /// The content type, or `$default`.
    pub content_type: String,
    /// The template: its text and what it parses to.
    pub template: Setting<TemplateText>,
    /// Where the content type stands.
    pub key: Span,
}

/// The text of a mapping template and what it parses to.
#[derive(Clone, Debug)]
pub struct TemplateText {
    /// The text with its places.
    pub text: Text,
    /// The parsed template, or why it cannot be parsed: AWS accepts such a template and answers 500 with it.
    pub parsed: Result<Template, candor_vtl::Error>,
}

impl TemplateText {
    /// Parses the template.
    pub fn new(text: Text) -> TemplateText {
        let parsed = Template::parse(text.as_str());
        TemplateText { text, parsed }
    }
}

/// A parameter mapping: `method.response.header.X` from `integration.response.body.y`.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What is set.
    pub destination: String,
    /// From what.
    pub source: Setting<String>,
    /// Where the mapping stands.
    pub span: Span,
}

/// What is changed in an integration's answers of one status (HTTP APIs).
#[derive(Clone, Debug)]
pub struct ResponseParameters {
    /// The status, as it is written.
    pub status: String,
    /// The changes: destination `overwrite:statuscode`, `append:header.X`, …
    pub parameters: Vec<Parameter>,
}

/// One integration response: for which errors (Lambda) or statuses (HTTP, services), and what the client gets then.
#[derive(Clone, Debug)]
pub struct IntegrationResponse {
    /// The selection pattern. Absent: this is the default response.
    pub selection_pattern: Setting<Pattern>,
    /// The status for the client.
    pub status: Setting<u16>,
    /// Whether the body is converted.
    pub content_handling: Setting<ContentHandling>,
    /// Response templates by content type.
    pub templates: Vec<MappingTemplate>,
    /// Headers.
    pub parameters: Vec<Parameter>,
    /// The first line of the entry: its key in OpenAPI, its first key in CloudFormation.
    pub span: Span,
}

impl IntegrationResponse {
    /// Whether this is the default response: no pattern, or an empty one.
    ///
    /// # Errors
    /// [`crate::setting::Undecided`] where the pattern is not known.
    pub fn is_default(&self) -> Result<bool, crate::setting::Undecided> {
        let (pattern, _) = self.selection_pattern.optional()?;
        Ok(pattern.is_none_or(|p| p.text.as_str().is_empty()))
    }
}

/// A selection pattern: its text and what it compiles to.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The text with its places.
    pub text: Text,
    /// The regex, or why it is none.
    pub regex: Result<JavaRegex, RegexError>,
}

impl Pattern {
    /// Compiles the pattern.
    pub fn new(text: Text) -> Pattern {
        let regex = JavaRegex::parse(text.as_str());
        Pattern { text, regex }
    }
}

/// A declared method response.
#[derive(Clone, Debug)]
pub struct MethodResponse {
    /// Its status.
    pub status: Setting<u16>,
    /// Headers that it declares, as they are spelled.
    pub headers: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// What is set for one type of the gateway's own answers.
#[derive(Clone, Debug)]
pub struct GatewayResponse {
    /// Which answers.
    pub response_type: GatewayResponseType,
    /// The status in place of the type's own.
    pub status: Setting<u16>,
    /// Templates by content type.
    pub templates: Vec<MappingTemplate>,
    /// Headers: destination `gatewayresponse.header.X`.
    pub parameters: Vec<Parameter>,
    /// Where the entry stands.
    pub span: Span,
}

macro_rules! gateway_response_types {
    ($($variant:ident $name:literal $status:literal,)*) => {
        /// The types of gateway responses, with AWS's names and default statuses ("Gateway response types for API Gateway").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum GatewayResponseType { $($variant),* }

        impl GatewayResponseType {
            /// All of them.
            pub const ALL: &[GatewayResponseType] = &[$(GatewayResponseType::$variant),*];

            /// AWS's name: `DEFAULT_5XX`.
            pub fn name(self) -> &'static str {
                match self { $(GatewayResponseType::$variant => $name),* }
            }

            /// The status where none is set; the two defaults have none of their own.
            pub fn status(self) -> Option<u16> {
                let status: u16 = match self { $(GatewayResponseType::$variant => $status),* };
                (status != 0).then_some(status)
            }
        }
    };
}

gateway_response_types! {
    AccessDenied "ACCESS_DENIED" 403,
    ApiConfigurationError "API_CONFIGURATION_ERROR" 500,
    AuthorizerConfigurationError "AUTHORIZER_CONFIGURATION_ERROR" 500,
    AuthorizerFailure "AUTHORIZER_FAILURE" 500,
    BadRequestBody "BAD_REQUEST_BODY" 400,
    BadRequestParameters "BAD_REQUEST_PARAMETERS" 400,
    Default4xx "DEFAULT_4XX" 0,
    Default5xx "DEFAULT_5XX" 0,
    ExpiredToken "EXPIRED_TOKEN" 403,
    IntegrationFailure "INTEGRATION_FAILURE" 504,
    IntegrationTimeout "INTEGRATION_TIMEOUT" 504,
    InvalidApiKey "INVALID_API_KEY" 403,
    InvalidSignature "INVALID_SIGNATURE" 403,
    MissingAuthenticationToken "MISSING_AUTHENTICATION_TOKEN" 403,
    QuotaExceeded "QUOTA_EXCEEDED" 429,
    RequestTooLarge "REQUEST_TOO_LARGE" 413,
    ResourceNotFound "RESOURCE_NOT_FOUND" 404,
    Throttled "THROTTLED" 429,
    Unauthorized "UNAUTHORIZED" 401,
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415,
    WafFiltered "WAF_FILTERED" 403,
}

impl GatewayResponseType {
    /// Reads AWS's name.
    pub fn read(name: &str) -> Option<GatewayResponseType> {
        GatewayResponseType::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// Whether it is a 5xx type: which default shapes it.
    pub fn is_server_error(self) -> bool {
        self == GatewayResponseType::Default5xx || self.status().is_some_and(|s| s >= 500)
    }
}

/// CORS by the gateway itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// `Access-Control-Allow-Origin`: `*`, `https://*`, or origins.
    pub allow_origins: Vec<String>,
    /// `Access-Control-Allow-Methods`
    pub allow_methods: Vec<String>,
    /// `Access-Control-Allow-Headers`
    pub allow_headers: Vec<String>,
    /// `Access-Control-Expose-Headers`
    pub expose_headers: Vec<String>,
    /// `Access-Control-Allow-Credentials`
    pub allow_credentials: bool,
    /// `Access-Control-Max-Age`, seconds
    pub max_age: Option<u64>,
}
