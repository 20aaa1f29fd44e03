"""The public page of a calendar group, /g/<slug>."""

from app.calendars.models import Calendar
from app.db import db, transaction
from app.groups.models import CalendarGroup
from tests.factories import NOW, make_group
from tests.public_pages import Site, title_of


def group(site: Site, *calendars: Calendar, **changes: object) -> None:
    with site.app.app_context():
        make_group(*calendars, slug="talks", **changes)


def test_calendars_lead_to_their_standard_links_in_the_groups_order(site: Site) -> None:
    phone, intro = (site.calendar(name=name, slug=slug) for name, slug in (("Phone", "p"), ("Intro", "i")))
    group(site, intro, phone, description="Choose one.")
    page = site.client.get("/g/talks").text
    assert page.index('href="/c/i"') < page.index('href="/c/p"')
    assert "30 minutes with <bdi>Dana Reyes</bdi>" in page
    assert "Next open time: Tue 1 Dec 09:00 Berlin" in page
    assert "Choose one." in page
    assert site.client.get("/c/i").status_code == 200


def test_zone_that_is_asked_for_is_kept_on_the_way(site: Site) -> None:
    group(site, site.calendar(slug="intro"))
    page = site.client.get("/g/talks?tz=Asia/Kolkata").text
    assert "Next open time: Tue 1 Dec 13:30 Kolkata" in page
    assert 'href="/c/intro?tz=Asia/Kolkata"' in page


def test_zone_and_clock_can_be_changed(site: Site) -> None:
    """By addresses, as on the picker; the list of zones comes only when it is asked for."""
    group(site, site.calendar(slug="intro"))
    page = site.client.get("/g/talks").text
    assert ("<select" in page, 'href="?zones=1#zone"' in page, 'href="?hours=12"' in page) == (
        False,
        True,
        True,
    )
    page = site.client.get("/g/talks?zones=1&hours=12").text
    assert '<form action="/g/talks" novalidate>' in page
    assert 'name="hours" value="12"' in page
    assert 'value="Europe/Berlin" selected' in page
    page = site.client.get("/g/talks?tz=Asia/Kolkata&hours=12").text
    assert "Times are shown in <strong>Kolkata time (UTC+5:30)</strong>, now 1:30" in page
    assert "We do not know a time zone called “Atlantis”." in site.client.get("/g/talks?tz=Atlantis").text


def test_what_cannot_be_booked_by_everybody_is_not_offered(site: Site) -> None:
    calendars = [
        site.calendar(name="Open", slug="open"),
        site.calendar(name="By link only", is_public=False),
        site.calendar(name="Closed", switched_off_at=NOW),
    ]
    group(site, *calendars)
    page = site.client.get("/g/talks").text
    assert "Open" in page
    assert "By link only" not in page
    assert "Closed" not in page


def test_calendar_without_times_says_so(site: Site) -> None:
    group(site, site.calendar(weekly_hours=[[]] * 7))
    assert "No open times at the moment" in site.client.get("/g/talks").text


def test_group_without_anything_to_book_says_so(site: Site) -> None:
    group(site, site.calendar(is_public=False))
    answer = site.client.get("/g/talks")
    assert (answer.status_code, title_of(answer)) == (200, "Consultations")
    assert "Nothing can be booked here at the moment." in answer.text


def test_group_that_is_off_names_none_of_its_calendars(site: Site) -> None:
    group(site, site.calendar(name="Intro call"), switched_off_at=NOW)
    answer = site.client.get("/g/talks")
    assert answer.status_code == 200
    assert "not taking bookings at the moment" in answer.text
    assert "Intro call" not in answer.text


def test_unknown_and_deleted_groups_are_not_found(site: Site) -> None:
    site.calendar(slug="intro")
    assert site.client.get("/g/nothing").status_code == 404
    assert site.client.get("/g/intro").status_code == 404  # a calendar's address is another path
    group(site, site.calendar())
    with site.app.app_context(), transaction():
        db.session.delete(db.session.scalars(db.select(CalendarGroup)).one())
    assert site.client.get("/g/talks").status_code == 404


def test_queries_do_not_grow_with_the_calendars(site: Site) -> None:
    def queries() -> int:
        with site.counting_queries() as seen:
            site.client.get("/g/talks")
        return len(seen)

    calendars = [site.calendar() for _ in range(5)]
    group(site, *calendars[:2])
    few = queries()
    with site.app.app_context(), transaction():
        db.session.execute(db.delete(CalendarGroup))
    group(site, *calendars)
    assert queries() == few <= 5


def test_names_are_shown_as_text(site: Site) -> None:
    """R24."""
    script = "<script>alert(1)</script>"
    group(site, site.calendar(name=script, description=script), name=script, description=script)
    assert "<script>alert" not in site.client.get("/g/talks").text
