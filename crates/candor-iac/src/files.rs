//! The one seam to the outside: what may be opened.

use std::collections::BTreeMap;
use std::fmt;

/// Where files come from: a disk, memory.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// What a folder holds, sorted by path; links are left out.
    ///
    /// # Errors
    /// Why it cannot be listed.
    fn list(&self, dir: &str) -> Result<Vec<DirEntry>, FileError>;

    /// What stands at a path.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn kind(&self, path: &str) -> Result<PathKind, FileError>;

    /// Whether a path leads into the project, links followed: what a template names beyond it, its author has no say in. By its spelling
    /// alone where nothing more is known of it.
    fn is_inside(&self, path: &str) -> bool {
        !path.starts_with('/') && path != ".." && !path.starts_with("../")
    }

    /// Which of these files are worth their while: whoever can look at several at once may do so. What cannot be read is, for then
    /// somebody has to say so.
    fn sift(&self, paths: &[String], worth: &(dyn Fn(&str, &[u8]) -> bool + Sync)) -> Vec<bool> {
        paths.iter().map(|path| self.read(path).map_or(true, |bytes| worth(path, &bytes))).collect()
    }

    /// These files are read next, in this order: whoever can fetch several at once may do so now.
    fn soon(&self, paths: &[&str]) {
        let _ = paths;
    }
}

/// A file or folder in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The whole path.
    pub path: String,
    /// Whether it is a folder.
    pub is_dir: bool,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A file.
    File,
    /// A folder.
    Directory,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none.
    NotFound,
    /// It is larger than allowed.
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The bytes allowed.
        limit: u64,
    },
    /// Something else, in words.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::NotFound => f.write_str("no such file or folder"),
            FileError::TooLarge { bytes, limit } => {
                write!(f, "{bytes} bytes are more than the {limit} allowed; --max-file raises that")
            }
            FileError::Other(what) => f.write_str(what),
        }
    }
}

/// Files in memory: for tests, and for text that has no file.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFiles {
    /// Files from paths and contents.
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> MemoryFiles {
        MemoryFiles { files: files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect() }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.get(path).cloned().ok_or(FileError::NotFound)
    }

    fn list(&self, dir: &str) -> Result<Vec<DirEntry>, FileError> {
        let prefix = if dir == "." { String::new() } else { format!("{}/", dir.trim_end_matches('/')) };
        let mut entries: Vec<DirEntry> = Vec::new();
        for path in self.files.keys() {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            let (name, is_dir) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            let path = format!("{prefix}{name}");
            if entries.last().is_none_or(|e| e.path != path) {
                entries.push(DirEntry { path, is_dir });
            }
        }
        if entries.is_empty() { Err(FileError::NotFound) } else { Ok(entries) }
    }

    fn kind(&self, path: &str) -> Result<PathKind, FileError> {
        if self.files.contains_key(path) {
            Ok(PathKind::File)
        } else {
            self.list(path).map(|_| PathKind::Directory)
        }
    }
}

/// Bytes as text.
///
/// # Errors
/// The text before what is none, and what stands there.
pub fn decode(bytes: Vec<u8>) -> Result<String, (String, &'static str)> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err((String::new(), "UTF-16, and not UTF-8; save it as UTF-8"));
    }
    let (mut text, whole) = match String::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            (String::from_utf8_lossy(&bytes).into_owned(), false)
        }
    };
    match text.find('\0') {
        Some(at) => {
            text.truncate(at);
            Err((text, "a NUL byte: this is no text"))
        }
        None if whole => Ok(text),
        None => Err((text, "no UTF-8 from here on; save the file as UTF-8")),
    }
}
