"""POST /payments: the payment provider tells us that money has arrived."""

import logging

from shop.answers import json_body, make_response, problem
from shop.orders import ORDERS, OrderNotFound

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event, context):
    payment = json_body(event)
    if payment is None or "orderId" not in payment or not isinstance(payment.get("amount"), int):
        return problem(400, "a payment has an orderId and an amount in cents")
    try:
        order = ORDERS.get(payment["orderId"])
    except OrderNotFound as error:
        return problem(404, str(error))
    if order["state"] != "placed":
        return problem(409, f"order {order['orderId']} is {order['state']}")
    if payment["amount"] != order["total"]:
        return problem(422, f"{payment['amount']} paid, {order['total']} expected")
    order["state"] = "paid"
    ORDERS.put(order)
    log.info("order %s paid", order["orderId"])
    return make_response(200, {"orderId": order["orderId"], "state": order["state"]})
