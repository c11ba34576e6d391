//! What handlers can do, as the analysis has it: one short program a test.

use candor_handlers::{Begun, End, Loose, Place, Shape, Unread, Watch};

use crate::paths::{check, check_modules, facts, line, read};

#[test]
fn a_plain_answer() {
    check(
        "import json
def handler(event, context):
    return {'statusCode': 200, 'body': json.dumps({'ok': True})}
",
        r#"3: returns {"statusCode":200,"body":"{\"ok\": true}"}"#,
    );
}

#[test]
fn an_answer_step_by_step() {
    check(
        "def handler(event, context):
    response = {'headers': {}}
    response['statusCode'] = 201
    response.update(body='done')
    return response
",
        r#"5: returns {"headers":{},"statusCode":201,"body":"done"}"#,
    );
}

#[test]
fn merged_dictionaries() {
    check(
        "BASE = {'headers': {'a': 'b'}}
def handler(event, context):
    if event.get('x'):
        return {**BASE, 'statusCode': 200}
    return BASE | {'statusCode': 404}
",
        r#"
4: returns {"headers":{"a":"b"},"statusCode":200}
5: returns {"headers":{"a":"b"},"statusCode":404}
may raise"#,
    );
}

#[test]
fn a_branch_without_a_return_falls_off_the_end() {
    check(
        "def handler(event, context):
    if event:
        return {'statusCode': 200}
",
        "2: falls off the end\n3: returns {\"statusCode\":200}",
    );
}

#[test]
fn an_exception_that_is_swallowed() {
    check(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    try:
        table.put_item(Item=event)
    except Exception as error:
        print(error)
    return {'statusCode': 200, 'body': 'saved'}
",
        r#"
8: returns {"statusCode":200,"body":"saved"}
8: returns {"statusCode":200,"body":"saved"}, after Effect@5 was caught@6"#,
    );
}

#[test]
fn a_clause_that_answers() {
    check(
        "import json, boto3
sqs = boto3.client('sqs')
def handler(event, context):
    try:
        sqs.send_message(QueueUrl='q', MessageBody='m')
        return {'statusCode': 202}
    except Exception as error:
        return {'statusCode': 200, 'body': json.dumps(str(error))}
",
        r#"
6: returns {"statusCode":202}
8: returns {"statusCode":200,"body":"\"\""} (/body unknown) telling an error, after Effect@5 was caught@7 and answered"#,
    );
}

#[test]
fn what_is_passed_on_is_not_swallowed() {
    check(
        "import boto3
class Failed(Exception): pass
s3 = boto3.client('s3')
def handler(event, context):
    try:
        s3.put_object(Bucket='b', Key='k')
    except Exception as error:
        raise Failed('no upload') from error
    finally:
        print('done')
    return {'statusCode': 200}
",
        "8: raises Failed(no upload)\n11: returns {\"statusCode\":200}",
    );
}

#[test]
fn an_answer_in_finally_takes_the_place_of_the_exception() {
    check(
        "def handler(event, context):
    try:
        raise ValueError('bad')
    finally:
        return {'statusCode': 200}
",
        "5: returns {\"statusCode\":200}, after Raise@3 was caught@5",
    );
}

#[test]
fn clauses_are_asked_in_order() {
    check(
        "class NotFound(Exception): pass
class Gone(NotFound): pass
def find(key):
    if key == 'a':
        raise Gone(f'{key} is gone')
    raise KeyError(key)
def handler(event, context):
    try:
        find(event['key'])
    except NotFound as error:
        return {'statusCode': 404, 'body': str(error)}
    except KeyError:
        return {'statusCode': 400}
",
        r#"
11: returns {"statusCode":404,"body":"a is gone"} telling an error, after Raise@5 was caught@10 and answered
13: returns {"statusCode":400}, after Value@9 was caught@12 perhaps and answered
13: returns {"statusCode":400}, after Raise@6 was caught@12 perhaps and answered
may raise"#,
    );
}

#[test]
fn helpers_in_other_modules() {
    check_modules(
        &[
            (
                "app",
                "from lib.answers import answer, problem\nimport lib.store as store\ndef handler(event, context):\n    try:\n        found = store.get(event['id'])\n    except store.Missing as e:\n        return problem(404, str(e))\n    return answer(200, found)\n",
            ),
            (
                "lib.answers",
                "import json\ndef answer(status, content):\n    return {'statusCode': status, 'body': json.dumps(content)}\ndef problem(status, message):\n    return answer(status, {'message': message})\n",
            ),
            (
                "lib.store",
                "class Missing(Exception):\n    def __init__(self, key):\n        super().__init__(f'no {key}')\ndef get(key):\n    if key != 'a':\n        raise Missing(key)\n    return {'id': key}\n",
            ),
        ],
        r#"
app:7: returns {"statusCode":404,"body":"{\"message\":\"\"}"} (/body unknown) telling an error, after Raise@lib.store:6 was caught@app:6 and answered
app:8: returns {"statusCode":200,"body":"{\"id\": \"a\"}"}
may raise"#,
    );
}

#[test]
fn circles_of_imports_end() {
    check_modules(
        &[
            ("app", "import other\ndef handler(event, context):\n    return other.answer()\n"),
            ("other", "import app\ndef answer():\n    return {'statusCode': 204}\n"),
        ],
        r#"app:3: returns {"statusCode":204}"#,
    );
}

#[test]
fn classes_dataclasses_and_properties() {
    check(
        "from dataclasses import dataclass, asdict
import json
@dataclass
class Order:
    id: str
    total: int = 0
class Service:
    def __init__(self, status):
        self.status = status
    @property
    def good(self):
        return self.status < 400
    def answer(self, content):
        return {'statusCode': self.status, 'body': json.dumps(content)}
def handler(event, context):
    service = Service(200)
    if service.good:
        return service.answer(asdict(Order('a', 3)))
    return None
",
        r#"18: returns {"statusCode":200,"body":"{\"id\": \"a\", \"total\": 3}"}"#,
    );
}

#[test]
fn context_managers_of_the_project() {
    check(
        "from contextlib import contextmanager, suppress
import boto3
db = boto3.client('rds-data')
@contextmanager
def quiet():
    try:
        yield
    except Exception:
        pass
class Loud:
    def __enter__(self): return self
    def __exit__(self, kind, value, trace): return False
def handler(event, context):
    with quiet():
        db.execute_statement(sql='x')
    with Loud():
        db.execute_statement(sql='y')
    with suppress(Exception):
        db.execute_statement(sql='z')
    return {'statusCode': 200}
",
        r#"
20: returns {"statusCode":200}
20: returns {"statusCode":200}, after Effect@15 was caught@8
20: returns {"statusCode":200}, after Effect@19 was caught@18
may raise"#,
    );
}

#[test]
fn a_return_inside_a_with() {
    check(
        "from contextlib import contextmanager
@contextmanager
def session():
    yield 1
def handler(event, context):
    with session() as s:
        return {'statusCode': 200}
",
        "7: returns {\"statusCode\":200}",
    );
}

#[test]
fn decorators_of_the_project() {
    check(
        "import functools, json
def answers(function):
    @functools.wraps(function)
    def inner(event, context):
        try:
            return {'statusCode': 200, 'body': json.dumps(function(event))}
        except ValueError as error:
            return {'statusCode': 400, 'body': str(error)}
    return inner
@answers
def handler(event):
    if not event.get('x'):
        raise ValueError('no x')
    return 1
",
        r#"
6: returns {"statusCode":200,"body":"1"}
8: returns {"statusCode":400,"body":"no x"} telling an error, after Raise@13 was caught@7 and answered
may raise"#,
    );
}

#[test]
fn loops_that_try_again() {
    check(
        "import requests
def handler(event, context):
    for attempt in range(3):
        try:
            requests.get('https://example.com').raise_for_status()
            return {'statusCode': 200}
        except requests.RequestException:
            pass
    return {'statusCode': 502}
",
        r#"
6: returns {"statusCode":200}
9: returns {"statusCode":502}, after Effect@5 was caught@7
9: returns {"statusCode":502}, after Effect@5 was caught@7"#,
    );
}

#[test]
fn a_failure_in_a_loop_is_a_failure() {
    check(
        "import boto3
sns = boto3.client('sns')
def handler(event, context):
    for item in event['items']:
        try:
            sns.publish(Message=item)
        except Exception as e:
            print(e)
    return {'statusCode': 200}
",
        r#"
9: returns {"statusCode":200}
9: returns {"statusCode":200}, after Effect@6 was caught@7
may raise"#,
    );
}

#[test]
fn a_failure_that_is_remembered_is_told() {
    check(
        "import boto3
sns = boto3.client('sns')
def handler(event, context):
    failed = []
    ok = True
    try:
        sns.publish(Message='m')
    except Exception as e:
        failed.append(str(e))
        ok = False
    return {'statusCode': 500 if failed else 200, 'body': 'yes' if ok else 'no'}
",
        r#"
11: returns {"statusCode":200,"body":"yes"}
11: returns {"statusCode":500,"body":"no"}, after Effect@7 was caught@8"#,
    );
}

#[test]
fn an_error_code_that_is_looked_at() {
    check(
        "import boto3
from botocore.exceptions import ClientError
table = boto3.resource('dynamodb').Table('t')
def handler(event, context):
    try:
        table.put_item(Item={}, ConditionExpression='c')
    except ClientError as e:
        if e.response['Error']['Code'] == 'ConditionalCheckFailedException':
            return {'statusCode': 200, 'body': 'was there'}
        raise
    return {'statusCode': 201}
",
        r#"
9: returns {"statusCode":200,"body":"was there"}, after Effect@6 was caught@7 perhaps and answered
11: returns {"statusCode":201}
may raise"#,
    );
}

#[test]
fn conversions_with_a_default_are_no_failures() {
    check(
        "import json
def handler(event, context):
    try:
        body = json.loads(event['body'])
    except Exception:
        body = {}
    return {'statusCode': 200, 'body': json.dumps(body)}
",
        r#"
7: returns {"statusCode":200,"body":"null"} (/body unknown)
7: returns {"statusCode":200,"body":"{}"}, after Value@4 was caught@5 perhaps
7: returns {"statusCode":200,"body":"{}"}, after Value@4 was caught@5 perhaps
may raise"#,
    );
}

#[test]
fn the_end_of_the_process() {
    check(
        "import sys
def handler(event, context):
    try:
        sys.exit(1)
    except Exception:
        return {'statusCode': 200}
",
        "4: exits",
    );
}

#[test]
fn messages_of_exceptions() {
    check(
        "class NotFound(Exception):
    def __init__(self, key):
        super().__init__(f'order {key} not found')
def handler(event, context):
    if event['a']:
        raise NotFound(event['id'])
    if event['b']:
        raise NotFound(17)
    raise RuntimeError('stop')
",
        "
6: raises NotFound(order …)
8: raises NotFound(order 17 not found)
9: raises RuntimeError(stop)
may raise",
    );
}

#[test]
fn tuples_exceptions_and_things_that_json_cannot_say() {
    check(
        "import datetime
def handler(event, context):
    if event == 1: return {'error': 'x'}, 500
    if event == 2: return ValueError('x')
    if event == 3: return {'statusCode': 200, 'body': {'a': 1}}
    if event == 4: return {'statusCode': 200, 'body': b'x'}
    if event == 5: return {'when': datetime.datetime.now()}
",
        r#"
3: returns [{"error":"x"},500]
4: returns what JSON cannot say (all unknown)
5: returns {"statusCode":200,"body":{"a":1}}
6: returns {"statusCode":200,"body":""} (/body unknown)
7: falls off the end
7: returns {"when":null}"#,
    );
}

#[test]
fn coroutines() {
    check(
        "import asyncio
async def work():
    return {'statusCode': 200}
async def forgotten():
    pass
async def main(event):
    forgotten()
    return await work()
def handler(event, context):
    return asyncio.run(main(event))
",
        "10: returns {\"statusCode\":200}",
    );
    let facts = facts(
        "async def save(): pass\ndef handler(event, context):\n    save()\n    return {'statusCode': 200}\n",
    );
    assert!(matches!(facts.loose[..], [Loose { how: Begun::NotAwaited, .. }]));
}

#[test]
fn powertools() {
    check(
        "from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
app = APIGatewayRestResolver()
@app.get('/a')
def a():
    return {'a': 1}
@app.get('/b')
def b():
    raise NotFoundError('no b')
@app.post('/c')
def c():
    return Response(status_code=201, content_type='text/plain', body='made')
@app.put('/d')
def d():
    return {'error': 'no'}, 500
@app.exception_handler(ValueError)
def bad(error):
    return {'message': str(error)}, 400
@app.get('/e')
def e():
    raise ValueError('bad e')
def handler(event, context):
    return app.resolve(event, context)
",
        r#"
23: returns {"statusCode":200,"body":"{\"a\":1}","isBase64Encoded":false} (/body unknown)
23: returns {"statusCode":404,"body":"","isBase64Encoded":false} (/body unknown)
23: returns {"statusCode":201,"body":"made","isBase64Encoded":false}
23: returns {"statusCode":500,"body":"{\"error\":\"no\"}","isBase64Encoded":false} (/body unknown) telling an error
23: returns {"statusCode":404,"body":"","isBase64Encoded":false} (/body unknown)
23: returns {"statusCode":400,"body":"{\"message\":\"bad e\"}","isBase64Encoded":false} (/body unknown) telling an error, after Raise@21 was caught@17 and answered"#,
    );
}

#[test]
fn adapters() {
    let facts = facts(
        "from fastapi import FastAPI, HTTPException
from mangum import Mangum
app = FastAPI()
@app.get('/a')
async def a():
    try:
        raise RuntimeError('x')
    except Exception as e:
        return {'error': str(e)}
@app.get('/b')
def b():
    raise HTTPException(status_code=404, detail='no')
handler = Mangum(app)
",
    );
    assert_eq!(facts.framework, Some("FastAPI"));
    let statuses: Vec<&str> = facts
        .paths
        .iter()
        .filter_map(|path| match &path.end {
            End::Returned(answer) => answer.payload.text(),
            _ => None,
        })
        .map(|text| &text[14..17])
        .collect();
    assert!(statuses.contains(&"200") && statuses.contains(&"404"), "{statuses:?}");
}

#[test]
fn an_exception_handler_that_is_a_coroutine() {
    let facts = facts(
        "import boto3
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from mangum import Mangum
table = boto3.resource('dynamodb').Table('t')
app = FastAPI()
@app.exception_handler(Exception)
async def failed(request, error):
    return JSONResponse(status_code=500, content={'detail': str(error)})
@app.get('/a')
async def a():
    return table.scan()['Items']
handler = Mangum(app)
",
    );
    let of = |path: &candor_handlers::Path| match &path.end {
        End::Returned(answer) => answer.payload.text().map(|text| text[14..17].to_string()),
        End::Raised(_) | End::Exited => None,
    };
    let failed: Vec<_> = facts.paths.iter().filter(|path| path.failure.is_some()).map(of).collect();
    assert!(!failed.is_empty() && failed.iter().all(|status| status.as_deref() == Some("500")), "{failed:?}");
}

#[test]
fn answers_that_nobody_looks_at() {
    let unread = |source: &str| {
        let facts = facts(source);
        facts.unchecked.iter().map(|u| (u.operation.clone(), u.watch)).collect::<Vec<_>>()
    };
    let events = "import boto3\nevents = boto3.client('events')\ndef handler(event, context):\n    r = events.put_events(Entries=[])\n";
    assert_eq!(
        unread(&format!("{events}    return {{'statusCode': 200}}\n")),
        [("events.put_events".to_string(), Watch::Batch { field: "FailedEntryCount", all: true })]
    );
    assert_eq!(
        unread(&format!(
            "{events}    if r['FailedEntryCount']: raise RuntimeError('lost')\n    return {{'statusCode': 200}}\n"
        )),
        []
    );
    assert_eq!(unread(&format!("{events}    return {{'statusCode': 500}}\n")), []);
    let http = "import requests\ndef handler(event, context):\n    r = requests.get('x')\n";
    assert_eq!(unread(&format!("{http}    return {{'statusCode': 200, 'body': r.text}}\n")).len(), 1);
    assert_eq!(
        unread(&format!(
            "{http}    r.raise_for_status()\n    return {{'statusCode': 200, 'body': r.text}}\n"
        )),
        []
    );
}

#[test]
fn what_is_not_understood_is_said() {
    check(
        "from somewhere import *
def handler(event, context):
    exec(event['code'])
    return answer(200)
",
        "
4: returns something
may raise
3: does not follow exec()
4: does not follow answer, which a star import may define",
    );
}

#[test]
fn handlers_that_cannot_be_read() {
    let of = |source: &str| read(&[("app", source)], "handler");
    assert!(matches!(of("print 'hello'\n"), Err(Unread::Syntax { .. })));
    assert!(
        matches!(of("def other(e, c): pass\n"), Err(Unread::NoHandler { defines, .. }) if defines == ["other"])
    );
    assert_eq!(read(&[], "handler"), Err(Unread::NoModule));
    let deep =
        format!("def handler(event, context):\n    return {}{}\n", "(".repeat(100_000), ")".repeat(100_000));
    assert!(matches!(of(&deep), Err(Unread::Syntax { .. })));
}

#[test]
fn a_helper_that_is_no_python_3() {
    for import in
        ["import lib.store", "from lib import store", "from lib.store import save", "from lib.store import *"]
    {
        check_modules(
            &[
                ("app", &format!("{import}\ndef handler(event, context):\n    return {{'statusCode': 200}}\n")),
                ("lib.store", "def save(item):\n    print 'saving'\n"),
            ],
            "
app:3: returns {\"statusCode\":200}
lib.store:2: does not follow the module lib.store, which is no Python 3: Simple statements must be separated by newlines or semicolons",
        );
    }
}

#[test]
fn what_is_deep_and_still_read_is_safe() {
    // As much stack as the binary has for its work; a test's thread has 2 MB.
    let job = std::thread::Builder::new().stack_size(64 << 20).spawn(deep_sources).unwrap();
    job.join().unwrap();
}

fn deep_sources() {
    for n in [300, 900] {
        for deep in [
            format!("{}{}", "[".repeat(n), "]".repeat(n)),
            format!("{}1", "-".repeat(n)),
            vec!["event"; n / 2].join(" + "),
            format!("event{}", ".a".repeat(n / 2 - 10)),
            format!("{}1", "not ".repeat(n)),
            format!("event{}", "()".repeat(n / 3)),
            format!("{}1", "lambda: ".repeat(n / 3)),
            format!("{}1", "1 if event else ".repeat(n / 4)),
        ] {
            let source = format!("def handler(event, context):\n    return {deep}\n");
            assert!(read(&[("app", &source)], "handler").is_ok(), "{deep:.30}");
        }
    }
}

#[test]
fn hostile_code_ends() {
    let mut wide = String::from("def handler(event, context):\n");
    for i in 0..400 {
        wide.push_str(&format!("    if event['{i}']:\n        a{i} = {i}\n"));
    }
    wide.push_str("    return {'statusCode': 200}\n");
    assert!(!facts(&wide).paths.is_empty());
    let mut calls = String::from("def f0(x):\n    return x\n");
    for i in 1..40 {
        calls.push_str(&format!("def f{i}(x):\n    return f{}(f{}(x))\n", i - 1, i - 1));
    }
    calls.push_str("def handler(event, context):\n    return f39(event)\n");
    facts(&calls);
    facts("def f(x):\n    return f(x)\ndef handler(event, context):\n    while True:\n        f(event)\n");
    // Each entry leads to several values, each of these to as many again.
    let mut entries = String::from(
        "def f(x):\n    if x == 1:\n        return [f(y) for y in x]\n    if x == 2:\n        return {'a': f(x)}\n    return x\n",
    );
    entries.push_str("def handler(event, context):\n    return {\n");
    for i in 0..100 {
        entries.push_str(&format!("        'a{i}': f(event['{i}']),\n"));
    }
    entries.push_str("    }\n");
    assert!(!facts(&entries).paths.is_empty());
    let mut tries =
        String::from("import boto3\ns3 = boto3.client('s3')\ndef handler(event, context):\n    x = {}\n");
    for i in 0..100 {
        tries.push_str(&format!(
            "    try:\n        if event['{i}']:\n            x['a{i}'] = s3.get_object(Key='{i}')\n    except Exception as e:\n        x['e{i}'] = [str(e)]\n"
        ));
    }
    tries.push_str("    return x\n");
    assert!(!facts(&tries).paths.is_empty());
}

/// The lines of the returns that handed the value of each path on, the first first.
fn handed(source: &str) -> Vec<Vec<String>> {
    let modules = [("app", source)];
    let lines = |places: &[Place]| places.iter().map(|place| line(&modules, *place)).collect();
    facts(source).paths.iter().map(|path| lines(&path.handed)).collect()
}

#[test]
fn a_value_remembers_who_returned_it_before() {
    let source = "
def handler(event, context):
    if event.get('a'):
        return refuse('no')
    if event.get('b'):
        log()
        return None
    return forgets()

def refuse(why):
    return answer(400, why)

def answer(status, why):
    result = {'statusCode': status, 'body': why}
    log()
    return result

def forgets():
    answer(200, 'well')

def log():
    print('here')
";
    assert_eq!(handed(source), [vec!["16", "11"], vec![], vec!["19"]]);
}

#[test]
fn keys_of_the_event_are_known_with_what_is_made_of_them() {
    let source = "
def handler(event, context):
    body = event['body']['rawPath']
    http = event.get('requestContext', {}).get('http')
    if 'routeKey' in event:
        return {'statusCode': 404}
    if event.get('httpMethod') in ('GET', 'HEAD'):
        return {'statusCode': 200}
    match event.get('path'):
        case '/':
            return {'statusCode': 204}
    return method(event['requestContext'])

def method(context):
    if context.get('identity'):
        return context['resourcePath']
";
    let shown: Vec<String> = facts(source)
        .event_keys
        .iter()
        .map(|key| {
            let mut text = key.key.clone();
            for (is, word) in [(key.needed, " needed"), (key.compared, " compared"), (key.asked, " asked")] {
                text.push_str(if is { word } else { "" });
            }
            text
        })
        .collect();
    assert_eq!(
        shown,
        [
            "body needed",
            "requestContext.http",
            "routeKey asked",
            "httpMethod compared",
            "path compared",
            "requestContext.identity asked",
            "requestContext.resourcePath needed",
        ]
    );
}

#[test]
fn what_json_cannot_say_is_noted_where_it_is_dumped() {
    let unsaid = |source: &str| -> Vec<String> {
        let unsaid = facts(source).unsaid;
        unsaid
            .iter()
            .map(|unsaid| format!("{}{}", unsaid.what, if unsaid.certain { "" } else { "?" }))
            .collect()
    };
    let dumps = |head: &str, call: &str| {
        unsaid(&format!(
            "{head}\ndef handler(event, context):\n    return {{'statusCode': 200, 'body': {call}}}\n"
        ))
    };
    let table = "import json, boto3\ntable = boto3.resource('dynamodb').Table('t')";
    let client = "import json, boto3\ntable = boto3.client('dynamodb')";
    assert_eq!(dumps("import json", "json.dumps({'a': {1, 2}})"), ["a set"]);
    assert!(dumps("import json", "json.dumps({'a': {1, 2}}, default=list)").is_empty());
    assert_eq!(dumps(table, "json.dumps({'all': table.scan()['Items']})"), ["a Decimal?"]);
    assert!(dumps(client, "json.dumps(table.scan()['Items'])").is_empty());
    assert_eq!(
        dumps(table, "json.dumps({'data': {'orders': [table.get_item(Key={'id': '1'})['Item']]}})"),
        ["a Decimal?"]
    );
    // Who imports Decimal has thought of it, where he converts something.
    let decimal = format!("from decimal import Decimal\n{table}");
    assert_eq!(dumps(&decimal, "json.dumps(table.scan()['Items'])"), ["a Decimal?"]);
    let converts = format!("{decimal}\ndef number(n):\n    return float(n)");
    assert!(dumps(&converts, "json.dumps(table.scan()['Items'])").is_empty());
    // One that is made here.
    for value in ["Decimal('1')", "[Decimal('1')]", "{'a': {'b': (Decimal(1),)}}"] {
        assert_eq!(dumps(&decimal, &format!("json.dumps({value})")), ["a Decimal"], "{value}");
        assert!(dumps(&decimal, &format!("json.dumps({value}, default=str)")).is_empty());
        let looks = format!("{decimal}\ndef plain(n):\n    return float(n) if isinstance(n, Decimal) else n");
        assert!(dumps(&looks, &format!("json.dumps({value})")).is_empty());
    }
    assert!(
        dumps(&decimal, "json.dumps([float(Decimal('1')), str(Decimal('2')), Decimal('2') + 1])").is_empty()
    );
    let point =
        |base: &str| format!("import json\nfrom typing import NamedTuple\nclass P({base}):\n    x: int");
    assert_eq!(dumps(&point(""), "json.dumps(P())"), ["an object"]);
    assert!(dumps(&point("NamedTuple"), "json.dumps(P(1))").is_empty());
    assert!(dumps(&point("dict"), "json.dumps(P())").is_empty());
}

#[test]
fn an_item_that_nobody_looked_for_is_told_from_one_that_was_found() {
    let unfound = |ask: &str| {
        let source = format!(
            "import json, boto3
table = boto3.resource('dynamodb').Table('t')
def handler(event, context):
    found = table.get_item(Key={{'id': '1'}})
    {ask}
    return {{'statusCode': 200, 'body': json.dumps(item)}}
"
        );
        let facts = facts(&source);
        facts.paths.iter().any(|path| matches!(&path.end, End::Returned(answer) if answer.unfound.is_some()))
    };
    assert!(unfound("item = found.get('Item')"));
    assert!(unfound("item = found.get('Item', None)"));
    assert!(unfound("item = found.get('Item', {})"));
    assert!(unfound("item = {'order': found.get('Item'), 'ok': True}"));
    for asked in [
        "item = found['Item']",
        "item = found.get('Item', {'new': True})",
        "item = found.get('Item', {})\n    if not item: return {'statusCode': 404}",
        "item = found.get('Item', {})\n    if item == {}: return {'statusCode': 404}",
        "item = found.get('Item', {})\n    if not len(item): return {'statusCode': 404}",
        "item = found.get('Item', {})\n    if 'id' not in item: return {'statusCode': 404}",
        "if not found.get('Item'): return {'statusCode': 404}\n    item = found.get('Item', {})",
        "if found.get('Item') is None: return {'statusCode': 404}\n    item = {'order': found.get('Item')}",
        "item = {'order': found.get('Item'), 'state': found.get('Other')}",
        "item = found.get('Item') or {}",
        "item = found.get('Item') if 'Item' in found else {}",
        "item = found.get('Item')\n    if not item: raise KeyError('id')",
        "item = found.get('Item')\n    if item is None: return {'statusCode': 404}",
        "item = found.get('Other')",
        // Where there is none, these raise.
        "item = found.get('Item')\n    item['seen'] = True",
        "item = found.get('Item')\n    del item['secret']",
        "item = found.get('Item')\n    item.pop('secret')",
        "item = found.get('Item')\n    print(item['id'])",
    ] {
        assert!(!unfound(asked), "{asked}");
    }
    let mongo = "from pymongo import MongoClient\n    users = MongoClient('x')['db']['users']\n    ";
    assert!(unfound(&format!("{mongo}item = users.find_one({{'_id': 1}})")));
    assert!(unfound(&format!("{mongo}item = MongoClient('x').db.users.find_one({{'_id': 1}})")));
    for asked in [
        "item = users.find_one({'_id': 1})\n    if not item: return {'statusCode': 404}",
        "item = users.find_one({'_id': 1})\n    item['_id'] = str(item['_id'])",
        "item = users.find_one({'_id': 1}) or {}",
        "item = list(users.find({'_id': 1}))",
    ] {
        assert!(!unfound(&format!("{mongo}{asked}")), "{asked}");
    }
}

#[test]
fn json_that_is_read_back() {
    let source = "
import json
import boto3
table = boto3.resource('dynamodb').Table('orders')
def found():
    try:
        return {'statusCode': 200, 'body': json.dumps({'url': table.get_item(Key={'id': '1'})['Item']['url']})}
    except Exception as error:
        return {'statusCode': 500, 'body': json.dumps({'error': str(error)})}
def handler(event, context):
    try:
        return {'statusCode': 200, 'body': json.loads(found()['body'])['url']}
    except Exception:
        return {'statusCode': 500}
";
    // What has no `url` never comes to the success.
    let facts = facts(source);
    let after_failure = facts.paths.iter().filter(|path| path.failure.is_some());
    let answers: Vec<&End> = after_failure.map(|path| &path.end).collect();
    let status = |end: &&End| match end {
        End::Returned(answer) => answer.shape.entry("statusCode").map(|entry| entry.value.clone()),
        _ => None,
    };
    assert!(
        !answers.is_empty()
            && answers.iter().all(|end| status(end) == Some(Shape::Number(Some("500".into()))))
    );
}

#[test]
fn what_surely_raises() {
    // A field that the dataclass has not.
    check(
        "from dataclasses import dataclass
@dataclass
class Quota:
    left: int
def handler(event, context):
    try:
        quota = Quota(**{'left': 1, 'images': 2})
    except TypeError:
        return 1
    return 2
",
        "
9: returns 1, after Value@7 was caught@8 perhaps and answered",
    );
    // `requests` raises nothing but its own exceptions.
    check(
        "import requests
def handler(event, context):
    try:
        try:
            requests.get('https://example.com')
        except requests.exceptions.RequestException:
            return 1
    except Exception:
        return 2
    return 3
",
        "
7: returns 1, after Effect@5 was caught@6 and answered
10: returns 3",
    );
}
