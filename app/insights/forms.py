"""What the owner types on the page of insights."""

from collections.abc import Mapping
from datetime import date

from ..bookings.forms import FilterForm
from .choice import Choice

TOO_LONG = "Choose two years at the most."


class SpanForm(FilterForm):
    """Links of which calendar, made when. Sent by GET."""

    def chosen(self, args: Mapping[str, str], today: date) -> Choice:
        """What to count, as if what does not hold had not been typed. The fields say which days that is."""
        self.validate()
        choice = Choice.from_args(args, today, **self.values())
        if choice.is_too_long:
            self.until_on.errors = [TOO_LONG]
            choice = Choice.from_args(args, today, choice.calendar_id)
        if not self.errors:
            self.from_on.data, self.until_on.data = choice.from_on, choice.until_on
        return choice
