"""What a person types about the messages of a workflow."""

from typing import Any

from wtforms import SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Length

from .. import phones
from ..calendars.texts import one_line, paragraphs
from .step_form import StepForm, calendars_of, refuse_unknown

LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_SMS = 200, 8_000, 1_000
THE_RUNS = "The link that an earlier step has made"


def _own_link() -> Any:
    return SelectField(
        "Link in this message",
        coerce=int,
        description="Where {{ one_time_link }} stands: with a calendar chosen, this step makes a link of its own.",
    )


class WordsForm(StepForm):
    """Parent of what is written: it can be looked at with the data of a contact, whom nothing is stored of."""

    has_preview = has_values = True
    beside = ("who",)

    who = StringField(
        "Contact",
        [Length(max=200)],
        filters=[one_line],
        description="Part of a name or e-mail address. Empty: the newest contact.",
    )

    def options(self) -> dict[str, Any]:
        """Without what is for the preview only."""
        return {name: each for name, each in super().options().items() if name not in self.beside}


class MessageForm(WordsForm):
    """Parent of what is written to contacts."""

    can_test = True

    def offer(self) -> None:
        """The calendars, for a link of its own."""
        self.calendar_id.choices = calendars_of(self.known, THE_RUNS)

    def options(self) -> dict[str, Any]:
        """Without a calendar that was not chosen."""
        return {**super().options(), "calendar_id": self.calendar_id.data or None}


class EmailForm(MessageForm):
    """A mail to the contact."""

    subject = StringField("Subject", [Length(max=LONGEST_SUBJECT)], filters=[one_line])
    text = TextAreaField("Text", [Length(max=LONGEST_TEXT)], filters=[paragraphs], render_kw={"rows": 10})
    calendar_id = _own_link()

    def validate_subject(self, field: StringField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)

    def validate_text(self, field: TextAreaField) -> None:
        """The same."""
        refuse_unknown(field, self.known)


class SmsForm(MessageForm):
    """An SMS to the contact. `number` is whom a test goes to, and `region` the country of numbers without its code."""

    beside = ("who", "number")
    region = ""

    number = TelField("Your number, for a test", filters=[one_line])
    text = TextAreaField("Text", [Length(max=LONGEST_SMS)], filters=[paragraphs], render_kw={"rows": 5})
    calendar_id = _own_link()

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)

    def refuse_number(self) -> bool:
        """True, and said beside it, where the number is none; else it is E.164 from here on."""
        number = phones.e164(self.number.data or "", self.region)
        if number is None:
            self.number.errors = [phones.UNREADABLE]
        else:
            self.number.data = number
        return number is None


class NotifyForm(WordsForm):
    """Who of the workspace is told, and what."""

    user_id = SelectField("Who", coerce=int)
    text = TextAreaField("Text", [Length(max=LONGEST_TEXT)], filters=[paragraphs], render_kw={"rows": 6})

    def offer(self) -> None:
        """The members."""
        self.user_id.choices = {0: "Choose a member", **self.known.members}

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)
