"""What the shop sells: prices in cents, tax included."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    sku: str
    title: str
    price: int
    tax: float


_ARTICLES = {
    article.sku: article
    for article in (
        Article("tea-sencha", "Sencha, 100 g", 1250, 0.07),
        Article("tea-assam", "Assam, 250 g", 1490, 0.07),
        Article("pot-kyusu", "Kyusu teapot, 0.3 l", 5400, 0.19),
        Article("paper-a5", "Letter paper A5, 40 sheets", 980, 0.19),
    )
}


def article(sku):
    """The article with this number, or None."""
    return _ARTICLES.get(sku)
