//! A template by its lines: enough of YAML's block style to find a key, what belongs to it, and to take it away.

use std::ops::Range;

use super::super::Broken;

pub(super) struct Doc<'a> {
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Doc<'a> {
    pub(super) fn read(text: &'a str) -> Doc<'a> {
        Doc { lines: text.lines().collect() }
    }

    pub(super) fn indent(&self, line: usize) -> usize {
        self.lines[line].len() - self.lines[line].trim_start().len()
    }

    fn blank(&self, line: usize) -> bool {
        self.lines[line].trim().is_empty()
    }

    /// The key of a line, without quotes; of an item of a list the key that begins it.
    pub(super) fn key(&self, line: usize) -> &'a str {
        let text = self.lines[line].trim_start().trim_start_matches("- ");
        let quote = text.chars().next().filter(|c| "'\"".contains(*c));
        match quote {
            Some(quote) => text[1..].split(&format!("{quote}:")).next().unwrap_or_default(),
            None => text.split(':').next().unwrap_or_default(),
        }
    }

    /// What stands behind the key on its line.
    pub(super) fn value(&self, line: usize) -> &'a str {
        self.lines[line].split_once(": ").map_or("", |(_, value)| value.trim())
    }

    /// A line and all that belongs to it.
    pub(super) fn block(&self, line: usize) -> Range<usize> {
        let indent = self.indent(line);
        let deeper = (line + 1..self.lines.len())
            .take_while(|i| self.blank(*i) || self.indent(*i) > indent)
            .filter(|i| !self.blank(*i));
        line..deeper.last().unwrap_or(line) + 1
    }

    /// The lines directly below a line.
    pub(super) fn children(&self, line: usize) -> Vec<usize> {
        let inside: Vec<usize> = self.block(line).skip(1).filter(|i| !self.blank(*i)).collect();
        let least = inside.iter().map(|i| self.indent(*i)).min();
        inside.into_iter().filter(|i| Some(self.indent(*i)) == least).collect()
    }

    /// The line that a line belongs to.
    pub(super) fn parent(&self, line: usize) -> Option<usize> {
        (0..line).rev().find(|i| !self.blank(*i) && self.indent(*i) < self.indent(line))
    }

    /// All lines with a key.
    pub(super) fn all(&self, key: &str) -> Vec<usize> {
        (0..self.lines.len()).filter(|i| self.key(*i) == key).collect()
    }

    /// The first line with a key within some lines.
    pub(super) fn within(&self, lines: Range<usize>, key: &str) -> Option<usize> {
        lines.into_iter().find(|i| self.key(*i).eq_ignore_ascii_case(key))
    }

    pub(super) fn child(&self, line: usize, key: &str) -> Option<usize> {
        self.children(line).into_iter().find(|i| self.key(*i).eq_ignore_ascii_case(key))
    }

    /// The resources of a CloudFormation type.
    pub(super) fn resources(&self, kind: &str) -> Vec<usize> {
        let of = self.all("Resources").into_iter().flat_map(|i| self.children(i));
        of.filter(|i| self.child(*i, "Type").is_some_and(|t| self.value(t) == kind)).collect()
    }

    /// The resource that a line stands in.
    pub(super) fn resource(&self, line: usize) -> Option<usize> {
        let all = self.all("Resources").into_iter().flat_map(|i| self.children(i));
        all.into_iter().find(|i| self.block(*i).contains(&line))
    }

    pub(super) fn holds(&self, lines: Range<usize>, text: &str) -> bool {
        self.lines[lines].iter().any(|line| line.contains(text))
    }

    /// The line with another value behind its key.
    pub(super) fn valued(&self, line: usize, value: &str) -> String {
        let at = self.lines[line].find(": ").map_or(self.lines[line].len(), |at| at + 2);
        format!("{}{value}", &self.lines[line][..at])
    }

    /// As many spaces as a line begins with, and some more.
    pub(super) fn margin(&self, line: usize, more: usize) -> String {
        " ".repeat(self.indent(line) + more)
    }

    /// Other lines in the place of some. The rules accepted may point at any of the given lines of the original, as far as they are still there.
    pub(super) fn broken(
        &self,
        range: Range<usize>,
        with: &[String],
        rules: &[&'static str],
        at: impl IntoIterator<Item = usize>,
    ) -> Broken {
        let (start, end) = (range.start, range.end);
        let mut lines: Vec<String> = self.lines[..start].iter().map(|l| (*l).to_string()).collect();
        lines.extend(with.iter().cloned());
        lines.extend(self.lines[end..].iter().map(|l| (*l).to_string()));
        let now = |line: usize| match line {
            line if line < start => Some(line),
            line if line >= end => Some(line + with.len() - (end - start)),
            _ if with.is_empty() => None,
            line => Some(start + (line - start).min(with.len() - 1)),
        };
        let mut places: Vec<usize> = at.into_iter().filter_map(now).collect();
        if !with.is_empty() {
            places.extend(start..start + with.len());
        }
        places.sort_unstable();
        places.dedup();
        let accepted = rules.iter().flat_map(|rule| places.iter().map(|line| (*rule, *line + 1))).collect();
        Broken { text: lines.join("\n") + "\n", accepted }
    }
}
