"""What a page of a form was sent with, stored; or told by the page what refused it."""

from .. import clock, web
from ..db import transaction
from ..errors import Conflict, Invalid
from . import service
from .forms import BuilderForm, OriginsForm
from .models import IntakeForm


def save(intake: IntakeForm, form: BuilderForm | OriginsForm) -> Invalid | Conflict | None:
    """What refused it, if anything did."""
    try:
        with transaction():
            person = web.current().user.id
            service.change(intake, form.values(), seen=form.seen_version, actor_id=person, now=clock.now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Conflict):
            form.seen.data = str(intake.version)  # told once: saving again is then meant
        return refusal
    return None
