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

/// Whether a file's name says that it is a template.
pub(crate) fn is_template_name(name: &str) -> bool {
    name.starts_with("template.") || name.contains(".template")
}

/// Whether a text names a type of AWS's, or an extension of API Gateway's.
pub(crate) fn looks_like_template(text: &str) -> bool {
    text.contains("AWS::") || text.contains("x-amazon-apigateway")
}

/// Whether a file that was found in a folder may be a template or a document, by a look at its bytes. Of what is no text, somebody has to say so.
pub(crate) fn may_hold_template(path: &str, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return true };
    let name = path.rsplit('/').next().unwrap_or_default();
    // Without a type of AWS's it may be a template all the same: types of others, none at all. Big files of data name `Resources`, too.
    let says_so = || {
        let words = ["AWSTemplateFormatVersion", "Transform:", "\"Transform\"", "Custom::"];
        text.contains("Resources") && (is_template_name(name) || words.iter().any(|word| text.contains(word)))
    };
    (looks_like_template(text) || says_so()) && json_has(text, TOPMOST).unwrap_or(true)
}

/// What stands at the top of a template or a document.
const TOPMOST: &[&str] = &["Resources", "openapi", "swagger"];

/// Whether a JSON object has one of these keys at its top, told without reading what is in it; `None` for what is no such object, as far as that
/// shows. Some data of many megabytes is full of names of AWS's types.
fn json_has(text: &str, keys: &[&str]) -> Option<bool> {
    let bytes = text.as_bytes();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let mut depth = 0u32;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(false);
                }
            }
            b'"' => {
                let start = at;
                loop {
                    match bytes.get(at)? {
                        b'"' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                let string = text.get(start..at)?;
                at += 1;
                if depth == 1
                    && bytes[at..].trim_ascii_start().starts_with(b":")
                    && (keys.contains(&string) || string.contains('\\'))
                {
                    return Some(true);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_at_the_top_of_an_object() {
        let has = |text| json_has(text, &["Resources"]);
        assert_eq!(has("\u{feff} {\"a\": [1, {\"Resources\": 1}], \"Resources\" : {}}"), Some(true));
        assert_eq!(has(r#"{"a": "}\"", "b": {"Resources": {}}, "c": "Resources"}"#), Some(false));
        // Escapes in a key may spell anything.
        assert_eq!(has(r#"{"\u0052esources": {}}"#), Some(true));
        for broken in ["", "[]", "Resources:", r#"{"a": "#, r#"{"a"#, r#"{"a\"#, "{]]"] {
            assert_ne!(has(broken), Some(true), "{broken}");
        }
        assert_eq!(has(r#"{"a": "#), None);
    }
}
