//! Places: where in the user's files something stands.

use std::ops::Range;
use std::sync::Arc;

/// One file of the user's, as a number. `candor_iac::Sources` knows its path and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file. Cheap to copy, so nobody is tempted to drop it;
/// only `candor_iac::Sources` turns it into path, line and column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: Range<u32>) -> Span {
        Span { file, start: range.start, end: range.end }
    }

    /// A span that starts here and has no width: for "nothing is written here".
    pub fn head(self) -> Span {
        Span { end: self.start, ..self }
    }
}

/// Text that knows where its bytes came from: line 3 of a mapping template in a YAML block is line 41 of
/// `template.yaml`, whatever indentation and escapes lie between. Cheap to clone: the tree of the file, the values made of it and
/// the model share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: Arc<str>,
    /// Ascending by offset in `value`; each entry says where the bytes from there on (until the next entry) stand.
    /// A segment whose span is as long as itself maps byte by byte; any other maps as a whole (an escape, a
    /// substituted value). None: `whole` is the only one.
    map: Option<Arc<[(u32, Span)]>>,
    /// What the whole of it spans in the file, quotes and indicators included; as a segment, from the first byte on.
    whole: (u32, Span),
}

impl Text {
    /// Text that stands in the file exactly as it reads.
    pub fn verbatim(value: &str, span: Span) -> Text {
        Text { value: value.into(), map: None, whole: (0, span) }
    }

    /// Text put together from segments: offset in `value` and where the bytes from there on stand.
    /// The offsets must ascend and start at 0; an empty map means the whole of `span`.
    pub fn mapped(value: &str, map: Vec<(u32, Span)>, span: Span) -> Text {
        Text { value: value.into(), map: Some(map.into()), whole: (0, span) }
    }

    /// What it reads.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Where the whole of it stands.
    pub fn span(&self) -> Span {
        self.whole.1
    }

    /// The segments, for putting texts together.
    pub fn segments(&self) -> &[(u32, Span)] {
        self.map.as_deref().unwrap_or(std::slice::from_ref(&self.whole))
    }

    /// Where the bytes `range` of the value stand in the user's file.
    ///
    /// ```
    /// # use candor_gateway::span::{FileId, Span, Text};
    /// let file = FileId(0);
    /// // "a\nb" written as two indented lines: `a` at byte 10, `b` at byte 16.
    /// let map = vec![(0, Span::new(file, 10..12)), (2, Span::new(file, 16..17))];
    /// let text = Text::mapped("a\nb", map, Span::new(file, 8..17));
    /// assert_eq!(text.at(2..3), Span::new(file, 16..17));
    /// ```
    pub fn at(&self, range: Range<u32>) -> Span {
        let start = self.place(range.start);
        let end = if range.end > range.start { self.place(range.end - 1) } else { start };
        match (start, end) {
            (Some(s), Some(e)) if s.file == e.file && e.end >= s.start => {
                let end = if range.end > range.start { e.end } else { s.start };
                Span { file: s.file, start: s.start, end }
            }
            (Some(s), _) => s,
            (None, _) => self.span(),
        }
    }

    /// Where one byte of the value stands: a one-byte span in a verbatim segment, the whole segment otherwise.
    fn place(&self, offset: u32) -> Option<Span> {
        let map = self.segments();
        let i = map.partition_point(|(at, _)| *at <= offset).checked_sub(1)?;
        let (at, span) = map[i];
        let until = map.get(i + 1).map_or(self.value.len() as u32, |(next, _)| *next);
        if span.end - span.start == until - at {
            let start = span.start + (offset - at).min(span.end - span.start);
            Some(Span { file: span.file, start, end: (start + 1).min(span.end.max(start)) })
        } else {
            Some(span)
        }
    }
}
