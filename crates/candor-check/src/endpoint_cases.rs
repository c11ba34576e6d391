//! What is played against a route behind which an HTTP back end or an AWS service stands.

use std::borrow::Cow;

use candor_contract::outcome::Payload;
use candor_gateway::drill::{Act, Case, Origin};
use candor_gateway::endpoint::{EndpointOutcome, EndpointRequest, EndpointResponse};

/// Operations that answer 200 for a batch of which entries failed, and what they answer then (the services' API references).
const PARTIAL_FAILURES: &[(&str, &str)] = &[
    (
        "PutEvents",
        r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"the thing that nobody expected"}]}"#,
    ),
    (
        "PutRecords",
        r#"{"FailedRecordCount":1,"Records":[{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"}]}"#,
    ),
    (
        "PutRecordBatch",
        r#"{"FailedPutCount":1,"RequestResponses":[{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}]}"#,
    ),
    ("BatchWriteItem", r#"{"UnprocessedItems":{"orders":[{"PutRequest":{"Item":{"id":{"S":"17"}}}}]}}"#),
    (
        "SendMessageBatch",
        r#"{"SendMessageBatchResponse":{"SendMessageBatchResult":{"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}}}"#,
    ),
    (
        "PublishBatch",
        r#"{"PublishBatchResponse":{"PublishBatchResult":{"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}}}"#,
    ),
];

/// What `StartSyncExecution` answers for an execution that failed: 200 ("StartSyncExecution", Step Functions API reference).
const EXECUTION_FAILED: &str = r#"{"error":"Unexpected","cause":"the thing that nobody expected has happened","executionArn":"arn:aws:states:us-east-1:123456789012:express:machine:17","name":"17","status":"FAILED"}"#;

const SERVICE_ERROR: &str =
    r#"{"__type":"ValidationException","message":"the thing that nobody expected has happened"}"#;

/// The cases for this call. Their names: `responded`, `responded-404`, `responded-partly`, `execution-failed`, `unreachable`,
/// `endpoint-timed-out`.
pub(crate) fn endpoint_cases(request: &EndpointRequest) -> Vec<Case> {
    let operation = operation(request);
    let mut cases = vec![case("responded".into(), responded(200, success(operation.as_deref())), false)];
    cases.extend([400, 403, 404, 500, 503].map(|status| {
        // What AWS's services say in their JSON protocol; back ends say what they like.
        let body = match is_service(request) {
            true => Payload::known(SERVICE_ERROR),
            false => Payload::unknown(),
        };
        case(format!("responded-{status}").into(), responded(status, body), false)
    }));
    let partly = PARTIAL_FAILURES.iter().find(|(name, _)| operation.as_deref() == Some(*name));
    if let Some((_, body)) = partly {
        cases.push(case("responded-partly".into(), responded(200, Payload::known(*body)), true));
    }
    if operation.as_deref() == Some("StartSyncExecution") {
        cases.push(case("execution-failed".into(), responded(200, Payload::known(EXECUTION_FAILED)), true));
    }
    cases.push(case("unreachable".into(), EndpointOutcome::Unreachable, false));
    cases.push(case("endpoint-timed-out".into(), EndpointOutcome::TimedOut, false));
    cases
}

/// What a call that went well is answered with, as far as the services' API references say it and a mapping may look at it.
fn success(operation: Option<&str>) -> Payload {
    let body = match operation {
        Some("PutEvents") => {
            r#"{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}"#
        }
        Some("PutRecords") => {
            r#"{"FailedRecordCount":0,"Records":[{"SequenceNumber":"17","ShardId":"shardId-000000000000"}]}"#
        }
        Some("PutRecordBatch") => r#"{"FailedPutCount":0,"RequestResponses":[{"RecordId":"17"}]}"#,
        Some("BatchWriteItem") => r#"{"UnprocessedItems":{}}"#,
        // What an execution puts out, and what others answer, is the user's own.
        Some(_) | None => return Payload::unknown(),
    };
    Payload::known(body)
}

fn responded(status: u16, body: Payload) -> EndpointOutcome {
    let headers = vec![("Content-Type".to_string(), "application/json".to_string())];
    EndpointOutcome::Responded(EndpointResponse { status, headers, body })
}

/// Whether an AWS service is called: the address says so.
fn is_service(request: &EndpointRequest) -> bool {
    request.uri.split('/').nth(2).is_some_and(|host| host.ends_with(".amazonaws.com"))
}

fn case(slug: Cow<'static, str>, outcome: EndpointOutcome, after_failure: bool) -> Case {
    Case {
        act: Act::Endpoint { outcome, after_failure },
        slug,
        note: Cow::Borrowed(""),
        origin: Origin::Standard,
    }
}

/// The operation that a call to a service asks for: by the action of its address, a target header, or a form in its body.
pub(crate) fn operation(request: &EndpointRequest) -> Option<String> {
    let query = request.query.iter().find(|(name, _)| name == "Action").map(|(_, value)| value.clone());
    let target = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Target"));
    let target = target.and_then(|(_, value)| Some(value.rsplit_once('.')?.1.to_string()));
    let form = || {
        let body = std::str::from_utf8(&request.body).ok()?;
        let action = body.split('&').find_map(|pair| pair.trim().strip_prefix("Action="))?;
        Some(action.to_string())
    };
    query.or(target).or_else(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_in_three_places() {
        let pair = |name: &str, value: &str| vec![(name.to_string(), value.to_string())];
        let by_query = EndpointRequest { query: pair("Action", "PutEvents"), ..EndpointRequest::default() };
        let by_target = EndpointRequest {
            headers: pair("x-amz-target", "AWSEvents.PutEvents"),
            ..EndpointRequest::default()
        };
        let by_form = EndpointRequest {
            body: b"Action=SendMessage&MessageBody=a".to_vec(),
            ..EndpointRequest::default()
        };
        assert_eq!(operation(&by_query).as_deref(), Some("PutEvents"));
        assert_eq!(operation(&by_target).as_deref(), Some("PutEvents"));
        assert_eq!(operation(&by_form).as_deref(), Some("SendMessage"));
        assert_eq!(operation(&EndpointRequest::default()), None);
    }
}
