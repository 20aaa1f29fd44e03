"""The rules of one-time links. Everything here runs in the caller's transaction, and never commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from .. import config, events, tokens
from ..accounts.models import User
from ..calendars.checks import longest_range
from ..calendars.models import Calendar
from ..db import connection, db
from ..errors import Conflict, Invalid
from ..groups.models import CalendarGroup
from ..groups.service import require_calendar
from .models import LinkSource, LinkStatus, OneTimeLink
from .options import LinkOptions, check, expires_at, expires_on, taken_over
from .search import kept_words

link_table = OneTimeLink.__table__
PLAIN = LinkOptions()

NOT_DELETED = {
    LinkStatus.USED: "This link has been used. A used link stays in the list, and cannot be deleted.",
    LinkStatus.DELETED: "This link is deleted already.",
}
NOT_CHANGED = {
    LinkStatus.USED: "This link has been used in the meantime, so nothing about it can be changed any more.",
    LinkStatus.DELETED: "This link has been deleted, so nothing about it can be changed any more.",
}


def link_tokens() -> tokens.TokenMaker:
    """What makes and checks the tokens of one-time links here."""
    return tokens.TokenMaker(tokens.LINK, config.current().secrets)


def token_of(link: Any) -> str | None:
    """The secret part of the link's address; None when the server key that made it was dropped.

    Takes anything with `nonce` and `key_id`. Only for those who manage its calendar, and for messages.
    """
    return link_tokens().token(link.nonce, link.key_id)


def address_of(link: Any) -> str | None:
    """The address to send: under BASE_URL, whatever host the request named. None like `token_of`."""
    token = token_of(link)
    return f"{config.current().base_url}/o/{token}" if token else None


def create_link(
    calendar: Calendar | CalendarGroup,
    options: LinkOptions,
    actor: User | None,
    now: datetime,
    parent: OneTimeLink | None = None,
    *,
    contact_id: int | None = None,
    source: LinkSource | None = None,
    why: dict[str, Any] | None = None,
) -> OneTimeLink:
    """A new Active link of the calendar, for a contact of its account if that is said.

    `why` goes into the event, as in `delete_link`. Raises Invalid when an option breaks a rule, and for a group.
    """
    require_calendar(calendar)
    check(options, PLAIN, calendar.tz, now)
    if parent is None:
        _check_hours(calendar, options, now)
    link = OneTimeLink(
        account_id=calendar.account_id,
        calendar_id=calendar.id,
        nonce=tokens.new_nonce(),
        key_id=link_tokens().key_id,
        status=LinkStatus.ACTIVE,
        source=source or (LinkSource.REPLACEMENT if parent else LinkSource.HAND),
        parent_id=parent.id if parent else None,
        contact_id=contact_id,
        created_at=now,
        created_by_id=actor.id if actor else None,
        **_columns(calendar, options),
    )
    db.session.add(link)
    db.session.flush()
    _record("link_created", link, actor, now, ({"parent_id": link.parent_id} if parent else {}) | (why or {}))
    return link


def create_replacement(
    calendar: Calendar, parent: OneTimeLink, actor: User | None, now: datetime
) -> OneTimeLink:
    """A new link for the same person, with the same note and duration, in place of a used or deleted one.

    Raises Conflict while `parent` is Active.
    """
    if parent.status == LinkStatus.ACTIVE:
        raise Conflict("This link has not been used. Send it again, or delete it first.")
    options = taken_over(parent, parent.for_name, parent.for_email, parent.note)
    return create_link(calendar, options, actor=actor, now=now, parent=parent, contact_id=parent.contact_id)


def update_link(
    calendar: Calendar, link: OneTimeLink, options: LinkOptions, actor: User | None, now: datetime
) -> None:
    """Change what an Active link offers. Raises Invalid for a broken rule, Conflict when it is not Active."""
    before = options_of(link, calendar.tz)
    check(options, before, calendar.tz, now)
    changed = [name for name in vars(options) if getattr(options, name) != getattr(before, name)]
    if {"duration_minutes", "offered_times"} & set(changed):
        _check_hours(calendar, options, now)
    values = _columns(calendar, options)
    if "expires_on" not in changed:
        values.pop("expires_at")
    if not _while_active(link, values):
        raise Conflict(NOT_CHANGED[_status_now(link)])
    if changed:
        _record("link_changed", link, actor, now, {"changed": changed})


def delete_link(
    link: OneTimeLink, actor: User | None, now: datetime, *, why: dict[str, Any] | None = None
) -> None:
    """Delete an Active link, expired or not: nobody can book by it any more, and its row stays.

    `why` goes into the event, as "reason" for people to read and ids beside it. Raises Conflict when it is used or
    deleted.
    """
    values = {
        "status": LinkStatus.DELETED,
        "deleted_at": now,
        "deleted_by_id": actor.id if actor else None,
    }
    if not _while_active(link, values):
        raise Conflict(NOT_DELETED[_status_now(link)])
    _record("link_deleted", link, actor, now, why or {})


def options_of(link: OneTimeLink, tz: str) -> LinkOptions:
    """What was chosen for the link, with its dates in the zone."""
    return LinkOptions(
        for_name=link.for_name,
        for_email=link.for_email,
        note=link.note,
        checks_recipient=link.checks_recipient,
        expires_on=expires_on(link.expires_at, tz),
        duration_minutes=link.duration_minutes,
        offered_from_on=link.offered_from_on,
        offered_until_on=link.offered_until_on,
        offered_times=tuple(link.offered_times or ()),
    )


def _check_hours(calendar: Calendar, options: LinkOptions, now: datetime) -> None:
    """Raise Invalid for a duration of the link's own that no range of hours holds. Single times need no hours."""
    minutes, longest = options.duration_minutes, longest_range(calendar, now)
    if minutes and longest is not None and minutes > longest and not options.offered_times:
        raise Invalid(
            f"No range of hours is long enough: the longest has {longest} minutes. "
            "Enter fewer, or offer single times.",
            "duration_minutes",
        )


def _columns(calendar: Calendar, options: LinkOptions) -> dict[str, Any]:
    return {
        "for_name": options.for_name,
        "for_email": options.for_email,
        "note": options.note,
        "checks_recipient": options.checks_recipient,
        "expires_at": expires_at(options.expires_on, calendar.tz),
        "duration_minutes": options.duration_minutes,
        "offered_from_on": options.offered_from_on,
        "offered_until_on": options.offered_until_on,
        "offered_times": sorted(set(options.offered_times)) or None,
        "search_words": kept_words(calendar.id, (options.for_name, options.for_email, options.note)),
    }


def _while_active(link: OneTimeLink, values: dict[str, Any]) -> bool:
    """Write the values if the link is Active at that very moment: it may be booked at the same time."""
    return (
        db.session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.id == link.id, OneTimeLink.status == LinkStatus.ACTIVE)
            .values(values)
            .returning(OneTimeLink.id)
            .execution_options(synchronize_session="evaluate")
        ).scalar_one_or_none()
        is not None
    )


def _status_now(link: OneTimeLink) -> LinkStatus:
    return connection().execute(select(link_table.c.status).where(link_table.c.id == link.id)).scalar_one()


def _record(name: str, link: OneTimeLink, actor: User | None, now: datetime, data: dict[str, Any]) -> None:
    events.record(
        name,
        account_id=link.account_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        contact_id=link.contact_id,
        actor_id=actor.id if actor else None,
        at=now,
        data=data,
    )
