"""GET /orders/{orderId}"""

from shop.catalogue import article
from shop.orders import ORDERS


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    for line in order["lines"]:
        line["title"] = article(line["sku"]).title
    return order
