"""What the owner types about a kind of mail."""

from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from ..calendars.fields import CheckboxesField
from ..calendars.forms import SectionForm
from ..calendars.texts import one_line, paragraphs
from . import render
from .notice_groups import TIMES, has_words
from .notices import Setting
from .texts import TEXTS, VALUES, Text

LONGEST_SUBJECT, LONGEST_OPENING = 200, 4_000


class NoticeForm(SectionForm):
    """Whether a mail is sent, when, and in which words. Fields that a kind has not are taken out."""

    is_on = BooleanField("Send this mail")
    minutes = CheckboxesField("When", coerce=int)
    subject = StringField(
        "Subject",
        [Length(max=LONGEST_SUBJECT, message=f"Shorten the subject to {LONGEST_SUBJECT} characters.")],
        filters=[one_line],
    )
    opening = TextAreaField(
        "Text",
        [Length(max=LONGEST_OPENING, message=f"Shorten the text to {LONGEST_OPENING:,} characters.")],
        filters=[paragraphs],
        render_kw={"rows": 8},
    )

    def __init__(self, kind: str, setting: Setting, **options: Any) -> None:
        text = setting.text(kind) if has_words(kind) else Text("", "")
        shown = {"is_on": setting.is_on, "minutes": list(setting.minutes), **text._asdict()}
        super().__init__(data=shown, **options)
        self.kind = kind
        self.minutes.choices = list(TIMES.get(kind, {}).items())
        if kind not in TIMES:
            del self.minutes
        if not has_words(kind):
            del self.subject
            del self.opening

    def validate_subject(self, field: StringField) -> None:
        """Refuse names that stand for nothing."""
        _refuse_unknown(field)

    def validate_opening(self, field: TextAreaField) -> None:
        """Refuse names that stand for nothing."""
        _refuse_unknown(field)

    def validate_minutes(self, field: CheckboxesField) -> None:
        """Refuse a mail that is on and never sent."""
        if self.is_on.data and not field.data:
            raise ValidationError("Choose at least one time, or switch this mail off.")

    def setting(self) -> Setting:
        """What was typed; words that are the usual ones are not kept."""
        usual = TEXTS.get(self.kind, Text("", ""))
        said = self.text() if has_words(self.kind) else usual
        return Setting(
            is_on=self.is_on.data,
            subject="" if said.subject == usual.subject else said.subject,
            opening="" if said.opening == usual.opening else said.opening,
            minutes=tuple(sorted(self.minutes.data)) if "minutes" in self else (),
        )

    def text(self) -> Text:
        """The words as typed; what was left empty is as usual."""
        usual = TEXTS[self.kind]
        return Text(self.subject.data or usual.subject, self.opening.data or usual.opening)

    def unknown(self) -> str:
        """The sentence about names that stand for nothing, wherever they are; empty when there are none."""
        return _unknown(f"{self.subject.data or ''}\n{self.opening.data or ''}")


def _refuse_unknown(field: Any) -> None:
    sentence = _unknown(field.data or "")
    if sentence:
        raise ValidationError(sentence)


def _unknown(text: str) -> str:
    names = render.unknown(text, VALUES)
    said = ", ".join(f"“{name}”" for name in names)
    return f"There is no value called {said}. Choose from the list of values." if names else ""
