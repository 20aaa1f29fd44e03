"""Forms in the browser: text from their owner into checked values."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from ..calendars.questions_form import QuestionForm
from ..calendars.texts import one_line, paragraphs
from ..digits import whole_number
from ..row_edits import Row
from ..web import BaseForm
from . import fields as asked
from .origins import MOST_ORIGINS, origins_in

NOT_KEPT = "Not kept there"


class NewForm(BaseForm):
    """What a form cannot do without."""

    name = StringField(
        "Name", [DataRequired("Enter a name, such as Ask for a call."), Length(max=120)], filters=[one_line]
    )
    description = TextAreaField("Description", [Length(max=2000)], filters=[paragraphs])


class FieldRow(QuestionForm):
    """One field of the form."""

    label = StringField("Label", [Length(max=200)], filters=[one_line])
    kind = SelectField("Asks for", choices=asked.KINDS)
    into = SelectField("Also kept on the contact as", choices={"": NOT_KEPT}, default="")

    @property
    def can_be_kept(self) -> bool:
        """True for an answer that a field of the contact can hold."""
        return self.kind.data in asked.KEPT_ON_CONTACT

    def stored(self, key: str) -> Row:
        """The field as it is kept, with the contact's field that its answers fill in, if any."""
        into = {"into": self.into.data} if self.into.data and self.can_be_kept else {}
        return {**super().stored(key), **into}


class SeenForm(BaseForm):
    """Parent of the pages of one form: `seen` is the version that stood there when the page was opened."""

    seen = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version as a number; of made-up text one that no form has."""
        return whole_number(self.seen.data) or 0


class BuilderForm(SeenForm, NewForm):
    """The whole form. Nothing is stored by its buttons other than Save: they add, remove and move what is typed."""

    slug = StringField(
        "Address of the form",
        [DataRequired("Enter an address, such as ask-for-a-call."), Length(max=60)],
        filters=[one_line],
    )
    thanks = TextAreaField("Thank-you message", [Length(max=2000)], filters=[paragraphs])
    fields = FieldList(FormField(FieldRow), "Fields", max_entries=asked.MOST_FIELDS)

    def __init__(self, own: Mapping[str, str], **given: Any) -> None:
        """`own` are the labels of the contact's fields, by key."""
        super().__init__(**given)
        for row in self.fields:
            row.form.into.choices = {"": NOT_KEPT, **own}

    def typed(self) -> list[Row]:
        """Every row as it stands on the page."""
        return [row.form.typed() for row in self.fields]

    def values(self) -> dict[str, Any]:
        """What the form stores; each field keeps its id, and new ones get one."""
        rows = zip(self.fields, asked.ids_for_rows(self.typed()), strict=True)
        return {
            "name": self.name.data,
            "description": self.description.data,
            "slug": self.slug.data,
            "thanks": self.thanks.data,
            "fields": [row.form.stored(key) for row, key in rows],
        }


class OriginsForm(SeenForm):
    """The sites that may send this form, one on each line, and where it leads then."""

    origins = TextAreaField("Sites", [Length(max=4000)], filters=[paragraphs], render_kw={"rows": 4})
    return_to = StringField("Return to", [Length(max=1000)], filters=[one_line])

    def validate_origins(self, field: TextAreaField) -> None:
        """Only web addresses, and not too many."""
        found, wrong = origins_in(field.data)
        if wrong:
            raise ValidationError(f"“{wrong[0]}” is no address of a site, such as https://www.example.org.")
        if len(found) > MOST_ORIGINS:
            raise ValidationError(f"There can be {MOST_ORIGINS} sites at most.")

    def values(self) -> dict[str, Any]:
        """What the form stores."""
        return {"allowed_origins": origins_in(self.origins.data)[0], "return_to": self.return_to.data}
