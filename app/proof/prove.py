"""`slotkey prove`: shows on this machine, with real processes, that a link books once and a slot is given once."""

from dataclasses import replace

from .. import create_app, migrating
from ..config import Settings
from .scenarios import Tally, one_link, one_slot
from .scratch import running, scratch_settings

PROCESSES = 4
POSTS = 1_000
LINKS = 100


def prove(settings: Settings, posts: int = POSTS, links: int = LINKS) -> list[tuple[str, Tally]]:
    """Run both proofs on a scratch database of the configured kind: (what was done, what came of it)."""
    with scratch_settings(replace(settings, web_processes=PROCESSES)) as scratch:
        app = create_app(scratch)
        with app.app_context():
            migrating.upgrade()
            with running(scratch) as site:
                return [
                    (f"{posts} forms of one link, posted at once", one_link(site.url, posts)),
                    (f"{links} links, one slot, posted at once", one_slot(site.url, links)),
                ]


def report(settings: Settings) -> bool:
    """Run the proof and print it; True when it holds."""
    kind = "SQLite" if settings.is_sqlite else "PostgreSQL"
    print(f"Scratch {kind} database, {PROCESSES} web processes.")  # noqa: T201
    results = prove(settings)
    for done, outcome in results:
        print(f"{done}: {outcome}{'' if outcome.holds else f'  FAILED {outcome.statuses}'}")  # noqa: T201
    return all(outcome.holds for _, outcome in results)
