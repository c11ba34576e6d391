//! `# candor: allow(rule, …) reason`: a comment behind the line of a finding, or on a line of its own above it, takes the finding out of
//! the report. A comment that takes nothing out is a finding itself, and so is one that gives no reason.

use candor_gateway::span::{FileId, Span};
use candor_iac::source::Sources;

use crate::finding::Finding;
use crate::rules::{self, ALLOW_WITHOUT_REASON, UNUSED_ALLOW};

/// One rule that a comment allows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed {
    /// The rule as it is written.
    rule: String,
    /// Where it is written.
    at: Span,
    /// The line that is meant, from 1.
    line: u32,
    used: bool,
}

/// Takes out what comments allow and adds what is wrong with the comments. How many were taken out.
pub(crate) fn apply(sources: &Sources, findings: &mut Vec<Finding>) -> usize {
    let mut allowed = Vec::new();
    let mut without_reason = Vec::new();
    for file in sources.files() {
        // Most files have none, and are done with one search.
        if sources.text(file).contains(ALLOW) {
            read(sources, file, &mut allowed, &mut without_reason);
        }
    }
    if allowed.is_empty() {
        return 0;
    }
    let before = findings.len();
    findings.retain(|finding| {
        let line = sources.position(finding.at).line;
        let of =
            |a: &&mut Allowed| a.at.file == finding.at.file && a.line == line && a.rule == finding.rule.slug;
        match allowed.iter_mut().find(of) {
            Some(allowed) => {
                allowed.used = true;
                false
            }
            None => true,
        }
    });
    let taken = before - findings.len();
    for unused in allowed.iter().filter(|allowed| !allowed.used) {
        findings.push(match rules::find(&unused.rule) {
            Some(_) => complaint(
                &UNUSED_ALLOW,
                unused.at,
                format!("nothing that {} would report stands at line {}", unused.rule, unused.line),
                "allows what is not there".to_string(),
                "take the comment away; it would hide the next finding here".to_string(),
            ),
            None => complaint(
                &UNUSED_ALLOW,
                unused.at,
                format!("no rule is called `{}`", unused.rule),
                "allows nothing".to_string(),
                "`candor rules` lists the names".to_string(),
            ),
        });
    }
    findings.extend(without_reason.into_iter().map(|at| {
        complaint(
            &ALLOW_WITHOUT_REASON,
            at,
            "a finding is allowed, and nobody says why".to_string(),
            "no reason behind it".to_string(),
            "write the reason behind the parenthesis: `# candor: allow(no-alarm) watched by the platform team`".to_string(),
        )
    }));
    taken
}

fn complaint(
    rule: &'static rules::Rule,
    at: Span,
    message: String,
    label: String,
    remedy: String,
) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        message,
        label,
        at,
        also: Vec::new(),
        api: String::new(),
        routes: Vec::new(),
        function: None,
        proof: None,
        remedy,
        count: 1,
        when: None,
    }
}

const ALLOW: &str = "candor: allow(";

/// Reads the comments of a file.
fn read(sources: &Sources, file: FileId, allowed: &mut Vec<Allowed>, without_reason: &mut Vec<Span>) {
    let text = sources.text(file);
    let mut start = 0;
    // Comments on lines of their own wait for the line that they stand above.
    let mut waiting: Vec<(String, Span)> = Vec::new();
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let number = i as u32 + 1;
        let is_comment = line.trim_start().starts_with(['#']) || line.trim_start().starts_with("//");
        let found = comment(line);
        if let Some(comment) = &found {
            let place = |range: &std::ops::Range<usize>| {
                Span::new(file, (start + range.start) as u32..(start + range.end) as u32)
            };
            if comment.reason.is_empty() {
                without_reason.push(place(&comment.whole));
            }
            for range in &comment.rules {
                let rule = (line[range.clone()].to_string(), place(range));
                if is_comment {
                    waiting.push(rule);
                } else {
                    allowed.push(Allowed { rule: rule.0, at: rule.1, line: number, used: false });
                }
            }
        }
        if !is_comment && !line.trim().is_empty() {
            let here = waiting.drain(..).map(|(rule, at)| Allowed { rule, at, line: number, used: false });
            allowed.extend(here);
        }
        start += line.len();
    }
    allowed.extend(waiting.into_iter().map(|(rule, at)| Allowed { rule, at, line: 0, used: false }));
}

/// A comment that allows: ranges within its line.
struct Comment<'l> {
    whole: std::ops::Range<usize>,
    rules: Vec<std::ops::Range<usize>>,
    reason: &'l str,
}

fn comment(line: &str) -> Option<Comment<'_>> {
    let at = line.find(ALLOW)?;
    // A comment's sign stands before it, and before that nothing or a blank: text that speaks of allowing is no comment.
    let before = line[..at].trim_end();
    let sign = ["//", "#"].iter().find_map(|sign| before.strip_suffix(sign))?;
    let sign = sign.trim_end_matches('#');
    if !(sign.is_empty() || sign.ends_with([' ', '\t'])) {
        return None;
    }
    let inside = at + ALLOW.len();
    let close = inside + line[inside..].find(')')?;
    let mut rules = Vec::new();
    let mut from = inside;
    for part in line[inside..close].split(',') {
        let name = part.trim();
        let start = from + part.find(name).unwrap_or_default();
        if !name.is_empty() {
            rules.push(start..start + name.len());
        }
        from += part.len() + 1;
    }
    // Another comment behind it is no reason.
    let reason = Some(line[close + 1..].trim()).filter(|reason| !reason.starts_with('#'));
    Some(Comment { whole: at..close + 1, rules, reason: reason.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) -> Vec<(String, u32)> {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".to_string(), text.to_string());
        let (mut all, mut without_reason) = (Vec::new(), Vec::new());
        read(&sources, file, &mut all, &mut without_reason);
        all.into_iter().map(|a| (a.rule, a.line)).collect()
    }

    #[test]
    fn behind_a_line_or_above_it() {
        assert_eq!(allowed("a: 1  # candor: allow(no-alarm) why\n"), [("no-alarm".to_string(), 1)]);
        let above = "# candor: allow(a, b) why\n\n# another comment\nx: 1\ny: 2\n";
        assert_eq!(allowed(above), [("a".to_string(), 4), ("b".to_string(), 4)]);
        assert_eq!(allowed("  ## candor: allow(a) in a template\n  #set($x = 1)\n"), [("a".to_string(), 0)]);
        assert_eq!(allowed("x: '# candor: allow(a)'\n"), []);
        assert_eq!(allowed("x: candor: allow(a)\n# candor: allow(a\n"), []);
        assert_eq!(allowed("# candor: allow()\nx: 1"), []);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_at(text in "(a|#|//| |\n|candor: allow\\(|,|\\)|é|no-alarm){0,40}") {
            let mut sources = Sources::default();
            let file = sources.add("a.yaml".to_string(), text.clone());
            let (mut all, mut without_reason) = (Vec::new(), Vec::new());
            read(&sources, file, &mut all, &mut without_reason);
            for a in all {
                assert_eq!(&text[a.at.start as usize..a.at.end as usize], a.rule);
            }
        }
    }
}
