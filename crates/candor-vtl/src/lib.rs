//! candor-vtl
