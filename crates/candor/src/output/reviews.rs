//! `candor check --format github|gitlab|junit`: findings where a pull request or a pipeline shows them.

use candor_check::{Report, Severity};
use candor_contract::json::Json;
use candor_iac::Reading;

use crate::commands::place_of;
use crate::output::{fingerprints, proof_line};

/// Workflow commands of GitHub Actions ("Workflow commands for GitHub Actions"): a line for each finding.
pub(crate) fn github(reading: &Reading, report: &Report) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for f in &report.findings {
        let command = match f.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let at = reading.sources.position(f.at);
        let mut message = f.message.clone();
        if let Some(proof) = proof_line(reading, f) {
            message.push_str(&format!("\n{proof}"));
        }
        message.push_str(&format!("\ninstead: {}\nmore: candor explain {}", f.remedy, f.rule.slug));
        out.push_str(&format!(
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
            property(reading.sources.path(f.at.file)),
            at.line,
            at.end_line,
            at.column,
            at.end_column,
            property(&format!("candor: {}", f.rule.slug)),
            data(&message)
        ));
    }
    for unreadable in &reading.unreadable {
        out.push_str(&format!(
            "::error title=candor%3A unreadable::{}\n",
            data(&format!("{}: {}", place_of(reading, unreadable), unreadable.message))
        ));
    }
    out
}

/// A code quality report ("Code Quality", GitLab's documentation).
pub(crate) fn gitlab(reading: &Reading, report: &Report) -> String {
    let prints = fingerprints(reading, report);
    let issues = report.findings.iter().zip(prints).map(|(f, print)| {
        let severity = match f.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "info",
        };
        let lines = Json::object([("begin", Json::number(reading.sources.position(f.at).line))]);
        let path = Json::string(reading.sources.path(f.at.file).trim_start_matches("./"));
        Json::object([
            ("description", Json::string(f.message.as_str())),
            ("check_name", Json::string(f.rule.slug)),
            ("fingerprint", Json::string(print)),
            ("severity", Json::string(severity)),
            ("location", Json::object([("path", path), ("lines", lines)])),
        ])
    });
    let mut text = Json::Array(issues.collect()).write_pretty();
    text.push('\n');
    text
}

/// Text for XML: what it may not hold is replaced.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

/// A JUnit report: a failed test for each finding, and one that passed where there is none.
pub(crate) fn junit(reading: &Reading, report: &Report) -> String {
    let (failed, errors) = (report.findings.len(), reading.unreadable.len());
    let tests = (failed + errors).max(1);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"candor\" tests=\"{tests}\" failures=\"{failed}\" \
         errors=\"{errors}\">\n"
    );
    for f in &report.findings {
        let at = reading.sources.position(f.at);
        let path = reading.sources.path(f.at.file);
        let mut body = format!("{path}:{}:{}: {}\n", at.line, at.column, f.message);
        if let Some(proof) = proof_line(reading, f) {
            body.push_str(&format!("{proof}\n"));
        }
        body.push_str(&format!("instead: {}\n", f.remedy));
        out.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            xml(path),
            xml(&format!("{} at line {}", f.rule.slug, at.line)),
            f.severity.slug(),
            xml(&f.message),
            xml(&body)
        ));
    }
    for unreadable in &reading.unreadable {
        let place = place_of(reading, unreadable);
        out.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"unreadable\">\n      <error message=\"{}\"/>\n    </testcase>\n",
            xml(&place),
            xml(&unreadable.message)
        ));
    }
    if failed + errors == 0 {
        out.push_str("    <testcase classname=\"candor\" name=\"nothing found\"/>\n");
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_no_control_characters() {
        assert_eq!(
            xml("a<b> & \"c\"\n\u{1b}[0m\u{ffff}"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}[0m\u{fffd}"
        );
    }
}
