"""The web application: its parts, put together."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import counters, db, error_pages, kept_templates, pages, prepared, request_ids, web
from .calendars import snapshots
from .config import Settings
from .files import ProtectedFiles
from .headers import protected
from .messaging import kinds
from .paths import beside_code
from .request_checks import allow_uploads, refuse_what_cannot_be_read
from .routing import LateRule
from .workflows import letters

LARGEST_BODY = 256 * 1024


class Slotkey(Flask):
    """Flask without coroutines, of which there are none: looking for them was done a dozen times a request."""

    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def create_app(settings: Settings) -> Flask:
    """The web application for `settings`."""
    app = Slotkey(
        "slotkey",
        template_folder=str(beside_code("templates")),
        static_folder=str(beside_code("static")),
    )
    app.extensions["slotkey.settings"] = settings
    app.config.update(_flask_settings(settings))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = kept_templates.KeptTemplates(kept_templates.folder(settings))
    db.init_app(app, settings.database_url, settings.database_wait_seconds)
    prepared.init_app(app)
    kinds.KINDS.update(letters.KINDS)  # messages of a feature that is above them all
    snapshots.init_app(app)
    counters.init_app(app)
    request_ids.init_app(app)
    app.before_request(allow_uploads)
    app.before_request(refuse_what_cannot_be_read)  # before CSRF, which reads the form
    web.init_app(app)
    error_pages.init_app(app)
    pages.init_app(app)
    counters.know_routes(app)
    _wrap(app, settings)
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secrets[0],
        "SECRET_KEY_FALLBACKS": list(settings.secrets[1:]),
        "SESSION_COOKIE_NAME": "slotkey",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Written anew by every answer, it would come back as it was before a form was saved: a preview still on its
        # way then took the notice of the saving with it. It outlives the session it names, so nothing is lost.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_PARTS": 2_000,
        "WTF_CSRF_TIME_LIMIT": None,  # bound to the session instead: a form left open keeps what was typed
        "WTF_CSRF_SSL_STRICT": False,  # asks for a Referer, which privacy settings remove
    }


def _wrap(app: Flask, settings: Settings) -> None:
    """Static files in front; behind proxies, believe as many of them as the operator says stand there."""
    files = ProtectedFiles(
        protected(app.wsgi_app, settings.is_https),
        root=str(beside_code("static")),
        prefix="static/",
        max_age=31536000,
        allow_all_origins=False,
    )
    count = settings.proxy_count
    app.wsgi_app = ProxyFix(files, x_for=count, x_proto=count, x_host=count) if count else files  # type: ignore
