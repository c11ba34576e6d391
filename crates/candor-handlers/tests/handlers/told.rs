//! Failures that the answer tells of: in a part of it, or as a whole.

use candor_handlers::{End, Lighter, Logged};

use crate::paths::facts;

const HEAD: &str = "import json
import boto3
table = boto3.resource('dynamodb').Table('orders')
sns = boto3.client('sns')
def answer(content, status=200):
    return {'statusCode': status, 'body': json.dumps(content, default=str)}
def check(name):
    try:
        table.load()
        return {'name': name, 'state': 'up'}
    except Exception as error:
        return {'name': name, 'state': 'down', 'reason': str(error)}
";

/// For each path on which something surely failed: whether the answer tells of it in a part.
fn told(rest: &str) -> Vec<bool> {
    let facts = facts(&format!("{HEAD}{rest}"));
    let failures = facts.paths.iter().filter(|path| matches!(path.end, End::Returned(_)));
    let failures = failures.filter_map(|path| path.failure.as_ref()).filter(|failure| failure.certain);
    failures.map(|failure| failure.lighter == Some(Lighter::Told)).collect()
}

#[track_caller]
fn in_part(rest: &str) {
    let told = told(rest);
    assert!(!told.is_empty() && told.iter().all(|told| *told), "{told:?}\n{rest}");
}

#[track_caller]
fn as_a_whole(rest: &str) {
    let told = told(rest);
    assert!(!told.is_empty() && told.iter().all(|told| !told), "{told:?}\n{rest}");
}

#[test]
fn what_was_not_done() {
    let handler = |call: &str, key: &str| {
        format!(
            "
def handler(event, context):
    done = False
    try:
        {call}
        done = True
    except Exception as error:
        print(error)
    return answer({{'id': event['id'], '{key}': done}})
"
        )
    };
    in_part(&handler("sns.publish(TopicArn='t', Message='m')", "messageSent"));
    in_part(&handler("table.delete_item(Key={'id': '1'})", "old_removed"));
    let constant =
        handler("sns.publish(TopicArn='t', Message='m')", "archived").replace(": done}", ": False}");
    as_a_whole(&constant);
    let computed = handler("old = table.put_item(Item={'id': '1'})", "replaced")
        .replace("done = True", "done = 'a' in old");
    as_a_whole(&computed);
    // Nobody knows whether it was paid.
    as_a_whole(&handler("table.get_item(Key={'id': '1'})", "confirmed"));
}

#[test]
fn a_page() {
    in_part(
        "
def page(alerts):
    return ' <body>{alerts}</body>'.strip().format(alerts=''.join(alerts))
def handler(event, context):
    alerts = []
    try:
        table.load()
    except Exception as error:
        alerts.append(f'<p>Nothing can be loaded right now.</p>')
    return {'statusCode': 200, 'body': page(alerts)}
",
    );
    as_a_whole(
        "
def handler(event, context):
    text = 'all is well'
    try:
        table.load()
    except Exception as error:
        text = f'not now: {error}'
    return {'statusCode': 200, 'body': text}
",
    );
}

#[test]
fn a_check_of_several() {
    in_part("def handler(event, context):\n    return answer({'database': check('orders'), 'version': 3})\n");
    in_part("def handler(event, context):\n    return answer([check('orders')])\n");
    for clause in ["checks['database'] = 'down'", "checks[event['name']] = f'{error}'", "state = 'down'"] {
        in_part(&format!(
            "
def handler(event, context):
    checks, state = {{'version': 3}}, 'up'
    try:
        table.load()
    except Exception as error:
        {clause}
    return answer({{'checks': checks, 'state': state, 'at': event['at']}})
"
        ));
    }
}

#[test]
fn an_item_of_several() {
    for (clause, content) in [
        ("results.append({'id': id, 'status': 'failed'})", "{'results': results, 'count': count}"),
        ("results.append({'id': id, 'reason': str(error)})", "results"),
        ("results += [f'{id}: {error}']", "{'results': results, 'count': count}"),
        ("count += 1", "{'results': results, 'failedCount': count}"),
        ("results.append(id)", "{'failed': results, 'count': count}"),
    ] {
        in_part(&format!(
            "
def handler(event, context):
    results, count = [], 0
    for id in json.loads(event['body']):
        try:
            table.delete_item(Key={{'id': id}})
        except Exception as error:
            {clause}
    return answer({content})
"
        ));
    }
    // The client cannot tell which from what was never there.
    as_a_whole(
        "
def handler(event, context):
    results = []
    for id in json.loads(event['body']):
        try:
            results.append(table.get_item(Key={'id': id}))
        except Exception as error:
            print(error)
    return answer({'results': results, 'failed': 0})
",
    );
}

#[test]
fn a_warning_beside_what_was_done() {
    let handler = |before: &str, content: &str| {
        format!(
            "
def handler(event, context):
    {before}
    try:
        sns.publish(TopicArn='t', Message='m')
    except Exception as error:
        return answer({content}, 202)
    return answer({{'id': event['id']}}, 201)
"
        )
    };
    in_part(&handler("table.put_item(Item={'id': '1'})", "{'id': event['id'], 'warning': str(error)}"));
    as_a_whole(&handler("print(1)", "{'id': event['id'], 'warning': str(error)}"));
    as_a_whole(&handler("table.put_item(Item={'id': '1'})", "{'id': event['id'], 'error': str(error)}"));
    as_a_whole(&handler("table.put_item(Item={'id': '1'})", "{'message': str(error)}"));
}

#[test]
fn an_error_as_a_whole() {
    as_a_whole("def handler(event, context):\n    return answer(check('orders'))\n");
    as_a_whole("def handler(event, context):\n    return answer({'data': check('orders')})\n");
    for clause in [
        "return answer({'orders': [], 'error': str(error)})",
        "return answer({'orders': [], 'reason': str(error)})",
        "return answer(str(error))",
        "orders = []",
    ] {
        as_a_whole(&format!(
            "
def handler(event, context):
    try:
        orders = table.scan()['Items']
    except Exception as error:
        {clause}
    return answer({{'orders': orders, 'source': 'table'}})
"
        ));
    }
}

#[test]
fn a_status_that_says_so() {
    assert_eq!(
        told(
            "
def handler(event, context):
    errors = []
    for id in json.loads(event['body']):
        try:
            table.delete_item(Key={'id': id})
        except Exception as error:
            errors.append({'id': id, 'error': str(error)})
    return answer({'errors': errors}, 207 if errors else 200)
"
        ),
        Vec::<bool>::new()
    );
}

/// What the failure of `table.put_item` or of the cache weighs, for each path on which it was swallowed.
fn weights(rest: &str) -> Vec<Option<Lighter>> {
    let facts = facts(&format!("{HEAD}{rest}"));
    let failures = facts.paths.iter().filter_map(|path| path.failure.as_ref());
    failures.filter(|failure| failure.certain).map(|failure| failure.lighter).collect()
}

#[test]
fn a_cache_that_is_not_written() {
    let handler = |asked: &str, item: &str| {
        format!(
            "
def handler(event, context):
    found = table.get_item(Key={{{asked}: event['id']}}).get('Item')
    if found:
        return answer(found['price'])
    price = event['price'] * 2
    try:
        table.put_item(Item={{{item}, 'price': price}})
    except Exception as error:
        print(error)
    return answer(price)
"
        )
    };
    assert_eq!(weights(&handler("'id'", "'id': event['id'], 'ttl': 60")), [Some(Lighter::Cache)]);
    // It lasts, or something else was asked for.
    assert_eq!(weights(&handler("'id'", "'id': event['id']")), [None]);
    assert_eq!(weights(&handler("'user'", "'id': event['id'], 'ttl': 60")), [None]);
    // What keeps the keys keeps what they say; what may leave some out does not.
    let through = |converted: &str| {
        let helper = format!(
            "
def converted(value):
    if isinstance(value, dict):
        return {converted}
    return value
"
        );
        let handler = handler("'id'", "'id': event['id'], 'ttl': 60");
        format!("{helper}{}", handler.replace("Item={", "Item=converted({").replace("price})", "price}))"))
    };
    assert_eq!(weights(&through("{k: converted(v) for k, v in value.items()}")), [Some(Lighter::Cache)]);
    assert_eq!(weights(&through("{k: converted(v) for k, v in value.items() if v}")), [None]);
    assert_eq!(weights(&through("{v: converted(k) for k, v in value.items()}")), [None]);
    let redis = "
import redis
cache = redis.Redis()
def handler(event, context):
    price = cache.get('price') or event['price'] * 2
    try:
        cache.set('price', price, ex=60)
    except redis.RedisError:
        pass
    return answer(price)
";
    assert_eq!(weights(redis), [Some(Lighter::Cache)]);
}

#[test]
fn a_function_that_calls_itself() {
    let handler = |does: &str| {
        format!(
            "
def through(value):
    {does}
    if isinstance(value, list):
        return [through(item) for item in value]
    return value
def handler(event, context):
    try:
        items = through(event['items'])
    except Exception as error:
        print(error)
        items = []
    return answer(items)
"
        )
    };
    assert_eq!(weights(&handler("value = value or {}")), []);
    assert!(weights(&handler("table.put_item(Item={'id': value})")).contains(&None));
}

#[test]
fn a_file_of_its_own_that_stays() {
    let handler = |path: &str, removed: &str| {
        format!(
            "
import os, shutil, tempfile
def handler(event, context):
    path = {path}
    table.put_item(Item={{'id': event['id']}})
    try:
        {removed}
    except Exception as error:
        print(error)
    return answer('removed')
"
        )
    };
    for path in [
        "f\"/tmp/{event['id']}.zip\"",
        "os.path.join('/tmp', event['id'])",
        "os.path.join(tempfile.mkdtemp(), 'a')",
    ] {
        assert_eq!(weights(&handler(path, "os.remove(path)")), [], "{path}");
        assert_eq!(weights(&handler(path, "shutil.rmtree(path)")), [], "{path}");
        assert_eq!(weights(&handler(path, "shutil.copy(path, '/mnt/files/a')")), [None], "{path}");
    }
    // A file that lasts, or may.
    for path in [
        "f\"/mnt/files/{event['id']}\"",
        "event['path']",
        "os.path.join('/tmp', '/mnt/files/a')",
        "os.path.join(event['folder'], 'a')",
        "os.path.join(tempfile.mkdtemp(dir='/mnt/files'), 'a')",
        "'/tmpfiles/a'",
    ] {
        assert_eq!(weights(&handler(path, "os.remove(path)")), [None], "{path}");
    }
}

/// Who hears of a failure that `call` raises again, where its caller says nothing.
#[test]
fn a_failure_that_was_logged_before_it_was_raised_again() {
    let logged = |clause: &str| {
        let facts = facts(&format!(
            "{HEAD}
import logging
log = logging.getLogger()
def call(id):
    try:
        return table.get_item(Key={{'id': id}})['Item']
    except Exception as error:
        {clause}
def handler(event, context):
    try:
        found = call(event['id'])
    except Exception:
        found = None
    return answer(found)
"
        ));
        let mut heard: Vec<Logged> = facts
            .paths
            .iter()
            .filter_map(|path| path.failure.as_ref())
            .filter(|failure| failure.certain)
            .map(|failure| failure.logged)
            .collect();
        heard.dedup();
        heard
    };
    assert_eq!(logged("raise"), [Logged::Nowhere]);
    assert_eq!(logged("raise RuntimeError('no') from error"), [Logged::Nowhere]);
    assert_eq!(logged("print(error)\n        raise"), [Logged::WithoutLevel]);
    assert_eq!(logged("print(error)\n        raise error"), [Logged::WithoutLevel]);
    assert_eq!(logged("log.exception('no')\n        raise"), [Logged::AsError]);
    assert_eq!(logged("log.error('no')\n        raise RuntimeError('no') from error"), [Logged::AsError]);
    // What fails while the first failure is logged is another one.
    let another = logged("log.error('no')\n        table.put_item(Item={'id': id})\n        raise");
    assert_eq!(another, [Logged::Nowhere, Logged::AsError]);
}

#[test]
fn a_question_whether_something_is_there() {
    let handler = |call: &str| {
        format!(
            "
s3 = boto3.client('s3')
def handler(event, context):
    link = ''
    try:
        s3.{call}(Bucket='b', Key='k')
    except Exception as error:
        print(error)
    else:
        link = 'https://b.example.com/k'
    return answer({{'link': link}})
"
        )
    };
    assert_eq!(weights(&handler("head_object")), [Some(Lighter::Probe)]);
    assert_eq!(weights(&handler("get_object")), [None]);
}

#[test]
fn something_that_stands_in() {
    let handler = |clause: &str| {
        format!(
            "
def by_rules(text):
    return {{'label': text[:3]}}
def nothing(text):
    return {{}}
def label(text):
    try:
        return table.get_item(Key={{'id': text}})['Item']
    except Exception as error:
        print(error)
        {clause}
def handler(event, context):
    return answer({{'label': label(event['text']), 'version': event['version']}})
"
        )
    };
    assert_eq!(weights(&handler("return by_rules(text)")), [Some(Lighter::StandIn)]);
    let counted = "counts = []\n        for word in text.split():\n            counts.append(len(word))\n        return counts";
    assert!(weights(&handler(counted)).iter().all(|lighter| *lighter == Some(Lighter::StandIn)));
    for clause in ["return {'label': None}", "return [1]", "return nothing(text)", "return 0"] {
        assert_eq!(weights(&handler(clause)), [None], "{clause}");
    }
    // The same part of something else that is at hand, and not a constant.
    let part = |other: &str| {
        format!(
            "
def handler(event, context):
    known = index(event['id'])
    try:
        found = records.Record.get(table.get_item(Key={{'id': known.id}})['Item'])
    except Exception:
        found = None
    return answer({{'name': found.name if found else {other}, 'id': known.id}})
"
        )
    };
    assert_eq!(weights(&part("known.name")), [Some(Lighter::StandIn)]);
    for other in ["known.id", "'unknown'", "None", "found.name", "index('none').name"] {
        assert_eq!(weights(&part(other)), [None], "{other}");
    }
    // The answer itself is none.
    let own = handler("return by_rules(text)").replace(
        "return answer({'label': label(event['text']), 'version': event['version']})",
        "return label(event['text'])",
    );
    assert_eq!(weights(&own), [None]);
}
