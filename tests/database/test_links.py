"""One-time links as services make, change, replace, delete and list them."""

from datetime import date, timedelta

import pytest

from app import events
from app.db import db, transaction
from app.errors import Conflict, Invalid
from app.links import listing, lookup, service, sightings
from app.links.choice import Choice
from app.links.models import LinkSighting, LinkSource, LinkStatus, OneTimeLink, SightingKind
from app.links.options import LinkOptions

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user

PLAIN = LinkOptions()


@pytest.fixture
def ada():
    return make_user()


@pytest.fixture
def calendar(ada):
    return make_calendar(ada)


def create(calendar, actor=None, now=NOW, **options) -> OneTimeLink:
    with transaction():
        return service.create_link(calendar, LinkOptions(**options), actor, now)


def stored(link) -> OneTimeLink:
    return db.session.get(OneTimeLink, link.id, populate_existing=True)


def told(link) -> list[tuple[str, int | None]]:
    return [(event.name, event.actor_id) for event in events.of_link(link.id)]


def counts(calendar) -> dict[LinkStatus, int]:
    found = db.session.execute(
        db.text("SELECT status, links FROM link_count WHERE calendar_id = :id"), {"id": calendar.id}
    )
    return {LinkStatus(status): links for status, links in found if links}


def test_a_new_link_is_active_and_has_an_address_under_base_url(calendar, ada):
    link = create(calendar, ada)
    assert (link.status, link.source, link.created_by_id) == (LinkStatus.ACTIVE, LinkSource.HAND, ada.id)
    assert service.address_of(link) == f"http://slotkey.test/o/{service.token_of(link)}"
    assert told(link) == [("link_created", ada.id)]
    assert counts(calendar) == {LinkStatus.ACTIVE: 1}


def test_bad_options_store_nothing(calendar):
    with pytest.raises(Invalid):
        create(calendar, duration_minutes=2)
    assert counts(calendar) == {}


def test_change_keeps_search_and_timeline_in_step(calendar, ada):
    link = create(calendar, ada, for_name="Sam Lee")
    with transaction():
        changes = LinkOptions(for_name="Ana Silva", note="late")
        service.update_link(calendar, link, changes, ada, NOW + timedelta(hours=1))
    changed = stored(link)
    assert (changed.for_name, changed.note) == ("Ana Silva", "late")
    assert changed.search_words == f"c{calendar.id} wana wsilva wlate"
    assert events.of_link(link.id)[-1].data == {"changed": ["for_name", "note"]}


def test_saving_without_a_change_tells_nothing(calendar, ada):
    link = create(calendar, ada, expires_on=date(2026, 12, 24), offered_times=(at(9),))
    with transaction():
        service.update_link(calendar, link, service.options_of(link, calendar.tz), ada, NOW)
    assert told(link) == [("link_created", ada.id)]


def test_delete_is_said_with_its_person_and_only_once(calendar, ada):
    link = create(calendar, ada, now=NOW - timedelta(hours=1))
    with transaction():
        service.delete_link(link, ada, NOW)
    assert (stored(link).status, stored(link).deleted_by_id) == (LinkStatus.DELETED, ada.id)
    assert counts(calendar) == {LinkStatus.DELETED: 1}
    with pytest.raises(Conflict, match="deleted already"), transaction():
        service.delete_link(link, ada, NOW)
    assert told(link) == [("link_created", ada.id), ("link_deleted", ada.id)]


def test_an_expired_link_can_be_deleted(calendar, ada):
    link = create(calendar, expires_on=date(2026, 12, 1))
    with transaction():
        service.delete_link(link, ada, NOW + timedelta(days=30))
    assert stored(link).status == LinkStatus.DELETED


def test_a_used_link_is_neither_deleted_nor_changed(calendar, ada):
    """R7, through the services."""
    link = create(calendar)
    make_booking(calendar, link)
    with pytest.raises(Conflict, match="has been used"), transaction():
        service.delete_link(link, ada, NOW)
    with pytest.raises(Conflict, match="has been used"), transaction():
        service.update_link(calendar, link, LinkOptions(note="x"), ada, NOW)
    assert stored(link).status == LinkStatus.USED
    assert counts(calendar) == {LinkStatus.USED: 1}


def test_a_replacement_is_a_new_link_that_names_its_parent(calendar, ada):
    link = create(calendar, for_name="Sam", duration_minutes=45, expires_on=date(2026, 12, 2))
    with pytest.raises(Conflict), transaction():
        service.create_replacement(calendar, link, ada, NOW)
    make_booking(calendar, link)
    with transaction():
        new = service.create_replacement(calendar, stored(link), ada, NOW)
    assert (new.parent_id, new.source, new.status) == (link.id, LinkSource.REPLACEMENT, LinkStatus.ACTIVE)
    assert (new.for_name, new.duration_minutes, new.expires_at) == ("Sam", 45, None)
    assert service.token_of(new) != service.token_of(link)


def test_lookup_finds_any_status_and_nothing_else(calendar, ada):
    link = create(calendar, expires_on=date(2026, 12, 1))
    found = lookup.find(service.token_of(link))
    assert (found.id, found.host_name, found.version) == (link.id, ada.name, calendar.version)
    assert found.is_open(NOW)
    assert found.is_expired(NOW + timedelta(days=1))
    with transaction():
        service.delete_link(link, ada, NOW)
    db.session.expire_all()
    assert lookup.find(service.token_of(link)).status == LinkStatus.DELETED
    assert lookup.find("A" * 32) is None


def test_what_the_rows_hold_finds_nothing(calendar):
    """R17: each stored text and number, tried as a token."""
    link = create(calendar, for_name="Sam", note="note")
    row = db.session.execute(db.text("SELECT * FROM one_time_link")).one()
    for value in (*row, bytes(link.nonce).hex() * 2, bytes(link.nonce).hex()):
        assert lookup.find(str(value)) is None


def test_pages_walk_through_all_links_both_ways(calendar):
    ids = [make_link(calendar).id for _ in range(60)]
    first = listing.page_of(calendar.id, Choice())
    second = listing.page_of(calendar.id, Choice(older_than=first.links[-1].id))
    third = listing.page_of(calendar.id, Choice(older_than=second.links[-1].id))
    walked = [link.id for page in (first, second, third) for link in page.links]
    assert walked == ids[::-1]
    assert [(page.has_newer, page.has_older) for page in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back = listing.page_of(calendar.id, Choice(newer_than=third.links[0].id))
    assert [link.id for link in back.links] == [link.id for link in second.links]
    assert (back.has_newer, back.has_older) == (True, True)


def test_filters_choose_by_status_and_source(calendar, ada):
    used, deleted, active = (create(calendar, ada) for _ in range(3))
    make_booking(calendar, used)
    with transaction():
        service.delete_link(deleted, ada, NOW)
        new = service.create_replacement(calendar, stored(deleted), ada, NOW)

    def chosen(**choice) -> list[int]:
        return [link.id for link in listing.page_of(calendar.id, Choice(**choice)).links]

    assert chosen(status=LinkStatus.USED) == [used.id]
    assert chosen(status=LinkStatus.ACTIVE) == [new.id, active.id]
    assert chosen(source=LinkSource.REPLACEMENT) == [new.id]
    assert chosen(status=LinkStatus.DELETED, source=LinkSource.REPLACEMENT) == []


def test_rows_carry_booking_and_sightings(calendar):
    link = create(calendar)
    booked = make_booking(calendar, link)
    sightings.note(link.id, SightingKind.REFUSED, NOW)
    sightings.flush()
    db.session.rollback()
    [row] = listing.page_of(calendar.id, Choice()).links
    assert (row.booking_id, row.booked_by, row.refused, row.fetched) == (booked.id, "Sam Lee", 1, None)


def test_every_link_reads_on_past_one_batch(calendar, monkeypatch):
    monkeypatch.setattr(listing, "EXPORTED_AT_ONCE", 7)
    ids = [make_link(calendar).id for _ in range(15)]
    assert [link.id for link in listing.every_link(calendar.id, Choice())] == ids[::-1]


@pytest.mark.parametrize(
    ("minutes", "times"), [([0], 1), ([0, 5], 1), ([0, 5, 14], 1), ([0, 10], 2), ([0, 5, 30, 31], 2)]
)
def test_sightings_count_bursts(calendar, minutes, times):
    link = create(calendar)
    for after in minutes:
        sightings.note(link.id, SightingKind.FETCHED, NOW + timedelta(minutes=after))
        sightings.flush()
    db.session.rollback()
    [seen] = db.session.scalars(db.select(LinkSighting))
    assert (seen.times, seen.first_at) == (times, NOW)
    assert seen.last_at >= NOW + timedelta(minutes=minutes[-1] - 1)


def test_a_sighting_that_cannot_be_written_harms_nobody(calendar):
    link = create(calendar)
    sightings.note(link.id + 999, SightingKind.FETCHED, NOW)  # no such link: the database refuses
    sightings.flush()
    sightings.note(link.id, SightingKind.FETCHED, NOW)
    sightings.flush()
    db.session.rollback()
    assert [seen.link_id for seen in db.session.scalars(db.select(LinkSighting))] == [link.id]
