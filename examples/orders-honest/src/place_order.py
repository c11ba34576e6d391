"""POST /orders"""

import logging
import uuid
from datetime import datetime, timezone

from shop.answers import json_body, make_response, problem
from shop.catalogue import article
from shop.orders import ORDERS

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event, context):
    wanted = json_body(event)
    if wanted is None or not wanted.get("customer") or not wanted.get("lines"):
        return problem(400, "an order has a customer and lines")

    lines = []
    for line in wanted["lines"]:
        sold = article(line.get("sku"))
        if sold is None:
            return problem(422, f"we do not sell {line.get('sku')!r}")
        quantity = line.get("quantity")
        if not isinstance(quantity, int) or quantity < 1:
            return problem(422, f"{quantity!r} of {sold.title} cannot be sold")
        lines.append({"sku": sold.sku, "quantity": quantity, "price": sold.price})

    order = {
        "orderId": uuid.uuid4().hex[:12],
        "customer": wanted["customer"],
        "state": "placed",
        "placedAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "lines": lines,
        "total": sum(line["quantity"] * line["price"] for line in lines),
    }
    ORDERS.put(order)
    log.info("order %s placed, %d lines", order["orderId"], len(lines))
    return make_response(201, order)
