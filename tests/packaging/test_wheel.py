"""The wheel holds all that the app needs: installed in an empty environment, far from the checkout, it serves pages."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.services.server import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@pytest.fixture(scope="module")
def slotkey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a Slotkey installed from its wheel, with the versions that are locked."""
    place = tmp_path_factory.mktemp("wheel")
    wheel = _build(place / "dist")
    subprocess.run((sys.executable, "-m", "venv", place / "venv"), check=True)
    constraints = place / "constraints.txt"
    locked = re.findall(
        r"^[a-z][\w.-]*==\S+(?: ; .+(?= \\))?", (ROOT / "requirements.lock").read_text(), re.M
    )
    constraints.write_text("\n".join(locked))
    pip = (place / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "--constraint", constraints, wheel), check=True, cwd=place)
    return place / "venv/bin/slotkey"


def test_installed_wheel_serves_a_page_and_its_files(slotkey, tmp_path):
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), "PORT": str(port)}
    with (tmp_path / "log").open("w") as log:
        command = (slotkey, "run", "--no-demo")
        process = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=log, stderr=log)
    try:
        page = _read(f"http://127.0.0.1:{port}/setup", process, tmp_path / "log")
        assert "<h1" in page
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert urlopen(f"http://127.0.0.1:{port}{address}").status == 200
    finally:
        process.terminate()
        process.wait(30)


def test_wheel_tells_its_licence_and_holds_no_tests(tmp_path):
    listed = subprocess.run(
        (sys.executable, "-m", "zipfile", "-l", _build(tmp_path)), check=True, capture_output=True, text=True
    ).stdout
    for name in (
        "licenses/LICENSE",
        "app/templates/base.html",
        "app/static/app.css",
        "app/migrations/env.py",
    ):
        assert name in listed
    assert "tests/" not in listed


def _build(folder: Path) -> Path:
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("slotkey-*.whl"))


def _read(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return urlopen(url).read().decode()
        except URLError as failed:
            ended, answered = process.poll() is not None, isinstance(failed, HTTPError)
            if ended or answered or time.monotonic() > deadline:
                raise AssertionError(log.read_text()) from failed
            time.sleep(0.1)
