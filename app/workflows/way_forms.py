"""What a person types about waits, and about the conditions of an If."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import Length, ValidationError

from ..calendars.fields import ClockField, DayField, WholeNumber
from ..calendars.texts import one_line
from . import conditions
from .step_form import UNITS, StepForm, in_largest_unit
from .steps import LONGEST_MINUTES


class WaitForm(StepForm):
    """How long, counted from when the run comes to this step, or from the booking."""

    amount = WholeNumber("How long", least=1, most=LONGEST_MINUTES)
    unit = SelectField("Unit", choices={unit: unit for unit in UNITS})

    def shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The time in the largest unit that it is whole in."""
        return in_largest_unit(options.get("minutes"))

    def validate_amount(self, field: WholeNumber) -> None:
        """A year at most, in whatever unit."""
        if self.minutes > LONGEST_MINUTES:
            raise ValidationError("A wait can take a year at most.")

    @property
    def minutes(self) -> int:
        """The length that was typed."""
        return (self.amount.data or 0) * UNITS.get(self.unit.data, 1)

    def options(self) -> dict[str, Any]:
        """In minutes."""
        return {"minutes": self.minutes}


class WaitDateForm(StepForm):
    """Until a date, in the zone of whoever chose it."""

    on = DayField("Date")
    at = ClockField("Time", description="In your own time zone.")

    def shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The date as a date."""
        on = options.get("on")
        return {"on": date.fromisoformat(on) if on else None, "at": options.get("at", 540)}

    def validate_at(self, field: ClockField) -> None:
        """A time of day."""
        if field.data is None or field.data >= 1440:
            raise ValidationError("Enter a time, such as 09:00.")

    def options(self) -> dict[str, Any]:
        """With the zone, or the date would mean another moment for everybody who reads it."""
        return {"on": self.on.data.isoformat() if self.on.data else None, "at": self.at.data, "tz": self.tz}


class IfFieldForm(StepForm):
    """A field of the contact, compared."""

    field = SelectField("Field")
    compare = SelectField("What has to be true", choices=conditions.COMPARED)
    value = StringField("Text", [Length(max=200)], filters=[one_line])

    def shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """`is` is no name for a field of a form."""
        return {**options, "compare": options.get("is", "is")}

    def offer(self) -> None:
        """The contact's own fields, then those of the workspace."""
        self.field.choices = {**conditions.OWN_FIELDS, **self.known.fields}

    def options(self) -> dict[str, Any]:
        """As conditions read it."""
        is_alone = self.compare.data in conditions.WITHOUT_VALUE
        return {
            "field": self.field.data,
            "is": self.compare.data,
            "value": "" if is_alone else self.value.data,
        }


class IfTagForm(StepForm):
    """A tag of the contact."""

    value = StringField("Tag", [Length(max=40)], filters=[one_line])


class IfLinkForm(StepForm):
    """Where the link stands."""

    value = SelectField("The one-time link", choices=conditions.LINK_STATES)


class IfBookingForm(StepForm):
    """Where the booking stands."""

    value = SelectField("The booking", choices=conditions.BOOKING_STATES)
