//! The only crate that knows file formats: CloudFormation, SAM and OpenAPI become [`project::Project`]s, one per world.
//!
//! Everything it opens goes through [`files::Files`], so that reading is as pure as the rest of the core.

mod alarms;
mod discover;
pub mod files;
mod formats;
mod loader;
mod nested;
pub mod project;
pub mod source;
pub mod syntax;
mod template;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use candor_gateway::api::Api;
use candor_gateway::setting::{Needs, Undecided};
use candor_gateway::span::Span;

use crate::discover::discover;
use crate::files::{Files, MemoryFiles};
use crate::formats::openapi;
pub use crate::loader::tidy;
use crate::loader::{Loader, NotLoaded};
use crate::nested::Nested;
use crate::project::{Project, World};
use crate::source::Sources;
use crate::syntax::{Limits, Node};
use crate::template::Template;
use crate::template::conditions::Assumptions;
use crate::template::intrinsics::Scope;

/// How to read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Values of template parameters, in place of their defaults.
    pub parameters: Vec<(String, String)>,
    /// The largest file that is read, in bytes.
    pub max_file: u64,
    /// Bounds on what a file may hold.
    pub limits: Limits,
}

/// Everything that was read, and everything that was not.
#[derive(Debug, Default)]
pub struct Reading {
    /// The texts.
    pub sources: Sources,
    /// Parameters that values were given for and that no template has.
    pub unknown_parameters: Vec<String>,
    /// One project per template and world; the worlds of one template stand side by side.
    pub projects: Vec<Project>,
    /// What nothing in the files decides, found while reading.
    pub undecided: Vec<Undecided>,
    /// Files that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What was read in spite of something: duplicate keys, parameters that no template has.
    pub warnings: Vec<(Span, String)>,
    /// How many templates were read.
    pub files: usize,
    /// Templates in a format that candor knows but does not read: path and format.
    pub skipped: Vec<(String, String)>,
    /// Resources that CDK made, with the paths of their constructs (`aws:cdk:path`).
    constructs: Vec<(Span, String)>,
}

impl Reading {
    /// The construct that made what stands here: the author of a CDK app knows that, and no line of the template.
    pub fn construct(&self, at: Span) -> Option<&str> {
        let holds = |span: &Span| span.file == at.file && span.start <= at.start && at.end <= span.end;
        self.constructs.iter().find(|(span, _)| holds(span)).map(|(_, path)| path.as_str())
    }
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path.
    pub path: String,
    /// Where in it, if its text was read at all.
    pub span: Option<Span>,
    /// Why, and the way out.
    pub message: String,
}

/// The most worlds of one template; each takes as long as a template without conditions.
const MOST_WORLDS: usize = 16;

/// How many files are fetched at once, where somebody can.
const AT_ONCE: usize = 64;

/// Reads templates and everything they refer to; folders are searched for templates.
pub fn read(files: &dyn Files, paths: &[String], options: &Options) -> Reading {
    let mut found = discover(files, paths);
    // Most of what stands in a tree is no template, and some of it is large.
    let worth = files.sift(&found.found, &discover::may_hold_template);
    let mut worth = worth.into_iter();
    found.found.retain(|_| worth.next().unwrap_or(true));
    let loader = Loader::new(files, options);
    let mut reading = Reading::default();
    for (path, message) in found.failed {
        loader.complain(Unreadable { path, span: None, message });
    }
    let mut documents = Vec::new();
    let mut known_parameters: Vec<String> = Vec::new();
    let mut stacks = Stacks::default();
    let mut paths: Vec<&String> = found.named.iter().chain(&found.found).collect();
    paths.dedup();
    for (nth, path) in paths.iter().enumerate() {
        if nth % AT_ONCE == 0 {
            let next: Vec<&str> = paths[nth..].iter().take(AT_ONCE).map(|path| path.as_str()).collect();
            files.soon(&next);
        }
        let path = *path;
        let named = found.named.contains(path);
        let Some((file, root)) = open(&loader, path, named, &mut reading) else { continue };
        if template::is_template(&root) {
            let nested = stacks.open.remove(&tidy(path));
            let others = read_stack(
                path,
                file,
                root,
                nested.as_ref(),
                &loader,
                options,
                &mut reading,
                &mut known_parameters,
            );
            stacks.remember(others);
        } else if openapi::is_document(&root) {
            documents.push((path, named, file, root));
        } else if named {
            let message = "neither a CloudFormation or SAM template nor an OpenAPI document with x-amazon-apigateway-integration";
            loader.complain(Unreadable { path: path.clone(), span: None, message: message.to_string() });
        }
    }
    // Kept apart: a template that is read once more loses what was undecided in it.
    let mut missing = Vec::new();
    while let Some((path, nested)) = stacks.open.pop_first() {
        if !matches!(files.kind(&path), Ok(files::PathKind::File)) {
            // What it holds nobody knows here; another stack may be all that there is to check.
            missing.push(Undecided { span: nested.named, needs: Needs::File(path) });
            continue;
        }
        let Some((file, root)) = open(&loader, &path, true, &mut reading) else { continue };
        if !template::is_template(&root) {
            continue;
        }
        if reading.projects.iter().any(|project| project.file == file) {
            reading.files -= 1;
            reading.projects.retain(|project| project.file != file);
            reading.undecided.retain(|undecided| undecided.span.file != file);
        }
        let others = read_stack(
            &path,
            file,
            root,
            Some(&nested),
            &loader,
            options,
            &mut reading,
            &mut known_parameters,
        );
        stacks.remember(others);
    }
    reading.undecided.extend(missing);
    for (path, named, file, root) in documents {
        // A document that a template includes has been read as part of it.
        if !named && loader.has_included(path) {
            continue;
        }
        reading.files += 1;
        let (api, undecided) = read_document(&root, file, path, "", &[], &loader, options);
        reading.projects.push(Project::of_api(file, api));
        reading.undecided.extend(undecided);
    }
    let kept = loader.finish();
    let nothing = reading.files == 0 && kept.unreadable.is_empty();
    reading.sources = kept.sources;
    reading.unreadable = kept.unreadable;
    reading.warnings = kept.warnings;
    reading.skipped.extend(found.skipped);
    if nothing {
        for path in found.folders {
            let message = "no template in this folder: candor reads CloudFormation, SAM, and OpenAPI with x-amazon-apigateway-integration"
                .to_string();
            reading.unreadable.push(Unreadable { path, span: None, message });
        }
    }
    let given = options.parameters.iter().map(|(name, _)| name);
    reading.unknown_parameters = given.filter(|name| !known_parameters.contains(name)).cloned().collect();
    reading
}

/// Templates that others name: those that stand before them are read once more, those that nobody has found are read at last.
#[derive(Default)]
struct Stacks {
    /// Not read yet, by path.
    open: BTreeMap<String, Nested>,
    /// All that were ever named.
    known: BTreeSet<String>,
}

impl Stacks {
    /// Takes in what a template names. The first that names another gives it its parameters.
    fn remember(&mut self, others: Vec<Nested>) {
        for other in others {
            if self.known.insert(other.path.clone()) {
                self.open.insert(other.path.clone(), other);
            }
        }
    }
}

/// Reads one template: alone, or as another names it. Which others it names.
#[allow(
    clippy::too_many_arguments,
    reason = "what a run of `read` has gathered, in the hands of the one who adds to it"
)]
fn read_stack(
    path: &str,
    file: candor_gateway::span::FileId,
    root: Node,
    nested: Option<&Nested>,
    loader: &Loader<'_>,
    options: &Options,
    reading: &mut Reading,
    known_parameters: &mut Vec<String>,
) -> Vec<Nested> {
    reading.files += 1;
    // What a person gives counts before what the stack around gives.
    let given = nested.map_or(&[][..], |nested| nested.given.as_slice());
    let of_stack = given.iter().filter(|(name, _)| !options.parameters.iter().any(|(own, _)| own == name));
    let parameters = options.parameters.iter().chain(of_stack).cloned().collect();
    let options = &Options { parameters, ..options.clone() };
    let root = template::foreach::unrolled(root, &options.parameters);
    let mut template = Template::new(&root, file, path);
    template.left_open = nested.map_or_else(Vec::new, |nested| nested.left_open.clone());
    for (span, message) in template::cycles::find(&template) {
        loader.complain(Unreadable { path: path.to_string(), span: Some(span), message });
    }
    known_parameters.extend(template.parameters.keys().map(|name| (*name).to_string()));
    for resource in &template.resources {
        let metadata = resource.node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path"));
        if let Some(construct) = metadata.and_then(Node::as_str) {
            let span = Span::new(file, resource.span().start..resource.node.span.end);
            // The last part is the resource itself, which CDK calls so everywhere.
            let construct = construct.strip_suffix("/Resource").unwrap_or(construct);
            reading.constructs.push((span, construct.to_string()));
        }
    }
    let (mut projects, undecided) = read_template(&template, loader, options);
    if nested.is_some() {
        // Alarms, roles and permissions may stand in the stack around.
        for project in &mut projects {
            project.more_elsewhere = true;
            project.permissions_open = true;
        }
    }
    reading.projects.extend(projects);
    reading.undecided.extend(undecided);
    nested::find(&template, loader, options)
}

/// Opens and parses a file. Of a file that was only found in a folder, nobody wants to hear unless it looks like a template.
fn open(
    loader: &Loader<'_>,
    path: &str,
    named: bool,
    reading: &mut Reading,
) -> Option<(candor_gateway::span::FileId, Node)> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if let Some(format) = discover::unread_format(name) {
        reading.skipped.push((path.to_string(), format.to_string()));
        return None;
    }
    let template_name = discover::is_template_name(name);
    let text = match loader.text(path) {
        Ok(text) => text,
        Err(NotLoaded::Missing) => {
            loader.complain(Unreadable {
                path: path.to_string(),
                span: None,
                message: files::FileError::NotFound.to_string(),
            });
            return None;
        }
        Err(NotLoaded::Unreadable(unreadable)) => {
            if named || template_name {
                loader.complain(unreadable);
            } else {
                reading.skipped.push((unreadable.path, unreadable.message));
            }
            return None;
        }
    };
    let looks_like_template = discover::looks_like_template(&text);
    match loader.parse(path, text) {
        Ok(parsed) => Some(parsed),
        Err(unreadable) => {
            if named || template_name || looks_like_template {
                loader.complain(unreadable);
            }
            None
        }
    }
}

/// Reads a template once per world: whenever a comparison turns out undecided, there are two worlds in place of one.
fn read_template(
    template: &Template<'_>,
    loader: &Loader<'_>,
    options: &Options,
) -> (Vec<Project>, Vec<Undecided>) {
    let mut open = vec![Assumptions::default()];
    let mut projects: Vec<(Project, Vec<Undecided>)> = Vec::new();
    while let Some(assumptions) = open.pop() {
        let scope = Scope::new(template, &options.parameters, &assumptions, loader);
        let project = formats::read_project(&scope);
        let (met, undecided) = scope.finish();
        match met {
            None => projects.push((project, undecided)),
            Some(atom) if projects.len() + open.len() + 2 <= MOST_WORLDS => {
                open.push(assumptions.with(atom.clone(), false));
                open.push(assumptions.with(atom, true));
            }
            Some(_) => {
                // Too many: one world, in which nothing holds that nobody decided.
                let span = Span::new(template.file, 0..0);
                let what = format!(
                    "more than {MOST_WORLDS} combinations of conditions: give --parameter for some; this one reading takes undecided \
                     comparisons for false"
                );
                let undecided = undecided
                    .into_iter()
                    .chain([Undecided { span, needs: candor_gateway::setting::Needs::Support(what) }]);
                let project = Project { world: World::default(), ..project };
                return (vec![project], undecided.collect());
            }
        }
    }
    let mut undecided: Vec<Undecided> = Vec::new();
    let mut of_worlds = Vec::with_capacity(projects.len());
    for (project, of_world) in projects {
        for one in of_world {
            if !undecided.contains(&one) {
                undecided.push(one);
            }
        }
        of_worlds.push(project);
    }
    (of_worlds, undecided)
}

/// Reads a document as an API of its own.
fn read_document(
    root: &Node,
    file: candor_gateway::span::FileId,
    path: &str,
    stage: &str,
    variables: &[(String, String)],
    loader: &Loader<'_>,
    options: &Options,
) -> (Api, Vec<Undecided>) {
    // A document made for AWS::Include may hold intrinsics in their long form; of a template it knows nothing.
    let template = Template::new(root, file, path);
    let assumptions = Assumptions::default();
    let scope = Scope::new(&template, &options.parameters, &assumptions, loader);
    let api = openapi::read_alone(root, stage, variables, &scope);
    let (_, undecided) = scope.finish();
    (api, undecided)
}

/// Reads one OpenAPI document as the API it describes, with one stage.
///
/// # Errors
/// Why it cannot be read.
pub fn read_openapi(
    sources: &mut Sources,
    path: &str,
    text: String,
    stage: &str,
    variables: &[(String, String)],
    options: &Options,
) -> Result<(Api, Vec<Undecided>), Unreadable> {
    let files = MemoryFiles::default();
    let loader = Loader::new(&files, options);
    let parsed = loader.parse(path, text);
    let read = parsed.and_then(|(file, root)| {
        if openapi::is_openapi(&root) {
            Ok(read_document(&root, file, path, stage, variables, &loader, options))
        } else {
            let message = "no OpenAPI document: neither `openapi` nor `swagger` at its top".to_string();
            Err(Unreadable { path: path.to_string(), span: Some(root.span.head()), message })
        }
    });
    *sources = loader.finish().sources;
    read
}

/// The API of a function URL from its settings: `{"invokeMode": …, "cors": {…}}`.
///
/// # Errors
/// Why the settings cannot be read.
pub fn function_url(
    sources: &mut Sources,
    path: &str,
    text: String,
    options: &Options,
) -> Result<Api, Unreadable> {
    let files = MemoryFiles::default();
    let loader = Loader::new(&files, options);
    let parsed = loader.parse(path, text);
    let read = parsed.map(|(file, root)| {
        let template = Template::new(&root, file, path);
        let assumptions = Assumptions::default();
        let scope = Scope::new(&template, &options.parameters, &assumptions, &loader);
        formats::functions::url_alone(&root, &scope)
    });
    *sources = loader.finish().sources;
    read
}
