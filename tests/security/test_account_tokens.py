"""R16 to R18 and R20 for secrets of accounts: each opens its own page only, nothing stored opens any, roles stay."""

from itertools import count
from pathlib import Path

import pytest

from app.accounts import email_changes, invitations, resetting
from app.accounts.models import EmailChange, Invitation, User
from app.db import db

from ..factories import NOW
from ..people import send
from .inventory import ADMINS, MANAGERS, rules
from .test_tokens import readings
from .world import World, is_refused

PATHS = ("/i/", "/e/", "/r/")
ADDRESSES = count(1)


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    """One of each kind, by the path it is for."""
    with world.app.app_context():
        return {
            "/i/": invitations.token_of(db.session.get(Invitation, world.ids["invitation_id"])),
            "/e/": email_changes.token_of(db.session.get(EmailChange, world.ids["change_id"])),
            "/r/": resetting.token_of(db.session.get(User, world.ada.id), NOW),
            "/o/": world.link_path.rpartition("/")[2],
            "/m/": world.manage_path.rpartition("/")[2],
        }


def test_each_secret_opens_its_own_page_only(world: World, tokens: dict[str, str]) -> None:
    stranger = world.browser("nobody")
    for kind, token in tokens.items():
        for path in ("/o/", "/m/", *PATHS):
            status = stranger.get(f"{path}{token}").status_code
            assert status == 200 if path == kind else status in (404, 410), (kind, path)


def test_r16_altered_secrets_open_nothing(world: World, tokens: dict[str, str]) -> None:
    stranger = world.browser("nobody")
    for path in PATHS:
        token = tokens[path]
        altered = {
            token.swapcase(),
            token[:-1],
            f"{token}A",
            f"{token}=",
            token[::-1],
            token[1:] + token[0],
            "ä",
        }
        altered |= {
            f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}" for at in range(len(token))
        }
        for text in altered:
            assert stranger.get(f"{path}{text}").status_code == 410, (path, text)


def test_r17_nothing_in_a_dump_of_the_database_opens_anything(world: World, tokens: dict[str, str]) -> None:
    candidates = {token for rows in world.rows().values() for row in rows for token in readings(row)}
    stranger = world.browser("nobody")
    assert len(candidates) > 100
    for candidate in candidates:
        for path in PATHS:
            address = {"REMOTE_ADDR": f"2001:db8:{next(ADDRESSES):x}::1"}
            assert stranger.get(f"{path}{candidate}", environ_base=address).status_code in (404, 410)


def test_r18_the_files_of_the_database_hold_no_secret(
    world: World, tokens: dict[str, str], tmp_path: Path
) -> None:
    """After an invitation was shown to whoever made it, a password asked for and an address changed."""
    page = world.browser("ada").get("/settings/team").text
    assert tokens["/i/"] in page
    send(world.browser("nobody"), "/forgot-password", email=world.ada.email)
    send(world.browser("nobody"), f"/e/{tokens['/e/']}")
    send(
        world.browser("nobody"),
        f"/i/{tokens['/i/']}",
        name="Eve",
        password="correct horse",
        tz="Europe/Berlin",
    )
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("slotkey.sqlite3*"))
    for path in PATHS:
        assert tokens[path].encode() not in kept


def test_opening_a_secret_page_changes_nothing(world: World, tokens: dict[str, str]) -> None:
    """R13."""
    before = world.rows()
    for path in PATHS:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            answer = world.browser("nobody").open(f"{path}{tokens[path]}", method=method)
            assert answer.status_code in (200, 405)
    assert world.rows() == before


def test_r23_secret_alone_is_not_a_form(world: World, tokens: dict[str, str]) -> None:
    """Another site cannot have a browser press the button that stands behind the link."""
    before = world.rows()
    for path in PATHS:
        sent = {"name": "Eve", "password": "correct horse battery", "tz": "Europe/Berlin"}
        assert world.browser("nobody").post(f"{path}{tokens[path]}", data=sent).status_code == 403
    assert world.rows() == before


def test_r20_who_was_an_admin_has_lost_all_of_it_at_once(world: World) -> None:
    """Ben is made an admin, opens everything, and is made a member again: his open session opens none of it."""
    ben, ada = world.browser("ben"), world.browser("ada")
    role = f"/settings/team/{world.ben.id}/role"
    everything = [
        world.path(rule.endpoint)
        for rule in rules(world.app, MANAGERS | ADMINS)
        if "GET" in rule.methods and not rule.endpoint.startswith("accounts.")
    ]
    send(ada, role, role="admin")
    assert [path for path in everything if is_refused(ben.get(path))] == []
    send(ada, role, role="member")
    assert [path for path in everything if not is_refused(ben.get(path))] == []


def test_r20_nobody_in_the_team_can_raise_themselves(world: World) -> None:
    """As a member, and as an admin, by the team's own forms."""
    ben, before = world.browser("ben"), world.token("ben")
    path = f"/settings/team/{world.ben.id}/role"
    for asked in ("admin", "owner"):
        assert is_refused(ben.post(path, data={"csrf_token": before, "role": asked}))
    send(world.browser("ada"), path, role="admin")
    assert ben.post(path, data={"csrf_token": before, "role": "owner"}).status_code == 422
    invited = {"csrf_token": before, "email": "eve@example.org", "role": "owner"}
    assert ben.post("/settings/team/invitations", data=invited).status_code == 422
    assert "'owner'" not in str([row for row in world.rows()["membership"] if row[2] == world.ben.id])
