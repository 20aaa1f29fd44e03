"""What tests of commands share: an installation of its own, and how to type a command in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "k" * 40


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An installation of its own, in production's shape."""
    own = {"SECRET_KEY": SECRET, "BASE_URL": "https://book.example.org", "DATA_DIR": str(tmp_path / "data")}
    return {"PATH": os.environ["PATH"], **own}


def slotkey(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
