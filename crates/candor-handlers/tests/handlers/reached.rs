//! Code that is reached: routes of home-made routers, routes behind one decorator, clauses for the errors of packages that compute.

use crate::paths::facts;
use candor_handlers::{End, Failed};

/// The lines of the clauses at which failures end of which the handler says nothing, with what failed.
fn swallowed(source: &str) -> Vec<(usize, Failed)> {
    let facts = facts(source);
    let line = |at: u32| source[..at as usize].matches('\n').count() + 1;
    let mut found: Vec<(usize, Failed)> = facts
        .paths
        .iter()
        .filter(|path| matches!(path.end, End::Returned(_)))
        .filter_map(|path| path.failure.as_ref())
        .map(|failure| (line(failure.caught.start), failure.what))
        .collect();
    found.sort_by_key(|(line, _)| *line);
    found.dedup();
    found
}

/// A function that swallows what fails, at line 6.
const STORE: &str = "import boto3, functools
table = boto3.resource('dynamodb').Table('orders')
def store(event):
    try:
        table.put_item(Item={'id': '1'})
    except Exception as error:
        print(error)
    return {'statusCode': 200}
def fine(event):
    return {'statusCode': 204}
class Route:
    def __init__(self, path, call):
        self.path = path
        self.call = call
class Router:
    def __init__(self):
        self.routes = []
    def add(self, path, call):
        self.routes.append(Route(path, call))
    def answer(self, event):
        for route in self.routes:
            if route.path == event['path']:
                return route.call(event)
        return {'statusCode': 404}
";

#[test]
fn all_routes_of_a_router_are_run() {
    let found = |rest: &str| swallowed(&format!("{STORE}{rest}"));
    let fault = [(6, Failed::Effect)];
    let loops = "def handler(event, context):
    for path, call in ROUTES:
        if event['path'] == path:
            return call(event)
    return {'statusCode': 404}
";
    let table = "ROUTES = [('/a', fine), ('/b', fine), ('/c', fine), ('/d', fine), ('/e', store), ('/f', fine), ('/g', fine)]\n";
    assert_eq!(found(&format!("{table}{loops}")), fault);
    let objects = "ROUTES = [Route('/a', fine), Route('/b', fine), Route('/c', fine), Route('/d', store), Route('/e', fine)]
def handler(event, context):
    for route in ROUTES:
        if event['path'] == route.path:
            return route.call(event)
";
    assert_eq!(found(objects), fault);
    let router = "router = Router()
router.add('/a', fine)
router.add('/b', fine)
router.add('/c', fine)
router.add('/d', fine)
router.add('/e', store)
router.add('/f', fine)
def handler(event, context):
    return router.answer(event)
";
    assert_eq!(found(router), fault);
}

#[test]
fn routes_behind_one_decorator_are_each_followed() {
    for (app, route) in [
        (
            "from aws_lambda_powertools.event_handler import APIGatewayRestResolver\napp = APIGatewayRestResolver()",
            "get",
        ),
        ("from fastapi import FastAPI\nfrom mangum import Mangum\napp = FastAPI()", "get"),
    ] {
        let ends = if route == "get" && app.contains("Mangum") {
            "handler = Mangum(app)\n"
        } else {
            "def handler(event, context):\n    return app.resolve(event, context)\n"
        };
        let source = format!(
            "{STORE}{app}
def signed_in(call):
    @functools.wraps(call)
    def wrapper(*args, **kwargs):
        return call(*args, **kwargs)
    return wrapper
@app.{route}('/me')
@signed_in
def me():
    return {{'me': 1}}
@app.{route}('/orders')
@app.{route}('/all/orders')
@signed_in
def orders():
    return store({{}})
{ends}"
        );
        assert_eq!(swallowed(&source), [(6, Failed::Effect)], "{app}");
    }
}

#[test]
fn errors_of_packages_that_compute_are_caught() {
    for (imports, body, clause) in [
        ("import jsonschema", "jsonschema.validate(instance=event, schema={})", "jsonschema.ValidationError"),
        (
            "from jsonschema import validate\nfrom jsonschema.exceptions import ValidationError",
            "validate(event, {})",
            "ValidationError",
        ),
        (
            "from aws_lambda_powertools.utilities.validation import validate, SchemaValidationError",
            "validate(event=event, schema={})",
            "SchemaValidationError",
        ),
        ("import yaml", "yaml.safe_load(event)", "yaml.YAMLError"),
        ("from PIL import Image, UnidentifiedImageError", "Image.open(event)", "UnidentifiedImageError"),
        (
            "from cryptography.fernet import Fernet, InvalidToken",
            "Fernet('key').decrypt(event)",
            "InvalidToken",
        ),
        (
            "from pydantic import BaseModel, ValidationError\nclass Order(BaseModel):\n    id: str",
            "Order(**event)",
            "ValidationError",
        ),
    ] {
        let source = |clause: &str| {
            format!(
                "{imports}\ndef handler(event, context):\n    try:\n        {body}\n    except {clause} as e:\n        return {{'error': e.message}}\n    return {{'statusCode': 200}}\n"
            )
        };
        let at = source(clause).lines().position(|line| line.contains("    except ")).unwrap() + 1;
        assert_eq!(swallowed(&source(clause)), [(at, Failed::Value)], "{imports}");
        assert_eq!(swallowed(&source("Exception")), [(at, Failed::Value)], "{imports}");
        // What they do not raise.
        assert_eq!(swallowed(&source("IndexError")), [], "{imports}");
    }
}

#[test]
fn what_computes_round_by_round_leaves_nothing_open() {
    let source = |inner: &str| {
        format!(
            "from decimal import Decimal
def plain(value):
    if isinstance(value, Decimal):
        return {inner}
    if isinstance(value, dict):
        return {{key: plain(item) for key, item in value.items()}}
    return [plain(item) for item in value] if isinstance(value, list) else value
def handler(event, context):
    return {{'statusCode': 200, 'body': str(plain(event))}}
"
        )
    };
    assert!(facts(&source("float(value)")).unknown.is_empty());
    assert!(!facts(&source("ask(value)")).unknown.is_empty());
}

#[test]
fn what_is_assigned_in_a_module_is_there() {
    let source = |key: &str| {
        format!(
            "import json, openai
def key():
    try:
        with open('/mnt/keys.json') as file:
            return json.load(file)['key']
    except Exception as error:
        print(error)
        return None
def handler(event, context):
    {key} = key()
    if not {key}:
        return {{'statusCode': 500}}
    return {{'statusCode': 200}}
"
        )
    };
    for key in ["local", "openai.api_key"] {
        let facts = facts(&source(key));
        let failed = facts.paths.iter().filter(|path| path.failure.is_some());
        let ends: Vec<String> = failed.map(|path| format!("{:?}", path.end)).collect();
        assert!(!ends.is_empty(), "{key}");
        assert!(ends.iter().all(|end| end.contains("500")), "{key}: {ends:?}");
    }
}

/// A handler with much to compute before it stores something, and swallows the failure.
fn computes_much(helper: &str) -> String {
    let ifs: String = (0..200).map(|n| format!("        if word.startswith('{n}'):\n            score += len(word) * {n}\n            seen[word] = score\n")).collect();
    format!(
        "import boto3, re
table = boto3.resource('dynamodb').Table('orders')
def score_of(text, seen):
    score = 0
    for word in re.split(' ', text):
{ifs}        {helper}
    return score
def handler(event, context):
    seen = {{}}
    total = 0
    for part in event['parts']:
        for line in part['lines']:
            for other in part['others']:
                total += score_of(line, seen) - score_of(other, seen) + score_of(part['name'], seen)
                total += score_of(line + other, seen) - score_of(other + line, seen)
    try:
        table.put_item(Item={{'id': '1', 'score': total}})
    except Exception as error:
        print(error)
    return {{'statusCode': 200}}
"
    )
}

#[test]
fn what_only_computes_does_not_use_up_the_paths() {
    let source = computes_much("score += 1");
    let clause = source.lines().position(|line| line.contains("    except ")).unwrap() + 1;
    assert_eq!(swallowed(&source), [(clause, Failed::Effect)]);
    assert!(facts(&source).unknown.is_empty());
    // What does something outside is followed, and that it was too much is said first.
    let source = computes_much("table.delete_item(Key={'id': word})");
    assert_eq!(facts(&source).unknown.first().map(|unknown| unknown.what.as_str()), Some("so many paths"));
}

/// A handler that stores something where `STATE` says so, behind so much to compute that its helpers are passed over.
fn stores_if_told(helpers: &str, call: &str) -> String {
    format!(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
STATE = {{'ok': True}}
{helpers}
def burn():
    for a in (1, 2, 3, 4):
        for b in (1, 2, 3, 4):
            for c in (1, 2, 3, 4):
                for d in (1, 2, 3, 4):
                    for e in (1, 2, 3, 4):
                        for f in (1, 2, 3, 4):
                            for g in (1, 2, 3, 4):
                                y = a
def handler(event, context):
    burn()
    {call}
    if STATE['ok']:
        return {{'statusCode': 200}}
    try:
        table.put_item(Item={{'id': '1'}})
    except Exception as error:
        print(error)
    return {{'statusCode': 201}}
"
    )
}

#[test]
fn helpers_that_change_what_is_not_theirs() {
    for change in [
        "STATE['ok'] = False",
        "STATE['ok']: bool = False",
        "STATE['ok'], n = False, 1",
        "[*STATE['ok']] = []",
        "STATE['ok'] &= False",
        "s = STATE; s['ok'] = False",
        "STATE.update(ok=False)",
        "[STATE] [0]['ok'] = False",
    ] {
        let helper = format!("def compute(items):\n    for i in items:\n        {change}\n    return 1");
        let source = stores_if_told(&helper, "compute([1, 2])");
        let facts = facts(&source);
        assert!(facts.paths.iter().any(|path| path.failure.is_some()), "{change}");
    }
    // What was given to one, by the handler or by another one.
    let puts = "def put(what):\n    for i in (1, 2):\n        what['ok'] = False\n    return 1";
    for (more, call) in
        [("", "put(STATE)"), ("\ndef far():\n    for i in (1, 2):\n        put(STATE)", "far()")]
    {
        let facts = facts(&stores_if_told(&format!("{puts}{more}"), call));
        assert!(facts.paths.iter().any(|path| path.failure.is_some()), "{call}");
    }
    // What it makes itself it may change.
    let helper = "def compute(items):
    grid = [[0] * 3 for _ in range(3)]
    groups = {}
    for i in items:
        grid[i][i] = 1
        groups.setdefault(i, []).append(i)
        groups[i] = i
    return grid";
    let facts = facts(&stores_if_told(helper, "compute([1, 2])"));
    assert!(facts.paths.iter().all(|path| path.failure.is_none()));
}

/// Functions, each of which calls the next many times.
#[test]
fn helpers_that_call_each_other_often() {
    let begun = std::time::Instant::now();
    let mut source = String::from("def f0(x):\n    return str(x)\n");
    for n in 1..6 {
        let calls = format!("    f{}(x)\n", n - 1).repeat(60);
        source += &format!("def f{n}(x):\n    f{n}(x)\n{calls}    return x\n");
    }
    source += "def handler(event, context):\n    f5(event)\n    return {'statusCode': 200}\n";
    facts(&source);
    let body = "    y = x\n".repeat(4_000);
    let calls = "    f(1)\n".repeat(20_000);
    facts(&format!(
        "def f(x):\n{body}def handler(event, context):\n{calls}    return {{'statusCode': 200}}\n"
    ));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn lists_that_hold_another_many_times() {
    for body in ["json.dumps(g)", "str(len(g))", "g", "str(g)", "json.dumps({'a': g, 'b': g})"] {
        for (open, close) in [("[", "]"), ("dict(a=[", "])"), ("(", ")")] {
            let begun = std::time::Instant::now();
            let mut source = String::from("import json\ndef handler(event, context):\n    a = [1]\n");
            for pair in ["ba", "cb", "dc", "ed", "fe", "gf"] {
                let (name, of) = pair.split_at(1);
                let items = vec![of; 60].join(",");
                source += &format!("    {name} = {open}{items}{close}\n");
            }
            source += &format!("    return {{'statusCode': 200, 'body': {body}}}\n");
            assert!(!facts(&source).paths.is_empty(), "{body}");
            assert!(begun.elapsed().as_secs() < 10, "{body}: {:?}", begun.elapsed());
        }
    }
}
