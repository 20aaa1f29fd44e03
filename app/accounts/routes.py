"""Pages of accounts: the first account, signing in and out."""

from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request, session, url_for
from flask_login import current_user

from .. import web
from ..clock import now
from ..db import transaction
from ..errors import DomainError
from ..local_paths import local_path
from ..visitor import address_key
from ..web import go_to, render
from ..zones import canonical
from . import passwords, sessions, setup_codes, signing_in
from .blueprint import answer_as, bp, browser, enter, locale
from .forms import SetupForm, SignInForm
from .service import NewUser, begin_session, create_account
from .sessions import SignedIn


@bp.get("/")
def home() -> Response:
    """Where people begin."""
    return go_to("calendars.index" if setup_codes.has_account() else ".setup")


@bp.route("/setup", methods=["GET", "POST"])
def setup() -> Response:
    """The first account, for whoever holds the printed code."""
    if setup_codes.has_account() and request.method != "POST":
        return go_to(".sign_in")
    form = SetupForm(tz=canonical(request.args.get("tz", "")) or "UTC")
    form.offer("UTC", locale(), now())
    if form.submitted():
        try:
            enter(_set_up(form))
            return go_to("calendars.index", notice="Welcome to Slotkey.")
        except DomainError as refusal:
            return _refused("accounts/setup.html", form, refusal)
    return render("accounts/setup.html", form=form, status=422 if form.errors else 200)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """E-mail and password; then on to the page that asked for it."""
    if request.method != "POST" and current_user.is_authenticated:
        return redirect(_onward(), 303)  # type: ignore[return-value]
    if not setup_codes.has_account():
        return go_to(".setup")
    form = SignInForm()
    if form.submitted():
        try:
            enter(_signed_in(form))
            return redirect(_onward(), 303)  # type: ignore[return-value]
        except DomainError as refusal:
            return _refused("accounts/sign_in.html", form, refusal)
    return render("accounts/sign_in.html", form=form, status=422 if form.errors else 200)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this browser's session, on the server too."""
    if current_user.is_authenticated:
        with transaction():
            sessions.end(web.current().session.id, now())
    session.clear()
    return go_to(".sign_in", notice="You are signed out.")


def _set_up(form: SetupForm) -> SignedIn:
    setup_codes.check(form.code.data, address_key(), now())
    password_hash = passwords.hashed(form.password.data)
    user = NewUser(form.name.data, form.email.data, password_hash, form.tz.data, locale())
    with transaction():
        setup_codes.take(form.code.data)
        owner = create_account(form.workspace.data, user, now())
        return begin_session(owner, now(), browser())


def _signed_in(form: SignInForm) -> SignedIn:
    return signing_in.sign_in(form.email.data, form.password.data, address_key(), now(), browser())


def _refused(page: str, form: SetupForm | SignInForm, refusal: DomainError) -> Response:
    form.refuse(refusal)
    return answer_as(refusal, render(page, form=form))


def _onward() -> str:
    """The page that asked for signing in, if it is ours and can be opened: not what a form was posted to."""
    fallback = url_for("calendars.index")
    wanted = local_path(request.args.get("next"), fallback)
    is_page = current_app.create_url_adapter(request).test(urlsplit(wanted).path, "GET")
    return wanted if is_page else fallback
