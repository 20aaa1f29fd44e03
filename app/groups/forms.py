"""Calendar groups: text from people into checked values."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from ..calendars.texts import one_line, paragraphs
from ..digits import whole_number
from ..web import BaseForm


class NewGroupForm(BaseForm):
    """What a group cannot do without."""

    name = StringField(
        "Name", [DataRequired("Enter a name, such as Consultations."), Length(max=120)], filters=[one_line]
    )
    description = TextAreaField("Description", [Length(max=2000)], filters=[paragraphs])


class GroupForm(NewGroupForm):
    """Name, address and text; `seen` is the version that stood there when the page was opened."""

    seen = HiddenField()
    slug = StringField(
        "Address of the group's page",
        [DataRequired("Enter an address, such as consultations."), Length(max=60)],
        filters=[one_line],
    )

    @property
    def seen_version(self) -> int:
        """The version as a number; of made-up text one that no group has."""
        return whole_number(self.seen.data) or 0


class AddCalendarForm(BaseForm):
    """One of the calendars that are in no group."""

    calendar_id = SelectField("Calendar", coerce=int)
