"""The blueprint of one-time links, and what its pages share."""

from sqlalchemy import select

from .. import web
from ..calendars.access import calendar_for
from ..calendars.models import Calendar
from ..db import db
from ..digits import ID
from ..errors import NotFound
from .models import OneTimeLink

bp = web.owners_blueprint("links")

LIST = f"/calendars/<{ID}:calendar_id>/settings/one-time-links"
LINK = f"/calendars/<{ID}:calendar_id>/links/<{ID}:link_id>"


def my_link(calendar_id: int, link_id: int) -> tuple[Calendar, OneTimeLink]:
    """The calendar and its link, if the person of this request manages it. Raises NotFound."""
    calendar = calendar_for(web.current(), calendar_id)
    own = select(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.calendar_id == calendar.id)
    link = db.session.scalars(own).one_or_none()
    if link is None:
        raise NotFound("There is no such link.")
    return calendar, link
