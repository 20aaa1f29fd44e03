"""The demo's links that made no booking: open, for one special time, expired, withdrawn and replaced."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from ..accounts.models import User
from ..calendars.models import Calendar
from ..db import db, transaction
from ..links import sightings
from ..links.models import OneTimeLink, SightingKind
from ..links.options import LinkOptions
from ..links.service import create_link, create_replacement, delete_link
from .bookings import open_starts

ONE_DAY = timedelta(days=1)
AFTER_USE = 3  # every third used link was opened again by somebody else


def make_links(calendars: Sequence[Calendar], dana: User, now: datetime) -> None:
    """A few links of each kind; opens one transaction."""
    intro, consultation, phone_call = calendars
    with transaction():
        _open_links(intro, dana, now)
        _special_time(consultation, dana, now)
        _expired(phone_call, dana, now)
        _withdrawn_and_replaced(intro, dana, now)


def look_at_links(now: datetime) -> None:
    """Let the links have been seen: used ones by their contact, some forwarded after use, open ones by a scanner."""
    for link in db.session.scalars(select(OneTimeLink).order_by(OneTimeLink.id)):
        opened_at = min(link.created_at + ONE_DAY / 8, now)
        sightings.note(link.id, SightingKind.FETCHED, opened_at)
        if link.used_at:
            sightings.note(link.id, SightingKind.LOOKED, opened_at)
        if link.used_at and link.id % AFTER_USE == 0:
            sightings.note(link.id, SightingKind.REFUSED, min(link.used_at + ONE_DAY, now))
    sightings.flush()


def _open_links(calendar: Calendar, dana: User, now: datetime) -> None:
    for days_ago, options in (
        (6, LinkOptions(for_name="Priya Raman", for_email="priya@example.org", note="Asked at the fair")),
        (2, LinkOptions(for_name="Kofi Mensah", expires_on=(now + 10 * ONE_DAY).date())),
        (1, LinkOptions(note="Longer than usual: two projects", duration_minutes=45)),
    ):
        create_link(calendar, options, actor=dana, now=now - days_ago * ONE_DAY)


def _special_time(calendar: Calendar, dana: User, now: datetime) -> None:
    """A single time to choose, for one person."""
    for start in open_starts(calendar, now + 20 * ONE_DAY, now)[:1]:
        options = LinkOptions(
            for_name="Maya Cohen",
            for_email="maya@example.org",
            note="Special consultation",
            offered_times=(start,),
        )
        create_link(calendar, options, actor=dana, now=now - ONE_DAY)


def _expired(calendar: Calendar, dana: User, now: datetime) -> None:
    made_at = now - 21 * ONE_DAY
    options = LinkOptions(for_name="Yuki Tanaka", expires_on=(made_at + 7 * ONE_DAY).date())
    create_link(calendar, options, actor=dana, now=made_at)


def _withdrawn_and_replaced(calendar: Calendar, dana: User, now: datetime) -> None:
    options = LinkOptions(
        for_name="Jonas Weber", for_email="jonas@example.org", note="Sent to the wrong address"
    )
    link = create_link(calendar, options, actor=dana, now=now - 9 * ONE_DAY)
    delete_link(link, actor=dana, now=now - 8 * ONE_DAY)
    create_replacement(calendar, link, actor=dana, now=now - 8 * ONE_DAY)
