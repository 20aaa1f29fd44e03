"""The booking form: a contact's name, e-mail and whatever the calendar asks, into checked values."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional

from .. import emails, phones
from ..bookings.forms import MOST_CHANGES
from ..calendars.models import Calendar, LocationKind
from ..calendars.texts import one_line, paragraphs
from ..digits import whole_number
from ..web import BaseForm

MOST_LONG_TEXT = 4000
MOST_KEPT = 512
FARTHEST = 99_999_999_999  # epoch seconds, some three thousand years on: far beyond what can be booked
Question = dict[str, Any]


class BookingForm(BaseForm):
    """What every calendar asks. `s` is the slot the page is about; `instead` one of those offered in its place."""

    class Meta:
        # The token in the address is the secret, and the page needs no cookie.
        csrf = False

    s = HiddenField()
    instead = HiddenField()
    key = HiddenField()
    name = StringField(
        "Your name",
        filters=[one_line],
        validators=[
            DataRequired("Enter your name."),
            Length(max=120, message="Use at most 120 characters for your name."),
        ],
    )
    email = EmailField(
        "E-mail",
        filters=[one_line],
        validators=[
            DataRequired("Enter your e-mail address."),
            Length(max=254, message="This e-mail address is too long."),
        ],
    )

    def validate_email(self, field: Field) -> None:
        """An address that the confirmation could be sent to."""
        if not emails.is_address(field.data):
            raise ValidationError(emails.UNREADABLE)

    @property
    def start(self) -> int | None:
        """The slot to book, in epoch seconds; None when it is no number."""
        return epoch_seconds(self.instead.data or self.s.data or "")

    @property
    def phone_number(self) -> str:
        """The contact's number, if the calendar asks for it."""
        return self.phone.data if "phone" in self else ""

    @property
    def questions(self) -> list[Field]:
        """The fields of the calendar's own questions, in its order."""
        return [field for field in self if field.name.startswith("question-")]

    @property
    def answers(self) -> list[dict[str, str]]:
        """What was said to them, as [{"label", "answer"}]; unanswered ones are left out."""
        said = [{"label": field.label.text, "answer": answer_of(field)} for field in self.questions]
        return [entry for entry in said if entry["answer"]]


class MoveForm(BaseForm):
    """Another time for a booking: `s` or `instead`, as above; `seen` is the booking's sequence as the page showed it.

    On the owner's pages the token is asked for by their blueprint.
    """

    class Meta:
        csrf = False

    s = HiddenField()
    instead = HiddenField()
    seen = HiddenField()

    @property
    def start(self) -> int | None:
        """The new time, in epoch seconds; None when it is no number."""
        return epoch_seconds(self.instead.data or self.s.data or "")

    @property
    def sequence(self) -> int | None:
        """How often the booking had been changed when the page was made; None when it is no number."""
        return whole_number(self.seen.data or "", MOST_CHANGES)

    @property
    def is_complete(self) -> bool:
        """True when it says what to change, and to what."""
        return self.start is not None and self.sequence is not None


def epoch_seconds(text: str) -> int | None:
    """The instant an address or a form names, or None when it names none."""
    return whole_number(text, FARTHEST)


def booking_form(calendar: Calendar, region: str, values: dict[str, Any] | None = None) -> BookingForm:
    """The form of one calendar. `region` ("DE") is where a phone number without its country code is from."""
    asks_phone = calendar.location_kind == LocationKind.HOST_CALLS
    return _form_class(asks_phone, json.dumps(calendar.questions), region)(data=values or {})


@lru_cache(maxsize=MOST_KEPT)
def _form_class(asks_phone: bool, questions: str, region: str) -> type[BookingForm]:
    """WTForms looks through a class at its first use, which takes longer than reading the form."""
    fields: dict[str, Any] = {"phone": _phone("Your phone number", True, region)} if asks_phone else {}
    for question in json.loads(questions):
        fields[f"question-{question['id']}"] = question_field(question, region)
    return type("CalendarForm", (BookingForm,), fields)


def question_field(question: Question, region: str) -> Any:
    """One question's field. Its complaints name it: they also stand in a summary above the form."""
    label, is_required = question["label"], bool(question.get("required"))
    kind = question["kind"]
    if kind == "phone":
        return _phone(label, is_required, region, about=f"“{label}”: ")
    if kind == "checkbox":
        return BooleanField(label, validators=_asked(is_required, f"Tick “{label}” to go on."))
    if kind == "choice":
        checks = _asked(is_required, f"Choose an answer to “{label}”.")
        return RadioField(label, choices=list(question.get("choices", ())), validators=checks)
    checks = _asked(is_required, f"Answer “{label}”.")
    if kind == "long_text":
        most = Length(max=MOST_LONG_TEXT, message=f"Use at most {MOST_LONG_TEXT} characters for “{label}”.")
        return TextAreaField(label, filters=[paragraphs], validators=[*checks, most])
    most = Length(max=500, message=f"Use at most 500 characters for “{label}”.")
    return StringField(label, filters=[one_line], validators=[*checks, most])


def _phone(label: str, is_required: bool, region: str, about: str = "") -> TelField:
    def check(_form: BookingForm, field: Field) -> None:
        number = phones.e164(field.data, region)
        if number is None:
            raise ValidationError(f"{about}{phones.UNREADABLE}")
        field.data = number

    checks: Sequence[Any] = [*_asked(is_required, f"{about}Enter your phone number."), check]
    return TelField(label, filters=[one_line], validators=checks)


def _asked(is_required: bool, sentence: str) -> list[Any]:
    return [DataRequired(sentence)] if is_required else [Optional()]


def answer_of(field: Field) -> str:
    """What was said, as it is stored."""
    if isinstance(field, BooleanField):
        return "Yes" if field.data else "No"
    return field.data or ""
