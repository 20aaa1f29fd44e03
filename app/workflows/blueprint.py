"""The blueprint of the pages of workflows, and how they find theirs."""

from .. import web
from ..digits import ID
from . import access
from .models import Workflow, WorkflowRun

bp = web.owners_blueprint("workflows")

WORKFLOW = f"/workflows/<{ID}:workflow_id>"
RUN = f"/workflows/runs/<{ID}:run_id>"


def my_workflow(workflow_id: int) -> Workflow:
    """The workflow, if the person of this request manages the account. Raises NotAllowed and NotFound."""
    return access.workflow_for(web.current(), workflow_id)


def my_run(run_id: int) -> WorkflowRun:
    """The run, on the same terms."""
    return access.run_for(web.current(), run_id)
