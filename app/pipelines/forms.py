"""Pipelines: text from people into checked values."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TelField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional

from .. import emails, money, phones
from ..calendars.texts import one_line
from ..digits import whole_number
from ..row_edits import Row
from ..web import BaseForm
from .models import Outcome, Pipeline, Stage
from .service import MOST_STAGES

OUTCOMES = {Outcome.OPEN: "Open", Outcome.WON: "Won", Outcome.LOST: "Lost"}
CURRENCIES = {each: money.currency_words(each) for each in money.CURRENCIES}
NO_AMOUNT = "Enter an amount, such as 1250 or 1,250.50."


class NewPipelineForm(BaseForm):
    """What a pipeline cannot do without."""

    name = StringField(
        "Name", [DataRequired("Enter a name, such as Sales."), Length(max=120)], filters=[one_line]
    )
    currency = SelectField("Currency", choices=CURRENCIES)


class StageForm(Form):
    """One stage."""

    key = HiddenField(filters=[one_line])
    name = StringField(
        "Stage", [DataRequired("Enter a name, or remove the stage."), Length(max=80)], filters=[one_line]
    )
    outcome = SelectField("What is in it is", choices=OUTCOMES)

    def typed(self) -> Row:
        """The row as it stands on the page."""
        return {name: field.data for name, field in self._fields.items()}


class PipelineForm(NewPipelineForm):
    """The whole pipeline. Nothing is stored by its buttons other than Save: they add, remove and move what is typed."""

    seen = HiddenField()
    stages = FieldList(FormField(StageForm), "Stages", max_entries=MOST_STAGES)

    @property
    def seen_version(self) -> int:
        """The version that stood there when the page was opened; of made-up text one that no pipeline has."""
        return whole_number(self.seen.data) or 0

    def typed(self) -> list[Row]:
        """Every stage as it stands on the page."""
        return [row.form.typed() for row in self.stages]

    def values(self) -> dict[str, Any]:
        """What the pipeline stores."""
        stages = [{"id": row["key"], "name": row["name"], "outcome": row["outcome"]} for row in self.typed()]
        return {"name": self.name.data, "currency": self.currency.data, "stages": stages}


class OpportunityForm(BaseForm):
    """What is known of an opportunity."""

    title = StringField("What it is about", [Length(max=120)], filters=[one_line])
    value = StringField("Value", [Length(max=20)], filters=[one_line], render_kw={"inputmode": "decimal"})
    owner_id = SelectField("Owner", coerce=int)

    def __init__(self, currency: str, **given: Any) -> None:
        super().__init__(**given)
        self.currency = currency
        self.value.label.text = f"Value in {currency}"

    def validate_value(self, field: StringField) -> None:
        """An amount of the pipeline's currency, if any."""
        if field.data and self._amount() is None:
            raise ValidationError(NO_AMOUNT)

    def values(self) -> dict[str, Any]:
        """What the opportunity stores; owner 0 is nobody."""
        return {"title": self.title.data, "value": self._amount(), "owner_id": self.owner_id.data or None}

    def _amount(self) -> int | None:
        return money.amount_of(self.value.data or "", self.currency)


class NewOpportunityForm(OpportunityForm):
    """With the stage it begins in, and whose it is, unless that was said already."""

    stage_id = SelectField("Stage", coerce=int)
    name = StringField("Name", [Length(max=120)], filters=[one_line])
    email = EmailField("E-mail", [Optional(), Length(max=254)], filters=[one_line])
    phone = TelField("Phone", [Optional()], filters=[one_line])

    def __init__(self, currency: str, region: str, **given: Any) -> None:
        super().__init__(currency, **given)
        self.region = region

    def validate_email(self, field: EmailField) -> None:
        """An address, if any."""
        if not emails.is_address(field.data):
            raise ValidationError(emails.UNREADABLE)

    def validate_phone(self, field: TelField) -> None:
        """A number, if any."""
        number = phones.e164(field.data, self.region)
        if number is None:
            raise ValidationError(phones.UNREADABLE)
        field.data = number


class AddForm(BaseForm):
    """A stage for a contact, of whichever pipeline, and what may come of it."""

    stage_id = SelectField("Pipeline and stage", coerce=int)
    value = StringField("Value", [Length(max=20)], filters=[one_line], render_kw={"inputmode": "decimal"})

    def __init__(self, pipelines: Sequence[Pipeline], **given: Any) -> None:
        super().__init__(**given)
        self.stages = {stage.id: stage for each in pipelines for stage in each.stages}
        self.stage_id.choices = {}
        for each in pipelines:
            named = self.stage_id.choices.setdefault(f"{each.name}, in {each.currency}", {})
            named |= {stage.id: f"{each.name}: {stage.name}" for stage in each.stages}

    def validate_value(self, field: StringField) -> None:
        """An amount of the chosen pipeline's currency, if any."""
        if field.data and self.stage_id.data in self.stages and self.amount is None:
            raise ValidationError(NO_AMOUNT)

    @property
    def stage(self) -> Stage:
        """The stage that was chosen."""
        return self.stages[self.stage_id.data]

    @property
    def amount(self) -> int | None:
        """What was typed, in the smallest part of that pipeline's currency."""
        return money.amount_of(self.value.data or "", self.stage.pipeline.currency)
