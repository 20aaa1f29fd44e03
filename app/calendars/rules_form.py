"""Calendar Settings > Booking rules."""

from typing import Any

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from .fields import DayField, WholeNumber
from .forms import SectionForm
from .models import Calendar, WindowKind

UNITS = {"minutes": 1, "hours": 60, "days": 1440}
WINDOWS = {WindowKind.DAYS: "A number of days ahead", WindowKind.RANGE: "Between two dates"}
LONGEST_NOTICE = 366 * 1440


class BookingRulesForm(SectionForm):
    """Step, buffers, notice, cut-off, window and limits."""

    step_minutes = WholeNumber(
        "A time every ... minutes",
        least=1,
        most=1440,
        description="30 offers two times an hour, counted from the start of each range of hours.",
    )
    buffer_before_minutes = WholeNumber("Minutes kept free before", least=0, most=1440)
    buffer_after_minutes = WholeNumber("Minutes kept free after", least=0, most=1440)
    notice_amount = WholeNumber("Minimum notice", least=0, most=LONGEST_NOTICE)
    notice_unit = SelectField("Unit of the notice", choices={unit: unit for unit in UNITS})
    cutoff_amount = WholeNumber("Changes close", least=0, most=LONGEST_NOTICE)
    cutoff_unit = SelectField("Unit before the start", choices={unit: unit for unit in UNITS})
    needs_confirmation = BooleanField("I confirm each booking myself")
    answer_amount = WholeNumber("A request waits for my answer", least=1, most=LONGEST_NOTICE)
    answer_unit = SelectField("Unit of the wait", choices={unit: unit for unit in UNITS})
    window_kind = RadioField("How far ahead", choices=WINDOWS)
    window_days = WholeNumber("Days ahead", least=1, most=730, optional=True)
    window_from_on = DayField("First date")
    window_until_on = DayField("Last date")
    limit_per_day = WholeNumber("Bookings a day, at most", least=1, most=1000, optional=True)
    limit_per_week = WholeNumber("Bookings a week, at most", least=1, most=5000, optional=True)

    def validate_window_days(self, field: WholeNumber) -> None:
        """Needed only where days are counted."""
        if self.window_kind.data == WindowKind.DAYS and field.data is None:
            raise ValidationError("Enter how many days ahead can be booked.")

    def validate_notice_amount(self, field: WholeNumber) -> None:
        """A year at most, in whatever unit."""
        if self._minutes("notice") > LONGEST_NOTICE:
            raise ValidationError("The notice can be a year at most.")

    def validate_cutoff_amount(self, field: WholeNumber) -> None:
        """The same."""
        if self._minutes("cutoff") > LONGEST_NOTICE:
            raise ValidationError("Changes can close a year before at most.")

    def validate_answer_amount(self, field: WholeNumber) -> None:
        """The same."""
        if self._minutes("answer") > LONGEST_NOTICE:
            raise ValidationError("A request can wait a year at most.")

    def values(self) -> dict[str, Any]:
        """The calendar's columns; what belongs to the window that was not chosen stays as it was."""
        values = {
            name: field.data
            for name, field in self._fields.items()
            if name.startswith(("step", "buffer", "limit"))
        }
        values["minimum_notice_minutes"] = self._minutes("notice")
        values["cutoff_minutes"] = self._minutes("cutoff")
        values["answer_minutes"] = self._minutes("answer")
        values["needs_confirmation"] = self.needs_confirmation.data
        values["window_kind"] = WindowKind(self.window_kind.data)
        if values["window_kind"] == WindowKind.DAYS:
            return values | {"window_days": self.window_days.data}
        return values | {
            "window_from_on": self.window_from_on.data,
            "window_until_on": self.window_until_on.data,
        }

    def _minutes(self, name: str) -> int:
        """A length of time that has an amount and a unit."""
        return (self[f"{name}_amount"].data or 0) * UNITS.get(self[f"{name}_unit"].data, 1)


def shown(calendar: Calendar) -> dict[str, Any]:
    """What the form shows that no column holds as it is: lengths of time in the largest unit that fits."""
    lengths = {
        "notice": calendar.minimum_notice_minutes,
        "cutoff": calendar.cutoff_minutes,
        "answer": calendar.answer_minutes,
    }
    return {key: value for name, minutes in lengths.items() for key, value in _length(name, minutes).items()}


def _length(name: str, minutes: int) -> dict[str, Any]:
    unit = next(
        (unit for unit in ("days", "hours") if minutes and minutes % UNITS[unit] == 0),
        "minutes" if minutes else "hours",
    )
    return {f"{name}_amount": minutes // UNITS[unit], f"{name}_unit": unit}
