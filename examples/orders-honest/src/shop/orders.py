"""Orders and where they are kept.

An order is a dictionary: orderId, customer, state, placedAt, lines, total and, once it has left, parcel. Without
ORDERS_TABLE in the environment a few sample orders are kept in memory, which is enough to try the functions at a desk.
"""

import json
import os


class OrderNotFound(Exception):
    def __init__(self, order_id):
        super().__init__(f"order {order_id} not found")


class OrderConflict(Exception):
    """The order is in a state that does not allow this."""


class InMemory:
    def __init__(self, orders):
        self._orders = {order["orderId"]: json.dumps(order) for order in orders}

    def get(self, order_id):
        document = self._orders.get(order_id)
        if document is None:
            raise OrderNotFound(order_id)
        return json.loads(document)

    def put(self, order):
        self._orders[order["orderId"]] = json.dumps(order)

    def of_customer(self, customer):
        orders = [json.loads(document) for document in self._orders.values()]
        return [order for order in orders if order["customer"] == customer]


class InTable:
    def __init__(self, name):
        import boto3

        self._table = boto3.resource("dynamodb").Table(name)

    def get(self, order_id):
        item = self._table.get_item(Key={"orderId": order_id}).get("Item")
        if item is None:
            raise OrderNotFound(order_id)
        return json.loads(item["document"])

    def put(self, order):
        item = {"orderId": order["orderId"], "customer": order["customer"], "document": json.dumps(order)}
        self._table.put_item(Item=item)

    def of_customer(self, customer):
        from boto3.dynamodb.conditions import Key

        query = {"IndexName": "byCustomer", "KeyConditionExpression": Key("customer").eq(customer)}
        orders = []
        while True:
            page = self._table.query(**query)
            orders.extend(json.loads(item["document"]) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return orders
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


_SAMPLES = [
    {
        "orderId": "1001",
        "customer": "ada",
        "state": "shipped",
        "placedAt": "2025-03-03T09:12:00+00:00",
        "lines": [{"sku": "tea-sencha", "quantity": 2, "price": 1250}],
        "total": 2500,
        "parcel": {"carrier": "DHL", "lastSeen": "Leipzig", "stops": ["Hamburg", "Leipzig"]},
    },
    {
        "orderId": "1002",
        "customer": "ada",
        "state": "placed",
        "placedAt": "2025-03-04T17:40:00+00:00",
        "lines": [{"sku": "pot-kyusu", "quantity": 1, "price": 5400}, {"sku": "paper-a5", "quantity": 1, "price": 980}],
        "total": 6380,
    },
    {
        "orderId": "1003",
        "customer": "grace",
        "state": "paid",
        "placedAt": "2025-03-05T08:01:00+00:00",
        "lines": [{"sku": "tea-assam", "quantity": 1, "price": 1490}],
        "total": 1490,
    },
    {
        "orderId": "1004",
        "customer": "grace",
        "state": "cancelled",
        "placedAt": "2025-03-05T08:20:00+00:00",
        "lines": [{"sku": "paper-a5", "quantity": 3, "price": 980}],
        "total": 2940,
    },
]


def _open():
    table = os.environ.get("ORDERS_TABLE")
    return InTable(table) if table else InMemory(_SAMPLES)


ORDERS = _open()
