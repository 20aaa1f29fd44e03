"""Ada with a calendar, and others who try."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Membership, Role, User
from app.calendars.models import Calendar
from app.db import db, transaction

from ..factories import account_of, make_calendar
from ..people import make_person, sign_in


@dataclass
class Scene:
    """Ada, signed in as `client`, and her calendar."""

    app: Flask
    client: FlaskClient
    ada: User
    calendar_id: int

    def path(self, section: str) -> str:
        """The address of a section of the calendar's settings."""
        return f"/calendars/{self.calendar_id}/settings/{section}"

    def stored(self) -> Calendar:
        """The calendar as the database has it now, with its overrides."""
        with self.app.app_context():
            found = db.session.get(Calendar, self.calendar_id)
            _ = found.overrides
            db.session.expunge_all()
            return found

    def stored_ids(self) -> list[int]:
        """All calendars there are."""
        with self.app.app_context():
            return list(db.session.scalars(db.select(Calendar.id).order_by(Calendar.id)))


def make_scene(app: Flask, **changes: object) -> Scene:
    """Ada's account with one calendar."""
    ada = make_person(app)
    client = app.test_client()
    sign_in(client, ada)
    with app.app_context():
        return Scene(app, client, ada, make_calendar(ada, **changes).id)


def signed_in(app: Flask, user: User) -> FlaskClient:
    """A browser of this person."""
    client = app.test_client()
    sign_in(client, user)
    return client


def join_team(app: Flask, owner: User, name: str = "Ben Babbage", role: Role = Role.MEMBER) -> User:
    """Somebody of the owner's account only."""
    user = make_person(app, name)
    with app.app_context(), transaction():
        membership = db.session.scalars(db.select(Membership).where(Membership.user_id == user.id)).one()
        membership.account_id, membership.role = account_of(owner), role
    return user
