"""The slotkey command. Each command imports what it needs by itself, so that each starts quickly."""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click
from sqlalchemy.exc import OperationalError

from .commands import hooks, operating, people, working
from .commands.installation import installed, make_app
from .config import BadSetting, Settings
from .errors import DomainError

if TYPE_CHECKING:
    from flask import Flask

CONFIGURED_WRONG = 2


def main() -> None:
    """Run the command line. What the operator can put right is one line, not a traceback: exit code 2 for a
    setting, 1 for a refusal or a database that does not answer."""
    try:
        commands(prog_name="slotkey")
    except BadSetting as wrong:
        _give_up(str(wrong), CONFIGURED_WRONG)
    except DomainError as refused:
        _give_up(refused.sentence)
    except OperationalError as failed:
        _give_up(f"The database cannot be used: {' '.join(str(failed.orig).split())}")


def _give_up(reason: str, code: int = 1) -> NoReturn:
    click.echo(f"slotkey: {reason}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="slotkey")
def commands() -> None:
    """Slotkey: scheduling you host yourself, built round the one-time booking link."""


@commands.command()
@click.option("--demo/--no-demo", default=True, help="Whether to make demo data on the first start.")
def run(demo: bool) -> None:
    """Try Slotkey on this machine: nothing to set, demo data included."""
    environ = _newcomers_environment()
    settings = Settings.from_environment(environ)
    with make_app(settings).app_context():
        _migrate(settings)
        welcome = _welcome(settings) if demo else ""
    notice = f"Slotkey runs at {settings.base_url} - stop it with Ctrl+C.\n{welcome}"
    working.run_together(working.FIRST, environ, settings, notice)


@commands.command()
def web() -> None:
    """Serve the web pages. Settings come from the environment, see README."""
    settings = Settings.from_environment()
    app = make_app(settings)
    with app.app_context():
        _require_current()
        notice = _setup_notice(settings)
    _serve(app, settings, notice)


for command in (*operating.COMMANDS, *working.COMMANDS, *people.COMMANDS, *hooks.COMMANDS):
    commands.add_command(command)


@commands.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    with installed() as settings:
        click.echo(f"The database is at version {_migrate(settings)}.")


@commands.command("create-user")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--workspace", default="", help="Name of the new workspace; by default the person's.")
@click.option("--tz", default="UTC", show_default=True, help="Time zone, such as Europe/Berlin.")
def create_user(name: str, email: str, password: str, workspace: str, tz: str) -> None:
    """Make a person with a workspace of their own."""
    from . import clock
    from .accounts import passwords, service
    from .db import transaction

    with installed() as settings:
        user = service.NewUser(name, email, passwords.hashed(password), tz, settings.locale)
        with transaction():
            made = service.create_account(workspace, user, clock.now())
        click.echo(f"{made.email} can sign in at {settings.base_url}/sign-in")


@commands.command("setup-code")
def setup_code() -> None:
    """Print a new one-time code for making the first account; the earlier one stops working."""
    with installed() as settings:
        click.echo(_setup_notice(settings) or "There is an account already; no code is needed.")


@commands.command("rotate-key")
def rotate_key() -> None:
    """Show how to replace SECRET_KEY, and how many live links each key stands for. Changes nothing."""
    from . import clock, keys

    with installed() as settings:
        click.echo(keys.rotation_guide(settings.secrets, clock.now()))


@commands.command()
def demo() -> None:
    """Make demo data: three calendars, weeks of bookings, links in every status. Once is enough."""
    with installed() as settings:
        click.echo(_welcome(settings))


@commands.command()
def prove() -> None:
    """Show on a scratch database that a link books once and a slot is given once; exit code 1 if not."""
    from . import newcomer
    from .proof.prove import report

    if not report(Settings.from_environment(newcomer.throwaway_environment(os.environ))):
        sys.exit(1)


def _newcomers_environment() -> dict[str, str]:
    from . import newcomer

    wanted = Settings.from_environment(newcomer.environment(os.environ))
    port = newcomer.free_port(wanted.host, wanted.port)
    if port != wanted.port:
        click.echo(f"Port {wanted.port} is taken, so Slotkey uses {port}.")
    return newcomer.environment({**os.environ, "PORT": str(port)})


def _migrate(settings: Settings) -> str:
    from . import migrating
    from .worker import engine

    migrating.upgrade()
    engine.migrate(settings)
    return migrating.newest()


def _require_current() -> None:
    from . import migrating

    migrating.require_current()


def _setup_notice(settings: Settings) -> str:
    """How to make the first account, with a fresh code; empty when there is one."""
    from . import clock
    from .accounts import setup_codes
    from .db import transaction

    if setup_codes.has_account():
        return ""
    with transaction():
        code = setup_codes.new_code(clock.now())
    return f"Make the first account at {settings.base_url}/setup with the code {code}"


def _welcome(settings: Settings) -> str:
    from . import clock
    from .demo import welcome

    return welcome(settings, clock.now())


def _serve(app: "Flask", settings: Settings, notice: str) -> None:
    from .serving import serve

    serve(app, settings, when_ready=lambda: click.echo(notice, err=True) if notice else None)
