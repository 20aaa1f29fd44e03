"""What is typed about contacts: text from people into checked values."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from .. import emails, phones
from ..calendars.fields import DayField
from ..calendars.texts import one_line, paragraphs
from ..phone.settings import region_of
from ..web import BaseForm, current
from .editing import LONGEST_NOTE
from .fields import LONGEST_LABEL, LONGEST_VALUE
from .models import Contact, ContactField
from .service import Details
from .tags import LONGEST as LONGEST_TAG

TOO_LONG = "Use at most %(max)d characters."
PREFIX = "field_"


class DetailsForm(BaseForm):
    """Who a contact is. `details_form` adds the account's own fields."""

    name = StringField("Name", [Length(max=120, message=TOO_LONG)], filters=[one_line])
    email = StringField("E-mail", [Length(max=254, message=TOO_LONG)], filters=[one_line])
    phone = StringField("Phone", [Length(max=40, message=TOO_LONG)], filters=[one_line])

    def validate_email(self, field: StringField) -> None:
        """An address that a mail could be sent to, or nothing."""
        if field.data and not emails.is_address(field.data):
            raise ValidationError(emails.UNREADABLE)

    def validate_phone(self, field: StringField) -> None:
        """A number; without its country code it is one of the account's country."""
        if field.data and phones.e164(field.data, region()) is None:
            raise ValidationError(phones.UNREADABLE)

    @property
    def details(self) -> Details:
        """What was typed, as it is stored."""
        phone = phones.e164(self.phone.data, region()) if self.phone.data else ""
        return Details(self.name.data or "", (self.email.data or "").lower(), phone or "")

    @property
    def values(self) -> dict[str, str]:
        """What was typed into the account's own fields, by key."""
        own = [name for name in self._fields if name.startswith(PREFIX)]
        return {name.removeprefix(PREFIX): self[name].data or "" for name in own}


class TagForm(BaseForm):
    """A tag to put on."""

    tag = StringField(
        "Add a tag",
        [InputRequired("Enter a tag."), Length(max=LONGEST_TAG, message=TOO_LONG)],
        filters=[one_line],
    )


class NoteForm(BaseForm):
    """Something to write down."""

    text = TextAreaField("Add a note", [Length(max=LONGEST_NOTE, message=TOO_LONG)], filters=[paragraphs])


class ChangedNoteForm(BaseForm):
    """A note, written differently."""

    text = TextAreaField("Note", [Length(max=LONGEST_NOTE, message=TOO_LONG)], filters=[paragraphs])


class FieldForm(BaseForm):
    """A field of the account's own, by what it is called."""

    label = StringField(
        "Name of the field", [Length(max=LONGEST_LABEL, message=TOO_LONG)], filters=[one_line]
    )


class LinkForm(BaseForm):
    """A one-time link for one contact."""

    calendar_id = SelectField("Calendar", coerce=int, validate_choice=True)
    note = StringField("Note", [Length(max=500, message=TOO_LONG)], filters=[one_line])
    expires_on = DayField("Expires after")


def details_form(fields: Iterable[ContactField], contact: Contact | None = None) -> DetailsForm:
    """The form with an input for each of the fields, filled in with what is known of the contact."""
    inputs = {f"{PREFIX}{each.key}": _input(each) for each in fields}
    form_class = type("DetailsForm", (DetailsForm,), inputs)
    return form_class(data=_known(contact) if contact else None)


def region() -> str:
    """The country of numbers without a country code, as the account says under Calls and SMS."""
    return region_of(current().account.id)


def _input(field: ContactField) -> Any:
    return StringField(field.label, [Length(max=LONGEST_VALUE, message=TOO_LONG)], filters=[one_line])


def _known(contact: Contact) -> dict[str, str]:
    own = {f"{PREFIX}{key}": value for key, value in contact.fields.items()}
    shown = phones.international(contact.phone) if contact.phone else ""
    return {"name": contact.name, "email": contact.email, "phone": shown or contact.phone, **own}
