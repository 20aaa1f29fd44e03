"""Makes the demo's rows: people, calendars, links of every kind, bookings past and coming."""

from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import or_, select

from ..accounts import invitations, passwords, sessions
from ..accounts.models import Membership, Role, User
from ..accounts.service import NewUser, account_of, create_account, user_by_email
from ..calendars.models import Calendar
from ..calendars.service import create_calendar
from ..db import db, transaction
from ..groups.service import add_calendar, create_group
from ..links.models import LinkStatus, OneTimeLink
from ..links.options import LinkOptions
from ..links.service import address_of, create_link
from . import bookings, calls, cast, contacts, forms, links, mails, pipelines, workflows
from .diary import live_through

EMAIL = "dana@example.org"
TRY_NOTE = "Yours to try"
OPENED_BEFORE = timedelta(weeks=8)
ONE_DAY = timedelta(days=1)


def seed(password: str, now: datetime) -> None:
    """Make the demo's account, once: where its owner exists nothing happens. Opens its own transactions."""
    if user_by_email(EMAIL):
        return
    began_at = now - OPENED_BEFORE
    password_hash = passwords.hashed(password)
    with transaction():
        dana = create_account(
            "Reyes & Archer",
            NewUser("Dana Reyes", EMAIL, password_hash, "Europe/Berlin", "en_GB"),
            began_at,
        )
        calendars = _calendars(dana, began_at)
        _group([calendars[0], calendars[2]], dana, began_at)
        calls.set_up(calendars[0].account_id, dana, began_at)
        form = forms.make_ask(dana, began_at)
        sales = pipelines.make_sales(form.account_id, dana, began_at)
    workflows.make_workflows(calendars[0], form, sales, dana, began_at)
    happenings = (
        bookings.entries(calendars, dana, now),
        links.entries(calendars, dana, now),
        contacts.entries(dana, began_at, now),
        forms.entries(form, now),
        pipelines.entries(sales, dana, now),
        calls.entries(calendars[0].account_id, now),
    )
    live_through(chain.from_iterable(happenings))
    links.look_at_links(now)
    _invite(dana, now - ONE_DAY)
    mails.catch_up(calendars[0].account_id, now)


def open_link(now: datetime) -> str | None:
    """Address of a link that is ready to be booked, made when the last one is used; None without a calendar."""
    dana = user_by_email(EMAIL)
    calendar = db.session.scalars(
        select(Calendar)
        .where(Calendar.host_id == dana.id, Calendar.switched_off_at.is_(None))
        .order_by(Calendar.id)
    ).first()
    if calendar is None:
        return None
    link = _open_link(calendar, now)
    if link is None:
        with transaction():
            link = create_link(calendar, LinkOptions(note=TRY_NOTE), actor=dana, now=now)
    return address_of(link)


def _open_link(calendar: Calendar, now: datetime) -> OneTimeLink | None:
    """Made here: one that took its place for somebody has the same note, and is theirs."""
    found = select(OneTimeLink).where(
        OneTimeLink.calendar_id == calendar.id,
        OneTimeLink.status == LinkStatus.ACTIVE,
        OneTimeLink.note == TRY_NOTE,
        OneTimeLink.parent_id.is_(None),
        OneTimeLink.for_name == "",
        OneTimeLink.for_email == "",
        or_(OneTimeLink.expires_at.is_(None), OneTimeLink.expires_at > now),
    )
    known = db.session.scalars(found.order_by(OneTimeLink.id))
    return next((link for link in known if address_of(link)), None)


def _calendars(dana: User, began_at: datetime) -> list[Calendar]:
    account_id = db.session.scalars(select(Membership.account_id).where(Membership.user_id == dana.id)).one()
    miles = _colleague(account_id, began_at)
    hosts = (dana, miles, dana)
    return [
        create_calendar(account_id=account_id, host_id=host.id, actor_id=dana.id, now=began_at, **settings)
        for host, settings in zip(hosts, cast.CALENDARS, strict=True)
    ]


def _group(calendars: list[Calendar], dana: User, began_at: datetime) -> None:
    """One page for whoever wants to talk first."""
    account_id = calendars[0].account_id
    group = create_group(account_id=account_id, actor_id=dana.id, now=began_at, **cast.GROUP)
    for calendar in calendars:
        add_calendar(group, calendar, actor_id=dana.id, now=began_at)


def _invite(dana: User, at: datetime) -> None:
    """Somebody whom the team waits for."""
    with transaction():
        signed_in = sessions.find(sessions.begin(dana, account_of(dana.id), at), at)
        invitations.invite(signed_in, "noor@example.org", Role.ADMIN, at)
        sessions.end(signed_in.session.id, at)


def _colleague(account_id: int, began_at: datetime) -> User:
    """Somebody in the team who is booked too. Without a password nobody signs in as him."""
    miles = User(
        name="Miles Archer",
        email="miles@example.org",
        password_hash="",
        tz="America/New_York",
        locale="en_US",
        created_at=began_at,
    )
    db.session.add(miles)
    db.session.flush()
    db.session.add(Membership(account_id=account_id, user_id=miles.id, role=Role.MEMBER))
    return miles
