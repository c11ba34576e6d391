"""GET /orders?customer=…"""

from shop.answers import make_response, problem
from shop.orders import ORDERS


def handler(event, context):
    customer = (event.get("queryStringParameters") or {}).get("customer")
    if not customer:
        return problem(400, "which customer? add ?customer=…")
    orders = sorted(ORDERS.of_customer(customer), key=lambda order: order["placedAt"], reverse=True)
    summaries = [{key: order[key] for key in ("orderId", "state", "placedAt", "total")} for order in orders]
    return make_response(200, {"orders": summaries})
