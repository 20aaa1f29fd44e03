"""The blueprint of the owner's pages of forms."""

from .. import web
from ..digits import ID
from . import access
from .models import IntakeForm

bp = web.owners_blueprint("intake")

FORM = f"/forms/<{ID}:form_id>"


def my_form(form_id: int) -> IntakeForm:
    """The form, if the person of this request manages the account. Raises NotAllowed and NotFound."""
    return access.form_for(web.current(), form_id)
