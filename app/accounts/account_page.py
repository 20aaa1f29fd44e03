"""The page of one's own account: several forms, of which at most one is being sent."""

from flask import Response

from .. import config
from ..clock import now
from ..web import current, reader, render
from . import email_changes, sessions
from .forms import EmailForm, PasswordForm, ProfileForm


def profile_form(**options: object) -> ProfileForm:
    """The profile as it is stored, or as it is being sent."""
    user = current().user
    form = ProfileForm(name=user.name, tz=user.tz, locale=user.locale, **options)
    form.offer(user.tz, user.locale, now())
    return form


def account_page(
    *,
    profile: ProfileForm | None = None,
    password: PasswordForm | None = None,
    email: EmailForm | None = None,
    status: int = 200,
) -> Response:
    """The page with the form that was sent, and the others as they are stored."""
    forms = {
        "profile": profile or profile_form(formdata=None),
        "password": password or PasswordForm(formdata=None),
        "email": email or EmailForm(formdata=None, prefix="change"),
    }
    return render(
        "accounts/show.html",
        **forms,
        form_errors=[error for form in forms.values() for error in form.errors],
        pending=email_changes.pending_of(current().user.id, now()),
        sends_mail=config.current().mail is not None,
        sessions=sessions.live_of(current().user.id, now()),
        now=now(),
        reader=reader(),
        status=status,
    )
