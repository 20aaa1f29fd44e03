"""The picker: /o/<token> for one-time links, /c/<slug> for standard ones."""

from flask import Response, abort, request

from .. import clock, web
from ..amounts import length_words
from ..bookings.places import place_before
from ..links.models import SightingKind
from . import doors, gone, visits
from .blueprint import bp
from .doors import Door
from .expired import contact_of
from .month_html import month_table, slot_list
from .month_page import MonthPage, Wanted, month_page, wanted_of
from .openings import Openings, month_of
from .reading import Reading
from .recipient import through_link
from .zone_choice import zone_choice

ASKS = ("month", "day", "tz", "hours", "zones")
# What was pressed, by its id, decides where the focus goes; else what was asked for does.
PRESSED = {"zone-form": "zone", "hours": "hours", "zone-change": "select"}


@bp.get("/o/<token>")
@through_link
def picker(door: Door) -> Response:
    """Times of a one-time link, or why there are none."""
    now = clock.now()
    if door.is_dead(now) or not door.takes_bookings:
        return gone.dead(door, now)
    is_looked_at = any(name in request.args for name in ASKS)
    visits.note(door, SightingKind.LOOKED if is_looked_at else SightingKind.FETCHED)
    return show_picker(door)


@bp.get("/c/<slug>")
def standard_picker(slug: str) -> Response:
    """Times of a standard link, or that it takes no bookings."""
    door = standard_door_or_404(slug)
    return show_picker(door) if door.takes_bookings else gone.dead(door, clock.now())


def standard_door_or_404(slug: str) -> Door:
    """The door of a standard link that exists, on or off."""
    return doors.by_slug(slug) or abort(404)


def show_picker(door: Door) -> Response:
    """The month, the day and the zone that the address asks for."""
    reading, now = visits.reading_behind(door), clock.now()
    wanted = _wanted(door, reading)
    openings = Openings(door.kept, door.terms, now, reading.reader.tz)
    page = month_page(openings, reading.reader, wanted, door.minutes, now)
    answer = web.render(
        "public/picker.html",
        "picker zone",
        layout=layout_of(door),
        door=door,
        reading=reading,
        now=now,
        view=page,
        month_table=month_table(page.grid, reading.query),
        slot_list=slot_list(page.times, door.path, reading.query),
        length=length_words(door.minutes),
        place=place_before(door.calendar.location_kind, door.calendar.location_detail, door.host.name),
        contact=None if page.times.starts else contact_of(door.calendar, door.host, door.host.name),
        is_own=visits.is_own(door),
        focus=_focus() if request.htmx else "",
        **_ways(page, reading),
        **zone_choice(reading, now),
    )
    return visits.remember_choices(answer, reading)


def layout_of(door: Door) -> str:
    """The frame of a page behind a door: the contact's, or the owner's own."""
    return "bookings/frame.html" if door.moving and door.moving.is_hosts else "public.html"


def _wanted(door: Door, reading: Reading) -> Wanted:
    """What the address asks for. Who moves a booking begins at its day: most look for a time not far from it."""
    wanted = wanted_of(request.args.get("month", ""), request.args.get("day", ""))
    if door.moving and wanted.is_first_visit:
        day = reading.reader.local_date(door.moving.booking.starts_at)
        return Wanted(month_of(day), day)
    return wanted


def _ways(page: MonthPage, reading: Reading) -> dict[str, str | None]:
    """Addresses that lead from here, relative to the picker's own."""
    return {
        "here": f"day={page.chosen}" if page.chosen else f"month={page.month}",
        "earlier": f"?month={page.month.previous}{reading.query}" if page.has_earlier else None,
        "later": f"?month={page.month.next}{reading.query}" if page.has_later else None,
    }


def _focus() -> str:
    pressed = request.headers.get("HX-Source", "").rpartition("#")[2]
    asked = "times" if "day" in request.args else "month"
    return PRESSED.get(pressed, asked)
