"""The values that messages of a workflow may name in double braces, as in {{ one_time_link }}. Pure."""

from collections.abc import Iterable, Mapping

from ..messaging import render

ONE_TIME_LINK = "one_time_link"
FIELD = "contact.fields."

CONTACT = {
    "contact.first_name": "The contact's first name",
    "contact.name": "The contact's whole name",
    "contact.email": "The contact's e-mail address",
    "contact.phone": "The contact's phone number",
}
LINK = {
    ONE_TIME_LINK: "A personal link that books once",
    "link.expires": "Until when the link can be used",
}
CALENDAR = {
    "calendar.name": "The calendar that the link or the booking is of",
    "host.name": "Who is booked by it",
}
BOOKING = {
    "booking.start_time": "When the booking is, in full, with the zone",
    "booking.short_time": "When, in few words, with the zone",
    "booking.duration": "How long it lasts",
    "booking.place": "Where it takes place",
    "booking.reference": "The reference that both can say on the phone",
}
ACCOUNT = {"account.name": "Your workspace"}


def known(field_names: Mapping[str, str]) -> dict[str, str]:
    """Every value there is, and what each stands for; `field_names` are the workspace's own fields by key."""
    own = {f"{FIELD}{key}": name for key, name in field_names.items()}
    return {**CONTACT, **own, **LINK, **CALENDAR, **BOOKING, **ACCOUNT}


def unknown(texts: Iterable[str], field_names: Mapping[str, str]) -> list[str]:
    """What stands in braces in the texts and is no value, each once."""
    return render.unknown("\n".join(texts), known(field_names))


def problem(names: Iterable[str]) -> str:
    """The sentence about names that stand for nothing; empty when there are none."""
    said = ", ".join(f"“{name}”" for name in names)
    return f"There is no value called {said}. Choose from the list of values." if said else ""


def uses(text: str, names: Iterable[str]) -> bool:
    """True when the text names one of the values."""
    return any(name in render.names(text) for name in names)


def needs_link(*texts: str) -> bool:
    """True when a link has to be there before the texts can be written."""
    return any(uses(text, LINK) for text in texts)


def needs_calendar(*texts: str) -> bool:
    """True when the texts name a calendar, whether by a link or a booking."""
    return any(uses(text, CALENDAR) for text in texts)


def needs_booking(*texts: str) -> bool:
    """True when the texts tell of a booking."""
    return any(uses(text, BOOKING) for text in texts)
