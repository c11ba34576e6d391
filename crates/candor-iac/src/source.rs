//! The texts of the files, and where in them something stands.

use candor_gateway::span::{FileId, Span};

/// All files that were read.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    path: String,
    text: String,
    /// Byte offsets at which lines begin.
    lines: Vec<u32>,
}

/// A place as people name it. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
}

impl Sources {
    /// Takes a file in.
    pub fn add(&mut self, path: String, text: String) -> FileId {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.files.push(Source { path, text, lines });
        FileId(self.files.len() as u32 - 1)
    }

    /// All files, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The path, as the user gave it or as it was found below what they gave.
    pub fn path(&self, file: FileId) -> &str {
        self.source(file).map_or("", |s| &s.path)
    }

    /// The text.
    pub fn text(&self, file: FileId) -> &str {
        self.source(file).map_or("", |s| &s.text)
    }

    /// Where a span stands. A span beyond the file is moved to its end.
    pub fn position(&self, span: Span) -> Position {
        let (line, column) = self.line_column(span.file, span.start);
        let (end_line, end_column) = self.line_column(span.file, span.end.max(span.start));
        Position { line, column, end_line, end_column }
    }

    /// The text of a line (from 1), without its line break.
    pub fn line_text(&self, file: FileId, line: u32) -> &str {
        let Some(source) = self.source(file) else { return "" };
        let Some(start) = (line as usize).checked_sub(1).and_then(|i| source.lines.get(i)) else { return "" };
        let end = source.lines.get(line as usize).map_or(source.text.len(), |e| *e as usize);
        let text = source.text[*start as usize..end].trim_end_matches(['\n', '\r']);
        text.strip_prefix('\u{feff}').unwrap_or(text)
    }

    /// How many lines a file has.
    pub fn line_count(&self, file: FileId) -> u32 {
        self.source(file).map_or(0, |source| source.lines.len() as u32)
    }

    fn source(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    fn line_column(&self, file: FileId, offset: u32) -> (u32, u32) {
        let Some(source) = self.source(file) else { return (1, 1) };
        let offset = (offset as usize).min(source.text.len());
        let line = source.lines.partition_point(|start| *start as usize <= offset).max(1);
        let start = source.lines[line - 1] as usize;
        let before = source.text.as_bytes().get(start..offset).unwrap_or_default();
        // Bytes that continue a character are not counted; a byte order mark is no column.
        let mut column = before.iter().filter(|b| **b & 0xC0 != 0x80).count();
        if start == 0 && source.text.starts_with('\u{feff}') && column > 0 {
            column -= 1;
        }
        (line as u32, column as u32 + 1)
    }
}
