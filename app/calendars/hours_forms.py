"""Calendar Settings > Availability: weekly hours and hours of single dates."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import FieldList, Form, FormField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ..web import BaseForm
from . import hours
from .fields import CheckboxesField, ClockField, DayField
from .forms import SectionForm
from .hours import DAYS, Typed
from .models import DateOverride, Ranges
from .texts import one_line

DAY_NAMES = {day: day.capitalize() for day in DAYS}
LONGEST_SPAN_DAYS = 1100
NO_TIME = "Enter a time, hours and minutes."


class RangeForm(Form):
    """One range of hours; a row left empty counts as none."""

    start = ClockField("From")
    end = ClockField("Until")

    @property
    def is_empty(self) -> bool:
        """True when nothing was typed."""
        return not self.start.typed and not self.end.typed

    @property
    def span(self) -> list[int] | None:
        """[from, until] in minutes, when both can be read and lie in order."""
        if self.start.data is None or self.end.data is None:
            return None
        span = [self.start.data, hours.until_minutes(self.end.data)]
        return span if span[0] < span[1] else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Two times in order, or none at all."""
        super().validate(extra_validators)
        if not self.is_empty:
            for field in (self.start, self.end):
                if field.data is None:
                    field.errors = [NO_TIME]
            if not self.errors and self.span is None:
                self.end.errors = ["This has to be later than the start."]
        return not self.errors


def _ranges(label: str) -> FieldList:
    return FieldList(FormField(RangeForm), label, max_entries=hours.MOST_RANGES)


class WeeklyHoursForm(SectionForm):
    """Seven days of ranges. Nothing is stored by its other buttons: they add, remove and copy what is typed."""

    monday = _ranges("Monday")
    tuesday = _ranges("Tuesday")
    wednesday = _ranges("Wednesday")
    thursday = _ranges("Thursday")
    friday = _ranges("Friday")
    saturday = _ranges("Saturday")
    sunday = _ranges("Sunday")
    copy_from = SelectField("Copy the hours of", choices=DAY_NAMES, validate_choice=False)
    copy_to = CheckboxesField("to these days", choices=DAY_NAMES, validate_choice=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each range by itself, then those of a day against each other."""
        is_sound = super().validate(extra_validators)
        overlapping = [day for day in DAYS if not _are_apart(self[day])]
        for day in DAYS:
            _name_in_errors(self[day])
        return is_sound and not overlapping

    def weekly(self) -> list[Ranges]:
        """Seven days of sorted [from, until] in minutes, Monday first; what cannot be read is left out."""
        return [_spans(self[day]) for day in DAYS]

    def typed(self) -> dict[str, list[Typed]]:
        """Every row as it stands on the page."""
        return {day: _typed(self[day]) for day in DAYS}


class OverrideForm(BaseForm):
    """Other hours on one date, or on every date of a span."""

    from_on = DayField("First date", [InputRequired("Enter a date.")])
    until_on = DayField("Last date", description="Leave it empty for a single date.")
    kind = RadioField("On these dates", choices={"hours": "Other hours", "closed": "Unavailable"})
    # An empty row to type into, as soon as other hours are chosen.
    ranges = FieldList(FormField(RangeForm), "Hours", min_entries=1, max_entries=hours.MOST_RANGES)
    note = StringField(
        "Note",
        [Length(max=120)],
        filters=[one_line],
        description="For you, such as Holiday. Contacts never see it.",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Dates in order, and sound hours where hours are meant."""
        is_sound = super().validate(extra_validators) and self._dates_are_sound()
        if self.kind.data != "hours":
            return is_sound
        if not _spans(self.ranges) and not self.ranges.errors:
            self.kind.errors = ["Enter the hours of these dates, or choose Unavailable."]
            return False
        return _are_apart(self.ranges) and is_sound

    def typed_ranges(self) -> list[Typed]:
        """Every range as it stands on the page."""
        return _typed(self.ranges)

    def override(self) -> DateOverride:
        """What the form says."""
        return DateOverride(
            from_on=self.from_on.data,
            until_on=self.until_on.data or self.from_on.data,
            ranges=_spans(self.ranges) if self.kind.data == "hours" else [],
            note=self.note.data,
        )

    def _dates_are_sound(self) -> bool:
        if self.until_on.data is None:
            return True
        days = (self.until_on.data - self.from_on.data).days
        if days < 0:
            self.until_on.errors = ["The last date lies before the first one."]
        elif days > LONGEST_SPAN_DAYS:
            self.until_on.errors = ["A span can have three years at most."]
        return not self.until_on.errors


def edited(
    typed: Mapping[str, list[Typed]], do: str, copy_from: str, copy_to: Sequence[str]
) -> dict[str, list[Typed]]:
    """The rows after a button other than Save: "add-monday", "remove-monday-1" or "copy"."""
    action, _, rest = do.partition("-")
    day, _, number = rest.partition("-")
    after = {name: list(rows) for name, rows in typed.items()}
    if action == "copy" and copy_from in after:
        after.update({name: list(after[copy_from]) for name in copy_to if name in after})
    if action == "add" and day in after:
        after[day] = hours.with_another(after[day])
    if action == "remove" and day in after and number.isdecimal():
        after[day] = [row for at, row in enumerate(after[day]) if at != int(number)]
    return after


def _spans(rows: FieldList) -> Ranges:
    return sorted(row.form.span for row in rows if row.form.span)


def _typed(rows: FieldList) -> list[Typed]:
    return [{"start": row.form.start.typed, "end": row.form.end.typed} for row in rows]


def _name_in_errors(rows: FieldList) -> None:
    """Say of which day a sentence speaks: the summary above the form lists them all."""
    for field in (field for row in rows for field in row.form):
        field.errors = [
            f"{rows.label.text}: {sentence[0].lower()}{sentence[1:]}" for sentence in field.errors
        ]


def _are_apart(rows: FieldList) -> bool:
    overlap = hours.first_overlap(_spans(rows))
    if overlap is None:
        return True
    row = next(row for row in reversed(rows.entries) if row.form.span == overlap[1])
    row.form.start.errors = ["This overlaps another range of the day."]
    rows.errors = [row.errors for row in rows]
    return False
