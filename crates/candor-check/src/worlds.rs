//! Findings of several worlds of one template, made into one list: what holds in all of them is one finding, the rest
//! says when it holds.

use std::collections::HashMap;

use candor_gateway::span::Span;
use candor_iac::project::World;

use crate::finding::Finding;

/// Unites the findings of the worlds of one template.
pub(crate) fn unite(worlds: Vec<(World, Vec<Finding>)>) -> Vec<Finding> {
    if worlds.len() == 1 {
        return worlds.into_iter().flat_map(|(_, findings)| findings).collect();
    }
    let all: Vec<World> = worlds.iter().map(|(world, _)| world.clone()).collect();
    let mut united: Vec<(Finding, Vec<usize>)> = Vec::new();
    let mut by_place: HashMap<(&'static str, Span), usize> = HashMap::new();
    for (i, (_, findings)) in worlds.into_iter().enumerate() {
        for finding in findings {
            match by_place.get(&(finding.rule.slug, finding.at)) {
                Some(&at) => {
                    let (first, holds_in) = &mut united[at];
                    holds_in.push(i);
                    first.count = first.count.max(finding.count);
                    for route in finding.routes {
                        if !first.routes.contains(&route) {
                            first.routes.push(route);
                        }
                    }
                }
                None => {
                    by_place.insert((finding.rule.slug, finding.at), united.len());
                    united.push((finding, vec![i]));
                }
            }
        }
    }
    united
        .into_iter()
        .map(|(mut finding, holds_in)| {
            finding.when = when(&all, &holds_in);
            finding
        })
        .collect()
}

/// In words, in which of these worlds something holds; `None` where it holds in all.
fn when(all: &[World], holds_in: &[usize]) -> Option<String> {
    if holds_in.len() == all.len() {
        return None;
    }
    let literal = |(name, value): &(String, bool)| if *value { name.clone() } else { format!("not {name}") };
    // One assumption that is true of these worlds and of no other says it best.
    let mut literals: Vec<&(String, bool)> = all.iter().flat_map(|w| &w.assumed).collect();
    literals.sort();
    literals.dedup();
    let exact = literals.into_iter().find(|l| {
        all.iter().enumerate().all(|(i, world)| world.assumed.contains(l) == holds_in.contains(&i))
    });
    if let Some(exact) = exact {
        return Some(literal(exact));
    }
    let worlds: Vec<String> = holds_in
        .iter()
        .map(|i| all[*i].assumed.iter().map(literal).collect::<Vec<_>>().join(" and "))
        .collect();
    Some(worlds.join(", or "))
}
