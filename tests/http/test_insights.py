"""The page of insights and its file."""

import pytest

from app.links.models import LinkStatus

from ..factories import NOW, make_link
from .calendar_people import make_scene


@pytest.fixture
def scene(app, now):
    made = make_scene(app, name="=Intro call")
    with app.app_context():
        make_link(made.stored())
        make_link(made.stored(), status=LinkStatus.USED, used_at=NOW)
    return made


def test_page_says_how_far_links_came(scene):
    page = scene.client.get("/insights").text
    assert "50 %" in page
    assert "1 open, 0 expired, 0 deleted" in page
    assert 'value="2026-12-01"' in page


def test_filters_bring_the_block_alone(scene):
    headers = {"HX-Request": "true", "HX-Target": "div#insights"}
    part = scene.client.get("/insights?by=source", headers=headers).text
    assert part.lstrip().startswith('<div class="stack" id="insights"')
    assert "By hand" in part


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=soon", "Enter a date, such as 2027-03-31."),
        ("from=2026-11-02&until=2026-11-01", "Until is before From."),
        ("from=2020-01-01", "Choose two years at the most."),
        ("calendar=999", "There is no such calendar."),
    ],
)
def test_wrong_filters_are_kept_and_named(scene, query, sentence):
    answer = scene.client.get(f"/insights?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "50 %" in answer.text


def test_file_holds_the_table_and_no_formula(scene):
    answer = scene.client.get("/insights.csv?from=2026-11-01&until=2026-12-01")
    head, line = answer.text.lstrip("\ufeff").splitlines()
    assert head.startswith("Calendar,Made,Sent")
    assert line == "'=Intro call,2,0,1,1,1,0,0,0,0,2026-11-01,2026-12-01,Europe/Berlin"
    assert "links-by-calendar-2026-11-01-2026-12-01.csv" in answer.headers["Content-Disposition"]
