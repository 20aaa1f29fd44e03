"""The blueprint of the owner's bookings."""

from .. import web
from ..digits import ID

bp = web.owners_blueprint("bookings")

BOOKING = f"/bookings/<{ID}:booking_id>"
