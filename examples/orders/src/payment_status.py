"""GET /payments/{orderId}"""

from shop.answers import make_response, problem
from shop.orders import ORDERS, OrderNotFound


def handler(event, context):
    try:
        order = ORDERS.get(event["pathParameters"]["orderId"])
    except OrderNotFound as error:
        return problem(404, str(error))
    if order["state"] == "placed":
        return make_response(200, {"orderId": order["orderId"], "state": "open", "paid": False})
    if order["state"] in ("paid", "shipped"):
        return make_response(200, {"orderId": order["orderId"], "state": "settled", "paid": True})
