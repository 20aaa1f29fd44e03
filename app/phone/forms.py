"""Forms of calls and texts."""

from wtforms import BooleanField, IntegerField, SelectField, TelField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from .. import phones
from ..web import BaseForm
from .settings import LONGEST_VOICEMAIL, Setting, regions

SECONDS = f"Enter whole seconds, from 0 to {LONGEST_VOICEMAIL}."


class PhoneForm(BaseForm):
    """How calls and texts are taken."""

    region = SelectField(
        "Country of numbers without a country code",
        description="0171 2345678 is read as a number of this country.",
    )
    makes_contacts = BooleanField(
        "Make a contact of a number that nobody has",
        description="Off: calls and texts of unknown numbers are listed below, and start no workflow.",
    )
    voicemail_seconds = IntegerField(
        "Shortest voicemail, in seconds",
        [InputRequired(SECONDS), NumberRange(0, LONGEST_VOICEMAIL, SECONDS)],
        description="A call that ends in voicemail counts as missed from this length on. "
        "Shorter ones hung up without a word.",
    )

    def offer(self) -> None:
        """Fill the countries, to be called before the form is checked."""
        self.region.choices = [*regions()]

    def setting(self) -> Setting:
        """What was chosen."""
        return Setting(self.region.data, self.makes_contacts.data, self.voicemail_seconds.data)


class TestForm(BaseForm):
    """A number to send a text to."""

    __test__ = False  # no test, whatever it is called

    number = TelField("Your number", [DataRequired("Enter your number.")])
    region = ""

    def validate_number(self, field: TelField) -> None:
        """Stored as E.164."""
        number = phones.e164(field.data, self.region)
        if number is None:
            raise ValidationError(phones.UNREADABLE)
        field.data = number
