"""Calendar Settings > Questions: what the contact is asked besides name and e-mail."""

from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from ..row_edits import Row, ids_for
from .forms import SectionForm
from .texts import one_line, paragraphs

MOST_QUESTIONS = 20
MOST_CHOICES = 30
KINDS = {
    "text": "Short text",
    "long_text": "Long text",
    "choice": "One of several choices",
    "checkbox": "Checkbox",
    "phone": "Phone number",
}


class QuestionForm(Form):
    """One question."""

    key = HiddenField(filters=[one_line])
    label = StringField("Question", [Length(max=200)], filters=[one_line])
    kind = SelectField("Answer", choices=KINDS)
    choices = TextAreaField("Choices, one on each line", [Length(max=4000)], filters=[paragraphs])
    required = BooleanField("An answer is required")

    def validate(self, extra_validators: Any = None) -> bool:
        """A question with words, and choices where it has any."""
        super().validate(extra_validators)
        if not self.label.data:
            self.label.errors = ["Enter the question, or remove it."]
        if self.kind.data == "choice" and (problem := _problem_with(self.choice_list())):
            self.choices.errors = [problem]
        return not self.errors

    def choice_list(self) -> list[str]:
        """The lines that are not empty."""
        return [line.strip() for line in (self.choices.data or "").split("\n") if line.strip()]

    def typed(self) -> Row:
        """The row as it stands on the page."""
        return {name: field.data for name, field in self._fields.items()}

    def stored(self, key: str) -> Row:
        """The question as it is kept, under this id."""
        return {
            "id": key,
            "label": self.label.data,
            "kind": self.kind.data,
            "required": self.required.data,
            "choices": self.choice_list() if self.kind.data == "choice" else [],
        }


class QuestionsForm(SectionForm):
    """All questions in order. Nothing is stored by its other buttons: they add, remove and move what is typed."""

    questions = FieldList(FormField(QuestionForm), "Questions", max_entries=MOST_QUESTIONS)

    def typed(self) -> list[Row]:
        """Every row as it stands on the page."""
        return [row.form.typed() for row in self.questions]

    def values(self) -> list[dict[str, Any]]:
        """The questions as the calendar stores them; each keeps its id, and new ones get one."""
        keys = ids_for([row.form.key.data for row in self.questions])
        return [row.form.stored(key) for row, key in zip(self.questions, keys, strict=True)]


def rows_of(questions: list[dict[str, Any]]) -> list[Row]:
    """Stored questions as rows of the form."""
    return [
        {
            "key": each["id"],
            "label": each["label"],
            "kind": each["kind"],
            "choices": "\n".join(each["choices"]),
            "required": each["required"],
        }
        for each in questions
    ]


def _problem_with(choices: list[str]) -> str | None:
    if len(choices) < 2:
        return "Enter at least two choices, one on each line."
    if len(choices) > MOST_CHOICES:
        return f"There can be {MOST_CHOICES} choices at most."
    return "Each choice may stand there once." if len(set(choices)) < len(choices) else None
