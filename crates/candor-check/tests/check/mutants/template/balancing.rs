//! Load balancers: what the listener says by itself, what counts as healthy, by which names its metrics go.

use super::super::Broken;
use super::doc::Doc;

/// Whatever no rule takes is a success.
pub(super) fn fixed_response_200(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |listener: usize| {
        let block = doc.block(doc.within(doc.block(listener), "DefaultActions")?);
        let line = doc.within(block, "StatusCode").filter(|line| doc.value(*line).contains("404"))?;
        Some(doc.broken(line..line + 1, &[doc.valued(line, "\"200\"")], &["alb-fixed-200"], []))
    };
    doc.resources("AWS::ElasticLoadBalancingV2::Listener").into_iter().filter_map(broken).collect()
}

/// Health checks take errors.
pub(super) fn healthy_errors(doc: &Doc<'_>) -> Vec<Broken> {
    let broken =
        |line: usize| doc.broken(line..line + 1, &[doc.valued(line, "200-499")], &["alb-fixed-200"], []);
    doc.all("HttpCode").into_iter().map(broken).collect()
}

/// The ARN in the place of the full name.
pub(super) fn arn_for_full_name(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |line: usize| {
        let (before, id) = doc.lines[line].split_once("!GetAtt ")?;
        let id = id.strip_suffix(".LoadBalancerFullName").or(id.strip_suffix(".TargetGroupFullName"))?;
        let new = format!("{before}!Ref {id}");
        Some(doc.broken(line..line + 1, &[new], &["alarm-wrong-dimension"], []))
    };
    doc.all("Value").into_iter().filter_map(broken).collect()
}
