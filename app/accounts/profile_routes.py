"""One's own account: profile and password."""

from flask import Response

from ..clock import now
from ..db import transaction
from ..errors import DomainError
from ..visitor import address_key
from ..web import current, go_to, sign_in_required
from . import new_passwords, passwords, service, signing_in
from .account_page import account_page, profile_form
from .blueprint import answer_as, bp
from .forms import PasswordForm


@bp.get("/account")
@sign_in_required
def show() -> Response:
    """Profile and password, each with its own form."""
    return account_page()


@bp.post("/account")
@sign_in_required
def update() -> Response:
    """Name, zone and locale."""
    form = profile_form()
    if form.submitted():
        with transaction():
            service.change_profile(current().user, form.name.data, form.tz.data, form.locale.data)
        return go_to(".show", notice="Saved.")
    return account_page(profile=form, status=422)


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
            return answer_as(refusal, account_page(password=form))
    return account_page(password=form, status=422)


def _change_password(form: PasswordForm) -> None:
    user = current().user
    signing_in.confirm(user, form.current_password.data, address_key(), now())
    password_hash = passwords.hashed(form.password.data)
    with transaction():
        new_passwords.change(user, password_hash, current().session.id, now())
