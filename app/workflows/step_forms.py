"""What a person types about one step. Each form gives the options that the step stores; what may be published is
checked later, so that a draft can be put aside half done."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from ..calendars.fields import ClockField, DayField, WholeNumber
from ..calendars.texts import one_line, paragraphs
from ..phone import outbound
from ..web import BaseForm
from . import conditions, values
from .checks import LONGEST_MINUTES, Known

UNITS = {"minutes": 1, "hours": 60, "days": 1440}
LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_SMS = 200, 8_000, 1_000
THE_RUNS = "The link that an earlier step has made"


def _own_link() -> Any:
    return SelectField(
        "Link in this message",
        coerce=int,
        description="Where {{ one_time_link }} stands: with a calendar chosen, this step makes a link of its own.",
    )


class StepForm(BaseForm):
    """Parent of the forms. `fixed` are the options that were chosen when the step was added, such as a wait's kind."""

    has_preview = has_values = False

    def __init__(self, options: Mapping[str, Any], known: Known, tz: str, **more: Any) -> None:
        super().__init__(data=self.shown(options), **more)
        self.known, self.tz = known, tz
        self.offer()

    def shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options as the fields show them; of a choice that was not made, 0."""
        return {
            "calendar_id": 0,
            "user_id": 0,
            "stage_id": 0,
            **{name: each for name, each in options.items() if each is not None},
        }

    def offer(self) -> None:
        """Bring the choices that come from the workspace."""

    def options(self) -> dict[str, Any]:
        """What the step stores."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}


class StopForm(StepForm):
    """Nothing to say."""


class LinkForm(StepForm):
    """Which calendar the link books, and what holds for it."""

    calendar_id = SelectField("Calendar", coerce=int)
    expires_days = WholeNumber("Days until it expires", least=1, most=730, optional=True)
    note = StringField(
        "Note", [Length(max=500)], filters=[one_line], description="Only your workspace reads it."
    )
    checks_recipient = BooleanField(
        "Recipient check",
        description="Before it shows any time, the link sends a code to the contact's address.",
    )

    def offer(self) -> None:
        """The calendars."""
        self.calendar_id.choices = calendars_of(self.known, "Choose a calendar")

    def options(self) -> dict[str, Any]:
        """Without a calendar that was not chosen."""
        return {**super().options(), "calendar_id": self.calendar_id.data or None}


class MessageForm(StepForm):
    """Parent of what is written to contacts."""

    has_preview = has_values = True

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
    """An SMS to the contact."""

    text = TextAreaField("Text", [Length(max=LONGEST_SMS)], filters=[paragraphs], render_kw={"rows": 5})
    calendar_id = _own_link()

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)


class NotifyForm(StepForm):
    """Who of the workspace is told, and what."""

    has_preview = has_values = True

    user_id = SelectField("Who", coerce=int)
    text = TextAreaField("Text", [Length(max=LONGEST_TEXT)], filters=[paragraphs], render_kw={"rows": 6})

    def offer(self) -> None:
        """The members."""
        self.user_id.choices = {0: "Choose a member", **self.known.members}

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)


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


class TagForm(StepForm):
    """A tag."""

    tag = StringField("Tag", [Length(max=40)], filters=[one_line])


class FieldForm(StepForm):
    """A field, and what it is set to."""

    has_values = True

    field = SelectField("Field")
    value = StringField(
        "Value",
        [Length(max=500)],
        filters=[one_line],
        description="Empty: the field is emptied. Values may be named.",
    )

    def offer(self) -> None:
        """The workspace's fields."""
        self.field.choices = self.known.fields or {"": "There is no field yet"}

    def validate_value(self, field: StringField) -> None:
        """Refuse names that stand for nothing."""
        refuse_unknown(field, self.known)


class WebhookForm(StepForm):
    """An address of a program."""

    url = StringField(
        "Address",
        [Length(max=500)],
        filters=[one_line],
        description="It gets what is known of the contact, as JSON by POST. It has to be on the open internet.",
        render_kw={"inputmode": "url", "dir": "ltr"},
    )

    def validate_url(self, field: StringField) -> None:
        """Refuse what is no address that is ever called."""
        if field.data:
            try:
                outbound.target_of(field.data)
            except outbound.Refused as refused:
                raise ValidationError(str(refused)) from refused


class StageForm(StepForm):
    """A stage of a pipeline."""

    stage_id = SelectField(
        "Stage", coerce=int, description="Without an open opportunity the contact gets a new one."
    )

    def offer(self) -> None:
        """The stages of all pipelines."""
        self.stage_id.choices = {0: "Choose a stage", **self.known.stages}


FORMS: dict[str, type[StepForm]] = {
    "create_link": LinkForm,
    "send_email": EmailForm,
    "send_sms": SmsForm,
    "wait:time": WaitForm,
    "wait:date": WaitDateForm,
    "wait:before_booking": WaitForm,
    "wait:after_booking": WaitForm,
    "wait:link_used": WaitForm,
    "if:field": IfFieldForm,
    "if:tag": IfTagForm,
    "if:link": IfLinkForm,
    "if:booking": IfBookingForm,
    "add_tag": TagForm,
    "remove_tag": TagForm,
    "set_field": FieldForm,
    "move_stage": StageForm,
    "notify": NotifyForm,
    "webhook": WebhookForm,
    "stop": StopForm,
}


def calendars_of(known: Known, first: str) -> dict[int, str]:
    """The calendars to choose from, those that are off marked so."""
    names = {key: each.name if each.is_on else f"{each.name} (off)" for key, each in known.calendars.items()}
    return {0: first, **names}


def in_largest_unit(minutes: int | None) -> dict[str, Any]:
    """1440 minutes as 1 day."""
    if not minutes:
        return {"amount": None, "unit": "days"}
    unit = next(unit for unit in reversed(UNITS) if minutes % UNITS[unit] == 0)
    return {"amount": minutes // UNITS[unit], "unit": unit}


def refuse_unknown(field: Any, known: Known) -> None:
    """Raise ValidationError for names in braces that stand for nothing."""
    names = values.unknown([field.data or ""], known.fields)
    if names:
        said = ", ".join(f"“{name}”" for name in names)
        raise ValidationError(f"There is no value called {said}. Choose from the list of values.")
