"""The form of the recipient check."""

import unicodedata

from wtforms import StringField, ValidationError

from ..web import BaseForm

DIGITS = 6


class CodeForm(BaseForm):
    """The code, in whatever digits and groups it was typed."""

    class Meta:
        # The token in the address is the secret; what a pass rests on is the browser's own cookie.
        csrf = False

    code = StringField("Code")

    def validate_code(self, field: StringField) -> None:
        """Six digits; what cannot be a code costs no try."""
        field.data = "".join(
            str(unicodedata.digit(letter)) for letter in field.data or "" if letter.isdigit()
        )
        if len(field.data) != DIGITS:
            raise ValidationError("Enter the 6 digits from the message.")
