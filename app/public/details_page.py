"""The details page of one slot: its form, and the answers to a booking that was refused."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response

from .. import web
from ..amounts import length_words
from ..bookings.places import place_before
from ..error_pages import ask_to_wait
from ..errors import SlotTaken
from . import visits
from .doors import Door
from .expired import contact_of
from .form_checks import FormChecks
from .forms import booking_form
from .openings import Openings
from .slot_words import SlotWords, zone_words


class DetailsPage:
    """One request for the details of a slot: what stands on the page, and under which status it is answered."""

    def __init__(self, door: Door, now: datetime) -> None:
        self.door, self.now = door, now
        self.reading = visits.reading_for(door.calendar.tz)
        self.words = SlotWords(self.reading.reader, door.host.tz, timedelta(minutes=door.minutes))
        region = self.reading.reader.locale.rpartition("_")[2]
        self.form = booking_form(door.calendar, region, _known_of(door))
        self.checks = FormChecks(door, self.form, now)

    def show(self, start: int) -> Response:
        """The form for an open slot, with what is known of the contact in it."""
        self.form.key.data = self.checks.new_key()
        return self._render(200, start)

    def show_taken(self, start: int) -> Response:
        """Instead of a form: that the slot is not open any more, and the times nearest to it."""
        return self._render(409, start, taken=self.words.not_open(start), **self._nearest(start))

    def refuse(self, status: int, sentence: str = "", retry_after: timedelta | None = None) -> Response:
        """The same page with what was typed, and what is wrong with it."""
        if sentence:
            self.form.form_errors.append(sentence)
        self.form.key.data = self.checks.key_for_retry(is_spent=status == 409)
        answer = self._render(status, self.form.start)
        return ask_to_wait(answer, retry_after) if retry_after else answer

    def refuse_taken(self, refused: SlotTaken) -> Response:
        """The same page with what was typed, and the nearest open times to book by one press."""
        start = self.form.start
        self.form.key.data = self.checks.key_for_retry()
        taken = self.words.refused(start, refused)
        return self._render(409, start, taken=taken, **self._nearest(start))

    def openings(self) -> Openings:
        """What is open, in days of the reader's."""
        return Openings(self.door.kept, self.door.terms, self.now, self.reading.reader.tz)

    def _nearest(self, start: int) -> dict[str, Any]:
        slots = self.openings().nearest(start)
        zone = zone_words(self.reading.reader, slots)
        return {"nearest": [self.words.choice(slot) for slot in slots], "nearest_zone": zone}

    def _render(self, status: int, start: int | None, **more: Any) -> Response:
        door, name = self.door, self.door.host.name
        answer = web.render(
            "public/details.html",
            status=status,
            door=door,
            form=self.form,
            reading=self.reading,
            start=start,
            slot=self.words.slot(start) if start is not None else None,
            place=place_before(door.calendar.location_kind, door.calendar.location_detail, name),
            contact=contact_of(door.calendar, door.host, name),
            is_own=visits.is_own(door),
            answer_within=length_words(door.calendar.answer_minutes),
            form_errors=bool(more),
            **more,
        )
        return visits.remember_choices(answer, self.reading)


def _known_of(door: Door) -> dict[str, str]:
    return {"name": door.link.for_name, "email": door.link.for_email} if door.link else {}
