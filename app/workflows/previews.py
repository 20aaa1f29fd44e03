"""How a message of a draft looks: with the data of a real contact, the latest there is. Sends nothing to anybody but
the person who asks."""

from datetime import datetime

from flask import Response
from sqlalchemy import select

from ..accounts.models import User
from ..contacts.models import Contact
from ..db import db
from ..errors import Conflict
from ..messaging import compose
from ..messaging.letters import Letter
from ..messaging.service import Recipient, queue_message
from . import letters
from .models import Workflow
from .steps import Step

NOBODY = "There is no contact yet whose data this could be shown with."


def contact_for(account_id: int) -> Contact | None:
    """Whose data previews show: the newest contact."""
    mine = select(Contact).where(Contact.account_id == account_id)
    return db.session.scalars(mine.order_by(Contact.id.desc()).limit(1)).one_or_none()


def frame(account_id: int, step: Step) -> Response:
    """The message as HTML. Raises Conflict without a contact."""
    told = letters.preview(step, _contact(account_id))
    letter = Letter(subject=told.text("subject"), title="", opening=told.text("text"), template="workflow")
    return Response(compose.html_of(letter, shows_subject=bool(letter.subject)), mimetype="text/html")


def send_test(workflow: Workflow, key: str, person: User, now: datetime) -> None:
    """Queue the draft's message for the person, in the caller's transaction. Raises Conflict without a contact."""
    queue_message(
        "workflow_test",
        Recipient(person.name, person.email),
        account_id=workflow.account_id,
        effect=f"test:{workflow.id}:{key}:{person.id}:{int(now.timestamp())}",
        at=now,
        user_id=person.id,
        data={"workflow_id": workflow.id, "step": key, "contact_id": _contact(workflow.account_id).id},
    )


def _contact(account_id: int) -> Contact:
    found = contact_for(account_id)
    if found is None:
        raise Conflict(NOBODY)
    return found
