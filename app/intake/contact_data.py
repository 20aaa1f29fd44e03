"""What contacts have sent with forms: told in their timeline, part of their export, gone with them in an erasure."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from ..contacts import timeline
from ..contacts.belongings import Belonging, add
from ..db import connection, db
from .models import IntakeForm, Submission

table, form = Submission.__table__, IntakeForm.__table__


def _export(contact: Any) -> list[dict[str, Any]]:
    theirs = select(table, form.c.name).join(form, form.c.id == table.c.form_id)
    rows = connection().execute(theirs.where(table.c.contact_id == contact.id).order_by(table.c.id)).all()
    return [
        {
            "form": row.name,
            "at": row.submitted_at.isoformat(),
            "answers": {said["label"]: said["answer"] for said in row.answers},
        }
        for row in rows
    ]


def _erase(contact: Any, _now: datetime) -> None:
    """The forms' stored counts follow."""
    theirs = table.c.contact_id == contact.id
    counted = select(table.c.form_id, func.count().label("sent")).where(theirs).group_by(table.c.form_id)
    for row in connection().execute(counted).all():
        fewer = {"submissions": form.c.submissions - row.sent}
        connection().execute(update(form).where(form.c.id == row.form_id).values(fewer))
    connection().execute(delete(table).where(theirs))


def _name_of_form(event: Any) -> str:
    sent = db.session.get(IntakeForm, event.data.get("form_id"))
    return sent.name if sent else ""


add(Belonging("submissions", erase=_erase, export=_export))
timeline.SAID["form_submitted"] = "Form sent"
timeline.TONES["form_submitted"] = "info"
timeline.DETAILS["form_submitted"] = _name_of_form
