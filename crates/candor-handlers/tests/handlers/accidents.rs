//! Paths that end in an accident of Python's, and paths that no client gets to: what they would have answered is not answered.

use candor_handlers::Events;

use crate::paths::{check, facts, line, read_for};

#[test]
fn a_name_that_the_failed_try_would_have_bound() {
    check(
        "import boto3
s3 = boto3.client('s3')
def handler(event, context):
    try:
        found = s3.get_object(Bucket='b', Key='k')
    except Exception as error:
        print(error)
    return {'statusCode': 200, 'body': str(found)}
",
        r#"
8: returns {"statusCode":200,"body":""} (/body unknown)
may raise
"#,
    );
}

#[test]
fn a_name_that_is_bound_before_or_after_the_failed_try() {
    check(
        "import boto3
s3 = boto3.client('s3')
def handler(event, context):
    size = 0
    try:
        found = s3.head_object(Bucket='b', Key='k')
        size = found['ContentLength']
    except Exception as error:
        found = None
    [size for size in 'ab']
    return {'statusCode': 200, 'body': f'{found is None}'}
",
        r#"
11: returns {"statusCode":200,"body":"False"}
11: returns {"statusCode":200,"body":"True"}, after Effect@6 was caught@8
11: returns {"statusCode":200,"body":"True"}, after Value@7 was caught@8 perhaps
"#,
    );
}

#[test]
fn a_clause_that_catches_a_name_which_nothing_binds() {
    check(
        "import boto3
ses = boto3.client('ses')
def send():
    try:
        ses.send_email(Source='a')
    except (KeyError, ClientError) as error:
        print(error)
        return None
    return {'statusCode': 202}
def handler(event, context):
    try:
        return send()
    except Exception:
        return {'statusCode': 500}
",
        r#"
12: returns {"statusCode":202}
14: returns {"statusCode":500}, after Effect@6 was caught@13 and answered
"#,
    );
    check(
        "import boto3
ses = boto3.client('ses')
def load():
    global ClientError
    from botocore.exceptions import ClientError
def handler(event, context):
    load()
    try:
        ses.send_email(Source='a')
    except ClientError as error:
        print(error)
    return {'statusCode': 202}
",
        r#"
12: returns {"statusCode":202}
12: returns {"statusCode":202}, after Effect@9 was caught@10
may raise
"#,
    );
}

#[test]
fn a_name_that_something_else_may_bind() {
    check(
        "def handler(event, context):
    global cache
    def fill():
        nonlocal total
        total = 1
    if event['a']:
        cache = total = 2
        import json
        match event:
            case {'x': chosen}:
                chosen = 1
    fill()
    return {'statusCode': 200, 'headers': {'a': cache, 'b': total, 'c': chosen, 'd': json}}
",
        r#"
13: returns {"statusCode":200,"headers":{"a":2,"b":2,"c":1,"d":null}}
13: returns {"statusCode":200,"headers":{"a":2,"b":2,"c":null,"d":null}}
13: returns {"statusCode":200,"headers":{"a":null,"b":null,"c":null,"d":null}}
may raise
"#,
    );
}

#[test]
fn an_assignment_into_what_is_not_there() {
    check(
        "import boto3
s3 = boto3.client('s3')
def handler(event, context):
    try:
        answer = s3.get_object(Bucket='b', Key='k')
    except Exception as error:
        print(error)
    answer['seen'] = True
    return {'statusCode': 200}
",
        r#"
9: returns {"statusCode":200}
may raise
"#,
    );
    check(
        "import boto3
s3 = boto3.client('s3')
def handler(event, context):
    answer = None
    try:
        answer = s3.get_object(Bucket='b', Key='k')
    except Exception as error:
        print(error)
    answer['seen'] = True
    return {'statusCode': 200}
",
        r#"
9: raises TypeError(…), after Effect@6 was caught@7
10: returns {"statusCode":200}
"#,
    );
}

#[test]
fn an_error_in_place_of_a_connection() {
    check(
        "import pymysql
def connect():
    try:
        return pymysql.connect(host='h')
    except pymysql.MySQLError as error:
        return error
def handler(event, context):
    cursor = connect().cursor()
    return {'statusCode': 200}
",
        r#"
9: returns {"statusCode":200}
may raise
"#,
    );
}

#[test]
fn what_exceptions_of_python_have_not() {
    check(
        "import boto3
cognito = boto3.client('cognito-idp')
def handler(event, context):
    try:
        body = event['body']
        cognito.sign_up(Username=body)
    except Exception as error:
        return {'statusCode': 500, 'body': error.response['Error']['Message']}
    return {'statusCode': 204}
",
        r#"
8: returns {"statusCode":500,"body":null} (/body unknown) telling an error, after Effect@6 was caught@7 and answered
9: returns {"statusCode":204}
may raise
"#,
    );
}

#[test]
fn statuses_by_the_names_of_http_client() {
    check(
        "import http.client as httplib
def handler(event, context):
    return {'statusCode': httplib.NOT_FOUND}
",
        r#"3: returns {"statusCode":404}"#,
    );
}

/// The paths of a handler that gets proxy events and nothing else.
fn behind_a_gateway(source: &str) -> String {
    let modules = [("app", source)];
    let facts = read_for(Events::Proxy, &modules, "handler").unwrap();
    let lines = facts.paths.iter().map(|path| line(&modules, path.at));
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn branches_for_events_of_other_callers() {
    let source = "def handler(event, context):
    if 'Records' in event:
        return
    if event.get('source') == 'aws.events' or event.get('warmer', False):
        return
    if 'body' not in event:
        return {'statusCode': 400}
    try:
        return {'statusCode': 200, 'body': event['_job']}
    except KeyError:
        return {'statusCode': 404}
";
    assert_eq!(behind_a_gateway(source), "7 11");
    assert_eq!(facts(source).paths.len(), 5);
}

#[test]
fn an_event_that_was_changed_may_hold_anything() {
    for change in ["event['user'] = 1", "event.update(user=1)", "enrich(event)"] {
        let source = format!(
            "from middleware import enrich
def handler(event, context):
    {change}
    if event.get('user'):
        return {{'statusCode': 200}}
    return {{'statusCode': 401}}
"
        );
        assert_eq!(behind_a_gateway(&source), "5 6", "{change}");
    }
    let parsed = "from aws_lambda_powertools.utilities.validation import validator
@validator(envelope='powertools_json(body)')
def handler(event, context):
    return {'statusCode': 200 if event.get('order') else 400}
";
    assert_eq!(behind_a_gateway(parsed), "4 4");
}

#[test]
fn the_bytes_that_another_server_sent() {
    check(
        "import requests
import urllib3
http = urllib3.PoolManager()
def handler(event, context):
    if event['raw']:
        return {'statusCode': 200, 'body': http.request('GET', 'https://example.com').data}
    page = requests.get('https://example.com').content
    return {'statusCode': 200, 'body': page.decode()}
",
        r#"
6: returns {"statusCode":200,"body":""} (/body unknown)
8: returns {"statusCode":200,"body":""} (/body unknown)
may raise
"#,
    );
    // The standard library's encoder does not read them as text.
    check(
        "import json
import urllib.request
def handler(event, context):
    with urllib.request.urlopen('https://example.com') as page:
        sent = page.read()
    return {'statusCode': 200, 'body': json.dumps({'page': sent})}
",
        r#"
6: raises TypeError(…)
may raise
"#,
    );
}

#[test]
fn what_an_sdk_answers() {
    let answers = |made: &str| {
        let source = format!(
            "import boto3
import json
s3 = boto3.client('s3')
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    return {{'statusCode': 200, 'body': {made}}}
"
        );
        let facts = facts(&source);
        let shown: Vec<String> = facts
            .paths
            .iter()
            .map(|path| match &path.end {
                candor_handlers::End::Returned(answer) => match answer.shape.not_json() {
                    Some(what) => what.to_string(),
                    None => answer.payload.text().unwrap().replace("{\"statusCode\":200,\"body\":", ""),
                },
                _ => "raises".to_string(),
            })
            .collect();
        shown.join(" ")
    };
    for dict in [
        "s3.list_buckets()",
        "s3.list_buckets()['ResponseMetadata']",
        "table.put_item(Item={})",
        "table.get_item(Key={})['Item']",
        "table.get_item(Key={}).get('Item', {})",
        "table.scan()['Items'][0]",
    ] {
        assert_eq!(answers(dict), "{}}", "{dict}");
    }
    for list in ["table.scan()['Items']", "table.scan().get('Items', [])"] {
        assert_eq!(answers(list), "[]}", "{list}");
    }
    for open in
        ["s3.get_object(Bucket='b', Key='k')['Body']", "s3.get_object(Bucket='b', Key='k').get('Body')"]
    {
        assert_eq!(answers(open), "a stream", "{open}");
    }
    assert_eq!(answers("s3.list_buckets()['ResponseMetadata']['HTTPStatusCode']"), "0}");
    for text in [
        "s3.get_object(Bucket='b', Key='k')['Body'].read()",
        "s3.get_object(Bucket='b', Key='k')['Body'].read().decode()",
        "str(table.scan()['Items'])",
        "s3.generate_presigned_url('get_object')",
    ] {
        assert_eq!(answers(text), "\"\"}", "{text}");
    }
    // Text, nothing, and what may be either.
    for unknown in [
        "s3.upload_file('a', 'b', 'c')",
        "s3.list_buckets()['Buckets']",
        "table.get_item(Key={}).get('Item')",
        "table.get_item(Key={})['Item']['id']",
        "boto3.resource('s3').Object('b', 'k').put(Body=b'')",
    ] {
        assert_eq!(answers(unknown), "null}", "{unknown}");
    }
    for sayable in ["s3.list_buckets()", "table.scan()['Items']"] {
        assert!(!answers(&format!("json.dumps({sayable})")).contains("raises"), "{sayable}");
    }
    assert_eq!(answers("json.dumps(s3.get_object(Bucket='b', Key='k')['Body'])"), "raises");
}

#[test]
fn a_branch_that_asks_for_a_type_knows_it_better() {
    let source = |test: &str| {
        format!(
            "import json
import boto3
from collections.abc import Mapping
table = boto3.resource('dynamodb').Table('orders')
def body_of(content):
    if {test}:
        return json.dumps(content)
    return content
def handler(event, context):
    return {{'statusCode': 200, 'body': body_of(table.get_item(Key={{}})['Item'])}}
"
        )
    };
    let bodies = |test: &str| {
        let facts = facts(&source(test));
        let body = |path: &candor_handlers::Path| match &path.end {
            candor_handlers::End::Returned(answer) => answer.payload.text().unwrap().to_string(),
            _ => String::new(),
        };
        facts.paths.iter().map(body).collect::<Vec<_>>().join(" ").replace("\"statusCode\":200,", "")
    };
    assert_eq!(bodies("isinstance(content, (dict, list))"), r#"{"body":"{}"}"#);
    for unsure in
        ["isinstance(content, Mapping)", "type(content) is not str", "not hasattr(content, 'encode')"]
    {
        assert!(!bodies(unsure).contains(r#""body":{}"#), "{unsure}");
    }
}

#[test]
fn what_stands_between_separators() {
    check(
        "import os
def handler(event, context):
    receivers = os.environ['RECEIVERS'].split(',')
    if len(receivers) == 0:
        return
    words = os.environ['WORDS'].split()
    if len(words) == 0:
        return {'statusCode': 404}
    return {'statusCode': 200}
",
        r#"
8: returns {"statusCode":404}
9: returns {"statusCode":200}
may raise
"#,
    );
}

#[test]
fn loops_in_loops_come_to_an_end() {
    let step = "
                try:
                    s3.head_object(Bucket='b', Key=key)
                    if part['N']:
                        names.append(key)
                    elif part['M']:
                        names.append(part)
                except Exception as error:
                    s3.put_object(Bucket='b', Key='N')
";
    let source = format!(
        "import boto3
s3 = boto3.client('s3')
def handler(event, context):
    names = []
    try:
        for bucket in s3.list_buckets()['Buckets']:
            for key in bucket['keys']:
              for part in key:
{}
        return {{'statusCode': 200, 'body': 'done'}}
    except Exception:
        return {{'statusCode': 500}}
",
        step.repeat(4)
    );
    let facts = facts(&source);
    assert_eq!(facts.unknown, []);
    let answers = facts.paths.iter().filter(|path| matches!(&path.end, candor_handlers::End::Returned(_)));
    let lines: std::collections::BTreeSet<String> =
        answers.map(|path| line(&[("app", &source)], path.at)).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn tried_again_until_it_went_well() {
    check(
        "import time
import boto3
sns = boto3.client('sns')
def handler(event, context):
    for attempt in range(3):
        try:
            sns.publish(TopicArn='t', Message='m')
            break
        except Exception as error:
            time.sleep(attempt)
    else:
        return {'statusCode': 503}
    return {'statusCode': 202}
",
        r#"
12: returns {"statusCode":503}, after Effect@7 was caught@9
13: returns {"statusCode":202}
"#,
    );
    // Nobody looks whether it ever did.
    check(
        "import boto3
sns = boto3.client('sns')
def handler(event, context):
    for attempt in range(3):
        try:
            sns.publish(TopicArn='t', Message='m')
            break
        except Exception as error:
            print(error)
    return {'statusCode': 202}
",
        r#"
10: returns {"statusCode":202}
10: returns {"statusCode":202}, after Effect@6 was caught@8
"#,
    );
}

#[test]
fn a_call_that_leaves_out_what_is_needed() {
    check(
        "import boto3
sqs = boto3.client('sqs')
def release(client, url, *, receipt, seconds=0):
    try:
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
    except Exception as error:
        print(error)
def handler(event, context):
    if event['a']:
        release(sqs, 'u')
    elif event['b']:
        release('u', receipt='r')
    else:
        release(*event['c'])
    return {'statusCode': 200}
",
        r#"
15: returns {"statusCode":200}
15: returns {"statusCode":200}, after Unread@5 was caught@6
may raise
"#,
    );
}

#[test]
fn a_call_that_gets_more_than_it_says() {
    // A decorator that nobody read, or that was read only by name, may add arguments; one of the project's adds what it adds.
    for (decorator, expected) in [
        (
            "@inject.autoparams()",
            r#"
14: returns something
16: returns {"statusCode":500}, after Unread@14 was caught@15 and answered
9: does not follow the decorator inject.autoparams
"#,
        ),
        ("@retry(tries=3)", r#"14: returns {"statusCode":201}"#),
        ("@with_table", r#"14: returns {"statusCode":201}"#),
    ] {
        check(
            &format!(
                "import functools
import inject
from retry import retry
def with_table(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs, table='t')
    return inner
{decorator}
def save(item, table):
    return {{'statusCode': 201}}
def handler(event, context):
    try:
        return save(event)
    except Exception:
        return {{'statusCode': 500}}
"
            ),
            expected,
        );
    }
}

#[test]
fn a_decorator_that_is_called_in_another_way_than_pythons() {
    check(
        "from registry import plugin
def middleware(handler, event, context):
    return handler(event, context)
@middleware
def handler(event, context):
    return {'statusCode': 200}
",
        "
may raise
1: does not follow what the handler is made of
4: does not follow the decorator middleware",
    );
}

#[test]
fn what_is_passed_on_may_hold_what_is_needed() {
    check(
        "from concurrent.futures import ThreadPoolExecutor
def save(item, table):
    return {'statusCode': 201}
def pass_on(*args, **kwargs):
    return save(*args, **kwargs)
def handler(event, context):
    try:
        if event['a']:
            return save(**event['b'])
        if event['c']:
            return pass_on(event, table='t')
        with ThreadPoolExecutor() as pool:
            list(pool.map(save, event['d'], event['e']))
        list(map(save, event['d'], event['e']))
        return pass_on(event)
    except TypeError:
        return {'statusCode': 400}
",
        // `pass_on(event)` leaves out the table for certain.
        r#"
9: returns {"statusCode":201}
11: returns {"statusCode":201}
17: returns {"statusCode":400}, after Value@9 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@8 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@10 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@13 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@13 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@14 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@14 was caught@16 perhaps and answered
17: returns {"statusCode":400}, after Value@5 was caught@16 perhaps and answered
may raise
"#,
    );
}

/// A library that computes may have classes of errors of its own: a clause for one of them is reached.
#[test]
fn a_token_that_is_none() {
    check(
        "import jwt
def handler(event, context):
    try:
        claims = jwt.decode(event['token'], 'key')
    except jwt.InvalidTokenError:
        return {'statusCode': 401}
    return {'statusCode': 200}
",
        r#"
6: returns {"statusCode":401}, after Value@4 was caught@5 perhaps and answered
7: returns {"statusCode":200}
may raise
"#,
    );
}

#[test]
fn a_loop_whose_last_round_gives_up() {
    check(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
def load(rounds=5):
    for attempt in range(rounds):
        try:
            return table.get_item(Key={'id': '1'})
        except Exception:
            if attempt == rounds - 1:
                raise
def handler(event, context):
    load()
    return {'statusCode': 200}
",
        r#"
12: returns {"statusCode":200}
may raise
"#,
    );
}

#[test]
fn a_file_that_is_not_there() {
    let load = |read: &str| {
        format!(
            "import pathlib
def load(key):
    try:
        {read}
    except OSError:
        return None
def handler(event, context):
    note = load(event['path'])
    if note is None:
        return {{'statusCode': 404}}
    return {{'statusCode': 200}}
"
        )
    };
    let expected = "
10: returns {\"statusCode\":404}
10: returns {\"statusCode\":404}, after Value@4 was caught@5 perhaps
11: returns {\"statusCode\":200}
may raise
";
    check(&load("return open(key).read()"), expected);
    check(&load("return pathlib.Path(key).read_text()"), expected);
}

#[test]
fn a_clause_within_another_try() {
    check(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    try:
        item = table.get_item(Key={'id': '1'})
        try:
            table.put_item(Item={'id': '2'})
        except Exception:
            pass
    except Exception as error:
        return {'statusCode': 500, 'body': str(error)}
    return {'statusCode': 200}
",
        r#"
11: returns {"statusCode":500,"body":""} (/body unknown) telling an error, after Effect@5 was caught@10 and answered
12: returns {"statusCode":200}
12: returns {"statusCode":200}, after Effect@7 was caught@8
"#,
    );
}

#[test]
fn a_finally_that_is_left_drops_what_failed() {
    check(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    answer = {'statusCode': 201}
    try:
        table.put_item(Item={'id': '1'})
    except KeyError:
        answer = {'statusCode': 400}
    finally:
        return answer
",
        r#"
10: returns {"statusCode":201}
10: returns {"statusCode":400}, after Effect@6 was caught@7 perhaps
10: returns {"statusCode":201}, after Effect@6 was caught@10
"#,
    );
    check(
        "import boto3
sqs = boto3.client('sqs')
def send(texts):
    for text in texts:
        try:
            sqs.send_message(QueueUrl='u', MessageBody=text)
        finally:
            continue
def handler(event, context):
    send(event['texts'])
    return {'statusCode': 202}
",
        r#"
11: returns {"statusCode":202}
11: returns {"statusCode":202}, after Effect@6 was caught@8
may raise
"#,
    );
}

#[test]
fn a_finally_that_ends_lets_the_failure_pass() {
    check(
        "import boto3
table = boto3.resource('dynamodb').Table('orders')
def handler(event, context):
    try:
        table.put_item(Item={'id': '1'})
    finally:
        for name in ('a', 'b'):
            if name == event['last']:
                break
            continue
    return {'statusCode': 201}
",
        r#"
11: returns {"statusCode":201}
may raise
"#,
    );
    // A number that is none had a default before.
    check(
        "def handler(event, context):
    count = 10
    try:
        count = int(event['count'])
    finally:
        return {'statusCode': 200, 'body': str(count)}
",
        r#"
6: returns {"statusCode":200,"body":""} (/body unknown)
6: returns {"statusCode":200,"body":"10"}, after Value@4 was caught@6 perhaps
6: returns {"statusCode":200,"body":"10"}, after Value@4 was caught@6 perhaps
"#,
    );
}
