"""Calendars as they stood at a version, kept between requests: the pages of a contact read them at no query."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload, selectinload

from ..db import db
from ..scheduling.availability import Availability
from .models import Calendar
from .terms import availability_of

MOST_KEPT = 1024


@dataclass(frozen=True)
class Snapshot:
    """A calendar with its expanded hours. `calendar` is detached and only to be read; its host is not loaded."""

    calendar: Calendar
    availability: Availability


def init_app(app: Flask) -> None:
    """Give the app its own cache: tests run many apps in one process."""
    app.extensions["slotkey.snapshots"] = lru_cache(maxsize=MOST_KEPT)(_load)


def snapshot(calendar_id: int, version: int) -> Snapshot:
    """The calendar as of `version`, which the caller has just read from its row."""
    return current_app.extensions["slotkey.snapshots"](calendar_id, version)


def _load(calendar_id: int, _version: int) -> Snapshot:
    # A session of its own: the object outlives the request's.
    with Session(db.engine) as session:
        calendar = session.scalars(
            select(Calendar)
            .where(Calendar.id == calendar_id)
            .options(selectinload(Calendar.overrides), lazyload(Calendar.host))
        ).one()
        session.expunge_all()
    return Snapshot(calendar, availability_of(calendar))
