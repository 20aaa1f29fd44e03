"""Another e-mail address to sign in with. Strangers and forged forms: tests/security (R20, R23)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import email_changes
from app.accounts.models import EmailChange, User
from app.db import db
from tests.people import PASSWORD, make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now", "ada")
NEW = "new@example.org"


def ask(client: FlaskClient, email: str = NEW, password: str = PASSWORD):
    fields = {"change-email": email, "change-current_password": password}
    return send(client, "/account/email", page="/account", **fields)


def link(app: Flask) -> str:
    with app.app_context():
        newest = db.select(EmailChange).order_by(EmailChange.id.desc()).limit(1)
        return f"/e/{email_changes.token_of(db.session.scalars(newest).one())}"


def email_of(app: Flask, user: User) -> str:
    with app.app_context():
        return db.session.get(User, user.id).email


def test_address_changes_once_it_is_confirmed_by_a_press(app: Flask, client: FlaskClient, ada: User) -> None:
    assert ask(client).status_code == 303
    assert "Not confirmed yet" in client.get("/account").text
    elsewhere = app.test_client()
    for _ in range(2):
        assert NEW in elsewhere.get(link(app)).text
    assert email_of(app, ada) == ada.email
    path = link(app)
    assert send(elsewhere, path).status_code == 303
    assert email_of(app, ada) == NEW
    assert elsewhere.get(path).status_code == 410
    page = client.get("/account").text
    assert "Not confirmed yet" not in page
    assert send(elsewhere, "/sign-in", email=NEW, password=PASSWORD).status_code == 303


def test_wish_can_be_withdrawn(app: Flask, client: FlaskClient, ada: User) -> None:
    ask(client)
    path = link(app)
    send(client, "/account/email/withdraw", page="/account")
    assert "Your e-mail address stays as it is." in client.get("/account").text
    over = client.get(path)
    assert (over.status_code, 'href="/account">Go to Account<' in over.text) == (410, True)


@pytest.mark.parametrize(
    ("email", "password", "status", "sentence"),
    [
        ("nonsense", PASSWORD, 422, "not an e-mail address"),
        ("", PASSWORD, 422, "Enter your e-mail address."),
        (NEW, "wrong password", 422, "This is not your present password."),
        (NEW, "", 422, "Enter your present password."),
    ],
)
def test_bad_wish_is_refused(
    app: Flask, client: FlaskClient, email: str, password: str, status: int, sentence: str
) -> None:
    answer = ask(client, email, password)
    assert answer.status_code == status
    assert sentence in answer.text
    with app.app_context():
        assert db.session.query(EmailChange).count() == 0


def test_address_of_somebody_else_gets_the_same_answer_and_is_refused_in_its_mailbox(
    app: Flask, client: FlaskClient, ada: User
) -> None:
    """Nobody learns by asking who has an account here."""
    cleo = make_person(app, "Cleo Stranger")
    answer = ask(client, cleo.email)
    assert answer.status_code == 303
    refused = send(app.test_client(), link(app))
    assert refused.status_code == 409
    assert "belongs to somebody else here" in refused.text
    assert email_of(app, ada) == ada.email
    assert sign_in(app.test_client(), cleo).status_code == 303


def test_wishes_are_limited(client: FlaskClient) -> None:
    answers = [ask(client, f"n{number}@example.org").status_code for number in range(6)]
    assert answers == [303] * 5 + [429]
