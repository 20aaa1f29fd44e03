"""The form of each kind of step."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from ..calendars.fields import WholeNumber
from ..calendars.texts import one_line
from ..phone import outbound
from .message_forms import EmailForm, NotifyForm, SmsForm
from .step_form import StepForm, calendars_of, refuse_unknown
from .way_forms import IfBookingForm, IfFieldForm, IfLinkForm, IfTagForm, WaitDateForm, WaitForm


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
