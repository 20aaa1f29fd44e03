"""The demo's three workflows: who fills in the form, who is qualified, and who called in vain get a personal link."""

from datetime import datetime

from sqlalchemy import select

from ..accounts.models import User
from ..calendars.models import Calendar
from ..db import db, transaction
from ..intake.models import IntakeForm
from ..pipelines.models import Pipeline, Stage
from ..workflows import ready_made, service
from ..workflows.steps import Definition

NAMES = {
    "form": "Answer to Ask for a call",
    "stage": "Invitation of the qualified",
    "call": "After a missed call",
}
QUALIFIED = "Qualified"


def make_workflows(calendar: Calendar, form: IntakeForm, sales: Pipeline, dana: User, now: datetime) -> None:
    """Published and on, as if from the beginning: whoever comes has come through them."""
    stage = select(Stage.id).where(Stage.pipeline_id == sales.id, Stage.name == QUALIFIED)
    filters = {"form": {"form_id": form.id}, "stage": {"stage_id": db.session.scalar(stage)}, "call": {}}
    db.session.rollback()
    with transaction():
        for key, made in ready_made.all_of_them(calendar.id).items():
            it = made.definition
            definition = Definition(it.trigger, filters[key], it.settings, it.steps)
            workflow = service.create(calendar.account_id, NAMES[key], definition, dana.id, now)
            service.publish(workflow, workflow.edits, dana.id, now)
            service.switch_on(workflow, dana.id, now)
