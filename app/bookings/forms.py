"""What the owner types on the pages of bookings."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from ..calendars.fields import DayField
from ..calendars.models import Calendar
from ..calendars.texts import paragraphs
from ..digits import whole_number
from ..web import BaseForm

LONGEST_REASON = 500
MOST_CHANGES = 1_000_000


class FilterForm(BaseForm):
    """Which bookings to list. Sent by GET, so it changes nothing and needs no token."""

    class Meta:
        csrf = False

    calendar = SelectField("Calendar", validate_choice=False)
    from_on = DayField("From", name="from")
    until_on = DayField("Until", name="until")

    def __init__(self, args: Any, calendars: Iterable[Calendar]) -> None:
        super().__init__(args)
        self.calendar.choices = {"": "All calendars"} | {str(each.id): each.name for each in calendars}

    def validate_calendar(self, field: SelectField) -> None:
        """Refuse a calendar that this person does not have."""
        if field.data and field.data not in self.calendar.choices:
            raise ValidationError("There is no such calendar.")

    def validate_until_on(self, field: DayField) -> None:
        """Refuse a span that ends before it begins."""
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError("Until is before From. Choose a later date.")

    def values(self) -> dict[str, Any]:
        """The filters that hold; a wrong one is left out."""
        names = [name for name in ("calendar", "from_on", "until_on") if not self[name].errors]
        held = {name: self[name].data or None for name in names}
        return {
            "calendar_id": int(held["calendar"]) if held.get("calendar") else None,
            "from_on": held.get("from_on"),
            "until_on": held.get("until_on"),
        }


class SeenForm(BaseForm):
    """An answer to a booking as it stood on the page: `seen` is its sequence there."""

    seen = HiddenField()

    @property
    def sequence(self) -> int:
        """How often the booking had been changed then; -1, as none ever is, when the form sent no number."""
        sent = self.seen.raw_data or [""]  # `data` would be what stands now, for a form that leaves it out
        number = whole_number(sent[0], MOST_CHANGES)
        return -1 if number is None else number


class ReasonForm(BaseForm):
    """Why a booking is called off."""

    reason = TextAreaField("Reason", filters=[paragraphs], render_kw={"rows": 3, "maxlength": LONGEST_REASON})

    def validate_reason(self, field: TextAreaField) -> None:
        """Refuse more than is kept."""
        if len(field.data) > LONGEST_REASON:
            raise ValidationError(f"Shorten the reason to {LONGEST_REASON} characters.")


class DeclineForm(SeenForm, ReasonForm):
    """The same from the host, about the time that they saw."""


class CancelForm(DeclineForm):
    """The same, with the offer of another time."""

    sends_new_link = BooleanField("Send a new link for another time")


class NoShowForm(BaseForm):
    """Whether the contact came."""

    came = RadioField("Did they come?", choices=["yes", "no"])
