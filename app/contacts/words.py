"""A contact in words: what lists, pages and exports say of it. Pure."""

from .. import phones
from .models import ContactSource

SOURCE_WORDS = {
    ContactSource.HAND: "By hand",
    ContactSource.BOOKING: "Booking",
    ContactSource.FORM: "Form",
    ContactSource.IMPORT: "Import",
    ContactSource.CALL: "Call",
    ContactSource.SMS: "SMS",
    ContactSource.HOOK: "Another program",
}


def phone_words(number: str) -> str:
    """The number as people read it: "+49 30 12345678"."""
    return phones.international(number) or number if number else ""
