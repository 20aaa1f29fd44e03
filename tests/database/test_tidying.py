"""What is forgotten, and what stays."""

from datetime import timedelta

from app import events
from app.db import db, transaction
from app.events import Event
from app.worker import tidying
from app.worker.models import FailedWork

from ..factories import NOW, account_of, give_up_work, make_user

OLD = NOW - timedelta(days=400)


def record(name: str, at=OLD, delivered: bool = True, **about: int) -> None:
    account = account_of(make_user())
    with transaction():
        events.record(name, account_id=account, at=at, **about)
        if delivered:
            seen_at = at + timedelta(seconds=1)
            db.session.execute(db.update(Event).where(Event.name == name).values(delivered_at=seen_at))


def names() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(db.select(Event.name)))


def test_old_events_go_unless_something_shows_or_needs_them(monkeypatch):
    monkeypatch.setattr(tidying, "AT_ONCE", 1)
    record("of_a_calendar")
    record("of_another")
    record("of_a_link", link_id=1)
    record("of_a_booking", booking_id=1)
    record("of_a_contact", contact_id=1)
    record("waiting", delivered=False)
    record("young", at=NOW - timedelta(days=300))
    record("failed")
    with transaction():
        event = db.session.scalars(db.select(Event).where(Event.name == "failed")).one()
        give_up_work(event.account_id)
    db.session.rollback()
    tidying.tidy(NOW)
    assert names() == {"of_a_link", "of_a_booking", "of_a_contact", "waiting", "young", "failed"}


def test_work_given_up_long_ago_goes_and_work_that_is_tried_stays():
    record("failed")
    with transaction():
        account = db.session.scalars(db.select(Event.account_id)).one()
        give_up_work(account, title="old", failed_at=OLD)
        give_up_work(account, title="tried", failed_at=OLD, next_try_at=NOW)
        give_up_work(account, title="new", failed_at=NOW)
    tidying.tidy(NOW)
    db.session.rollback()
    assert set(db.session.scalars(db.select(FailedWork.title))) == {"tried", "new"}
