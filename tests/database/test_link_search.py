"""Search in both databases' own index: what is kept is found by what is typed, in its calendar only."""

import pytest

from app.db import transaction
from app.links import listing, service
from app.links.choice import Choice
from app.links.models import LinkStatus
from app.links.options import LinkOptions

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
