"""The public page of a form: what the owner asks, as fields that check what is typed."""

import json
from functools import lru_cache
from typing import Any

from wtforms import BooleanField, EmailField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from .. import emails
from ..calendars.texts import one_line
from ..intake.models import IntakeForm
from ..web import BaseForm
from .forms import MOST_KEPT, Question, answer_of, question_field

CONSENT = "consent"


class PublicForm(BaseForm):
    """Parent of all of them. `website` is seen by programs only: a person leaves it empty."""

    class Meta:
        # The page needs no cookie; a form key and the sites that are allowed take the place of a token.
        csrf = False

    key = HiddenField()
    website = StringField("Leave this empty")

    @property
    def is_by_program(self) -> bool:
        """True when the field that no person sees was filled in."""
        return bool(self.website.data)

    @property
    def asked(self) -> list[Field]:
        """The owner's fields, in their order."""
        return [field for field in self if field.name not in ("key", "website")]


def public_form(intake: IntakeForm, region: str) -> PublicForm:
    """The fields of this form. `region` ("DE") is where a phone number without its country code is from."""
    return _form_class(json.dumps(intake.fields), region)()


def answers_in(form: PublicForm, intake: IntakeForm) -> list[dict[str, Any]]:
    """What was said, each under the words it answers; what was left empty is left out, an unticked box is a "No"."""
    said = [(asked, answer_of(form[asked["id"]])) for asked in intake.fields]
    return [
        {"id": asked["id"], "label": asked["label"], "kind": asked["kind"], "answer": answer}
        for asked, answer in said
        if answer
    ]


@lru_cache(maxsize=MOST_KEPT)
def _form_class(fields: str, region: str) -> type[PublicForm]:
    """WTForms looks through a class at its first use, which takes longer than reading the form."""
    asked = {each["id"]: _field(each, region) for each in json.loads(fields)}
    return type("OwnersForm", (PublicForm,), asked)


def _field(asked: Question, region: str) -> Any:
    label, is_required = asked["label"], asked["required"]
    if asked["kind"] == "name":
        most = Length(max=120, message="Use at most 120 characters for your name.")
        return StringField(label, filters=[one_line], validators=[*_needs(is_required, "name"), most])
    if asked["kind"] == "email":
        checks = [*_needs(is_required, "e-mail address"), Length(max=254), _is_address]
        return EmailField(label, filters=[one_line], validators=checks)
    if asked["kind"] == CONSENT:
        said = DataRequired("Please agree to this to go on.") if is_required else Optional()
        return BooleanField(label, validators=[said])
    return question_field(asked, region)


def _needs(is_required: bool, thing: str) -> list[Any]:
    return [DataRequired(f"Enter your {thing}.")] if is_required else [Optional()]


def _is_address(_form: PublicForm, field: Field) -> None:
    if not emails.is_address(field.data):
        raise ValidationError(emails.UNREADABLE)
