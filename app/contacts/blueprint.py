"""The blueprint of contacts, and what its pages share."""

from .. import web
from ..digits import ID
from .access import contact_for, require_manager
from .models import Contact

bp = web.owners_blueprint("contacts")

CONTACT = f"/contacts/<{ID}:contact_id>"


def my_account_id() -> int:
    """The account whose contacts the person of this request manages. Raises NotAllowed for a member."""
    require_manager(web.current())
    return web.current().account.id


def my_contact(contact_id: int) -> Contact:
    """The contact, if the person of this request manages it. Raises NotAllowed and NotFound."""
    return contact_for(web.current(), contact_id)
