//! Which route takes a request, whatever its path.

use candor_gateway::routing;
use proptest::prelude::*;

use super::*;

/// An API with these paths, in this order.
fn with_paths(paths: &[&str]) -> Played {
    let listed = paths.iter().map(|path| {
        format!(
            "  '{path}':\n    get:\n      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI }}\n"
        )
    });
    Played::new(&format!("openapi: 3.0.1\npaths:\n{}", listed.collect::<String>()))
}

#[test]
fn slashes_inside_a_greedy_parameter_stay_and_those_at_its_ends_go() {
    let api = with_paths(&["/{proxy+}", "/a/{rest+}"]);
    let greedy = |path: &str| routing::find(&api.api, "GET", path).unwrap().parameters.pop().unwrap().1;
    for (path, expected) in [
        ("/tea//green", "tea//green"),
        ("//tea", "tea"),
        ("/tea/", "tea"),
        ("/tea//green///", "tea//green"),
        ("/a//b///c/d", "b///c/d"),
        ("/a%2Fb/c", "a%2Fb/c"),
    ] {
        assert_eq!(greedy(path), expected, "{path}");
    }
}

const PATHS: [&str; 7] = ["/", "/a", "/a/{id}", "/a/{id}/b", "/a/{rest+}", "/{any}/c", "/{proxy+}"];

/// The path of a route with the parameters put in.
fn filled(template: &str, parameters: &[(String, String)]) -> String {
    let mut path = template.to_string();
    for (name, value) in parameters {
        path = path.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value);
    }
    path
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|s| !s.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn parameters_put_into_the_route_give_the_path_and_order_does_not_matter(
        path in "(/{1,2}(a|b|c|%2F|é|\\{id\\}|x)){0,6}/{0,2}",
        turn in 0..PATHS.len(),
    ) {
        let api = with_paths(&PATHS);
        let mut turned = PATHS.to_vec();
        turned.rotate_left(turn);
        let other = with_paths(&turned);
        let found = routing::find(&api.api, "GET", &path);
        let again = routing::find(&other.api, "GET", &path);
        match (found, again) {
            (Some(found), Some(again)) => {
                prop_assert_eq!(&found.route.key, &again.route.key);
                prop_assert_eq!(&found.parameters, &again.parameters);
                // A parameter whose value looks like another parameter cannot be put in one after the other.
                if !path.contains('{') {
                    let whole = filled(&found.route.key.path, &found.parameters);
                    prop_assert_eq!(segments(&whole), segments(&path));
                }
            }
            (None, None) => prop_assert!(false, "`/{{proxy+}}` and `/` take everything: {}", path),
            _ => prop_assert!(false, "one order finds a route, another does not: {}", path),
        }
    }

    #[test]
    fn any_path_ends_in_an_answer(path in "\\PC{0,40}", method in "[A-Z]{0,8}") {
        let api = with_paths(&PATHS);
        let request = Request { method, path, ..Request::default() };
        let exchange = api.exchange(request, returned("{}"));
        prop_assert!(matches!(exchange.response.status.value, 200 | 403));
    }
}
