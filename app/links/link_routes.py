"""The page of one link, its options, sharing it, and the export."""

from typing import Any

from flask import Response, request, stream_with_context, url_for
from sqlalchemy import select

from .. import clock, config, events, web
from ..accounts.models import User
from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..db import db, transaction
from ..errors import Conflict, Invalid
from ..localtime import Reader
from ..qr import qr_svg
from . import listing, service, words
from .blueprint import LINK, LIST, bp, my_link
from .choice import Choice
from .export import lines
from .forms import LinkForm
from .models import LinkSighting, LinkStatus, OneTimeLink
from .options import expires_on
from .timeline import timeline


@bp.get(LINK)
def show(calendar_id: int, link_id: int) -> Response:
    """Address, facts, timeline, booking, and what can be done with the link."""
    calendar, link = my_link(calendar_id, link_id)
    now = clock.now()
    return web.render(
        "links/show.html",
        calendar=calendar,
        link=link,
        chip=words.chip_of(link, now),
        short=words.short_address(service.token_of(link), link.id),
        title=_title(link),
        booking=db.session.scalars(select(Booking).where(Booking.link_id == link.id)).one_or_none(),
        entries=_timeline(link),
        reader=web.reader(),
        now=now,
        facts=_facts(calendar, link),
        **_related(link),
        **_sharing(calendar, link),
    )


@bp.route(f"{LINK}/edit", methods=["GET", "POST"])
def edit(calendar_id: int, link_id: int) -> Response:
    """The options of an Active link."""
    calendar, link = my_link(calendar_id, link_id)
    if link.status != LinkStatus.ACTIVE:
        raise Conflict(service.NOT_CHANGED[link.status])
    form = LinkForm.of(service.options_of(link, calendar.tz), calendar.tz)
    if form.submitted() and not form.asks_for_more_times:
        try:
            with transaction():
                service.update_link(
                    calendar, link, form.options(calendar.tz), web.current().user, clock.now()
                )
            return web.go_to(".show", calendar_id=calendar_id, link_id=link_id, notice="Saved")
        except Invalid as refused:
            form.refuse(refused)
    return _edit_page(calendar, link, form)


@bp.get(f"{LINK}/share")
def share(calendar_id: int, link_id: int) -> Response:
    """A ready message round the link, its QR code, and ways to send it. Only an Active link can be shared."""
    calendar, link = my_link(calendar_id, link_id)
    if not service.token_of(link) or link.status != LinkStatus.ACTIVE:
        raise Conflict("Only an Active link can be shared.")
    return web.render(
        "links/share.html",
        "share",
        calendar=calendar,
        link=link,
        title=_title(link),
        **_sharing(calendar, link),
    )


@bp.get(f"{LIST}.csv")
def export(calendar_id: int) -> Response:
    """All links that the filters choose, as CSV."""
    calendar, _ = listing.calendar_and_counts(web.current(), calendar_id)
    found = listing.every_link(calendar.id, Choice.from_args(request.args))
    user, now = web.current().user, clock.now()
    body = stream_with_context(lines(found, config.current().base_url, user.tz, now))
    name = f"one-time-links-{calendar.slug}-{web.reader().local_date(now)}.csv"
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _edit_page(calendar: Calendar, link: OneTimeLink, form: LinkForm) -> Response:
    return web.render(
        "links/edit.html",
        status=422 if form.errors else 200,
        calendar=calendar,
        link=link,
        title=_title(link),
        form=form,
        more_times=int(form.asks_for_more_times),
        zone=Reader(calendar.tz, web.reader().locale).zone_label(clock.now()),
    )


def _title(link: OneTimeLink) -> str:
    who = words.who_of(link)
    return f"One-time link for {who}" if who else "One-time link"


def _facts(calendar: Calendar, link: OneTimeLink) -> list[tuple[str, str | None]]:
    now, own = clock.now(), Reader(calendar.tz, web.reader().locale)
    until = words.day_words(expires_on(link.expires_at, calendar.tz), own, now)
    duration = link.duration_minutes
    times = words.times_words(link.offered_times or [], calendar.tz, own.locale, now)
    return [
        ("For", " · ".join(filter(None, (link.for_name, link.for_email))) or None),
        ("Note", link.note or None),
        ("From", words.SOURCE_WORDS[link.source]),
        ("Expires", f"at the end of {until} ({own.zone_label(link.expires_at)})" if until else "Never"),
        (
            "Duration",
            f"{duration} minutes" if duration else f"{calendar.duration_minutes} minutes, as the calendar",
        ),
        ("Only on dates", words.dates_words(link.offered_from_on, link.offered_until_on, own)),
        ("Only these times", ", ".join(times) or None),
    ]


def _timeline(link: OneTimeLink) -> list[Any]:
    found = events.of_link(link.id)
    seen = db.session.scalars(select(LinkSighting).where(LinkSighting.link_id == link.id)).all()
    actors = {event.actor_id for event in found if event.actor_id}
    names = select(User.id, User.name).where(User.id.in_(actors))
    people = dict(db.session.execute(names).all()) if actors else {}
    return timeline(found, seen, people, is_used=link.status == LinkStatus.USED)


def _related(link: OneTimeLink) -> dict[str, Any]:
    """The link that this one replaces, and those that replace it."""
    newer = (
        select(OneTimeLink).where(OneTimeLink.parent_id == link.id).order_by(OneTimeLink.id.desc()).limit(5)
    )
    return {
        "parent": db.session.get(OneTimeLink, link.parent_id) if link.parent_id else None,
        "replacements": db.session.scalars(newer).all(),
    }


def _sharing(calendar: Calendar, link: OneTimeLink) -> dict[str, Any]:
    address = service.address_of(link) if link.status == LinkStatus.ACTIVE else None
    if not address:
        return {"address": None}
    return {
        "address": address,
        "preview": url_for("public.picker", token=service.token_of(link)),
        "message": words.share_text(calendar, link, address, clock.now()),
        "subject": f"Choose a time: {calendar.name}",
        "code": qr_svg(address, "QR code of this link"),
    }
