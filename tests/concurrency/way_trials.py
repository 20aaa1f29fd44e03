"""A trial of each kind of wait and of condition."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from app import clock
from app.workflows import conditions
from app.workflows.models import RunState
from app.workflows.steps import Step

from ..services.worker import wait_until
from .trial import Bench, Outcome, Trial, Try, asks, tag
from .workspace import DAY, Case

A_MOMENT, A_MINUTE = timedelta(seconds=2), timedelta(minutes=1)
SOON = timedelta(seconds=6)  # by then the run has come to its wait
LATE = timedelta(minutes=1)  # a worker that has much to do is no later than this


def _wait_time(_bench: Bench) -> Trial:
    seen = yield Try((_wait("time", A_MOMENT), tag("waited")))
    _expect_waited(seen, "wait", seen.steps["wait"].began_at + A_MOMENT)
    assert seen.tags == ["waited"]


def _wait_date(bench: Bench) -> Trial:
    """One that is over, then one that is to come."""
    past, coming = ((bench.place.now + days * DAY).date() for days in (-1, 2))
    steps = [
        Step(f"{on}", "wait", {"until": "date", "on": f"{on}", "at": 540, "tz": "UTC"})
        for on in (past, coming)
    ]
    seen = yield Try((*steps, tag("too soon")))
    due_at = datetime(coming.year, coming.month, coming.day, 9, tzinfo=UTC)
    assert [(seen.steps[f"{on}"].state, seen.steps[f"{on}"].due_at) for on in (past, coming)] == [
        ("done", None),
        ("waiting", due_at),
    ]
    assert (seen.run.state, seen.run.due_at, seen.tags) == (RunState.WAITING, due_at, [])


def _wait_round_booking(bench: Bench, until: str, half_hours: int, sign: int) -> Trial:
    """For a booking whose slot begins so many half hours from now: one that is still to come, or one that is over."""
    start, due_at = bench.place.half_hour(half_hours), clock.now() + SOON
    booked_at = datetime.fromtimestamp(start if sign < 0 else start + 1800, UTC)
    seen = yield Try(
        (_wait(until, sign * (due_at - booked_at)), tag("waited")),
        "booking_made",
        lambda place, case: place.book_earlier(case, start),
    )
    _expect_waited(seen, "wait", due_at)
    assert seen.tags == ["waited"]


def _wait_link_used(bench: Bench) -> Trial:
    """Nobody uses it in time; then somebody does, by the text that they were sent."""
    place, outside = bench.place, bench.outside
    steps = (
        Step("link", "create_link", {"calendar_id": bench.calendar_id}),
        _wait("link_used", A_MOMENT, "short"),
        Step("sms", "send_sms", {"text": "{{ one_time_link }}"}),
        _wait("link_used", 30 * A_MINUTE, "long"),
        *asks("link", "used"),
    )

    def use(case: Case) -> None:
        wait_until(lambda: outside.texts_to(case.phone) != [])
        place.book(case, outside.texts_to(case.phone)[0].removeprefix("http://slotkey.test"))

    seen = yield Try(steps, then=use)
    _expect_waited(seen, "short", seen.steps["short"].began_at + A_MOMENT)
    _expect_waited(seen, "long", seen.steps["long"].began_at)
    assert seen.tags == ["link used"]


def _if_field(bench: Bench) -> Trial:
    """Each comparison, so that it holds, and so that it does not."""
    own, other = {"field": "name"}, {"field": bench.place.field}
    tried = {
        "is": ({**own, "value": " sam lee"}, {**own, "value": "sam"}),
        "is_not": ({**own, "value": "sam"}, {**own, "value": "Sam Lee"}),
        "contains": ({**own, "value": "LEE"}, {**own, "value": "ben"}),
        "is_empty": (other, own),
        "is_filled": (own, other),
    }
    steps = [
        Step(
            f"{how}{n}",
            "if",
            {"about": "field", "is": how, **asked},
            (tag(f"{how}: yes", f"{how}-yes{n}"),),
            (tag(f"{how}: no", f"{how}-no{n}"),),
        )
        for how in conditions.COMPARED
        for n, asked in enumerate(tried[how])
    ]
    seen = yield Try(tuple(steps))
    assert [seen.steps[each.key].holds for each in steps] == [True, False] * len(conditions.COMPARED)
    assert seen.tags == sorted(f"{how}: {went}" for how in conditions.COMPARED for went in ("yes", "no"))


def _if_tag(_bench: Bench) -> Trial:
    seen = yield Try((tag("VIP"), *asks("tag", "vip", "press")))
    assert [seen.steps[key].holds for key in ("tag0", "tag1")] == [True, False]
    assert seen.tags == ["tag vip", "vip"]


def _if_there_is_none(bench: Bench, about: str, states: Mapping[str, str]) -> Trial:
    """Of a link that was not made, as the contact has not the tag for it."""
    made = Step("link", "create_link", {"calendar_id": bench.calendar_id})
    seen = yield Try((Step("if", "if", {"about": "tag", "value": "vip"}, (made,)), *asks(about, *states)))
    assert seen.tags == [f"{about} none"]


def _wait(until: str, length: timedelta, key: str = "wait") -> Step:
    return Step(key, "wait", {"until": until, "minutes": length / A_MINUTE})


def _expect_waited(seen: Outcome, key: str, due_at: datetime) -> None:
    step = seen.steps[key]
    assert step.state == "done"
    assert due_at - timedelta(milliseconds=1) <= step.ended_at < due_at + LATE


WAYS: dict[str, Callable[[Bench], Trial]] = {
    "wait:time": _wait_time,
    "wait:date": _wait_date,
    "wait:before_booking": partial(_wait_round_booking, until="before_booking", half_hours=46, sign=-1),
    "wait:after_booking": partial(_wait_round_booking, until="after_booking", half_hours=-7, sign=1),
    "wait:link_used": _wait_link_used,
    "if:field": _if_field,
    "if:tag": _if_tag,
    "if:link": partial(_if_there_is_none, about="link", states=conditions.LINK_STATES),
    "if:booking": partial(_if_there_is_none, about="booking", states=conditions.BOOKING_STATES),
}
