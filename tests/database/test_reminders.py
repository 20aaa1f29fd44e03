"""Reminders and follow-ups: each once, at its time, whatever the clock and the worker do in between (R34)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.bookings.models import Booking, Party
from app.bookings.service import cancel
from app.db import db, transaction
from app.messaging import notices, opt_outs
from app.messaging.delivery import deliver
from app.messaging.models import MessageState
from app.messaging.notices import FOLLOW_UP, HOSTS_REMINDER, REMINDER, Setting
from app.messaging.reminders import queue_due

from ..factories import NOW, at, make_booking, make_calendar, make_user
from ..mailing import events_called, messages, react_to

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def calendar(now):
    return make_calendar(make_user())


@pytest.fixture
def booking(calendar) -> Booking:
    """A week from now, at nine in Berlin."""
    return db.session.get(Booking, make_booking(calendar, start=at(9, days=7)).id)


def reminded(kind: str = REMINDER) -> list[tuple[int, str]]:
    return [(each.booking_id, each.effect) for each in messages() if each.kind == kind]


def choose(calendar, kind: str = REMINDER, when=NOW, **values) -> None:
    with transaction():
        seen = notices.setting_of(calendar.id, kind).mark
        notices.change(calendar, kind, Setting(**values), seen=seen, actor_id=calendar.host_id, now=when)


def test_a_day_before_unless_told_otherwise_and_only_once(booking):
    start = booking.starts_at
    queue_due(start - DAY - MINUTE)
    assert reminded() == []
    for late in (0, 1, 2, 60):
        queue_due(start - DAY + late * MINUTE)
    assert [each for each, _ in reminded()] == [booking.id]


def test_each_time_that_the_calendar_names(calendar, booking):
    choose(calendar, minutes=(1440, 60))
    for minutes in range(1500, 0, -15):
        queue_due(booking.starts_at - minutes * MINUTE)
    assert [effect for _, effect in reminded()] == [
        f"booking_reminder:{booking.id}:0:1440",
        f"booking_reminder:{booking.id}:0:60",
    ]


def test_after_an_outage_the_one_that_fits_is_sent(calendar, booking):
    choose(calendar, minutes=(1440, 60))
    queue_due(booking.starts_at - 30 * MINUTE)
    assert [effect for _, effect in reminded()] == [f"booking_reminder:{booking.id}:0:60"]


def test_an_outage_loses_none_that_still_helps_and_sends_none_that_does_not(calendar, booking):
    queue_due(booking.starts_at - HOUR)
    assert len(reminded()) == 1
    other = make_booking(calendar, start=at(12, days=7))
    queue_due(db.session.get(Booking, other.id).starts_at + MINUTE)
    assert len(reminded()) == 1


def test_other_times_remind_nobody_of_what_was_due_already(calendar, booking):
    queue_due(booking.starts_at - DAY)
    choose(calendar, when=booking.starts_at - 20 * HOUR, minutes=(1500, 60))
    for hours in (20, 10, 1):
        queue_due(booking.starts_at - hours * HOUR)
    assert [effect for _, effect in reminded()] == [
        f"booking_reminder:{booking.id}:0:1440",
        f"booking_reminder:{booking.id}:0:60",
    ]


def test_reminders_that_are_switched_on_again_make_up_for_nothing(calendar, booking):
    choose(calendar, is_on=False, minutes=(1440,))
    choose(calendar, when=booking.starts_at - 20 * HOUR, minutes=(1440,))
    queue_due(booking.starts_at - 19 * HOUR)
    assert reminded() == []


def test_other_words_keep_what_is_due(calendar, booking):
    choose(calendar, when=booking.starts_at - 20 * HOUR, minutes=(1440,), subject="Soon")
    queue_due(booking.starts_at - 19 * HOUR)
    assert len(reminded()) == 1


def test_a_longer_follow_up_thanks_nobody_twice(calendar, booking):
    choose(calendar, FOLLOW_UP, minutes=(60,))
    queue_due(booking.ends_at + HOUR)
    choose(calendar, FOLLOW_UP, when=booking.ends_at + 2 * HOUR, minutes=(90,))
    queue_due(booking.ends_at + 3 * HOUR)
    assert len(reminded(FOLLOW_UP)) == 1


def test_a_reminder_is_not_sent_once_the_booking_has_begun(booking):
    queue_due(booking.starts_at - MINUTE)
    deliver(events_called("message_queued")[0], booking.starts_at)
    assert messages()[0].why == "The booking had begun before this could be sent."


def test_a_clock_that_jumps_repeats_none(booking):
    start = booking.starts_at
    for moment in (start - HOUR, NOW, start - DAY, start - 2 * HOUR, start - 400 * DAY, start - HOUR):
        queue_due(moment)
    assert len(reminded()) == 1


def test_whoever_booked_after_its_time_needs_no_reminder(calendar):
    soon = db.session.get(Booking, make_booking(calendar, start=at(15, days=0)).id)
    queue_due(NOW + HOUR)
    queue_due(soon.starts_at - MINUTE)
    assert reminded() == []


def test_a_moved_booking_is_reminded_of_anew(booking):
    queue_due(booking.starts_at - DAY)
    _move(booking, 3 * DAY)
    queue_due(booking.starts_at - DAY)
    assert [effect for _, effect in reminded()] == [
        f"booking_reminder:{booking.id}:0:1440",
        f"booking_reminder:{booking.id}:1:1440",
    ]


def test_whoever_was_just_told_of_the_new_time_needs_no_reminder(booking):
    react_to("booking_created", booking.starts_at - 20 * HOUR)
    queue_due(booking.starts_at - 19 * HOUR)
    assert reminded() == []


def test_cancelled_bookings_and_calendars_that_are_silent_get_none(calendar, booking):
    with transaction():
        cancel(booking.id, Party.HOST, "", NOW)
    quiet = make_calendar(make_user("Ben"))
    choose(quiet, is_on=False)
    make_booking(quiet, start=at(9, days=7))
    queue_due(booking.starts_at - HOUR)
    assert reminded() == []


def test_a_reminder_that_was_queued_before_the_cancellation_is_dropped(booking):
    queue_due(booking.starts_at - HOUR)
    with transaction():
        cancel(booking.id, Party.CONTACT, "", NOW)
    (event,) = events_called("message_queued")
    deliver(event, booking.starts_at - HOUR)
    assert messages()[0].state == MessageState.DROPPED


def test_who_has_opted_out_gets_none_and_only_of_this_account(booking):
    other = make_booking(make_calendar(make_user("Cleo")), start=at(9, days=7))
    with transaction():
        opt_outs.stop(booking.account_id, booking.email, NOW)
        opt_outs.stop(booking.account_id, booking.email, NOW)
    queue_due(booking.starts_at - HOUR)
    assert [each for each, _ in reminded()] == [other.id]
    with transaction():
        opt_outs.start(booking.account_id, booking.email)
    queue_due(booking.starts_at - HOUR)
    assert len(reminded()) == 2


def test_an_opt_out_stops_a_reminder_that_was_queued_already(booking):
    queue_due(booking.starts_at - HOUR)
    with transaction():
        opt_outs.stop(booking.account_id, booking.email, NOW)
    deliver(events_called("message_queued")[0], booking.starts_at - HOUR)
    assert messages()[0].why == "The contact has asked for no more reminders."


def test_a_follow_up_is_off_until_it_is_wanted_and_makes_up_for_nothing(calendar, booking):
    end = booking.ends_at
    queue_due(end + 2 * HOUR)
    assert reminded(FOLLOW_UP) == []
    choose(calendar, FOLLOW_UP, minutes=(60,))
    queue_due(end + HOUR - MINUTE)
    assert reminded(FOLLOW_UP) == []
    queue_due(end + HOUR)
    queue_due(end + 3 * HOUR)
    assert [each for each, _ in reminded(FOLLOW_UP)] == [booking.id]


def test_a_follow_up_does_not_reach_back_before_it_was_switched_on(calendar):
    booking = db.session.get(Booking, make_booking(calendar).id)
    with transaction():
        notices.change(
            calendar,
            FOLLOW_UP,
            Setting(minutes=(60,)),
            seen=notices.setting_of(calendar.id, FOLLOW_UP).mark,
            actor_id=calendar.host_id,
            now=booking.ends_at + 2 * HOUR,
        )
    queue_due(booking.ends_at + 3 * HOUR)
    assert reminded(FOLLOW_UP) == []


class TestToTheHost:
    """A reminder of their own, off until they want it."""

    def test_it_is_sent_once_and_only_where_it_is_wanted(self, calendar, booking):
        other = make_booking(make_calendar(make_user("Cleo")), start=at(9, days=7))
        choose(calendar, HOSTS_REMINDER, minutes=(60,))
        with transaction():
            opt_outs.stop(booking.account_id, booking.email, NOW)  # the contact's choice is theirs alone
        start = booking.starts_at
        for moment in (start - HOUR - MINUTE, start - HOUR, NOW, start - HOUR + MINUTE, start - MINUTE):
            queue_due(moment)
        assert reminded(HOSTS_REMINDER) == [(booking.id, f"booking_reminder_host:{booking.id}:0:60")]
        (to_host,) = (each for each in messages() if each.kind == HOSTS_REMINDER)
        assert (to_host.to_address, to_host.user_id) == (calendar.host.email, calendar.host_id)
        assert [each for each, _ in reminded()] == [other.id]

    def test_it_follows_a_move_and_ends_with_the_booking(self, calendar, booking):
        choose(calendar, HOSTS_REMINDER, minutes=(60,))
        queue_due(booking.starts_at - HOUR)
        _move(booking, DAY)
        queue_due(booking.starts_at - HOUR)
        assert len(reminded(HOSTS_REMINDER)) == 2
        with transaction():
            cancel(booking.id, Party.CONTACT, "", booking.starts_at - HOUR)
        for event in events_called("message_queued"):
            deliver(event, booking.starts_at - HOUR)
        states = {each.state for each in messages() if each.kind == HOSTS_REMINDER}
        assert states == {MessageState.DROPPED}

    def test_a_host_who_was_just_told_needs_none(self, calendar, booking):
        choose(calendar, HOSTS_REMINDER, minutes=(1440,))
        react_to("booking_created", booking.starts_at - 20 * HOUR)
        queue_due(booking.starts_at - 19 * HOUR)
        assert reminded(HOSTS_REMINDER) == []


def _move(booking: Booking, by: timedelta) -> None:
    with transaction():
        moved = {
            name: getattr(booking, name) + by
            for name in ("starts_at", "ends_at", "blocked_from", "blocked_until")
        }
        db.session.execute(
            update(Booking).where(Booking.id == booking.id).values(sequence=booking.sequence + 1, **moved)
        )
    db.session.refresh(booking)
