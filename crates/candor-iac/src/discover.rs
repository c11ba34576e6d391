//! Which files below a folder are worth opening.

use crate::files::{FileError, Files, PathKind};

/// What the paths of one run come to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files that the user named.
    pub(crate) named: Vec<String>,
    /// Files that were found in folders.
    pub(crate) found: Vec<String>,
    /// Files in a format that candor knows and does not read yet: path and format.
    pub(crate) skipped: Vec<(String, String)>,
    /// Folders that the user named, to say so where nothing was found in them.
    pub(crate) folders: Vec<String>,
    /// Paths that could not be looked at, and why.
    pub(crate) failed: Vec<(String, String)>,
}

/// Folders that hold other people's files, or copies made by a build.
const PASSED_OVER: &[&str] = &[
    "node_modules",
    "target",
    "venv",
    "__pycache__",
    "site-packages",
    "dist",
    "build",
    "vendor",
    "coverage",
];

/// How deep folders may nest, and how many entries are looked at: a whole disk is no project.
const DEEPEST: usize = 24;
const MOST: usize = 200_000;

/// Looks at every path.
pub(crate) fn discover(files: &dyn Files, paths: &[String]) -> Found {
    let mut found = Found::default();
    let mut seen = 0;
    for path in paths {
        match files.kind(path) {
            Ok(PathKind::File) => found.named.push(path.clone()),
            Ok(PathKind::Directory) => {
                found.folders.push(path.clone());
                walk(files, path, 0, &mut seen, &mut found);
            }
            Err(error) => found.failed.push((path.clone(), error.to_string())),
        }
    }
    found
}

fn walk(files: &dyn Files, folder: &str, depth: usize, seen: &mut usize, found: &mut Found) {
    let entries = match files.list(folder) {
        Ok(entries) => entries,
        // An empty folder in memory is none.
        Err(FileError::NotFound) => return,
        Err(error) => return found.failed.push((folder.to_string(), error.to_string())),
    };
    for entry in entries {
        *seen += 1;
        if *seen > MOST {
            if *seen == MOST + 1 {
                let what = format!("more than {MOST} files: name the folders that matter");
                found.failed.push((folder.to_string(), what));
            }
            return;
        }
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        if entry.is_dir {
            let hidden = name.starts_with('.') && name.len() > 1;
            if depth < DEEPEST && !hidden && !PASSED_OVER.contains(&name) {
                walk(files, &entry.path, depth + 1, seen, found);
            }
        } else if let Some(format) = unread_format(name) {
            found.skipped.push((entry.path, format.to_string()));
        } else if is_candidate(name) {
            found.found.push(entry.path);
        }
    }
}

fn is_candidate(name: &str) -> bool {
    let lock_files = ["package.json", "package-lock.json", "tsconfig.json", "pnpm-lock.yaml"];
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "yaml" | "yml" | "json" | "template") && !lock_files.contains(&name)
}

/// The format of a file that candor knows by its name and does not read yet.
pub(crate) fn unread_format(name: &str) -> Option<&'static str> {
    match name {
        "serverless.yml" | "serverless.yaml" | "serverless.json" | "serverless.ts" | "serverless.js" => {
            Some("Serverless Framework")
        }
        "cdk.json" => Some(
            "an app of AWS CDK: `cdk synth` writes the templates; name the folder, `candor check cdk.out`",
        ),
        _ if name.ends_with(".tf") || name.ends_with(".tf.json") => Some("Terraform"),
        _ => None,
    }
}
