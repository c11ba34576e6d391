//! What Git does not keep: `.gitignore` files from the repository's top down to a folder. Of files that nobody commits nobody wants to
//! hear; a path that the user names is read all the same.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The `.gitignore` files met so far.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    /// For a folder: its own patterns, then those of the folders above, up to the top of the repository.
    chains: RefCell<HashMap<PathBuf, Rc<Vec<Gitignore>>>>,
}

impl Ignored {
    /// Whether an entry of a folder is ignored.
    pub(crate) fn has(&self, folder: &Path, entry: &Path, is_dir: bool) -> bool {
        let (Ok(folder), Ok(entry)) = (std::path::absolute(folder), std::path::absolute(entry)) else {
            return false;
        };
        let chain = self.chain(&folder);
        // The nearest pattern decides, for or against.
        chain.iter().map(|patterns| patterns.matched(&entry, is_dir)).find(|m| !m.is_none()).is_some_and(
            |m| match m {
                Match::Ignore(_) => true,
                Match::None | Match::Whitelist(_) => false,
            },
        )
    }

    fn chain(&self, folder: &Path) -> Rc<Vec<Gitignore>> {
        if let Some(known) = self.chains.borrow().get(folder) {
            return Rc::clone(known);
        }
        let mut chain = Vec::new();
        let mut inside = false;
        for above in folder.ancestors() {
            let file = above.join(".gitignore");
            if file.is_file() {
                let mut builder = GitignoreBuilder::new(above);
                // A line that is no pattern is passed over, as Git does.
                builder.add(&file);
                chain.extend(builder.build().ok());
            }
            if above.join(".git").exists() {
                inside = true;
                break;
            }
        }
        if !inside {
            // Outside of a repository these files mean nothing.
            chain.clear();
        }
        let chain = Rc::new(chain);
        self.chains.borrow_mut().insert(folder.to_path_buf(), Rc::clone(&chain));
        chain
    }
}
