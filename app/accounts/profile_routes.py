"""One's own account: profile and password."""

from flask import Response

from ..clock import now
from ..db import transaction
from ..errors import DomainError
from ..visitor import address_key
from ..web import current, go_to, render, sign_in_required
from . import passwords, service, signing_in
from .blueprint import answer_as, bp
from .forms import PasswordForm, ProfileForm


@bp.get("/account")
@sign_in_required
def show() -> Response:
    """Profile and password, each with its own form."""
    return _page(_profile(), PasswordForm())


@bp.post("/account")
@sign_in_required
def update() -> Response:
    """Name, zone and locale."""
    form = _profile()
    if form.submitted():
        with transaction():
            service.change_profile(current().user, form.name.data, form.tz.data, form.locale.data)
        return go_to(".show", notice="Saved.")
    return _again(form, PasswordForm(formdata=None))


@bp.post("/account/password")
@sign_in_required
def change_password() -> Response:
    """A new password; other browsers are signed out."""
    form = PasswordForm()
    if form.submitted():
        try:
            _change_password(form)
            return go_to(".show", notice="Your password is changed. Other browsers are signed out.")
        except DomainError as refusal:
            form.refuse(refusal)
            return answer_as(refusal, _again(_stored_profile(), form))
    return _again(_stored_profile(), form)


def _change_password(form: PasswordForm) -> None:
    user = current().user
    signing_in.confirm(user, form.current_password.data, address_key(), now())
    password_hash = passwords.hashed(form.password.data)
    with transaction():
        service.change_password(user, password_hash, current().session.id, now())


def _profile(**options: object) -> ProfileForm:
    user = current().user
    form = ProfileForm(name=user.name, tz=user.tz, locale=user.locale, **options)
    form.offer(user.tz, user.locale, now())
    return form


def _stored_profile() -> ProfileForm:
    """As it is stored, while the other form of the page is being sent."""
    return _profile(formdata=None)


def _again(profile: ProfileForm, password: PasswordForm) -> Response:
    return _page(profile, password, status=422)


def _page(profile: ProfileForm, password: PasswordForm, status: int = 200) -> Response:
    errors = [*profile.errors, *password.errors]
    return render("accounts/show.html", profile=profile, password=password, form_errors=errors, status=status)
