//! The API puts messages into a queue or a stream, and what cannot be handled behind it is lost.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "queue-front-no-dlq",
    severity: Severity::Note,
    summary: "The API puts messages into a queue or a stream, and what cannot be handled behind it is lost.",
    docs: include_str!("queue_front_no_dlq.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::Target;
use candor_iac::project::{Poller, Queue};

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            if let Some(poller) = of_stream(project, route) {
                report_stream(api, route, poller, findings);
                continue;
            }
            let Some(queue) = project.queues.iter().find(|queue| feeds(route, queue)) else { continue };
            // Who reads the queue stands in another template: there it can be seen what becomes of messages.
            let Some(poller) = project.pollers.iter().find(|poller| poller.reads(&queue.logical_id)) else { continue };
            let Some((at, label, remedy)) = lost(queue, poller) else { continue };
            let function = poller.function.as_deref().unwrap_or("the function");
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} has said yes to a message that {function} may never handle", route.key),
                label,
                remedy,
                also: vec![(route.span, "the route".to_string())],
            });
        }
    }
}

/// Whether a route's integration names the queue: in its address, or among its parameters.
fn feeds(route: &Route, queue: &Queue) -> bool {
    let Ok((Some(Target::Service { service, action }), _)) = route.integration.target.optional() else { return false };
    let names = |text: &str| {
        text.contains(&format!("${{{}}}", queue.logical_id)) || text.contains(&format!("${{{}.", queue.logical_id))
    };
    let parameter = |p: &candor_gateway::api::Parameter| matches!(p.source.optional(), Ok((Some(source), _)) if names(source));
    service == "sqs" && (names(action) || route.integration.request_parameters.iter().any(parameter))
}

/// How a message gets lost: where, why, and what to write.
fn lost(queue: &Queue, poller: &Poller) -> Option<(Span, String, String)> {
    if !queue.has_redrive_policy {
        let label = "no RedrivePolicy: a message that fails comes again until its time is over, and is gone then".to_string();
        let remedy = "`RedrivePolicy` with a queue for what nobody could handle, and an alarm on its length".to_string();
        return Some((queue.span, label, remedy));
    }
    let one = matches!(poller.batch_size.optional(), Ok((Some(1), _)) | Err(_));
    if poller.reports_batch_item_failures || one {
        return None;
    }
    let label = "one message that fails sends the whole batch back, and in the end to the dead letters".to_string();
    let remedy = "`FunctionResponseTypes: [ReportBatchItemFailures]`, and a function that returns `batchItemFailures`".to_string();
    Some((poller.span, label, remedy))
}

/// The function behind the stream into which a route puts records, if failed ones are not kept. The request template names the stream.
fn of_stream<'p>(project: &'p Project, route: &Route) -> Option<&'p Poller> {
    let Ok((Some(Target::Service { service, .. }), _)) = route.integration.target.optional() else { return None };
    let reference = |poller: &Poller| {
        let (source, _) = poller.source.optional().ok()?;
        let id = source?.strip_prefix("${")?.split(['.', '}']).next()?;
        Some(format!("${{{id}}}"))
    };
    let named = |poller: &&Poller| {
        let templates = route.integration.request_templates.iter();
        let mut texts = templates.filter_map(|t| Some(t.template.optional().ok()?.0?.text.as_str()));
        reference(poller).is_some_and(|reference| texts.any(|text| text.contains(&reference)))
    };
    let mut pollers = project.pollers.iter().filter(|poller| poller.of_stream && !poller.keeps_failed_records);
    (service == "kinesis").then(|| pollers.find(named)).flatten()
}

fn report_stream(api: &Api, route: &Route, poller: &Poller, findings: &mut Findings) {
    let function = poller.function.as_deref().unwrap_or("the function");
    report_route(&RULE, api, Some(route), poller.span, findings, || Claimed {
        at: poller.span,
        message: format!("{} has said yes to a record that {function} may never handle", route.key),
        label: "a batch that fails is tried again until the records are too old, and is gone then".to_string(),
        remedy: "`DestinationConfig` with `OnFailure`, and `MaximumRetryAttempts`".to_string(),
        also: vec![(route.span, "the route".to_string())],
    });
}
