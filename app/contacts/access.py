"""Loads contacts for the person who asks. They are the whole account's, so its owners and admins alone see them."""

from ..accounts.sessions import SignedIn
from ..errors import NotAllowed
from .models import Contact
from .service import contact_of


def require_manager(signed_in: SignedIn) -> None:
    """Raise NotAllowed for a member, who sees the bookings of their own calendars only."""
    if not signed_in.manages_account:
        raise NotAllowed("Contacts are managed by the owners and admins of the workspace.")


def contact_for(signed_in: SignedIn, contact_id: int) -> Contact:
    """The contact. Raises NotAllowed for a member, NotFound for one of another account."""
    require_manager(signed_in)
    return contact_of(signed_in.account.id, contact_id)
