//! What a handler leaves unlooked at: answers that tell of failures, tasks, what a client sent; and what looks at it.

use candor_handlers::{Begun, End, Place, Sent};

use crate::paths::{self, facts};

fn line(source: &str, place: Place) -> usize {
    paths::line(&[("app", source)], place).parse().unwrap()
}

/// What is watched in a handler, a line each: the line, and what nobody does about it.
fn watched(source: &str) -> Vec<String> {
    let facts = facts(source);
    let of = |place: Place| line(source, place);
    let mut all: Vec<String> = facts
        .unchecked
        .iter()
        .map(|u| format!("{}: {}{}", of(u.at), u.operation, if u.passed_on { ", passed on" } else { "" }))
        .collect();
    all.extend(facts.loose.iter().map(|loose| {
        let how = match loose.how {
            Begun::NotAwaited => "not awaited",
            Begun::InBackground => "in the background",
            Begun::Unlooked => "unlooked",
        };
        format!("{}: {how}", of(loose.at))
    }));
    all
}

#[track_caller]
fn check_watched(head: &str, body: &str, expected: &[&str]) {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let source = format!("{head}def handler(event, context):\n{indented}");
    assert_eq!(watched(&source), expected, "\n{source}\n");
}

const HTTP: &str = "import json, requests, urllib3, httpx, http.client\npool = urllib3.PoolManager()\nsession = requests.Session()\n";

#[test]
fn defaults_where_a_server_has_refused() {
    let defaulted = |body: &str| {
        let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let source = format!("{HTTP}EMPTY = {{'days': []}}\ndef handler(event, context):\n{indented}");
        facts(&source).unchecked.iter().any(|call| call.defaulted)
    };
    let answer = "\nreturn {'statusCode': 200, 'body': json.dumps({'days': days})}";
    for body in [
        "r = requests.get('x')\ndays = r.json() if r.ok else EMPTY",
        "r = requests.get('x')\ndays = [] if r.status_code != 200 else r.json()",
        "r = session.get('x')\nif r.status_code in (200, 201):\n    days = r.json()\nelse:\n    days = {}",
        "r = pool.request('GET', 'x')\nif r.status >= 400:\n    days = EMPTY\nelse:\n    days = r.data",
    ] {
        assert!(defaulted(&format!("{body}{answer}")), "{body}");
    }
    for body in [
        // An answer of its own for one status; what is missing is said; nothing was read; somebody else is asked.
        "r = requests.get('x')\ndays = {} if r.status_code == 404 else r.json()",
        "r = requests.get('x')\ndays = r.json() if r.ok else {'note': 'the other server does not answer'}",
        "r = requests.post('x')\ndays = r.json() if r.ok else []",
        "r = requests.get('x')\ndays = r.json() if r.ok else []\nif not days:\n    days = requests.get('y').json()['days']",
        "r = requests.get('x')\ndays = r.json() if r.ok else []\nif not days:\n    return {'statusCode': 502}",
    ] {
        assert!(!defaulted(&format!("{body}{answer}")), "{body}");
    }
}

#[test]
fn statuses_that_nobody_looks_at() {
    for (body, expected) in [
        (
            "c = http.client.HTTPSConnection('x')\nc.request('GET', '/')\nr = c.getresponse()\nreturn {'statusCode': 200, 'body': r.read().decode()}",
            "7: http.client.getresponse, passed on",
        ),
        ("r = requests.get('x')\nreturn {'statusCode': 200, 'body': r.text}", "5: requests.get, passed on"),
        (
            "r = session.get('x').json()\nreturn {'statusCode': 200, 'body': json.dumps({'a': [r]})}",
            "5: requests.get, passed on",
        ),
        (
            "r = requests.get('x').json()\nreturn {'statusCode': 200, 'body': json.dumps(r.get('items', []))}",
            "5: requests.get, passed on",
        ),
        (
            "r = pool.request('GET', 'x')\nreturn {'statusCode': 200, 'body': r.data.decode('utf-8')}",
            "5: urllib3.request, passed on",
        ),
        ("r = requests.post('x', json={})\nprint(r)\nreturn {'statusCode': 200}", "5: requests.post"),
        ("with httpx.Client() as client:\n    client.post('x')\nreturn {'statusCode': 200}", "6: httpx.post"),
        (
            "r = requests.get('x').json()\nif not r:\n    return {'statusCode': 404}\nreturn {'statusCode': 200, 'body': str(r)}",
            "5: requests.get, passed on",
        ),
    ] {
        check_watched(HTTP, body, &[expected]);
    }
}

#[test]
fn statuses_that_somebody_looks_at() {
    let helpers = "
def checked(response):
    if not response.ok:
        raise RuntimeError('no')
    return response.json()
class Client:
    def __init__(self):
        self.last = None
    @property
    def failed(self):
        return self.last.status_code >= 400
    def get(self, url):
        self.last = session.get(url)
        return self.last
def pages():
    response = yield requests.get('x')
";
    for body in [
        "r = session.get('x')\nif r.status_code != 200:\n    raise RuntimeError('no')\nreturn {'statusCode': 200, 'body': r.text}",
        "return {'statusCode': 200, 'body': json.dumps(checked(requests.get('x')))}",
        "client = Client()\nr = client.get('x')\nif client.failed:\n    raise RuntimeError('no')\nreturn {'statusCode': 200, 'body': r.text}",
        "r = requests.get('x')\nif not r:\n    raise RuntimeError('no')\nreturn {'statusCode': 200, 'body': r.text}",
        "r = pool.request('GET', 'x')\nreturn {'statusCode': r.status, 'body': r.data}",
        "r = requests.get('x')\nstatus = getattr(r, 'status_code')\nreturn {'statusCode': 200, 'body': r.text}",
        "r = requests.get('x').json()\nreturn {'statusCode': 200, 'body': json.dumps(r['main']['temp'])}",
        "r = requests.get('x').json()\nif 'error' in r:\n    raise RuntimeError('no')\nreturn {'statusCode': 200, 'body': json.dumps(r)}",
        "r = requests.get('x').json()\nif r.get('error'):\n    raise RuntimeError('no')\nreturn {'statusCode': 200, 'body': json.dumps(r)}",
        "r = requests.get('x')\nfrom elsewhere import check\ncheck(r)\nreturn {'statusCode': 200, 'body': r.text}",
        "r = requests.get('x')\nfrom elsewhere import check\ncheck({'r': [r]})\nreturn {'statusCode': 200, 'body': r.text}",
        "found = {}\nfor url in event['urls']:\n    found[url] = requests.get(url)\nif any(r.status_code >= 400 for r in found.values()):\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
        "found = [requests.get(url) for url in event['urls']]\nif not all(r.ok for r in found):\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
        "found = []\nfor url in event['urls']:\n    found.append(requests.get(url))\nfor r in found:\n    r.raise_for_status()\nreturn {'statusCode': 200}",
        "s = requests.Session()\ns.hooks['response'] = [lambda r, *a, **k: r.raise_for_status()]\nreturn {'statusCode': 200, 'body': s.get('x').text}",
        "s = requests.Session()\ns.mount('https://', requests.adapters.HTTPAdapter(max_retries=retry))\nreturn {'statusCode': 200, 'body': s.get('x').text}",
        "with httpx.Client(event_hooks={'response': [check]}) as client:\n    return {'statusCode': 200, 'body': client.get('x').text}",
        "r = pool.request('GET', 'x', retries=urllib3.Retry(3, status_forcelist=[500]))\nreturn {'statusCode': 200, 'body': r.data}",
        "r = requests.get('x')\nmatch r.status_code:\n    case 200:\n        return {'statusCode': 200, 'body': r.text}\nreturn {'statusCode': 502}",
        "requests.get('x')\nreturn {'statusCode': 502}",
    ] {
        check_watched(&format!("{HTTP}{helpers}"), body, &[]);
    }
}

#[test]
fn batches_and_functions() {
    let head = "import json, boto3\nevents = boto3.client('events')\nfunctions = boto3.client('lambda')\ntable = boto3.resource('dynamodb').Table('t')\n";
    let put = "r = events.put_events(Entries=[])\n";
    for (body, expected) in [
        ("print(json.dumps(r))\nreturn {'statusCode': 200}", &["6: events.put_events"][..]),
        (
            "if r['ResponseMetadata']['HTTPStatusCode'] != 200:\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
            &["6: events.put_events"],
        ),
        ("return {'statusCode': 200, 'body': json.dumps(r)}", &[]),
        (
            "if any('ErrorCode' in entry for entry in r['Entries']):\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
            &[],
        ),
        ("failed = r.get('FailedEntryCount', 0)\nreturn {'statusCode': 200 if failed == 0 else 502}", &[]),
    ] {
        check_watched(head, &format!("{put}{body}"), expected);
    }
    let invoke = "r = functions.invoke(FunctionName='f')\n";
    for (body, expected) in [
        (
            "return {'statusCode': 200, 'body': r['Payload'].read().decode()}",
            &["6: lambda.invoke, passed on"][..],
        ),
        (
            "return {'statusCode': 200, 'body': json.dumps(json.load(r['Payload']))}",
            &["6: lambda.invoke, passed on"],
        ),
        (
            "if r['StatusCode'] != 200:\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
            &["6: lambda.invoke"],
        ),
        ("if r.get('FunctionError'):\n    raise RuntimeError('no')\nreturn {'statusCode': 200}", &[]),
        (
            "p = json.loads(r['Payload'].read())\nif 'errorMessage' in p:\n    raise RuntimeError('no')\nreturn {'statusCode': 200}",
            &[],
        ),
        ("p = json.loads(r['Payload'].read())\nreturn {'statusCode': 200, 'body': p['body']}", &[]),
    ] {
        check_watched(head, &format!("{invoke}{body}"), expected);
    }
    check_watched(
        head,
        "functions.invoke(FunctionName='f', InvocationType='Event')\nreturn {'statusCode': 200}",
        &["6: in the background"],
    );
    // The answer of such an invocation says nothing of its work.
    check_watched(
        head,
        "r = functions.invoke(FunctionName='f', InvocationType='Event')\nreturn {'statusCode': 200, 'body': json.dumps(r, default=str)}",
        &["6: in the background"],
    );
    check_watched(
        head,
        "functions.invoke(FunctionName='f', InvocationType='Event')\nreturn {'statusCode': 202}",
        &[],
    );
    check_watched(
        head,
        "functions.invoke(FunctionName='f', InvocationType=event['how'])\nreturn {'statusCode': 200}",
        &[],
    );
    check_watched(
        head,
        "with table.batch_writer() as batch:\n    batch.put_item(Item={})\nreturn {'statusCode': 200}",
        &[],
    );
    check_watched(
        head,
        "for page in events.get_paginator('list_rules').paginate():\n    print(page)\nreturn {'statusCode': 200}",
        &[],
    );
}

#[test]
fn batches_of_other_services() {
    let head = "import boto3\ntasks = boto3.client('ecs')\nmail = boto3.client('sesv2')\nqueue = boto3.resource('sqs').Queue('q')\n";
    for (body, expected) in [
        ("tasks.run_task(taskDefinition='t')\nreturn {'statusCode': 202}", &["6: ecs.run_task"][..]),
        ("queue.delete_messages(Entries=[])\nreturn {'statusCode': 200}", &["6: sqs.delete_messages"]),
        (
            "mail.send_bulk_email(BulkEmailEntries=[])\nreturn {'statusCode': 200}",
            &["6: sesv2.send_bulk_email"],
        ),
        // Where there is no task, these raise.
        (
            "r = tasks.run_task(taskDefinition='t')\nreturn {'statusCode': 202, 'body': r['tasks'][0]['taskArn']}",
            &[],
        ),
        ("r = tasks.run_task(taskDefinition='t')\ntask = r['tasks'][0]\nreturn {'statusCode': 202}", &[]),
        (
            "r = tasks.run_task(taskDefinition='t')\nif r['failures']:\n    raise RuntimeError('no')\nreturn {'statusCode': 202}",
            &[],
        ),
    ] {
        check_watched(head, body, expected);
    }
}

#[test]
fn tasks_threads_and_pools() {
    let head = "import asyncio, threading, concurrent.futures, requests
from concurrent.futures import ThreadPoolExecutor
def send(x):
    requests.post('x', data=x).raise_for_status()
def careful(x):
    try:
        send(x)
    except Exception:
        pass
async def work(x):
    send(x)
OK = {'statusCode': 200}
";
    let main = |body: &str| {
        let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
        format!("async def main():\n{body}    return OK\nreturn asyncio.run(main())")
    };
    for (body, expected) in [
        ("task = asyncio.create_task(work(1))", &["15: not awaited"][..]),
        ("asyncio.create_task(work(1))\nawait asyncio.sleep(1)", &["15: not awaited"]),
        ("task = asyncio.create_task(work(1))\nawait task", &[]),
        ("tasks = [asyncio.create_task(work(x)) for x in (1, 2)]\nawait asyncio.gather(*tasks)", &[]),
        (
            "tasks = []\nfor x in range(100):\n    tasks.append(asyncio.create_task(work(x)))\nawait asyncio.gather(*tasks)",
            &[],
        ),
        (
            "a = asyncio.create_task(work(1))\nb = asyncio.ensure_future(work(2))\nawait asyncio.wait([a, b])",
            &[],
        ),
        ("task = asyncio.create_task(work(1))\nawait asyncio.wait_for(task, 3)", &[]),
        ("async with asyncio.TaskGroup() as group:\n    group.create_task(work(1))", &[]),
        ("await asyncio.gather(work(1), return_exceptions=True)", &["15: unlooked"]),
        (
            "found = await asyncio.gather(work(1), return_exceptions=True)\nfor one in found:\n    if isinstance(one, Exception):\n        raise one",
            &[],
        ),
    ] {
        check_watched(head, &main(body), expected);
    }
    for (body, expected) in [
        ("threading.Thread(target=send).start()\nreturn OK", &["14: in the background"][..]),
        ("t = threading.Thread(target=send)\nt.start()\nt.join()\nreturn OK", &[]),
        (
            "ts = [threading.Thread(target=send) for _ in (1, 2)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nreturn OK",
            &[],
        ),
        ("with ThreadPoolExecutor() as pool:\n    pool.submit(send, 1)\nreturn OK", &["15: unlooked"]),
        ("with ThreadPoolExecutor() as pool:\n    pool.map(send, [1])\nreturn OK", &["15: unlooked"]),
        ("with ThreadPoolExecutor() as pool:\n    pool.submit(careful, 1)\nreturn OK", &[]),
        ("with ThreadPoolExecutor() as pool:\n    f = pool.submit(send, 1)\nf.result()\nreturn OK", &[]),
        ("with ThreadPoolExecutor() as pool:\n    list(pool.map(send, [1]))\nreturn OK", &[]),
        (
            "with ThreadPoolExecutor() as pool:\n    for done in pool.map(send, [1]):\n        print(done)\nreturn OK",
            &[],
        ),
        (
            "with ThreadPoolExecutor() as pool:\n    fs = [pool.submit(send, x) for x in event['x']]\n    for f in concurrent.futures.as_completed(fs):\n        f.result()\nreturn OK",
            &[],
        ),
        (
            "with ThreadPoolExecutor() as pool:\n    fs = {pool.submit(send, x): x for x in event['x']}\nfor f in fs:\n    if f.exception():\n        raise f.exception()\nreturn OK",
            &[],
        ),
    ] {
        check_watched(head, body, expected);
    }
}

#[test]
fn what_clients_send_and_nobody_guards() {
    let unguarded = |body: &str| {
        let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let source = format!(
            "import json\ndef handler(event, context):\n{indented}    return {{'statusCode': 200}}\n"
        );
        facts(&source).unguarded.map(|u| (line(&source, u.at), u.sent))
    };
    for (body, expected) in [
        ("x = json.loads(event['body'])", Some((3, Sent::Body))),
        ("x = json.loads(event.get('body') or '{}')", Some((3, Sent::Body))),
        (
            "try:\n    x = json.loads(event['body'])\nexcept ValueError:\n    return {'statusCode': 400}\ny = x['name']",
            Some((7, Sent::Body)),
        ),
        (
            "try:\n    x = json.loads(event['body'])\nexcept ValueError:\n    return {'statusCode': 400}\nif 'name' not in x:\n    return {'statusCode': 400}\ny = x['name']",
            None,
        ),
        ("x = event['queryStringParameters']['page']", Some((3, Sent::Query))),
        ("x = (event.get('queryStringParameters') or {}).get('page')", None),
        ("x = event['pathParameters']['id']", None),
        ("x = event['requestContext']['authorizer']['claims']['sub']", None),
        ("x = event['headers']['Authorization']", None),
        ("x = event['headers']['X-Tenant']", Some((3, Sent::Header))),
    ] {
        assert_eq!(unguarded(body), expected, "{body}");
    }
}

#[test]
fn statuses_of_others() {
    let foreign = |clause: &str, status: &str| {
        let source = format!(
            "import boto3, requests
class Refused(Exception):
    def __init__(self, status):
        self.status_code = status
table = boto3.resource('dynamodb').Table('t')
def handler(event, context):
    try:
        table.get_item(Key={{}})
    except {clause} as e:
        status = {status}
        return {{'statusCode': status}}
    return {{'statusCode': 200}}
"
        );
        let facts = facts(&source);
        facts.paths.iter().any(|path| matches!(&path.end, End::Returned(answer) if answer.foreign_status))
    };
    for (clause, status, expected) in [
        ("Exception", "e.response['ResponseMetadata']['HTTPStatusCode']", true),
        ("Exception", "e.response.get('ResponseMetadata', {}).get('HTTPStatusCode', 500)", true),
        ("requests.HTTPError", "e.response.status_code", true),
        ("Exception", "getattr(e, 'status_code', 500)", false),
        ("Refused", "e.status_code", false),
        ("Exception", "{400: 502}.get(e.response['ResponseMetadata']['HTTPStatusCode'], 500)", false),
        ("requests.HTTPError", "404 if e.response.status_code == 404 else 502", false),
        ("requests.HTTPError", "max(500, e.response.status_code)", false),
    ] {
        assert_eq!(foreign(clause, status), expected, "{clause}: {status}");
    }
}
