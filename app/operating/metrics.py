"""The metrics as text that Prometheus reads. Labels hold names of routes and states: no path, no id, no token."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, select

from .. import counters
from ..db import db
from ..events import UNDELIVERED, Event
from ..links.models import LinkCount, LinkStatus
from ..messaging.models import Message, MessageState
from ..worker import beats
from ..worker.models import FailedWork

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Samples = Iterable[tuple[str, dict[str, str], float]]


def exposition(now: datetime) -> str:
    """All metrics: what this server's processes counted, and what the database holds."""
    return "\n".join([*_requests(), *_bookings(), *_links(), *_work(now), *_messages()])


def _requests() -> Iterator[str]:
    counted = list(counters.current().by_route())
    yield from _family(
        "slotkey_requests_total",
        "counter",
        "Answers by route and status.",
        (
            ("", {"route": of.route, "status": status}, times)
            for of in counted
            for status, times in of.statuses.items()
        ),
    )
    yield from _family(
        "slotkey_request_seconds",
        "histogram",
        "Time from the request to its answer.",
        (sample for of in counted for sample in _histogram(of)),
    )


def _histogram(of: counters.RouteCounts) -> Samples:
    bounds = [*(f"{bound / 1_000:g}" for bound in counters.BOUNDS_MS), "+Inf"]
    total = 0
    for bound, times in zip(bounds, of.buckets, strict=True):
        total += times
        yield "_bucket", {"route": of.route, "le": bound}, total
    yield "_sum", {"route": of.route}, of.microseconds / 1_000_000
    yield "_count", {"route": of.route}, total


def _bookings() -> Iterator[str]:
    counted = counters.current().bookings()
    yield from _family(
        "slotkey_booking_attempts_total",
        "counter",
        "Complete booking forms that were sent, by what came of them.",
        (("", {"outcome": outcome}, times) for outcome, times in counted.items()),
    )


def _links() -> Iterator[str]:
    stored = select(LinkCount.status, func.sum(LinkCount.links)).group_by(LinkCount.status)
    counted = {status: int(links) for status, links in db.session.execute(stored)}
    yield from _family(
        "slotkey_links",
        "gauge",
        "One-time links by status.",
        (("", {"status": status.value}, counted.get(status, 0)) for status in LinkStatus),
    )


def _work(now: datetime) -> Iterator[str]:
    waiting = select(func.count(), func.min(Event.at)).where(UNDELIVERED)
    count, oldest = db.session.execute(waiting).one()
    age = (now - oldest).total_seconds() if oldest else 0
    yield from _gauge("slotkey_undelivered_events", "Events that no worker has taken up yet.", count)
    yield from _gauge("slotkey_undelivered_oldest_seconds", "Age of the oldest of them.", max(age, 0))
    yield from _gauge("slotkey_workers", "Workers that were heard of lately.", len(beats.alive(now)))
    failed = select(FailedWork.next_try_at.is_(None), func.count()).group_by(FailedWork.next_try_at.is_(None))
    counted = {bool(is_given_up): times for is_given_up, times in db.session.execute(failed)}
    yield from _family(
        "slotkey_failed_work",
        "gauge",
        "Work that failed, by what becomes of it.",
        (
            ("", {"state": word}, counted.get(is_over, 0))
            for is_over, word in ((False, "retrying"), (True, "given_up"))
        ),
    )


def _messages() -> Iterator[str]:
    stored = select(Message.state, func.count()).group_by(Message.state)
    counted = dict(db.session.execute(stored).all())  # type: ignore[arg-type]
    yield from _family(
        "slotkey_messages",
        "gauge",
        "Messages by state.",
        (("", {"state": state.value}, counted.get(state, 0)) for state in MessageState),
    )


def _gauge(name: str, meaning: str, value: float) -> Iterator[str]:
    return _family(name, "gauge", meaning, [("", {}, value)])


def _family(name: str, kind: str, meaning: str, samples: Samples) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        named = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"{name}{suffix}{{{named}}} {value:.15g}" if named else f"{name}{suffix} {value:.15g}"
