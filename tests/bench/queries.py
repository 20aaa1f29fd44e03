"""P9: statements of a page, which have to be the same at every size. Exact, so they are also a plain test."""

from app import clock
from tests.factories import NOW

from .counting import BARS, query_counts
from .measures import Measure, Measures, Plan, require
from .sites import scratch

SIZES = ((0, 0), (40, 40), (300, 1_000))  # bookings and unused links


def measure(plan: Plan) -> Measures:
    """Raises WrongAnswer when a page sends more statements for more bookings or links."""
    sizes = SIZES if plan.share == 1 else SIZES[:2]
    with clock.fixed(NOW), scratch() as (app, _settings):
        counts = [query_counts(app, *size) for size in sizes]
    require(all(count == counts[0] for count in counts), f"statements by size: {counts}")
    return {
        f"P9 statements, {page}": Measure([(1, counts[0][page])], *bar, unit="statements")
        for page, bar in BARS.items()
    }
