"""Services are called inside an app context, as a request or a command would."""

import pytest


@pytest.fixture(autouse=True)
def _inside(app_context: None) -> None:
    """Push the context for every test of this folder."""
