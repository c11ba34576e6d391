//! The handler returns a tuple of an answer and a status, as a web framework would have it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-tuple",
    severity: Severity::Error,
    summary: "The handler returns a tuple of an answer and a status, as a web framework would have it.",
    docs: include_str!("error_tuple.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    let (Kind::Tuple, Shape::List { items, .. }) = (answer.kind, &answer.shape) else { return Claim::Passed };
    let Some(Shape::Number(Some(second))) = items.get(1).filter(|_| items.len() <= 3) else { return Claim::Passed };
    // `return body, status` and `return body, status, headers`; any other pair is data.
    let said = second.parse::<u16>().ok().filter(|status| (100..600).contains(status));
    let Some(said) = said.filter(|_| scene.proxy_format().is_some() || scene.is_mapped()) else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    let at = scene.place(path.given());
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: match status == said {
            true => format!("{} answers {status}, and nothing of what the handler says", scene.whose()),
            false => format!("{} answers {status} where the handler says {said}", scene.whose()),
        },
        label: "a tuple is a list in JSON: no gateway reads a status out of it".to_string(),
        remedy: "return a dictionary with `statusCode` and `body`".to_string(),
        also: Vec::new(),
    })
}
