//! A template puts text into JSON without escaping it: a quote in an error message breaks the answer.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-invalid-json",
    severity: Severity::Warning,
    summary: "A template puts text into JSON without escaping it: a quote in an error message breaks the answer.",
    docs: include_str!("template_invalid_json.md"),
    find: Find::InExchange(find),
};

use candor_contract::json::Json;

use crate::cases::QUOTED;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(template) = scene.body_template() else { return Claim::Passed };
    let Some(case) = scene.case.filter(|c| c.note == QUOTED) else { return Claim::Passed };
    let is_json = |exchange: &Exchange<'_>| {
        let bytes = exchange.response.body.value.bytes()?;
        Some(std::str::from_utf8(bytes).is_ok_and(|text| Json::read(text).is_ok()))
    };
    // With a plain message the template must yield JSON: only then was JSON meant.
    let same = |x: &Exchange<'_>| {
        x.trace.step(x.response.body.step).what == scene.exchange.trace.step(scene.exchange.response.body.step).what
    };
    let plain = scene.siblings.iter().filter(|(c, x)| c.slug == case.slug && c.note != QUOTED && same(x));
    let meant = plain.filter_map(|(_, x)| is_json(x)).any(|is_json| is_json);
    if !meant || is_json(scene.exchange) != Some(false) {
        return Claim::Passed;
    }
    let at = guilty_line(template);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers broken JSON when the error message holds a quote", scene.whose()),
        label: "put between quotes without being escaped".to_string(),
        remedy: "`$input.json('$.errorMessage')` brings its own quotes and escapes".to_string(),
        also: Vec::new(),
    })
}

/// The printed reference that stands between quotes, or the first one there is.
fn guilty_line(template: &TemplateText) -> Span {
    let text = template.text.as_str();
    let printed = template.parsed.as_ref().map(|t| t.printed_references()).unwrap_or_default();
    let quoted = |range: &std::ops::Range<u32>| text[..range.start as usize].ends_with('"');
    let range = printed.iter().find(|r| quoted(r)).or_else(|| printed.first());
    range.map_or_else(|| super::template_says_success::first_line(template), |r| template.text.at(r.clone()))
}
