"""What the owner's pages read: a page of bookings and the counts beside it in one query each, and one booking.

Pages are cut by keyset, never by OFFSET, so the hundredth costs what the first does.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from ..accounts.models import User
from ..accounts.sessions import SignedIn
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db
from ..errors import NotFound
from ..events import Event
from ..links.models import OneTimeLink
from ..zones import zone
from .choice import Choice, Place, Section
from .models import CANCELLED, LIVE, TENTATIVE, Booking
from .offering import LONGEST_BLOCK

MOST_COUNTED = 1_000  # beyond that a page says "1,000+": counting more would cost more than the page
ONE_DAY = timedelta(days=1)

# Of a booking, in a list; whole rows carry answers and reasons that no line shows.
SHOWN = (
    "id",
    "starts_at",
    "ends_at",
    "status",
    "name",
    "email",
    "tz",
    "link_id",
    "no_show_at",
    "host_id",
    "request_end",
)

booking, calendar, user = Booking.__table__, Calendar.__table__, User.__table__


class Page(NamedTuple):
    """Bookings in their list's order, and whether there are more before and after them."""

    bookings: Sequence[Any]
    has_before: bool
    has_after: bool


class Viewed(NamedTuple):
    """One booking with the person it is with and the link that made it, if one did."""

    booking: Booking
    host: User
    link: OneTimeLink | None


def page_of(signed_in: SignedIn, choice: Choice, now: datetime) -> Page:
    """The page of bookings that `choice` asks for, of those this person may see."""
    backwards = choice.before is not None
    ids = _in_order(_ids(signed_in, choice, choice.section, now), choice).limit(choice.per_page + 1)
    rows = _rows(ids, choice.section)
    more = len(rows) > choice.per_page
    if backwards:
        return Page(rows[-choice.per_page :], has_before=more, has_after=True)
    return Page(rows[: choice.per_page], has_before=choice.after is not None, has_after=more)


def counts(signed_in: SignedIn, choice: Choice, now: datetime) -> dict[Section, int]:
    """How many bookings each section holds under the filters of `choice`; MOST_COUNTED + 1 means more than that."""
    counted = [
        select(func.count())
        .select_from(_ids(signed_in, choice, section, now).limit(MOST_COUNTED + 1).subquery())
        .scalar_subquery()
        for section in Section
    ]
    return dict(zip(Section, connection().execute(select(*counted)).one(), strict=True))


def booking_for(signed_in: SignedIn, booking_id: int) -> Viewed:
    """The booking, if this person may see it. Raises NotFound."""
    found = db.session.execute(
        select(Booking, User, OneTimeLink)
        .join(User, User.id == Booking.host_id)
        .outerjoin(OneTimeLink, OneTimeLink.id == Booking.link_id)
        .where(booking.c.id == booking_id, _seen_by(signed_in))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such booking.")
    return Viewed(*found)


def history_of(booking_id: int) -> Sequence[tuple[Event, str | None]]:
    """The booking's events, oldest first, each with the name of the user who did it, if one did."""
    found = select(Event, User.name).outerjoin(User, User.id == Event.actor_id)
    return db.session.execute(found.where(Event.booking_id == booking_id).order_by(Event.at, Event.id)).all()


def _seen_by(signed_in: SignedIn) -> ColumnElement[bool]:
    """All bookings of the account; for a member those of their calendars, and those they are themself booked for.

    The second part matters once a calendar was given to somebody else: who has promised their time sees it.
    """
    own = booking.c.account_id == signed_in.account.id
    if signed_in.manages_account:
        return own
    calendars = calendars_for(signed_in).with_only_columns(calendar.c.id)
    return own & or_(booking.c.calendar_id.in_(calendars), booking.c.host_id == signed_in.user.id)


def _ids(signed_in: SignedIn, choice: Choice, section: Section, now: datetime) -> Select[Any]:
    ids = select(booking.c.id, booking.c.starts_at).where(_seen_by(signed_in), _in(section, now))
    if choice.calendar_id:
        ids = ids.where(booking.c.calendar_id == choice.calendar_id)
    if choice.from_on:
        ids = ids.where(booking.c.starts_at >= _begin(choice.from_on, signed_in.user.tz))
    if choice.until_on:
        ids = ids.where(booking.c.starts_at < _begin(choice.until_on + ONE_DAY, signed_in.user.tz))
    return ids


def _in(section: Section, now: datetime) -> ColumnElement[bool]:
    """What belongs to the section; the bounds of `starts_at` follow from the rest, and are what the index knows."""
    return {
        Section.REQUESTS: and_(TENTATIVE, booking.c.answer_by > now),
        Section.UPCOMING: and_(LIVE, booking.c.ends_at > now, booking.c.starts_at > now - LONGEST_BLOCK),
        Section.PAST: and_(LIVE, booking.c.ends_at <= now, booking.c.starts_at < now),
        Section.CANCELLED: CANCELLED,
    }[section]


def _begin(day: date, tz: str) -> datetime:
    """The first instant of the day. Of a midnight shown twice the first, of one left out the one after it."""
    return datetime.combine(day, time(), zone(tz))


def _in_order(ids: Select[Any], choice: Choice) -> Select[Any]:
    place = choice.after or choice.before
    upwards = choice.section.is_soonest_first is (choice.before is None)
    if place:
        here = tuple_(booking.c.starts_at, booking.c.id)
        there = _values(place)
        ids = ids.where(here > there if upwards else here < there)
    return ids.order_by(*(each if upwards else each.desc() for each in (booking.c.starts_at, booking.c.id)))


def _values(place: Place) -> ColumnElement[Any]:
    return tuple_(place.at, place.id, types=[booking.c.starts_at.type, booking.c.id.type])


def _rows(ids: Select[Any], section: Section) -> Sequence[Any]:
    page = ids.subquery("page")
    columns = [booking.c[name] for name in SHOWN]
    rows = (
        select(
            *columns,
            calendar.c.id.label("calendar_id"),
            calendar.c.name.label("calendar_name"),
            calendar.c.host_id.label("calendar_host_id"),
            user.c.name.label("host_name"),
        )
        .join_from(page, booking, booking.c.id == page.c.id)
        .join(calendar, calendar.c.id == booking.c.calendar_id)
        .join(user, user.c.id == booking.c.host_id)
    )
    order = (booking.c.starts_at, booking.c.id)
    if not section.is_soonest_first:
        order = tuple(each.desc() for each in order)
    return connection().execute(rows.order_by(*order)).all()
