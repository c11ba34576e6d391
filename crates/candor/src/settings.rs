//! `candor.toml`, found from where the work begins upwards.

use std::path::{Path, PathBuf};

use candor_check::{Config, Finding};
use candor_iac::source::Sources;

use crate::disk::Disk;
use crate::fault::Fault;

/// The name of the configuration's file.
const NAME: &str = "candor.toml";

/// A configuration and the folder that it is for.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// Absolute; none where there is no configuration.
    folder: Option<PathBuf>,
}

impl Settings {
    /// The configuration of a file, or the one that stands nearest above the path.
    ///
    /// # Errors
    /// Where it cannot be read, or something in it is wrong.
    pub(crate) fn find(named: Option<&str>, path: &str) -> Result<Settings, Fault> {
        let file = match named {
            Some(named) => PathBuf::from(named),
            None => match above(path) {
                Some(file) => file,
                None => return Ok(Settings::default()),
            },
        };
        let shown = shown(&file);
        let fault = |what: String| Fault::Input { subject: shown.clone(), what };
        let bytes = Disk::of(1 << 20).bytes(&file).map_err(|e| fault(e.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| fault("no UTF-8".to_string()))?;
        let config = Config::read(&text).map_err(|e| {
            let before = &text[..e.at.start.min(text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Fault::Input { subject: format!("{shown}:{line}:{column}"), what: e.message }
        })?;
        let folder = std::path::absolute(&file).ok().and_then(|file| Some(file.parent()?.to_path_buf()));
        Ok(Settings { config, folder })
    }

    /// A path as the configuration's patterns see it: from its folder.
    fn local(&self, path: &Path) -> Option<String> {
        let absolute = std::path::absolute(path).ok()?;
        let local = absolute.strip_prefix(self.folder.as_ref()?).ok()?;
        Some(local.to_str()?.replace('\\', "/"))
    }

    /// Whether the configuration leaves a file or folder out.
    pub(crate) fn excludes(&self, path: &Path) -> bool {
        !self.config.exclude.is_empty() && self.local(path).is_some_and(|local| self.config.excludes(&local))
    }

    /// Whether a path holds all that the configuration is for: then what it speaks of should be there.
    pub(crate) fn is_whole(&self, path: &str) -> bool {
        let whole = |folder: &PathBuf| std::path::absolute(path).is_ok_and(|path| folder.starts_with(path));
        self.folder.as_ref().is_some_and(whole)
    }

    /// The path of the baseline that the configuration names.
    pub(crate) fn baseline(&self) -> Option<String> {
        let baseline = self.folder.as_ref()?.join(self.config.baseline.as_ref()?);
        Some(shown(&baseline))
    }

    /// Gives findings the severities that the configuration sets.
    pub(crate) fn apply(&self, sources: &Sources, findings: &mut Vec<Finding>) {
        self.config.apply(findings, |finding| {
            let path = sources.path(finding.at.file);
            self.local(Path::new(path)).unwrap_or_else(|| path.to_string())
        });
    }
}

/// The nearest configuration above a path.
fn above(path: &str) -> Option<PathBuf> {
    let start = std::path::absolute(path).ok()?;
    start.ancestors().map(|folder| folder.join(NAME)).find(|file| file.is_file())
}

/// A path for people: from here where it is below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let local = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    local.unwrap_or_else(|| path.to_path_buf()).display().to_string()
}
