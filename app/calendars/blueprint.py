"""The blueprint of calendars, and what its pages share."""

from .. import clock, web
from ..digits import ID
from .access import calendar_for
from .models import Calendar

bp = web.owners_blueprint("calendars")

CALENDAR = f"/calendars/<{ID}:calendar_id>"


def my_calendar(calendar_id: int) -> Calendar:
    """The calendar, if the person of this request manages it. Raises NotFound."""
    return calendar_for(web.current(), calendar_id)


def zone_choices(*include: str) -> dict[str, dict[str, str]]:
    """The list of zones, grouped, for a form."""
    return {group: dict(zones) for group, zones in web.reader().zone_options(clock.now(), include)}
