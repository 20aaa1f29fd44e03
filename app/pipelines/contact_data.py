"""Opportunities of contacts: stages in their timeline, opportunities in their export. An erasure takes them away."""

from typing import Any

from sqlalchemy import select

from ..contacts import timeline
from ..contacts.belongings import Belonging, add
from ..db import connection, db
from .models import Opportunity, Pipeline, Stage

opportunity, stage, pipeline = Opportunity.__table__, Stage.__table__, Pipeline.__table__


def _export(contact: Any) -> list[dict[str, Any]]:
    theirs = select(
        opportunity, stage.c.name.label("stage"), pipeline.c.name.label("pipeline"), pipeline.c.currency
    )
    rows = (
        theirs.join(stage, stage.c.id == opportunity.c.stage_id)
        .join(pipeline, pipeline.c.id == opportunity.c.pipeline_id)
        .where(opportunity.c.contact_id == contact.id)
        .order_by(opportunity.c.id)
    )
    return [
        {
            "pipeline": row.pipeline,
            "stage": row.stage,
            "since": row.moved_at.isoformat(),
            "about": row.title,
            "value": row.value,
            "currency": row.currency,
        }
        for row in connection().execute(rows)
    ]


def _place_of(event: Any) -> str:
    found = db.session.get(Pipeline, event.data.get("pipeline_id") or 0)
    return " · ".join(filter(None, (found.name if found else "", event.data.get("stage", ""))))


add(Belonging("opportunities", export=_export))
timeline.SAID |= {
    "stage_reached": "Stage reached",
    "opportunity_changed": "Opportunity changed",
    "opportunity_deleted": "Opportunity deleted",
}
timeline.TONES["stage_reached"] = "info"
for _name in ("stage_reached", "opportunity_changed", "opportunity_deleted"):
    timeline.DETAILS[_name] = _place_of
