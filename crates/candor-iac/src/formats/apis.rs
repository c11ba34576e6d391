//! APIs under construction: resources that belong to one API stand anywhere in a template.

use std::collections::HashMap;

use candor_contract::ApiKind;
use candor_gateway::api::{Api, Stage};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::fields::strings;
use crate::formats::stages::{stage, stage_elsewhere};
use crate::value::{Kind, Value};

/// An API whose routes and stages are being gathered.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) api: Api,
    pub(super) stages: Vec<Stage>,
}

/// All APIs under construction, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    list: Vec<Draft>,
    by_id: HashMap<String, usize>,
}

impl Drafts {
    /// Takes in an API under its logical id.
    pub(super) fn add(&mut self, id: &str, draft: Draft) -> &mut Draft {
        self.by_id.insert(id.to_string(), self.list.len());
        self.list.push(draft);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Does something to every draft.
    pub(super) fn each(&mut self, change: impl FnMut(&mut Draft)) {
        self.list.iter_mut().for_each(change);
    }

    pub(super) fn get(&mut self, id: &str) -> Option<&mut Draft> {
        self.by_id.get(id).map(|i| &mut self.list[*i])
    }

    /// The API that a value refers to; one that stands outside the template is made on the spot, so that its routes are
    /// looked at all the same.
    pub(super) fn of_reference(
        &mut self,
        value: Option<&Value>,
        kind: ApiKind,
        at: Span,
    ) -> Option<&mut Draft> {
        let (id, span) = match value {
            Some(value) => match value.as_scalar() {
                Some(scalar) => {
                    let id = scalar
                        .resource()
                        .map_or_else(|| scalar.text.as_str().to_string(), |(id, _)| id.to_string());
                    (id, value.span)
                }
                None => ("an API outside the template".to_string(), value.span),
            },
            None => ("an API without a name".to_string(), at),
        };
        if !self.by_id.contains_key(&id) {
            self.add(&id, Draft { api: empty(&id, kind, span), stages: Vec::new() });
        }
        self.get(&id).filter(|draft| draft.api.kind == kind)
    }

    /// One API per stage. Without routes an API has nothing that could fail.
    pub(super) fn finish(self) -> Vec<Api> {
        let mut apis = Vec::new();
        for Draft { api, mut stages } in self.list {
            let last = stages.pop();
            for stage in stages {
                apis.push(Api { stage, ..api.clone() });
            }
            match last {
                Some(stage) => apis.push(Api { stage, ..api }),
                None => apis.push(api),
            }
        }
        apis
    }
}

/// An API without routes, and with the stage it has where none is written: one that stands elsewhere.
pub(super) fn empty(name: &str, kind: ApiKind, span: Span) -> Api {
    let default = || Setting::written("$default".to_string(), span);
    let needs = Needs::Attribute(format!("the stage of {name}"));
    Api {
        name: name.to_string(),
        logical_id: None,
        name_at_aws: Setting::unknown(span, Needs::Attribute(format!("the name of {name}"))),
        kind,
        stage: match kind {
            ApiKind::Rest => stage_elsewhere(Setting::unknown(span, needs.clone()), needs, span),
            ApiKind::Http => stage_elsewhere(default(), needs, span),
            ApiKind::FunctionUrl | ApiKind::Alb => stage(default(), span),
        },
        routes: Vec::new(),
        gateway_responses: Vec::new(),
        binary_media_types: Setting::absent(span, "BinaryMediaTypes"),
        models: Vec::new(),
        api_key_source: Setting::absent(span, "ApiKeySourceType"),
        cors: Setting::absent(span, "CorsConfiguration"),
        listener: None,
        span,
    }
}

/// CORS by the gateway itself, in either spelling of its keys.
pub(super) fn cors(value: &Value) -> Setting<candor_gateway::api::Cors> {
    let list = |upper: &str, lower: &str| {
        let written = value.get(upper).or_else(|| value.get(lower)).map(strings);
        written.and_then(|s| s.optional().ok().and_then(|(v, _)| v.cloned())).unwrap_or_default()
    };
    let single = |upper: &str, lower: &str| {
        value.get(upper).or_else(|| value.get(lower)).and_then(Value::as_str).map(str::to_string)
    };
    match &value.kind {
        Kind::Unknown(needs) => Setting::unknown(value.span, needs.clone()),
        // SAM: true, or the one origin.
        Kind::Scalar(scalar) => {
            let text = scalar.text.as_str();
            match crate::syntax::node::bool_of(text) {
                Some(false) => Setting::absent(value.span, "CorsConfiguration"),
                Some(true) => Setting::written(all_origins("*"), value.span),
                None => Setting::written(all_origins(text.trim_matches('\'')), value.span),
            }
        }
        _ => Setting::written(
            candor_gateway::api::Cors {
                allow_origins: list("AllowOrigins", "allowOrigins"),
                allow_methods: list("AllowMethods", "allowMethods"),
                allow_headers: list("AllowHeaders", "allowHeaders"),
                expose_headers: list("ExposeHeaders", "exposeHeaders"),
                allow_credentials: single("AllowCredentials", "allowCredentials")
                    .and_then(|text| crate::syntax::node::bool_of(&text))
                    .unwrap_or(false),
                max_age: single("MaxAge", "maxAge").and_then(|text| text.parse().ok()),
            },
            value.span,
        ),
    }
}

fn all_origins(origin: &str) -> candor_gateway::api::Cors {
    candor_gateway::api::Cors { allow_origins: vec![origin.to_string()], ..Default::default() }
}
