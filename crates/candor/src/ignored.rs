//! What Git does not keep: `.gitignore` files from the repository's top down to a folder. Of files that nobody commits nobody wants to
//! hear; a path that the user names is read all the same.
//!
//! A tree of many small projects has hundreds of these files, most of them long and each good for a few folders: patterns are matched as they
//! are written, and nothing is compiled.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The `.gitignore` files met so far.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    /// Working folder, asked once.
    here: RefCell<Option<PathBuf>>,
    /// By folder.
    chains: RefCell<HashMap<PathBuf, Rc<Chain>>>,
}

/// What a listing of a folder shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holds {
    /// `.git`: here a repository begins.
    pub(crate) top: bool,
    /// `.gitignore`
    pub(crate) patterns: bool,
}

/// A folder's own patterns, and those above it up to the top of the repository.
#[derive(Debug)]
struct Chain {
    folder: PathBuf,
    patterns: Vec<Pattern>,
    above: Option<Rc<Chain>>,
    /// Whether this is inside of a repository: outside of one these files mean nothing.
    inside: bool,
}

/// One line of a `.gitignore` ("gitignore", Git's documentation: "Pattern format").
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// What to compare with: the whole path below the folder, or the last name of it.
    glob: Glob,
    whole_path: bool,
    dirs_only: bool,
    /// `!`: what matches is kept.
    keeps: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Glob {
    /// No wildcard in it.
    Literal(String),
    /// `*.pyc`
    Suffix(String),
    /// Anything else.
    Wild(String),
}

/// A folder, and what Git ignores in it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    chain: Option<Rc<Chain>>,
}

impl Ignored {
    /// What is ignored in a folder that holds these.
    pub(crate) fn of(&self, folder: &Path, holds: Holds) -> Folder {
        let path = plain(&self.here().unwrap_or_default().join(folder));
        let chain = self.chain(&path, Some(holds));
        Folder { chain: Some(chain).filter(|chain| chain.inside), path }
    }

    fn here(&self) -> Option<PathBuf> {
        if self.here.borrow().is_none() {
            *self.here.borrow_mut() = std::env::current_dir().ok();
        }
        self.here.borrow().clone()
    }

    /// `holds` is what the folder is known to hold: those above the one that was asked for nobody has listed.
    fn chain(&self, folder: &Path, holds: Option<Holds>) -> Rc<Chain> {
        if let Some(known) = self.chains.borrow().get(folder) {
            return Rc::clone(known);
        }
        let top = holds.map_or_else(|| folder.join(".git").exists(), |holds| holds.top);
        let above = folder.parent().filter(|_| !top).map(|parent| self.chain(parent, None));
        let inside = top || above.as_ref().is_some_and(|above| above.inside);
        // A line that is no text is passed over, as Git passes over what is no pattern.
        let written = inside && holds.is_none_or(|holds| holds.patterns);
        let text = if written { fs::read(folder.join(".gitignore")).unwrap_or_default() } else { Vec::new() };
        let text = String::from_utf8_lossy(&text);
        let patterns = text.trim_start_matches('\u{feff}').lines().filter_map(Pattern::read).collect();
        let chain = Rc::new(Chain { folder: folder.to_path_buf(), patterns, above, inside });
        self.chains.borrow_mut().insert(folder.to_path_buf(), Rc::clone(&chain));
        chain
    }
}

impl Folder {
    /// Whether an entry of the folder is ignored.
    pub(crate) fn ignores(&self, name: &str, is_dir: bool) -> bool {
        let mut chain = self.chain.as_deref();
        while let Some(link) = chain {
            if !link.patterns.is_empty() {
                let below =
                    self.path.strip_prefix(&link.folder).ok().and_then(Path::to_str).unwrap_or_default();
                // The last line that matches decides, and the nearest file.
                let mut decides =
                    link.patterns.iter().rev().filter(|pattern| pattern.matches(below, name, is_dir));
                if let Some(pattern) = decides.next() {
                    return !pattern.keeps;
                }
            }
            chain = link.above.as_deref();
        }
        false
    }
}

/// The path without `.` in it.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

impl Pattern {
    fn read(line: &str) -> Option<Pattern> {
        let mut text = line.trim_end_matches('\r');
        // Blanks at the end count only behind a backslash.
        while let Some(shorter) = text.strip_suffix([' ', '\t']).filter(|shorter| !shorter.ends_with('\\')) {
            text = shorter;
        }
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let keeps = text.starts_with('!');
        let text = text.strip_prefix('!').unwrap_or(text);
        let dirs_only = text.ends_with('/');
        let text = text.trim_end_matches('/');
        let whole_path = text.contains('/');
        let text = text.strip_prefix('/').unwrap_or(text);
        if text.is_empty() {
            return None;
        }
        let special = |text: &str| text.contains(['*', '?', '[', '\\']);
        let glob = match text.strip_prefix('*') {
            Some(rest) if !special(rest) && !whole_path => Glob::Suffix(rest.to_string()),
            _ if !special(text) => Glob::Literal(text.to_string()),
            // Braces are braces to Git.
            _ => Glob::Wild(text.replace('{', "\\{").replace('}', "\\}")),
        };
        Some(Pattern { glob, whole_path, dirs_only, keeps })
    }

    /// Whether an entry matches: `below` is its folder as seen from the file with the pattern.
    fn matches(&self, below: &str, name: &str, is_dir: bool) -> bool {
        if self.dirs_only && !is_dir {
            return false;
        }
        let whole;
        let path = match self.whole_path && !below.is_empty() {
            true => {
                whole = format!("{}/{name}", below.replace('\\', "/"));
                &whole
            }
            false => name,
        };
        match &self.glob {
            Glob::Literal(text) => text == path,
            Glob::Suffix(text) => path.ends_with(text.as_str()),
            Glob::Wild(text) => fast_glob::glob_match(text, path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(lines: &str, path: &str, is_dir: bool) -> bool {
        let (below, name) = path.rsplit_once('/').unwrap_or(("", path));
        let patterns: Vec<Pattern> = lines.lines().filter_map(Pattern::read).collect();
        patterns.iter().rev().find(|p| p.matches(below, name, is_dir)).is_some_and(|p| !p.keeps)
    }

    #[test]
    fn patterns_mean_what_git_means() {
        // The cases are those of Git's documentation, "Pattern format" and "Examples".
        assert!(ignored("hello.*", "a/b/hello.txt", false));
        assert!(ignored("/hello.*", "hello.txt", false));
        assert!(!ignored("/hello.*", "a/hello.java", false));
        assert!(ignored("foo/", "a/foo", true));
        assert!(!ignored("foo/", "a/foo", false));
        assert!(ignored("doc/frotz", "doc/frotz", true));
        assert!(!ignored("doc/frotz", "a/doc/frotz", true));
        assert!(ignored("foo/*", "foo/test.json", false));
        assert!(!ignored("foo/*", "foo/bar/hello.c", false));
        assert!(ignored("**/foo", "a/b/foo", false));
        assert!(ignored("**/foo", "foo", false));
        assert!(ignored("a/**/b", "a/x/y/b", false));
        assert!(ignored("a/**/b", "a/b", false));
        assert!(ignored("abc/**", "abc/x/y", false));
        assert!(ignored("*.[oa]", "lib/x.o", false));
        assert!(!ignored("*.[oa]\n!x.o", "lib/x.o", false));
        assert!(ignored("*~\n# no\n\n\\#x", "#x", false));
        assert!(ignored("a{b}*", "a{b}c", false));
        assert!(!ignored("a{b,c}*", "abc", false));
        assert!(ignored("cdk.out  ", "x/cdk.out", true));
        assert!(ignored("[Bb]in/", "x/bin", true));
        assert!(!ignored("/", "x", true));
    }
}
