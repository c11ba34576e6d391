//! `Fn::ForEach`, unrolled before anything else looks at a template ("Fn::ForEach", CloudFormation's template reference). It needs the transform
//! AWS::LanguageExtensions, and stands in Resources, Conditions, Outputs and in properties:
//!
//! ```yaml
//! Fn::ForEach::Methods:
//!   - Verb
//!   - [GET, PUT]
//!   - "${Verb}Method": { Type: AWS::ApiGateway::Method, Properties: { HttpMethod: !Ref Verb, … } }
//! ```

use candor_gateway::span::Text;

use crate::syntax::{Entry, Kind, Node};
use crate::template::intrinsics::PSEUDO;
use crate::value::placed;

const KEY: &str = "Fn::ForEach::";

/// The most nodes that loops may make: loops in loops multiply.
const MOST: usize = 200_000;

/// The values of parameters, given or by default: what a collection may refer to.
struct Loops<'t> {
    root: &'t Node,
    parameters: &'t [(String, String)],
    left: usize,
}

/// A template with its loops unrolled. A loop over what nothing in the files decides stays as it is, and so does one that is too large.
pub(crate) fn unrolled(root: Node, parameters: &[(String, String)]) -> Node {
    if !has_loop(&root) {
        return root;
    }
    let mut loops = Loops { root: &root, parameters, left: MOST };
    loops.node(&root, &mut Vec::new())
}

fn has_loop(node: &Node) -> bool {
    node.items().iter().any(has_loop)
        || node.entries().iter().any(|entry| entry.key.as_str().starts_with(KEY) || has_loop(&entry.value))
}

/// The identifiers of the loops around, each with the item of this turn.
type Turns = Vec<(String, Text)>;

impl Loops<'_> {
    fn node(&mut self, node: &Node, turns: &mut Turns) -> Node {
        self.left = self.left.saturating_sub(1);
        if let Some(item) = referred(node, turns) {
            return item;
        }
        let kind = match &node.kind {
            Kind::Null => Kind::Null,
            Kind::Scalar(scalar) => {
                let mut scalar = scalar.clone();
                if let Some(text) = filled(&scalar.text, turns) {
                    scalar.text = text;
                }
                Kind::Scalar(scalar)
            }
            Kind::Sequence(items) => {
                Kind::Sequence(items.iter().map(|item| self.node(item, turns)).collect())
            }
            Kind::Mapping(entries) => Kind::Mapping(self.entries(entries, turns)),
        };
        Node { span: node.span, tag: node.tag.clone(), kind }
    }

    fn entries(&mut self, entries: &[Entry], turns: &mut Turns) -> Vec<Entry> {
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            let turned = match entry.key.as_str().starts_with(KEY) {
                true => self.turns(&entry.value, turns),
                false => None,
            };
            match turned {
                // Of equal keys the last counts, as elsewhere.
                Some(made) => made.into_iter().for_each(|new| {
                    out.retain(|old| old.key.as_str() != new.key.as_str());
                    out.push(new);
                }),
                None => {
                    let key = filled(&entry.key, turns).unwrap_or_else(|| entry.key.clone());
                    let value = self.node(&entry.value, turns);
                    out.push(Entry { key, value });
                }
            }
        }
        out
    }

    /// What a loop makes: `None` where it is none that can be unrolled.
    fn turns(&mut self, argument: &Node, turns: &mut Turns) -> Option<Vec<Entry>> {
        let [identifier, collection, body] = argument.items() else { return None };
        let identifier = identifier.as_str()?.to_string();
        let items = self.collection(collection, turns)?;
        let mut made = Vec::new();
        for item in items {
            if self.left == 0 {
                return None;
            }
            turns.push((identifier.clone(), item));
            made.extend(self.entries(body.entries(), turns));
            turns.pop();
        }
        Some(made)
    }

    /// The items of a loop: a list, or a parameter that is one.
    fn collection(&self, node: &Node, turns: &Turns) -> Option<Vec<Text>> {
        let referred_to = match (&node.tag, node.entries()) {
            (Some(tag), _) if tag.name == "Ref" => node.as_text(),
            (None, [only]) if only.key.as_str() == "Ref" => only.value.as_text(),
            (Some(_), _) => return None,
            (None, _) => None,
        };
        if let Some(name) = referred_to {
            let parameter = self.root.get("Parameters")?.get(name.as_str())?;
            let given =
                self.parameters.iter().find(|(n, _)| n == name.as_str()).map(|(_, value)| value.as_str());
            let list = given.or_else(|| parameter.get("Default")?.as_str())?;
            return Some(list.split(',').map(|item| placed(item.trim(), name.span())).collect());
        }
        if !node.is_sequence() {
            return None;
        }
        let item = |node: &Node| match referred(node, turns) {
            Some(item) => item.as_text().cloned(),
            None if node.tag.is_none() => {
                let text = node.as_text()?;
                Some(filled(text, turns).unwrap_or_else(|| text.clone()))
            }
            None => None,
        };
        node.items().iter().map(item).collect()
    }
}

/// The item that `!Ref Identifier` or `{"Ref": "Identifier"}` stands for.
fn referred(node: &Node, turns: &Turns) -> Option<Node> {
    let name = match (&node.tag, node.entries()) {
        (Some(tag), _) if tag.name == "Ref" => node.as_str()?,
        (None, [only]) if only.key.as_str() == "Ref" => only.value.as_str()?,
        _ => return None,
    };
    let (_, item) = turns.iter().rev().find(|(identifier, _)| identifier == name)?;
    let text = placed(item.as_str(), node.span);
    let scalar = crate::syntax::Scalar { text, style: crate::syntax::Style::Quoted };
    Some(Node { span: node.span, tag: None, kind: Kind::Scalar(scalar) })
}

/// A text with `${Identifier}` and `&{Identifier}` filled in; the second without what a logical id may not hold. `None` where it has neither.
fn filled(text: &Text, turns: &Turns) -> Option<Text> {
    let mut new = text.as_str().to_string();
    for (identifier, item) in turns.iter().rev() {
        // A name of CloudFormation's own is no identifier.
        if PSEUDO.iter().any(|(pseudo, _)| pseudo == identifier) {
            continue;
        }
        let plain: String = item.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
        new = new.replace(&format!("${{{identifier}}}"), item.as_str());
        new = new.replace(&format!("&{{{identifier}}}"), &plain);
    }
    (new != text.as_str()).then(|| placed(&new, text.span()))
}
