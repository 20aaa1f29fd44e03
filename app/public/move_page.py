"""The page between picking another time and having it: was, will be, and what keeps it from being so."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, request

from .. import clock, ratelimit, web
from ..bookings.rescheduling import Move, reschedule
from ..error_pages import STORAGE_FAILURES, ask_to_wait, unavailable
from ..errors import DomainError, SlotTaken, TooMany
from ..ratelimit import Limit
from ..visitor import address_key
from . import visits
from .doors import Door
from .expired import contact_of
from .forms import MoveForm
from .limits import CHANGES, MISTAKES
from .openings import Openings
from .picker_routes import layout_of
from .slot_words import SlotWords, instant_of, zone_words

NOT_SAVED = "We could not save the change just now. Wait a moment, then confirm it again."


def show_move(door: Door) -> Response:
    """Asks whether to move to the slot in the address, or offers those near to it."""
    page = MovePage(door, clock.now())
    start = page.form.start
    if start is None:
        return redirect(door.path, 303)  # type: ignore[return-value]
    if start == page.was:
        return page.show(start)
    return page.show(start) if page.openings().has(start) else page.show_not_open(start)


def take_move(door: Door, actor_id: int | None = None) -> Response:
    """Move to the slot of the form. Raises what no other time would mend: TooLate, Conflict, CalendarClosed."""
    page = MovePage(door, clock.now())
    if not page.form.is_complete:
        return page.refuse(422, "Choose the new time once more, then confirm it.")
    try:
        page.require_within_limits()
        is_news = reschedule(page.move(actor_id), page.now)
    except TooMany as refused:
        return page.refuse(refused.status, refused.sentence, refused.retry_after)
    except STORAGE_FAILURES as failed:
        refused = unavailable(failed)
        return page.refuse(refused.status, NOT_SAVED, refused.retry_after)
    except SlotTaken as refused:
        page.count(MISTAKES)
        return page.refuse_taken(refused)
    except DomainError:
        page.count(MISTAKES)
        raise
    if is_news:
        page.count(CHANGES)
    return web.go_on(page.back, notice=f"The time was changed: {page.named(page.form.start)}.")


class MovePage:
    """One request to give a booking another time."""

    def __init__(self, door: Door, now: datetime) -> None:
        self.door, self.now = door, now
        self.booking, self.by, self.back = door.moving
        self.was = int(self.booking.starts_at.timestamp())
        self.reading = visits.reading_behind(door)
        lasts = self.booking.ends_at - self.booking.starts_at
        self.words = SlotWords(self.reading.reader, door.host.tz, lasts)
        self.form = MoveForm(request.form if request.method == "POST" else request.args)

    def move(self, actor_id: int | None) -> Move:
        """What a complete form asks for."""
        return Move(self.booking.id, self.form.start, self.form.sequence, self.by, actor_id)

    def named(self, start: int) -> str:
        """A time in one line."""
        return self.reading.reader.short(instant_of(start), year=True)

    def openings(self) -> Openings:
        """What is open for this booking, in days of the reader's."""
        return Openings(self.door.kept, self.door.terms, self.now, self.reading.reader.tz)

    def require_within_limits(self) -> None:
        """Raises TooMany for an address that has changed this booking, or failed to, too often."""
        for limit in self._limits():
            ratelimit.check(limit, self.door.subject, address_key(), now=self.now)

    def count(self, limit: Limit) -> None:
        """One more of this address."""
        if limit in self._limits():
            ratelimit.count(limit, self.door.subject, address_key(), now=self.now)

    def show(self, start: int) -> Response:
        """What was and what would be, to confirm; or that it is the same."""
        return self._render(200, start, is_same=start == self.was)

    def show_not_open(self, start: int) -> Response:
        """That the slot in the address is not open, and the times nearest to it as links."""
        return self._render(409, start, problem=self.words.not_open(start), **self._nearest(start))

    def refuse(self, status: int, sentence: str, retry_after: timedelta | None = None) -> Response:
        """The same question with what keeps it from being done."""
        answer = self._render(status, self.form.start, problem=sentence, can_retry=True)
        return ask_to_wait(answer, retry_after) if retry_after else answer

    def refuse_taken(self, refused: SlotTaken) -> Response:
        """That the time is lost, and the nearest open ones to take by one press."""
        start = self.form.start
        said = self.words.refused(start, refused, "The booking stays where it is")
        return self._render(409, start, problem=said, is_form=True, **self._nearest(start))

    def _limits(self) -> tuple[Limit, ...]:
        """Those of strangers with a token; whoever is signed in is known."""
        return () if self.door.moving.is_hosts else (MISTAKES, CHANGES)

    def _nearest(self, start: int) -> dict[str, Any]:
        slots = self.openings().nearest(start)
        zone = zone_words(self.reading.reader, slots)
        return {"nearest": [self.words.choice(slot) for slot in slots], "nearest_zone": zone}

    def _render(self, status: int, start: int | None, **more: Any) -> Response:
        door = self.door
        answer = web.render(
            "public/move.html",
            status=status,
            layout=layout_of(door),
            door=door,
            moving=door.moving,
            reading=self.reading,
            start=start,
            was=self.words.slot(self.was),
            slot=self.words.slot(start) if start is not None else None,
            contact=contact_of(door.calendar, door.host, door.host.name),
            form_errors="problem" in more,
            asks_again=door.calendar.needs_confirmation and not door.moving.is_hosts,
            **more,
        )
        return answer if door.moving.is_hosts else visits.remember_choices(answer, self.reading)
