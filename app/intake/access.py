"""Loads forms for the person who asks. They are the whole account's, so only its owners and admins see them."""

from collections.abc import Sequence

from sqlalchemy import select

from ..accounts.sessions import SignedIn
from ..db import db
from ..errors import NotFound
from .models import IntakeForm, Submission

MANAGERS_ONLY = "Forms are managed by the owners and admins of the workspace."


def forms_for(signed_in: SignedIn) -> Sequence[IntakeForm]:
    """The account's forms, those that are on first, by name. Raises NotAllowed."""
    signed_in.require_manager(MANAGERS_ONLY)
    mine = select(IntakeForm).where(IntakeForm.account_id == signed_in.account.id)
    order = (IntakeForm.switched_off_at.is_not(None), IntakeForm.name, IntakeForm.id)
    return db.session.scalars(mine.order_by(*order)).all()


def form_for(signed_in: SignedIn, form_id: int) -> IntakeForm:
    """The form. Raises NotAllowed for a member, NotFound for one of another account."""
    signed_in.require_manager(MANAGERS_ONLY)
    mine = select(IntakeForm).where(IntakeForm.account_id == signed_in.account.id, IntakeForm.id == form_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound("There is no such form.")
    return found


def submission_of(form: IntakeForm, submission_id: int) -> Submission:
    """The form's submission. Raises NotFound."""
    own = select(Submission).where(Submission.form_id == form.id, Submission.id == submission_id)
    found = db.session.scalars(own).one_or_none()
    if found is None:
        raise NotFound("There is no such submission.")
    return found
