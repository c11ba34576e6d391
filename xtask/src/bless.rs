//! `cargo xtask bless`: generated files and snapshots, made anew. Look at the difference before committing it.

use crate::step::Step;

pub(crate) fn run() -> Result<(), String> {
    Step::cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])
        .env("CANDOR_BLESS", "1")
        .env("INSTA_UPDATE", "always")
        .run()?;
    println!("\nmade anew; `git diff` shows what changed");
    Ok(())
}
