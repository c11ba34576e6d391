//! Files: opened through the caller's door, decoded, parsed, and every complaint about them kept.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use candor_gateway::span::{FileId, Span};

use crate::files::{self, FileError, Files};
use crate::source::Sources;
use crate::syntax::{self, Node};
use crate::{Options, Unreadable};

/// Opens files and remembers what became of them.
pub(crate) struct Loader<'f> {
    files: &'f dyn Files,
    options: &'f Options,
    kept: RefCell<Kept>,
}

/// What the loader has gathered.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) sources: Sources,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) warnings: Vec<(Span, String)>,
    /// Files that templates name, by path; `None` for those that are not there or cannot be read.
    included: HashMap<String, Option<Rc<Node>>>,
    /// Files that have been parsed: a template that another names is read twice.
    parsed: HashMap<String, FileId>,
}

/// Why a file could not be loaded.
pub(crate) enum NotLoaded {
    /// There is none.
    Missing,
    /// It is there, and the complaint about it has been kept if it was asked to be.
    Unreadable(Unreadable),
}

impl<'f> Loader<'f> {
    pub(crate) fn new(files: &'f dyn Files, options: &'f Options) -> Loader<'f> {
        Loader { files, options, kept: RefCell::default() }
    }

    pub(crate) fn finish(self) -> Kept {
        self.kept.into_inner()
    }

    /// Whether a template has included this file.
    pub(crate) fn has_included(&self, path: &str) -> bool {
        self.kept.borrow().included.contains_key(&tidy(path))
    }

    /// Keeps a complaint; each once, however many worlds make it.
    pub(crate) fn complain(&self, unreadable: Unreadable) {
        let mut kept = self.kept.borrow_mut();
        if !kept.unreadable.contains(&unreadable) {
            kept.unreadable.push(unreadable);
        }
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Result<String, NotLoaded> {
        let unreadable = |message: String| Unreadable { path: path.to_string(), span: None, message };
        let bytes = self.files.read(path).map_err(|error| match error {
            FileError::NotFound => NotLoaded::Missing,
            FileError::TooLarge { .. } | FileError::Other(_) => {
                NotLoaded::Unreadable(unreadable(error.to_string()))
            }
        })?;
        if bytes.len() as u64 > self.options.max_file {
            let error = FileError::TooLarge { bytes: bytes.len() as u64, limit: self.options.max_file };
            return Err(NotLoaded::Unreadable(unreadable(error.to_string())));
        }
        files::decode(bytes).map_err(|(before, what)| {
            // What is text of it is kept, so that the place has a line.
            let at = before.len() as u32;
            let file = self.kept.borrow_mut().sources.add(path.to_string(), before);
            let span = Some(Span::new(file, at..at));
            NotLoaded::Unreadable(Unreadable { path: path.to_string(), span, message: what.to_string() })
        })
    }

    /// Parses a text as the file `path`.
    pub(crate) fn parse(&self, path: &str, text: String) -> Result<(FileId, Node), Unreadable> {
        let mut kept = self.kept.borrow_mut();
        let known = kept.parsed.get(path).copied();
        let file = known.unwrap_or_else(|| kept.sources.add(path.to_string(), text));
        kept.parsed.insert(path.to_string(), file);
        let parsed = syntax::parse(file, kept.sources.text(file), self.options.limits);
        match parsed.root {
            Some(root) => {
                if known.is_none() {
                    kept.warnings.extend(parsed.problems.into_iter().map(|p| (p.span, p.message)));
                }
                Ok((file, root))
            }
            None => {
                let problem = parsed.problems.into_iter().find(|p| p.fatal);
                let span = problem.as_ref().map(|p| p.span);
                let message = problem.map_or_else(|| "the file is empty".to_string(), |p| p.message);
                Err(Unreadable { path: path.to_string(), span, message })
            }
        }
    }

    /// The tree of a file that a template names at `span`.
    pub(crate) fn include(&self, path: &str, span: Span) -> Option<Rc<Node>> {
        let path = tidy(path);
        if let Some(known) = self.kept.borrow().included.get(&path) {
            return known.clone();
        }
        let loaded = match self.text(&path) {
            Ok(text) => self.parse(&path, text).map(|(_, root)| Rc::new(root)).map_err(NotLoaded::Unreadable),
            Err(error) => Err(error),
        };
        let root = match loaded {
            Ok(root) => Some(root),
            Err(NotLoaded::Missing) => {
                let message = format!("{path} is not there");
                self.complain(Unreadable { path: path.clone(), span: Some(span), message });
                None
            }
            Err(NotLoaded::Unreadable(unreadable)) => {
                self.complain(unreadable);
                None
            }
        };
        self.kept.borrow_mut().included.insert(path, root.clone());
        root
    }
}

/// A path without `.` and without `..` where that is possible: one name for one file.
pub fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (i, part) in path.split('/').enumerate() {
        match part {
            "." => {}
            "" if i > 0 => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}
