"""Calendar Settings > Questions."""

from flask import Response, request

from .. import web
from . import questions_form
from .blueprint import CALENDAR, bp, my_calendar
from .questions_form import QuestionsForm
from .section_page import section_page

DONE = {"add": "Question added.", "remove": "Question removed.", "up": "Moved up.", "down": "Moved down."}


@bp.route(f"{CALENDAR}/settings/questions", methods=["GET", "POST"])
def questions(calendar_id: int) -> Response:
    """What the contact is asked. Buttons other than Save answer with the page as it would be, and store nothing."""
    calendar = my_calendar(calendar_id)
    form = QuestionsForm(data={"questions": questions_form.rows_of(calendar.questions)})
    do = request.form.get("do", "save")
    if do != "save":
        after = questions_form.edited(form.typed(), do)
        edited = QuestionsForm(formdata=None, data={"questions": after, "seen": form.seen.data})
        return web.render(
            "calendars/questions.html", "questions", calendar=calendar, form=edited, **_after(do, len(after))
        )
    return section_page(calendar, "questions", form, lambda: {"questions": form.values()})


def _after(do: str, rows: int) -> dict[str, object]:
    """What the page says of the change, and which row has the focus (none: the Add button)."""
    action, _, number = do.partition("-")
    at = int(number) if number.isdecimal() else 0
    focus = {"add": rows - 1, "up": max(at - 1, 0), "down": min(at + 1, rows - 1)}.get(action)
    return {"announce": DONE.get(action, ""), "focus": focus, "action": action}
