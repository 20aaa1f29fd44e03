"""Loads workflows and runs for the person who asks. They are the workspace's, so its owners and admins manage them."""

from sqlalchemy import select

from ..accounts.sessions import SignedIn
from ..db import db
from ..errors import NotFound
from . import service
from .models import Workflow, WorkflowRun

MANAGERS_ONLY = "Workflows are managed by the owners and admins of the workspace."


def workflow_for(signed_in: SignedIn, workflow_id: int) -> Workflow:
    """The workflow. Raises NotAllowed for a member, NotFound for one of another account."""
    signed_in.require_manager(MANAGERS_ONLY)
    return service.workflow_of(signed_in.account.id, workflow_id)


def run_for(signed_in: SignedIn, run_id: int) -> WorkflowRun:
    """The run. Raises like `workflow_for`."""
    signed_in.require_manager(MANAGERS_ONLY)
    mine = select(WorkflowRun).where(WorkflowRun.id == run_id, WorkflowRun.account_id == signed_in.account.id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound("There is no such run.")
    return found
