"""Calendars and the plainer sections of their settings: text from people into checked values."""

from typing import Any
from urllib.parse import urlsplit

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError

from .. import emails, phones
from ..web import BaseForm
from .fields import WholeNumber
from .models import ContactKind, LocationKind
from .texts import one_line, paragraphs

NO_NAME = "Enter a name, such as Intro call."
NO_ZONE = "Choose a time zone from the list."
LOCATIONS = {
    LocationKind.VIDEO: "Video call",
    LocationKind.HOST_CALLS: "The host calls the contact",
    LocationKind.CONTACT_CALLS: "The contact calls the host",
    LocationKind.IN_PERSON: "In person",
    LocationKind.CUSTOM: "Something else",
}
CONTACTS = {
    ContactKind.EMAIL: "An e-mail address",
    ContactKind.PHONE: "A phone number",
    ContactKind.NONE: "Nothing",
}


class SectionForm(BaseForm):
    """Parent of the sections' forms: `seen` marks what was stored when the page was opened."""

    seen = HiddenField()


class ZoneField(SelectField):
    """One of the zones of tzdata, grouped by region; the route brings the list."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a zone that is not on the list."""
        try:
            super().pre_validate(form)
        except ValidationError as refused:
            raise StopValidation(NO_ZONE) from refused


class NewCalendarForm(BaseForm):
    """The few things a calendar cannot do without."""

    name = StringField("Name", [DataRequired(NO_NAME), Length(max=120)], filters=[one_line])
    tz = ZoneField("Time zone", description="The hours you offer are meant in this zone.")
    duration_minutes = WholeNumber("Duration in minutes", least=1, most=1440)


class DetailsForm(SectionForm):
    """Name, address, host, zone and duration."""

    name = StringField("Name", [DataRequired(NO_NAME), Length(max=120)], filters=[one_line])
    slug = StringField(
        "Address of the public link",
        [DataRequired("Enter an address, such as intro-call."), Length(max=60)],
        filters=[one_line],
    )
    description = TextAreaField(
        "Description",
        [Length(max=2000)],
        filters=[paragraphs],
        description="Shown above the times. Say what the meeting is for.",
    )
    host_id = SelectField("Host", coerce=int, description="The person who is booked.")
    tz = ZoneField(
        "Time zone", description="Hours, limits and dates of this calendar are meant in this zone."
    )
    duration_minutes = WholeNumber("Duration in minutes", least=1, most=1440)


class LocationForm(SectionForm):
    """Where the two meet; one field for the chosen way counts, the others are left alone."""

    kind = RadioField("Where", choices=LOCATIONS)
    video = StringField("Link of the video call", [Length(max=500)], filters=[one_line])
    contact_calls = StringField("Number to call", [Length(max=60)], filters=[one_line])
    in_person = TextAreaField("Address", [Length(max=500)], filters=[paragraphs])
    custom = TextAreaField("What the contact has to know", [Length(max=500)], filters=[paragraphs])

    def detail(self) -> str:
        """What stands behind the chosen way; nothing is needed where the host calls."""
        chosen = getattr(self, self.kind.data, None) if self.kind.data in self._fields else None
        return chosen.data if chosen else ""

    def validate_video(self, field: StringField) -> None:
        """Only addresses of web pages: a contact will press it."""
        if self.kind.data == LocationKind.VIDEO and field.data and not _is_web_address(field.data):
            raise ValidationError("Enter a whole address that begins with https://.")

    def validate_contact_calls(self, field: StringField) -> None:
        """A number that can be called from anywhere."""
        if self.kind.data == LocationKind.CONTACT_CALLS:
            field.data = _international(field.data)

    def validate_in_person(self, field: TextAreaField) -> None:
        """An address is what the contact needs."""
        if self.kind.data == LocationKind.IN_PERSON and not field.data:
            raise ValidationError("Enter the address where you meet.")

    def validate_custom(self, field: TextAreaField) -> None:
        """Something else has to be said."""
        if self.kind.data == LocationKind.CUSTOM and not field.data:
            raise ValidationError("Enter what the contact has to know.")


class ExpiredPageForm(SectionForm):
    """What somebody sees who opens a link that is over."""

    expired_shows_host = BooleanField("Show the host's name")
    expired_contact_kind = RadioField("A way to reach you", choices=CONTACTS)
    email = StringField("E-mail address", [Length(max=254)], filters=[one_line])
    phone = StringField("Phone number", [Length(max=60)], filters=[one_line])
    expired_message = TextAreaField("Your own message", [Length(max=1000)], filters=[paragraphs])
    expired_offers_new_link = BooleanField("Let them ask for a new link")
    expired_offers_public_link = BooleanField("Offer the public link of this calendar")

    def contact(self) -> str:
        """The address or number to show; empty means the host's own e-mail address."""
        fields = {ContactKind.EMAIL: self.email, ContactKind.PHONE: self.phone}
        chosen = fields.get(self.expired_contact_kind.data)
        return chosen.data if chosen else ""

    def validate_email(self, field: StringField) -> None:
        """An address, if any."""
        is_asked = self.expired_contact_kind.data == ContactKind.EMAIL
        if is_asked and field.data and not emails.is_address(field.data):
            raise ValidationError(emails.UNREADABLE)

    def validate_phone(self, field: StringField) -> None:
        """A number that can be called from anywhere."""
        if self.expired_contact_kind.data == ContactKind.PHONE:
            field.data = _international(field.data)


class PublicLinkForm(SectionForm):
    """The standard link, on or off."""

    is_public = BooleanField("Anyone who has this address can book, again and again")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text


def _international(text: str) -> str:
    number = phones.international(text)
    if number is None:
        raise ValidationError(phones.UNREADABLE)
    return number
