//! Dependencies that lie beside the code (`pip install --target`): libraries, and none of the project's modules.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use candor_iac::files::{Files, PathKind};

use super::{source, within};

/// What is installed in each folder that has been asked for.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    installed: RefCell<HashMap<String, Rc<BTreeSet<String>>>>,
}

impl Dependencies {
    /// Whether a module of this folder is one of a dependency's: an installer has left its record there, or it is a package that everybody
    /// knows by its name.
    pub(super) fn hold(&self, files: &dyn Files, folder: &str, module: &str) -> bool {
        let first = module.split('.').next().unwrap_or(module);
        let known = self.installed.borrow().get(folder).cloned();
        let installed = known.unwrap_or_else(|| {
            let found = Rc::new(installed(files, folder));
            self.installed.borrow_mut().insert(folder.to_string(), found.clone());
            found
        });
        installed.contains(first)
            || candor_handlers::is_library(first)
                && matches!(files.kind(&within(folder, first)), Ok(PathKind::Directory))
    }
}

/// The top modules that installers have put into a folder ("Recording installed projects", Python Packaging User Guide).
fn installed(files: &dyn Files, folder: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for entry in files.list(if folder.is_empty() { "." } else { folder }).unwrap_or_default() {
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let text = |file: &str| {
            let bytes = source(files, &within(&entry.path, file)).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let distribution = match name.rsplit_once('.') {
            // What was installed from a folder is what is being developed.
            Some((name, "dist-info")) if entry.is_dir && text("direct_url.json").is_none() => name,
            Some((name, "egg-info")) if entry.is_dir && text("installed-files.txt").is_some() => name,
            _ => continue,
        };
        let distribution = distribution.split('-').next().unwrap_or(distribution);
        modules.insert(distribution.to_ascii_lowercase().replace('.', "_"));
        modules.insert(distribution.to_string());
        let listed = text("top_level.txt").unwrap_or_default();
        modules.extend(listed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string));
        // `boto3/session.py,sha256=…,2873`
        let record = text("RECORD").unwrap_or_default();
        let paths = record.lines().filter_map(|line| line.split(',').next());
        let tops = paths.filter_map(|path| match path.split_once('/') {
            Some((top, _)) => (!top.contains('.')).then_some(top),
            None => path.strip_suffix(".py"),
        });
        modules.extend(tops.map(str::to_string));
    }
    modules
}
