"""What a booking form has to pass before the booking step: its shapes, its key, its limits."""

import logging
from datetime import datetime
from functools import cached_property

from sqlalchemy.exc import SQLAlchemyError

from .. import config, ratelimit
from ..bookings.booking_step import Attendee, BookingRequest
from ..bookings.form_keys import FormKey, new_form_key, read_form_key
from ..bookings.manage import manage_tokens
from ..errors import Unavailable
from ..localtime import Reader
from ..visitor import address_key
from .doors import Door
from .forms import BookingForm
from .limits import MISTAKES, OLDEST_FORM, QUICKEST_PERSON, STANDARD_BOOKINGS

log = logging.getLogger(__name__)

TOO_OLD = "This page was open for too long. Your details are kept: press Confirm booking again."
TOO_QUICK = "That was very quick. Please look over your details, then press Confirm booking again."


class FormChecks:
    """The checks of one form, sent through one door."""

    def __init__(self, door: Door, form: BookingForm, now: datetime) -> None:
        self.door, self.form, self.now = door, form, now

    def require_within_limits(self) -> None:
        """Raises TooMany for an address that has failed here, or booked by the standard link, too often."""
        ratelimit.check(MISTAKES, self.door.subject, address_key(), now=self.now)
        if self.door.link is None:
            ratelimit.check(STANDARD_BOOKINGS, self.door.subject, address_key(), now=self.now)

    def count_mistake(self) -> None:
        """One more failure of this address at this door."""
        ratelimit.count(MISTAKES, self.door.subject, address_key(), now=self.now)

    def count_booking(self) -> None:
        """One more booking of this address by the standard link; a one-time link makes only one anyway.

        The booking is made, and so it is said, also when the disk is full or the database is lost by now.
        """
        if self.door.link is not None:
            return
        try:
            ratelimit.count(STANDARD_BOOKINGS, self.door.subject, address_key(), now=self.now)
        except (SQLAlchemyError, Unavailable) as failed:
            log.warning("a booking was not counted: %s", type(failed).__name__)

    def is_complete(self) -> bool:
        """True when shapes and key are right; else the form holds what is not."""
        is_valid = self.form.validate() and self.form.start is not None
        complaint = self._complaint_of_key()
        if complaint:
            self.form.form_errors.append(complaint)
        return is_valid and not complaint

    def request(self, reader: Reader) -> BookingRequest:
        """What a complete form asks to book."""
        form = self.form
        return BookingRequest(
            calendar_id=self.door.calendar.id,
            link_id=self.door.link.id if self.door.link else None,
            start=form.start,
            attendee=Attendee(form.name.data, form.email.data, form.phone_number, reader.tz, reader.locale),
            answers=form.answers,
            form_key_hash=self._key.hash,
            key_id=manage_tokens().key_id,
        )

    def new_key(self) -> str:
        """A key for a form made now."""
        return new_form_key(config.current().secrets, self.door.subject, self.now)

    def key_for_retry(self, *, is_spent: bool = False) -> str:
        """The form's own key, so that sending it twice still counts as once; a new one if that is of no use."""
        key = self._key
        return self.new_key() if is_spent or key is None or self._is_too_old(key) else self.form.key.data

    def _complaint_of_key(self) -> str:
        key = self._key
        if key is None or self._is_too_old(key):
            return TOO_OLD
        is_quick = self.door.link is None and not key.is_older_than(QUICKEST_PERSON, self.now)
        return TOO_QUICK if is_quick else ""

    def _is_too_old(self, key: FormKey) -> bool:
        return self.door.link is None and key.is_older_than(OLDEST_FORM, self.now)

    @cached_property
    def _key(self) -> FormKey | None:
        """The key the form came with: pages put another into the field before they show it again."""
        return read_form_key(config.current().secrets, self.door.subject, self.form.key.data or "")
