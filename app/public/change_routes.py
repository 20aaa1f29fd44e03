"""/m/<token>/change and /cancel: what the contact can do with a booking. Only a POST does it."""

from flask import Response, redirect

from .. import clock, ratelimit, web
from ..bookings import service
from ..bookings.forms import ReasonForm, SeenForm
from ..bookings.manage import Managed, path_to
from ..bookings.models import Party
from ..db import in_transaction
from ..error_pages import ask_to_wait
from ..errors import Conflict, TooMany
from ..visitor import address_key
from . import doors, manage_page, visits
from .blueprint import bp
from .confirmation import may_change
from .doors import Door
from .limits import MISTAKES
from .manage_page import booking_or_404, refused
from .move_page import show_move, take_move
from .picker_routes import show_picker


class ContactsCancelForm(SeenForm, ReasonForm):
    """Why the contact cancels the time that the page showed. The token in the address is the secret."""

    class Meta:
        csrf = False

    @property
    def seen_on_page(self) -> int | None:
        """The sequence the page showed; None for a request that comes from no page, which means whatever stands."""
        return self.sequence if self.seen.raw_data else None


@bp.get("/m/<token>/change")
def change_time(token: str) -> Response:
    """The picker, for another time."""
    door = _door(token)
    return show_picker(door) if _is_open(door) else _back(token)


@bp.get("/m/<token>/change/details")
def confirm_change(token: str) -> Response:
    """What was and what would be."""
    door = _door(token)
    return show_move(door) if _is_open(door) else _back(token)


@bp.post("/m/<token>/change/details")
def change(token: str) -> Response:
    """Move the booking."""
    try:
        return take_move(_door(token))
    except Conflict as refusal:
        return refused(token, refusal)


@bp.get("/m/<token>/cancel")
def ask_to_cancel(token: str) -> Response:
    """Asks for a reason first."""
    managed = booking_or_404(token)
    form = ContactsCancelForm(data={"seen": managed.booking.sequence})
    return _cancel_page(token, managed, form) if _may_change(managed) else _back(token)


@bp.post("/m/<token>/cancel")
def cancel(token: str) -> Response:
    """Cancel the booking; said twice, it is cancelled once."""
    managed, form = booking_or_404(token), ContactsCancelForm()
    booking, now = managed.booking, clock.now()
    subject = f"booking:{booking.id}", address_key()
    try:
        ratelimit.check(MISTAKES, *subject, now=now)
        if not form.submitted():
            ratelimit.count(MISTAKES, *subject, now=now)
            return _cancel_page(token, managed, form)
        said, seen = form.reason.data, form.seen_on_page
        in_transaction(lambda: service.cancel(booking.id, Party.CONTACT, said, now, seen=seen))
    except TooMany as refusal:
        form.refuse(refusal)
        return ask_to_wait(_cancel_page(token, managed, form, refusal.status), refusal.retry_after)
    except Conflict as refusal:
        ratelimit.count(MISTAKES, *subject, now=now)
        return _back(token) if manage_page.is_cancelled(token) else refused(token, refusal)
    return _back(token)


def _door(token: str) -> Door:
    managed = booking_or_404(token)
    return doors.to_move(managed.booking, managed.host, Party.CONTACT, path_to(token))


def _is_open(door: Door) -> bool:
    """False when no time could be chosen; the booking's own page then says why."""
    return door.takes_bookings and may_change(door.moving.booking, clock.now())


def _may_change(managed: Managed) -> bool:
    return may_change(managed.booking, clock.now())


def _back(token: str) -> Response:
    return redirect(path_to(token), 303)  # type: ignore[return-value]


def _cancel_page(token: str, managed: Managed, form: ReasonForm, status: int = 422) -> Response:
    reading = visits.reading_for(managed.booking.tz)
    return web.render(
        "public/cancel.html",
        status=status if form.errors else 200,
        booking=managed.booking,
        host=managed.host,
        when=reading.reader.when(
            managed.booking.starts_at, managed.booking.ends_at - managed.booking.starts_at
        ),
        path=path_to(token),
        form=form,
    )
