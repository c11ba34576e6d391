//! The execution log: what it says of each outcome, and that what is written is read back.

use candor_gateway::log::execution::{self, Event, Fields, Level, Line, Prefix, cloudwatch, test_invocation};
use proptest::prelude::*;

use super::*;

fn log(api: &Played, request: Request, outcome: Outcome) -> String {
    test_invocation(&api.exchange(request, outcome))
}

/// What the log says, without times and the first line.
fn says(api: &Played, request: Request, outcome: Outcome) -> Vec<String> {
    let log = log(api, request, outcome);
    log.lines().skip(1).map(|line| line.split_once(" : ").unwrap().1.to_string()).collect()
}

/// The texts behind the request's lines: what became of it.
fn ends(api: &Played, outcome: Outcome) -> Vec<String> {
    says(api, get("/o"), outcome).split_off(6)
}

fn mock() -> Played {
    Played::new(
        "
openapi: 3.0.1
paths:
  /teas/{id}:
    post:
      parameters: [{ in: path, name: id, required: true, schema: { type: string } }]
      responses: { '200': {} }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{\"statusCode\": 200}' }
        responses: { default: { statusCode: 200, responseTemplates: { application/json: 'tea' } } }
",
    )
}

#[test]
fn a_mock_has_the_request_and_the_response() {
    let request = Request {
        method: "POST".to_string(),
        path: "/teas/7".to_string(),
        query: vec![("a".into(), "1%202".into()), ("b".into(), "3".into()), ("a".into(), "4".into())],
        headers: vec![("Accept".into(), "*/*".into())],
        body: b"{\"x\": 1}".to_vec(),
    };
    let id = Ambient::example().request_id;
    let expected = format!(
        "Execution log for request {id}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Starting execution for request: {id}\n\
         Wed Sep 24 19:28:50 UTC 2025 : HTTP Method: POST, Resource Path: /teas/7\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method request path: {{id=7}}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method request query string: {{a=1 2, b=3, a=4}}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method request headers: {{Accept=*/*}}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method request body before transformations: {{\"x\": 1}}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method response body after transformations: tea\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method response headers: {{Content-Type=application/json}}\n\
         Wed Sep 24 19:28:50 UTC 2025 : Successfully completed execution\n\
         Wed Sep 24 19:28:50 UTC 2025 : Method completed with status: 200\n"
    );
    assert_eq!(log(&mock(), request, Outcome::NotInvocable), expected);
}

#[test]
fn a_function_behind_a_proxy_is_called_and_answers() {
    let answer = r#"{"statusCode":201,"headers":{"X-A":"b"},"body":"made"}"#;
    let lines = ends(&proxy(), returned(answer));
    let uri = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/\
               arn:aws:lambda:us-east-1:123456789012:function:f/invocations";
    assert_eq!(lines[0], format!("Endpoint request URI: {uri}"));
    assert!(
        lines[1].starts_with("Endpoint request headers: {x-amzn-lambda-integration-tag=c6af9ac6"),
        "{lines:?}"
    );
    assert!(
        lines[1]
            .contains("X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/o, ")
    );
    assert!(lines[2].starts_with("Endpoint request body after transformations: {\"resource\":\"/o\","));
    assert_eq!(lines[3], format!("Sending request to {uri}"));
    assert_eq!(lines[4], "Received response. Status: 200, Integration latency: 20 ms");
    assert_eq!(
        lines[5],
        "Endpoint response headers: {Date=Wed, 24 Sep 2025 19:28:50 GMT, Content-Type=application/json, Content-Length=54, \
         Connection=keep-alive, x-amzn-RequestId=8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f, x-amzn-Remapped-Content-Length=0, \
         X-Amz-Executed-Version=$LATEST, X-Amzn-Trace-Id=Root=1-68d44872-0123456789abcdef01234567;Sampled=0}"
    );
    assert_eq!(lines[6], format!("Endpoint response body before transformations: {answer}"));
    assert_eq!(lines[7], "Method response body after transformations: made");
    // The content type that the gateway adds by itself is not shown.
    assert_eq!(
        lines[8],
        "Method response headers: {X-Amzn-Trace-Id=Root=1-68d44872-0123456789abcdef01234567, X-A=b}"
    );
    assert_eq!(lines[9..], ["Successfully completed execution", "Method completed with status: 201"]);
    let typed = r#"{"statusCode":200,"headers":{"content-type":"text/html"}}"#;
    let shown =
        ends(&proxy(), returned(typed)).into_iter().find(|l| l.starts_with("Method response headers"));
    assert!(shown.unwrap().ends_with(", content-type=text/html}"));
}

#[test]
fn each_failure_behind_a_proxy_has_its_words() {
    let id = "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f";
    let failed = |message: &str| {
        format!(
            "Lambda execution failed with status 200 due to customer function error: {message}. Lambda request id: {id}"
        )
    };
    let died = |why: &str| failed(&format!("RequestId: {id} Error: {why}"));
    let configuration = |why: &str| format!("Execution failed due to configuration error: {why}");
    let cases = [
        (raised("no"), 502, vec![failed("no")]),
        (timed_out(3), 502, vec![died("Task timed out after 3.00 seconds")]),
        (Outcome::Exited, 502, vec![died("Runtime exited with error: exit status 1")]),
        (Outcome::OutOfMemory, 502, vec![died("Runtime exited with error: signal: killed")]),
        (returned("[]"), 502, vec![configuration("Malformed Lambda proxy response")]),
    ];
    for (outcome, status, what) in cases {
        let lines = ends(&proxy(), outcome.clone());
        assert!(lines[4].starts_with("Received response. Status: 200, Integration latency: "), "{lines:?}");
        let errors = lines[5].contains(
            "x-amzn-RequestId=8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f, X-Amz-Function-Error=Unhandled, ",
        );
        assert_eq!(errors, !matches!(outcome, Outcome::Returned(_)), "{lines:?}");
        assert!(lines[6].starts_with("Endpoint response body before transformations: "));
        let end = format!("Method completed with status: {status}");
        assert_eq!(lines[7..], [what, vec![end]].concat());
    }
    // Without an answer there is none to show.
    let throttled = format!("Lambda invocation failed with status: 429. Lambda request id: {id}");
    let refused = configuration("Invalid permissions on Lambda function");
    let timed_out = ends(&proxy(), timed_out(60));
    assert_eq!(
        timed_out[4..],
        ["Execution failed due to a timeout error", "Method completed with status: 504"]
    );
    let lines = ends(&proxy(), Outcome::Throttled);
    assert_eq!(
        lines[4..],
        [throttled, configuration("Rate Exceeded."), "Method completed with status: 500".into()]
    );
    let lines = ends(&proxy(), Outcome::NotInvocable);
    assert_eq!(lines[4..], [refused, "Method completed with status: 500".into()]);
}

#[test]
fn a_mapped_failure_ends_as_a_success_does() {
    let api = mapped("          default: { statusCode: 200 }\n          'Bad.*': { statusCode: 400 }");
    for (message, status) in [("Bad order", 400), ("Worse", 200)] {
        let lines = ends(&api, raised(message));
        assert!(lines[6].contains(message), "{lines:?}");
        assert!(lines[7].starts_with("Method response body after transformations: "));
        assert!(lines[8].starts_with("Method response headers: {X-Amzn-Trace-Id=Root="));
        assert!(lines[8].ends_with(", Content-Type=application/json}"));
        assert_eq!(lines[9], "Successfully completed execution");
        assert_eq!(lines[10], format!("Method completed with status: {status}"));
    }
}

#[test]
fn a_mapping_that_fails_says_why() {
    let why = |api: &Played, outcome| {
        let lines = ends(api, outcome);
        let [.., why, status] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(status, "Method completed with status: 500");
        why.strip_prefix("Execution failed due to configuration error: ").unwrap().to_string()
    };
    let api = mapped("          'Bad.*': { statusCode: 400 }");
    assert_eq!(
        why(&api, returned("{}")),
        "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200"
    );
    let api = mapped("          default: { statusCode: 418 }");
    assert_eq!(why(&api, raised("x")), "Output mapping refers to an invalid method response: 418");
    let api = mapped(
        "          default: { statusCode: 200, responseTemplates: { application/json: '#if(true)' } }",
    );
    assert_eq!(why(&api, returned("{}")), "Unable to transform response");
}

/// An API of one method with this integration.
fn integration(text: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
x-amazon-apigateway-binary-media-types: ['image/png']
paths:
  /o:
    get:
      responses: {{ '200': {{}} }}
      x-amazon-apigateway-integration: {{ {text} }}
"
    ))
}

#[test]
fn what_fails_before_the_call_stands_in_its_place() {
    let template = "requestTemplates: { application/json: '#if(true)' }";
    let api = integration(&format!("type: aws, httpMethod: POST, uri: URI, {template}"));
    let failed = "Execution failed due to configuration error: ";
    let status = "Method completed with status: 500";
    assert_eq!(ends(&api, returned("{}")), [&format!("{failed}Unable to transform request"), status]);
    let api = integration("type: mock, requestTemplates: { application/json: '{\"status\": 200}' }");
    let why = "statusCode should be an integer which defined in request template";
    assert_eq!(ends(&api, returned("{}")), [&format!("{failed}{why}"), status]);
    // Where nobody knows AWS's words, none are made up.
    let api = integration("type: aws_proxy, httpMethod: GET, uri: URI");
    assert_eq!(ends(&api, returned("{}")), [&format!("{failed}\u{fffc}"), status]);
    let api = integration("type: aws, httpMethod: POST, uri: URI, passthroughBehavior: never");
    assert_eq!(ends(&api, returned("{}")), ["Method completed with status: 415"]);
}

#[test]
fn a_body_that_is_no_base64_says_so() {
    let api = integration("type: aws_proxy, httpMethod: POST, uri: URI");
    let request = Request { headers: vec![("Accept".into(), "image/png".into())], ..get("/o") };
    let lines = says(&api, request, returned(r#"{"statusCode":200,"isBase64Encoded":true,"body":"no"}"#));
    let [.., why, status] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(why, "Execution failed due to configuration error: Unable to base64 decode the body.");
    assert_eq!(status, "Method completed with status: 500");
}

#[test]
fn what_has_no_execution_log_writes_none() {
    assert_eq!(log(&http("2.0"), get("/o"), raised("x")), "");
    assert_eq!(log(&proxy(), get("/nowhere"), raised("x")), "");
    assert_eq!(cloudwatch(&http("2.0").exchange(get("/o"), raised("x")), Level::DataTrace), []);
}

#[test]
fn a_text_is_cut_behind_1024_bytes() {
    let phrase = "Method request body before transformations: ".len();
    let limit = limits::EXECUTION_LOG_EVENT.bytes as usize;
    let body = |text: String| {
        let request = Request {
            method: "POST".into(),
            path: "/teas/1".into(),
            body: text.into_bytes(),
            ..Request::default()
        };
        says(&mock(), request, Outcome::NotInvocable)[5].clone()
    };
    assert_eq!(body("a".repeat(limit - phrase)).len(), limit);
    let cut = body("a".repeat(limit - phrase + 1));
    assert!(cut.ends_with("aaa [TRUNCATED]") && cut.len() == limit + " [TRUNCATED]".len(), "{cut}");
    // No character is halved, however long the body.
    let cut = body("aé".repeat(1_000_000));
    assert!(cut.len() <= limit + " [TRUNCATED]".len() && cut.ends_with(" [TRUNCATED]"), "{cut}");
    let line = Line::read(&cut);
    assert!(line.cut && matches!(line.event, Event::RequestBody(_)), "{line:?}");
}

#[test]
fn bytes_that_are_no_text_are_told_and_not_shown() {
    let request =
        Request { method: "POST".into(), path: "/teas/1".into(), body: vec![0xff; 9], ..Request::default() };
    let lines = says(&mock(), request, Outcome::NotInvocable);
    assert_eq!(lines[5], "Method request body before transformations: [Binary Data]");
}

#[test]
fn no_log_shows_a_secret() {
    let secrets = [
        "Bearer-s3cr3t-1",
        "sid-s3cr3t-2",
        "key-s3cr3t-3",
        "sig-s3cr3t-4",
        "AKIAIOSFODNN7S3CR3T5",
        "tok-s3cr3t-6",
        "s3cr3t-7",
    ];
    let header = |name: &str, value: &str| (name.to_string(), value.to_string());
    let request = Request {
        query: vec![header("X-Amz-Signature", secrets[3]), header("page", "2"), header("who", secrets[4])],
        headers: vec![
            header("authorization", secrets[0]),
            header("Cookie", &format!("a=1; session={}", secrets[1])),
            header("X-Api-Key", secrets[2]),
        ],
        body: format!("{{\"note\":\"n\",\"access_token\":\"{}\"}}", secrets[5]).into_bytes(),
        ..get("/o")
    };
    let answer = format!(
        r#"{{"statusCode":200,"headers":{{"Set-Cookie":"s={0}"}},"body":"{{\"password\":\"{0}\"}}"}}"#,
        secrets[6]
    );
    let api = proxy();
    for outcome in [returned(&answer), raised(&format!("cannot use key {}", secrets[4]))] {
        let exchange = api.exchange(request.clone(), outcome);
        let lines: Vec<String> = cloudwatch(&exchange, Level::DataTrace).iter().map(Line::write).collect();
        let all = test_invocation(&exchange) + &lines.join("\n");
        for (i, secret) in secrets.iter().enumerate() {
            assert!(!all.contains(secret), "secret {i} in {all}");
        }
        assert!(all.contains("page=2") && all.contains("\"note\":\"n\""), "{all}");
    }
}

#[test]
fn cloudwatch_gets_what_the_level_lets_through() {
    let api = proxy();
    let of = |outcome, level| -> Vec<Event> {
        let lines = cloudwatch(&api.exchange(get("/o"), outcome), level);
        lines.into_iter().map(|line| line.event).collect()
    };
    let healthy = || returned(r#"{"statusCode":200}"#);
    assert_eq!(of(healthy(), Level::Error), []);
    let failed = of(raised("no"), Level::Error);
    assert!(
        matches!(failed[..], [Event::FunctionFailed { .. }, Event::Completed { status: 502 }]),
        "{failed:?}"
    );
    let info = of(healthy(), Level::Info);
    assert!(matches!(info.last(), Some(Event::EndpointRequestId(_))), "{info:?}");
    assert!(!info.iter().any(|e| matches!(e, Event::RequestBody(_) | Event::ResponseHeaders(_))), "{info:?}");
    let all = cloudwatch(&api.exchange(get("/o"), healthy()), Level::DataTrace);
    let id = "(c6af9ac6-7b61-11e6-9a41-93e8deadbeef)";
    let first: Vec<String> = all.iter().take(5).map(Line::write).collect();
    assert_eq!(
        first,
        [
            format!("{id} Extended Request Id: JJbxWFhpIAMFnUA="),
            format!(
                "{id} Verifying Usage Plan for request: c6af9ac6-7b61-11e6-9a41-93e8deadbeef. API Key:  API Stage: a1b2c3d4e5/prod"
            ),
            format!(
                "{id} API Key authorized because method 'GET /o' does not require API Key. Request will not contribute to throttle or quota limits"
            ),
            format!("{id} Usage Plan check succeeded for API Key  and API Stage a1b2c3d4e5/prod"),
            format!("{id} Starting execution for request: c6af9ac6-7b61-11e6-9a41-93e8deadbeef"),
        ]
    );
    let headers = all.iter().find_map(|line| match &line.event {
        Event::RequestHeaders(fields) => fields.get("x-forwarded-for").map(str::to_string),
        _ => None,
    });
    assert_eq!(headers.as_deref(), Some("203.0.113.7"));
    // A call that was given up has no id to join with.
    let given_up = of(timed_out(60), Level::DataTrace);
    assert!(!given_up.iter().any(|e| matches!(e, Event::EndpointRequestId(_) | Event::Received { .. })));
}

#[test]
fn a_whole_log_is_read_back() {
    let api = proxy();
    let body = "{\n  \"a\": 1\n}\n";
    let request = Request { body: body.as_bytes().to_vec(), ..get("/o") };
    let written = log(&api, request, raised("two\nlines"));
    let lines = execution::read(&written);
    let again: Vec<String> = lines.iter().map(Line::write).collect();
    // A line break at the end of a body is lost among those between the lines.
    assert_eq!(format!("{}\n", again.join("\n")), written.replace("}\n\nWed", "}\nWed"));
    assert!(lines.iter().all(|line| !matches!(line.event, Event::Other(_))), "{lines:?}");
    assert!(lines.iter().any(|l| l.event == Event::RequestBody(body.trim_end().to_string())));
    assert!(
        lines
            .iter()
            .any(|l| matches!(&l.event, Event::FunctionFailed { message, .. } if message == "two\nlines"))
    );
}

#[test]
fn lines_of_other_years_are_read() {
    let event = |text: &str| Line::read(text).event;
    assert_eq!(
        event("Received response. Integration latency: 40 ms"),
        Event::Received { status: None, latency: 40 }
    );
    assert_eq!(
        event("AWS Integration Endpoint RequestId : 8f5e"),
        Event::EndpointRequestId("8f5e".to_string())
    );
    assert_eq!(
        event("Request validation succeeded for content type application/json"),
        Event::Validated("application/json".into())
    );
    // A text that says the same in other words is kept as it is.
    assert_eq!(
        event("Method completed with status: 0200"),
        Event::Other("Method completed with status: 0200".into())
    );
    let cut =
        Line::read("(c6af9ac6-7b61-11e6-9a41-93e8deadbeef) Method request headers: {a=1, b=xy [TRUNCATED]");
    assert_eq!(cut.prefix, Prefix::Request("c6af9ac6-7b61-11e6-9a41-93e8deadbeef".to_string()));
    assert!(cut.cut);
    let Event::RequestHeaders(fields) = &cut.event else { panic!("{cut:?}") };
    assert_eq!(fields.pairs(), [("a", "1"), ("b", "xy")]);
    assert_eq!(Line::read("plain").prefix, Prefix::None);
}

#[test]
fn a_comma_in_a_value_is_no_new_field() {
    let fields = Fields::of([("Accept", "text/html, */*;q=0.8, x"), ("Via", "a, b"), ("Host", "h")]);
    assert_eq!(fields.pairs(), [("Accept", "text/html, */*;q=0.8, x"), ("Via", "a, b"), ("Host", "h")]);
    assert_eq!(fields.get("host"), Some("h"));
    assert_eq!(Fields::default().pairs(), []);
}

fn id() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}"
}

fn fields() -> impl Strategy<Value = Fields> {
    prop::collection::vec(("[A-Za-z-]{1,8}", "[ -<>-~é]{0,12}"), 0..4).prop_map(Fields::of)
}

/// Any event of the reader's own. Texts hold no words that an event ends with.
fn event() -> impl Strategy<Value = Event> {
    let text = "[ -~\\né]{0,40}";
    let word = "[A-Za-z/]{1,9}";
    prop_oneof![
        id().prop_map(Event::Title),
        id().prop_map(Event::ExtendedRequestId),
        (id(), word, word).prop_map(|(request_id, api_key, api_stage)| Event::VerifyingUsagePlan {
            request_id,
            api_key,
            api_stage
        }),
        word.prop_map(Event::NoApiKeyNeeded),
        (word, word).prop_map(|(api_key, api_stage)| Event::UsagePlanChecked { api_key, api_stage }),
        text.prop_map(Event::KeyThrottled),
        id().prop_map(Event::Starting),
        (word, word).prop_map(|(method, path)| Event::Method { method, path }),
        fields().prop_map(Event::RequestPath),
        fields().prop_map(Event::RequestQuery),
        fields().prop_map(Event::RequestHeaders),
        text.prop_map(Event::RequestBody),
        word.prop_map(Event::Validated),
        text.prop_map(Event::EndpointUri),
        fields().prop_map(Event::EndpointRequestHeaders),
        text.prop_map(Event::EndpointRequestBody),
        text.prop_map(Event::Sending),
        (any::<Option<u16>>(), any::<u64>())
            .prop_map(|(status, latency)| Event::Received { status, latency }),
        fields().prop_map(Event::EndpointResponseHeaders),
        text.prop_map(Event::EndpointResponseBody),
        text.prop_map(Event::ResponseBody),
        fields().prop_map(Event::ResponseHeaders),
        (text, id()).prop_map(|(message, id)| Event::FunctionFailed { message, request_id: Some(id) }),
        (any::<u16>(), id()).prop_map(|(status, request_id)| Event::InvocationFailed { status, request_id }),
        text.prop_map(Event::ConfigurationError),
        Just(Event::TimedOut),
        Just(Event::NetworkError),
        Just(Event::Succeeded),
        any::<u16>().prop_map(|status| Event::Completed { status }),
        id().prop_map(Event::EndpointRequestId),
        id().prop_map(Event::TraceId),
    ]
}

fn prefix() -> impl Strategy<Value = Prefix> {
    prop_oneof![
        Just(Prefix::None),
        id().prop_map(Prefix::Request),
        (0..253_402_300_800_i64).prop_map(Prefix::Time),
    ]
}

/// Texts that look like lines.
fn near_line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("(c6af) ".to_string()),
        Just("Wed Sep 24 19:28:50 UTC 2025 : ".to_string()),
        event().prop_map(|event| Line::new(Prefix::None, event).write()),
        Just(" [TRUNCATED]".to_string()),
        Just("{a=b, ".to_string()),
        Just(". Lambda request id: ".to_string()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_written_is_read(prefix in prefix(), event in event()) {
        let line = Line::new(prefix, event);
        prop_assert_eq!(Line::read(&line.write()), line);
    }

    #[test]
    fn what_is_cut_stays_as_it_is(prefix in prefix(), event in event(), more in 900..3000usize) {
        let event = match event {
            Event::RequestHeaders(_) => Event::RequestHeaders(Fields::of([("a", "b, c=d".repeat(more))])),
            _ => Event::ConfigurationError("é".repeat(more)),
        };
        let written = Line::new(prefix, event).write();
        let read = Line::read(&written);
        prop_assert!(read.cut && !matches!(read.event, Event::Other(_)));
        prop_assert_eq!(read.write(), written);
    }

    #[test]
    fn any_text_is_read_and_given_back(text in near_line()) {
        let line = Line::read(&text);
        // What no log holds is cut where AWS would cut it.
        if text.len() <= 1024 {
            prop_assert_eq!(line.write(), text.clone());
        }
        if let Event::RequestHeaders(fields) | Event::ResponseHeaders(fields) = &line.event {
            fields.pairs();
        }
        execution::read(&text);
    }

    #[test]
    fn pairs_are_read_back(pairs in prop::collection::vec(("[A-Za-z-]{1,8}", "[!-+.-<>-~é]{0,12}"), 0..6)) {
        let read: Vec<(String, String)> =
            Fields::of(pairs.clone()).pairs().into_iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        prop_assert_eq!(read, pairs);
    }
}

#[test]
fn a_long_text_is_read_in_linear_time() {
    let started = std::time::Instant::now();
    for piece in [
        "a=, ",
        ", ",
        "=",
        "(",
        "(a) ",
        "Wed Sep 24 19:28:50 UTC 2025 : \n",
        "{a=b, ",
        "eyJ",
        "token=\"",
        "token\\",
        "\\\"",
    ] {
        let text = format!("Method request headers: {{{}}}", piece.repeat(1_000_000 / piece.len()));
        if let Event::RequestHeaders(fields) = Line::read(&text).event {
            fields.pairs();
        }
        execution::read(&text);
        execution::read(&piece.repeat(1_000_000 / piece.len()));
        candor_gateway::log::secrets::hide(&text);
    }
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
