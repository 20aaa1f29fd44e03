"""Commands for people who cannot get in: what mails would do, by the operator's hand."""

import click

from .installation import installed


@click.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Print a link by which the person with this EMAIL chooses a new password: once, within an hour."""
    from .. import clock
    from ..accounts import resetting

    with installed() as settings:
        user = resetting.user_called(email)
        click.echo(f"For {user.name}, within an hour, once:")
        click.echo(f"{settings.base_url}/r/{resetting.token_of(user, clock.now())}")


@click.command("change-email")
@click.argument("old")
@click.argument("new")
def change_email(old: str, new: str) -> None:
    """Let the person with the e-mail OLD sign in with NEW, without asking its mailbox."""
    from .. import clock
    from ..accounts import email_changes, resetting
    from ..db import transaction

    with installed() as settings:
        user = resetting.user_called(old)
        with transaction():
            email_changes.set_email(user.id, user.email, new, clock.now())
        click.echo(f"{user.name} signs in with {new} at {settings.base_url}/sign-in")


COMMANDS = (reset_password, change_email)
