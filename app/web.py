"""What pages share: rendering, redirects, forms, sign-in guards, error pages. The only file that knows htmx-flask."""

import logging
from functools import cache
from hashlib import sha256
from math import ceil
from typing import Any

from flask import Flask, Response, current_app, jsonify, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_required
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from htmx_flask import Htmx
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy

from . import clock, config
from .accounts import sessions
from .accounts.sessions import SignedIn
from .cookies import CookieSessions
from .errors import Conflict, DomainError, TooMany, Unavailable
from .headers import SECRET_PAGES, SECRET_PATHS, add_missing
from .paths import beside_code

log = logging.getLogger(__name__)
sign_in_required = login_required
csrf = CSRFProtect()
login = LoginManager()
htmx = Htmx()

THEMES = ("light", "dark")
HTTP_ERRORS = {
    400: ("We could not read this request", "Go back and try again."),
    404: ("We cannot find this page", "Check that the whole address was copied."),
    405: ("This address does not take that kind of request", "Go back and try again."),
    413: ("That is too much at once", "What was sent is larger than this page accepts. Nothing was stored."),
    415: ("We cannot read that kind of content", "Send the form as it stands on the page."),
}


class BaseForm(FlaskForm):
    """Parent of all forms: CSRF for signed-in people, and `submitted()` in place of two calls."""

    class Meta:
        def wrap_formdata(self, _form: FlaskForm, formdata: Any) -> Any:
            """What the browser's form says. Flask-WTF would take JSON and files too, whose values are no texts."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" else None

    def submitted(self) -> bool:
        """True when this request posts the form and every field holds what it should."""
        return self.validate_on_submit()

    def refuse(self, refusal: DomainError) -> None:
        """Show a rule's refusal beside its field, or above the form when it is no single field's."""
        field = self._fields.get(getattr(refusal, "field", None) or "")
        errors = field.errors if field is not None else self.form_errors
        (errors if isinstance(errors, list) else field).append(refusal.sentence)


def init_app(app: Flask) -> None:
    """Wire sign-in, CSRF, template globals, headers and error pages into the app."""
    csrf.init_app(app)
    htmx.init_app(app)
    login.init_app(
        app, add_context_processor=False
    )  # its processor loads the person on every page, public too
    login.user_loader(lambda secret: sessions.find(secret, clock.now()))
    login.login_view = "accounts.sign_in"
    login.login_message = ""  # else each refused request adds a sentence to the cookie
    login.session_protection = None
    app.session_interface = CookieSessions()
    app.jinja_env.globals.update(asset=asset)
    app.jinja_env.globals["ui"] = _Macros(app)
    app.context_processor(_page_context)
    app.after_request(_finish)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, _storage_failed)
    app.register_error_handler(Exception, _unexpected)


def current() -> SignedIn:
    """Who makes this request; for routes behind `sign_in_required`."""
    return current_user._get_current_object()


def render(page: str, block: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """The page, or only its block `block` when htmx asked for the element of that id.

    `block` may name several, separated by spaces. A page sent where a fragment was asked for (a refusal, say)
    tells htmx to take the whole body.
    """
    asked = _asked_block(block)
    html = _render_block(page, asked, context) if asked else _template(page).render(_full(context))
    answer = current_app.make_response((html, status))
    answer.vary.update(("HX-Request", "HX-Target"))
    if request.htmx and not asked:
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def go_to(endpoint: str, *, notice: str | None = None, **values: Any) -> Response:
    """A 303 to a page of ours, where `notice` is said once. htmx follows it and swaps the page it finds."""
    if notice:
        session["notice"] = notice
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[return-value]


@cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its content, so that browsers may keep it for a year."""
    digest = sha256((beside_code("static") / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=digest)


def keep_secret(answer: Response) -> Response:
    """For `after_request` of blueprints whose addresses carry a token."""
    for name, value in SECRET_PAGES.items():
        answer.headers[name] = value
    return answer


class _Macros:
    """The macros of macros.html as the global `ui`: blocks rendered alone do not see a page's imports."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app.jinja_env.get_template("macros.html").module, name)


def _asked_block(blocks: str | None) -> str | None:
    if not blocks or not request.htmx or request.htmx.history_restore_request:
        return None
    # htmx 4 names its target tag#id.
    target = (request.htmx.target or "").rpartition("#")[2]
    return target if target in blocks.split() else None


def _template(page: str) -> Any:
    return current_app.jinja_env.get_or_select_template(page)


def _render_block(page: str, block: str, context: dict[str, Any]) -> str:
    template = _template(page)
    # The pieces are finished HTML already; Markup("").join would escape them.
    return "".join(template.blocks[block](template.new_context(_full(context))))


def _full(context: dict[str, Any]) -> dict[str, Any]:
    full = dict(context)
    current_app.update_template_context(full)
    return full


def _page_context() -> dict[str, Any]:
    theme = request.cookies.get("theme")
    return {
        "signed_in": LocalProxy(_signed_in),  # asked only by pages that show it: public ones cost no query
        "notice": session.pop("notice", None) if "notice" in session else None,
        "theme": theme if theme in THEMES else None,
    }


def _signed_in() -> SignedIn | None:
    return current() if current_user.is_authenticated else None


def _finish(answer: Response) -> Response:
    if request.path.startswith(SECRET_PATHS):  # refusals that reach no blueprint too
        keep_secret(answer)
    add_missing(answer.headers)
    answer.headers.setdefault("Cache-Control", "no-store")
    if config.current().is_https:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return answer


def _error_answer(status: int, title: str, sentence: str, retry_after: float | None = None) -> Response:
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        answer = _problem(status, title, sentence)
    else:
        answer = render("error.html", status=status, code=status, title=title, sentence=sentence)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(max(1, ceil(retry_after)))
    return answer


def _problem(status: int, title: str, sentence: str) -> Response:
    """RFC 9457 problem details."""
    answer = jsonify(title=title, status=status, detail=sentence)
    answer.status_code, answer.mimetype = status, "application/problem+json"
    return answer


def _refused(refusal: DomainError) -> Response:
    wait = refusal.retry_after.total_seconds() if isinstance(refusal, TooMany | Unavailable) else None
    return _error_answer(refusal.status, refusal.title, refusal.sentence, wait)


def _changed_meanwhile(_error: StaleDataError) -> Response:
    sentence = (
        "Somebody else has just saved this. Nothing of yours was stored: go back, reload and save again."
    )
    return _refused(Conflict(sentence))


def _form_too_old(_error: CSRFError) -> Response:
    sentence = (
        "This page was open while you signed in or out elsewhere. Go back, reload it and send it again."
    )
    return _error_answer(403, "We could not accept this form", sentence)


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    title, sentence = HTTP_ERRORS.get(error.code, ("That did not work", error.description or ""))
    answer = _error_answer(error.code, title, sentence)
    if "Allow" in (own := error.get_response().headers):
        answer.headers["Allow"] = own["Allow"]
    return answer


def _storage_failed(error: Exception) -> Response:
    log.error("storage failed: %s", type(error).__name__, exc_info=error)
    return _refused(Unavailable("Nothing was stored. Please try again in a moment."))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _error_answer(500, "Something went wrong on our side", "Nothing was stored. Please try again.")
