"""Search in both databases' own index: what is kept is found by what is typed, in its calendar only."""

import pytest

from app.db import db, transaction
from app.links import listing, service
from app.links.choice import Choice
from app.links.models import LinkStatus, OneTimeLink
from app.links.options import LinkOptions
from app.links.search import kept_words

from ..factories import NOW, make_booking, make_calendar, make_user

PEOPLE = [
    ("José Núñez", "jose@example.org", "asked for a demo"),
    ("Ana Silva", "ana.silva+x@example.com", "Straße 5"),
    ("Øystein Berg", "", "second call"),
    ("日本 太郎", "", ""),
    ("", "c1@example.org", ""),
]


@pytest.fixture
def calendar():
    return make_calendar(make_user())


def fill(calendar) -> dict[str, int]:
    with transaction():
        return {
            name or email: service.create_link(calendar, LinkOptions(name, email, note), None, NOW).id
            for name, email, note in PEOPLE
        }


def found(calendar, text: str, **choice) -> list[int]:
    return [link.id for link in listing.page_of(calendar.id, Choice(search=text, **choice)).links]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jose", "José Núñez"),
        ("JOSÉ", "José Núñez"),
        ("nun", "José Núñez"),
        ("nunez jo", "José Núñez"),
        ("demo", "José Núñez"),
        ("silva+x", "Ana Silva"),
        ("strasse", "Ana Silva"),
        ("straße 5", "Ana Silva"),
        ("ana.silva+x@example.com", "Ana Silva"),
        ("øyst", "Øystein Berg"),
        ("日本", "日本 太郎"),
        ("c1", "c1@example.org"),
    ],
)
def test_words_find_their_link(calendar, text, name):
    ids = fill(calendar)
    assert found(calendar, text) == [ids[name]]


@pytest.mark.parametrize(
    "text",
    ["zzz", "jose silva", '"', "*", "jose OR ana", "w* OR c*", "') --", "!", "a:*|b", "NEAR(", "\0", "wjose"],
)
def test_nothing_else_is_found_and_no_syntax_is_read(calendar, text):
    """R24."""
    fill(calendar)
    assert found(calendar, text) == []


def test_search_keeps_to_its_calendar(calendar):
    fill(calendar)
    other = make_calendar(calendar.host)
    ids = fill(other)
    assert found(other, "jose") == [ids["José Núñez"]]


def test_newest_first_with_filters_and_pages(calendar):
    with transaction():
        links = [service.create_link(calendar, LinkOptions(note="demo"), None, NOW) for _ in range(30)]
    make_booking(calendar, links[7])
    ids = [link.id for link in links]
    assert found(calendar, "dem") == ids[:4:-1]
    assert found(calendar, "dem", older_than=ids[5]) == ids[4::-1]
    assert found(calendar, "dem", status=LinkStatus.USED) == [ids[7]]


@pytest.fixture
def far_apart(calendar, monkeypatch) -> list[int]:
    """Ids of links to find, thirty at each of three places as far apart as those of a large calendar."""
    ids = [first + number for first in (1_000, 300_000, 900_000) for number in range(30)]
    alike = {
        "calendar_id": calendar.id,
        "account_id": calendar.account_id,
        "key_id": "a",
        "created_at": NOW,
        "search_words": kept_words(calendar.id, ["demo", "Maximilian"]),
    }
    with transaction():
        db.session.add_all(OneTimeLink(id=id_, nonce=id_.to_bytes(8), **alike) for id_ in ids)
    monkeypatch.setattr(listing, "LOOKED_THROUGH", 10)  # the rest comes from the index
    return ids


@pytest.mark.parametrize("text", ["demo", "dem", "maximil", "maximilian demo", "demo maximil"])
def test_pages_go_on_over_gaps_between_ids(calendar, far_apart, text):
    newest_first = far_apart[::-1]
    seen = found(calendar, text, per_page=25)
    while len(seen) < len(newest_first):
        assert seen == newest_first[: len(seen)]
        seen += found(calendar, text, per_page=25, older_than=seen[-1])
    assert seen == newest_first
    assert found(calendar, text, per_page=25, newer_than=far_apart[20]) == far_apart[45:20:-1]
    assert found(calendar, text, older_than=500) == []


def test_export_of_a_search_has_all_of_its_links_once(calendar, far_apart, monkeypatch):
    monkeypatch.setattr(listing, "EXPORTED_AT_ONCE", 30)
    asked = Choice(search="demo", older_than=500)
    assert [link.id for link in listing.every_link(calendar.id, asked)] == far_apart[::-1]


def test_a_change_is_found_by_its_new_words_only(calendar):
    ids = fill(calendar)
    link = listing.page_of(calendar.id, Choice(search="jose")).links[0]
    with transaction():
        service.update_link(calendar, link, LinkOptions(for_name="Maria Cruz"), None, NOW)
    assert found(calendar, "jose") == []
    assert found(calendar, "cruz") == [ids["José Núñez"]]


def test_a_pasted_address_leads_to_its_link_in_its_calendar(calendar):
    fill(calendar)
    [link, *_] = listing.page_of(calendar.id, Choice()).links
    token = service.token_of(link)
    assert listing.id_of_token(calendar.id, token) == link.id
    assert listing.id_of_token(calendar.id, token[::-1]) is None
    assert listing.id_of_token(make_calendar(calendar.host).id, token) is None
