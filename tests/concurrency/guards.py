"""Takes guards away, so that a race test's twin can show what the guard is there for."""

from typing import Any

from sqlalchemy import bindparam, select, text, update

from app.bookings import changeable, statements
from app.db import UtcDateTime, db, is_sqlite, transaction
from app.links.models import LinkStatus, OneTimeLink
from app.workflows import runs

link = OneTimeLink.__table__

NO_CONDITION = (
    update(link)
    .where(link.c.id == bindparam("link"))
    .values(status=LinkStatus.USED, used_at=bindparam("now", type_=UtcDateTime))
    .returning(
        select(statements.calendar.c.version)
        .where(statements.calendar.c.id == link.c.calendar_id)
        .scalar_subquery()
        .label("version"),
        link.c.duration_minutes,
        link.c.offered_from_on,
        link.c.offered_until_on,
        link.c.offered_times,
    )
)


def without_link_guard(monkeypatch: Any) -> None:
    """The link's UPDATE matches whatever its status, and no index keeps a second booking of it out."""
    monkeypatch.setattr(statements, "USE_UP_LINK", NO_CONDITION)
    _execute("DROP INDEX uq_booking_link")


def without_move_guard(monkeypatch: Any) -> None:
    """A booking moves whatever has become of it since it was read."""
    moved = statements.MOVE_BOOKING
    lax = update(statements.booking).where(statements.booking.c.id == bindparam("booking_id"))
    # Nor does the trigger look that keeps a cancelled booking's status.
    lax = lax.values({column: new for column, new in moved._values.items() if column != "status"})
    monkeypatch.setattr(statements, "MOVE_BOOKING", lax.returning(*statements.booking.c))
    monkeypatch.setattr(changeable, "require_seen", lambda found, seen: None)


def without_answer_guard(monkeypatch: Any) -> None:
    """A request is answered whatever has become of it since it was read, unless it is cancelled."""
    change = changeable.change
    monkeypatch.setattr(
        changeable, "change", lambda booking_id, *_held, **values: change(booking_id, **values)
    )


def without_slot_guard() -> None:
    """The database accepts bookings that overlap."""
    if is_sqlite():
        _execute("DROP TRIGGER booking_no_overlap_made", "DROP TRIGGER booking_no_overlap_moved")
    else:
        _execute("ALTER TABLE booking DROP CONSTRAINT booking_no_overlap")


def without_limit_guard(monkeypatch: Any) -> None:
    """The counts of a day and a week move without looking at the limit."""
    lax = str(statements.COUNT_WITHIN_LIMITS).replace(
        "CASE booking_count.period WHEN 'day' THEN :day_limit ELSE :week_limit END",
        ":day_limit + :week_limit + 1000000",
    )
    kept = statements.COUNT_WITHIN_LIMITS._bindparams
    monkeypatch.setattr(statements, "COUNT_WITHIN_LIMITS", text(lax).bindparams(kept["day"], kept["week"]))


def without_status_guard() -> None:
    """The database lets a link leave used and deleted again."""
    if is_sqlite():
        _execute("DROP TRIGGER one_time_link_leaves_active_once")
    else:
        _execute("DROP TRIGGER one_time_link_guard ON one_time_link")


def without_run_guard(monkeypatch: Any) -> None:
    """A contact comes into a workflow however often it is on the way through it."""
    monkeypatch.setattr(runs, "_may_enter", lambda *_: True)
    _execute("DROP INDEX uq_workflow_run_waiting")


def without_contact_guard() -> None:
    """An account may have several contacts with one address, or one number."""
    _execute("DROP INDEX uq_contact_email", "DROP INDEX uq_contact_phone")


def _execute(*statements_: str) -> None:
    with transaction():
        for statement in statements_:
            db.session.execute(text(statement))
