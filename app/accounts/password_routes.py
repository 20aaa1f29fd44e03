"""A forgotten password: asking for a link, and choosing a new one by it."""

from flask import Response

from .. import config
from ..clock import now
from ..errors import DomainError
from ..visitor import address_key
from ..web import go_to, render
from . import resetting
from .blueprint import answer_as, bp
from .forms import ForgottenForm, NewPasswordForm


@bp.route("/forgot-password", methods=["GET", "POST"])
def forgot_password() -> Response:
    """Asks for the e-mail; the answer is the same whether or not anybody has it."""
    form = ForgottenForm()
    if form.submitted():
        try:
            resetting.ask(form.email.data, address_key(), now())
            return go_to(".password_asked")
        except DomainError as refusal:
            form.refuse(refusal)
            return answer_as(refusal, _ask_page(form))
    return _ask_page(form, 422 if form.errors else 200)


@bp.get("/forgot-password/asked")
def password_asked() -> Response:
    """What happens now."""
    return render("accounts/password_asked.html", sends_mail=config.current().mail is not None)


@bp.route("/r/<token>", methods=["GET", "POST"])
def reset_password(token: str) -> Response:
    """A new password for whoever holds the link that was mailed. Raises ResetGone."""
    user, form = resetting.user_of(token, now()), NewPasswordForm()
    if form.submitted():
        try:
            resetting.reset(token, form.password.data, now())
            notice = "Your password is changed, and every browser is signed out. Sign in with the new one."
            return go_to(".sign_in", notice=notice)
        except resetting.ResetGone:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
            return answer_as(refusal, _choose_page(form, user.email))
    return _choose_page(form, user.email, 422 if form.errors else 200)


def _ask_page(form: ForgottenForm, status: int = 200) -> Response:
    sends_mail = config.current().mail is not None
    return render("accounts/forgot_password.html", form=form, sends_mail=sends_mail, status=status)


def _choose_page(form: NewPasswordForm, email: str, status: int = 200) -> Response:
    return render("accounts/reset_password.html", form=form, email=email, status=status)
