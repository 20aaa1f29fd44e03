"""The board of a pipeline: a card is dragged to another stage, and screen readers hear where it is now."""

from playwright.sync_api import Page, expect

from ..factories import make_opportunity, make_pipeline
from .office import Office, expect_focus, expect_said

CORNER = {"x": 12, "y": 12}  # in its middle stands the form


def test_dragged_card_is_moved_and_said(office: Office, desk: Page) -> None:
    with office.app.app_context():
        sales = make_pipeline(office.dana)
        make_opportunity(sales, name="Sam Lee")
    desk.goto(f"/pipelines/{sales.id}")
    qualified = desk.get_by_role("region", name="Qualified")
    desk.get_by_role("article").drag_to(qualified, source_position=CORNER)
    expect(qualified.get_by_role("link", name="Sam Lee")).to_be_visible()
    expect_said(desk, "Sam Lee moved to Qualified.")
    expect_focus(desk, "Sam Lee")
    desk.get_by_role("article").drag_to(qualified, source_position=CORNER)
    expect(desk.get_by_role("region", name="Qualified (1)")).to_be_visible()


def test_board_is_a_table_on_a_phone(office: Office, desk: Page) -> None:
    """A row for each opportunity, under the name of its stage; no stage beside another one."""
    with office.app.app_context():
        sales = make_pipeline(office.dana)
        make_opportunity(sales, name="Sam Lee", title="Shed", value=90_000)
    desk.set_viewport_size({"width": 767, "height": 700})
    desk.goto(f"/pipelines/{sales.id}")
    stages = desk.get_by_role("region").evaluate_all("all => all.map(each => each.getBoundingClientRect().x)")
    assert len(stages) == 4
    assert len(set(stages)) == 1
    row = desk.get_by_role("article")
    expect(row).to_have_css("border-inline-start-width", "0px")
    name, worth = (row.get_by_text(text, exact=True).bounding_box() for text in ("Sam Lee", "€900"))
    assert worth["y"] < name["y"] + 2 * name["height"]
