"""Calendars: list, new, duplicate, switch off and on, delete."""

from flask import Response, request, url_for

from .. import clock, web
from ..db import transaction
from ..errors import Conflict
from ..groups.access import groups_for
from ..local_paths import local_path
from ..messaging import notices
from . import overview, service
from .blueprint import CALENDAR, bp, my_calendar, zone_choices
from .forms import NewCalendarForm
from .models import Calendar


@bp.get("/calendars")
def index() -> Response:
    """All calendars this person manages."""
    now = clock.now()
    rows = overview.rows_for(web.current(), now)
    return web.render(
        "calendars/index.html",
        rows=rows,
        now=now,
        reader=web.reader(),
        has_links=overview.has_links(web.current()),
        groups=groups_for(web.current()),
    )


@bp.route("/calendars/new", methods=["GET", "POST"])
def new() -> Response:
    """A calendar from a name, a zone and a duration; everything else has sensible values."""
    person = web.current()
    form = NewCalendarForm(data={"tz": person.user.tz, "duration_minutes": 30})
    form.tz.choices = zone_choices(person.user.tz)
    if form.submitted():
        with transaction():
            calendar = service.create_calendar(
                account_id=person.account.id,
                host_id=person.user.id,
                name=form.name.data,
                tz=form.tz.data,
                duration_minutes=form.duration_minutes.data,
                actor_id=person.user.id,
                now=clock.now(),
            )
        return web.go_to(
            ".availability", calendar_id=calendar.id, notice="Calendar created. Check its hours."
        )
    return web.render("calendars/new.html", form=form, status=422 if form.errors else 200)


@bp.post(f"{CALENDAR}/duplicate")
def duplicate(calendar_id: int) -> Response:
    """A copy to change further, which sends the same mails."""
    calendar = my_calendar(calendar_id)
    with transaction():
        copy = service.duplicate(calendar, actor_id=web.current().user.id, now=clock.now())
        notices.copy(calendar.id, copy.id)
    return web.go_to(
        ".details", calendar_id=copy.id, notice="Calendar duplicated. Give the copy a name of its own."
    )


@bp.post(f"{CALENDAR}/switch-off")
def switch_off(calendar_id: int) -> Response:
    """No bookings until it is switched on again."""
    return _switch(my_calendar(calendar_id), on=False)


@bp.post(f"{CALENDAR}/switch-on")
def switch_on(calendar_id: int) -> Response:
    """Bookings again."""
    return _switch(my_calendar(calendar_id), on=True)


@bp.route(f"{CALENDAR}/delete", methods=["GET", "POST"])
def delete(calendar_id: int) -> Response:
    """Asks, and deletes an empty calendar; of any other it says why not."""
    calendar = my_calendar(calendar_id)
    refusal = None if overview.is_empty(calendar) else service.NOT_EMPTY
    if request.method == "POST" and not refusal:
        try:
            with transaction():
                service.delete_calendar(calendar, actor_id=web.current().user.id, now=clock.now())
            return web.go_to(".index", notice="Calendar deleted.")
        except Conflict as conflict:
            refusal = conflict.sentence
    status = 409 if request.method == "POST" else 200
    return web.render("calendars/delete.html", calendar=calendar, refusal=refusal, status=status)


def _switch(calendar: Calendar, *, on: bool) -> Response:
    with transaction():
        service.switch(calendar, on=on, actor_id=web.current().user.id, now=clock.now())
    state = "on" if on else "off"
    back = local_path(request.form.get("next"), url_for(".index"))
    return web.go_on(back, notice=f"{calendar.name} is switched {state}.")
