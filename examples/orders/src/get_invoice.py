"""GET /orders/{orderId}/invoice"""

import os

from shop.catalogue import article
from shop.orders import ORDERS, OrderConflict

CURRENCY = os.environ.get("CURRENCY", "EUR")


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    if order["state"] not in ("paid", "shipped"):
        raise OrderConflict(f"order {order['orderId']} is {order['state']}: no invoice before it is paid")

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
