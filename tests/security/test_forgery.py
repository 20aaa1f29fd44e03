"""R21: fields, hosts and redirects that somebody made up. R22: sessions that were planted, kept or guessed."""

from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.models import Membership, User
from app.db import db, transaction

from ..people import PASSWORD, form_token, make_person, send, sign_in
from ..services.databases import Database, forget, settings_for
from .inventory import ACTIONS, OWNERS_PAGES, Action, rules
from .world import World, is_refused

MARK = "madeupbysomebody"
NUMBER = 47110815
EVIL = "evil.example"
HOSTS = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Host": EVIL,
    "Forwarded": f"host={EVIL}",
    "X-Real-Host": EVIL,
}
OWNED = [(table, "account_id") for table in ("calendar", "one_time_link", "booking", "session", "event")]
ELSEWHERE = (
    f"https://{EVIL}/",
    f"//{EVIL}",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"///{EVIL}",
    f"http:{EVIL}",
    f"https:///{EVIL}",
    f"/%0d%0aLocation: https://{EVIL}",
    f"/x\r\nLocation: https://{EVIL}",
    f"javascript:alert('{EVIL}')",
    f"data:text/html,{EVIL}",
    f" //{EVIL}",
    f"@{EVIL}",
    f".{EVIL}",
)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.endpoint)
def test_r21_fields_that_are_not_on_the_form_change_nothing(world: World, action: Action) -> None:
    """Every column that there is, sent along with a form that is in order."""
    fields, before = action.fields(world, world.token("ada")), world.rows()
    more = {name: value for name, value in _every_column(world).items() if name not in fields | action.data}
    answer = world.browser("ada").post(action.path(world), data={**more, **fields})
    assert answer.status_code == 303
    after = world.rows()
    assert MARK not in repr(after)
    assert str(NUMBER) not in repr(after)
    for table, column in (("one_time_link", "status"), ("membership", "role"), *OWNED):
        _assert_no_more(before[table], after[table], world, table, column)


def test_r21_a_calendar_is_given_to_nobody_outside(world: World) -> None:
    """Ada makes Cleo the host, and Ben makes Ada the host: neither stands in the list."""
    action = next(action for action in ACTIONS if action.endpoint == "calendars.details")
    before, fields = world.rows(), action.fields(world, world.token("ada"))
    for host in (world.cleo.id, 0, -1, 2**63, "1 OR 1=1"):
        sent = {**fields, "host_id": host}
        assert world.browser("ada").post(action.path(world), data=sent).status_code == 422
    mine = world.path("calendars.details", calendar_id=world.ids["bens_id"])
    sent = {**fields, "csrf_token": world.token("ben"), "host_id": world.ada.id}
    assert world.browser("ben").post(mine, data=sent).status_code in (409, 422)
    before["session"] = world.rows()["session"]
    assert world.rows() == before


def test_r21_a_made_up_host_is_named_nowhere(world: World) -> None:
    """In no page, file, link to share, QR code or redirect: all addresses are those of BASE_URL."""
    ada, token = _at_made_up_host(world), world.token("ada")
    shared = ada.get(world.path("links.share"), headers=HOSTS).text
    assert f"http://slotkey.test{world.link_path}" in shared
    paths = [world.path(rule.endpoint) for rule in rules(world.app, OWNERS_PAGES) if "GET" in rule.methods]
    paths += [world.link_path, world.used_path, world.manage_path, f"{world.manage_path}/booking.ics"]
    said = [_said(ada.get(path, headers=HOSTS)) for path in (*paths, "/o/x", "/", "/nothing")]
    nobody = world.browser("nobody")
    said += [_said(nobody.get(path, headers=HOSTS, base_url=f"http://{EVIL}")) for path in paths]
    for action in ACTIONS:
        if not action.page and action.endpoint != "accounts.sign_out":
            fields = action.fields(world, token)
            said.append(_said(ada.post(action.path(world), data=fields, headers=HOSTS)))
    assert not [text for text in said if EVIL in text]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_r21_nobody_is_sent_elsewhere(app: Flask, wanted: str) -> None:
    """After signing in, or choosing a theme."""
    ada, client = make_person(app), app.test_client()
    answers = [client.post("/preferences/theme", data={"theme": "dark", "next": wanted})]
    page = client.get("/sign-in", query_string={"next": wanted})
    signing_in = {"csrf_token": form_token(page), "email": ada.email, "password": PASSWORD, "next": wanted}
    answers.append(client.post("/sign-in", query_string={"next": wanted}, data=signing_in))
    answers.append(client.get("/sign-in", query_string={"next": wanted}))
    for answer in answers:
        if answer.status_code in (302, 303):
            assert EVIL not in answer.location or answer.location.startswith("/%0d%0a")
        assert len(answer.headers.getlist("Location")) <= 1


class TestR22Sessions:
    @pytest.fixture
    def ada(self, app: Flask) -> User:
        return make_person(app)

    def test_a_planted_cookie_is_nobodys_after_sign_in(self, app: Flask, ada: User) -> None:
        attacker, victim = app.test_client(), app.test_client()
        attacker.get("/sign-in")
        planted = attacker.get_cookie("slotkey").value
        victim.set_cookie("slotkey", planted)
        assert sign_in(victim, ada).status_code == 303
        assert victim.get_cookie("slotkey").value != planted
        assert is_refused(attacker.get("/account"))
        assert victim.get("/account").status_code == 200

    def test_a_cookie_is_dead_after_sign_out_and_after_a_new_password(self, app: Flask, ada: User) -> None:
        for path, fields in (
            ("/sign-out", {}),
            ("/account/password", {"current_password": PASSWORD, "password": PASSWORD}),
        ):
            client, thief = app.test_client(), app.test_client()
            sign_in(client, ada)
            if path == "/account/password":
                other = app.test_client()
                sign_in(other, ada)
                thief.set_cookie("slotkey", other.get_cookie("slotkey").value)
            else:
                thief.set_cookie("slotkey", client.get_cookie("slotkey").value)
            assert thief.get("/account").status_code == 200
            assert send(client, path, "/account", **fields).status_code == 303
            assert is_refused(thief.get("/account"))
            assert is_refused(thief.get("/calendars"))

    def test_whoever_leaves_the_account_is_out_at_once(self, world: World) -> None:
        ben = world.browser("ben")
        assert ben.get("/calendars").status_code == 200
        with world.app.app_context(), transaction():
            db.session.execute(delete(Membership).where(Membership.user_id == world.ben.id))
        assert is_refused(ben.get("/calendars"))

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
        self, database: Database, tmp_path: Any
    ) -> None:
        """And kept to TLS where the site is served over it."""
        app = create_app(settings_for(database.url, tmp_path, base_url="https://slotkey.test"))
        client, ada = app.test_client(), make_person(app)
        answer = client.get("/sign-in", base_url="https://slotkey.test")
        fields = {"csrf_token": form_token(answer), "email": ada.email, "password": PASSWORD}
        answer = client.post("/sign-in", data=fields, base_url="https://slotkey.test")
        assert answer.status_code == 303
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))
        forget(app)

    def test_cookies_of_another_installation_are_worth_nothing(
        self, app: Flask, ada: User, database: Database, tmp_path: Any
    ) -> None:
        """Signed under another key, though for a session that the same database knows."""
        secrets = ("another installation's secret of 32 letters or more",)
        other = create_app(settings_for(database.url, tmp_path, secrets=secrets))
        there, here = other.test_client(), app.test_client()
        sign_in(there, ada)
        here.set_cookie("slotkey", there.get_cookie("slotkey").value)
        assert is_refused(here.get("/account"))
        forget(other)

    def test_ten_wrong_passwords_slow_down_and_the_right_person_gets_in(self, app: Flask, ada: User) -> None:
        def tries(password: str, address: str, **headers: str) -> int:
            client: FlaskClient = app.test_client()
            client.environ_base["REMOTE_ADDR"] = address
            token = form_token(client.get("/sign-in"))
            fields = {"csrf_token": token, "email": ada.email, "password": password}
            return client.post("/sign-in", data=fields, headers=headers).status_code

        guesses = [tries(f"guess {n}", "203.0.113.9") for n in range(14)]
        assert guesses == [422] * 10 + [429] * 4
        assert tries(PASSWORD, "203.0.113.9") == 429
        made_up = {"X-Forwarded-For": "198.51.100.4", "X-Real-IP": "198.51.100.4"}
        assert tries("guess", "203.0.113.9", **made_up) == 429
        assert tries(PASSWORD, "198.51.100.4") == 303


def _said(answer: TestResponse) -> str:
    assert answer.status_code < 500
    return f"{answer.headers}{answer.data.decode(errors='replace')}"  # some are files


def _at_made_up_host(world: World) -> FlaskClient:
    """Ada's session, in a browser that reached us by another name."""
    client = world.app.test_client()
    client.set_cookie("slotkey", world.browser("ada").get_cookie("slotkey").value, domain=EVIL)
    client.open = partial(client.open, base_url=f"http://{EVIL}")
    return client


def _every_column(world: World) -> dict[str, Any]:
    """A value for each column of each table, that nobody else would store."""
    columns = {column for table in db.metadata.tables.values() for column in table.columns}
    mine = {
        "account_id": world.cleo.id,
        "host_id": world.cleo.id,
        "user_id": world.cleo.id,
        "status": "used",
        "role": "admin",
    }
    made_up = {column.name: MARK if "INT" not in str(column.type) else NUMBER for column in columns}
    return {**made_up, **mine}


def _assert_no_more(before: list, after: list, world: World, table: str, column: str) -> None:
    """No row took the value that was sent: as many have it as did."""
    with world.app.app_context(), db.engine.connect() as connection:
        names = list(connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 1").keys())
    place, sent = names.index(column), _every_column(world)[column]

    def count(rows: list) -> int:
        return sum(row[place] == sent for row in rows)

    assert count(after) <= count(before), (table, column)
