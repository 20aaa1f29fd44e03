"""The blueprint of the pages without sign-in: what the contact, and whoever a link was forwarded to, sees."""

from flask import Blueprint

from .. import web

bp = Blueprint("public", __name__)
# The token in the address is the secret; cookies may be blocked, and no-referrer makes the Origin null.
web.csrf.exempt(bp)
