"""Commands that keep an installation well: backup, restore, doctor, prune."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import BadSetting
from .installation import bare_app, installed, known_settings

if TYPE_CHECKING:
    from ..operating.findings import Finding, State

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write all data to FILE, a new file, while everything goes on running."""
    from .. import clock, keys
    from ..operating import backup as backups

    with installed() as settings:
        found = backups.write(file.absolute())
        click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB.\n{found.holds}\n{found.verdict}")
        click.echo("\nIts links open only with the keys that made them, which are not in the file:")
        click.echo("\n".join(keys.table(settings.secrets, clock.now())))
    if found.faults:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what the database holds.")
def restore(file: Path, force: bool) -> None:
    """Fill the database from FILE. Stop web and worker first."""
    from .. import clock, keys
    from ..operating import restore as restoring

    with installed() as settings:
        found = restoring.restore(file.absolute(), settings, replace=force)
        click.echo(f"Restored. {found.holds}\n{found.verdict}\n{restoring.what_is_lost(found)}")
        click.echo("Everybody has to sign in again.\n")
        click.echo("\n".join(keys.table(settings.secrets, clock.now())))
        if lacking := keys.missing(settings.secrets, clock.now()):
            click.echo(
                f"\nAdd the secret of {' and '.join(lacking)} to SECRET_KEY_FALLBACKS: without it, their links and"
                " the pages of their bookings do not open, and their hooks take nothing."
            )


@click.command()
def doctor() -> None:
    """Look at settings, data folder, disk, database, clock, mail, SMS and worker. Exit code 1 if something fails."""
    from ..operating import doctor as doctors
    from ..operating.findings import State, fail

    try:
        settings = known_settings()
    except BadSetting as wrong:
        click.echo(fail("settings", f"{wrong}.", "The README lists them."))
        sys.exit(1)
    with bare_app(settings).app_context():
        states = [_said(finding) for finding in doctors.examine(settings)]
    if State.FAIL in states:
        sys.exit(1)


def _said(finding: "Finding") -> "State":
    click.echo(str(finding))
    return finding.state


@click.command()
@click.option("--older-than", "days", type=click.IntRange(1), required=True, metavar="DAYS")
@click.option("--yes", is_flag=True, help="Do it; else it is only counted.")
def prune(days: int, yes: bool) -> None:
    """Blank names, addresses, answers and notes of what was over DAYS ago. Rows, times and counts stay."""
    from .. import clock
    from ..operating import personal

    with installed():
        before = clock.now() - timedelta(days=days)
        counted = personal.forget(before) if yes else personal.due(before)
        told = ", ".join(f"{rows} {name}" for name, rows in counted.items())
        click.echo(f"{'Blanked' if yes else 'Would blank'}, of before {before:%Y-%m-%d %H:%M} UTC: {told}.")
        if not yes and any(counted.values()):
            click.echo("Nothing has been changed. Say --yes to do it; nothing brings it back but a backup.")


COMMANDS = (backup, restore, doctor, prune)
