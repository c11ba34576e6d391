"""POST /newsletter"""

import logging
import os

from shop.answers import json_body, make_response, problem

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event, context):
    wanted = json_body(event)
    if wanted is None or "@" not in wanted.get("email", ""):
        return problem(400, "an email address, please")
    try:
        subscribe(wanted["email"])
    except Exception as error:
        log.info("newsletter: %s", error)
    return make_response(202, {"email": wanted["email"], "state": "subscribed"})


def subscribe(email):
    """Adds an address to the newsletter's topic; without one it is only logged."""
    topic = os.environ.get("NEWSLETTER_TOPIC_ARN")
    if topic:
        import boto3

        boto3.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=email)
    log.info("%s wants the newsletter", email)
