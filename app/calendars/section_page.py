"""A section of Calendar Settings that is one form: shown, saved, or shown again with what refused it."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from .. import clock, web
from ..db import transaction
from ..errors import Conflict, Invalid
from . import service
from .forms import SectionForm
from .models import Calendar
from .sections import stamp


def section_page(
    calendar: Calendar, section: str, form: SectionForm, values: Callable[[], dict[str, Any]], **context: Any
) -> Response:
    """The section's page, or the redirect after saving it; a refusal is told on the page, with all that was typed."""
    status = 200
    if request.method != "POST":  # HEAD too
        form.seen.data = stamp(calendar, section)
    elif not form.submitted():
        status = 422
    else:
        refusal = save(calendar, section, form, values())
        if refusal is None:
            return web.go_to(request.endpoint, calendar_id=calendar.id, notice="Saved")
        status = refusal.status
    page = f"calendars/{section.replace('-', '_')}.html"
    return web.render(page, calendar=calendar, form=form, status=status, **context)


def save(
    calendar: Calendar, section: str, form: SectionForm, values: dict[str, Any]
) -> Invalid | Conflict | None:
    """Store a section; what refused it, if anything did, told by the form."""
    seen = form.seen.data or ""
    try:
        with transaction():
            person = web.current().user.id
            service.change(calendar, section, values, seen=seen, actor_id=person, now=clock.now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Conflict):
            # Told once: saving again is then meant to replace what the other person stored.
            form.seen.data = stamp(calendar, section)
        return refusal
    return None
