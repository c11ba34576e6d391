"""GET /orders/{orderId}/invoice"""

import json
import os

from shop.catalogue import article
from shop.orders import ORDERS

CURRENCY = os.environ.get("CURRENCY", "EUR")


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    if order["state"] not in ("paid", "shipped"):
        return {"statusCode": 409, "body": json.dumps({"message": "no invoice before the order is paid"})}

    lines = []
    for line in order["lines"]:
        sold = article(line["sku"])
        gross = line["quantity"] * line["price"]
        tax = round(gross - gross / (1 + sold.tax))
        lines.append({"title": sold.title, "quantity": line["quantity"], "gross": gross, "tax": tax})
    return {
        "invoice": f"INV-{order['orderId']}",
        "customer": order["customer"],
        "currency": CURRENCY,
        "lines": lines,
        "gross": order["total"],
        "tax": sum(line["tax"] for line in lines),
    }
