//! The sources of the functions behind an API: found, read, and what they show, with places in the user's files.

mod dependencies;

use std::collections::{HashMap, HashSet};

use candor_contract::ApiKind;
use candor_gateway::api::{Api, AuthorizerType, FunctionRef, IntegrationType, Route, Target};
use candor_gateway::setting::{Needs, Undecided};
use candor_gateway::span::{FileId, Span, Text};
use candor_handlers::{Events, Facts, Found, Guard, Place, Program, Search, Served, Unread};
use candor_iac::files::{FileError, Files, PathKind};
use candor_iac::project::{Code, Function, Project};
use candor_iac::{Reading, Unreadable, tidy};

use dependencies::Dependencies;

/// What the sources of all handlers of a [`Reading`] show.
#[derive(Debug, Default)]
pub struct Handlers {
    read: Vec<Handler>,
    by_key: HashMap<Key, usize>,
    /// Where the text behind each [`Place::module`] stands.
    texts: Vec<Where>,
    /// The files among them: a layer's belongs to every function that has the layer, and is one file all the same.
    files: HashMap<String, FileId>,
    dependencies: Dependencies,
}

/// What the source of one handler shows.
#[derive(Debug)]
pub struct Handler {
    /// Every way it can end.
    pub facts: Facts,
    /// Why the function cannot even start, if it cannot.
    pub absent: Option<Absent>,
    /// The requests for which it does less than all of it, each with what it does there.
    served: Vec<(Served, Handler)>,
}

impl Handler {
    /// What it can do behind one of its routes.
    pub fn behind(&self, api: &Api, route: &Route) -> &Handler {
        if self.served.is_empty() {
            return self;
        }
        let request = request_of(api, route);
        self.served.iter().find(|(served, _)| *served == request).map_or(self, |(_, less)| less)
    }
}

/// Why a function cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Its code has no such module; handlers of this name that other modules have.
    Module(String, Vec<String>),
    /// Its module has no such function; these it has.
    Function(String, Vec<String>),
}

/// Which code, and which function of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    code: Root,
    handler: String,
    /// Whether there is code besides ([`Function::more_code`]).
    more_code: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Root {
    /// Folders in which modules are looked for, the function's own first.
    Folders(Vec<String>),
    /// In the template itself.
    Inline(Span),
}

#[derive(Debug)]
enum Where {
    File(FileId),
    Inline(Text),
}

impl Handlers {
    /// Reads the handlers of every function that a route leads to, or that decides as its authorizer. Their texts go to the reading's sources, files that do not parse
    /// to what could not be read, and what is not understood of a handler to what is undecided: once for each.
    pub fn read(files: &dyn Files, reading: &mut Reading) -> Handlers {
        let mut handlers = Handlers::default();
        let mut programs: HashMap<Root, Program> = HashMap::new();
        let projects = std::mem::take(&mut reading.projects);
        // One handler may stand behind several functions: it gets proxy events only if no route makes another.
        let mapped: HashSet<Key> = projects
            .iter()
            .flat_map(|project| routed(project).map(move |routed| (project, routed)))
            .filter(|(_, (_, answers))| *answers != Answers::Proxied)
            .filter_map(|(project, (function, _))| key_of(reading.sources.path(project.file), function))
            .collect();
        let served = served(&projects, reading);
        for project in &projects {
            for (function, answers) in routed(project) {
                let template = reading.sources.path(project.file).to_string();
                match located(files, &template, function) {
                    Located::At(key) => {
                        if let Some(undecided) = layer_outside(files, &key, function)
                            && !reading.undecided.contains(&undecided)
                        {
                            reading.undecided.push(undecided);
                        }
                        if !handlers.by_key.contains_key(&key) {
                            let program = programs.entry(key.code.clone()).or_default();
                            let events = if mapped.contains(&key) { Events::Any } else { Events::Proxy };
                            let proxied = answers != Answers::Mapped;
                            let served = served.get(&key).map_or(&[][..], Vec::as_slice);
                            handlers.add(key, function, (proxied, events, served), program, files, reading);
                        }
                    }
                    Located::Nowhere => {}
                    Located::Undecided(undecided) => {
                        if !reading.undecided.contains(&undecided) {
                            reading.undecided.push(undecided);
                        }
                    }
                }
            }
        }
        reading.projects = projects;
        handlers
    }

    /// What the source of this function shows, if it was read.
    pub fn of(&self, reading: &Reading, project: &Project, function: &Function) -> Option<&Handler> {
        let template = reading.sources.path(project.file);
        let key = key_of(template, function)?;
        self.by_key.get(&key).map(|at| &self.read[*at])
    }

    /// How many handlers were read.
    pub fn len(&self) -> usize {
        self.read.len()
    }

    /// Whether none was read.
    pub fn is_empty(&self) -> bool {
        self.read.is_empty()
    }

    /// All of them, in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Handler> {
        self.read.iter()
    }

    /// A place in the user's files.
    pub fn span(&self, place: Place) -> Span {
        match &self.texts[place.module as usize] {
            Where::File(file) => Span::new(*file, place.start..place.end),
            Where::Inline(text) => text.at(place.start..place.end),
        }
    }

    fn add(
        &mut self,
        key: Key,
        function: &Function,
        (proxied, events, served): (bool, Events, &[Served]),
        program: &mut Program,
        files: &dyn Files,
        reading: &mut Reading,
    ) {
        let at = function.handler.span();
        let (module, name) = key.handler.rsplit_once('.').unwrap_or(("index", &key.handler));
        let inline = match (&key.code, function.code.optional()) {
            (Root::Inline(_), Ok((Some(Code::Inline(text)), _))) => Some(text.clone()),
            _ => None,
        };
        let mut unreadable = None;
        let facts = {
            let (texts, known, sources) = (&mut self.texts, &mut self.files, &mut reading.sources);
            let dependencies = &self.dependencies;
            // The package that the setting names is the function's own, wherever it comes from.
            let own = module.split(['.', '/']).next();
            let mut find = |module: &str| match (&key.code, &inline) {
                (Root::Inline(_), Some(text)) => {
                    // The runtime writes inline code to a file of this name.
                    if module != "index" {
                        return Search::Missing;
                    }
                    texts.push(Where::Inline(text.clone()));
                    let key = texts.len() as u32 - 1;
                    Search::Found(Found { key, text: text.as_str().to_string() })
                }
                (Root::Inline(_), None) => Search::Missing,
                (Root::Folders(folders), _) => {
                    let installed = |folder: &str| {
                        module.split('.').next() != own && dependencies.hold(files, folder, module)
                    };
                    search(files, folders, module, &installed, |path, text| {
                        let file = known
                            .entry(path)
                            .or_insert_with_key(|path| sources.add(path.clone(), text.clone()));
                        texts.push(Where::File(*file));
                        Found { key: texts.len() as u32 - 1, text }
                    })
                }
            };
            program.facts_behind(served, module, name, events, &mut find)
        };
        let (facts, absent) = match facts {
            Ok(facts) => (facts, None),
            Err(Unread::NoModule) if may_come_from_elsewhere(&key, module, files) => {
                let what = format!("the module {module}, which a layer or a dependency may hold");
                reading.undecided.push(Undecided { span: at, needs: Needs::Support(what) });
                (Facts::default(), None)
            }
            Err(Unread::NoModule) => {
                (Facts::default(), Some(Absent::Module(module.to_string(), namesakes(&key, name, files))))
            }
            Err(Unread::NoHandler { defines, .. }) => {
                (Facts::default(), Some(Absent::Function(name.to_string(), defines)))
            }
            Err(Unread::Syntax { at, message }) => {
                let span = self.span(at);
                let path = reading.sources.path(span.file).to_string();
                unreadable =
                    Some(Unreadable { path, span: Some(span), message: format!("no Python 3: {message}") });
                (Facts::default(), None)
            }
            Err(Unread::Unreadable(why)) => {
                reading.undecided.push(Undecided { span: at, needs: Needs::Support(why) });
                (Facts::default(), None)
            }
        };
        if let Some(unreadable) = unreadable
            && !reading.unreadable.contains(&unreadable)
        {
            reading.unreadable.push(unreadable);
        }
        // What a mapped integration gets is data: nobody needs to know it.
        let answers = facts.unknown_answers().filter(|_| proxied).map(|at| (at, "what is returned here"));
        let code = facts.unknown.iter().map(|unknown| (unknown.at, unknown.what.as_str()));
        let mut open: Vec<(Place, &str)> = code.chain(answers).collect();
        open.dedup();
        if let Some((first, what)) = open.first() {
            let more = match open.len() - 1 {
                0 => String::new(),
                n => format!(" (and {n} more in this handler)"),
            };
            let what = format!("candor does not follow {what}{more}");
            let undecided = Undecided { span: self.span(*first), needs: Needs::Support(what) };
            if !reading.undecided.contains(&undecided) {
                reading.undecided.push(undecided);
            }
        }
        self.by_key.insert(key, self.read.len());
        let less = |(nth, served): (usize, &Served)| {
            let facts = facts.of_route(nth)?;
            Some((served.clone(), Handler { facts, absent: None, served: Vec::new() }))
        };
        let served = served.iter().enumerate().filter_map(less).collect();
        self.read.push(Handler { facts, absent, served });
    }
}

/// How the routes of a function read its answers, and so what they call it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    /// As proxy answers, all of them.
    Proxied,
    /// Through mappings, all of them.
    Mapped,
    /// These so, those so.
    Both,
}

/// The requests that reach each handler: those of all routes of all functions that have it.
fn served(projects: &[Project], reading: &Reading) -> HashMap<Key, Vec<Served>> {
    let mut served: HashMap<Key, Vec<Served>> = HashMap::new();
    for project in projects {
        let template = reading.sources.path(project.file);
        for (api, route) in
            project.apis.iter().flat_map(|api| api.routes.iter().map(move |route| (api, route)))
        {
            let Ok((Some(Target::Function(target)), _)) = route.integration.target.optional() else {
                continue;
            };
            let Some(id) = &target.logical_id else { continue };
            let function = project.functions.iter().find(|function| function.logical_id == *id);
            let Some(key) = function.and_then(|function| key_of(template, function)) else { continue };
            let one = request_of(api, route);
            let known = served.entry(key).or_default();
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }
    served
}

/// What is known of the requests that come by a route.
fn request_of(api: &Api, route: &Route) -> Served {
    let method = (route.key.method != "ANY" && !route.key.is_default()).then(|| route.key.method.clone());
    // An HTTP API puts the name of the stage before the path, but for `$default` ("Create AWS Lambda proxy integrations for HTTP APIs").
    let stage = match api.stage.name.optional() {
        Ok((Some(name), _)) if api.kind == ApiKind::Http => Some(name.clone()),
        _ => None,
    };
    let path = api.kind == ApiKind::Rest || stage.is_some();
    let guard = match route.request.authorizer.optional() {
        Ok((Some(authorizer), _)) => match authorizer.authorizer_type {
            AuthorizerType::Function => Guard::Function,
            AuthorizerType::UserPool => Guard::UserPool,
            AuthorizerType::Jwt => Guard::Token,
            AuthorizerType::Iam => Guard::Signature,
        },
        Ok((None, _)) if api.kind != ApiKind::Alb => Guard::Nothing,
        Ok((None, _)) | Err(_) => Guard::Unknown,
    };
    let stage = stage.filter(|stage| stage != "$default");
    Served { method, resource: route.key.path.clone(), path, stage, guard }
}

/// The functions that a route leads to and those that guard one, and how their answers are read. What an authorizer gets and answers is
/// nothing that a proxy knows.
fn routed<'p>(project: &'p Project) -> impl Iterator<Item = (&'p Function, Answers)> {
    let mut answers: HashMap<&str, Answers> = HashMap::new();
    let mut read_as = |function: Option<&'p FunctionRef>, read| {
        let Some(id) = function.and_then(|function| function.logical_id.as_ref()) else { return };
        let known = answers.entry(id).or_insert(read);
        if *known != read {
            *known = Answers::Both;
        }
    };
    for route in project.apis.iter().flat_map(|api| &api.routes) {
        if let Ok((Some(Target::Function(target)), _)) = route.integration.target.optional() {
            let read = match route.integration.integration_type.optional() {
                Ok((Some(IntegrationType::Aws), _)) => Answers::Mapped,
                _ => Answers::Proxied,
            };
            read_as(Some(target), read);
        }
        if let Ok((Some(authorizer), _)) = route.request.authorizer.optional() {
            read_as(authorizer.function.as_ref(), Answers::Mapped);
        }
    }
    project
        .functions
        .iter()
        .filter_map(move |function| Some((function, *answers.get(function.logical_id.as_str())?)))
}

/// Where a function's source is.
enum Located {
    At(Key),
    /// In a language that is not read, or not in these files at all.
    Nowhere,
    /// It should be here and is not.
    Undecided(Undecided),
}

fn located(files: &dyn Files, template: &str, function: &Function) -> Located {
    let Some(key) = key_of(template, function) else { return Located::Nowhere };
    let Root::Folders(folders) = &key.code else { return Located::At(key) };
    let folder = &folders[0];
    let undecided = |what: String| {
        Located::Undecided(Undecided { span: function.code.span(), needs: Needs::Support(what) })
    };
    let here = if folder.is_empty() { "." } else { folder };
    if !files.is_inside(here) {
        return undecided(format!("the code in {folder}, {OUTSIDE}"));
    }
    match files.kind(here) {
        Ok(PathKind::Directory) => Located::At(key),
        Ok(PathKind::File) => {
            undecided(format!("the code in {folder}, which is no folder: candor reads sources"))
        }
        Err(FileError::NotFound) => undecided(format!("the code in {folder}, which is not there")),
        Err(error) => undecided(format!("the code in {folder}: {error}")),
    }
}

/// What the user can do about code that is not read.
const OUTSIDE: &str = "which is outside the project: give candor the folder that holds both";

/// The first of a function's layers that is not the project's.
fn layer_outside(files: &dyn Files, key: &Key, function: &Function) -> Option<Undecided> {
    let Root::Folders(folders) = &key.code else { return None };
    // Each stands there twice, and without `python/` at last.
    let layer = folders[1..].iter().skip(1).step_by(2).find(|layer| !files.is_inside(layer))?;
    let needs = Needs::Support(format!("the layer in {layer}, {OUTSIDE}"));
    Some(Undecided { span: function.code.span(), needs })
}

fn key_of(template: &str, function: &Function) -> Option<Key> {
    let (runtime, _) = function.runtime.optional().ok()?;
    if !runtime?.starts_with("python3") {
        return None;
    }
    let handler = function.handler.optional().ok()?.0?.clone();
    let code = match function.code.optional().ok()?.0? {
        Code::Inline(text) => Root::Inline(text.span()),
        Code::Elsewhere => return None,
        Code::Path(path) => {
            let base = template.rsplit_once('/').map_or("", |(folder, _)| folder);
            let join =
                |path: &str| if path.starts_with('/') { tidy(path) } else { tidy(&format!("{base}/{path}")) };
            let joined = |path: &str| if base.is_empty() { tidy(path) } else { join(path) };
            let mut folders = vec![joined(path)];
            for layer in &function.layers {
                // In a layer the modules stand below `python/`; built by SAM, the source folder becomes that.
                folders.push(joined(&format!("{layer}/python")));
                folders.push(joined(layer));
            }
            Root::Folders(folders)
        }
    };
    Some(Key { code, handler, more_code: function.more_code })
}

/// The path of a file in a folder.
fn within(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_string() } else { format!("{folder}/{file}") }
}

/// The bytes of a file of the project's: a template from elsewhere shall not make candor read the disk.
fn source(files: &dyn Files, path: &str) -> Result<Vec<u8>, FileError> {
    match files.is_inside(path) {
        true => files.read(path),
        false => Err(FileError::Other("outside the project".to_string())),
    }
}

/// Looks for a module: as a package, as a file; in the code, in its layers. What is `installed` in one of them is none of the project's.
fn search(
    files: &dyn Files,
    folders: &[String],
    module: &str,
    installed: &dyn Fn(&str) -> bool,
    mut found: impl FnMut(String, String) -> Found,
) -> Search {
    let name = module.replace('.', "/");
    if name.is_empty() || name.split('/').any(|part| part.is_empty() || part == "*") {
        return Search::Missing;
    }
    for folder in folders {
        if !files.is_inside(folder) {
            continue;
        }
        if installed(folder) {
            return Search::Missing;
        }
        let at = |file: String| within(folder, &file);
        for (path, package) in [(at(format!("{name}/__init__.py")), true), (at(format!("{name}.py")), false)]
        {
            match source(files, &path) {
                Err(FileError::NotFound) => {}
                Err(error) => return Search::Unreadable(format!("{path}: {error}")),
                Ok(bytes) => match candor_iac::files::decode(bytes) {
                    Ok(text) => {
                        let found = found(path, text);
                        return if package { Search::Package(found) } else { Search::Found(found) };
                    }
                    Err((_, why)) => return Search::Unreadable(format!("{path}: {why}")),
                },
            }
        }
    }
    Search::Missing
}

/// Whether a module that the sources do not hold may be there all the same: in a layer, in a dependency that a list names.
fn may_come_from_elsewhere(key: &Key, module: &str, files: &dyn Files) -> bool {
    let Root::Folders(folders) = &key.code else { return key.more_code };
    // Distributions are seldom called as their modules are, but they begin alike: `newrelic_lambda_wrapper`, `newrelic-lambda`.
    let first = module.split(['.', '/', '_']).next().unwrap_or_default();
    let lists = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py"];
    let names = |list: &str| {
        let bytes = source(files, &within(&folders[0], list)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case(first))
    };
    let outside = folders[1..].iter().any(|layer| !files.is_inside(layer));
    outside || key.more_code || lists.iter().any(|list| names(list))
}

/// How many folders and files are looked through for a handler of the same name.
const MAX_LOOKED_THROUGH: usize = 200;

/// Handlers of this name in other modules of the code, as a template would name them.
fn namesakes(key: &Key, name: &str, files: &dyn Files) -> Vec<String> {
    let folder = match &key.code {
        Root::Folders(folders) => &folders[0],
        // The only module that there is.
        Root::Inline(_) => return vec![format!("index.{name}")],
    };
    let defines = |text: &str| {
        text.lines().any(|line| {
            let rest = ["def ", "async def ", ""]
                .iter()
                .find_map(|word| line.strip_prefix(word)?.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with(['(', ' ', '=']))
        })
    };
    let mut found = Vec::new();
    let mut open = vec![if folder.is_empty() { ".".to_string() } else { folder.clone() }];
    let mut looked_through = 0;
    while let Some(dir) = open.pop() {
        for entry in files.list(&dir).unwrap_or_default() {
            looked_through += 1;
            if looked_through > MAX_LOOKED_THROUGH {
                return found;
            }
            if entry.is_dir {
                open.push(entry.path);
                continue;
            }
            let path = tidy(&entry.path);
            let inside =
                if folder.is_empty() { Some(path.as_str()) } else { path.strip_prefix(folder.as_str()) };
            let Some(module) = inside.and_then(|path| path.trim_start_matches('/').strip_suffix(".py"))
            else {
                continue;
            };
            if source(files, &entry.path).is_ok_and(|bytes| defines(&String::from_utf8_lossy(&bytes))) {
                found.push(format!("{module}.{name}"));
            }
        }
    }
    found.sort();
    found
}
