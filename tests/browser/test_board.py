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
