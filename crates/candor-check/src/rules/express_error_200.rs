//! Behind a web framework: a route returns an error, and the framework answers 200.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "express-error-200",
    severity: Severity::Error,
    summary: "Behind a web framework: a route returns an error, and the framework answers 200.",
    docs: include_str!("express_error_200.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let framework = scene.source.and_then(|source| source.handler.facts.framework);
    let (Some(tells), Some(framework)) = (scene.success_that_tells(), framework) else { return Claim::Passed };
    let at = scene.place(tells);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} around an error", scene.whose()),
        label: format!("{framework} answers {status} where a route sets no other status"),
        remedy: match framework {
            "FastAPI" => "raise an `HTTPException` with the status",
            "Flask" => "return the status behind the body: `return {...}, 404`",
            _ => "return the status behind the body, or raise the framework's exception for it",
        }
        .to_string(),
        also: Vec::new(),
    })
}
