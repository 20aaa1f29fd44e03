"""What pages share: rendering, redirects, forms, who is signed in. The only file that knows htmx-flask."""

from collections.abc import Hashable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_required
from flask_wtf import CSRFProtect, FlaskForm
from htmx_flask import Htmx
from markupsafe import escape
from werkzeug.local import LocalProxy

from . import clock
from .accounts import last_seen, sessions
from .accounts.sessions import SignedIn
from .cookies import CookieSessions
from .errors import DomainError
from .localtime import Reader
from .paths import beside_code

sign_in_required = login_required
csrf = CSRFProtect()
login = LoginManager()
htmx = Htmx()

THEMES = ("light", "dark")
MOST_KEPT = 256
VARY = {"Vary": "HX-Request, HX-Target, Cookie"}
PATH, HERE = "\ufdd0", "\ufdd1"  # stand for addresses in what is kept: noncharacters, which no text means


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
        if field is None:
            self.form_errors.append(refusal.sentence)
        else:  # a tuple until the form was validated
            field.errors = [*field.errors, refusal.sentence]


def init_app(app: Flask) -> None:
    """Wire sign-in, CSRF and template globals into the app."""
    csrf.init_app(app)
    htmx.init_app(app)
    login.init_app(
        app, add_context_processor=False
    )  # its processor loads the person on every page, public too
    login.user_loader(lambda secret: last_seen.noted(sessions.find(secret, clock.now()), clock.now()))
    login.login_view = "accounts.sign_in"
    login.login_message = ""  # else each refused request adds a sentence to the cookie
    login.session_protection = None
    app.session_interface = CookieSessions()
    app.jinja_env.globals.update(asset=asset, page_url=page_url)
    app.jinja_env.globals["ui"] = _Macros(app)
    app.context_processor(_page_context)


def current() -> SignedIn:
    """Who makes this request; for routes behind `sign_in_required`."""
    return current_user._get_current_object()


def reader(tz: str | None = None) -> Reader:
    """How the signed-in person of this request reads times, in their own zone or another."""
    user = current().user
    return Reader(tz or user.tz, user.locale)


def owners_blueprint(name: str) -> Blueprint:
    """A blueprint of pages that belong to somebody: each of them asks for signing in first."""
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(sign_in_required(lambda: None))
    return blueprint


def render(page: str, block: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """The page, or only its block `block` when htmx asked for the element of that id.

    `block` may name several, separated by spaces. A page sent where a fragment was asked for (a refusal, say)
    tells htmx to take the whole body.
    """
    asked = _asked_block(block)
    html = _render_block(page, asked, context) if asked else _template(page).render(_full(context))
    return _answer(html, status, is_whole=not asked)


def render_kept(page: str, path: str, *, status: int, **values: Hashable) -> Response:
    """The same of a page that tells nothing of who asks, kept by its values, in which PATH stands for `path`."""
    if "notice" in session:
        return render(page, status=status, **values)
    html = _kept_page(page, _theme(), tuple(values.items()))
    here = str(escape(request.full_path.rstrip("?")))
    return _answer(html.replace(PATH, path).replace(HERE, here), status)


def go_to(endpoint: str, *, notice: str | None = None, **values: Any) -> Response:
    """A 303 to a page of ours, where `notice` is said once. htmx follows it and swaps the page it finds."""
    return go_on(url_for(endpoint, **values), notice=notice)


def go_on(path: str, *, notice: str | None = None) -> Response:
    """The same to a path, which `local_path` has checked when the browser named it."""
    if notice:
        session["notice"] = notice
    return redirect(path, 303)  # type: ignore[return-value]


@cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its content, so that browsers may keep it for a year."""
    digest = sha256((beside_code("static") / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=digest)


@cache
def page_url(endpoint: str) -> str:
    """The path of a page of which there is one: to build it took longer than to read a link's row."""
    return url_for(endpoint)


class _Macros:
    """The macros of macros.html as the global `ui`: blocks rendered alone do not see a page's imports.

    `ui.kept("name", ...)` is the macro's answer to these values, written once: no part of it may depend on who asks.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.kept = lru_cache(MOST_KEPT)(lambda name, *values, **more: getattr(self, name)(*values, **more))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app.jinja_env.get_template("macros.html").module, name)


def _answer(html: str, status: int, *, is_whole: bool = True) -> Response:
    answer = current_app.response_class(html, status, VARY)
    if is_whole and request.htmx:
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


@lru_cache(MOST_KEPT)
def _kept_page(page: str, theme: str | None, values: tuple[tuple[str, Hashable], ...]) -> str:
    context = {"signed_in": None, "notice": None, "theme": theme, "here": HERE, **dict(values)}
    return _template(page).render(context)


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
    return {
        "signed_in": LocalProxy(_signed_in),  # asked only by pages that show it: public ones cost no query
        "notice": session.pop("notice", None) if "notice" in session else None,
        "theme": _theme(),
    }


def _theme() -> str | None:
    theme = request.cookies.get("theme")
    return theme if theme in THEMES else None


def _signed_in() -> SignedIn | None:
    return current() if current_user.is_authenticated else None
