"""What the doctor says of settings, address, data folder and disk."""

import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.config import Settings
from app.operating import machine_checks
from app.operating.findings import Finding, State

SECRET = "0123456789abcdef" * 4
PUBLIC, LOOPBACK = "192.0.2.7", "127.0.0.1"


def settings(folder: Path, **changes: object) -> Settings:
    values = {
        "secrets": (SECRET,),
        "base_url": "https://book.example.org",
        "data_dir": folder,
        "database_url": f"sqlite:///{folder}/slotkey.sqlite3",
        "proxy_count": 1,
    }
    return Settings(**{**values, **changes})


def states(findings: object) -> list[tuple[State, str]]:
    return [(finding.state, finding.about) for finding in findings]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.OK),
        ({"secrets": ("k" * 40,)}, State.FAIL),
        ({"proxy_count": 0}, State.WARN),
        ({"proxy_count": 0, "base_url": "http://127.0.0.1:8000"}, State.OK),
    ],
    ids=["good", "guessable key", "proxy not counted", "no proxy"],
)
def test_settings(tmp_path: Path, changes: dict[str, object], state: State) -> None:
    assert states(machine_checks.of_settings(settings(tmp_path, **changes))) == [(state, "settings")]


@pytest.mark.parametrize(
    ("url", "address", "state"),
    [
        ("https://book.example.org", PUBLIC, State.OK),
        ("http://book.example.org", PUBLIC, State.WARN),
        ("https://box.local", LOOPBACK, State.WARN),
        ("https://no.such.name", None, State.FAIL),
    ],
    ids=["good", "not encrypted", "loopback", "unknown"],
)
def test_address(
    tmp_path: Path, url: str, address: str | None, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolved(*_: object) -> list:
        if address is None:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, None, 0, "", (address, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    assert states(machine_checks.of_address(settings(tmp_path, base_url=url))) == [(state, "address")]


def test_data_folder(tmp_path: Path) -> None:
    for mode, state in ((0o700, State.OK), (0o755, State.WARN)):
        tmp_path.chmod(mode)
        assert states(machine_checks.of_folder(settings(tmp_path))) == [(state, "data folder")]
    (missing,) = machine_checks.of_folder(settings(tmp_path / "none"))
    assert missing.state is State.FAIL
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("free", "state"), [(5_000_000_000, State.OK), (500_000_000, State.WARN), (5_000_000, State.FAIL)]
)
def test_disk(tmp_path: Path, free: int, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert (state, "disk") in states(machine_checks.of_disk(settings(tmp_path)))


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 22 0:44 / /srv/share rw - nfs4 server:/share rw
32 31 8:2 / /srv/share/my\\040disk rw - xfs /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/srv/share/x", "nfs4"),
        ("/srv/share/my disk/x", "xfs"),
        ("/srv/shared", "ext4"),
    ],
)
def test_kind_of_file_system(tmp_path: Path, folder: str, kind: str) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert machine_checks.kind_of_mount(Path(folder), tmp_path / "mountinfo") == kind
    assert machine_checks.kind_of_mount(Path(folder), tmp_path / "none") == ""


def test_sqlite_over_the_network_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks, "kind_of_mount", lambda _: "nfs4")
    assert (State.WARN, "file system") in states(machine_checks.of_disk(settings(tmp_path)))
    elsewhere = settings(tmp_path, database_url="postgresql+psycopg://h/d")
    assert (State.WARN, "file system") not in states(machine_checks.of_disk(elsewhere))


def test_a_finding_is_one_line() -> None:
    finding = Finding(State.WARN, "disk", "Little room.", "Make room.")
    assert str(finding) == "warn  disk         Little room. Make room."
