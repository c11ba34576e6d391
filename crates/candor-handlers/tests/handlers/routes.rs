//! Branches that no route of the handler leads to.

use candor_handlers::{End, Events, Found, Program, Search, Served};

/// The lines at which a handler behind these routes ends: `GET /orders/{id}`.
fn ends(routes: &[&str], body: &str) -> Vec<usize> {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let source = format!("def handler(event, context):\n{indented}");
    let served: Vec<Served> = routes
        .iter()
        .map(|route| {
            let (method, resource) = route.split_once(' ').unwrap();
            let method = (method != "ANY").then(|| method.to_string());
            Served { method, resource: resource.to_string(), path: true }
        })
        .collect();
    let mut find = |name: &str| match name {
        "app" => Search::Found(Found { key: 0, text: source.clone() }),
        _ => Search::Missing,
    };
    let facts = Program::default().facts_behind(&served, "app", "handler", Events::Proxy, &mut find).unwrap();
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
