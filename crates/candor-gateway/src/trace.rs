//! The ordered steps that led from outcome to response, each with the place in the user's files that decided it.

use std::fmt;
use std::ops::Range;

use candor_contract::payload::Malformed;

use crate::api::GatewayResponseType;
use crate::authorizer::Authorization;
use crate::setting::Cause;

/// The number of a step in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub u32);

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub what: What,
    /// Why.
    pub cause: Cause,
}

/// What happened in a step. Indexes count the integration responses of the route's integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// No route takes the request.
    NoRoute,
    /// The body of the request is larger than the gateway takes.
    RequestTooLarge,
    /// The request line and the headers are larger than the gateway takes.
    HeadersTooLarge,
    /// The request lacks what its authorizer knows the client by.
    IdentityMissing {
        /// The header or parameter.
        source: String,
    },
    /// The authorizer was asked.
    Authorized(Authorization),
    /// The request lacks the API key that the method needs.
    KeyMissing,
    /// The request lacks required parameters.
    ParametersMissing {
        /// Their names, in the order in which AWS lists them.
        names: Vec<String>,
    },
    /// The body does not fit the model of its content type.
    BodyRefused {
        /// The content type.
        content_type: String,
        /// What is wrong with it, as `$context.error.validationErrorString` says it.
        why: String,
    },
    /// The gateway answered a browser's preflight request by itself, as its CORS configuration says.
    PreflightAnswered,
    /// The request's content type has no template and may not pass: 415.
    MediaTypeRefused,
    /// A request template made the integration request.
    RequestTemplateRendered,
    /// A request template failed.
    RequestTemplateFailed {
        /// What is wrong with it.
        why: String,
    },
    /// The integration cannot be called as it is configured.
    IntegrationBroken {
        /// What is wrong with it.
        why: Broken,
    },
    /// The function was called.
    Invoked,
    /// An endpoint was called: an HTTP back end or a service.
    EndpointCalled,
    /// No connection to the endpoint came about.
    EndpointUnreachable,
    /// The endpoint's body should be base64 and is not, a template should read bytes, or a mapping JSON that is none.
    EndpointBodyUnusable,
    /// The endpoint's answer is larger than the gateway takes.
    EndpointAnswerTooLarge,
    /// The endpoint's answer was passed on as it came.
    EndpointPassed,
    /// Lambda refused the call.
    InvocationRefused,
    /// The function failed, and the gateway makes an error of its own of that.
    FunctionFailed,
    /// The gateway stopped waiting.
    GatewayTimedOut,
    /// The gateway took over the status that the function said.
    AnswerRead,
    /// The function failed after the status and a part of the body had left.
    StreamBroken,
    /// The function said no status, and the gateway took 200.
    StatusInferred,
    /// The gateway could not use the function's answer.
    AnswerMalformed(Malformed),
    /// The function said that its body is base64, and it is not.
    AnswerNotBase64,
    /// The selection pattern of this integration response matched.
    PatternMatched {
        /// Which.
        response: usize,
    },
    /// No pattern matched: the default response was used.
    DefaultResponse {
        /// Which.
        response: usize,
    },
    /// No pattern matched and there is no default response.
    NoResponse,
    /// The selected status is not declared as a method response.
    MethodResponseMissing {
        /// Which integration response was selected.
        response: usize,
        /// Its status.
        status: u16,
    },
    /// The payload went out as it came.
    PassedThrough,
    /// A response template made the body.
    ResponseTemplateRendered {
        /// Of which integration response.
        response: usize,
        /// Which of its templates.
        template: usize,
    },
    /// A response template failed.
    ResponseTemplateFailed {
        /// Of which integration response.
        response: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A template set `$context.responseOverride.status`.
    StatusOverridden {
        /// Where in the template text.
        at: Range<u32>,
    },
    /// A template set `$context.responseOverride.status` to something that is no status: AWS ignores it.
    OverrideIgnored {
        /// The value, as text.
        value: String,
    },
    /// A part of the request was mapped (HTTP APIs).
    ParameterMapped,
    /// The status was mapped (HTTP APIs).
    StatusMapped,
    /// A header was mapped.
    HeaderMapped,
    /// The gateway set a header by itself.
    HeaderSet,
    /// The gateway answered by itself: its status.
    GatewayStatus {
        /// The type; function errors and malformed answers of a proxy have none but DEFAULT_5XX.
        response_type: Option<GatewayResponseType>,
        /// What it says: `$context.error.message`.
        message: String,
    },
    /// The gateway answered by itself: its body.
    GatewayBody {
        /// Whether it is AWS's stock text.
        stock: bool,
    },
    /// A mock's request template said the status.
    MockStatus,
    /// The answer has headers of the kind that its target group does not use: they are lost (load balancers).
    HeadersLost {
        /// `headers` or `multiValueHeaders`.
        key: &'static str,
    },
    /// The function's answer is larger than the gateway takes (load balancers).
    AnswerTooLarge,
    /// The request lacks a login that its rule asks for (load balancers).
    LoginMissing,
    /// The rule has a fixed response (load balancers).
    FixedResponse,
    /// The fixed response has a body (load balancers).
    FixedBody,
    /// The rule redirects (load balancers).
    Redirected,
}

/// What is wrong with an integration that cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Its method is none that Lambda is invoked by.
    NotPost,
    /// A mapping sets a header that the gateway needs for itself.
    ReservedHeader,
    /// The request template of a mock yields no status.
    MockStatus,
    /// The body should be base64, to be decoded, and is not.
    BodyNotBase64,
    /// A mapping should read the client's body, which is no JSON.
    BodyNotJson,
    /// A template should read bytes.
    TemplateReadsBytes,
    /// The address has a part that nothing fills in, or is none.
    InvalidAddress,
    /// The name of the function has a stage variable that the stage lacks: there is no such function.
    NoSuchFunction,
}

impl Broken {
    /// What is wrong, as a clause.
    pub fn why(self) -> &'static str {
        match self {
            Broken::NotPost => "Lambda is invoked by POST only",
            Broken::ReservedHeader => "this header may not be mapped onto the call",
            Broken::MockStatus => {
                "the request template of a mock must yield an object with an integer statusCode"
            }
            Broken::BodyNotBase64 => "the body is no base64, and CONVERT_TO_BINARY decodes it",
            Broken::BodyNotJson => "a mapping reads the body, and that is no JSON",
            Broken::TemplateReadsBytes => "a template cannot read bytes",
            Broken::InvalidAddress => "the address has a part that nothing fills in",
            Broken::NoSuchFunction => "the function's name has a stage variable that the stage lacks",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nth = |index: &usize| index + 1;
        match self {
            What::NoRoute => f.write_str("no route takes the request"),
            What::RequestTooLarge => f.write_str("the body is larger than the gateway takes"),
            What::HeadersTooLarge => {
                f.write_str("request line and headers are larger than the gateway takes")
            }
            What::IdentityMissing { source } => {
                write!(f, "the request lacks `{source}`, which its authorizer needs")
            }
            What::Authorized(authorization) => f.write_str(authorization.says()),
            What::KeyMissing => f.write_str("the request lacks the API key that the method needs"),
            What::ParametersMissing { names } => {
                write!(f, "the request lacks required parameters: {}", names.join(", "))
            }
            What::BodyRefused { why, .. } => write!(f, "the body does not fit its model: {why}"),
            What::PreflightAnswered => f.write_str("the gateway answered a preflight request by itself"),
            What::MediaTypeRefused => f.write_str("the content type has no template and may not pass"),
            What::RequestTemplateRendered => f.write_str("a request template made the integration request"),
            What::RequestTemplateFailed { why } => write!(f, "the request template failed: {why}"),
            What::IntegrationBroken { why } => write!(f, "the integration cannot be called: {}", why.why()),
            What::Invoked => f.write_str("the function was invoked"),
            What::EndpointCalled => f.write_str("the endpoint was called"),
            What::EndpointUnreachable => f.write_str("no connection to the endpoint came about"),
            What::EndpointBodyUnusable => f.write_str("the endpoint's body cannot be converted"),
            What::EndpointAnswerTooLarge => {
                f.write_str("the endpoint's answer is larger than the gateway takes")
            }
            What::EndpointPassed => f.write_str("the endpoint's answer was passed on"),
            What::InvocationRefused => f.write_str("Lambda refused the invocation"),
            What::FunctionFailed => {
                f.write_str("the function failed, and the gateway answers with an error of its own")
            }
            What::GatewayTimedOut => f.write_str("the gateway stopped waiting"),
            What::AnswerRead => f.write_str("the function's answer was taken over"),
            What::StreamBroken => f.write_str("the stream broke off: status and the first part had left"),
            What::StatusInferred => f.write_str("the function said no status: the gateway took 200"),
            What::AnswerMalformed(malformed) => {
                write!(f, "the function's answer is unusable: {}", malformed.why)
            }
            What::AnswerNotBase64 => f.write_str("the function's answer should be base64 and is not"),
            What::PatternMatched { response } => {
                write!(f, "the selection pattern of integration response {} matched", nth(response))
            }
            What::DefaultResponse { response } => {
                write!(f, "no pattern matched: the default, integration response {}, was used", nth(response))
            }
            What::NoResponse => f.write_str("no pattern matched, and there is no default response"),
            What::MethodResponseMissing { status, .. } => {
                write!(f, "the method declares no response of status {status}")
            }
            What::PassedThrough => f.write_str("the payload was passed on as it came"),
            What::ResponseTemplateRendered { response, .. } => {
                write!(f, "a template of integration response {} made the body", nth(response))
            }
            What::ResponseTemplateFailed { why, .. } => write!(f, "the response template failed: {why}"),
            What::StatusOverridden { .. } => f.write_str("the template set the status"),
            What::OverrideIgnored { value } => write!(f, "the template set a status that is none: `{value}`"),
            What::ParameterMapped => f.write_str("a part of the request was mapped"),
            What::StatusMapped => f.write_str("a response parameter overwrote the status"),
            What::HeaderMapped => f.write_str("a header was mapped"),
            What::HeaderSet => f.write_str("the gateway set a header"),
            What::GatewayStatus { response_type: Some(response_type), .. } => {
                write!(f, "the gateway answered by itself: {}", response_type.name())
            }
            What::GatewayStatus { response_type: None, .. } => f.write_str("the gateway answered by itself"),
            What::GatewayBody { stock: true } => f.write_str("the body is AWS's stock text"),
            What::GatewayBody { stock: false } => f.write_str("the body is the gateway response's"),
            What::MockStatus => f.write_str("the mock's request template said the status"),
            What::HeadersLost { key } => write!(f, "the answer's `{key}` do not count here, and are lost"),
            What::AnswerTooLarge => f.write_str("the function's answer is larger than the gateway takes"),
            What::LoginMissing => f.write_str("the request lacks the login that its rule asks for"),
            What::FixedResponse => f.write_str("the rule answers by itself"),
            What::FixedBody => f.write_str("the body is the fixed response's"),
            What::Redirected => f.write_str("the rule redirects"),
        }
    }
}

/// The steps of one exchange, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    steps: Vec<Step>,
}

impl Trace {
    /// Adds a step.
    pub fn push(&mut self, what: What, cause: Cause) -> StepId {
        self.steps.push(Step { what, cause });
        StepId(self.steps.len() as u32 - 1)
    }

    /// The step with this number.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }

    /// All steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
