//! The files of this machine, as `candor-iac` asks for them.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use candor_iac::files::{DirEntry, FileError, Files, PathKind};

use crate::ignored::Ignored;
use crate::settings::Settings;

/// Files on disk, none larger than a limit.
#[derive(Debug)]
pub(crate) struct Disk<'s> {
    /// Bytes that a file may have at most.
    max_file: u64,
    /// Whose exclusions count.
    settings: Option<&'s Settings>,
    ignored: Ignored,
    /// A file whose text came in on standard input, and that text.
    given: Option<(String, Vec<u8>)>,
}

impl<'s> Disk<'s> {
    /// All files of up to so many bytes.
    pub(crate) fn of(max_file: u64) -> Disk<'s> {
        Disk { max_file, settings: None, ignored: Ignored::default(), given: None }
    }

    /// Those that a configuration does not exclude.
    pub(crate) fn with(self, settings: &'s Settings) -> Disk<'s> {
        Disk { settings: Some(settings), ..self }
    }

    /// With this text in place of what the file holds.
    pub(crate) fn given(self, path: String, text: Vec<u8>) -> Disk<'s> {
        Disk { given: Some((path, text)), ..self }
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        // Asked before it is opened: opening a pipe waits for somebody who writes into it.
        let metadata = fs::metadata(path).map_err(|e| fault(&e))?;
        if !metadata.is_file() {
            return Err(FileError::Other("not a regular file".to_string()));
        }
        let too_large = |bytes| FileError::TooLarge { bytes, limit: self.max_file };
        if metadata.len() > self.max_file {
            return Err(too_large(metadata.len()));
        }
        let file = fs::File::open(path).map_err(|e| fault(&e))?;
        // The file may grow while we read it: one byte beyond the limit tells.
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        file.take(self.max_file + 1).read_to_end(&mut bytes).map_err(|e| fault(&e))?;
        if bytes.len() as u64 > self.max_file { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
    }
}

fn fault(e: &std::io::Error) -> FileError {
    match e.kind() {
        std::io::ErrorKind::NotFound => FileError::NotFound,
        std::io::ErrorKind::PermissionDenied => FileError::Other("permission denied".to_string()),
        _ => FileError::Other(e.to_string()),
    }
}

impl Files for Disk<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match &self.given {
            Some((given, text)) if given == path => Ok(text.clone()),
            Some(_) | None => self.bytes(Path::new(path)),
        }
    }

    fn list(&self, dir: &str) -> Result<Vec<DirEntry>, FileError> {
        let mut entries = Vec::new();
        let ignored = self.ignored.of(Path::new(dir));
        for entry in fs::read_dir(dir).map_err(|e| fault(&e))? {
            let entry = entry.map_err(|e| fault(&e))?;
            // Links are not followed when walking: they may lead out of the project, or in circles. Pipes, sockets and devices
            // hold no templates.
            let kind = entry.file_type().map_err(|e| fault(&e))?;
            if !kind.is_dir() && !kind.is_file() {
                continue;
            }
            // `template.yaml`, and not `./template.yaml`.
            let folder = if dir == "." { Path::new("") } else { Path::new(dir) };
            let path = folder.join(entry.file_name());
            let excluded = self.settings.is_some_and(|settings| settings.excludes(&path));
            let name = entry.file_name();
            if excluded || name.to_str().is_some_and(|name| ignored.ignores(name, kind.is_dir())) {
                continue;
            }
            if let Some(path) = path.to_str() {
                entries.push(DirEntry { path: path.to_string(), is_dir: kind.is_dir() });
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Result<PathKind, FileError> {
        if self.given.as_ref().is_some_and(|(given, _)| given == path) {
            return Ok(PathKind::File);
        }
        let metadata = fs::metadata(path).map_err(|e| fault(&e))?;
        Ok(if metadata.is_dir() { PathKind::Directory } else { PathKind::File })
    }
}
