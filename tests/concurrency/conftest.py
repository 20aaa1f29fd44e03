"""Races are run by real web processes, or by threads with an app context each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.databases import Database
from tests.services.server import Server, serving

UNLIMITED = 1_000_000  # limits on attempts are tested elsewhere; here they would answer before the race does


@pytest.fixture(autouse=True)
def _inside(app_context: None) -> None:
    """Push the context for every test of this folder: rows are made and counted by the test's own thread."""


@pytest.fixture
def server(database: Database, tmp_path: Path) -> Iterator[Server]:
    """Four web processes on `database`, with limits on attempts out of the way."""
    with serving(database.url, tmp_path, web_processes=4, rate_limit_factor=UNLIMITED) as running:
        yield running
