//! The service answers 200 for a call of which a part failed, and the mapping does not look.

use super::*;

use crate::endpoint_cases::operation;

/// An HTTP API passes a service's answer on and has nothing that could look into it.
pub(super) const IN_BETWEEN: &str =
    "a REST API, whose response template can look into the answer, or a function between: an HTTP API passes it on as it comes";

pub(super) static RULE: Rule = Rule {
    slug: "service-partial-failure",
    severity: Severity::Warning,
    summary: "The service answers 200 for entries that it has lost, and the mapping does not look.",
    docs: include_str!("service_partial_failure.md"),
    find: Find::AtEndpoint(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let partly = scene.case.is_some_and(|case| case.slug == "responded-partly");
    if !partly || !scene.is_masked() {
        return Claim::Passed;
    }
    let operation = scene.exchange.endpoint.as_ref().and_then(|call| operation(&call.request)).unwrap_or_default();
    let at = scene.blamed();
    let status = scene.exchange.response.status.value;
    // An API puts one event as a rule: then a part of the batch is all of it.
    let severity = if operation == "PutEvents" { Severity::Error } else { RULE.severity };
    let (count, test) = match operation.as_str() {
        "PutEvents" => ("`FailedEntryCount`", "$input.path('$.FailedEntryCount') > 0"),
        "PutRecords" => ("`FailedRecordCount`", "$input.path('$.FailedRecordCount') > 0"),
        "PutRecordBatch" => ("`FailedPutCount`", "$input.path('$.FailedPutCount') > 0"),
        "BatchWriteItem" => ("`UnprocessedItems`", "$input.path('$.UnprocessedItems').size() > 0"),
        _ => ("the list of failed entries", "$input.path('$..Failed').size() > 0"),
    };
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when {operation} has lost an entry", scene.whose()),
        label: format!("does not look at {count} of the answer"),
        remedy: match scene.is_mapped() {
            true => format!("a response template with `#if({test})#set($context.responseOverride.status = 500)#end`"),
            false => IN_BETWEEN.to_string(),
        },
        also: Vec::new(),
    })
}
