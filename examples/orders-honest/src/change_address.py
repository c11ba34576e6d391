"""PUT /orders/{orderId}/address"""

from shop.answers import json_body, make_response, problem
from shop.orders import ORDERS, OrderNotFound


def handler(event, context):
    wanted = json_body(event)
    if wanted is None or not wanted.get("street") or not wanted.get("city"):
        return problem(400, "an address has a street and a city")
    try:
        order = ORDERS.get(event["pathParameters"]["orderId"])
    except OrderNotFound as error:
        return problem(404, str(error))
    if order["state"] in ("shipped", "cancelled"):
        return problem(409, f"order {order['orderId']} is {order['state']}")
    address = {"street": wanted["street"], "city": wanted["city"]}
    order["address"] = address
    ORDERS.put(order)
    return make_response(200, {"orderId": order["orderId"], "address": address})
