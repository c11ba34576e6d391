//! Every rule's page is played: the hidden example has the finding at the line that the page marks, the honest one has not.

use candor_check::rules::RULES;

/// Rules that speak only where no other does: no example could be theirs and stay it.
const WITHOUT_EXAMPLES: &[&str] = &["masked-failure", "hollow-success", "false-alarm", "wrong-status"];

/// The ```yaml blocks below a heading.
fn examples<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let mut blocks = Vec::new();
    for section in page.split("\n## ").skip(1) {
        if section.lines().next() != Some(heading) {
            continue;
        }
        for block in section.split("```yaml template.yaml\n").skip(1) {
            blocks.push(block.split("```").next().unwrap());
        }
    }
    blocks
}

/// The lines that an example marks as guilty of `slug`, from 1.
fn marked(example: &str, slug: &str) -> Vec<u32> {
    let mark = format!("# finding: {slug}");
    let lines = example.lines().enumerate();
    lines.filter(|(_, line)| line.trim_end().ends_with(&mark)).map(|(i, _)| i as u32 + 1).collect()
}

#[test]
fn the_pages_are_true() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let (hidden, honest) = (examples(rule.docs, "Hidden"), examples(rule.docs, "Honest"));
        if WITHOUT_EXAMPLES.contains(&rule.slug) {
            assert!(hidden.is_empty() && honest.is_empty(), "{} has examples now", rule.slug);
            continue;
        }
        if hidden.is_empty() || honest.is_empty() {
            wrong.push(format!("{}: the page lacks an example", rule.slug));
        }
        for example in hidden {
            let (reading, report) = super::check(example);
            assert!(reading.unreadable.is_empty(), "{}: {:?}", rule.slug, reading.unreadable);
            let all: Vec<(&str, u32)> =
                report.findings.iter().map(|f| (f.rule.slug, reading.sources.position(f.at).line)).collect();
            let own: Vec<u32> =
                all.iter().filter(|(slug, _)| *slug == rule.slug).map(|(_, line)| *line).collect();
            let expected = marked(example, rule.slug);
            if expected.is_empty() || own != expected {
                wrong.push(format!(
                    "{}: marked {expected:?}, found {own:?} of {all:?}, {:?}",
                    rule.slug, report.undecided
                ));
            }
        }
        for example in honest {
            let (_, report) = super::check(example);
            if let Some(found) = report.findings.iter().find(|f| f.rule.slug == rule.slug) {
                wrong.push(format!("{}: the honest example has it, too: {}", rule.slug, found.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pages_have_one_form() {
    for rule in RULES {
        let mut headings =
            rule.docs.lines().filter(|line| line.starts_with('#') && !line.starts_with("## finding"));
        assert_eq!(headings.next(), Some(format!("# {}", rule.slug).as_str()), "{}", rule.slug);
        for needed in ["## Why", "## Fix"] {
            assert!(rule.docs.contains(needed), "{} lacks {needed}", rule.slug);
        }
        assert!(rule.summary.ends_with('.') && rule.summary.len() < 140, "{}", rule.slug);
    }
}
