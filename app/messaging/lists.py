"""What the owner's pages read: a page of messages and the counts beside it, one message, those of a booking.

Pages are cut by keyset, newest first, as those of bookings are.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from ..accounts.sessions import SignedIn
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection
from ..errors import NotFound
from .choice import Choice, Section
from .models import Channel, Message

MOST_BESIDE = 20  # a link that is besieged for codes has many
MOST_COUNTED = 1_000  # beyond that a page says "1,000+"

message, calendar = Message.__table__, Calendar.__table__


class Page(NamedTuple):
    """Messages, newest first, and whether there are more before and after them."""

    messages: Sequence[Any]
    has_newer: bool
    has_older: bool


class PutOff(NamedTuple):
    """How many messages wait for another try, and why the newest does; MOST_COUNTED + 1 means more than that."""

    count: int
    why: str
    channels: frozenset[Channel]

    @property
    def words(self) -> tuple[str, str]:
        """What waits, and who did not take it."""
        if len(self.channels) > 1:
            return "message", "the mail server and the SMS provider"
        return ("text", "the SMS provider") if Channel.SMS in self.channels else ("mail", "the mail server")


def page_of(signed_in: SignedIn, choice: Choice) -> Page:
    """The page that `choice` asks for, of the messages this person may see."""
    backwards = choice.before is not None
    ids = _ids(signed_in, choice, choice.section)
    if choice.after:
        ids = ids.where(message.c.id < choice.after)
    if backwards:
        ids = ids.where(message.c.id > choice.before)
    ids = ids.order_by(message.c.id if backwards else message.c.id.desc()).limit(choice.per_page + 1)
    rows = _rows(ids)
    more = len(rows) > choice.per_page
    if backwards:
        return Page(rows[-choice.per_page :], has_newer=more, has_older=True)
    return Page(rows[: choice.per_page], has_newer=choice.after is not None, has_older=more)


def counts(signed_in: SignedIn, choice: Choice) -> dict[Section, int]:
    """How many each list holds under the filters of `choice`; MOST_COUNTED + 1 means more than that."""
    counted = [
        select(func.count())
        .select_from(_ids(signed_in, choice, section).limit(MOST_COUNTED + 1).subquery())
        .scalar_subquery()
        for section in Section
    ]
    return dict(zip(Section, connection().execute(select(*counted)).one(), strict=True))


def message_for(signed_in: SignedIn, message_id: int) -> Any:
    """The message with the name of its calendar, if this person may see it. Raises NotFound."""
    found = (
        connection().execute(_shown().where(message.c.id == message_id, _seen_by(signed_in))).one_or_none()
    )
    if found is None:
        raise NotFound("There is no such message.")
    return found


def of_booking(booking_id: int) -> Sequence[Any]:
    """The booking's messages, oldest first; for those who may see the booking."""
    return (
        connection()
        .execute(select(message).where(message.c.booking_id == booking_id).order_by(message.c.id))
        .all()
    )


def of_link(link_id: int) -> Sequence[Any]:
    """The newest messages about the link itself, oldest first; those about its booking stand beside that."""
    about = select(message).where(message.c.link_id == link_id, message.c.booking_id.is_(None))
    return connection().execute(about.order_by(message.c.id.desc()).limit(MOST_BESIDE)).all()[::-1]


def count_words(count: int) -> str:
    """ "12", or "1,000+" for more than were counted."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def put_off_for(signed_in: SignedIn) -> PutOff | None:
    """Whether messages that this person may see wait because nobody took them."""
    waits = (_seen_by(signed_in), message.c.state.in_(Section.WAITING.states), message.c.why != "")
    newest = select(message.c.why, message.c.channel).where(*waits).order_by(message.c.id.desc())
    rows = connection().execute(newest.limit(MOST_COUNTED + 1)).all()
    return PutOff(len(rows), rows[0].why, frozenset(row.channel for row in rows)) if rows else None


def _seen_by(signed_in: SignedIn) -> ColumnElement[bool]:
    """All of the account; for a member those of their calendars, and those to them."""
    own = message.c.account_id == signed_in.account.id
    if signed_in.manages_account:
        return own
    calendars = calendars_for(signed_in).with_only_columns(calendar.c.id)
    return own & or_(message.c.calendar_id.in_(calendars), message.c.user_id == signed_in.user.id)


def _ids(signed_in: SignedIn, choice: Choice, section: Section) -> Select[Any]:
    ids = select(message.c.id).where(_seen_by(signed_in))
    if section is not Section.ALL:
        ids = ids.where(message.c.state.in_(section.states))
    typed = {
        choice.address,
        choice.address.lower(),
    }  # mails of bookings go to an address as its owner writes it
    return ids.where(message.c.to_address.in_(typed)) if choice.address else ids


def _rows(ids: Select[Any]) -> Sequence[Any]:
    page = ids.subquery("page")
    rows = _shown().join(page, page.c.id == message.c.id)
    return connection().execute(rows.order_by(message.c.id.desc())).all()


def _shown() -> Select[Any]:
    named = select(
        message, calendar.c.name.label("calendar_name"), calendar.c.host_id.label("calendar_host_id")
    )
    return named.outerjoin(calendar, calendar.c.id == message.c.calendar_id)
