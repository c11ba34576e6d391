//! From resolved values to a [`Project`]: what each format writes differently and means alike.

mod alarms;
mod apis;
mod authorizers;
mod behind;
mod fields;
pub(crate) mod functions;
mod http;
mod integration;
mod load_balancers;
mod method_request;
pub(crate) mod openapi;
mod permissions;
mod rest;
mod sam;
mod sam_authorizers;
mod stages;
mod surroundings;
mod target;

use candor_gateway::api::Api;
use candor_gateway::setting::Needs;
use candor_gateway::span::FileId;

use crate::formats::apis::Drafts;
use crate::formats::functions::Functions;
use crate::project::{Project, World};
use crate::template::intrinsics::Scope;

impl Project {
    /// A project of one API and nothing around it.
    pub(crate) fn of_api(file: FileId, api: Api) -> Project {
        Project {
            file,
            world: World::default(),
            apis: vec![api],
            functions: Vec::new(),
            permissions: Vec::new(),
            permissions_open: true,
            alarms: Vec::new(),
            metric_filters: Vec::new(),
            account_role: false,
            more_elsewhere: true,
            log_groups: Vec::new(),
            distributions: Vec::new(),
            queues: Vec::new(),
            pollers: Vec::new(),
            deployments: Vec::new(),
        }
    }
}

/// Reads a template in one world.
pub(crate) fn read_project(scope: &Scope<'_>) -> Project {
    for name in &scope.template.macros {
        let needs = Needs::Support(format!("the macro {}: what it adds is not seen", name.as_str()));
        scope.leave_open(name.span(), needs);
    }
    let globals = sam::Globals::read(scope);
    let functions = Functions::read(scope, &globals);
    let mut drafts = Drafts::default();
    rest::read(scope, &functions, &mut drafts);
    http::read(scope, &functions, &mut drafts);
    sam::read(scope, &globals, &functions, &mut drafts);
    let (permissions, permissions_open) = permissions::read(scope, &functions);
    let mut apis = drafts.finish();
    apis.extend(functions.urls());
    apis.extend(load_balancers::read(scope, &functions));
    Project {
        file: scope.template.file,
        world: scope.assumptions.world(),
        apis,
        permissions,
        permissions_open,
        alarms: alarms::alarms(scope),
        metric_filters: alarms::metric_filters(scope),
        account_role: surroundings::account_role(scope),
        more_elsewhere: surroundings::more_elsewhere(scope),
        log_groups: surroundings::log_groups(scope),
        distributions: surroundings::distributions(scope),
        queues: behind::queues(scope),
        pollers: behind::pollers(scope, &functions),
        deployments: behind::deployments(scope),
        functions: functions.list,
    }
}

/// Whether a resource exists in this world.
fn exists(scope: &Scope<'_>, resource: &crate::template::Resource<'_>) -> bool {
    resource.node.get("Condition").and_then(crate::syntax::Node::as_str).is_none_or(|name| scope.holds(name))
}
