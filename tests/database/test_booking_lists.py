"""What the lists of bookings hold: sections, filters, who sees what, and pages without gaps or repeats."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, text, update

from app import clock
from app.accounts import sessions
from app.accounts.models import Membership, Role, User
from app.accounts.sessions import SignedIn
from app.bookings import lists, service
from app.bookings.choice import Choice, Place, Section
from app.bookings.models import Booking, BookingStatus, Party
from app.calendars.models import Calendar
from app.db import connection, db, is_sqlite, transaction
from app.errors import NotFound
from tests.factories import NOW, account_of, make_booking, make_calendar, make_link, make_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def signed_in(user: User) -> SignedIn:
    with transaction():
        secret = sessions.begin(user, account_of(user), NOW)
    return sessions.find(secret, NOW)


def join(account_id: int, user: User, role: Role) -> User:
    """Make the user a member of that account alone."""
    with transaction():
        db.session.execute(
            update(Membership).where(Membership.user_id == user.id).values(account_id=account_id, role=role)
        )
    return user


def put(calendar: Calendar, starts_at: datetime, **changes: object) -> int:
    """An hour booked, as a row: in the past too, where nobody could book it."""
    is_cancelled = changes.get("status") == BookingStatus.CANCELLED
    values = {
        "account_id": calendar.account_id,
        "calendar_id": calendar.id,
        "host_id": calendar.host_id,
        "uid": secrets.token_hex(16),
        "sequence": 0,
        "status": BookingStatus.CONFIRMED,
        "manage_nonce": secrets.token_bytes(8),
        "key_id": "k",
        "starts_at": starts_at,
        "ends_at": starts_at + HOUR,
        "counted_day": starts_at.date(),
        "counted_week": starts_at.date(),
        "name": "Sam Lee",
        "email": "sam@example.org",
        "tz": "Europe/Berlin",
        "locale": "en_GB",
        "created_at": NOW - 30 * DAY,
        "cancelled_at": NOW - DAY if is_cancelled else None,
        "cancelled_by": Party.HOST if is_cancelled else None,
        "form_key_hash": secrets.token_bytes(32),
        "payload_hash": secrets.token_bytes(32),
    }
    values |= changes
    values |= {"blocked_from": values["starts_at"], "blocked_until": values["ends_at"]}
    return connection().execute(insert(Booking).values(**values).returning(Booking.id)).scalar_one()


def put_all(calendar: Calendar, starts: list[datetime], **changes: object) -> list[int]:
    with transaction():
        return [put(calendar, start, **changes) for start in starts]


def listed(person: SignedIn, **choice: object) -> list[int]:
    return [each.id for each in lists.page_of(person, Choice(**choice), NOW).bookings]


def walk(person: SignedIn, choice: Choice) -> list[list[int]]:
    """Every page of the list, by its own links onwards."""
    pages = []
    while True:
        page = lists.page_of(person, choice, NOW)
        pages.append([each.id for each in page.bookings])
        if not page.has_after:
            return pages
        last = page.bookings[-1]
        choice = replace(choice, after=Place(last.starts_at, last.id))


def test_each_booking_is_in_one_section(database):
    calendar = make_calendar(make_user())
    soon, now_on, over = put_all(calendar, [NOW + HOUR, NOW, NOW - HOUR])
    (off,) = put_all(calendar, [NOW + 2 * HOUR], status=BookingStatus.CANCELLED)
    ada = signed_in(calendar.host)
    assert listed(ada) == [now_on, soon]
    assert listed(ada, section=Section.PAST) == [over]
    assert listed(ada, section=Section.CANCELLED) == [off]
    counts = lists.counts(ada, Choice(), NOW)
    assert counts == {Section.REQUESTS: 0, Section.UPCOMING: 2, Section.PAST: 1, Section.CANCELLED: 1}


def test_a_request_is_among_those_to_come_too_while_it_can_be_answered(database):
    calendar = make_calendar(make_user())
    waiting, late = put_all(calendar, [NOW + DAY, NOW + 2 * DAY], status=BookingStatus.TENTATIVE)
    with transaction():
        for each, hours in ((waiting, 2), (late, 0)):
            db.session.execute(update(Booking).where(Booking.id == each).values(answer_by=NOW + hours * HOUR))
    ada = signed_in(calendar.host)
    assert listed(ada, section=Section.REQUESTS) == [waiting]
    assert listed(ada) == [waiting, late]
    assert lists.counts(ada, Choice(), NOW)[Section.REQUESTS] == 1


def test_filters_take_days_on_the_readers_clocks(database):
    """The day has 25 hours in Lisbon: clocks go back on 31 October 2027."""
    ada = make_user(tz="Europe/Lisbon")
    calendar = make_calendar(ada)
    hours = [datetime(2027, 10, 30, 22, 30, tzinfo=UTC) + n * HOUR for n in range(27)]
    ids = put_all(calendar, hours)
    day = date(2027, 10, 31)
    assert listed(signed_in(ada), from_on=day, until_on=day) == ids[1:26]
    assert listed(signed_in(ada), until_on=day - DAY) == ids[:1]
    assert listed(signed_in(ada), from_on=day + DAY) == ids[26:]
    assert lists.counts(signed_in(ada), Choice(from_on=day, until_on=day), NOW)[Section.UPCOMING] == 25


def test_a_calendar_can_be_picked(database):
    ada = make_user()
    first, second = make_calendar(ada), make_calendar(ada)
    put_all(first, [NOW + HOUR])
    (wanted,) = put_all(second, [NOW + 3 * HOUR])
    assert listed(signed_in(ada), calendar_id=second.id) == [wanted]


def test_owner_sees_the_account_member_only_their_own_and_stranger_nothing(database):
    """R20."""
    ada, cleo = make_user(), make_user("Cleo Stern")
    account = account_of(ada)
    ben = join(account, make_user("Ben Okri"), Role.MEMBER)
    of_ada, of_ben = make_calendar(ada), make_calendar(ben, account_id=account)
    (hers,) = put_all(of_ada, [NOW + HOUR])
    (his,) = put_all(of_ben, [NOW + 2 * HOUR])
    assert listed(signed_in(ada)) == [hers, his]
    assert listed(signed_in(ben)) == [his]
    assert listed(signed_in(ben), calendar_id=of_ada.id) == []
    assert listed(signed_in(cleo)) == []
    assert sum(lists.counts(signed_in(cleo), Choice(calendar_id=of_ada.id), NOW).values()) == 0
    for person, booking_id in ((ben, hers), (cleo, hers), (cleo, his)):
        with pytest.raises(NotFound):
            lists.booking_for(signed_in(person), booking_id)


def test_whoever_is_booked_still_sees_it_when_the_calendar_goes_to_somebody_else(database):
    ada = make_user()
    ben = join(account_of(ada), make_user("Ben Okri"), Role.MEMBER)
    calendar = make_calendar(ben, account_id=account_of(ada))
    (promised,) = put_all(calendar, [NOW + HOUR])
    with transaction():
        calendar.host_id = ada.id
    assert listed(signed_in(ben)) == [promised]
    assert lists.booking_for(signed_in(ben), promised).host.name == "Ben Okri"


def test_a_booking_comes_with_its_link_and_its_history(database, now):
    calendar = make_calendar(make_user())
    link = make_link(calendar)
    made = make_booking(calendar, link)
    with transaction():
        service.cancel(made.id, Party.HOST, "Ill", NOW + HOUR, actor_id=calendar.host_id)
    viewed = lists.booking_for(signed_in(calendar.host), made.id)
    assert (viewed.link.id, viewed.host.id) == (link.id, calendar.host_id)
    history = [(event.name, name) for event, name in lists.history_of(made.id)]
    assert history == [("booking_created", None), ("booking_cancelled", "Ada Lovelace")]


def test_counting_stops_where_it_would_cost_more_than_the_page(database, monkeypatch):
    monkeypatch.setattr(lists, "MOST_COUNTED", 3)
    calendar = make_calendar(make_user())
    put_all(calendar, [NOW + n * HOUR for n in range(1, 8)])
    assert lists.counts(signed_in(calendar.host), Choice(), NOW)[Section.UPCOMING] == 4


@pytest.mark.parametrize("section", [Section.UPCOMING, Section.PAST, Section.CANCELLED])
def test_pages_hold_every_booking_once_whatever_starts_together(database, section):
    """Keyset pages, for any starts and any size of page: no gap, no repeat, and the way back is the way there."""
    ada = make_user()
    team = [make_calendar(make_user(), account_id=account_of(ada)) for _ in range(5)]
    person, is_forwards = signed_in(ada), section == Section.UPCOMING
    status = BookingStatus.CANCELLED if section == Section.CANCELLED else BookingStatus.CONFIRMED

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sets(st.tuples(st.integers(1, 6), st.integers(0, 4)), max_size=12), st.sampled_from([1, 2, 5]))
    def check(booked: set[tuple[int, int]], size: int) -> None:
        with transaction():
            connection().execute(text("DELETE FROM booking"))
            keys = [
                (hour, put(team[who], NOW + (hour if is_forwards else hour - 9) * HOUR, status=status))
                for hour, who in booked
            ]
        wanted = [booking_id for _, booking_id in sorted(keys, reverse=not is_forwards)]
        pages = walk(person, Choice(section, per_page=size))
        assert [each for page in pages for each in page] == wanted
        assert all(len(page) == size for page in pages[:-1])
        back = walk_back(person, Choice(section, per_page=size), pages[-1])
        assert [each for page in reversed(back) for each in page] == wanted

    check()


def test_a_page_stays_whole_when_the_booking_it_ended_with_is_cancelled(database, now):
    calendar = make_calendar(make_user())
    ids = put_all(calendar, [NOW + n * HOUR for n in range(1, 6)])
    ada = signed_in(calendar.host)
    first = lists.page_of(ada, Choice(per_page=2), NOW)
    last = first.bookings[-1]
    with transaction():
        service.cancel(last.id, Party.HOST, "", clock.now())
    after = Choice(per_page=2, after=Place(last.starts_at, last.id))
    assert [each.id for each in lists.page_of(ada, after, NOW).bookings] == ids[2:4]


@pytest.mark.parametrize(
    ("section", "index"),
    [(Section.UPCOMING, "ix_booking_account"), (Section.CANCELLED, "ix_booking_cancelled")],
)
def test_lists_are_read_in_the_order_of_an_index(database, section, index):
    """Else every page would sort all bookings of the account."""
    ada = signed_in(make_user())
    plan = plan_of(lambda: lists.page_of(ada, Choice(section), NOW))
    assert index in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan.partition("page")[0]


def plan_of(work: Callable[[], object]) -> str:
    """How the database runs the last statement of `work`, with the few rows of a test taken for many."""
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: seen.append(call[2:4]))
    work()
    statement, parameters = seen[-1]
    if not is_sqlite():
        connection().exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    explain = "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"
    return "\n".join(map(str, connection().exec_driver_sql(f"{explain} {statement}", parameters)))


def walk_back(person: SignedIn, choice: Choice, last: list[int]) -> list[list[int]]:
    """Every page of the list from its last one on, by the links back."""
    everything = lists.page_of(person, Choice(choice.section, per_page=100), NOW).bookings
    places = {each.id: Place(each.starts_at, each.id) for each in everything}
    pages = [last]
    while last:
        page = lists.page_of(person, replace(choice, before=places[last[0]]), NOW)
        last = [each.id for each in page.bookings]
        pages.append(last)
    return pages
