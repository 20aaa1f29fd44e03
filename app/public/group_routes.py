"""/g/<slug>: the public page of a calendar group, which leads to the standard links of its calendars."""

from flask import Response, abort

from .. import clock, web
from . import group_page, visits
from .blueprint import bp
from .zone_choice import zone_choice

NO_ZONE = "UTC"  # a page without calendars shows no times


@bp.get("/g/<slug>")
def group(slug: str) -> Response:
    """The group's calendars, or that none of them can be booked."""
    found = group_page.group_by_slug(slug) or abort(404)
    now, calendars = clock.now(), group_page.bookable_of(found)
    reading = visits.reading_for(calendars[0].tz if calendars else NO_ZONE)
    answer = web.render(
        "public/group.html",
        group=found,
        calendars=group_page.offered(calendars, now),
        reading=reading,
        now=now,
        query=f"?{reading.query[1:]}" if reading.query else "",
        **zone_choice(reading, now),
    )
    return visits.remember_choices(answer, reading)
