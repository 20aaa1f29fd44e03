"""The page of insights, and its table as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from .. import clock, spreadsheets, web
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db
from ..workflows.models import Workflow
from . import charts, numbers, words
from .choice import By, Choice
from .forms import SpanForm
from .funnel import together
from .words import Row

bp = web.owners_blueprint("insights")

TABS = {By.CALENDAR: "By calendar", By.WORKFLOW: "By workflow", By.SOURCE: "By how they were made"}
CSV_HEAD = (
    "Made", "Sent", "Opened by a person", "Booked", "Open", "Expired", "Deleted", "Opened, perhaps by a scanner",
    "Refused after the end", "From", "Until", "Time zone",
)  # fmt: skip


@bp.get("/insights")
def index() -> Response:
    """How far the links of some days came, the bookings of these days, and the same apart for each calendar."""
    form, choice = _asked()
    signed_in = web.current()
    funnels = numbers.funnels(signed_in, choice, clock.now())
    funnel = together(funnels)
    return web.render(
        "insights/index.html",
        "insights",
        status=422 if form.errors else 200,
        form=form,
        choice=choice,
        funnel=funnel,
        steps=words.steps_of(funnel),
        took=words.took_words(numbers.median_seconds(signed_in, choice)),
        rows=_rows(funnels, choice),
        head=words.HEAD[choice.by],
        tabs=[(text, None, _page(choice, by=by), by == choice.by) for by, text in TABS.items()],
        csv=url_for(".export", **choice.args()),
        zone=web.reader().zone_label(clock.now()),
        **_weeks(choice),
    )


@bp.get("/insights.csv")
def export() -> Response:
    """The table of the page, as CSV."""
    _, choice = _asked()
    rows = _rows(numbers.funnels(web.current(), choice, clock.now()), choice)
    name = f"links-by-{choice.by}-{choice.from_on}-{choice.until_on}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("".join(_lines(rows, choice)), mimetype="text/csv", headers=disposition)


def _asked() -> tuple[SpanForm, Choice]:
    calendars = db.session.scalars(calendars_for(web.current()).order_by(Calendar.name, Calendar.id)).all()
    form = SpanForm(request.args, calendars)
    return form, form.chosen(request.args, web.reader().local_date(clock.now()))


def _page(choice: Choice, **changes: Any) -> str:
    return url_for(".index", **choice.args(**changes))


def _rows(funnels: Any, choice: Choice) -> list[Row]:
    names = {} if choice.by == By.SOURCE else _names(choice.by, [key for key in funnels if key])
    return words.rows_of(funnels, choice.by, names)


def _names(by: By, ids: list[int]) -> dict[int, str]:
    table = (Calendar if by == By.CALENDAR else Workflow).__table__
    found = connection().execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
    return dict(map(tuple, found))


def _weeks(choice: Choice) -> dict[str, Any]:
    counted = numbers.bookings_by_week(web.current(), choice)
    reader, mondays = web.reader(), list(choice.weeks)
    values = [counted.get(monday, 0) for monday in mondays]
    named = [reader.day(monday, weekday=None, month="short", year=True) for monday in mondays]
    return {
        "weeks": list(zip(named, values, strict=True)),
        "bars": charts.upright(
            values, [reader.day(monday, weekday=None, month="short") for monday in mondays]
        ),
        "chart_height": charts.LINE + charts.HEIGHT + charts.LINE,
        "bookings": sum(values),
        "most": max(values),
    }


def _lines(rows: list[Row], choice: Choice) -> Iterator[str]:
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.line([words.HEAD[choice.by], *CSV_HEAD])
    span = (choice.from_on, choice.until_on, web.current().user.tz)
    for row in rows:
        yield spreadsheets.line([row.name, *row.numbers, *span])
