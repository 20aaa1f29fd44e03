"""The steps that send something to the contact: the message is queued in the transaction that stores the step."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from ..bookings.models import Booking
from ..db import db
from ..errors import Conflict
from ..links.models import OneTimeLink
from ..links.openness import is_open
from ..messaging import opt_outs
from ..messaging.service import Recipient, queue_message, queue_sms
from . import looking, path, step_links, values, waits
from .facts import BookingState
from .turns import Done, Result, Skipped, Turn, Until

NO_EMAIL = "The contact has no e-mail address."
NO_PHONE = "The contact has no phone number."
STOPPED = "The contact wants no more such mails."
NO_TEXTS = "The contact wants no texts."
NO_BOOKING = "There is no booking that it could tell of."
CALLED_OFF = "The booking that it tells of was cancelled."
WAITS_FOR_HOURS = "Waits for the hours in which messages are sent."
TOO_LATE = "The booking begins before the hours in which messages are sent."
OVER = "The link was used, deleted or over already."


def send_email(turn: Turn) -> Result:
    """Queue the mail, unless the contact has no address or wants none."""
    contact = turn.contact
    if not contact.email:
        return Skipped(NO_EMAIL)
    if opt_outs.has_stopped(contact.account_id, contact.email):
        return Skipped(STOPPED)
    to = Recipient(contact.name, contact.email)
    return _send(turn, to, ("subject", "text"), partial(queue_message, "workflow_email"))


def send_sms(turn: Turn) -> Result:
    """Queue the text, unless the contact has no number or wants none."""
    contact = turn.contact
    if not contact.phone:
        return Skipped(NO_PHONE)
    if opt_outs.has_stopped(contact.account_id, contact.phone):
        return Skipped(NO_TEXTS)
    return _send(turn, Recipient(contact.name, contact.phone), ("text",), partial(queue_sms, "workflow_sms"))


def _send(turn: Turn, to: Recipient, texts: tuple[str, ...], queue: Callable[..., int | None]) -> Result:
    """Queue the message in the hours for sending, with the link it speaks of."""
    words, booking = [turn.text(name) for name in texts], looking.booking_of(turn.run)
    tells_of_it = values.needs_booking(*words)
    opens_at = waits.opens_at(turn.definition.settings.window, turn.now, turn.contact.tz or None)
    if opens_at > turn.now:
        is_too_late = tells_of_it and _begins_before(turn, opens_at)
        return Skipped(TOO_LATE) if is_too_late else Until(opens_at, WAITS_FOR_HOURS)
    if tells_of_it and (why := _no_use_telling(turn, booking)):
        return Skipped(why)
    link = _link_for(turn, *words)
    if link is not None and not is_open(link, turn.now):
        return Skipped(OVER)
    message_id = queue(
        to,
        account_id=turn.run.account_id,
        effect=turn.effect,
        at=turn.now,
        contact_id=turn.contact.id,
        link_id=link.id if link else None,
        calendar_id=_calendar_id(turn, link, booking),
        booking_id=booking.id if booking else None,
        data={"run_id": turn.run.id, "version_id": turn.run.version_id, "step": turn.step.key},
    )
    if link is not None and message_id is not None:
        step_links.note_sent(link, turn.run, turn.step, turn.now)
    return Done({"message_id": message_id, **({"link_id": link.id} if link else {})})


def _begins_before(turn: Turn, opens_at: datetime) -> bool:
    """True for a booking that is still to come, and is not by then."""
    starts_at, is_on = (
        turn.facts.booking_starts_at,
        turn.facts.booking in (BookingState.ASKED, BookingState.COMING),
    )
    return is_on and starts_at is not None and turn.now < starts_at <= opens_at


def _no_use_telling(turn: Turn, booking: Booking | None) -> str:
    """Why a message that tells of the booking is not sent; empty when it is. Whoever has asked how the booking stands
    knows what the message says of it."""
    if booking is None:
        return NO_BOOKING
    asked = path.depends_on_booking(turn.definition.steps, turn.step.key)
    return CALLED_OFF if turn.was_called_off and not asked else ""


def _calendar_id(turn: Turn, link: OneTimeLink | None, booking: Booking | None) -> int | None:
    """The calendar that the message is about: that of its link, else the step's, the booking's or the run's link's."""
    if link is not None:
        return link.calendar_id
    about = booking or looking.link_of(turn.run)
    return turn.step.options.get("calendar_id") or (about.calendar_id if about else None)


def _link_for(turn: Turn, *texts: str) -> OneTimeLink | None:
    """The link that the texts speak of: the step's own where it names a calendar, else the run's."""
    if not values.needs_link(*texts):
        return None
    if turn.step.options.get("calendar_id"):
        return step_links.link_for(turn.run, turn.step, turn.contact, turn.definition, turn.now)
    found = looking.link_of(turn.run)
    if found is None:
        raise Conflict("The message speaks of a link, and no step before it has made one.")
    return db.session.get_one(OneTimeLink, found.id, populate_existing=True)
