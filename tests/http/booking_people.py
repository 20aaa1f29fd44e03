"""Ada's booking by Sam: what tests of its page look at and change."""

from datetime import timedelta

from flask import Flask

from app.bookings import lists, service
from app.bookings.models import Booking, Party
from app.db import db, transaction
from app.links.models import LinkStatus, OneTimeLink

from ..factories import NOW

DURING, AFTER = NOW + timedelta(hours=24, minutes=10), NOW + timedelta(days=2)


def stored(app: Flask, path: str) -> Booking:
    with app.app_context():
        return db.session.get(Booking, int(path.rpartition("/")[2]))


def link_status(app: Flask) -> LinkStatus:
    with app.app_context():
        return db.session.scalars(db.select(OneTimeLink.status)).one()


def event_names(app: Flask, path: str) -> list[str]:
    with app.app_context():
        return [event.name for event, _ in lists.history_of(stored(app, path).id)]


def cancel_in_between(app: Flask, path: str) -> None:
    with app.app_context(), transaction():
        service.cancel(stored(app, path).id, Party.CONTACT, "Ill", NOW)
