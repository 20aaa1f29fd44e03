"""How a booking that is off came to be so: a request that ended so is no booking that was cancelled. Pure."""

from typing import Any

from .models import Booking, BookingStatus, Party, RequestEnd

REQUESTS = {
    RequestEnd.DECLINED: "This request was declined.",
    RequestEnd.EXPIRED: "This request was not answered in time, and has expired.",
    RequestEnd.WITHDRAWN: "This request was withdrawn.",
}
VERBS = {RequestEnd.DECLINED: "Declined", RequestEnd.WITHDRAWN: "Withdrawn"}


def sentence(found: Any, otherwise: str = "This booking is cancelled.") -> str:
    """For whoever wants to change it; `otherwise` is said of a booking."""
    return REQUESTS.get(found.request_end, otherwise)


def verb(booking: Any) -> str:
    """What somebody has done to it: "Declined"."""
    return VERBS.get(booking.request_end, "Cancelled")


def remark(booking: Booking, host_name: str) -> str:
    """For the calendar file: how it ended, by whom and why; empty while it is on."""
    if booking.status != BookingStatus.CANCELLED:
        return ""
    if booking.request_end == RequestEnd.EXPIRED:
        return REQUESTS[RequestEnd.EXPIRED]
    by = booking.name if booking.cancelled_by == Party.CONTACT else host_name
    return f"{verb(booking)} by {by}{f': {booking.cancel_reason}' if booking.cancel_reason else ''}"
