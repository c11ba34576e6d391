//! candor-contract
