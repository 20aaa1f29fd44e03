"""A booking in its contact's hands: the manage token, and the booking behind it."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from .. import config, tokens
from ..accounts.models import User
from ..db import db
from .models import Booking

PAGE = "/m/"


@dataclass(frozen=True)
class Managed:
    """A booking with its calendar and the person it is with."""

    booking: Booking
    host: User


def manage_tokens() -> tokens.TokenMaker:
    """What makes and checks manage tokens here."""
    return tokens.TokenMaker(tokens.MANAGE, config.current().secrets)


def token_of(nonce: bytes, key_id: str) -> str | None:
    """The manage token of a booking; None when the server key that made it was dropped."""
    return manage_tokens().token(nonce, key_id)


def parts_of(booking: Booking) -> tuple[str, str | None]:
    """Where the contact finds the booking, as what stands before the token and the token, if there is one."""
    return PAGE, token_of(booking.manage_nonce, booking.key_id)


def path_of(booking: Booking) -> str | None:
    """The same as a path; None when the server key that made the token was dropped."""
    _, token = parts_of(booking)
    return path_to(token) if token else None


def path_to(token: str) -> str:
    """The page of the booking that the token opens."""
    return f"{PAGE}{token}"


def find(token: str) -> Managed | None:
    """The booking of a genuine manage token, in one query; none for any other text."""
    nonce = manage_tokens().nonce(token)
    return _one(_bookings().where(Booking.manage_nonce == nonce)) if nonce else None


def of_link(link_id: int | None, booking_id: int) -> Managed | None:
    """The booking `booking_id`, if the link made it; None stands for the standard link."""
    return _one(_bookings().where(Booking.id == booking_id, Booking.link_id == link_id))


def _bookings() -> Select[tuple[Booking, User]]:
    return select(Booking, User).join(User, User.id == Booking.host_id)


def _one(query: Select[tuple[Booking, User]]) -> Managed | None:
    found = db.session.execute(query).one_or_none()
    return Managed(*found) if found else None
