"""What a browser prefers, kept in cookies: theme, hour cycle. Public forms without a session, so without CSRF."""

from flask import Blueprint

bp = Blueprint("preferences", __name__, url_prefix="/preferences")
