"""R1-R4, R6 and R8 from outside: four web processes, every form opened as a page and posted at the same moment."""

from app.bookings.models import Booking
from app.db import db
from app.links.models import LinkStatus, OneTimeLink
from app.proof import scenarios
from app.proof.load import fire

from .test_booking_races import overlapping_pairs


def booked_of(calendars) -> int:
    ids = [calendar.id for calendar in calendars]
    return db.session.scalar(db.select(db.func.count()).where(Booking.calendar_id.in_(ids)))


def test_r1_a_thousand_posts_of_one_link_make_one_booking(server):
    tally = scenarios.one_link(server.url, posts=1_000)
    assert tally.holds, tally.statuses
    assert tally.refused == 999


def test_r2_posts_of_one_link_for_differing_slots_make_one_booking(server):
    tally = scenarios.one_link(server.url, posts=400, slots=400)
    assert tally.holds, tally.statuses
    assert tally.refused == 399


def test_r3_a_hundred_links_for_one_slot_make_one_booking_and_the_rest_can_still_book(server):
    calendar = scenarios.make_host()
    slots = scenarios.starts(100)
    tokens = scenarios.make_tokens(calendar, 100)
    forms = scenarios.opened_forms(server.url, [(token, slots[0]) for token in tokens])
    tally = scenarios.tally(fire(server.url, forms), calendar)
    assert tally.holds, tally.statuses
    assert tally.statuses == {303: 1, 409: 99}
    active = db.select(OneTimeLink.nonce).where(
        OneTimeLink.calendar_id == calendar.id, OneTimeLink.status == LinkStatus.ACTIVE
    )
    left = {nonce for (nonce,) in db.session.execute(active)}
    db.session.rollback()
    still = [token for token in tokens if scenarios.nonce_of(token) in left]
    assert len(still) == 99
    again = scenarios.opened_forms(server.url, list(zip(still, slots[1:], strict=True)))
    assert [answer.status for answer in fire(server.url, again)] == [303] * 99


def test_r4_links_of_two_calendars_of_one_host_never_overlap(server):
    first = scenarios.make_host(step_minutes=15)
    second = scenarios.make_calendar(first.host, first.account_id, duration_minutes=45, step_minutes=15)
    starts = scenarios.starts(12, minutes=15)
    wanted = [
        (token, starts[n % 12])
        for calendar in (first, second)
        for n, token in enumerate(scenarios.make_tokens(calendar, 50))
    ]
    answers = fire(server.url, scenarios.opened_forms(server.url, wanted))
    statuses = {answer.status for answer in answers}
    assert statuses == {303, 409}
    assert booked_of((first, second)) == sum(answer.status == 303 for answer in answers)
    assert overlapping_pairs() == 0


def test_r6_one_form_posted_by_many_clicks_makes_one_booking(server):
    calendar = scenarios.make_host()
    (token,) = scenarios.make_tokens(calendar, 1)
    (form,) = scenarios.opened_forms(server.url, [(token, scenarios.starts(1)[0])])
    answers = fire(server.url, [form] * 20)
    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert booked_of((calendar,)) == 1


def test_r8_a_daily_limit_of_three_holds_for_a_hundred_clients(server):
    calendar = scenarios.make_host(limit_per_day=3)
    slots = scenarios.starts(10)
    tokens = scenarios.make_tokens(calendar, 100)
    forms = scenarios.opened_forms(server.url, [(token, slots[n % 10]) for n, token in enumerate(tokens)])
    answers = fire(server.url, forms)
    assert sum(answer.status == 303 for answer in answers) == 3
    assert {answer.status for answer in answers} == {303, 409}
    assert booked_of((calendar,)) == 3
