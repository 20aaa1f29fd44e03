"""Form fields whose refusals are sentences, and that show again exactly what was typed."""

import re
from datetime import date
from typing import Any

from wtforms import DateField, Field, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput, TimeInput

from .hours import clock_text, minutes_of

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class WholeNumber(Field):
    """A whole number from `least` to `most`; None when left empty, which only an optional one may be."""

    widget = TextInput()

    def __init__(self, label: str, *, least: int, most: int, optional: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most, self.is_optional = least, most, optional
        self.flags.required = not optional
        self.render_kw = {"inputmode": "numeric", "maxlength": "6", "autocomplete": "off"} | (
            self.render_kw or {}
        )

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, values: list[str]) -> None:
        """Read the digits; anything else is no number."""
        typed = values[0].strip() if values else ""
        self.data = int(typed) if re.fullmatch(r"[0-9]{1,6}", typed) else None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no number in the bounds."""
        if self.is_optional and not self._value().strip():
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise StopValidation(f"Enter a whole number from {self.least} to {self.most}.")


class DayField(DateField):
    """A date; None when left empty."""

    def process_formdata(self, values: list[str]) -> None:
        """Read an ISO date of this century."""
        typed = values[0].strip() if values else ""
        self.data = None
        if not typed:
            self.raw_data = []  # blanks are nothing, for InputRequired too
            return
        try:
            self.data = date.fromisoformat(typed)
        except ValueError as unreadable:
            raise ValueError("Enter a date, such as 2027-03-31.") from unreadable
        if not FIRST_DAY <= self.data <= LAST_DAY:
            self.data = None
            raise ValueError("Enter a date between 2000 and 2100.")


class ClockWidget(TimeInput):
    """A time input, or a text input for text that a time input would drop."""

    def __call__(self, field: Any, **attributes: Any) -> Any:
        """The input's HTML."""
        is_time = not field.typed or minutes_of(field.typed) is not None
        return super().__call__(field, type="time" if is_time else "text", **attributes)


class ClockField(Field):
    """A time of day in minutes after midnight; None when it is empty or unreadable. `typed` is the text itself."""

    widget = ClockWidget()

    def _value(self) -> str:
        minutes = minutes_of(self.typed)
        return self.typed if minutes is None else clock_text(minutes)

    def process_data(self, value: int | str | None) -> None:
        """Take minutes, or text that was typed before."""
        self._take(clock_text(value) if isinstance(value, int) else value or "")

    def process_formdata(self, values: list[str]) -> None:
        """Read what was typed; the form says what is wrong with it."""
        self._take(values[0].strip()[:20] if values else "")

    def _take(self, text: str) -> None:
        self.typed = text
        self.data = minutes_of(text)


class CheckboxesField(SelectMultipleField):
    """Several of a few choices."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
