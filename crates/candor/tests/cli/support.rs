//! Running candor: from the workspace's root or a folder of files, in a fixed width, without the caller's environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use candor_contract::json::Json;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a run printed, and its exit status.
pub(crate) struct Run {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) status: i32,
}

impl Run {
    pub(crate) fn of(output: Output) -> Run {
        Run {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            // Ended by a signal: an abort, or out of memory.
            status: output.status.code().unwrap_or(-1),
        }
    }

    /// Both streams and the status, for snapshots.
    pub(crate) fn all(&self) -> String {
        let stream = |name: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") }
        };
        format!("{}{}--- status {}\n", stream("stdout", &self.out), stream("stderr", &self.err), self.status)
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Json {
        Json::read(&self.out).unwrap_or_else(|e| panic!("no JSON: {e}\n{}{}", self.out, self.err))
    }
}

/// candor with these arguments, not yet started.
pub(crate) fn command(columns: usize, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    clean(&mut command, columns, folder).args(args);
    command
}

/// The environment of every run: nothing but the width (and what Windows needs to start a program at all).
pub(crate) fn clean<'c>(command: &'c mut Command, columns: usize, folder: &Path) -> &'c mut Command {
    command.env_clear().env("COLUMNS", columns.to_string()).current_dir(folder);
    if let Some(system) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", system);
    }
    command
}

/// Runs candor in the workspace's root, 80 columns wide.
pub(crate) fn candor(args: &[&str]) -> Run {
    Run::of(command(80, &root(), args).output().unwrap())
}

/// A folder with files of a test, gone after it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs candor in this folder, 80 columns wide.
    pub(crate) fn candor(&self, args: &[&str]) -> Run {
        Run::of(command(80, self.path(), args).output().unwrap())
    }
}

/// A whole small template with one masked route: `no-error-response` at line 17.
pub(crate) const MASKED: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders:
            get:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations
                responses:
                  default: { statusCode: \"200\" }
              responses: { \"200\": {} }
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Runtime: python3.12, Handler: app.handler, CodeUri: 's3://code/app.zip' }
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Orders, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
";
