//! candor-iac
