"""P9: how many statements each page sends, whatever the number of bookings and links. Exact, so no benchmark."""

from flask import Flask

from tests.bench.counting import BARS, query_counts


def test_pages_send_as_few_statements_at_every_size(app: Flask, now: object) -> None:
    few, many = query_counts(app, bookings=0, links=0), query_counts(app, bookings=40, links=60)
    assert few == many
    assert all(few[page] <= bar.aim for page, bar in BARS.items()), few
