"""The way of a run, over every shape of workflow: it ends, repeats nothing, and waits as long as it was told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows import editing, waits
from app.workflows.facts import Facts, LinkState
from app.workflows.path import done_in_order, next_step
from app.workflows.step_forms import FORMS
from app.workflows.steps import Definition, Settings, Step, Window, as_json, new_key, parse, places, renewed

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday
PLAIN = st.sampled_from(["create_link", "send_email", "wait", "add_tag", "stop"])
MINUTES = st.integers(1, 100_000)


def _plain(kind: str, minutes: int) -> Step:
    return Step(new_key(), kind, {"until": "time", "minutes": minutes} if kind == "wait" else {})


def _lists(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(inner, max_size=4).map(tuple)


STEP = st.recursive(
    st.builds(_plain, PLAIN, MINUTES),
    lambda inner: st.builds(
        lambda then, otherwise: Step(new_key(), "if", {"about": "tag", "value": "vip"}, then, otherwise),
        _lists(inner),
        _lists(inner),
    ),
    max_leaves=12,
)
STEPS = _lists(STEP)
FEWER = settings(max_examples=30)


class Run:
    """A run as the runner keeps it: rows of what was done, and of the wait that has begun."""

    def __init__(self, steps: tuple[Step, ...], answers: st.DataObject) -> None:
        self.steps, self.answers = steps, answers
        self.done: dict[str, bool] = {}
        self.order: list[str] = []
        self.began: dict[str, datetime] = {}
        self.ended_waits: dict[str, datetime] = {}

    def advance(self, now: datetime) -> datetime | None:
        """Do what can be done at `now`; when to come again, or None at the end."""
        while step := next_step(self.steps, self.done):
            if step.kind == "wait":
                due = waits.until(step.options, self.began.setdefault(step.key, now), Facts())
                if due > now:
                    return due
                self.ended_waits[step.key] = now
            self.done[step.key] = step.kind == "if" and self.answers.draw(st.booleans())
            self.order.append(step.key)
        return None


@given(STEPS, st.data(), st.lists(st.timedeltas(timedelta(days=-30), timedelta(days=100)), max_size=20))
def test_a_run_ends_repeats_nothing_and_obeys_its_waits_whatever_the_clock_does(steps, data, jumps):
    run, now = Run(steps, data), NOW
    due = run.advance(now)
    for jump in jumps:  # taken up at any moment, also when the clock was set back
        now += jump
        due = run.advance(now)
    for _ in range(len(list(places(steps))) + 1):
        if due is None:
            break
        now = max(now, due)
        due = run.advance(now)
    assert due is None
    assert len(set(run.order)) == len(run.order)
    by_key = {place.step.key: place.step for place in places(steps)}
    for key, ended in run.ended_waits.items():
        assert ended - run.began[key] >= timedelta(minutes=by_key[key].options["minutes"])
    assert [step.key for step in done_in_order(steps, run.done)] == run.order


@given(STEPS, st.data())
def test_a_run_takes_one_way_of_each_if_and_nothing_after_a_stop(steps, data):
    run = Run(steps, data)
    now: datetime | None = NOW
    while now:
        now = run.advance(now)
    for place in places(steps):
        if place.step.key in run.done:
            assert all(run.done[step.key] is holds for step, holds in place.above)
    kinds = [next(p.step.kind for p in places(steps) if p.step.key == key) for key in run.order]
    assert "stop" not in kinds[:-1]


@FEWER
@given(STEPS)
def test_what_is_stored_is_read_back(steps):
    window = Window((0, 1, 4), 540, 1020, "Europe/Berlin", True)
    definition = Definition("tag_added", {"tag": "vip"}, Settings(reentry=True, window=window), steps)
    assert parse(as_json(definition)) == definition
    assert parse({}) == Definition()
    keys = {place.step.key for place in places(renewed(steps))}
    assert len(keys) == len(list(places(steps)))
    assert not keys & {place.step.key for place in places(steps)}


@FEWER
@given(STEPS, st.data())
def test_editing_moves_and_removes_one_step_and_leaves_the_others_as_they_are(steps, data):
    new = Step(new_key(), "add_tag", {"tag": "a"})
    ifs = [place.step.key for place in places(steps) if place.step.kind == "if"]
    into = data.draw(st.sampled_from(["", *ifs]))
    more = editing.added(steps, new, into, data.draw(st.booleans()))
    assert editing.removed(more, new.key) == steps
    key = data.draw(st.sampled_from([place.step.key for place in places(more)]))
    for by in (-1, 1):
        assert {p.step.key for p in places(editing.moved(more, key, by))} == {
            p.step.key for p in places(more)
        }
    changed = editing.with_options(more, new.key, {"tag": "b"})
    assert [p.step.options for p in places(changed) if p.step.key == new.key] == [{"tag": "b"}]


def test_no_option_of_a_form_is_called_as_a_part_of_the_step_is():
    names = {name for form in FORMS.values() for name in vars(form) if not name.startswith("_")}
    assert not names & {"key", "kind", "then", "else"}


def test_steps_are_numbered_as_people_count_them():
    inner = Step("c", "add_tag")
    steps = (Step("a", "wait"), Step("b", "if", {}, (inner,), (Step("d", "stop"),)))
    assert [(each.number, each.step.key) for each in places(steps)] == [
        ("1", "a"),
        ("2", "b"),
        ("2.yes.1", "c"),
        ("2.no.1", "d"),
    ]


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOOKED = Facts(booking_starts_at=NOW + 2 * DAY, booking_ends_at=NOW + 2 * DAY + HOUR)


@pytest.mark.parametrize(
    ("options", "facts", "after"),
    [
        ({"until": "time", "minutes": 90}, Facts(), timedelta(minutes=90)),
        ({"until": "before_booking", "minutes": 1440}, BOOKED, DAY),
        ({"until": "after_booking", "minutes": 60}, BOOKED, 2 * DAY + 2 * HOUR),
        ({"until": "before_booking", "minutes": 60}, Facts(), timedelta()),
        ({"until": "before_booking", "minutes": 60}, Facts(link=LinkState.OPENED), timedelta(days=366)),
        (
            {"until": "after_booking", "minutes": 60},
            Facts(link=LinkState.UNOPENED, link_expires_at=NOW + DAY),
            DAY,
        ),
        ({"until": "after_booking", "minutes": 60}, Facts(link=LinkState.EXPIRED), timedelta()),
        ({"until": "link_used", "minutes": 60}, Facts(link=LinkState.OPENED), HOUR),
        ({"until": "link_used", "minutes": 60}, Facts(link=LinkState.USED), timedelta()),
        ({"until": "link_used", "minutes": 60}, Facts(), timedelta()),
        ({"until": "date", "on": "2026-12-24", "at": 540, "tz": "Europe/Berlin"}, Facts(), 23 * DAY),
        ({"until": "date", "on": "2026-03-29", "at": 150, "tz": "Europe/Berlin"}, Facts(), None),
    ],
)
def test_each_wait_has_its_end(options, facts, after):
    end = waits.until(options, NOW, facts)
    if after is None:  # 02:30 was skipped that night
        assert end == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    else:
        assert end == NOW + after


WEEK = Window((0, 1, 2, 3, 4), 9 * 60, 17 * 60, "Europe/Berlin")
NIGHT = Window((4,), 22 * 60, 2 * 60, "Europe/Berlin")


@pytest.mark.parametrize(
    ("window", "at", "opens"),
    [
        (None, "2026-12-01T23:00", "2026-12-01T23:00"),
        (WEEK, "2026-12-01T09:30", "2026-12-01T09:30"),
        (WEEK, "2026-12-01T16:00", "2026-12-02T08:00"),  # 17:00 in Berlin: just closed
        (WEEK, "2026-12-04T18:00", "2026-12-07T08:00"),  # over the weekend
        (WEEK, "2026-12-05T09:00", "2026-12-07T08:00"),
        (NIGHT, "2026-12-05T00:30", "2026-12-05T00:30"),  # Friday's reaches into Saturday
        (NIGHT, "2026-12-05T01:00", "2026-12-11T21:00"),
    ],
)
def test_messages_go_inside_the_window_or_when_it_opens_next(window, at, opens):
    instant = datetime.fromisoformat(f"{at}+00:00")
    assert waits.opens_at(window, instant, None) == datetime.fromisoformat(f"{opens}+00:00")


def test_the_contacts_own_zone_counts_where_it_is_known():
    window = Window((0, 1, 2, 3, 4), 540, 1020, "Europe/Berlin", is_contacts=True)
    early = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert waits.opens_at(window, early, None) == early
    assert waits.opens_at(window, early, "America/New_York") == datetime(2026, 12, 1, 14, 0, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(["Africa/Cairo", "Australia/Lord_Howe"]),
)
def test_a_window_always_opens_within_a_week_and_is_then_open(naive, tz):
    now = naive.replace(tzinfo=UTC)
    opens = waits.opens_at(Window((2,), 120, 150, tz), now, None)
    assert now <= opens <= now + 8 * DAY
    assert waits.opens_at(Window((2,), 120, 150, tz), opens, None) == opens
