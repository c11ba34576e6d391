//! AWS's limits, each in this one place, each with its source.

use std::time::Duration;

/// A number of bytes that something may have at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteLimit {
    /// The largest number of bytes that still passes.
    pub bytes: u64,
    /// The document or recording that says so.
    pub source: &'static str,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit {
    /// The time.
    pub time: Duration,
    /// The document or recording that says so.
    pub source: &'static str,
}

/// A buffered response of a Lambda function; API Gateway itself would pass 10 MB.
pub const LAMBDA_RESPONSE: ByteLimit = ByteLimit {
    bytes: 6_291_556,
    source: "Lambda's error text: exceeded maximum allowed payload size (6291556 bytes)",
};

/// A streamed response of a Lambda function.
pub const LAMBDA_STREAMED_RESPONSE: ByteLimit = ByteLimit {
    bytes: 200 * 1024 * 1024,
    source: "Lambda quotas: Invocation payload, 200 MB for each streamed response",
};

/// A request body at API Gateway, REST and HTTP alike.
pub const GATEWAY_PAYLOAD: ByteLimit =
    ByteLimit { bytes: 10 * 1024 * 1024, source: "Amazon API Gateway quotas: Payload size, 10 MB" };

/// The body of a request that an Application Load Balancer passes to a function.
pub const ALB_REQUEST: ByteLimit = ByteLimit {
    bytes: 1024 * 1024,
    source: "Elastic Load Balancing guide: Lambda functions as targets, request body 1 MB",
};

/// The answer of a function that an Application Load Balancer takes, as JSON.
pub const ALB_RESPONSE: ByteLimit = ByteLimit {
    bytes: 1024 * 1024,
    source: "Elastic Load Balancing guide: Lambda functions as targets, response JSON 1 MB",
};

/// The request line and the values of the headers at API Gateway, together; REST and HTTP alike.
pub const GATEWAY_REQUEST_HEADERS: ByteLimit = ByteLimit {
    bytes: 10_240,
    source: "Amazon API Gateway quotas: Total combined size of request line and header values, 10,240 bytes",
};

/// The text of an event in an execution log; the request id before it does not count (counted in published logs).
pub const EXECUTION_LOG_EVENT: ByteLimit = ByteLimit {
    bytes: 1024,
    source: "API Gateway developer guide: Set up CloudWatch logging for REST APIs, log events are cut at 1,024 bytes",
};

/// The default integration timeout of a REST API. Regional and private APIs can have it raised.
pub const REST_INTEGRATION_TIMEOUT: TimeLimit = TimeLimit {
    time: Duration::from_millis(29_000),
    source: "Amazon API Gateway quotas for REST APIs: Integration timeout, 29 seconds by default",
};

/// The integration timeout of an HTTP API.
pub const HTTP_INTEGRATION_TIMEOUT: TimeLimit = TimeLimit {
    time: Duration::from_millis(30_000),
    source: "Amazon API Gateway quotas for HTTP APIs: Maximum integration timeout, 30 seconds",
};

/// What a Lambda function may take when nothing else is configured.
pub const LAMBDA_TIMEOUT_DEFAULT: TimeLimit = TimeLimit {
    time: Duration::from_secs(3),
    source: "Lambda developer guide: Configure Lambda function timeout, default 3 seconds",
};

/// What a Lambda function may take at most; a function URL and a load balancer wait that long.
pub const LAMBDA_TIMEOUT_MAX: TimeLimit =
    TimeLimit { time: Duration::from_secs(900), source: "Lambda quotas: Function timeout, 900 seconds" };

/// The memory of a Lambda function where none is configured, in megabytes (Lambda developer guide: Configure Lambda function
/// memory, 128 MB by default).
pub const LAMBDA_MEMORY_DEFAULT_MB: u64 = 128;
