//! Reads that failed and for which another call answered, beside those whose default goes to the client.

use crate::paths::{check, facts};

/// The beginning of each program: a cache, the table behind it, and how an answer is written.
const HEAD: &str = "import json
import boto3
import redis
cache = redis.Redis()
table = boto3.resource('dynamodb').Table('orders')
sns = boto3.client('sns')
def answer(status, content):
    return {'statusCode': status, 'body': json.dumps(content)}
";

/// How many paths answer 200 after something has surely failed.
fn masked(rest: &str) -> usize {
    let facts = facts(&format!("{HEAD}{rest}"));
    let answers_500 = |path: &candor_handlers::Path| match &path.end {
        candor_handlers::End::Returned(answer) => {
            answer.payload.text().is_some_and(|text| text.starts_with("{\"statusCode\":500"))
        }
        _ => true,
    };
    let sure = |path: &&candor_handlers::Path| {
        path.failure.as_ref().is_some_and(|failure| failure.certain) && !answers_500(path)
    };
    facts.paths.iter().filter(sure).count()
}

#[track_caller]
fn made_good(rest: &str) {
    assert_eq!(masked(rest), 0, "{rest}");
}

#[track_caller]
fn still_masked(rest: &str) {
    assert!(masked(rest) > 0, "{rest}");
}

#[test]
fn a_cache_that_is_down() {
    check(
        "import boto3
import redis
cache = redis.Redis()
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    try:
        value = cache.get('k')
    except Exception as error:
        print(error)
        value = None
    if value is None:
        value = table.get_item(Key={'id': '1'})['Item']
    return {'statusCode': 200, 'body': value}
",
        r#"
13: returns {"statusCode":200,"body":{}} (/body unknown)
13: returns {"statusCode":200,"body":null} (/body unknown)
13: returns {"statusCode":200,"body":{}} (/body unknown), after Effect@7 was caught@8 perhaps
may raise
"#,
    );
}

#[test]
fn the_clause_asks_elsewhere() {
    made_good(
        "
def handler(event, context):
    try:
        order = json.loads(cache.get('k'))
    except Exception:
        order = table.get_item(Key={'id': '1'})['Item']
    return answer(200, {'order': order})
",
    );
    made_good(
        "
def handler(event, context):
    try:
        return answer(200, cache.get('k'))
    except Exception:
        return answer(200, [row for row in table.query()['Items']])
",
    );
}

#[test]
fn a_helper_hides_the_cache() {
    let helper = "
def cached(key):
    try:
        return cache.get(key)
    except redis.RedisError as error:
        print(error)
        return None
def load(key):
    return table.get_item(Key={'id': key}).get('Item')
";
    for body in [
        "    order = cached('k')\n    if not order:\n        order = load('k')\n    return answer(200, order)\n",
        "    order = cached('k')\n    if order:\n        return answer(200, order)\n    return answer(200, load('k'))\n",
        "    order = cached('k') or load('k')\n    return answer(200, {'order': order})\n",
        "    if (order := cached('k')) is None:\n        order = load('k')\n    return answer(200, order)\n",
        "    order = cached('k')\n    if order is None:\n        order = load('k')\n    if order is None:\n        return answer(404, 'no such order')\n    return answer(200, 'it is there')\n",
        "    order = cached('k')\n    if order is None:\n        order = load('k')\n    sns.publish(TopicArn='t', Message=order)\n    return answer(202, 'sent')\n",
    ] {
        made_good(&format!("{helper}def handler(event, context):\n{body}"));
    }
    for body in [
        "    order = cached('k')\n    return answer(200, order)\n",
        "    order = cached('k') or {}\n    return answer(200, {'order': order})\n",
        "    order = cached('k')\n    if order is None:\n        order = {}\n    return answer(200, order)\n",
        // What is read afterwards has nothing to do with it.
        "    order = cached('k')\n    price = load('p')\n    return answer(200, {'order': order, 'price': price})\n",
    ] {
        still_masked(&format!("{helper}def handler(event, context):\n{body}"));
    }
}

#[test]
fn a_default_that_goes_to_the_client() {
    still_masked(
        "
def handler(event, context):
    try:
        items = table.query()['Items']
    except Exception as error:
        print(error)
        items = []
    return answer(200, items)
",
    );
    // Somebody is told, and the client gets the default all the same.
    still_masked(
        "
def handler(event, context):
    try:
        items = table.query()['Items']
    except Exception as error:
        sns.publish(TopicArn='t', Message=str(error))
        items = []
    return answer(200, items)
",
    );
    // Read before, and not in its place.
    still_masked(
        "
def handler(event, context):
    price = table.get_item(Key={'id': 'p'})['Item']
    try:
        extras = cache.get('k')
    except Exception:
        extras = None
    if extras is None:
        extras = []
    return answer(200, {'price': price, 'extras': extras})
",
    );
}

#[test]
fn a_write_is_made_good_by_nothing_else() {
    still_masked(
        "
def handler(event, context):
    try:
        stored = table.put_item(Item={'id': '1'})
    except Exception:
        stored = None
    if stored is None:
        stored = table.get_item(Key={'id': '1'})['Item']
    return answer(200, stored)
",
    );
    still_masked(
        "
def handler(event, context):
    try:
        old = cache.getset('k', 'v')
    except Exception:
        old = None
    if old is None:
        old = table.get_item(Key={'id': '1'})['Item']
    return answer(200, old)
",
    );
}

#[test]
fn a_query_in_sql_and_a_page_elsewhere() {
    let fall_back = "
    except Exception:
        found = None
    if not found:
        found = table.get_item(Key={'id': '1'})['Item']
    return answer(200, found)
";
    let with = |read: &str| {
        format!(
            "
import requests
import psycopg2
cursor = psycopg2.connect('').cursor()
def handler(event, context):
    try:
{read}{fall_back}"
        )
    };
    made_good(&with("        cursor.execute('SELECT a FROM b')\n        found = cursor.fetchone()"));
    made_good(&with(
        "        response = requests.get('https://example.com')\n        response.raise_for_status()\n        found = response.json()",
    ));
    still_masked(&with("        cursor.execute('DELETE FROM b')\n        found = cursor.fetchone()"));
    still_masked(&with(
        "        response = requests.post('https://example.com')\n        response.raise_for_status()\n        found = response.json()",
    ));
}

#[test]
fn a_user_pool_and_a_driver() {
    let of = |body: &str| {
        format!(
            "
import pymysql
pool = boto3.client('cognito-idp')
def taken(name):
    connection = pymysql.connect(host='h')
    try:
        cursor = connection.cursor()
        cursor.execute('SELECT 1 FROM names WHERE name = %s', (name,))
        return cursor.fetchone() is not None
    except Exception as error:
        print(error)
        return False
    finally:
        connection.close()
def user(name):
    try:
        return pool.admin_get_user(UserPoolId='p', Username=name)['Username']
    except Exception as error:
        print(error)
    return pool.list_users(UserPoolId='p')['Users'][0]
def handler(event, context):
{body}"
        )
    };
    made_good(&of(
        "    if taken('a'):\n        return answer(409, 'taken')\n    table.put_item(Item={'id': 'a'})\n    return answer(201, 'a')\n",
    ));
    still_masked(&of("    return answer(200, {'taken': taken('a')})\n"));
    made_good(&of("    return answer(200, user('a'))\n"));
}

#[test]
fn what_is_suppressed() {
    made_good(
        "
from contextlib import suppress
def handler(event, context):
    found = None
    with suppress(Exception):
        found = cache.get('k')
    if found is None:
        found = table.get_item(Key={'id': '1'})['Item']
    return answer(200, found)
",
    );
}

#[test]
fn a_failure_that_comes_later_is_not_made_good() {
    still_masked(
        "
def handler(event, context):
    try:
        order = cache.get('k')
    except Exception:
        order = table.get_item(Key={'id': '1'})['Item']
    try:
        extras = cache.get('x')
    except Exception:
        extras = []
    return answer(200, {'order': order, 'extras': extras})
",
    );
}

/// A helper that turns the failure of its read into `False` or `None`.
const STATE: &str = "
def state_of(key):
    try:
        return table.get_item(Key={'id': key})['Item']['state']
    except Exception as error:
        print(error)
        return None
def exists(key):
    try:
        return 'Item' in table.get_item(Key={'id': key})
    except Exception as error:
        print(error)
        return False
def audit():
    sns.publish(TopicArn='t', Message='asked')
";

#[test]
fn other_work_answers_where_the_default_was_asked_for() {
    for body in [
        "    if state_of('1') is None:\n        table.put_item(Item={'id': '1'})\n    return answer(200, 'it is there')\n",
        "    state = state_of('1')\n    if not state:\n        made = table.update_item(Key={'id': '1'})\n        return answer(201, {'id': '1'})\n    return answer(200, state)\n",
        "    if exists('1'):\n        return answer(409, 'there is one')\n    table.put_item(Item={'id': '1'})\n    return answer(200, {'id': '1'})\n",
        "    if exists('1'):\n        raise ValueError('there is one')\n    sns.publish(TopicArn='t', Message='1')\n    return {'statusCode': 202}\n",
        "    for key in event['keys']:\n        if exists(key):\n            continue\n        table.put_item(Item={'id': key})\n    return answer(200, 'stored')\n",
    ] {
        made_good(&format!("{STATE}def handler(event, context):\n{body}"));
    }
    // The same is answered where the check was made, and had nothing to say.
    made_good(&format!(
        "{STATE}def handler(event, context):
    done, failed = [], []
    if exists('1'):
        failed.append('there is one')
    else:
        table.put_item(Item={{'id': '1'}})
        done.append('1')
    return answer(200, {{'done': done, 'failed': failed}})
"
    ));
    for body in [
        // The default is the answer, whatever else was done.
        "    state = state_of('1')\n    if state is None:\n        audit()\n    return answer(200, {'state': state})\n",
        "    state = state_of('1')\n    if not state:\n        state = {'name': 'new'}\n        audit()\n    return answer(200, {'state': state})\n",
        "    found = exists('1')\n    if not found:\n        audit()\n    return answer(200, {'found': found})\n",
        // The branch that asked answers with nothing, or with an error.
        "    if state_of('1') is None:\n        audit()\n        return {'statusCode': 200}\n    return answer(200, 'ok')\n",
        "    if state_of('1') is None:\n        audit()\n        return answer(200, [])\n    return answer(200, 'ok')\n",
        "    if state_of('1') is None:\n        audit()\n        return answer(200, {'error': 'unknown'})\n    return answer(200, 'ok')\n",
        // Nothing else is done.
        "    if state_of('1') is None:\n        return answer(200, 'not yet')\n    return answer(200, 'ok')\n",
        // Nobody asks.
        "    state_of('1')\n    table.put_item(Item={'id': '1'})\n    return answer(200, 'ok')\n",
        // What other items come to says nothing of this one.
        "    found = []\n    for key in event['keys']:\n        state = state_of(key)\n        if state:\n            found.append(state)\n    audit()\n    return answer(200, 'done')\n",
    ] {
        still_masked(&format!("{STATE}def handler(event, context):\n{body}"));
    }
}

#[test]
fn a_second_source_behind_the_clause() {
    let of = |rest: &str| {
        format!(
            "
def find(key):
    try:
        return cache.get(key)
    except redis.RedisError as error:
        print(error)
{rest}
def handler(event, context):
    return answer(200, {{'order': find('1')}})
"
        )
    };
    made_good(&of("    return table.get_item(Key={'id': key})['Item']"));
    made_good(&of(
        "    found = table.get_item(Key={'id': key}).get('Item')\n    if found:\n        return found\n    return 'none'",
    ));
    still_masked(&of("    return {}"));
    still_masked(&of("    sns.publish(TopicArn='t', Message='1')\n    return {}"));
}

#[test]
fn the_clause_does_what_was_to_be_done() {
    let of = |clause: &str| {
        format!(
            "
def handler(event, context):
    try:
        known = table.get_item(Key={{'id': '1'}})
        table.put_item(Item={{**known, 'id': '1'}})
    except Exception as error:
        {clause}
    return answer(200, 'saved')
"
        )
    };
    made_good(&of("table.put_item(Item={'id': '1'})"));
    still_masked(&of("table.delete_item(Key={'id': '1'})"));
    still_masked(&of("print(error)"));
    still_masked(&of("table.meta.put_item(Item={'id': '1'})"));
}

#[test]
fn an_error_that_is_asked_for_by_its_name() {
    let of = |test: &str| {
        format!(
            "
from botocore.exceptions import ClientError
def handler(event, context):
    try:
        table.delete_item(Key={{'id': '1'}})
    except ClientError as error:
        code = error.response['Error']['Code']
        if {test}:
            print(error)
            return answer(500, 'no')
    return answer(200, 'gone')
"
        )
    };
    made_good(&of("code != 'ResourceNotFoundException'"));
    made_good(&of("code not in ('ResourceNotFoundException',)"));
    made_good(&of("not code == 'ResourceNotFoundException'"));
    still_masked(&of("code == 'ThrottlingException'"));
}

#[test]
fn something_that_is_let_go() {
    let handler = |call: &str| {
        format!(
            "
import pymysql
def handler(event, context):
    connection = pymysql.connect()
    table.put_item(Item={{'id': '1'}})
    try:
        {call}
    except Exception:
        pass
    return answer(200, 'stored')
"
        )
    };
    made_good(&handler("connection.close()"));
    made_good(&handler("cache.close()"));
    still_masked(&handler("connection.commit()"));
}

#[test]
fn an_exception_about_a_value() {
    let handler = |load: &str, clause: &str| {
        format!(
            "
import os
def parsed(text):
    if not text:
        raise ValueError('no text')
    return text.split()
def handler(event, context):
    try:
        words = parsed({load})
    except Exception as error:
        {clause}
    return answer(200, words)
"
        )
    };
    made_good(&handler("os.environ['WORDS']", "words = ['hello']"));
    still_masked(&handler("cache.get('words')", "words = ['hello']"));
    // What is told to be wrong is passed over.
    still_masked(
        &handler("os.environ['WORDS']", "print(error)").replace("words = parsed", "words = 1; parsed"),
    );
}

#[test]
fn a_condition_is_no_call() {
    let handler = |call: &str| {
        format!(
            "
from boto3.dynamodb.conditions import Key
def handler(event, context):
    rows = []
    try:
        condition = {call}
    except Exception:
        print('no condition')
    return answer(200, rows)
"
        )
    };
    made_good(&handler("Key('id').eq('1')"));
    still_masked(&handler("table.query(KeyConditionExpression=Key('id').eq('1'))"));
}

#[test]
fn a_parser_that_gives_up_before_another_is_asked() {
    made_good(
        "
from reader import Reader
textract = boto3.client('textract')
def text_of(key):
    try:
        return Reader(key).pages[0].extract_text()
    except Exception as error:
        print(error)
        return None
def handler(event, context):
    text = text_of(event['key'])
    if text:
        return answer(200, {'state': 'ready'})
    job = textract.start_document_text_detection(DocumentLocation={})
    return answer(200, {'state': 'processing', 'job': job['JobId']})
",
    );
}

#[test]
fn what_a_clause_gave_and_nobody_took() {
    let answered = |call: &str| {
        let facts = facts(&format!(
            "{HEAD}
def keep(id):
    try:
        table.put_item(Item={{'id': id}})
        return True
    except Exception as error:
        return False
def handler(event, context):
    {call}
    return answer(200, {{}})
"
        ));
        let failures = facts.paths.iter().filter_map(|path| path.failure.as_ref());
        failures.map(|failure| failure.answered.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(answered("keep('1')"), [false]);
    assert_eq!(answered("kept = keep('1')"), [true]);
}

#[test]
fn the_status_of_an_error_that_is_passed_on() {
    let handler = |then: &str| {
        format!(
            "
import urllib.error
import urllib.request
def ask(request):
    try:
        with urllib.request.urlopen(request) as answered:
            return answered.status, 'content'
    except urllib.error.HTTPError as error:
        return error.code, 'no content'
def handler(event, context):
    status, content = ask(urllib.request.Request('https://example.com', data=b''))
    {then}
"
        )
    };
    made_good(&handler("return answer(status, content)"));
    made_good(&handler(
        "if status >= 400:\n        return answer(502, content)\n    return answer(200, content)",
    ));
    still_masked(&handler("return answer(200, content)"));
}
