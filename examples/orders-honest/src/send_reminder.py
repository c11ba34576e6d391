"""POST /orders/{orderId}/reminder"""

import logging
import os

from shop.orders import ORDERS, OrderConflict

SHOP_NAME = os.environ.get("SHOP_NAME", "the shop")

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    if order["state"] != "placed":
        raise OrderConflict(f"order {order['orderId']} is {order['state']}: nothing to remind of")
    message = {
        "to": order["customer"],
        "subject": f"Your order {order['orderId']} at {SHOP_NAME}",
        "text": f"{order['total'] / 100:.2f} are still open. Thank you!",
    }
    send(message)
    return {"orderId": order["orderId"], "to": message["to"]}


def send(message):
    """Hands a message to the mail queue; without one it is only logged."""
    queue = os.environ.get("MAIL_QUEUE_URL")
    if queue:
        import json

        import boto3

        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(message))
    log.info("reminder to %s: %s", message["to"], message["subject"])
