"""The demo's links that made no booking: open, for one special time, expired, withdrawn and replaced."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from ..accounts.models import User
from ..calendars.models import Calendar
from ..db import db, transaction
from ..links import lookup, sightings
from ..links.models import LinkStatus, OneTimeLink, SightingKind
from ..links.options import LinkOptions
from ..links.requests import Asker, ask
from ..links.service import create_link, create_replacement, delete_link, token_of
from .bookings import open_starts
from .diary import Entry

ONE_DAY = timedelta(days=1)
WRONG_ADDRESS = "Sent to the wrong address"
AFTER_USE = 3  # every third used link was opened again by somebody else


def entries(calendars: Sequence[Calendar], dana: User, now: datetime) -> Iterator[Entry]:
    """When each of these links was made, withdrawn or replaced."""
    intro, consultation, phone_call = calendars
    for days_ago, calendar, options in (
        (21, phone_call, _expiring("Yuki Tanaka", now - 14 * ONE_DAY)),
        (9, intro, LinkOptions(for_name="Jonas Weber", for_email="jonas@example.org", note=WRONG_ADDRESS)),
        (6, intro, LinkOptions(for_name="Priya Raman", for_email="priya@example.org", note="From the fair")),
        (2, intro, _expiring("Kofi Mensah", now + 10 * ONE_DAY)),
        (1, intro, LinkOptions(note="Longer than usual: two projects", duration_minutes=45)),
    ):
        yield now - days_ago * ONE_DAY, partial(_create, calendar, dana, options)
    yield now - 8 * ONE_DAY, partial(_withdraw_and_replace, intro, dana)
    yield now - ONE_DAY / 2, partial(_offer_special_time, consultation, dana)
    yield now - ONE_DAY / 6, partial(_ask_for_new_link, intro)


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


def _expiring(name: str, at: datetime) -> LinkOptions:
    return LinkOptions(for_name=name, expires_on=at.date())


def _create(calendar: Calendar, dana: User, options: LinkOptions, now: datetime) -> None:
    with transaction():
        create_link(calendar, options, actor=dana, now=now)


def _withdraw_and_replace(calendar: Calendar, dana: User, now: datetime) -> None:
    wrong = select(OneTimeLink).where(
        OneTimeLink.note == WRONG_ADDRESS, OneTimeLink.status == LinkStatus.ACTIVE
    )
    with transaction():
        link = db.session.scalars(wrong.where(OneTimeLink.calendar_id == calendar.id)).one()
        delete_link(link, actor=dana, now=now)
        create_replacement(calendar, link, actor=dana, now=now)


def _ask_for_new_link(calendar: Calendar, now: datetime) -> None:
    """Somebody to whom a used link was forwarded."""
    used = select(OneTimeLink).where(OneTimeLink.status == LinkStatus.USED)
    mine = used.where(OneTimeLink.calendar_id == calendar.id).order_by(OneTimeLink.id.desc())
    asker = Asker(
        "Noor Haddad", "noor@example.org", "My colleague sent me this link. Could I have a call too?"
    )
    with transaction():
        token = token_of(db.session.scalars(mine).first())
        ask(lookup.find(token), asker, now)


def _offer_special_time(calendar: Calendar, dana: User, now: datetime) -> None:
    """A single time to choose, for one person."""
    options = LinkOptions(
        for_name="Maya Cohen",
        for_email="maya@example.org",
        note="Special consultation",
        offered_times=tuple(open_starts(calendar, now + 20 * ONE_DAY, now)[:1]),
    )
    _create(calendar, dana, options, now)
