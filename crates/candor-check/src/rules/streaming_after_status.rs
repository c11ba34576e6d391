//! A streamed answer breaks off, and its status has left before.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "streaming-after-status",
    severity: Severity::Warning,
    summary: "A streamed answer breaks off, and its status has left before.",
    docs: include_str!("streaming_after_status.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(route) = scene.route else { return Claim::Passed };
    let broken = matches!(scene.case.and_then(Case::outcome), Some(Outcome::StreamBroken(_)));
    if !broken || !scene.is_masked() {
        return Claim::Passed;
    }
    let at = route.integration.transfer_mode.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the function fails in the middle of its answer", scene.whose()),
        label: "the status leaves before the first part of the body: nothing that fails later can change it".to_string(),
        remedy: "do what may fail before the first write, and end the stream with a mark that clients look for; nothing but the client can tell a part from \
                 the whole"
            .to_string(),
        also: Vec::new(),
    })
}
