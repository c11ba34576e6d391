//! One exchange of each kind, from the bytes of a request to the bytes of event and response, and the floor beside it.

use candor_contract::json::{Json, write_string_to};
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::Body;
use candor_gateway::InFlight;
use candor_gateway::api::Api;
use candor_gateway::request::{Ambient, Request};
use candor_iac::Options;
use candor_iac::source::Sources;

use std::hint::black_box;

const URI: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations";

/// A kind of API with one route, and what its function answers.
pub struct Kind {
    pub name: &'static str,
    api: Api,
    ambient: Ambient,
    answer: Vec<u8>,
}

/// The kinds that are measured.
pub fn kinds() -> Vec<Kind> {
    let proxied = br#"{"statusCode":200,"headers":{"Content-Type":"application/json","Cache-Control":"no-store"},"body":"{\"id\":\"17\",\"total\":1999,\"state\":\"open\"}","isBase64Encoded":false}"#;
    let plain = br#"{"id":"17","total":1999,"state":"open","items":[{"sku":"a-1","count":2},{"sku":"b-7","count":1}]}"#;
    let kind = |name, integration: &str, answer: &[u8]| Kind {
        name,
        api: api(integration),
        ambient: Ambient::example(),
        answer: answer.to_vec(),
    };
    vec![
        kind("REST proxy", "{ type: aws_proxy, httpMethod: POST, uri: URI }", proxied),
        kind("REST mapped", MAPPED, plain),
        kind("HTTP 2.0", "{ type: aws_proxy, uri: URI, payloadFormatVersion: '2.0' }", proxied),
    ]
}

/// A template in each direction, as the guides write them.
const MAPPED: &str = r##"
        type: aws
        httpMethod: POST
        uri: URI
        requestTemplates:
          application/json: |
            {"id": "$input.params('id')", "stage": "$context.stage", "order": $input.json('$')}
        responses:
          default:
            statusCode: '200'
            responseTemplates:
              application/json: |
                #set($order = $input.path('$'))
                {"id": "$order.id", "items": [#foreach($item in $order.items)"$item.sku"#if($foreach.hasNext),#end#end]}
          '.*NotFound.*': { statusCode: '404' }"##;

fn api(integration: &str) -> Api {
    let document = format!(
        "
openapi: 3.0.1
info: {{ title: bench, version: '1' }}
paths:
  /orders/{{id}}:
    post:
      responses: {{ '200': {{}}, '404': {{}} }}
      x-amazon-apigateway-integration: {integration}
  /orders: {{ get: {{ x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI }} }} }}
"
    )
    .replace("URI", URI);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let read = candor_iac::read_openapi(&mut Sources::default(), "api.yaml", document, "prod", &[], &options);
    read.expect("the document is well-formed").0
}

/// A request with a body of 1 KB as it comes over the wire.
pub fn wire() -> Vec<u8> {
    let mut body = String::from("{\"customer\":\"c-99182\",\"items\":[");
    while body.len() < 940 {
        body.push_str("{\"sku\":\"a-1\",\"count\":2,\"note\":\"left at the door\"},");
    }
    body.push_str("{\"sku\":\"b-7\",\"count\":1}],\"note\":\"");
    body.extend(std::iter::repeat_n('x', 1_022 - body.len()));
    body.push_str("\"}");
    format!(
        "POST /orders/17?expand=items&lang=en HTTP/1.1\r\nHost: a1b2c3d4e5.execute-api.us-east-1.amazonaws.com\r\n\
         User-Agent: curl/8.5.0\r\nAccept: application/json\r\nContent-Type: application/json\r\nAuthorization: Bearer \
         eyJhbGciOiJIUzI1NiJ9.e30.s\r\nX-Correlation-Id: 7a1f0c52-93c4-4f7b-8a1e-2f1f4b0a6c11\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Reads a request from the wire. What every gateway must do, so the floor does it, too.
fn parse(wire: &[u8]) -> Request {
    let text = std::str::from_utf8(wire).expect("the request is text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head has an end");
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, address) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pair = |text: &str, by: char| {
        let (name, value) = text.split_once(by).unwrap_or((text, ""));
        (name.to_string(), value.trim().to_string())
    };
    Request {
        method: method.to_string(),
        path: path.to_string(),
        query: query.split('&').map(|part| pair(part, '=')).collect(),
        headers: lines.map(|line| pair(line, ':')).collect(),
        body: body.as_bytes().to_vec(),
    }
}

impl Kind {
    /// One exchange; event and response are written to `out`. The number is the steps of its trace.
    pub fn exchange(&self, wire: &[u8], out: &mut Vec<u8>) -> usize {
        out.clear();
        let (flight, _) =
            InFlight::begin(&self.api, parse(wire), &self.ambient).expect("nothing is undecided");
        out.extend_from_slice(&flight.event());
        // Each answer is read anew.
        let outcome = Outcome::Returned(Payload::known(self.answer.clone()));
        let exchange = flight.resume(outcome, false).expect("nothing is undecided");
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(exchange.response.status.value.to_string().as_bytes());
        out.extend_from_slice(b" \r\n");
        for header in &exchange.response.headers {
            out.extend_from_slice(header.value.name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(header.value.value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if let Body::Known(bytes) = &exchange.response.body.value {
            out.extend_from_slice(bytes);
        }
        exchange.trace.steps().len()
    }
}

/// The same bytes, and where in them the body of the request stands as a JSON string.
pub struct Ready {
    pub bytes: Vec<u8>,
    body: std::ops::Range<usize>,
}

impl Kind {
    /// What an exchange writes, for the floor to write again.
    pub fn ready(&self, wire: &[u8]) -> Ready {
        let mut bytes = Vec::new();
        self.exchange(wire, &mut bytes);
        let mut body = Vec::new();
        write_string_to(std::str::from_utf8(&parse(wire).body).expect("the body is text"), &mut body);
        let at = bytes.windows(body.len()).position(|window| window == body);
        let body = at.map_or(0..0, |at| at..at + body.len());
        Ready { bytes, body }
    }

    /// The floor: the request is parsed (its body, too, where templates look into it) and the same bytes are written. What does
    /// not depend on the body lies ready.
    pub fn floor(&self, wire: &[u8], ready: &Ready, out: &mut Vec<u8>) -> usize {
        out.clear();
        let request = parse(wire);
        let text = std::str::from_utf8(&request.body).expect("the body is text");
        out.extend_from_slice(&ready.bytes[..ready.body.start]);
        if ready.body.is_empty() {
            black_box(Json::read(text).expect("the body is JSON"));
        } else {
            write_string_to(text, out);
        }
        out.extend_from_slice(&ready.bytes[ready.body.end..]);
        request.headers.len()
    }

    /// Still less: the head is parsed, and all bytes lie ready.
    pub fn copied(wire: &[u8], ready: &Ready, out: &mut Vec<u8>) -> usize {
        out.clear();
        let request = parse(wire);
        out.extend_from_slice(&ready.bytes);
        request.headers.len()
    }
}
