"""The forms of a link that is over: asking for a new one, and finding one's own booking."""

from wtforms import EmailField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from .. import emails
from ..calendars.texts import one_line, paragraphs
from ..web import BaseForm


def _email() -> EmailField:
    """In each form its own, so that it stands where the form names it."""
    too_long = Length(max=254, message="This e-mail address is too long.")
    return EmailField("E-mail", [DataRequired("Enter your e-mail address."), too_long], filters=[one_line])


class HolderForm(BaseForm):
    """Parent of forms for whoever holds the link. `website` is seen by programs only: a person leaves it empty."""

    class Meta:
        # The token in the address is the secret, and the page needs no cookie.
        csrf = False

    website = StringField("Leave this empty")

    def validate_email(self, field: EmailField) -> None:
        """An address that the answer could be sent to."""
        if not emails.is_address(field.data):
            raise ValidationError(emails.UNREADABLE)

    @property
    def is_by_program(self) -> bool:
        """True when the field that no person sees was filled in."""
        return bool(self.website.data)


class AskForm(HolderForm):
    """Who asks for a new link, and why."""

    name = StringField(
        "Your name",
        [
            DataRequired("Enter your name."),
            Length(max=120, message="Use at most 120 characters for your name."),
        ],
        filters=[one_line],
    )
    email = _email()
    note = TextAreaField(
        "What is it about?",
        [Length(max=500, message="Use at most 500 characters here.")],
        filters=[paragraphs],
        render_kw={"rows": 3},
    )


class FindForm(HolderForm):
    """The address that a booking was made with."""

    email = _email()
