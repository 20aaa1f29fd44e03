"""What a person types about a workflow as a whole: its name, what starts it, how its runs behave."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from ..calendars.fields import CheckboxesField, ClockField, WholeNumber
from ..calendars.forms import ZoneField
from ..calendars.hours import until_minutes
from ..calendars.texts import one_line
from ..web import BaseForm
from .kinds import TRIGGERS
from .known import Known
from .step_form import UNITS, in_largest_unit
from .steps import LONGEST_MINUTES, Settings, Window

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SOURCES = {
    "": "Anywhere",
    "hand": "By hand",
    "booking": "A booking",
    "form": "A form",
    "import": "An import",
    "call": "A call",
    "sms": "An SMS",
    "hook": "An inbound hook",
}


class NameForm(BaseForm):
    """What a workflow is called."""

    name = StringField(
        "Name",
        [DataRequired("Enter a name, such as Follow-up after a call."), Length(max=120)],
        filters=[one_line],
    )


class NewWorkflowForm(NameForm):
    """A name, and what it begins as; the route brings the choices."""

    ready_made = RadioField("Begin with", default="")


class FiltersForm(BaseForm):
    """Narrows a trigger down. Fields that the trigger has not are taken out."""

    seen = HiddenField()
    form_id = SelectField("Form", coerce=int)
    pipeline_id = SelectField("Pipeline", coerce=int)
    stage_id = SelectField("Stage", coerce=int)
    calendar_id = SelectField("Calendar", coerce=int)
    tag = StringField("Tag", [Length(max=40)], filters=[one_line], description="Empty: any tag.")
    source = SelectField("Where the contact comes from", choices=SOURCES)
    amount = WholeNumber("How long", least=1, most=LONGEST_MINUTES)
    unit = SelectField("Unit", choices={unit: unit for unit in UNITS})

    def __init__(self, kind: str, filters: Mapping[str, Any], known: Known, **options: Any) -> None:
        super().__init__(data={**filters, **in_largest_unit(filters.get("minutes"))}, **options)
        self.wanted = TRIGGERS[kind].filters
        self.form_id.choices = {0: "Any form", **known.forms}
        self.stage_id.choices = {0: "Any stage", **known.stages}
        self.pipeline_id.choices = {0: "Any pipeline"}
        calendars = {key: each.name for key, each in known.calendars.items()}
        self.calendar_id.choices = {0: "Any calendar", **calendars}
        unused = {"form_id", "pipeline_id", "stage_id", "calendar_id", "tag", "source", "minutes"} - set(
            self.wanted
        )
        for name in unused | {"pipeline_id"}:  # a stage has but one pipeline
            for field in ("amount", "unit") if name == "minutes" else (name,):
                del self[field]

    def validate_amount(self, field: WholeNumber) -> None:
        """A year at most, in whatever unit."""
        if (field.data or 0) * UNITS.get(self.unit.data, 1) > LONGEST_MINUTES:
            raise ValidationError("This can be a year at most.")

    def filters(self) -> dict[str, Any]:
        """What was chosen; nothing for what was left open."""
        names = [name for name in self.wanted if name in self]
        chosen = {name: self[name].data for name in names if self[name].data}
        if "minutes" in self.wanted:
            chosen["minutes"] = (self.amount.data or 0) * UNITS.get(self.unit.data, 1)
        return chosen


class SettingsForm(BaseForm):
    """How runs behave."""

    seen = HiddenField()
    reentry = BooleanField(
        "A contact may come in again",
        description="Once their run has ended. Otherwise each contact goes through this workflow once.",
    )
    stop_on_reply = BooleanField("End a run when the contact replies by SMS")
    stop_on_booking = BooleanField("End a run when the contact books")
    supersede = BooleanField(
        "A new link replaces older ones",
        description="Links that the contact has for the same calendar, and has not used, are deleted.",
    )
    has_window = BooleanField(
        "Send messages at certain hours only", description="What falls outside waits until the hours begin."
    )
    days = CheckboxesField("Days", coerce=int, choices=dict(enumerate(WEEKDAYS)))
    start = ClockField("From")
    end = ClockField("Until")
    tz = ZoneField("Time zone of these hours")
    is_contacts = BooleanField("Use the contact's own time zone where it is known")

    @classmethod
    def of(cls, settings: Settings, tz: str, **more: Any) -> "SettingsForm":
        """The form of these settings; `tz` is offered where no hours were chosen."""
        window = settings.window or Window((0, 1, 2, 3, 4), 9 * 60, 18 * 60, tz)
        shown = {
            **vars(settings),
            **vars(window),
            "days": list(window.days),
            "has_window": bool(settings.window),
        }
        return cls(data=shown, **more)

    def validate_days(self, field: CheckboxesField) -> None:
        """At least one, where there are hours."""
        if self.has_window.data and not field.data:
            raise ValidationError("Choose at least one day.")

    def validate_start(self, field: ClockField) -> None:
        """A time of day, where there are hours."""
        if self.has_window.data and field.data is None:
            raise ValidationError("Enter a time, such as 09:00.")

    def validate_end(self, field: ClockField) -> None:
        """The same, and another one than the start."""
        self.validate_start(field)
        if self.has_window.data and field.data == self.start.data:
            raise ValidationError("The hours have to end at another time than they begin.")

    def settings(self) -> Settings:
        """What was chosen."""
        window = None
        if self.has_window.data:
            days = tuple(sorted(self.days.data))
            end = until_minutes(self.end.data)
            window = Window(days, self.start.data % 1440, end, self.tz.data, self.is_contacts.data)
        return Settings(
            self.reentry.data, self.stop_on_reply.data, self.stop_on_booking.data, self.supersede.data, window
        )
