"""S7 on a slow network: a page that arrives piece by piece does not move what has been painted already."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from app import create_app

from ..services.databases import Databases, forget, settings_for
from ..services.server import free_port
from . import bars
from .stage import Stage, running
from .states import State, show
from .test_bars import STATES

PIECES = 6
PAUSE_SECONDS = 0.05  # longer than a frame, so that each piece is painted
LONGEST = {"links by the fifty", "bookings", "calendars", "availability", "picker of a day"}


class InPieces:
    """WSGI: the pages of `app` in pieces with a pause after each, as a slow network brings them."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        kinds: list[str] = []

        def note(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            kinds.extend(value for name, value in headers if name.lower() == "content-type")
            return start(status, headers, *error)

        answer = self.app(environ, note)
        return self._slowly(b"".join(answer)) if "text/html" in "".join(kinds) else answer

    def _slowly(self, page: bytes) -> Iterator[bytes]:
        length = -(-len(page) // PIECES) or 1
        for begin in range(0, len(page), length):
            yield page[begin : begin + length]
            time.sleep(PAUSE_SECONDS)


@pytest.fixture(scope="module")
def stage(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The workspace of all states, at the far end of a slow network."""
    folder, url = tmp_path_factory.mktemp("slow"), f"http://127.0.0.1:{free_port()}"
    app = create_app(settings_for(databases.new("sqlite", folder).url, folder, base_url=url))
    with running(app, url):
        stage = Stage(app, url)
        app.wsgi_app = InPieces(app.wsgi_app)  # type: ignore[method-assign]
        yield stage
    forget(app)


@pytest.fixture
def site(stage: Stage) -> str:
    """In place of an app for each test."""
    return stage.url


def test_the_longest_pages_are_among_the_states() -> None:
    """A state that was renamed would leave the list without a word."""
    assert LONGEST - {state.name for state in STATES} == set()


@pytest.mark.parametrize(
    "state", [each for each in STATES if each.name in LONGEST], ids=lambda state: state.name
)
def test_nothing_moves_while_a_page_arrives(
    state: State, stage: Stage, open_page: Callable[..., Page]
) -> None:
    """S7. Columns of a table took their widths from the rows that were there so far, and moved with the next."""
    bars.assert_no_layout_shift(show(state, stage, open_page).page)
