//! Bounds on one rendering: every template terminates.

/// What one rendering may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Nodes evaluated.
    pub steps: u64,
    /// Bytes printed, and bytes that any one text may have.
    pub output_bytes: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { steps: 2_000_000, output_bytes: 20 * 1024 * 1024 }
    }
}

/// Iterations of a `#foreach`; AWS cuts a loop there ("API Gateway mapping template reference": 1000).
pub(crate) const FOREACH_LIMIT: usize = 1000;

/// Bytes of a template: a longer one cannot be deployed ("Quotas for configuring and running a REST API": mapping template size, 300 KB).
pub(crate) const MAX_TEMPLATE: usize = 300 * 1024;

/// How deep expressions, blocks and payloads may nest.
pub(crate) const MAX_DEPTH: usize = 128;
