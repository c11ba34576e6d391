//! Work beside the work.

use candor_handlers::Lighter;

use crate::paths::{facts_behind, served};

const HEAD: &str = "import json
import boto3
table = boto3.resource('dynamodb').Table('orders')
s3 = boto3.client('s3')
ses = boto3.client('ses')
sns = boto3.client('sns')
def answer(content):
    return {'statusCode': 200, 'body': json.dumps(content)}
";

/// Whether what fails in this handler, behind a route of this method, is beside its work.
fn aside(method: &str, rest: &str) -> bool {
    let source = format!("{HEAD}{rest}");
    let facts = facts_behind(&served(&[&format!("{method} /orders")]), &source);
    let failures = facts.paths.iter().filter_map(|path| path.failure.as_ref());
    let weights: Vec<_> = failures.filter(|failure| failure.certain).map(|f| f.lighter).collect();
    assert!(!weights.is_empty(), "nothing fails\n{source}");
    weights.iter().all(|lighter| *lighter == Some(Lighter::Aside))
}

/// A handler that stores an order, tries something, and answers.
fn stores(tried: &str, clause: &str, content: &str) -> String {
    format!(
        "
def handler(event, context):
    table.put_item(Item={{'id': '1'}})
    try:
        {tried}
    except Exception as error:
        {clause}
    return answer({content})
"
    )
}

#[test]
fn mails() {
    let mail = "ses.send_email(Source='a', Destination={}, Message={})";
    assert!(aside("POST", &stores(mail, "print(error)", "{'id': '1'}")));
    assert!(aside(
        "POST",
        &stores("sns.publish(TopicArn='t', Subject='s', Message='m')", "pass", "{'id': '1'}")
    ));
    // The answer says that it was sent.
    assert!(!aside("POST", &stores(mail, "print(error)", "{'id': '1', 'message': 'confirmation sent'}")));
    // An event that other work waits for.
    assert!(!aside("POST", &stores("sns.publish(TopicArn='t', Message='m')", "print(error)", "{'id': '1'}")));
    // Nothing else was done.
    let alone =
        stores(mail, "print(error)", "{'id': '1'}").replace("table.put_item(Item={'id': '1'})", "pass");
    assert!(!aside("POST", &alone));
}

#[test]
fn what_has_been_replaced() {
    let old = "s3.delete_object(Bucket='b', Key='old')";
    assert!(aside("PUT", &stores(old, "print(error)", "{'id': '1'}")));
    assert!(!aside("PUT", &stores(old, "print(error)", "{'message': 'picture deleted'}")));
    // That is what the request was for.
    assert!(!aside("DELETE", &stores(old, "print(error)", "{'id': '1'}")));
    let both = stores(old, "print(error)", "{'id': '1'}")
        .replace("table.put_item(Item={'id': '1'})", "table.delete_item(Key={'id': '1'})");
    assert!(!aside("POST", &both));
}

#[test]
fn records_of_what_was_done() {
    let log = "
def NAME(order):
    try:
        table.put_item(Item={'id': order, 'at': 'now'})
    except Exception as error:
        print(error)
def handler(event, context):
    s3.put_object(Bucket='b', Key='1', Body='x')
    NAME('1')
    return answer({'id': '1'})
";
    assert!(aside("POST", &log.replace("NAME", "log_activity")));
    assert!(aside("POST", &log.replace("NAME", "write_audit_entry")));
    for name in ["save_order", "track_payment", "invalidate_tokens", "process_email_order"] {
        assert!(!aside("POST", &log.replace("NAME", name)), "{name}");
    }
}

#[test]
fn what_its_author_calls_so() {
    let index = "s3.put_object(Bucket='b', Key='index', Body='x')";
    assert!(!aside("POST", &stores(index, "print(error)", "{'id': '1'}")));
    assert!(!aside("POST", &stores(index, "print('it did not fail before')", "{'id': '1'}")));
    for clause in [
        "print(f'index (non-fatal): {error}')",
        "# Don't fail the order for it.\n        print(error)",
        "print('the index must never break an order')",
    ] {
        assert!(aside("POST", &stores(index, clause, "{'id': '1'}")), "{clause}");
    }
    for clause in ["print(error)  # best effort", "print(error)\n        # Must not fail the order."] {
        assert!(aside("POST", &stores(index, clause, "{'id': '1'}")), "{clause}");
    }
    // That is about what follows.
    assert!(!aside("POST", &stores(index, "print(error)\n    # best effort", "{'id': '1'}")));
    // The failure's own words, and what turns the phrase round.
    for clause in
        ["print(f'Cannot block room: {error}')", "# This must not fail silently.\n        print(error)"]
    {
        assert!(!aside("POST", &stores(index, clause, "{'id': '1'}")), "{clause}");
    }
    let of_the_handler = stores(index, "print(error)", "{'id': '1'}")
        .replace("    table.put", "    'Stores an order and never stops another one.'\n    table.put");
    assert!(!aside("POST", &of_the_handler));
    let above =
        stores(index, "print(error)", "{'id': '1'}").replace("    try:", "    # best effort\n    try:");
    assert!(aside("POST", &above));
    let described = "
def index(order):
    '''Keeps the index. Never raises: the order must not fail.'''
    try:
        s3.put_object(Bucket='b', Key='index', Body=order)
    except Exception as error:
        print(error)
        return False
    return True
def handler(event, context):
    table.put_item(Item={'id': '1'})
    index('1')
    return answer({'id': '1'})
";
    assert!(aside("POST", described));
    // Whatever its author says: this was the work.
    let all = "
def handler(event, context):
    try:
        table.put_item(Item={'id': '1'})
    except Exception as error:
        # Don't fail the request.
        print(error)
    return answer({'id': '1'})
";
    assert!(!aside("POST", all));
}
