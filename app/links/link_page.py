"""The page of one link: what it shows, and what a refusal adds to it."""

from collections.abc import Sequence
from typing import Any

from flask import Response, url_for
from sqlalchemy import select

from .. import clock, events, web
from ..accounts.models import User
from ..amounts import length_words
from ..bookings.models import Booking
from ..bookings.words import chips_of
from ..calendars.models import Calendar
from ..db import db
from ..errors import Conflict
from ..localtime import Reader
from ..messaging import lists as messages
from ..messaging import words as mail_words
from ..qr import qr_svg
from . import requests, service, words
from .bookable import obstacle_to
from .forms import LinkForm
from .models import LinkRequest, LinkSighting, LinkStatus, OneTimeLink
from .options import expires_on
from .request_words import row_of as waiting_row
from .sending import is_sendable, replacements_of
from .timeline import timeline


def link_page(
    calendar: Calendar, link: OneTimeLink, refusal: Conflict | None = None, typed: LinkForm | None = None
) -> Response:
    """The page; under what refused a change, and with what was typed for it, when one came too late."""
    now, asked = clock.now(), requests.of_link(link.id)
    booking = db.session.scalars(select(Booking).where(Booking.link_id == link.id)).one_or_none()
    return web.render(
        "links/show.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=typed.typed() if typed else [],
        calendar=calendar,
        link=link,
        chip=words.chip_of(link, now),
        short=words.short_address(service.token_of(link), link.id),
        title=title_of(link),
        obstacle=obstacle_to(calendar, link, now, web.reader().locale),
        booking=booking,
        booking_chips=chips_of(booking, now) if booking else [],
        entries=_timeline(link, asked),
        requests=[waiting_row(each, link, web.reader(), now) for each in asked if each.is_open],
        mails=messages.of_link(link.id),
        mail_words=mail_words,
        reader=web.reader(),
        now=now,
        facts=_facts(calendar, link),
        **_related(link),
        **sharing(calendar, link),
    )


def title_of(link: OneTimeLink) -> str:
    """What the link is called on its pages."""
    who = words.who_of(link)
    return f"One-time link for {who}" if who else "One-time link"


def sharing(calendar: Calendar, link: OneTimeLink) -> dict[str, Any]:
    """The link's address and ways to send it; no address when it opens for nobody."""
    address = service.address_of(link) if link.status == LinkStatus.ACTIVE else None
    if not address:
        return {"address": None}
    return {
        "address": address,
        "can_send": is_sendable(link, clock.now()),
        "preview": url_for("public.picker", token=service.token_of(link)),
        "message": words.share_text(calendar, link, address, clock.now()),
        "subject": f"Choose a time: {calendar.name}",
        "code": qr_svg(address, "QR code of this link"),
    }


def _facts(calendar: Calendar, link: OneTimeLink) -> list[tuple[str, str | None]]:
    now, own = clock.now(), Reader(calendar.tz, web.reader().locale)
    until = words.day_words(expires_on(link.expires_at, calendar.tz), own, now)
    duration = link.duration_minutes
    times = words.times_words(link.offered_times or [], calendar.tz, own.locale, now)
    return [
        ("For", " · ".join(filter(None, (link.for_name, link.for_email))) or None),
        ("Note", link.note or None),
        ("Recipient check", "Asks for a code, sent to this address" if link.checks_recipient else None),
        ("From", words.SOURCE_WORDS[link.source]),
        ("Expires", f"at the end of {until} ({own.zone_label(link.expires_at)})" if until else "Never"),
        (
            "Duration",
            length_words(duration)
            if duration
            else f"{length_words(calendar.duration_minutes)}, as the calendar",
        ),
        ("Only on dates", words.dates_words(link.offered_from_on, link.offered_until_on, own)),
        ("Only these times", ", ".join(times) or None),
    ]


def _timeline(link: OneTimeLink, asked: Sequence[LinkRequest]) -> list[Any]:
    found = events.of_link(link.id)
    seen = db.session.scalars(select(LinkSighting).where(LinkSighting.link_id == link.id)).all()
    actors = {event.actor_id for event in found if event.actor_id}
    names = (
        dict(db.session.execute(select(User.id, User.name).where(User.id.in_(actors))).all())
        if actors
        else {}
    )
    askers = {each.id: words.asker_of(each) for each in asked}
    return timeline(found, seen, names, is_used=link.status == LinkStatus.USED, askers=askers)


def _related(link: OneTimeLink) -> dict[str, Any]:
    """The link that this one replaces, and those that replace it."""
    return {
        "parent": db.session.get(OneTimeLink, link.parent_id) if link.parent_id else None,
        "replacements": replacements_of(link.id),
    }
