"""Which mails a calendar sends, when, and in whose words: the owner's changes over what is usual."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, literal, select

from .. import config, events
from ..calendars.models import Calendar
from ..db import db, upsert
from ..errors import Conflict
from .models import Notice
from .texts import TEXTS, Text

REMINDER, FOLLOW_UP = "booking_reminder", "booking_follow_up"
HOSTS_REMINDER = "booking_reminder_host"
REMINDERS = (REMINDER, HOSTS_REMINDER)
CHANGED = "Somebody has saved this meanwhile. Your text stands below; saving it again replaces theirs."

table = Notice.__table__


@dataclass(frozen=True)
class Setting:
    """How things stand for one kind: `subject` and `opening` are empty where the usual words are meant."""

    is_on: bool = True
    subject: str = ""
    opening: str = ""
    minutes: tuple[int, ...] = ()
    on_since: datetime | None = None

    @property
    def mark(self) -> str:
        """A short mark of the values, so that a form filled in on old ones is told."""
        values = json.dumps([self.is_on, self.subject, self.opening, self.minutes])
        return sha256(values.encode()).hexdigest()[:16]

    def text(self, kind: str) -> Text:
        """The words that are sent."""
        usual = TEXTS[kind]
        return Text(self.subject or usual.subject, self.opening or usual.opening)


USUAL = {
    REMINDER: Setting(minutes=(1440,)),
    HOSTS_REMINDER: Setting(is_on=False, minutes=(60,)),
    FOLLOW_UP: Setting(is_on=False, minutes=(60,)),
}


def setting_of(calendar_id: int | None, kind: str) -> Setting:
    """The setting of one kind of mail."""
    row = db.session.execute(
        select(table).where(table.c.calendar_id == calendar_id, table.c.kind == kind)
    ).one_or_none()
    return _setting(row) if row else USUAL.get(kind, Setting())


def is_sent(calendar_id: int, kind: str) -> bool:
    """True when mails of this kind leave this machine."""
    return config.current().mail is not None and setting_of(calendar_id, kind).is_on


def settings_of(calendar_id: int) -> dict[str, Setting]:
    """The settings that the owner has changed, by kind."""
    rows = db.session.execute(select(table).where(table.c.calendar_id == calendar_id)).all()
    return {row.kind: _setting(row) for row in rows}


def change(
    calendar: Calendar, kind: str, wanted: Setting, *, seen: str, actor_id: int, now: datetime
) -> None:
    """Store a setting in the caller's transaction. Raises Conflict when it is no longer what `seen` marks."""
    before = setting_of(calendar.id, kind)
    if before.mark != seen:
        raise Conflict(CHANGED)
    same_times = (before.is_on, before.minutes) == (wanted.is_on, wanted.minutes)
    on_since = (before.on_since or calendar.created_at) if same_times else now
    values = {**asdict(wanted), "minutes": list(wanted.minutes), "on_since": on_since}
    row = upsert(table).values(calendar_id=calendar.id, kind=kind, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["calendar_id", "kind"], set_=values))
    events.record(
        "calendar_changed",
        account_id=calendar.account_id,
        calendar_id=calendar.id,
        actor_id=actor_id,
        at=now,
        data={"section": "notifications", "fields": [kind]},
    )


def copy(source_id: int, copy_id: int) -> None:
    """Give a calendar that was just made the settings of another one, in the caller's transaction."""
    same = [each for each in table.c if each.name != "calendar_id"]
    theirs = select(literal(copy_id), *same).where(table.c.calendar_id == source_id)
    db.session.execute(insert(table).from_select(["calendar_id", *(each.name for each in same)], theirs))


def _setting(row: Notice) -> Setting:
    return Setting(row.is_on, row.subject, row.opening, tuple(row.minutes), row.on_since)
