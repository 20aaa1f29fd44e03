"""The owner's page of one booking."""

from datetime import datetime
from typing import Any

from flask import Response

from .. import clock, web
from ..db import db
from ..errors import Conflict
from ..links.models import LinkStatus, OneTimeLink
from ..links.service import address_of
from ..links.words import chip_of, who_of
from ..messaging import lists as messages
from ..messaging import notices
from ..messaging import words as mail_words
from ..messaging.models import TOLD
from . import lists, words
from .forms import CancelForm
from .lists import Viewed
from .models import BookingStatus
from .new_links import links_after, manages
from .places import place_of


def show(viewed: Viewed, refusal: str = "", status: int = 200) -> Response:
    """The booking as it stands, with what kept it from being changed, if anything did."""
    booking, host, link = viewed
    now, own = clock.now(), web.reader()
    events, mails = lists.history_of(booking.id), messages.of_booking(booking.id)
    is_live = booking.status != BookingStatus.CANCELLED
    return web.render(
        "bookings/show.html",
        status=status,
        refusal=refusal,
        booking=booking,
        host=host,
        link=link,
        section=words.section_of(booking, now),
        is_waiting=booking.is_waiting(now),
        can_cancel=is_live and booking.ends_at > now and not booking.is_waiting(now),
        can_move=is_live and booking.ends_at > now and booking.calendar.is_on,
        can_mark=is_live and booking.starts_at <= now,
        chips=words.chips_of(booking, now),
        their_when=words.their_when(booking, own),
        place=place_of(booking, host.name),
        ended_by=words.ended_by(booking, events),
        history=words.history(booking, events, own),
        mails=mails,
        mail_words=mail_words,
        is_told=any(each.kind == words.ending_mail(booking) and each.state in TOLD for each in mails),
        new_links=[_new_link(each, now) for each in links_after(web.current(), viewed)],
        form=CancelForm(formdata=None, data={"seen": booking.sequence}),
        **shared(viewed),
    )


def _new_link(link: OneTimeLink, now: datetime) -> dict[str, Any]:
    """What the page says of a link made in place of the booking's own; an address only while it opens something."""
    chip = chip_of(link, now)
    address = address_of(link) if chip.tone == LinkStatus.ACTIVE else None
    return {"id": link.id, "chip": chip, "who": who_of(link), "address": address}


def refused(booking_id: int, refusal: Conflict) -> Response:
    """The page as the booking stands now, with what kept it from changing."""
    db.session.expire_all()
    return show(lists.booking_for(web.current(), booking_id), refusal.sentence, refusal.status)


def shared(viewed: Viewed) -> dict[str, Any]:
    """What all pages of one booking show."""
    booking, own = viewed.booking, web.reader()
    return {
        "reader": own,
        "when": own.when(booking.starts_at, booking.ends_at - booking.starts_at),
        "mail_to": words.mail_to(booking),
        "zone": words.zone_words(own.tz),
        "tells_contact": notices.is_sent(booking.calendar_id, words.ending_mail(booking)),
        "is_managed": manages(web.current(), booking),
    }
