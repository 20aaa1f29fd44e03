"""Lets a browser find the bookings it made again, and tells their maker from a stranger.

It names links and bookings by id; a manage token is made from the row when a page shows it.
"""

from datetime import timedelta

from .link_cookies import LinkCookie

ONE_YEAR = timedelta(days=365)

_cookie = LinkCookie("booked", "slotkey booked cookie", ONE_YEAR)
read = _cookie.read  # booking ids by link id
add = _cookie.add
