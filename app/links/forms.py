"""What is chosen for a one-time link: text from people into `LinkOptions`."""

from datetime import UTC, datetime
from typing import Any

from flask import request
from wtforms import BooleanField, Field, StringField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import Input

from ..calendars.fields import DayField, WholeNumber
from ..calendars.texts import one_line
from ..errors import Invalid
from ..localtime import Reader, wall_to_instant
from ..web import BaseForm
from .options import LONGEST_MINUTES, MOST_TIMES, SHORTEST_MINUTES, LinkOptions, check_email

TOO_LONG = "Use at most %(max)d characters."
UNREADABLE = "Enter a date and a time, such as 2027-03-31T09:00."


class TimesField(Field):
    """Several wall times, typed one to an input of the same name; `typed` are the texts, blanks left out."""

    widget = Input("datetime-local")

    def process_data(self, value: list[str] | None) -> None:
        """Take texts such as "2027-03-31T09:00"."""
        self.typed = self.data = list(value or [])

    def process_formdata(self, values: list[str]) -> None:
        """Keep what was typed; the zone to read it in comes with `instants`."""
        self.typed = self.data = [text.strip()[:30] for text in values if text.strip()][: 2 * MOST_TIMES]

    def instants(self, tz: str) -> tuple[int, ...]:
        """The times as epoch seconds. Raises Invalid for what is no time, or none in the zone."""
        return tuple(self._instant(text, tz) for text in self.typed)

    def inputs(self, more: int = 0) -> list[str]:
        """What to show: each time, and `more` empty inputs after them; always at least one."""
        return [*self.typed, *[""] * max(more, 0 if self.typed else 1)]

    def _instant(self, text: str, tz: str) -> int:
        try:
            wall = datetime.fromisoformat(text)
            return int(wall_to_instant(wall.date(), wall.hour * 60 + wall.minute, tz).timestamp())
        except Invalid as refused:
            raise Invalid(refused.sentence, self.name) from refused
        except (ValueError, OverflowError) as unreadable:
            raise Invalid(UNREADABLE, self.name) from unreadable


class LinkForm(BaseForm):
    """The options of a link. All may stay empty: one press makes a plain one."""

    for_name = StringField("Name", [Length(max=120, message=TOO_LONG)], filters=[one_line])
    for_email = StringField("E-mail", [Length(max=254, message=TOO_LONG)], filters=[one_line])
    note = StringField("Note", [Length(max=500, message=TOO_LONG)], filters=[one_line])
    checks_recipient = BooleanField("Ask for a code before showing any time")
    expires_on = DayField("Expires after")
    duration_minutes = WholeNumber(
        "Duration in minutes", least=SHORTEST_MINUTES, most=LONGEST_MINUTES, optional=True
    )
    offered_from_on = DayField("From")
    offered_until_on = DayField("Until")
    offered_times = TimesField("Only these times")

    def validate_for_email(self, field: StringField) -> None:
        """An address that a mail could be sent to."""
        try:
            check_email(field.data)
        except Invalid as refused:
            raise ValidationError(refused.sentence) from refused

    @classmethod
    def of(cls, options: LinkOptions, tz: str) -> "LinkForm":
        """The form as it shows what was chosen, or what was just typed."""
        return cls(data=vars(options) | {"offered_times": _walls(options.offered_times, tz)})

    @property
    def asks_for_more_times(self) -> bool:
        """True when "Add a time" was pressed: the form comes back longer, and nothing is stored."""
        return "add_time" in request.form

    def typed(self) -> list[tuple[str, str]]:
        """(label, text) of each field that a request has filled in, as it was typed."""
        texts = {name: request.form.getlist(name) for name in vars(LinkOptions())}
        texts["checks_recipient"] = ["Yes"] * self.checks_recipient.data
        said = {
            name: ", ".join(text.strip() for text in given if text.strip()) for name, given in texts.items()
        }
        return [(self[name].label.text, text) for name, text in said.items() if text]

    def options(self, tz: str) -> LinkOptions:
        """What was chosen. Raises Invalid for a time that the zone does not have."""
        chosen: dict[str, Any] = {name: self[name].data for name in vars(LinkOptions())}
        return LinkOptions(**chosen | {"offered_times": self.offered_times.instants(tz)})


def _walls(times: tuple[int, ...], tz: str) -> list[str]:
    reader = Reader(tz, "en_GB")
    return [f"{reader.local(datetime.fromtimestamp(start, UTC)):%Y-%m-%dT%H:%M}" for start in times]
