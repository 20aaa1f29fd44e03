"""Commands that run workers, alone or beside the web server."""

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from ..config import Settings
from ..errors import NotFound
from .installation import installed, make_app

FIRST = "worker-1"
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


def run_together(
    worker_id: str, environ: Mapping[str, str], settings: Settings, notice: str = ""
) -> NoReturn:
    """Be the supervisor of web and worker; `notice` is printed once pages are served."""
    from ..supervising import together

    sys.exit(together(worker_id, environ, (settings.host, settings.port), notice))


def _checked(_context: Any, _parameter: Any, name: str) -> str:
    if not NAME.fullmatch(name):
        raise click.BadParameter("use up to 64 letters, digits, dots and dashes, such as worker-2")
    return name


def _name(option: str) -> Any:
    told = "Name of the worker. It keeps it when it is started again; no two share one."
    return click.option(option, "worker_id", default=FIRST, show_default=True, callback=_checked, help=told)


@click.command()
@_name("--id")
def worker(worker_id: str) -> None:
    """Do what follows from bookings: mail, reminders and the like. On PostgreSQL, run as many as you like."""
    from .. import migrating
    from ..worker import process

    settings = Settings.from_environment()
    app = make_app(settings)
    with app.app_context():
        migrating.require_current()
    process.run(app, settings, worker_id)


@click.command()
@_name("--worker-id")
def serve(worker_id: str) -> None:
    """Run `web` and `worker` together: both end when one does."""
    run_together(worker_id, os.environ, Settings.from_environment())


@click.command("worker-recover")
@click.argument("worker_id")
def worker_recover(worker_id: str) -> None:
    """Let the other workers take over from one that will not come back, without waiting until it is missed."""
    from ..db import transaction
    from ..worker import beats

    with installed():
        with transaction():
            is_known = beats.declare_lost(worker_id)
        if not is_known:
            raise NotFound(f"There is no worker {worker_id} whose work could be taken over.")
        click.echo(f"The next worker that is running takes over what {worker_id} had begun.")


COMMANDS = (worker, serve, worker_recover)
