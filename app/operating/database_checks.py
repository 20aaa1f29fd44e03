"""What the doctor asks the database and the mail server."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, migrating
from ..bookings.models import Booking
from ..config import Settings
from ..db import db, is_sqlite, transaction
from ..delivery_errors import DeliveryError
from ..errors import Unavailable
from ..events import UNDELIVERED, Event
from ..messaging import email
from ..worker import beats
from ..worker.models import FailedWork
from .findings import Finding, fail, ok, warn

APART = timedelta(seconds=2)
WAITS_TOO_LONG = timedelta(minutes=1)
MAIL_SECONDS = 10.0
LOCK_MILLISECONDS = 3_000


def of_database(settings: Settings) -> Iterator[Finding]:
    """Whether it answers, is up to date, takes writes, and agrees on what time it is."""
    if settings.is_sqlite and not Path(settings.database_url.removeprefix("sqlite:///")).exists():
        yield fail("database", "There is none yet.", "Run `slotkey migrate`.")
        return
    try:
        yield ok("database", f"{_kind()} answers.")
        if not migrating.is_current():
            yield fail("migrations", "Some are pending.", "Stop web and worker, and run `slotkey migrate`.")
            return
        yield ok("migrations", f"The tables are those of version {migrating.newest()}.")
        yield _writes()
        yield from _clock(clock.now())
        yield from _worker(clock.now())
    except SQLAlchemyError as failed:
        said = " ".join(str(getattr(failed, "orig", None) or failed).split())
        yield fail(
            "database", f"It cannot be used: {said.rstrip('.?')}.", "Start it, or correct DATABASE_URL."
        )


def of_mail(settings: Settings) -> Iterator[Finding]:
    """Whether the mail server lets us in. Sends nothing."""
    server = settings.mail
    if server is None:
        yield warn(
            "mail",
            "No mail server is set: messages are kept to be read and go nowhere.",
            "Set MAIL_HOST and MAIL_FROM.",
        )
        return
    try:
        email.greet(server, MAIL_SECONDS)
        yield ok("mail", f"{server.host}, port {server.port}, lets us in.")
    except DeliveryError as refused:
        yield fail("mail", str(refused), "Correct the MAIL_ settings, or ask whoever runs that server.")


def _kind() -> str:
    with db.engine.connect() as connection:
        if is_sqlite():
            return f"SQLite {connection.scalar(text('SELECT sqlite_version()'))}"
        return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"


def _writes() -> Finding:
    """Write something that changes nothing, and take it back."""
    try:
        with suppress(_TakenBack), transaction():
            if not is_sqlite():
                db.session.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
            db.session.execute(text("UPDATE alembic_version SET version_num = version_num"))
            raise _TakenBack
    except Unavailable as busy:
        return fail("writing", busy.sentence, "See which process writes for so long.")
    except SQLAlchemyError as refused:
        fix = "Give the file and its folder to the user Slotkey runs as, or grant it the right to write."
        return fail("writing", f"The database takes no writes: {refused.orig}.", fix)  # type: ignore[attr-defined]
    return ok("writing", "The database takes writes.")


def _clock(now: datetime) -> Iterator[Finding]:
    newest = db.session.scalar(select(Booking.created_at).order_by(Booking.id.desc()).limit(1))
    apart = _difference()
    if newest and newest > now + APART:
        yield warn(
            "clock", "The newest booking is from the future: this clock is slow.", "Set it, and run NTP."
        )
    elif abs(apart) > APART:
        said = f"The database's clock differs from this one by {apart.total_seconds():+.0f} s."
        yield warn("clock", said, "Run NTP on both machines.")
    else:
        yield ok("clock", f"It is {now:%Y-%m-%d %H:%M:%S} UTC, here and for the database.")


def _worker(now: datetime) -> Iterator[Finding]:
    """Whether somebody does what follows from bookings."""
    alive, oldest = beats.alive(now), db.session.scalar(select(func.min(Event.at)).where(UNDELIVERED))
    if alive:
        yield ok("worker", f"{', '.join(each.worker_id for each in alive)} at work.")
    elif oldest is not None and oldest < now - WAITS_TOO_LONG:
        said = f"None is running, and events wait since {oldest:%Y-%m-%d %H:%M} UTC."
        yield fail("worker", said, "Start `slotkey worker`, or `slotkey serve` for both.")
    else:
        yield warn("worker", "None is running.", "Start `slotkey worker`, or `slotkey serve` for both.")
    given_up = select(func.count()).select_from(FailedWork).where(FailedWork.next_try_at.is_(None))
    if failed := db.session.scalar(given_up):
        said = f"Given up after several tries: {failed}."
        yield warn("work", said, "See Background work, where owners can have it tried again.")


def _difference() -> timedelta:
    """How far the clock of a database on another machine is ahead of ours."""
    if is_sqlite():
        return timedelta()
    return db.session.execute(select(func.clock_timestamp())).scalar_one() - clock.now()


class _TakenBack(Exception):
    """Rolls the trial back."""
