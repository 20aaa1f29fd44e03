"""Fills the texts of a workflow with what is known of a run. The address of a link comes in: it is made when a message
is sent, and hidden when one is shown."""

from datetime import datetime, timedelta
from typing import Any

from ..accounts.models import Account, User
from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..contacts.models import Contact
from ..db import db
from ..localtime import Reader
from ..messaging import booking_values, hosting, render
from . import looking, values
from .models import WorkflowRun

UNTIL_USED = "it is used"
BOOKING_NAMES = tuple(values.BOOKING)


def fill(text: str, run: WorkflowRun, contact: Contact, now: datetime) -> str:
    """The text for the run as it stands; a link has no address here."""
    return render.fill(text, values_of(contact, looking.link_of(run), looking.booking_of(run), ""))


def values_of(
    contact: Contact,
    link: Any | None,
    booking: Booking | None,
    address: str,
    calendar: Calendar | None = None,
) -> dict[str, str]:
    """What each value stands for; one that there is nothing for is empty. `calendar` is named where it is not that of
    the link or the booking."""
    words = contact.name.split()
    own = {f"{values.FIELD}{key}": str(value) for key, value in contact.fields.items()}
    known = {
        **own,
        "contact.first_name": words[0] if words else "",
        "contact.name": contact.name,
        "contact.email": contact.email,
        "contact.phone": contact.phone,
        values.ONE_TIME_LINK: address,
        **_of_calendar(calendar or _calendar(link, booking), link),
        **_of_booking(booking),
        "account.name": db.session.get_one(Account, contact.account_id).name,
    }
    return _Known(known)


class _Known(dict[str, str]):
    """Knows the name of every field, though a contact has only those that were filled in."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, "" if name.startswith(values.FIELD) else default)


def _calendar(link: Any | None, booking: Booking | None) -> Calendar | None:
    calendar_id = link.calendar_id if link else booking.calendar_id if booking else None
    return db.session.get(Calendar, calendar_id) if calendar_id else None


def _of_calendar(calendar: Calendar | None, link: Any | None) -> dict[str, str]:
    if calendar is None:
        return {"calendar.name": "", "host.name": "", "link.expires": ""}
    expires = link.expires_at if link else None
    return {
        "calendar.name": calendar.name,
        "host.name": calendar.host.name,
        "link.expires": _last_moment(expires, calendar) if expires else UNTIL_USED,
    }


def _of_booking(booking: Booking | None) -> dict[str, str]:
    if booking is None:
        return dict.fromkeys(BOOKING_NAMES, "")
    host = db.session.get_one(User, booking.host_id)
    told = booking_values.Told(
        booking, host, booking.starts_at, manage_address=None, hosts_reader=hosting.reader_of(host, booking)
    )
    known = booking_values.values_of(told, booking_values.contacts_reader(booking))
    return {name: known[name] for name in BOOKING_NAMES}


def _last_moment(expires_at: datetime, calendar: Calendar) -> str:
    reader = Reader(calendar.tz, calendar.host.locale)
    last = expires_at - timedelta(minutes=1)
    return f"the end of {reader.day(last, weekday='long', year=True)}, {reader.zone_label(last)}"
