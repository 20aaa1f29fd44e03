"""Forms of accounts."""

from datetime import datetime

from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from .. import locales, zones
from ..calendars.texts import one_line
from ..localtime import Reader
from ..web import BaseForm
from .models import Role
from .passwords import LONGEST, SHORTEST
from .roles import EXPLAINED

PASSWORD_HINT = (
    f"At least {SHORTEST} characters. A few words in a row are easy to remember and hard to guess."
)


def _known_zone(name: str | None) -> str:
    return zones.canonical(name or "") or name or ""


def _name(label: str, missing: str) -> StringField:
    checks = [DataRequired(missing), Length(max=120, message="Use at most 120 characters.")]
    return StringField(label, checks, filters=[one_line])


def _email() -> EmailField:
    checks = [DataRequired("Enter your e-mail address."), Length(max=254)]
    return EmailField("E-mail", checks, filters=[one_line])


def _new_password(label: str) -> PasswordField:
    # Its length is the service's to judge, so that the command line refuses the same.
    return PasswordField(label, [InputRequired("Choose a password.")], description=PASSWORD_HINT)


class ZoneForm(BaseForm):
    """A form in which a person says where their clocks are."""

    tz = SelectField("Time zone", filters=[_known_zone])

    def offer(self, tz: str, locale: str, now: datetime) -> None:
        """Fill the lists to choose from for a reader like this; to be called before the form is checked."""
        groups = Reader(tz, locale).zone_options(now)
        self.tz.choices = {group: dict(names) for group, names in groups}


class SetupForm(ZoneForm):
    """The first account."""

    code = StringField("Setup code", [DataRequired("Enter the code that was printed.")], filters=[one_line])
    name = _name("Your name", "Enter your name.")
    email = _email()
    password = _new_password("Password")
    workspace = _name("Name of your workspace", "Enter a name for your workspace.")


class SignInForm(BaseForm):
    """Who comes in."""

    email = _email()
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=LONGEST)])


class ForgottenForm(BaseForm):
    """Whose password is forgotten."""

    email = _email()


class NewPasswordForm(BaseForm):
    """The password that takes the forgotten one's place."""

    password = _new_password("New password")


class ProfileForm(ZoneForm):
    """What others see of a person, and how they read times."""

    name = _name("Name", "Enter your name.")
    locale = SelectField("Dates and times as in")

    def offer(self, tz: str, locale: str, now: datetime) -> None:
        super().offer(tz, locale, now)
        # DEFAULT_LOCALE may name one that is not in the list; saving must not change it by itself.
        known = dict(locales.listed())
        self.locale.choices = known if locale in known else {locale: locale} | known


class PasswordForm(BaseForm):
    """A change of password."""

    current_password = PasswordField("Present password", [InputRequired("Enter your present password.")])
    password = _new_password("New password")


class EmailForm(BaseForm):
    """Another address to sign in with."""

    email = _email()
    current_password = PasswordField("Present password", [InputRequired("Enter your present password.")])


class RoleForm(BaseForm):
    """One of the roles that this person may give."""

    role = RadioField("Role", validate_choice=True)

    def offer(self, roles: tuple[Role, ...]) -> None:
        """Fill the choices, to be called before the form is checked."""
        self.role.choices = [(role.value, f"{role.value.capitalize()}: {EXPLAINED[role]}") for role in roles]


class InviteForm(RoleForm):
    """Who is invited, and as what."""

    email = EmailField(
        "E-mail", [DataRequired("Enter the e-mail address to invite."), Length(max=254)], filters=[one_line]
    )


class RemoveForm(BaseForm):
    """Who takes over the calendars of somebody who leaves."""

    to_id = SelectField("Who takes over the calendars", coerce=int)


class JoinForm(ZoneForm):
    """What a new member brings."""

    name = _name("Your name", "Enter your name.")
    password = _new_password("Password")
