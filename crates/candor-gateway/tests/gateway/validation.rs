//! What a REST API refuses before it calls anything.

use proptest::prelude::*;

use super::*;

/// An API whose POST has a validator for everything, these parameters and this model for JSON.
fn validated(parameters: &str, schema: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
x-amazon-apigateway-request-validators: {{ all: {{ validateRequestBody: true, validateRequestParameters: true }} }}
x-amazon-apigateway-request-validator: all
x-amazon-apigateway-gateway-responses:
  BAD_REQUEST_BODY:
    responseTemplates: {{ application/json: '$context.error.validationErrorString' }}
components: {{ schemas: {{ Pair: {{ type: object, required: [b, a] }}, Node: {{ properties: {{ next: {{ $ref: '#/components/schemas/Node' }}, n: {{ type: integer }} }} }} }} }}
paths:
  /o/{{id}}:
    post:
      parameters: {parameters}
      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}
      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI }}
"
    ))
}

fn post(body: &str) -> Request {
    Request { method: "POST".to_string(), body: body.as_bytes().to_vec(), ..get("/o/1") }
}

/// What is wrong with a body, in the validator's words; nothing where it passes.
fn problems(schema: &str, body: &str) -> String {
    let api = validated("[]", schema);
    match said(&api.exchange(post(body), returned("{\"statusCode\":204}"))) {
        (204, _) => String::new(),
        (400, text) => text,
        other => panic!("{other:?}"),
    }
}

fn undecided(schema: &str, body: &str) -> String {
    let api = validated("[]", schema);
    let played = simulate(&api.api, post(body), &api.ambient, |_, _| returned("{}"), super::no_endpoint);
    played.unwrap_err().needs.to_string()
}

#[test]
fn missing_parameters_are_listed_by_kind_and_come_before_the_body() {
    let api = validated(
        "[{ in: query, name: q, required: true }, { in: header, name: x-b, required: true }, { in: header, name: x-a, required: true }, { in: path, name: other, required: true }, { in: path, name: id, required: true }, { in: query, name: may }]",
        "{ $ref: '#/components/schemas/Pair' }",
    );
    let exchange = api.exchange(post("{}"), returned("{}"));
    let message = "{\"message\":\"Missing required request parameters: [x-a, x-b, other, q]\"}";
    assert_eq!(said(&exchange), (400, message.to_string()));
    assert_eq!(exchange.response.header("x-amzn-ErrorType").unwrap().value.value, "BadRequestException");
    assert_eq!(exchange.judge().verdict, Verdict::Honest);
}

#[test]
fn a_blank_parameter_is_missing() {
    let api = validated("[{ in: query, name: q, required: true }]", "{}");
    let with = |value: &str| Request { query: vec![("q".to_string(), value.to_string())], ..post("") };
    assert_eq!(api.exchange(with(""), returned("{}")).response.status.value, 400);
    assert_eq!(api.exchange(with("0"), returned("{}")).response.status.value, 200);
}

#[test]
fn bodies_are_refused_in_the_validators_words() {
    for (schema, body, said) in [
        (
            "{ $ref: '#/components/schemas/Pair' }",
            "{\"c\":1}",
            r#"[object has missing required properties (["a","b"])]"#,
        ),
        (
            "{ $ref: '#/components/schemas/Pair' }",
            "",
            r#"[object has missing required properties (["a","b"])]"#,
        ),
        ("{ type: object }", "{", "[Unknown error parsing request body]"),
        (
            "{ type: string }",
            "1",
            r#"[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]"#,
        ),
        (
            "{ type: number }",
            "\"1\"",
            r#"[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]"#,
        ),
        (
            "{ type: integer }",
            "1.0",
            r#"[instance type (number) does not match any allowed primitive type (allowed: ["integer"])]"#,
        ),
        (
            "{ additionalProperties: false, properties: { a: {} }, patternProperties: { '^x-': {} } }",
            r#"{"a":1,"x-1":2,"z":3,"b":4}"#,
            r#"[object instance has properties which are not allowed by the schema: ["b","z"]]"#,
        ),
        ("{ minLength: 3 }", "\"éé\"", "[string \"éé\" is too short (length: 2, required minimum: 3)]"),
        ("{ maxLength: 1 }", "\"ab\"", "[string \"ab\" is too long (length: 2, maximum allowed: 1)]"),
        (
            "{ pattern: '^[a-z]+$' }",
            "\"A\"",
            "[ECMA 262 regex \"^[a-z]+$\" does not match input string \"A\"]",
        ),
        (
            "{ minimum: 1, exclusiveMinimum: true }",
            "1.0",
            "[numeric instance is not strictly greater than the required minimum 1]",
        ),
        (
            "{ maximum: 0.3 }",
            "0.30000000000000001",
            "[numeric instance is greater than the required maximum (maximum: 0.3, found: 0.30000000000000001)]",
        ),
        ("{ multipleOf: 0.1 }", "0.25", "[remainder of division is not zero (0.25 / 0.1)]"),
        (
            "{ enum: [a, 1, true, null] }",
            "\"1\"",
            "[instance value (\"1\") not found in enum (possible values: [\"a\",1,true,null])]",
        ),
        (
            "{ minItems: 1 }",
            "[]",
            "[array is too short: must have at least 1 elements but instance has 0 elements]",
        ),
        (
            "{ maxItems: 1 }",
            "[1,2]",
            "[array is too long: must have at most 1 elements but instance has 2 elements]",
        ),
        (
            "{ uniqueItems: true }",
            "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]",
            "[array must not contain duplicate elements]",
        ),
        (
            "{ items: [{}], additionalItems: false }",
            "[1,2]",
            "[schema only allows 1 elements in array but instance has 2 elements]",
        ),
        (
            "{ minProperties: 2 }",
            "{\"a\":1,\"a\":2}",
            "[object has too few properties (found 1 but schema requires at least 2)]",
        ),
        (
            "{ dependencies: { a: [b, c] } }",
            "{\"a\":1,\"c\":2}",
            r#"[property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["b"])]"#,
        ),
        (
            "{ oneOf: [{ type: string }, { maxLength: 2 }] }",
            "\"a\"",
            "[instance failed to match exactly one schema (matched 2 out of 2)]",
        ),
        (
            "{ anyOf: [{ type: string }, { type: 'null' }] }",
            "1",
            "[instance failed to match at least one required schema among 2]",
        ),
        (
            "{ allOf: [{ type: string }, { type: integer }] }",
            "1",
            "[instance failed to match all required schemas (matched only 1 out of 2)]",
        ),
        ("{ not: { type: integer } }", "1", "[instance matched a schema which it should not have]"),
        ("{ format: ipv4 }", "\"1.2.3\"", "[string \"1.2.3\" is not a valid IPv4 address]"),
        (
            "{ $ref: '#/components/schemas/Node' }",
            r#"{"next":{"next":{"n":"x"}}}"#,
            r#"[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]"#,
        ),
    ] {
        assert_eq!(problems(schema, body), said, "{schema} {body}");
    }
}

/// Many members against many names: each is looked up, and not looked for, so that the answer is decided.
#[test]
fn many_members_against_many_names() {
    let members: Vec<String> = (0..50_000).map(|n| format!("\"k{n}\":1")).collect();
    let body = format!("{{{}}}", members.join(","));
    let names: Vec<String> = (0..2_000).map(|n| format!("k{n}")).collect();
    let required = format!("{{ required: [{}, z] }}", names.join(", "));
    assert_eq!(problems(&required, &body), r#"[object has missing required properties (["z"])]"#);
    let needs: Vec<String> = names.iter().map(|name| format!("{name}: [k49999]")).collect();
    let dependencies = format!("{{ dependencies: {{ {}, k0: [z] }} }}", needs[1..].join(", "));
    let said = r#"[property "k0" of object has missing property dependencies (schema requires ["z"]; missing: ["z"])]"#;
    assert_eq!(problems(&dependencies, &body), said);
}

#[test]
fn bodies_that_fit_pass() {
    for (schema, body) in [
        ("{ type: [string, 'null'] }", "null"),
        ("{ oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Pair' }] }", "null"),
        ("{ oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Pair' }] }", r#"{"a":1,"b":2}"#),
        ("{ enum: [1] }", "1.0"),
        ("{ maximum: 1e3 }", "1000"),
        ("{ pattern: b }", "\"abc\""),
        ("{ format: int32 }", "\"anything\""),
        ("{ $ref: '#/components/schemas/Node' }", r#"{"next":{"next":{"n":1}}}"#),
        (
            "{ properties: { a: { type: string } }, additionalProperties: { type: integer } }",
            r#"{"a":"","b":1}"#,
        ),
        ("{ definitions: { x: { type: integer } }, items: { $ref: '#/definitions/x' } }", "[1, 2]"),
        ("{ $ref: '#/definitions/Empty' }", "{}"),
    ] {
        assert_eq!(problems(schema, body), "", "{schema} {body}");
    }
}

#[test]
fn what_nobody_knows_is_undecided() {
    for (schema, body, needs) in [
        (
            "{ $ref: '#/components/schemas/Gone' }",
            "{}",
            "the model that `#/components/schemas/Gone` refers to",
        ),
        ("{ $ref: '#' }", "{}", "a model that refers to itself and to nothing else"),
        ("{ allOf: [{ $ref: '#' }] }", "{}", "a body and a model that nest deeper than candor follows"),
        ("{ type: file }", "{}", "a `type` that JSON Schema does not know"),
        ("{ type: string, nullable: true }", "null", "what an import makes of `nullable`"),
        ("{ format: uri }", "\"x\"", "whether a text fits the format \"uri\""),
        ("{ minLength: x }", "\"x\"", "a `minLength` that is no whole number"),
    ] {
        assert_eq!(undecided(schema, body), needs, "{schema}");
    }
}

#[test]
fn a_type_without_a_model_is_not_looked_at() {
    let api = validated("[]", "{ type: object }");
    let of = |content_type: &str| {
        let headers = vec![("content-type".to_string(), content_type.to_string())];
        api.exchange(Request { headers, ..post("no JSON") }, returned("{}")).response.status.value
    };
    assert_eq!(of("text/plain"), 200);
    assert_eq!(of("application/json; charset=utf-8"), 400);
}

#[test]
fn a_refused_body_shows_in_the_trace_at_its_model() {
    let api = validated("[]", "{ type: array }");
    let exchange = api.exchange(post("{}"), returned("{}"));
    assert!(exchange.outcome.is_none());
    assert_eq!(api.line(&exchange, Part::Status), 13);
}

#[test]
fn a_method_that_needs_a_key_refuses_requests_without_one() {
    let document = |source: &str| {
        Played::new(&format!(
            "
openapi: 3.0.1
x-amazon-apigateway-api-key-source: {source}
components: {{ securitySchemes: {{ k: {{ type: apiKey, name: x-api-key, in: header }}, other: {{ type: apiKey, name: Authorization, in: header }} }} }}
paths:
  /o:
    get:
      security: [{{ other: [] }}, {{ k: [] }}]
      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI }}
    post:
      security: [{{ other: [] }}]
      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI }}
"
        ))
    };
    let api = document("HEADER");
    let exchange = api.exchange(get("/o"), returned("{}"));
    assert_eq!(said(&exchange), (403, "{\"message\":\"Forbidden\"}".to_string()));
    assert_eq!(exchange.response.header("x-amzn-ErrorType").unwrap().value.value, "ForbiddenException");
    let key = |value: &str| vec![("X-Api-Key".to_string(), value.to_string())];
    assert_eq!(
        api.exchange(Request { headers: key(""), ..get("/o") }, returned("{}")).response.status.value,
        403
    );
    let sent = api.exchange(Request { headers: key("k1"), ..get("/o") }, returned("{}"));
    assert_eq!(sent.response.status.value, 200);
    assert!(String::from_utf8(sent.received.event()).unwrap().contains("\"apiKey\":\"k1\""));
    let free = api.exchange(Request { method: "POST".to_string(), ..get("/o") }, returned("{}"));
    assert_eq!(free.response.status.value, 200);
    assert!(!String::from_utf8(free.received.event()).unwrap().contains("apiKey"));
    assert_eq!(document("AUTHORIZER").exchange(get("/o"), returned("{}")).response.status.value, 200);
}

#[test]
fn a_gateway_response_may_use_stage_variables() {
    let mut sources = Sources::default();
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let text = "
openapi: 3.0.1
x-amazon-apigateway-gateway-responses:
  MISSING_AUTHENTICATION_TOKEN:
    responseTemplates: { application/json: '$stageVariables.v' }
    responseParameters: { gatewayresponse.header.x-v: stageVariables.v }
paths: {}
";
    let variables = [("v".to_string(), "one".to_string())];
    let (api, _) =
        candor_iac::read_openapi(&mut sources, "a.yaml", text.to_string(), "s", &variables, &options)
            .unwrap();
    let ambient = Ambient::example();
    let exchange = simulate(&api, get("/"), &ambient, |_, _| returned("{}"), super::no_endpoint).unwrap();
    assert_eq!(said(&exchange), (403, "one".to_string()));
    assert_eq!(exchange.response.header("x-v").unwrap().value.value, "one");
}

/// Schemas as people write them and as nobody would.
fn schemas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("{}".to_string()),
        Just("{\"$ref\":\"#\"}".to_string()),
        Just("{\"$ref\":\"#/components/schemas/Node\"}".to_string()),
        Just("{\"$ref\":\"#/properties/a\"}".to_string()),
        "(string|integer|null|array|object|file)".prop_map(|t| format!("{{\"type\":\"{t}\"}}")),
        "(minimum|maxLength|minItems|multipleOf|maxProperties)"
            .prop_flat_map(|k| (Just(k), -2..4_i32))
            .prop_map(|(k, n)| format!("{{\"{k}\":{n}}}")),
        "[a-c.*+?()\\[\\]^$]{0,6}".prop_map(|p| format!("{{\"pattern\":\"{p}\"}}")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{\"properties\":{{\"a\":{a}}},\"additionalProperties\":{b}}}")),
            ("(allOf|anyOf|oneOf)", inner.clone(), inner.clone())
                .prop_map(|(k, a, b)| format!("{{\"{k}\":[{a},{b}]}}")),
            inner.clone().prop_map(|a| format!("{{\"items\":{a},\"uniqueItems\":true}}")),
            inner.clone().prop_map(|a| format!("{{\"not\":{a}}}")),
            inner.prop_map(|a| format!("{{\"dependencies\":{{\"a\":{a}}},\"required\":[\"a\"]}}")),
        ]
    })
}

fn bodies() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_string()),
        Just("true".to_string()),
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?".prop_map(|n| format!("{}", n.parse::<f64>().unwrap_or(0.0))),
        "[a-c]{0,4}".prop_map(|t| format!("\"{t}\"")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a},{b}]")),
            ("[a-c]", inner.clone(), inner).prop_map(|(k, a, b)| format!("{{\"{k}\":{a},\"next\":{b}}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_schema_and_any_body_end_in_a_decision(schema in schemas(), body in bodies()) {
        let api = validated("[]", &schema);
        let play = |body: &str| {
            let played = simulate(&api.api, post(body), &api.ambient, |_, _| returned("{}"), super::no_endpoint);
            played.map(|exchange| exchange.response.status.value)
        };
        let first = play(&body);
        prop_assert!(matches!(first, Ok(200 | 400) | Err(_)));
        prop_assert_eq!(first, play(&body));
    }

    #[test]
    fn what_a_schema_takes_its_negation_refuses(schema in schemas(), body in bodies()) {
        let status = |schema: &str| {
            let api = validated("[]", schema);
            let played = simulate(&api.api, post(&body), &api.ambient, |_, _| returned("{}"), super::no_endpoint);
            played.map(|exchange| exchange.response.status.value)
        };
        // A reference to the root means another root there.
        if !schema.contains("$ref") {
            match (status(&schema), status(&format!("{{\"not\":{schema}}}"))) {
                (Ok(one), Ok(other)) => prop_assert_ne!(one, other),
                (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
            }
        }
    }
}
