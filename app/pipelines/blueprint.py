"""The blueprint of the owner's pages of pipelines."""

from .. import web
from ..digits import ID
from . import access
from .models import Pipeline

bp = web.owners_blueprint("pipelines")

PIPELINE = f"/pipelines/<{ID}:pipeline_id>"
OPPORTUNITIES = f"{PIPELINE}/opportunities"
OPPORTUNITY = f"{OPPORTUNITIES}/<{ID}:opportunity_id>"


def my_pipeline(pipeline_id: int) -> Pipeline:
    """The pipeline, if the person of this request manages the account. Raises NotAllowed and NotFound."""
    return access.pipeline_for(web.current(), pipeline_id)
