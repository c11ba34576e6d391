"""GET /orders/{orderId}/tracking"""

from shop.orders import ORDERS, OrderConflict


def handler(event, context):
    order = ORDERS.get(event["orderId"])
    parcel = order.get("parcel")
    if parcel is None:
        raise OrderConflict(f"order {order['orderId']} has not left the house")
    return {"orderId": order["orderId"], "parcel": parcel}
