//! Resources and conditions that need each other in a circle: CloudFormation refuses such a template.

use std::collections::HashMap;

use candor_gateway::span::Span;

use crate::syntax::{Kind, Node};
use crate::template::Template;

/// The circles of a template: where one begins, and its members in words.
pub(crate) fn find(template: &Template<'_>) -> Vec<(Span, String)> {
    let mut resources = Graph::default();
    for resource in &template.resources {
        // What stands under a condition may never stand beside the rest, and SAM makes several resources of one: an API that
        // names a function whose event names the API is no circle.
        if resource.node.get("Condition").is_none()
            && !resource.resource_type.starts_with("AWS::Serverless::")
        {
            resources.add(resource.id(), resource.span());
        }
    }
    for resource in &template.resources {
        let from = resource.id();
        if let Some(depends) = resource.node.get("DependsOn") {
            for name in depends.items().iter().chain([depends]).filter_map(Node::as_str) {
                resources.link(from, name);
            }
        }
        if let Some(properties) = resource.properties() {
            references(properties, &mut |name| resources.link(from, name));
        }
    }
    let mut conditions = Graph::default();
    for (name, node) in &template.conditions {
        conditions.add(name, node.span);
    }
    for (name, node) in &template.conditions {
        named_conditions(node, &mut |other| conditions.link(name, other));
    }
    let mut found = resources.circles("resources");
    found.extend(conditions.circles("conditions"));
    found
}

/// Calls `found` with every name that a node refers to, choices by condition left out.
fn references<'n>(node: &'n Node, found: &mut impl FnMut(&'n str)) {
    let tag = node.tag.as_ref().map(|t| t.name.as_str());
    let (function, argument) = match (tag, node.entries()) {
        (Some(name), _) => (name, node),
        (None, [only]) => (only.key.as_str().trim_start_matches("Fn::"), &only.value),
        (None, _) => ("", node),
    };
    match function {
        "If" => return,
        "Ref" => {
            if let Some(name) = argument.as_str() {
                found(name);
            }
            return;
        }
        "GetAtt" => {
            let name = argument.as_str().or_else(|| argument.items().first().and_then(Node::as_str));
            if let Some(name) = name {
                found(name);
            }
            return;
        }
        "Sub" => {
            let text = argument.as_str().or_else(|| argument.items().first().and_then(Node::as_str));
            for part in text.unwrap_or_default().split("${").skip(1) {
                found(part.split('}').next().unwrap_or_default());
            }
        }
        _ => {}
    }
    match &node.kind {
        Kind::Sequence(items) => items.iter().for_each(|item| references(item, found)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| references(&entry.value, found)),
        Kind::Null | Kind::Scalar(_) => {}
    }
}

/// Calls `found` with every condition that a condition names.
fn named_conditions<'n>(node: &'n Node, found: &mut impl FnMut(&'n str)) {
    if let (Some("Condition"), Some(name)) = (node.tag.as_ref().map(|t| t.name.as_str()), node.as_str()) {
        found(name);
    }
    for entry in node.entries() {
        if let ("Condition", Some(name)) = (entry.key.as_str(), entry.value.as_str()) {
            found(name);
        }
        named_conditions(&entry.value, found);
    }
    node.items().iter().for_each(|item| named_conditions(item, found));
}

/// Names, and which need which.
#[derive(Default)]
struct Graph<'n> {
    index: HashMap<&'n str, usize>,
    names: Vec<(&'n str, Span)>,
    links: Vec<Vec<usize>>,
}

impl<'n> Graph<'n> {
    fn add(&mut self, name: &'n str, span: Span) {
        self.index.insert(name, self.names.len());
        self.names.push((name, span));
        self.links.push(Vec::new());
    }

    /// `Orders.Arn` needs `Orders`. Names that are not in the graph need nothing.
    fn link(&mut self, from: &str, to: &str) {
        let to = to.split('.').next().unwrap_or_default();
        if let (Some(&from), Some(&to)) = (self.index.get(from), self.index.get(to)) {
            self.links[from].push(to);
        }
    }

    /// Circles, each once, found by walking depth first without recursion.
    fn circles(&self, of: &str) -> Vec<(Span, String)> {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let mut found = Vec::new();
        let mut state = vec![NEW; self.names.len()];
        for start in 0..self.names.len() {
            if state[start] != NEW {
                continue;
            }
            state[start] = OPEN;
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.last_mut() {
                let Some(&to) = self.links[*at].get(*next) else {
                    state[*at] = DONE;
                    path.pop();
                    continue;
                };
                *next += 1;
                match state[to] {
                    NEW => {
                        state[to] = OPEN;
                        path.push((to, 0));
                    }
                    OPEN => {
                        let from = path.iter().position(|(node, _)| *node == to).unwrap_or(0);
                        let names = path[from..]
                            .iter()
                            .map(|(node, _)| self.names[*node].0)
                            .chain([self.names[to].0]);
                        let names: Vec<&str> = names.collect();
                        let message =
                            format!("these {of} need each other in a circle: {}", names.join(" → "));
                        found.push((self.names[to].1, message));
                    }
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }
}
