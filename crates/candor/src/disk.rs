//! The files of this machine, as `candor-iac` asks for them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use candor_iac::files::{DirEntry, FileError, Files, PathKind};

use crate::ignored::{Holds, Ignored};
use crate::progress::Progress;
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
    /// Files that have been read ahead.
    ahead: RefCell<HashMap<String, Result<Vec<u8>, FileError>>>,
    /// The folders of the project, without links.
    project: Vec<PathBuf>,
    progress: Option<Progress>,
}

/// A file above this many bytes is read when its turn comes: what is read ahead must fit into memory together.
const AHEAD: u64 = 1 << 20;

impl<'s> Disk<'s> {
    /// All files of up to so many bytes.
    pub(crate) fn of(max_file: u64) -> Disk<'s> {
        Disk {
            max_file,
            settings: None,
            ignored: Ignored::default(),
            given: None,
            ahead: RefCell::default(),
            project: Vec::new(),
            progress: None,
        }
    }

    /// Those that a configuration does not exclude.
    pub(crate) fn with(self, settings: &'s Settings) -> Disk<'s> {
        Disk { settings: Some(settings), ..self }
    }

    /// Of the project that these paths are of: a folder is one, a file is of the repository around it, or of its own folder.
    pub(crate) fn of_project(self, paths: &[String]) -> Disk<'s> {
        Disk { project: paths.iter().filter_map(|path| project_of(Path::new(path))).collect(), ..self }
    }

    /// With this text in place of what the file holds.
    pub(crate) fn given(self, path: String, text: Vec<u8>) -> Disk<'s> {
        Disk { given: Some((path, text)), ..self }
    }

    /// Telling whoever waits how far it is.
    pub(crate) fn telling(self, progress: &Progress) -> Disk<'s> {
        Disk { progress: Some(progress.clone()), ..self }
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        bytes(path, self.max_file)
    }
}

/// The folder of the project that a path is of.
fn project_of(path: &Path) -> Option<PathBuf> {
    // Text on standard input may say that it belongs to a file that is not there yet.
    let real = match path.canonicalize() {
        Ok(real) if real.is_dir() => return Some(real),
        Ok(real) => real,
        Err(_) => std::path::absolute(path).ok()?.parent()?.canonicalize().ok()?.join(path.file_name()?),
    };
    let top = real.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    top.or(real.parent()).map(Path::to_path_buf)
}

/// How many files are looked at at once.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

/// The bytes of a file, if there are no more of them.
fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    read_into(&mut bytes, path, most)?;
    Ok(bytes)
}

/// The same, into a buffer that has been used before.
fn read_into(bytes: &mut Vec<u8>, path: &Path, most: u64) -> Result<(), FileError> {
    // Asked before it is opened: opening a pipe waits for somebody who writes into it.
    let metadata = fs::metadata(path).map_err(|e| fault(&e))?;
    if !metadata.is_file() {
        return Err(FileError::Other("not a regular file".to_string()));
    }
    let too_large = |bytes| FileError::TooLarge { bytes, limit: most };
    if metadata.len() > most {
        return Err(too_large(metadata.len()));
    }
    let file = fs::File::open(path).map_err(|e| fault(&e))?;
    // The file may grow while we read it: one byte beyond the limit tells.
    bytes.clear();
    bytes.reserve(metadata.len() as usize + 1);
    file.take(most + 1).read_to_end(bytes).map_err(|e| fault(&e))?;
    if bytes.len() as u64 > most { Err(too_large(bytes.len() as u64)) } else { Ok(()) }
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
            Some(_) | None => {
                if let Some(progress) = &self.progress {
                    progress.one_more();
                }
                let ahead = self.ahead.borrow_mut().remove(path);
                ahead.unwrap_or_else(|| self.bytes(Path::new(path)))
            }
        }
    }

    fn is_inside(&self, path: &str) -> bool {
        let path = if path.is_empty() { "." } else { path };
        // Of what is not there, its spelling: to say that it is not.
        let real = Path::new(path).canonicalize().or_else(|_| {
            let absolute = std::path::absolute(path)?;
            let there = absolute.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
            let (folder, real) = there.ok_or(std::io::ErrorKind::NotFound)?;
            Ok::<_, std::io::Error>(
                absolute.strip_prefix(folder).map_or(real.clone(), |rest| real.join(rest)),
            )
        });
        real.is_ok_and(|real| self.project.iter().any(|folder| real.starts_with(folder)))
    }

    fn sift(&self, paths: &[String], worth: &(dyn Fn(&str, &[u8]) -> bool + Sync)) -> Vec<bool> {
        let next = AtomicUsize::new(0);
        let most = self.max_file;
        // Each takes the next file that nobody has looked at, and needs no more memory than for the largest.
        let look = || {
            let mut buffer = Vec::new();
            let mut passed_over = Vec::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = paths.get(nth) else { break };
                if read_into(&mut buffer, Path::new(path), most).is_ok() && !worth(path, &buffer) {
                    passed_over.push(nth);
                }
            }
            passed_over
        };
        let passed_over = std::thread::scope(|scope| {
            let spawn = |_| std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, look).ok();
            let workers: Vec<_> = (1..workers()).filter_map(spawn).collect();
            let own = look();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().ok())
                .flatten()
                .chain(own)
                .collect::<Vec<_>>()
        });
        let mut worth = vec![true; paths.len()];
        passed_over.into_iter().for_each(|nth| worth[nth] = false);
        worth
    }

    fn soon(&self, paths: &[&str]) {
        let workers = workers();
        if workers < 2 || paths.len() < 2 {
            return;
        }
        let most = self.max_file.min(AHEAD);
        let share = paths.len().div_ceil(workers);
        // Who reads which file changes nothing: each is asked for by its name, in the order that the walk has found.
        let read = |paths: &[&str]| {
            let read = paths.iter().map(|path| ((*path).to_string(), bytes(Path::new(path), most)));
            // What is too large for this may still be small enough.
            read.filter(|(_, read)| !matches!(read, Err(FileError::TooLarge { .. }))).collect::<Vec<_>>()
        };
        let read = std::thread::scope(|scope| {
            // What no thread can be had for, or one that has panicked, is read when its turn comes.
            let spawn = |share| {
                std::thread::Builder::new()
                    .stack_size(256 * 1024)
                    .spawn_scoped(scope, move || read(share))
                    .ok()
            };
            let workers: Vec<_> = paths.chunks(share).filter_map(spawn).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect::<Vec<_>>()
        });
        *self.ahead.borrow_mut() = read.into_iter().collect();
    }

    fn list(&self, dir: &str) -> Result<Vec<DirEntry>, FileError> {
        let mut entries = Vec::new();
        let listed: Result<Vec<fs::DirEntry>, _> = fs::read_dir(dir).and_then(Iterator::collect);
        let listed = listed.map_err(|e| fault(&e))?;
        let holds = |name: &str| listed.iter().any(|entry| entry.file_name() == name);
        let ignored =
            self.ignored.of(Path::new(dir), Holds { top: holds(".git"), patterns: holds(".gitignore") });
        for entry in listed {
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
