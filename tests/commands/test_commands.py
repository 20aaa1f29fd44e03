"""The slotkey command, as an operator types it."""

import json
import re
import socket
import stat
from pathlib import Path

import pytest

from app import config, create_app, newcomer, tokens
from app.config import Settings

from ..services.databases import forget
from .conftest import SECRET, slotkey

CREATE_ADA = ("create-user", "--name", "Ada", "--email", "ada@example.org", "--password")


def test_wrong_setting_is_one_line_and_exit_code_2(environ: dict[str, str]) -> None:
    for broken, name in (({"SECRET_KEY": ""}, "SECRET_KEY"), ({"PORT": "many"}, "PORT")):
        ended = slotkey({**environ, **broken}, "web")
        assert ended.returncode == 2
        assert re.fullmatch(rf"slotkey: {name}: [^\n]+\n", ended.stderr)


def test_web_wants_a_migrated_database(environ: dict[str, str]) -> None:
    ended = slotkey(environ, "web")
    assert ended.returncode == 1
    assert ended.stderr == "slotkey: The database is not up to date. Run `slotkey migrate` first.\n"


@pytest.mark.parametrize(
    ("broken", "code", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/d"}, 1, "The database cannot be used: "),
        ({"DATABASE_URL": "sqlite:////nowhere/x.sqlite3"}, 1, "The database cannot be used: "),
        ({"DATA_DIR": "/dev/null/x"}, 2, "DATA_DIR: cannot make /dev/null/x: "),
    ],
)
def test_storage_that_cannot_be_used_is_one_line(
    environ: dict[str, str], broken: dict[str, str], code: int, sentence: str
) -> None:
    ended = slotkey({**environ, **broken}, "web")
    assert ended.returncode == code
    assert re.fullmatch(rf"slotkey: {re.escape(sentence)}[^\n]+\n", ended.stderr)
    assert "hidden" not in ended.stderr


def test_from_nothing_to_a_person_who_can_sign_in(environ: dict[str, str]) -> None:
    assert slotkey(environ, "create-user", "--help").returncode == 0
    migrated = slotkey(environ, "migrate")
    assert re.fullmatch(r"The database is at version \d{4}\.\n", migrated.stdout)
    assert slotkey(environ, "migrate").stdout == migrated.stdout

    code = slotkey(environ, "setup-code").stdout
    assert re.search(r"https://book\.example\.org/setup with the code [A-Z0-9]{5}(-[A-Z0-9]{5}){3}\n", code)

    short = slotkey(environ, *CREATE_ADA, "short")
    assert (short.returncode, "at least 10 characters" in short.stderr) == (1, True)
    made = slotkey(environ, *CREATE_ADA, "correct horse battery")
    assert made.stdout == "ada@example.org can sign in at https://book.example.org/sign-in\n"
    again = slotkey(environ, *CREATE_ADA, "correct horse battery")
    assert (again.returncode, again.stderr) == (1, "slotkey: ada@example.org already has an account.\n")
    assert "no code is needed" in slotkey(environ, "setup-code").stdout


def test_who_cannot_get_in_is_helped_by_the_operator(environ: dict[str, str]) -> None:
    """Where no mail is sent: a link to a new password, another address."""
    slotkey(environ, "migrate")
    slotkey(environ, *CREATE_ADA, "correct horse battery")
    printed = slotkey(environ, "reset-password", "ADA@example.org").stdout
    assert re.fullmatch(r"For Ada, within an hour, once:\nhttps://book\.example\.org/r/[\w-]{36}\n", printed)
    changed = slotkey(environ, "change-email", "ada@example.org", "countess@example.org")
    assert changed.stdout == "Ada signs in with countess@example.org at https://book.example.org/sign-in\n"
    unknown = slotkey(environ, "reset-password", "ada@example.org")
    assert (unknown.returncode, unknown.stderr) == (1, "slotkey: Nobody signs in with ada@example.org.\n")


def test_demo_is_made_once_and_rotation_counts_its_links(environ: dict[str, str]) -> None:
    slotkey(environ, "migrate")
    first, second = slotkey(environ, "demo").stdout, slotkey(environ, "demo").stdout
    assert first == second
    assert "https://book.example.org/o/" in first
    assert _posted(environ, slotkey(environ, "sign-hook", "missed-call", "+49 30 901821").stdout) == {
        "taken": True
    }
    assert _posted(environ, slotkey(environ, "sign-hook", "text", "030 901821", 'So "long"!').stdout) == {
        "taken": True
    }

    rotated = {**environ, "SECRET_KEY": "n" * 40, "SECRET_KEY_FALLBACKS": SECRET}
    guide = slotkey(rotated, "rotate-key").stdout
    old, new = (tokens.TokenMaker(tokens.LINK, [secret]).key_id for secret in (SECRET, "n" * 40))
    assert re.search(rf"^{new} +0 +0 +0 +SECRET_KEY, makes new links$", guide, re.MULTILINE)
    live = re.search(rf"^{old} +(\d+) +(\d+) +(\d+) +fallback 1", guide, re.MULTILINE)
    assert int(live[1]) > 3
    assert int(live[2]) > 3
    assert int(live[3]) == 1  # of calls and texts
    assert re.search(r"SECRET_KEY +[0-9a-f]{64}$", guide, re.MULTILINE)
    assert SECRET not in guide

    dropped = slotkey({**environ, "SECRET_KEY": "n" * 40}, "rotate-key").stdout
    assert re.search(rf"^{old} +{live[1]} +{live[2]} +1 +NOT CONFIGURED", dropped, re.MULTILINE)


def test_without_hooks_there_is_nothing_to_sign(environ: dict[str, str]) -> None:
    slotkey(environ, "migrate")
    ended = slotkey(environ, "sign-hook", "missed-call", "+4930901820")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "No hooks are set up" in ended.stderr


def test_newcomer_needs_to_set_nothing(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path / "data")}
    first = Settings.from_environment(newcomer.environment(environ))
    again = Settings.from_environment(newcomer.environment(environ))
    assert first == again
    assert (first.host, first.base_url) == ("127.0.0.1", "http://127.0.0.1:8000")
    secret = tmp_path / "data" / newcomer.SECRET_FILE
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert secret.read_text() == first.secrets[0]


def test_what_a_newcomer_sets_is_respected(tmp_path: Path) -> None:
    environ = {
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "PORT": "8123",
        "BASE_URL": "http://box.local",
    }
    settings = Settings.from_environment(newcomer.environment(environ))
    assert (settings.secrets, settings.port, settings.base_url) == ((SECRET,), 8123, "http://box.local")
    assert list(tmp_path.iterdir()) == []


def test_other_commands_find_the_newcomers_secret(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path)}
    with pytest.raises(config.BadSetting, match="SECRET_KEY"):
        Settings.from_environment(newcomer.known_environment(environ))
    made = newcomer.environment(environ)
    assert newcomer.known_environment(environ) == made
    assert newcomer.known_environment({**environ, "SECRET_KEY": SECRET})["SECRET_KEY"] == SECRET


def test_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < newcomer.free_port("127.0.0.1", port) <= port + newcomer.PORTS_TRIED


def _posted(environ: dict[str, str], printed: str) -> dict[str, bool]:
    """What a web process answers to the request that curl would make of these options."""
    options = [line.split(" = ", 1) for line in printed.splitlines()]
    said = [(name, json.loads(value)) for name, value in options]
    headers = [value.split(": ", 1) for name, value in said if name == "header"]
    app = create_app(Settings.from_environment(environ))
    address, body = dict(said)["url"], dict(said)["data"]
    answer = app.test_client().post(address, data=body, headers=headers)
    forget(app)
    return answer.json
