//! candor-check
