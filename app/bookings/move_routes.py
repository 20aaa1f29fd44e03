"""The owner gives a booking another time: the contact's picker and question, in the owner's frame."""

from flask import Response, request

from .. import clock, web
from ..errors import Conflict
from ..public import doors
from ..public.doors import Door
from ..public.move_page import show_move, take_move
from ..public.picker_routes import show_picker
from . import booking_page, lists
from .blueprint import BOOKING, bp
from .models import BookingStatus, Party


@bp.get(f"{BOOKING}/change")
def change_time(booking_id: int) -> Response:
    """The picker, for another time. The cut-off binds contacts only."""
    door = _door(booking_id)
    return show_picker(door) if _is_open(door) else web.go_to(".show", booking_id=booking_id)


@bp.route(f"{BOOKING}/change/details", methods=["GET", "POST"])
def change(booking_id: int) -> Response:
    """Shows what was and what would be, and moves the booking."""
    door = _door(booking_id)
    if request.method != "POST":  # HEAD too
        return show_move(door) if _is_open(door) else web.go_to(".show", booking_id=booking_id)
    try:
        return take_move(door, web.current().user.id)
    except Conflict as refusal:
        return booking_page.refused(booking_id, refusal)


def _door(booking_id: int) -> Door:
    booking, host, _ = lists.booking_for(web.current(), booking_id)
    return doors.to_move(booking, host, Party.HOST, f"/bookings/{booking.id}")


def _is_open(door: Door) -> bool:
    booking = door.moving.booking
    is_live = booking.status != BookingStatus.CANCELLED and booking.ends_at > clock.now()
    return is_live and door.takes_bookings
