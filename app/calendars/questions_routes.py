"""Calendar Settings > Questions."""

from flask import Response, request

from .. import row_edits, web
from . import questions_form
from .blueprint import CALENDAR, bp, my_calendar
from .questions_form import MOST_QUESTIONS, QuestionsForm
from .section_page import section_page


@bp.route(f"{CALENDAR}/settings/questions", methods=["GET", "POST"])
def questions(calendar_id: int) -> Response:
    """What the contact is asked. Buttons other than Save answer with the page as it would be, and store nothing."""
    calendar = my_calendar(calendar_id)
    form = QuestionsForm(data={"questions": questions_form.rows_of(calendar.questions)})
    do = request.form.get("do", "save")
    if do != "save":
        after = row_edits.edited(form.typed(), do, {"kind": "text"}, MOST_QUESTIONS)
        edited = QuestionsForm(formdata=None, data={"questions": after, "seen": form.seen.data})
        said = row_edits.said_of(do, len(after), "Question")
        return web.render("calendars/questions.html", "questions", calendar=calendar, form=edited, **said)
    return section_page(calendar, "questions", form, lambda: {"questions": form.values()})
