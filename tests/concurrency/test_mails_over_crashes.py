"""R30: every booking's mails arrive over kills of the worker, and what comes twice is the same mail."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import clock
from app.bookings.booking_step import book
from app.db import db
from app.mail_server import MailServer
from app.messaging.models import Message, MessageState
from app.worker import engine

from ..factories import make_calendar, make_user, wish
from ..services.databases import Database, settings_for
from ..services.mail import Post, mail_server
from ..services.worker import WorkerProcess, wait_until, working

BOOKINGS = 4


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def worker(database: Database, tmp_path: Path, app_context: None, post: Post) -> Iterator[WorkerProcess]:
    """At work, with `post` as its mail server."""
    engine.migrate(settings_for(database.url, tmp_path))
    with (
        mail_server(post) as server,
        working(database.url, tmp_path, "worker-1", **_settings(server)) as (one,),
    ):
        yield one


def test_r30_a_mail_that_a_killed_worker_had_handed_over_comes_again_as_the_same(worker, post):
    post.hangs = "data"  # takes the mail, and says nothing
    _book_some(1)
    wait_until(lambda: post.sent)
    worker.kill()
    post.hangs = ""
    worker.start()
    wait_until(_all_sent)
    ids = Counter(mail["Message-ID"] for mail in post.sent)
    assert set(ids) == {message.message_id for message in _messages()}
    assert max(ids.values()) == 2
    assert len(ids) == 2


def test_r30_kills_lose_no_mail(worker, post):
    _book_some(BOOKINGS)
    for wanted in (1, 3):
        wait_until(lambda wanted=wanted: len(post.sent) >= wanted)
        worker.kill()
        worker.start()
    wait_until(_all_sent)
    received = {mail["Message-ID"] for mail in post.sent}
    assert received == {message.message_id for message in _messages()}
    assert len(received) == 2 * BOOKINGS


def _settings(server: MailServer) -> dict[str, object]:
    return {
        "mail_host": server.host,
        "mail_port": server.port,
        "mail_tls": "none",
        "mail_from": server.sender.address,
        "real_handlers": 1,
    }


def _book_some(count: int) -> None:
    """Bookings of the coming days: the worker's clock is the real one."""
    calendar, now = make_calendar(make_user(), weekly_hours=[[[540, 1020]]] * 7), clock.now()
    for n in range(count):
        day = (now + timedelta(days=3 + n)).date()
        start = int(datetime.combine(day, time(10), ZoneInfo("Europe/Berlin")).timestamp())
        book(wish(calendar, None, start), now)


def _messages() -> list[Message]:
    found = list(db.session.scalars(select(Message).order_by(Message.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def _all_sent() -> bool:
    messages = _messages()
    return (
        bool(messages) and len(messages) % 2 == 0 and {each.state for each in messages} == {MessageState.SENT}
    )
