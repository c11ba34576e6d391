//! A CloudFormation or SAM template: its sections, and how its values resolve in one world.

pub(crate) mod conditions;
pub(crate) mod cycles;
pub(crate) mod foreach;
pub(crate) mod intrinsics;

use std::collections::{BTreeMap, HashMap};

use candor_gateway::span::{FileId, Span, Text};

use crate::syntax::Node;

/// The sections of a template.
#[derive(Debug)]
pub(crate) struct Template<'t> {
    pub(crate) file: FileId,
    /// The folder that holds it: local files are named from there.
    pub(crate) folder: String,
    pub(crate) globals: Option<&'t Node>,
    pub(crate) parameters: BTreeMap<&'t str, &'t Node>,
    pub(crate) mappings: Option<&'t Node>,
    pub(crate) conditions: BTreeMap<&'t str, &'t Node>,
    pub(crate) resources: Vec<Resource<'t>>,
    index: HashMap<&'t str, usize>,
    /// Parameters whose values only deployment knows, whatever their defaults: the stack around gives them.
    pub(crate) left_open: Vec<String>,
    /// Macros other than SAM's: they may add anything.
    pub(crate) macros: Vec<Text>,
}

/// A resource as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resource<'t> {
    pub(crate) logical_id: &'t Text,
    /// `AWS::Lambda::Function`, …
    pub(crate) resource_type: &'t str,
    pub(crate) node: &'t Node,
}

impl<'t> Resource<'t> {
    pub(crate) fn id(&self) -> &'t str {
        self.logical_id.as_str()
    }

    pub(crate) fn span(&self) -> Span {
        self.logical_id.span()
    }

    pub(crate) fn properties(&self) -> Option<&'t Node> {
        self.node.get("Properties")
    }
}

/// Whether a tree is a CloudFormation or SAM template: `Resources` of which one at least has a type of AWS's form.
pub(crate) fn is_template(root: &Node) -> bool {
    let typed = |node: &Node| node.get("Type").and_then(Node::as_str).is_some_and(|t| t.contains("::"));
    let resources = root.get("Resources").map_or(&[][..], Node::entries);
    let says_so = root.get("AWSTemplateFormatVersion").is_some() || root.get("Transform").is_some();
    resources.iter().any(|e| typed(&e.value)) || (says_so && root.get("Resources").is_some())
}

fn section<'t>(root: &'t Node, name: &str) -> BTreeMap<&'t str, &'t Node> {
    let entries = root.get(name).map_or(&[][..], Node::entries);
    entries.iter().map(|e| (e.key.as_str(), &e.value)).collect()
}

impl<'t> Template<'t> {
    pub(crate) fn new(root: &'t Node, file: FileId, path: &str) -> Template<'t> {
        let entries = root.get("Resources").map_or(&[][..], Node::entries);
        let resources: Vec<Resource<'t>> = entries
            .iter()
            .map(|entry| Resource {
                logical_id: &entry.key,
                resource_type: entry.value.get("Type").and_then(Node::as_str).unwrap_or_default(),
                node: &entry.value,
            })
            .collect();
        let transforms = root.get("Transform");
        let named =
            transforms.map_or(&[][..], Node::items).iter().chain(transforms).filter_map(Node::as_text);
        let known = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];
        Template {
            file,
            folder: path.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/")),
            globals: root.get("Globals"),
            parameters: section(root, "Parameters"),
            mappings: root.get("Mappings"),
            conditions: section(root, "Conditions"),
            index: resources.iter().enumerate().map(|(i, r)| (r.id(), i)).collect(),
            resources,
            left_open: Vec::new(),
            macros: named.filter(|name| !known.contains(&name.as_str())).cloned().collect(),
        }
    }

    pub(crate) fn resource(&self, logical_id: &str) -> Option<&Resource<'t>> {
        self.index.get(logical_id).map(|i| &self.resources[*i])
    }
}
