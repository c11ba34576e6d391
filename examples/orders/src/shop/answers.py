"""Answers of functions that speak HTTP themselves."""

import base64
import json


def make_response(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }


def problem(status, message):
    return make_response(status, {"message": message})


def json_body(event):
    """The request's body; None if it is not a JSON object."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
