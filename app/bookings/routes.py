"""The owner's pages of bookings: the lists, one booking, and what can be done with it."""

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, request, url_for

from .. import clock, web
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import db, in_transaction
from ..errors import Conflict, Invalid
from ..links.sent_words import on_its_way
from ..scheduling.ical import Person, booking_ics
from . import booking_page, lists, service, words
from .blueprint import BOOKING, bp
from .choice import PAGE_SIZES, Choice, Place, Section
from .forms import CancelForm, FilterForm, NoShowForm
from .lists import MOST_COUNTED, Viewed
from .models import BookingStatus, Party
from .new_links import send_new_link

SECTIONS = {
    Section.REQUESTS: "Requests",
    Section.UPCOMING: "Upcoming",
    Section.PAST: "Past",
    Section.CANCELLED: "Cancelled or declined",  # requests that ran out or were withdrawn too
}
ALWAYS_SHOWN = (Section.UPCOMING, Section.PAST, Section.CANCELLED)  # most calendars never have a request


@bp.get("/bookings")
def index() -> Response:
    """Upcoming, past or cancelled bookings, by calendar and date."""
    signed_in, now = web.current(), clock.now()
    form = FilterForm(request.args, _calendars())
    form.validate()
    choice = Choice.from_args(request.args, **form.values())
    page = lists.page_of(signed_in, choice, now)
    return web.render(
        "bookings/index.html",
        "bookings",
        status=422 if form.errors else 200,
        form=form,
        choice=choice,
        rows=[
            words.row_of(each, signed_in.user.id, web.reader(), now, manages_all=signed_in.manages_account)
            for each in page.bookings
        ],
        zone=words.zone_words(web.reader().tz),
        **_links(choice, page, lists.counts(signed_in, choice, now)),
    )


@bp.get(BOOKING)
def show(booking_id: int) -> Response:
    """One booking: its facts, its link, its history."""
    return booking_page.show(lists.booking_for(web.current(), booking_id))


@bp.route(f"{BOOKING}/cancel", methods=["GET", "POST"])
def cancel(booking_id: int) -> Response:
    """Asks for a reason, and cancels."""
    viewed = lists.booking_for(web.current(), booking_id)
    form = CancelForm(data={"seen": viewed.booking.sequence})
    if not form.submitted():
        return _ask_to_cancel(viewed, form)
    try:
        in_transaction(lambda: _cancel(viewed, form))
    except Conflict as refusal:
        return booking_page.refused(booking_id, refusal)
    sent = [on_its_way("A new link", viewed.booking.email)] if form.sends_new_link.data else []
    notice = " ".join(["Booking cancelled. Its time is open again.", *sent])
    return web.go_to(".show", booking_id=booking_id, notice=notice)


@bp.post(f"{BOOKING}/new-link")
def new_link(booking_id: int) -> Response:
    """A link for another time, for whoever booked by one that is used up."""
    viewed = lists.booking_for(web.current(), booking_id)
    in_transaction(lambda: send_new_link(web.current(), viewed, clock.now()))
    notice = on_its_way("A new link", viewed.booking.email)
    return web.go_to(".show", booking_id=booking_id, notice=notice)


@bp.post(f"{BOOKING}/no-show")
def no_show(booking_id: int) -> Response:
    """Notes that the contact did not come, or takes that back."""
    lists.booking_for(web.current(), booking_id)
    form, actor = NoShowForm(), web.current().user.id
    if not form.submitted():
        raise Invalid("Say whether they came. Nothing was changed.")
    is_no_show = form.came.data == "no"
    try:
        in_transaction(lambda: service.mark_no_show(booking_id, is_no_show, clock.now(), actor))
    except Conflict as refusal:
        return booking_page.refused(booking_id, refusal)
    said = "Marked as a no-show." if is_no_show else "No longer marked as a no-show."
    return web.go_to(".show", booking_id=booking_id, notice=said)


@bp.get(f"{BOOKING}/booking.ics")
def ics(booking_id: int) -> Response:
    """The booking as a calendar file, for whoever is booked."""
    booking, host, _ = lists.booking_for(web.current(), booking_id)
    text = booking_ics(
        words.calendar_entry(booking, Person(host.name, host.email)),
        clock.now(),
        status=booking.status.value.upper(),
        sequence=booking.sequence,
    )
    answer = current_app.response_class(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="booking-{booking.reference}.ics"'
    return answer


def _calendars() -> Sequence[Calendar]:
    mine = calendars_for(web.current()).order_by(Calendar.name, Calendar.id)
    return db.session.scalars(mine).all()


def _links(choice: Choice, page: lists.Page, counts: dict[Section, int]) -> dict[str, Any]:
    """Sections, pages and sizes as (text, count, address, is it this one)."""

    def to(**changes: Any) -> str:
        return url_for(".index", **choice.args(**changes))

    places = [Place(each.starts_at, each.id) for each in page.bookings]
    return {
        "sections": [
            (SECTIONS[each], _count_words(counts[each]), to(section=each), each == choice.section)
            for each in Section
            if each in (choice.section, *ALWAYS_SHOWN) or counts[each]
        ],
        "requests": _count_words(counts[Section.REQUESTS]) if counts[Section.REQUESTS] else "",
        "requests_page": to(section=Section.REQUESTS),
        "total": _count_words(counts[choice.section]),
        "has_any": any(counts.values()),
        "earlier_page": to(before=places[0]) if places and page.has_before else None,
        "later_page": to(after=places[-1]) if places and page.has_after else None,
        "sizes": [(size, to(per_page=size), choice.per_page == size) for size in PAGE_SIZES],
        "first_page": to(),
        "unfiltered": url_for(".index", **Choice(choice.section, per_page=choice.per_page).args()),
    }


def _count_words(count: int) -> str:
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def _cancel(viewed: Viewed, form: CancelForm) -> None:
    signed_in, now = web.current(), clock.now()
    reason, actor = form.reason.data, signed_in.user.id
    service.cancel(viewed.booking.id, Party.HOST, reason, now, actor, seen=form.sequence)
    if form.sends_new_link.data:
        send_new_link(signed_in, viewed, now)


def _ask_to_cancel(viewed: Viewed, form: CancelForm) -> Response:
    if viewed.booking.status == BookingStatus.CANCELLED or viewed.booking.ends_at <= clock.now():
        return web.go_to(".show", booking_id=viewed.booking.id)
    status = 422 if form.errors else 200
    return web.render(
        "bookings/cancel.html",
        status=status,
        booking=viewed.booking,
        form=form,
        **booking_page.shared(viewed),
    )
