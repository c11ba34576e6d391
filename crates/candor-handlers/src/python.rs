//! Python: modules are found by their names, parsed by ruff's parser, and run on paper.
//!
//! [`source`] reads one file, [`program`](self) follows its imports; the interpreter is [`interpreter`] with a file for statements,
//! expressions, calls; what the standard library and the SDKs do is in [`library`].

mod asides;
mod builtins;
mod calls;
mod conditions;
mod definitions;
mod dispatch;
mod exceptions;
mod expressions;
mod fallbacks;
mod finish;
mod frameworks;
mod interpreter;
mod library;
mod matching;
mod methods;
mod names;
mod reads;
mod refusals;
mod routes;
mod source;
mod spare;
mod state;
mod statements;
mod stores;
mod told;
mod tries;
mod value;
mod watching;

use std::collections::HashMap;

use crate::facts::{Facts, Place};
use interpreter::Interpreter;
pub use library::is_library;
pub use routes::{Guard, Served};
use source::Module;

/// The text of a module, as the caller found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What [`Place::module`] shall say.
    pub key: u32,
    /// Its text.
    pub text: String,
}

/// What is known of the events that a handler gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Events {
    /// A gateway's proxy events, as far as a client is concerned: branches for events of other callers are not its.
    Proxy,
    /// Anything: a mapping template makes them.
    Any,
}

/// What came of looking for a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// A module of the project: `a/b.py`.
    Found(Found),
    /// A package of the project: `a/b/__init__.py`.
    Package(Found),
    /// None of the project's: the standard library's, a dependency's.
    Missing,
    /// It is there and cannot be read, in words.
    Unreadable(String),
}

/// Why nothing can be said of a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// There is no such module.
    NoModule,
    /// The module does not define the handler; these functions it does.
    NoHandler {
        /// The key of the module's text.
        key: u32,
        /// Functions that stand at the top of the module.
        defines: Vec<String>,
    },
    /// The module does not parse.
    Syntax {
        /// Where.
        at: Place,
        /// What was expected, in the parser's words.
        message: String,
    },
    /// The module is not there to be read, in words.
    Unreadable(String),
}

/// The modules of one code folder, read as far as handlers import them. Each is parsed once, whoever asks.
#[derive(Default)]
pub struct Program {
    modules: Vec<Module>,
    by_name: HashMap<String, Loaded>,
}

/// What became of a module by this name.
#[derive(Clone, Debug)]
enum Loaded {
    Module(usize),
    Missing,
    Broken(Unread),
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("modules", &self.modules.len()).finish_non_exhaustive()
    }
}

impl Program {
    /// What the function `handler` of `module` (both as in Lambda's `Handler` setting: dots or slashes) can do.
    /// `events` says what it is called with, `find` which text stands behind a dotted module name.
    ///
    /// # Errors
    /// Why nothing can be said of it.
    pub fn facts(
        &mut self,
        module: &str,
        handler: &str,
        events: Events,
        find: &mut dyn FnMut(&str) -> Search,
    ) -> Result<Facts, Unread> {
        self.facts_behind(&[], module, handler, events, find)
    }

    /// The same for a handler that only these requests reach: no path is followed on which none of them goes.
    ///
    /// # Errors
    /// As for [`Program::facts`].
    pub fn facts_behind(
        &mut self,
        served: &[Served],
        module: &str,
        handler: &str,
        events: Events,
        find: &mut dyn FnMut(&str) -> Search,
    ) -> Result<Facts, Unread> {
        let name = module.replace('/', ".");
        let entry = match self.load(&name, find) {
            Loaded::Module(entry) => entry,
            Loaded::Missing => return Err(Unread::NoModule),
            Loaded::Broken(unread) => return Err(unread),
        };
        self.follow_imports(entry, find);
        Interpreter::new(self, events, served).facts(entry, handler)
    }

    /// How many modules were read.
    pub fn modules(&self) -> usize {
        self.modules.len()
    }

    /// Reads everything that a module imports, and what that imports: circles end where they began.
    fn follow_imports(&mut self, entry: usize, find: &mut dyn FnMut(&str) -> Search) {
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut self.modules[at].followed, true) {
                continue;
            }
            for name in self.modules[at].imports.clone() {
                if let Loaded::Module(index) = self.load(&name, find) {
                    open.push(index);
                }
            }
        }
    }

    fn load(&mut self, name: &str, find: &mut dyn FnMut(&str) -> Search) -> Loaded {
        if let Some(known) = self.by_name.get(name) {
            return known.clone();
        }
        let read = |found: Found, package| Module::read(found, name, package);
        let loaded = match find(name) {
            Search::Found(found) => read(found, false),
            Search::Package(found) => read(found, true),
            Search::Missing => {
                self.by_name.insert(name.to_string(), Loaded::Missing);
                return Loaded::Missing;
            }
            Search::Unreadable(why) => Err(Unread::Unreadable(why)),
        };
        let loaded = match loaded {
            Ok(module) => {
                self.modules.push(module);
                Loaded::Module(self.modules.len() - 1)
            }
            Err(unread) => Loaded::Broken(unread),
        };
        self.by_name.insert(name.to_string(), loaded.clone());
        loaded
    }

    /// The module behind a dotted name, if it is one of the project's and could be read.
    fn module(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name) {
            Some(Loaded::Module(index)) => Some(*index),
            _ => None,
        }
    }

    /// Why a module of the project by this name could not be read, if it could not.
    fn broken(&self, name: &str) -> Option<&Unread> {
        match self.by_name.get(name) {
            Some(Loaded::Broken(why)) => Some(why),
            _ => None,
        }
    }
}
