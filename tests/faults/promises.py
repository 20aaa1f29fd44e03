"""What has to be true whatever broke, as complaints about the database where it is not."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select, text

from app.bookings.manage import manage_tokens
from app.bookings.models import Booking, BookingStatus
from app.db import db
from app.links.models import LinkStatus, OneTimeLink
from app.operating import soundness
from app.proof import scenarios

KEPT = (
    select(OneTimeLink.nonce, Booking.manage_nonce)
    .join(Booking, Booking.link_id == OneTimeLink.id)
    .where(Booking.status == BookingStatus.CONFIRMED, OneTimeLink.status == LinkStatus.USED)
)
WITHOUT_EVENT = text(
    "SELECT count(*) FROM booking WHERE 1 <> (SELECT count(*) FROM event"
    " WHERE event.booking_id = booking.id AND event.name = 'booking_created')"
)


def complaints(told: Mapping[str, str]) -> list[str]:
    """What is wrong, in words. `told` are links and the bookings that contacts were told of, as in Contacts."""
    with db.engine.connect() as reading:
        return list(_complaints(reading, told))


def _complaints(reading: Connection, told: Mapping[str, str]) -> Iterator[str]:
    found = soundness.examine(reading)
    yield from found.faults
    used = found.links.get(LinkStatus.USED, 0)
    if used != found.used_by_booking:
        yield f"{used} used links, {found.used_by_booking} bookings by link"
    if silent := reading.execute(WITHOUT_EVENT).scalar_one():
        yield f"{silent} bookings without their one event"
    kept = dict(reading.execute(KEPT).all())
    lost = [link for link, booking in told.items() if kept.get(scenarios.nonce_of(link)) != _nonce(booking)]
    if lost:
        yield f"{len(lost)} bookings lost that a contact was told of"


def _nonce(booking: str) -> bytes | None:
    return manage_tokens().nonce(booking.rpartition("/")[2])
