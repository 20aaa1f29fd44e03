"""The page of one link, its options, sharing it, and the export."""

from flask import Response, request, stream_with_context

from .. import clock, config, web
from ..calendars.access import calendar_for
from ..db import in_transaction, transaction
from ..errors import Conflict, Invalid
from ..localtime import Reader
from . import listing, sending, service
from .blueprint import LINK, LIST, bp, my_link
from .choice import Choice
from .export import lines
from .forms import LinkForm
from .link_page import link_page, sharing, title_of
from .models import LinkStatus
from .sent_words import on_its_way


@bp.get(LINK)
def show(calendar_id: int, link_id: int) -> Response:
    """Address, facts, timeline, booking, and what can be done with the link."""
    calendar, link = my_link(calendar_id, link_id)
    return link_page(calendar, link)


@bp.route(f"{LINK}/edit", methods=["GET", "POST"])
def edit(calendar_id: int, link_id: int) -> Response:
    """The options of an Active link."""
    calendar, link = my_link(calendar_id, link_id)
    form = LinkForm.of(service.options_of(link, calendar.tz), calendar.tz)
    if link.status != LinkStatus.ACTIVE:
        return link_page(calendar, link, Conflict(service.NOT_CHANGED[link.status]), form)
    if form.submitted() and not form.asks_for_more_times:
        try:
            with transaction():
                service.update_link(
                    calendar, link, form.options(calendar.tz), web.current().user, clock.now()
                )
            return web.go_to(".show", calendar_id=calendar_id, link_id=link_id, notice="Saved")
        except Invalid as refused:
            form.refuse(refused)
        except Conflict as too_late:
            return link_page(calendar, link, too_late, form)
    return web.render(
        "links/edit.html",
        status=422 if form.errors else 200,
        calendar=calendar,
        link=link,
        title=title_of(link),
        form=form,
        more_times=int(form.asks_for_more_times),
        zone=Reader(calendar.tz, web.reader().locale).zone_label(clock.now()),
    )


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
        title=title_of(link),
        **sharing(calendar, link),
    )


@bp.post(f"{LINK}/send")
def send(calendar_id: int, link_id: int) -> Response:
    """Send an Active link to the address it was made for."""
    calendar, link = my_link(calendar_id, link_id)
    try:
        in_transaction(lambda: sending.send(link, web.current().user, clock.now()))
    except Conflict as refused:
        return link_page(calendar, link, refused)
    said = on_its_way("The link", link.for_email)
    return web.go_to(".show", calendar_id=calendar_id, link_id=link_id, notice=said)


@bp.get(f"{LIST}.csv")
def export(calendar_id: int) -> Response:
    """All links that the filters choose, as CSV."""
    calendar = calendar_for(web.current(), calendar_id)
    found = listing.every_link(calendar.id, Choice.from_args(request.args))
    user, now = web.current().user, clock.now()
    body = stream_with_context(lines(found, config.current().base_url, user.tz, now))
    name = f"one-time-links-{calendar.slug}-{web.reader().local_date(now)}.csv"
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
