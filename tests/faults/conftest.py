"""Faults meet whole installations: real web and worker processes, real databases, a real mail server."""

import pytest


@pytest.fixture(autouse=True)
def _inside(app_context: None) -> None:
    """Push the context for every test of this folder: rows are made and looked at by the test's own process."""
