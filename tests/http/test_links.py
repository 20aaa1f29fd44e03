"""Calendar Settings > One-Time Booking Links."""

import csv
import io
import re

import pytest

from app.links.models import LinkStatus
from app.spreadsheets import safe

from ..factories import make_calendar, make_link
from ..people import form_token, make_person
from .calendar_people import join_team, signed_in
from .link_pages import HTMX, make_links

NASTY = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture
def links(app, now):
    return make_links(app)


def table_rows(page) -> list[str]:
    return re.findall(r"<tr(?: class=\"new\")?>\n<th scope=\"row\">.*?</tr>", page.text, re.DOTALL)


def test_an_empty_section_says_what_to_do(links):
    page = links.get(links.section)
    assert page.status_code == 200
    assert "No one-time links yet." in page.text
    assert "links are made one at a time" in page.text


def test_one_press_creates_a_link_and_shows_it_first(links):
    links.make(for_name="Before")
    answer = links.post(links.section)
    assert answer.status_code == 303
    page = links.get(answer.location)
    [(_, *_), (new, status, _)] = links.rows()
    assert status == LinkStatus.ACTIVE
    assert "Link created." in page.text
    assert links.token(new) in table_rows(page)[0]
    assert re.search(rf'id="copy-address-{new}"[^>]* data-focus', page.text)


def test_address_is_made_of_base_url_whatever_host_is_asked_for(links):
    """R21: the request's Host goes nowhere."""
    link = links.make()
    page = links.get(links.section, headers={"X-Forwarded-Host": "evil.example"})
    assert f"http://slotkey.test/o/{links.token(link)}" in page.text
    assert "evil.example" not in page.text


def test_options_are_kept_and_times_are_the_calendars(links):
    answer = links.post(
        links.section,
        for_name="Sam Lee",
        for_email="sam@example.org",
        note="VIP",
        expires_on="2026-12-24",
        duration_minutes="45",
        offered_times=["2026-12-02T09:00", "", "2026-12-03T10:00"],
    )
    assert answer.status_code == 303
    [(link, _, words)] = links.rows()
    assert words.endswith("wsam wlee wexample worg wsamexampleorg wvip")
    page = links.get(links.page(link)).text
    for fact in ("Sam Lee", "45 minutes", "24 Dec", "Wed 2 Dec 09:00 Berlin", "Thu 3 Dec 10:00 Berlin"):
        assert fact in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"for_email": "nobody"}, "Enter an e-mail address"),
        ({"expires_on": "2026-11-30"}, "not over yet"),
        ({"expires_on": "tomorrow"}, "Enter a date"),
        ({"duration_minutes": "4"}, "from 5 to 1440"),
        ({"duration_minutes": "1e3"}, "from 5 to 1440"),
        ({"offered_from_on": "2026-12-09", "offered_until_on": "2026-12-08"}, "before the first one"),
        ({"offered_times": "2026-12-01T08:59"}, "is over already"),
        ({"offered_times": "2027-03-28T02:30"}, "does not exist"),
        ({"offered_times": "soon"}, "Enter a date and a time"),
        ({"offered_times": "9999-12-31T23:59"}, "within five years"),
        ({"for_name": "x" * 121}, "at most 120"),
        ({"note": "x" * 501}, "at most 500"),
    ],
)
def test_bad_options_keep_what_was_typed(links, fields, sentence):
    answer = links.post(links.section, **({"note": "Kept"} | fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert "<title>Error: " in answer.text
    assert ("Kept" in answer.text) == ("note" not in fields)
    assert links.rows() == []


def test_a_time_is_added_without_javascript_and_stores_nothing(links):
    answer = links.post(links.section, add_time="1", for_name="Sam", offered_times=["2026-12-02T09:00"])
    assert answer.status_code == 200
    assert answer.text.count('name="offered_times"') == 2
    assert "2026-12-02T09:00" in answer.text
    assert 'value="Sam"' in answer.text
    assert links.rows() == []


def test_filters_search_and_counts(links):
    used, other = links.make(for_name="Ana Silva"), links.make(for_name="Sam Lee")
    booking = links.use(used)
    page = links.get(links.section)
    for count in (
        'All <span class="count">(2)',
        'Active <span class="count">(1)',
        'Used <span class="count">(1)',
    ):
        assert count in page.text
    only = links.get(f"{links.section}?status=used")
    assert len(table_rows(only)) == 1
    assert f"/bookings/{booking}" in only.text
    assert "Wed 2 Dec 09:00 Berlin" in only.text
    found = links.get(f"{links.section}?q=sam")
    assert [links.token(other)[:4] in row for row in table_rows(found)] == [True]
    assert "No links match" in links.get(f"{links.section}?q=nobody").text
    assert "No deleted links." in links.get(f"{links.section}?status=deleted").text


def test_a_pasted_address_leads_to_its_link_and_leaves_the_url(links):
    link = links.make()
    links.make()
    answer = links.get(f"{links.section}?q=http://slotkey.test/o/{links.token(link)}")
    assert answer.status_code == 303
    assert answer.location.endswith(f"?link={link}")
    assert len(table_rows(links.get(answer.location))) == 1


def test_the_fragment_is_part_of_the_page(links):
    links.make(for_name="Ana Silva")
    page, part = links.get(links.section), links.get(links.section, headers=HTMX)
    strip = re.compile(r'value="[^"]{60,}"')  # form tokens differ from answer to answer
    assert part.text.startswith('<div id="links"')
    assert strip.sub("", part.text.strip()) in strip.sub("", page.text)
    assert "HX-Target" in part.headers["Vary"]


def test_what_was_just_done_is_no_part_of_the_address(links):
    link = links.make()
    answer = links.get(f"{links.section}?created={link}", headers=HTMX)
    assert answer.headers["HX-Replace-Url"] == links.section
    assert 'data-announce="Link created."' in answer.text


def test_deleting_asks_first_and_comes_back_to_the_same_list(links):
    older, link = links.make(), links.make()
    asked = links.get(links.page(link, "delete") + "?status=active")
    assert "This cannot be undone." in asked.text
    assert links.rows()[1][1] == LinkStatus.ACTIVE
    answer = links.post(links.page(link, "delete") + "?status=active&per=50")
    assert answer.status_code == 303
    assert "status=active" in answer.location
    assert "per=50" in answer.location
    page = links.get(answer.location)
    assert re.search(rf"/links/{older}\" data-focus", page.text)
    assert [status for _, status, _ in links.rows()] == [LinkStatus.ACTIVE, LinkStatus.DELETED]


def test_used_and_deleted_links_refuse_deletion_and_offer_a_replacement(links):
    used, deleted = links.make(for_name="Ana"), links.make()
    links.use(used)
    links.post(links.page(deleted, "delete"))
    before = links.rows()
    for link, sentence in ((used, "has been used"), (deleted, "deleted already")):
        answer = links.post(links.page(link, "delete"))
        assert answer.status_code == 409
        assert sentence in answer.text
        assert links.get(links.page(link, "edit")).status_code == 409
        assert links.get(links.page(link, "share")).status_code == 409
    assert links.rows() == before
    assert links.get(links.section).text.count("Create replacement") == 2
    assert links.post(links.page(used, "replace")).status_code == 303
    assert links.rows()[-1][1:] == (LinkStatus.ACTIVE, before[0][2])
    assert links.post(links.page(links.rows()[-1][0], "replace")).status_code == 409


def test_pages_walk_by_keyset(links):
    links.fill(30)
    first = links.get(links.section)
    assert len(table_rows(first)) == 25
    older = re.search(r'id="older" href="([^"]+)"', first.text)[1]
    second = links.get(older)
    assert len(table_rows(second)) == 5
    assert 'id="newer"' in second.text
    assert len(table_rows(links.get(f"{links.section}?per=50"))) == 30


@pytest.mark.parametrize("place", ["older=1", "newer=99999"])
def test_a_page_past_the_end_leads_back_to_the_newest(links, place):
    links.make()
    page = links.get(f"{links.section}?status=active&{place}").text
    assert "No more links here." in page
    assert f'href="{links.section}?status=active">Show the newest</a>' in page


def test_texts_from_people_have_the_direction_of_their_script_and_keep_to_their_row(links):
    link = links.make(for_name=("دانا " * 20).strip(), note="שלום")
    row = table_rows(links.get(links.section))[0]
    assert re.search(r'class="who"><div><span dir="auto">دانا', row)  # the stylesheet cuts spans of this cell
    assert '<span class="second" dir="auto">שלום</span>' in row
    page = links.get(links.page(link)).text
    assert f'<dd><span dir="auto">{("دانا " * 20).strip()}</span></dd>' in page
    assert '<dd><span dir="auto">שלום</span></dd>' in page


def test_the_list_costs_three_queries_at_every_size(links):
    """P9."""
    links.make()
    small = links.queries(links.section)
    links.fill(30)
    links.use(links.make(for_name="Ana"))
    assert links.queries(links.section) == small == 3
    assert links.queries(f"{links.section}?q=ana&status=used") == 4  # the newest links, then the index


@pytest.mark.parametrize(
    "query",
    ["status=open", "source=x", "older=0", "older=-1", "older=99999999999999999999", "newer=x", "per=7", "link=a",
     "q=%00%27%22*", "q=" + "a" * 5000, "created=x&deleted=99999999999999999999"],
)  # fmt: skip
def test_odd_queries_are_passed_over(links, query):
    """R26."""
    links.make()
    assert links.get(f"{links.section}?{query}").status_code == 200


def test_huge_ids_are_unknown(links):
    assert links.get(links.page(2**70)).status_code == 404
    assert links.get(f"/calendars/{2**70}/settings/one-time-links").status_code == 404


def test_texts_are_shown_as_they_are(links):
    """R24: markup and template syntax in every text of a link."""
    link = links.make(for_name=NASTY, note=NASTY)
    for path in (links.section, links.page(link), links.page(link, "edit"), links.page(link, "share")):
        page = links.get(path).text
        assert "<script>alert" not in page
        assert "49" not in re.sub(r'="[^"]*"|[?&][a-z]+=\S+', "", page.partition("&lt;script&gt;")[2][:60])
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_holds_no_formulas(links, start):
    """R24."""
    assert safe(start) == f"'{start}"
    if start.strip() == start:
        links.make(for_name=start, note=start)
        [_head, row] = csv.reader(io.StringIO(links.get(f"{links.section}.csv").text.removeprefix("\ufeff")))
        assert (row[3], row[5]) == (f"'{start}", f"'{start}")


def test_csv_has_what_the_filters_choose_and_no_dead_address(links):
    used, active = links.make(for_name='Ana, "B"'), links.make()
    links.use(used)
    answer = links.get(f"{links.section}.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, first, second = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (first[0], first[1], first[2]) == (
        str(active),
        "Active",
        f"http://slotkey.test/o/{links.token(active)}",
    )
    assert dict(zip(head, second, strict=True)) | {
        "Status": "Used",
        "Address": "",
        "Name": 'Ana, "B"',
        "Booking starts": "2026-12-02T09:00+01:00",
        "Time zone": "Europe/Berlin",
    } == dict(zip(head, second, strict=True))
    assert len(list(csv.reader(io.StringIO(links.get(f"{links.section}.csv?status=used").text)))) == 2


def every_request(links, link):
    list_, page = links.section, links.page
    return [
        ("GET", list_), ("POST", list_), ("GET", f"{list_}.csv"), ("GET", page(link)),
        ("GET", page(link, "edit")), ("POST", page(link, "edit")), ("GET", page(link, "share")),
        ("GET", page(link, "delete")), ("POST", page(link, "delete")), ("POST", page(link, "replace")),
    ]  # fmt: skip


def test_strangers_and_members_who_do_not_host_get_404(app, links):
    """R20: Cleo from another account, Ben who does not manage this calendar."""
    link = links.make(for_name="Ana Silva")
    before = links.rows()
    for stranger in (make_person(app, "Cleo Stranger"), join_team(app, links.scene.ada)):
        client = signed_in(app, stranger)
        token = form_token(client.get("/calendars/new"))
        for method, path in every_request(links, link):
            answer = client.open(
                path, method=method, data={"csrf_token": token} if method == "POST" else None
            )
            assert answer.status_code == 404, (method, path)
            assert "Ana Silva" not in answer.text
    assert links.rows() == before


def test_nobody_gets_in_without_signing_in(app, links):
    """R20."""
    link = links.make()
    before = links.rows()
    for method, path in every_request(links, link):
        assert app.test_client().open(path, method=method).status_code in (302, 303, 403), (method, path)
    assert links.rows() == before


def test_a_link_of_another_calendar_is_unknown_here(app, links):
    """R20: the ids in the path have to belong together."""
    with app.app_context():
        other = make_link(make_calendar(links.scene.ada)).id
    assert links.get(links.page(other)).status_code == 404
    assert links.post(links.page(other, "delete")).status_code == 404


def test_posts_without_the_token_change_nothing(links):
    """R23."""
    link = links.make()
    before = links.rows()
    for method, path in every_request(links, link):
        if method == "POST":
            assert links.scene.client.post(path, data={"for_name": "x"}).status_code in (400, 403)
    assert links.rows() == before


def test_fields_that_no_form_has_are_ignored(links):
    """R21: mass assignment."""
    links.post(links.section, status="used", id="77", calendar_id="9", account_id="9", nonce="x", key_id="x")
    [(link, status, words)] = links.rows()
    assert (link, status, words) == (1, LinkStatus.ACTIVE, f"c{links.scene.calendar_id}")
    links.post(links.page(link, "edit"), status="deleted", note="n", created_at="2000-01-01")
    assert links.rows() == [(1, LinkStatus.ACTIVE, f"c{links.scene.calendar_id} wn")]
