"""One-time links for contacts, made by hand. In the caller's transaction."""

from datetime import date, datetime

from ..accounts.models import User
from ..calendars.models import Calendar
from ..links.models import OneTimeLink
from ..links.options import LinkOptions
from ..links.service import create_link
from .models import Contact


def create_for(
    contact: Contact, calendar: Calendar, note: str, expires_on: date | None, actor: User, now: datetime
) -> OneTimeLink:
    """A link of the calendar with the contact's name and address on it. Raises Invalid as `create_link` does."""
    options = LinkOptions(
        for_name=contact.name, for_email=contact.email, note=note or "", expires_on=expires_on
    )
    return create_link(calendar, options, actor, now, contact_id=contact.id)
