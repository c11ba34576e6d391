//! `candor check` for a person: the line that causes it, what the client gets, what to write instead.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use candor_check::{Finding, Proof, Report, Severity};
use candor_gateway::span::Span;
use candor_iac::Reading;

use crate::output::body::one_line;
use crate::output::{
    count, cut, fold, harmless, outcome_name, severity_style, undecided_text, unread_summary, wrap,
};
use crate::ui::{Palette, Style};

/// The whole report. `known`: how many findings a baseline holds.
pub(crate) fn write(
    reading: &Reading,
    report: &Report,
    notes: bool,
    quiet: bool,
    known: usize,
    palette: Palette,
    width: usize,
) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|f| notes || f.severity > Severity::Note) {
        write_finding(reading, finding, palette, width, &mut out);
        out.push('\n');
    }
    if quiet {
        return out;
    }
    undecided_text(reading, &report.undecided, &mut out);
    if !report.undecided.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(reading, report, notes, known, palette, width));
    out.push('\n');
    out
}

/// How many findings of each rule there are, the most frequent first.
pub(crate) fn statistics(
    reading: &Reading,
    report: &Report,
    known: usize,
    palette: Palette,
    width: usize,
) -> String {
    let mut counts: BTreeMap<(Reverse<Severity>, &str), usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry((Reverse(finding.severity), finding.rule.slug)).or_insert(0) += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, n)| Reverse(*n));
    let mut out = String::new();
    for ((Reverse(severity), slug), n) in rows {
        let severity = palette.paint(severity_style(severity), &format!("{:<7}", severity.slug()));
        out.push_str(&format!("{n:>6}  {severity}  {slug}\n"));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(reading, report, true, known, palette, width));
    out.push('\n');
    out
}

fn summary(
    reading: &Reading,
    report: &Report,
    notes: bool,
    known: usize,
    palette: Palette,
    width: usize,
) -> String {
    let of = |severity| report.findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings, hidden) = (of(Severity::Error), of(Severity::Warning), of(Severity::Note));
    let totals = &report.totals;
    let mut found = Vec::new();
    if errors > 0 {
        found.push(palette.paint(Style::Error, &count(errors, "error")));
    }
    if warnings > 0 {
        found.push(palette.paint(Style::Warning, &count(warnings, "warning")));
    }
    if found.is_empty() {
        found.push(palette.paint(Style::Good, "nothing found"));
    }
    let mut line = format!(
        "{} in {}, {} ({} played)",
        found.join(", "),
        count(totals.apis, "API"),
        count(totals.routes, "route"),
        count(totals.drills, "exchange")
    );
    if hidden > 0 {
        let how = if notes { "" } else { ", shown with --notes" };
        let more = format!("{}{how}", count(hidden, "note"));
        let plain = format!(
            "{errors} errors, {warnings} warnings in {} APIs, {} routes ({} exchanges played); {more}",
            totals.apis, totals.routes, totals.drills
        );
        line.push_str(if plain.chars().count() > width { ";\n" } else { "; " });
        line.push_str(&more);
    }
    if known > 0 {
        line.push_str(&format!("; {known} in the baseline"));
    }
    if report.totals.suppressed > 0 {
        line.push_str(&format!("; {} allowed by comments", report.totals.suppressed));
    }
    if let Some(unread) = unread_summary(reading) {
        line.push_str(&format!("; {}", palette.paint(Style::Error, &unread)));
    }
    line
}

fn write_finding(reading: &Reading, f: &Finding, palette: Palette, width: usize, out: &mut String) {
    let style = severity_style(f.severity);
    let head = format!("{}[{}]", f.severity.slug(), f.rule.slug);
    let mut message = harmless(&f.message);
    if let Some(when) = &f.when {
        message.push_str(&format!(" (when {})", harmless(when)));
    }
    let mut lines = wrap(&message, width.saturating_sub(head.len() + 2).max(30)).into_iter();
    out.push_str(&format!(
        "{}: {}\n",
        palette.paint(style, &head),
        palette.paint(Style::Strong, &lines.next().unwrap_or_default())
    ));
    for line in lines {
        out.push_str(&format!("  {}\n", palette.paint(Style::Strong, &line)));
    }

    let at = reading.sources.position(f.at);
    let gutter = at.line.to_string().len().max(2);
    let bar = palette.paint(Style::Faint, "│");
    let corner = palette.paint(Style::Faint, "┌");
    let path = harmless(reading.sources.path(f.at.file));
    out.push_str(&format!("{:gutter$}{corner} {path}:{}:{}\n", "", at.line, at.column));
    excerpt(reading, f.at, &f.label, gutter, style, palette, width, out);
    for (span, message) in &f.also {
        let there = reading.sources.position(*span);
        let other = if span.file == f.at.file {
            format!("line {}", there.line)
        } else {
            format!("{}:{}", harmless(reading.sources.path(span.file)), there.line)
        };
        let text = format!("{other}: {}", harmless(message));
        for (i, line) in wrap(&text, width.saturating_sub(gutter + 4)).into_iter().enumerate() {
            out.push_str(&format!("{:gutter$}{bar} {}{line}\n", "", if i == 0 { "" } else { "  " }));
        }
    }

    let room = width.saturating_sub(gutter + 10).max(30);
    let mut field = |name: &str, lines: Vec<String>| {
        for (i, line) in lines.into_iter().enumerate() {
            let name = if i == 0 { format!("= {name:<7}") } else { " ".repeat(9) };
            out.push_str(&format!("{:gutter$}{} {line}\n", "", palette.paint(Style::Faint, &name)));
        }
    };
    if let Some(construct) = reading.construct(f.at) {
        field("in", wrap(&harmless(construct), room));
    }
    if let Some(proof) = &f.proof {
        field("client", client(reading, proof, room));
    }
    field("instead", wrap(&harmless(&f.remedy), room));
    if f.routes.len() > 1 {
        let shown: Vec<String> = f.routes.iter().take(5).map(|r| harmless(&r.to_string())).collect();
        let last = shown.len() - 1;
        let mut pieces: Vec<String> =
            shown.into_iter().enumerate().map(|(i, r)| if i < last { r + "," } else { r }).collect();
        if f.routes.len() > pieces.len() {
            pieces.push(format!("and {} more", f.routes.len() - pieces.len()));
        }
        field("routes", fold(pieces.iter().map(String::as_str), room));
    }
    field("more", vec![format!("candor explain {}", f.rule.slug)]);
}

/// What the function did and what the client gets: the body beside it where it fits whole, else on a line of its own.
fn client(reading: &Reading, proof: &Proof, room: usize) -> Vec<String> {
    let note = if proof.note.is_empty() { String::new() } else { format!(" ({})", proof.note) };
    let head = format!("{}{note} → {}", outcome_name(reading, &proof.outcome, proof.source), proof.status);
    match proof.body.as_deref().map(|body| (body.is_empty(), one_line(body, room))) {
        None => {
            let body = "and a body that depends on the function";
            if head.chars().count() + 1 + body.chars().count() <= room {
                vec![format!("{head} {body}")]
            } else {
                vec![head, body.to_string()]
            }
        }
        Some((true, _)) => vec![format!("{head} and no body")],
        Some((false, body)) if head.chars().count() + 1 + body.chars().count() <= room => {
            vec![format!("{head} {body}")]
        }
        Some((false, body)) => vec![head, body],
    }
}

/// The source line, a caret under what is meant, and what there is to say about it.
#[allow(clippy::too_many_arguments)]
fn excerpt(
    reading: &Reading,
    span: Span,
    label: &str,
    gutter: usize,
    style: Style,
    palette: Palette,
    width: usize,
    out: &mut String,
) {
    let at = reading.sources.position(span);
    let source = harmless(reading.sources.line_text(span.file, at.line).trim_end());
    let length = source.chars().count();
    let (start, mut end) = (at.column as usize - 1, length);
    if at.end_line == at.line {
        end = (at.end_column as usize - 1).min(end);
    }
    let room = width.saturating_sub(gutter + 3).max(30);
    // A line that is too long loses indentation; where that is not enough, it shows the part around the caret.
    let blanks = source.chars().take_while(|c| *c == ' ').count();
    let mut skip = blanks.min(length.saturating_sub(room)).min(start);
    let mut shown: String = source.chars().skip(skip).collect();
    if length > skip + room && end.min(start + room / 2) > skip + room * 3 / 4 {
        skip = skip.max(start.saturating_sub(room / 4));
        shown = format!("…{}", source.chars().skip(skip + 1).collect::<String>());
    }
    let bar = palette.paint(Style::Faint, "│");
    let number = palette.paint(Style::Faint, &format!("{:>gutter$}", at.line));
    out.push_str(&format!("{number}{bar} {}\n", cut(&shown, room)));
    let (start, end) = (start - skip.min(start), end.saturating_sub(skip).min(room));
    let carets = "^".repeat(end.saturating_sub(start).max(1));
    let label = harmless(label);
    let marked = palette.paint(style, &carets);
    if start + carets.len() + 1 + label.chars().count() <= room {
        out.push_str(&format!(
            "{:gutter$}{bar} {:start$}{marked} {}\n",
            "",
            "",
            palette.paint(style, &label)
        ));
    } else {
        out.push_str(&format!("{:gutter$}{bar} {:start$}{marked}\n", "", ""));
        // The text starts under the caret where that leaves it room enough.
        let indent = if room - start.min(room) >= 40 { start } else { 0 };
        for line in wrap(&label, room - indent) {
            out.push_str(&format!("{:gutter$}{bar} {:indent$}{}\n", "", "", palette.paint(style, &line)));
        }
    }
}
