//! `StartSyncExecution` answers 200 for an execution that failed, and the mapping does not look.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "sfn-sync-status",
    severity: Severity::Error,
    summary: "`StartSyncExecution` answers 200 for an execution that failed, and the mapping does not look.",
    docs: include_str!("sfn_sync_status.md"),
    find: Find::AtEndpoint(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let failed = scene.case.is_some_and(|case| case.slug == "execution-failed");
    if !failed || !scene.is_masked() {
        return Claim::Passed;
    }
    let at = scene.blamed();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the execution has failed", scene.whose()),
        label: "does not look at `status` of the answer: FAILED and TIMED_OUT come with 200".to_string(),
        remedy: match scene.is_mapped() {
            true => "a response template with `#if($input.path('$.status') != 'SUCCEEDED')#set($context.responseOverride.status = 500)#end`",
            false => super::service_partial_failure::IN_BETWEEN,
        }
        .to_string(),
        also: Vec::new(),
    })
}
