"""POST /orders/{orderId}/cancel"""

import logging

from shop.orders import ORDERS, OrderConflict

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    if order["state"] in ("shipped", "cancelled"):
        raise OrderConflict(f"order {order['orderId']} already {order['state']}")
    refund = order["total"] if order["state"] == "paid" else 0
    order["state"] = "cancelled"
    order["reason"] = event.get("reason", "not given")
    ORDERS.put(order)
    log.info("order %s cancelled, refund %d", order["orderId"], refund)
    return {"orderId": order["orderId"], "state": order["state"], "refund": refund}
