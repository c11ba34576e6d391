//! Branches that no route of the handler leads to.

use candor_handlers::{End, Guard, Served};

use crate::paths::{facts_behind, served};

/// The lines at which a handler behind these routes ends: `GET /orders/{id}`.
fn ends(routes: &[&str], body: &str) -> Vec<usize> {
    ends_behind(&served(routes), body)
}

fn ends_behind(served: &[Served], body: &str) -> Vec<usize> {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let source = format!("def handler(event, context):\n{indented}");
    let facts = facts_behind(served, &source);
    let line = |start: u32| source[..start as usize].matches('\n').count();
    let ends = facts.paths.iter().filter(|path| matches!(path.end, End::Returned(_)));
    ends.map(|path| line(path.at.start)).collect()
}

const BY_METHOD: &str = "method = event['httpMethod']
if method == 'GET':
    return 1
elif method in ('POST', 'PUT'):
    return 2
return 3";

const BY_PATH: &str = "path, method = event.get('path', ''), event.get('httpMethod')
if path == '/orders' and method == 'GET':
    return 1
if path.startswith('/orders/'):
    return 2
if path.endswith('/state') or '/health' in path:
    return 3
return 4";

#[test]
fn methods() {
    assert_eq!(ends(&["GET /a", "POST /a"], BY_METHOD), [3, 5]);
    assert_eq!(ends(&["GET /a"], BY_METHOD), [3]);
    assert_eq!(ends(&["GET /a", "DELETE /a"], BY_METHOD), [3, 6]);
    assert_eq!(ends(&["ANY /a"], BY_METHOD), [3, 5, 6]);
    // Nobody knows which requests come.
    assert_eq!(ends(&[], BY_METHOD), [3, 5, 6]);
}

#[test]
fn paths_with_parameters() {
    assert_eq!(ends(&["GET /orders", "GET /orders/{id}"], BY_PATH), [3, 5]);
    assert_eq!(ends(&["POST /orders", "GET /orders/{id}"], BY_PATH), [5, 8]);
    assert_eq!(ends(&["GET /{id}/state"], BY_PATH), [5, 7]);
    assert_eq!(ends(&["GET /{proxy+}"], BY_PATH), [3, 5, 7, 8]);
    assert_eq!(ends(&["GET /health"], BY_PATH), [7]);
}

#[test]
fn routes_by_their_names() {
    let body = "if event['resource'] != '/orders/{id}':
    return 1
if event['routeKey'] == 'GET /orders/{id}':
    return 2
return 3";
    assert_eq!(ends(&["GET /orders/{id}"], body), [4]);
    assert_eq!(ends(&["PUT /orders/{id}", "GET /a"], body), [2, 5]);
}

#[test]
fn of_http_apis() {
    let body = "http = event['requestContext']['http']
method, path = (http.get('method') or '').upper(), event.get('rawPath', '/').rstrip('/')
is_get = method.upper() == 'GET'
if is_get and path == '/orders':
    return 1
if f'{method} {path}' == 'POST /orders':
    return 2
return 3";
    assert_eq!(ends(&["GET /orders", "POST /orders"], body), [5, 7]);
    assert_eq!(ends(&["POST /orders"], body), [7]);
    assert_eq!(ends(&["DELETE /orders"], body), [8]);
    assert_eq!(ends(&["ANY $default"], body), [5, 7, 8]);
}

#[test]
fn parameters_of_the_path() {
    let body = "parameters = event.get('pathParameters') or {}
if parameters.get('id'):
    return 1
if event['pathParameters']:
    return 2
return 3";
    assert_eq!(ends(&["GET /orders/{id}"], body), [3]);
    assert_eq!(ends(&["GET /orders", "GET /{proxy+}"], body), [5, 6]);
    assert_eq!(ends(&["GET /orders"], body), [6]);
}

#[test]
fn tables() {
    let body = "def get(event):
    return 1
def post(event):
    return 2
def other(event):
    return 3
method, path = event['httpMethod'], event['path']
table = {('GET', '/orders'): get, ('POST', '/orders'): post}
found = table.get((method, path))
if found:
    return found(event)
if method in {'GET': 1, 'POST': 2}:
    return 3
return {'PUT': other}.get(method, get)(event)";
    let given = |routes: &[&str]| {
        let mut lines = ends(routes, body);
        lines.dedup();
        lines
    };
    assert_eq!(given(&["GET /orders"]), [11]);
    assert_eq!(given(&["GET /orders", "POST /orders", "PUT /a"]), [11, 14]);
    assert_eq!(given(&["GET /a"]), [13]);
    let missing = "def get(event):
    return 1
return {'GET': get}[event['httpMethod']](event)";
    assert_eq!(ends(&["GET /a"], missing), [3]);
}

#[test]
fn paths_as_they_are_written() {
    // A slash goes, anything else changes the path.
    let body = "if event['path'].rstrip('s') == '/order':
    return 1
if event['path'].rstrip('/') == '/orders':
    return 2
return 3";
    assert_eq!(ends(&["GET /orders"], body), [2, 4]);
    // A custom domain's base path.
    let body = "if event['path'] == '/v1/orders':
    return 1
return 2";
    assert_eq!(ends(&["GET /orders"], body), [2, 3]);
    assert_eq!(ends(&["GET /prices"], body), [3]);
}

#[test]
fn matched() {
    let body = "match (event['httpMethod'], event['path']):
    case (_,) | ('GET', _):
        return 1
    case _:
        return 2";
    assert_eq!(ends(&["GET /orders", "PUT /orders"], body), [3, 5]);
    let body = "match (event['httpMethod'], event['path']):
    case ('GET', '/orders'):
        return 1
    case ('POST' | 'PUT', _):
        return 2
    case _:
        return 3";
    assert_eq!(ends(&["GET /orders", "PUT /orders"], body), [3, 5]);
    assert_eq!(ends(&["GET /orders"], body), [3]);
    assert_eq!(ends(&["GET /a"], body), [7]);
    let body = "match event['httpMethod']:
    case 'GET' | 'HEAD':
        return 1
    case 'POST':
        return 2
return 3";
    assert_eq!(ends(&["GET /a", "POST /a"], body), [3, 5]);
    assert_eq!(ends(&["PUT /a"], body), [6]);
}

#[test]
fn what_is_left_of_a_route() {
    let source = "import boto3
def handler(event, context):
    if event['httpMethod'] == 'POST':
        boto3.client('lambda').invoke(FunctionName='f', InvocationType='Event')
        boto3.client('events').put_events(Entries=[])
        return {'statusCode': 200, 'body': ''}
    return {'statusCode': 204}
";
    let facts = facts_behind(&served(&["GET /orders", "POST /orders"]), source);
    let of = |nth| {
        let facts = facts.of_route(nth).unwrap();
        (facts.paths.len(), facts.unchecked.len(), facts.loose.len())
    };
    assert_eq!((of(0), of(1)), ((1, 0, 0), (1, 1, 1)));
}

#[test]
fn sets_that_nobody_changes() {
    let body = "if event['httpMethod'] in {'GET', 'HEAD'}:
    return 1
if event['httpMethod'] not in frozenset(('POST', 'PUT')):
    return 2
return 3";
    assert_eq!(ends(&["GET /a"], body), [2]);
    assert_eq!(ends(&["POST /a", "DELETE /a"], body), [4, 5]);
}

#[test]
fn routes_of_a_framework() {
    let source = "from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
app = APIGatewayRestResolver()
@app.get('/orders')
def listed():
    return Response(status_code=201)
@app.post('/orders')
def placed():
    return Response(status_code=202)
@app.route('/orders/<id>', method=['GET', 'PUT'])
def one(id):
    return Response(status_code=203)
def handler(event, context):
    return app.resolve(event, context)
";
    let statuses = |routes: &[&str], nth: usize| {
        let facts = facts_behind(&served(routes), source);
        let facts = facts.of_route(nth).unwrap_or(facts);
        let status = |path: &candor_handlers::Path| match &path.end {
            End::Returned(answer) => match &answer.shape.entry("statusCode")?.value {
                candor_handlers::Shape::Number(status) => status.clone(),
                _ => None,
            },
            _ => None,
        };
        let mut statuses: Vec<String> = facts.paths.iter().filter_map(status).collect();
        statuses.retain(|status| status.starts_with('2'));
        statuses
    };
    let all = ["GET /orders", "POST /orders", "PUT /orders/{id}", "ANY /{proxy+}"];
    assert_eq!(statuses(&all, 0), ["201"]);
    assert_eq!(statuses(&all, 1), ["202"]);
    assert_eq!(statuses(&all, 2), ["203"]);
    assert_eq!(statuses(&all, 3), ["201", "202", "203"]);
    // A prefix that the application is told of elsewhere.
    assert_eq!(statuses(&["GET /shop/orders", "GET /shop/orders/{id}"], 1), ["203"]);
    assert_eq!(statuses(&["GET /wholly/other"], 0), ["201", "202", "203"]);
    let behind_a_parameter = ["POST /shops/{shop}/orders", "GET /orders"];
    // What fits nowhere may be anywhere.
    assert_eq!(statuses(&behind_a_parameter, 0), ["202", "203"]);
}

#[test]
fn who_may_pass() {
    let body = "claims = event['requestContext'].get('authorizer', {}).get('claims', {})
user = claims.get('sub')
if not user:
    return 1
return 2";
    let of = |guard: Guard| {
        let served = Served { method: None, resource: "/orders".into(), guard, ..Served::default() };
        ends_behind(&[served], body)
    };
    assert_eq!(of(Guard::UserPool), [5]);
    assert_eq!(of(Guard::Nothing), [4]);
    assert_eq!(of(Guard::Unknown), [4, 5]);
    assert_eq!(of(Guard::Function), [4, 5]);
    // A gateway never sends nothing.
    assert_eq!(ends(&[], "if not event or not event.get('requestContext'):\n    return 1\nreturn 2"), [3]);
}

#[test]
fn behind_a_stage() {
    let body = "if event['rawPath'] == '/orders':
    return 1
if event['rawPath'].endswith('/orders'):
    return 2
return 3";
    let of = |resource: &str| {
        let stage = Some("prod".to_string());
        ends_behind(
            &[Served { method: None, resource: resource.into(), path: true, stage, ..Served::default() }],
            body,
        )
    };
    // A custom domain has no stage in its paths.
    assert_eq!(of("/orders"), [2, 4]);
    assert_eq!(of("/prices"), [5]);
}
