"""R20: strangers, colleagues and people of other accounts reach nothing of Ada's, on any route there is.

R23: nor does Ada's own browser, when another site makes it send a form.
"""

import pytest
from flask import Flask

from .inventory import (
    ACTIONS,
    ADMINS,
    ANYBODY,
    HOLDERS,
    MANAGERS,
    ONESELF,
    OWNERS_PAGES,
    SIGNERS,
    Action,
    posting,
    rules,
)
from .world import SECRET_WORD, World, is_refused

OTHERS = ("nobody", "ben", "cleo")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
HTMX = {"HX-Request": "true", "HX-Target": "section#links"}
FORGED = {"no token": None, "empty": "", "made up": "ImZha2Ui.aW1hZ2luZWQ", "Cleo's": "cleo"}


def of(action: Action) -> str:
    return action.endpoint


def test_r20_inventory_is_complete(app: Flask) -> None:
    """Every route is somebody's, and of every one that changes something of the owner's there is a request."""
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == ANYBODY | HOLDERS | SIGNERS | OWNERS_PAGES
    assert posting(app) - ANYBODY - HOLDERS - SIGNERS == {action.endpoint for action in ACTIONS}
    kinds = (ANYBODY, HOLDERS, SIGNERS, MANAGERS, ONESELF, ADMINS)
    assert len(set().union(*kinds)) == sum(map(len, kinds))


@pytest.mark.parametrize("action", ACTIONS, ids=of)
def test_r20_r23_only_their_owner_changes_things(world: World, action: Action) -> None:
    """What works for Ada is refused to all others, and to forms without a token of her own session."""
    tokens = {who: world.token(who) for who in ("ada", *OTHERS)}
    fields, before, path = action.fields(world, None), world.rows(), action.path(world)
    if action.endpoint in MANAGERS | ADMINS:
        for who in OTHERS if action.endpoint in MANAGERS else ("nobody", "ben"):
            answer = world.browser(who).post(path, data={**fields, "csrf_token": tokens[who]})
            assert is_refused(answer), who
    for kind, token in FORGED.items():
        sent = fields if token is None else {**fields, "csrf_token": tokens.get(token, token)}
        assert world.browser("ada").post(path, data=sent).status_code == 403, kind
    assert world.browser("nobody").post(path, data=fields).status_code == 403
    assert world.rows() == before
    answer = world.browser("ada").post(path, data={**fields, "csrf_token": tokens["ada"]})
    assert answer.status_code == 303
    assert world.rows() != before


def test_r20_no_method_opens_anything_to_others(world: World) -> None:
    """Every route of the owner's, with every method, with and without htmx's marks."""
    for who in OTHERS:
        world.browser(who)
    before = world.rows()
    for rule in rules(world.app, MANAGERS):
        for method in METHODS:
            for who in OTHERS:
                answer = world.browser(who).open(world.path(rule.endpoint), method=method, headers=HTMX)
                assert is_refused(answer) or answer.status_code == 405, (rule.endpoint, method, who)
                assert SECRET_WORD not in answer.text
    assert world.rows() == before


def test_r20_pages_without_ids_show_ones_own_things_only(world: World) -> None:
    for rule in rules(world.app, ONESELF):
        if "GET" not in rule.methods:
            continue
        path = world.path(rule.endpoint)
        assert is_refused(world.browser("nobody").get(path))
        for who in ("ben", "cleo"):
            answer = world.browser(who).get(path)
            assert answer.status_code == 200
            assert SECRET_WORD not in answer.text, (path, who)


def test_r20_pages_of_the_account_are_closed_to_its_members(world: World) -> None:
    """Ben is a member; Cleo owns an account of her own, and sees that one only."""
    for rule in rules(world.app, ADMINS):
        if "GET" not in rule.methods:
            continue
        path = world.path(rule.endpoint)
        assert is_refused(world.browser("nobody").get(path))
        assert is_refused(world.browser("ben").get(path))
        answer = world.browser("cleo").get(path)
        assert answer.status_code == 200
        assert SECRET_WORD not in answer.text, path


def test_r20_sessions_and_invitations_of_others_stay_as_they_are(world: World) -> None:
    """Ids of Ada's in Ben's and Cleo's own addresses: nothing of hers ends, and nobody is told that it is there."""
    tokens = {who: world.token(who) for who in ("ben", "cleo")}
    before = world.rows()
    for who, token in tokens.items():
        world.browser(who).post(world.path("accounts.end_session"), data={"csrf_token": token})
    for endpoint in ("accounts.revoke_invitation", "accounts.resend_invitation"):
        for more in ({}, {"invitation_id": 10**6}):
            answer = world.browser("cleo").post(
                world.path(endpoint, **more), data={"csrf_token": tokens["cleo"]}
            )
            assert answer.status_code == 404
            assert "There is no such invitation that is open." in answer.text
    assert world.rows() == before


def test_r20_calendars_of_others_stay_out_of_ones_own_group(world: World) -> None:
    """Cleo's group with Ada's calendar, in the address and in the form; Ada's group with Cleo's calendar."""
    cleo, ada, before = world.browser("cleo"), world.browser("ada"), world.rows()
    for endpoint in ("groups.remove_calendar", "groups.move_calendar"):
        path = world.path(endpoint, group_id=world.cleos_group)
        answer = cleo.post(path, data={"csrf_token": world.token("cleo"), "do": "up"})
        assert answer.status_code == 404
    path = world.path("groups.add_calendar", group_id=world.cleos_group)
    answers = [
        cleo.post(path, data={"csrf_token": world.token("cleo"), "calendar_id": world.ids["empty_id"]})
    ]
    adding = {"csrf_token": world.token("ada"), "calendar_id": world.cleos_calendar}
    answers.append(ada.post(world.path("groups.add_calendar"), data=adding))
    assert [answer.status_code for answer in answers] == [409, 409]
    assert world.rows() == before


def test_r20_ids_of_others_under_ones_own_calendar(world: World) -> None:
    """Cleo's own calendar in the address, Ada's link, date override or request behind it."""
    cleo, token, before = world.browser("cleo"), world.token("cleo"), world.rows()
    for rule in rules(world.app, MANAGERS):
        if not {"link_id", "override_id", "request_id"} & rule.arguments:
            continue
        path = world.path(rule.endpoint, calendar_id=world.cleos_calendar)
        for method in ("GET", "POST"):
            answer = cleo.open(path, method=method, data={"csrf_token": token, "note": "mine"})
            # What is not there cannot be taken away twice, so that one says "Removed" of anything.
            assert answer.status_code in (404, 405) or rule.endpoint == "calendars.remove_override", path
    assert world.rows() == before


def test_r20_a_pasted_address_of_anothers_link_finds_nothing(world: World) -> None:
    path = world.path("links.index", calendar_id=world.cleos_calendar)
    answer = world.browser("cleo").get(path, query_string={"q": f"http://slotkey.test{world.link_path}"})
    assert answer.status_code == 200
    assert SECRET_WORD not in answer.text
    answer = world.browser("cleo").get(path, query_string={"link": world.ids["link_id"]})
    assert SECRET_WORD not in answer.text


def test_r20_a_member_manages_the_calendars_that_book_them(world: World) -> None:
    """Ben's calendar is his; he can hand it to nobody, and Ada, who owns the account, may change it too."""
    mine = {"calendar_id": world.ids["bens_id"]}
    for who in ("ben", "ada"):
        assert world.browser(who).get(world.path("calendars.details", **mine)).status_code == 200
    assert is_refused(world.browser("cleo").get(world.path("calendars.details", **mine)))
