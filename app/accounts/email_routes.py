"""Another e-mail address: asked for under Account, confirmed from its mailbox."""

from flask import Response, request

from .. import config, ratelimit
from ..clock import now
from ..db import transaction
from ..errors import DomainError
from ..visitor import address_key
from ..web import current, go_to, render, sign_in_required
from . import email_changes, signing_in
from .account_page import account_page
from .blueprint import answer_as, bp
from .email_changes import PER_USER
from .forms import EmailForm

ASKED = "A link is on its way to the new address. Confirm it from that mailbox."
NOTED = "Noted. No mail is sent from here yet, so whoever runs this installation has to change it."


@bp.post("/account/email")
@sign_in_required
def change_email() -> Response:
    """Sends the new address a link; until it is used, the old one stays."""
    form = EmailForm(prefix="change")
    if form.submitted():
        try:
            _ask(form)
            return go_to(".show", notice=ASKED if config.current().mail else NOTED)
        except DomainError as refusal:
            form.refuse(refusal)
            return answer_as(refusal, account_page(email=form))
    return account_page(email=form, status=422)


@bp.post("/account/email/withdraw")
@sign_in_required
def keep_email() -> Response:
    """The present address stays."""
    with transaction():
        email_changes.withdraw(current().user.id, now())
    return go_to(".show", notice="Your e-mail address stays as it is.")


@bp.route("/e/<token>", methods=["GET", "POST"])
def confirm_email(token: str) -> Response:
    """Asks, and changes the address: opening the link alone changes nothing. Raises ChangeGone."""
    change = email_changes.find(token, now())
    if request.method != "POST":  # HEAD too
        return render("accounts/confirm_email.html", change=change)
    with transaction():
        email_changes.confirm(change, now())
    return go_to("accounts.show", notice=f"From now on you sign in with {change.new_email}.")


def _ask(form: EmailForm) -> None:
    person = current()
    signing_in.confirm(person.user, form.current_password.data, address_key(), now())
    ratelimit.check(PER_USER, person.user.id, now=now())
    with transaction():
        email_changes.ask(person, form.email.data, now())
    ratelimit.count(PER_USER, person.user.id, now=now())
