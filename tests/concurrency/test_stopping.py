"""SIGTERM under load: whoever was told "booked" is booked, and whoever is being served gets an answer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from app.bookings.models import Booking
from app.db import db
from app.links.models import LinkStatus, OneTimeLink
from app.proof import scenarios
from app.proof.load import Request
from tests.services.server import Server
from tests.services.worker import wait_until

BOOKINGS, STOP_AFTER, CLIENTS = 400, 60, 8
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_stop_under_load_loses_no_booking_and_leaves_none_half_made(server: Server) -> None:
    calendar = scenarios.make_host()
    tokens = scenarios.make_tokens(calendar, BOOKINGS)
    forms = scenarios.opened_forms(server.url, list(zip(tokens, scenarios.starts(BOOKINGS), strict=True)))
    with ThreadPoolExecutor(CLIENTS) as contacts:
        answers = [contacts.submit(send, server, form) for form in forms]
        wait_until(lambda: stored(Booking.id) >= STOP_AFTER)
        server.process.terminate()
        assert server.process.wait(30) == 0

    statuses = Counter(answer.result() for answer in answers)
    assert set(statuses) == {303, 0}  # 0: nobody listened any more
    assert STOP_AFTER <= statuses[303] < BOOKINGS
    assert stored(Booking.id) == statuses[303]
    assert stored(OneTimeLink.id, OneTimeLink.status == LinkStatus.USED) == statuses[303]
    assert server.errors() == []


def send(server: Server, form: Request) -> int:
    """The status of the answer; 0 when there was none, or nobody listened."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("POST", form.path, urlencode(form.form), FORM)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def stored(column: object, *which: object) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count(column)).where(*which))
