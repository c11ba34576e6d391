//! What a method of a REST API asks of a request before anything behind it is called: AWS's "method request".

use candor_contract::json::Json;

use crate::api::FunctionRef;
use crate::setting::{Setting, Undecided};
use crate::span::Span;

/// What a method asks of a request (REST; of an HTTP API only the authorizer counts, and a function URL asks nothing).
#[derive(Clone, Debug)]
pub struct MethodRequest {
    /// Who decides whether a request may pass.
    pub authorizer: Setting<Authorizer>,
    /// Whether a request needs an API key.
    pub api_key_required: Setting<bool>,
    /// What the request validator looks at; without one, nothing is looked at.
    pub validator: Setting<Validator>,
    /// The parameters that the method declares.
    pub parameters: Setting<Vec<RequestParameter>>,
    /// The models that it declares, by content type.
    pub models: Setting<Vec<RequestModel>>,
}

impl MethodRequest {
    /// A method that asks nothing; a person would write it at `at`.
    pub fn open(at: Span) -> MethodRequest {
        MethodRequest {
            authorizer: Setting::absent(at, "AuthorizerId"),
            api_key_required: Setting::absent(at, "ApiKeyRequired"),
            validator: Setting::absent(at, "RequestValidatorId"),
            parameters: Setting::absent(at, "RequestParameters"),
            models: Setting::absent(at, "RequestModels"),
        }
    }

    /// Whether a validator looks at anything.
    ///
    /// # Errors
    /// [`Undecided`] where nobody knows.
    pub fn is_validated(&self) -> Result<bool, Undecided> {
        match self.validator.optional()? {
            (Some(validator), _) => Ok(*validator.body.or(&false)?.0 || *validator.parameters.or(&false)?.0),
            (None, _) => Ok(false),
        }
    }
}

/// An authorizer: a function, a user pool, an issuer of tokens, IAM.
#[derive(Clone, Debug)]
pub struct Authorizer {
    /// Its name.
    pub name: String,
    /// What decides.
    pub authorizer_type: AuthorizerType,
    /// The function that decides, where one does and the files name it.
    pub function: Option<FunctionRef>,
    /// What a request must bring, or it is refused before the authorizer is asked.
    pub identity: Setting<Vec<IdentitySource>>,
    /// Whether its function says `isAuthorized` in place of a policy (`EnableSimpleResponses`, HTTP APIs).
    pub simple_responses: Setting<bool>,
    /// Where it stands.
    pub span: Span,
}

impl Authorizer {
    /// IAM, as the methods of REST APIs, routes of HTTP APIs and function URLs ask for it (`AWS_IAM`).
    pub fn iam(at: Span) -> Authorizer {
        Authorizer {
            name: "AWS_IAM".to_string(),
            authorizer_type: AuthorizerType::Iam,
            function: None,
            identity: Setting::written(vec![IdentitySource::Signature], at),
            simple_responses: Setting::absent(at, "EnableSimpleResponses"),
            span: at,
        }
    }
}

/// What decides whether a request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorizerType {
    /// A function: `TOKEN`, `REQUEST`.
    Function,
    /// A user pool: `COGNITO_USER_POOLS`.
    UserPool,
    /// The issuer of a token: `JWT` (HTTP APIs).
    Jwt,
    /// A signature, and the policies of whoever made it: `AWS_IAM`.
    Iam,
}

/// A part of a request by which an authorizer knows who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// A header.
    Header(String),
    /// A parameter of the query string.
    QueryString(String),
    /// A signature of version 4: in the header `Authorization` or in the query string.
    Signature,
    /// Something that the gateway knows by itself: a context or a stage variable.
    Own(String),
}

impl IdentitySource {
    /// Reads one as it is written: `method.request.header.Authorization` (REST), `$request.querystring.token` (HTTP APIs).
    pub fn read(text: &str) -> IdentitySource {
        let text = text.trim();
        let source = text.strip_prefix("method.").or_else(|| text.strip_prefix('$')).unwrap_or(text);
        if let Some(name) = source.strip_prefix("request.header.") {
            return IdentitySource::Header(name.to_string());
        }
        match source.strip_prefix("request.querystring.") {
            Some(name) => IdentitySource::QueryString(name.to_string()),
            None => IdentitySource::Own(text.to_string()),
        }
    }

    /// Its name in the request.
    pub fn name(&self) -> &str {
        match self {
            IdentitySource::Header(name) | IdentitySource::QueryString(name) | IdentitySource::Own(name) => {
                name
            }
            IdentitySource::Signature => "Authorization",
        }
    }
}

/// A request validator.
#[derive(Clone, Debug)]
pub struct Validator {
    /// Whether bodies must fit the model of their content type.
    pub body: Setting<bool>,
    /// Whether required parameters must be there.
    pub parameters: Setting<bool>,
}

/// A parameter that a method declares: `method.request.header.X-Shop`.
#[derive(Clone, Debug)]
pub struct RequestParameter {
    /// Where it stands in a request.
    pub place: ParameterPlace,
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: Setting<bool>,
    /// Where it is declared.
    pub span: Span,
}

/// Where a parameter stands in a request, in the order in which AWS lists missing ones (recorded:
/// `test_api_gateway_request_validator`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterPlace {
    /// A header.
    Header,
    /// The path.
    Path,
    /// The query string.
    QueryString,
}

impl ParameterPlace {
    /// Reads place and name of a declared parameter: `method.request.querystring.page`.
    pub fn read(declared: &str) -> Option<(ParameterPlace, &str)> {
        let (place, name) = declared.strip_prefix("method.request.")?.split_once('.')?;
        let place = match place {
            "header" => ParameterPlace::Header,
            "path" => ParameterPlace::Path,
            "querystring" => ParameterPlace::QueryString,
            _ => return None,
        };
        Some((place, name))
    }
}

/// The model that bodies of one content type must fit.
#[derive(Clone, Debug)]
pub struct RequestModel {
    /// The content type; `$default` for all that have none of their own.
    pub content_type: String,
    /// The schema: JSON Schema draft 4. A model that stands elsewhere is a `$ref` to its name.
    pub schema: Setting<Json>,
    /// Where it is declared.
    pub span: Span,
}

/// A model of the API's, to which methods and other models refer by name.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its names: what AWS calls it, and what the template does (`${OrderModel}`).
    pub names: Vec<String>,
    /// The schema.
    pub schema: Setting<Json>,
}

/// Where an API looks for the key of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeySource {
    /// In the header `x-api-key`. The default.
    Header,
    /// In what the authorizer answers.
    Authorizer,
}

impl ApiKeySource {
    /// Reads AWS's word for it.
    pub fn read(text: &str) -> Option<ApiKeySource> {
        match text {
            "HEADER" => Some(ApiKeySource::Header),
            "AUTHORIZER" => Some(ApiKeySource::Authorizer),
            _ => None,
        }
    }
}
