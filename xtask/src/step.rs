//! Running programs: from the root of the workspace, with their output passed on.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo builds: `CARGO_TARGET_DIR`, or `target`.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The release build of candor.
pub(crate) fn candor() -> PathBuf {
    target().join("release").join(if cfg!(windows) { "candor.exe" } else { "candor" })
}

/// The cargo that runs this.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string())
}

/// A program, its arguments and what it needs of the environment.
pub(crate) struct Step<'a> {
    pub(crate) program: String,
    pub(crate) args: Vec<&'a str>,
    pub(crate) env: Vec<(&'a str, &'a str)>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(program: impl Into<String>, args: &[&'a str]) -> Step<'a> {
        Step { program: program.into(), args: args.to_vec(), env: Vec::new() }
    }

    pub(crate) fn cargo(args: &[&'a str]) -> Step<'a> {
        Step::new(cargo(), args)
    }

    pub(crate) fn env(mut self, name: &'a str, value: &'a str) -> Step<'a> {
        self.env.push((name, value));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(root()).envs(self.env.iter().copied());
        command
    }

    /// What to type to run the same again.
    pub(crate) fn words(&self) -> String {
        let program =
            Path::new(&self.program).file_name().map_or(self.program.clone(), |n| n.to_string_lossy().into());
        let env = self.env.iter().map(|(name, value)| format!("{name}={value} "));
        format!("{}{program} {}", env.collect::<String>(), self.args.join(" "))
    }

    /// Runs it with its output passed on; its exit status.
    pub(crate) fn status(&self) -> Result<i32, String> {
        let status = self.command().status().map_err(|e| format!("{}: {e}", self.words()))?;
        Ok(status.code().unwrap_or(-1))
    }

    /// Runs it and demands success.
    pub(crate) fn run(&self) -> Result<(), String> {
        match self.status()? {
            0 => Ok(()),
            code => Err(format!("failed with status {code}: {}", self.words())),
        }
    }

    /// Runs it without showing anything; whether it succeeded.
    pub(crate) fn quietly(&self) -> bool {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Runs it with every line of its output passed on and looked at; its exit status.
    pub(crate) fn watch(&self, mut look: impl FnMut(&str)) -> Result<i32, String> {
        let mut command = self.command();
        let mut child =
            command.stdout(Stdio::piped()).spawn().map_err(|e| format!("{}: {e}", self.words()))?;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                println!("{line}");
                look(&line);
            }
        }
        let status = child.wait().map_err(|e| format!("{}: {e}", self.words()))?;
        Ok(status.code().unwrap_or(-1))
    }
}

/// Runs one part of a longer job under a heading, and says how long it took.
pub(crate) fn part<T>(title: &str, job: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    println!("\n== {title}");
    let start = Instant::now();
    let done = job();
    let seconds = start.elapsed().as_secs_f64();
    match &done {
        Ok(_) => println!("== {title}: done in {seconds:.1} s"),
        Err(_) => println!("== {title}: FAILED after {seconds:.1} s"),
    }
    done
}
