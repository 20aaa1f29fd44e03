"""Calendar Settings > Availability: hours of the week and of single dates, the coming weeks, and what is missing."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Response, request

from .. import clock, web
from ..bookings.in_the_way import bookings_in_the_way
from ..bookings.offering import LinkTerms, open_offer
from ..db import transaction
from ..digits import ID
from ..errors import Invalid
from ..localtime import wall_to_instant
from ..scheduling.availability import Availability
from ..scheduling.reasons import why_missing
from ..scheduling.slots import Offer
from . import answers, checks, hours, hours_forms, preview, service
from .answers import Answer
from .blueprint import CALENDAR, bp, my_calendar
from .fields import FIRST_DAY, LAST_DAY
from .hours import DAYS
from .hours_forms import OverrideForm, WeeklyHoursForm
from .models import Calendar, Ranges
from .section_page import save
from .sections import stamp
from .snapshots import Snapshot
from .terms import availability_of

PAGE = "calendars/availability.html"
DONE = {"add": "Range added.", "remove": "Range removed.", "copy": "Hours copied."}


@bp.route(f"{CALENDAR}/settings/availability", methods=["GET", "POST"])
def availability(calendar_id: int) -> Response:
    """Weekly hours. Buttons other than Save answer with the page as it would be, and store nothing."""
    calendar = my_calendar(calendar_id)
    form = _weekly_form(calendar)
    if request.method != "POST":  # HEAD too
        form.seen.data = stamp(calendar, "availability")
        return _page(calendar, form, why=_why(calendar))
    do = request.form.get("do", "save")
    if do != "save":
        return _edited(calendar, form, do)
    if not form.submitted():
        return _page(calendar, form, status=422)
    refusal = save(calendar, "availability", form, {"weekly_hours": form.weekly()})
    if refusal:
        return _page(calendar, form, status=refusal.status)
    return web.go_to(".availability", calendar_id=calendar_id, notice="Saved")


@bp.get(f"{CALENDAR}/settings/availability/preview")
def preview_hours(calendar_id: int) -> Response:
    """The coming two weeks with hours that are typed and not saved yet."""
    calendar = my_calendar(calendar_id)
    form = WeeklyHoursForm(formdata=request.args)
    form.seen.data = stamp(calendar, "availability")
    return _page(calendar, form, is_unsaved=form.weekly() != calendar.weekly_hours)


@bp.post(f"{CALENDAR}/settings/availability/dates")
def add_override(calendar_id: int) -> Response:
    """Other hours on one date or a span of dates."""
    calendar = my_calendar(calendar_id)
    dates = OverrideForm(prefix="dates", data={"kind": "closed"})
    do = request.form.get("do", "save")
    if do != "save":
        return _page(calendar, dates=_edited_dates(dates, do), **_after(do, "", "dates"))
    if dates.submitted():
        try:
            with transaction():
                person = web.current().user.id
                service.add_override(calendar, dates.override(), actor_id=person, now=clock.now())
            return web.go_to(".availability", calendar_id=calendar_id, notice="Saved", _anchor="dates")
        except Invalid as refusal:
            dates.refuse(refusal)
    return _page(calendar, dates=dates, form_errors=True, status=422)


@bp.post(f"{CALENDAR}/settings/availability/dates/<{ID}:override_id>/remove")
def remove_override(calendar_id: int, override_id: int) -> Response:
    """Back to the weekly hours."""
    calendar = my_calendar(calendar_id)
    with transaction():
        person = web.current().user.id
        service.remove_override(calendar, override_id, actor_id=person, now=clock.now())
    return web.go_to(".availability", calendar_id=calendar_id, notice="Removed", _anchor="dates")


def _page(
    calendar: Calendar,
    form: WeeklyHoursForm | None = None,
    dates: OverrideForm | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    if form is None:
        form = WeeklyHoursForm(
            formdata=None, data=_stored(calendar) | {"seen": stamp(calendar, "availability")}
        )
    now = clock.now()
    today = checks.today(calendar, now)
    return web.render(
        PAGE,
        "hours preview why dates",
        status=status,
        calendar=calendar,
        form=form,
        days=DAYS,
        dates=dates or OverrideForm(formdata=None, prefix="dates", data={"kind": "closed"}),
        overrides=[each for each in calendar.overrides if each.until_on >= today],
        coming=preview.coming_days(_offer(calendar, form.weekly()), today),
        today=today,
        now=now,
        of_day=answers.OF_DAY,
        reader=web.reader(calendar.tz),
        span_text=hours.span_text,
        instant=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        asked_day=request.args.get("day", ""),
        asked_time=request.args.get("time", ""),
        **context,
    )


def _weekly_form(calendar: Calendar) -> WeeklyHoursForm:
    return WeeklyHoursForm(data=_stored(calendar))


def _stored(calendar: Calendar) -> dict[str, Any]:
    days = zip(DAYS, calendar.weekly_hours, strict=True)
    return {day: [{"start": start, "end": until} for start, until in ranges] for day, ranges in days}


def _edited(calendar: Calendar, form: WeeklyHoursForm, do: str) -> Response:
    rows = hours_forms.edited(form.typed(), do, form.copy_from.data, form.copy_to.data or [])
    copied = {"copy_from": form.copy_from.data, "copy_to": form.copy_to.data}
    edited = WeeklyHoursForm(formdata=None, data=rows | copied | {"seen": form.seen.data})
    day = do.split("-")[1] if "-" in do else ""
    if do.startswith("add-") and day in DAYS:
        edited[day].entries[-1].form.start.render_kw = {"autofocus": True, "data-focus": True}
    return _page(calendar, edited, is_unsaved=True, **_after(do, day, "hours"))


def _edited_dates(dates: OverrideForm, do: str) -> OverrideForm:
    rows = hours_forms.edited({"dates": dates.typed_ranges()}, do, "", ())["dates"]
    typed = {name: dates[name].data for name in ("from_on", "until_on", "note")}
    return OverrideForm(formdata=None, prefix="dates", data=typed | {"kind": "hours", "ranges": rows})


def _after(do: str, day: str, part: str) -> dict[str, Any]:
    """What the page says of the change, in which part of it, and where the focus goes."""
    action = do.partition("-")[0]
    said = f"{DONE.get(action, '')} Not saved yet.".strip()
    return {"announce": {part: said}, "action": action, "focus_day": day}


def _offer(calendar: Calendar, weekly: list[Ranges]) -> Offer:
    """The offer of the coming two weeks with these weekly hours."""
    stored = availability_of(calendar)
    typed = Availability(calendar.tz, tuple(tuple(map(tuple, ranges)) for ranges in weekly), stored.overrides)
    return _open_offer(calendar, typed, int(clock.now().timestamp()), preview.SHOWN_DAYS + 1)


def _open_offer(calendar: Calendar, typed: Availability, start: int, days: int) -> Offer:
    return open_offer(Snapshot(calendar, typed), LinkTerms(), clock.now(), start, start + days * 86_400)


def _why(calendar: Calendar) -> Answer | None:
    """The answer to the moment in the address, if there is one."""
    if not (request.args.get("day") or request.args.get("time")):
        return None
    day, minutes = _day_asked(), hours.minutes_of(request.args.get("time", ""))
    if day is None or minutes is None:
        return Answer("Which time?", "Enter a date and a time, such as 09:30.")
    try:
        start = int(wall_to_instant(day, minutes, calendar.tz).timestamp())
    except Invalid as skipped:
        return Answer("There is no such time", skipped.sentence)
    reason = why_missing(_open_offer(calendar, availability_of(calendar), start, 1), start)
    in_the_way = bookings_in_the_way(calendar, start)
    return answers.why(calendar, reason, start, in_the_way, web.reader(calendar.tz))


def _day_asked() -> date | None:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
