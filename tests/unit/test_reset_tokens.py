"""Tokens to choose a new password: for one person as they are stored, for an hour, under the server's keys."""

from datetime import timedelta

import pytest

from app.accounts import reset_tokens
from app.tokens import LINK, TokenMaker

from ..factories import NOW

SECRETS = ["k" * 40, "o" * 40]
STATE = "ada@example.org\nhash"
LATER = NOW + timedelta(hours=1)


def make(secrets: list[str] = SECRETS) -> str:
    return reset_tokens.make(7, STATE, LATER, secrets)


def test_token_names_its_person_and_holds_until_its_end() -> None:
    assert reset_tokens.user_of(make()) == 7
    assert reset_tokens.is_genuine(make(), STATE, SECRETS, NOW)
    assert reset_tokens.is_genuine(make(), STATE, SECRETS, LATER - timedelta(seconds=1))
    assert not reset_tokens.is_genuine(make(), STATE, SECRETS, LATER)


@pytest.mark.parametrize("state", ["ada@example.org\nnew hash", "new@example.org\nhash", ""])
def test_another_password_or_address_kills_it(state: str) -> None:
    assert not reset_tokens.is_genuine(make(), state, SECRETS, NOW)


def test_earlier_key_counts_while_it_is_a_fallback() -> None:
    assert reset_tokens.is_genuine(make(SECRETS[1:]), STATE, SECRETS, NOW)
    assert not reset_tokens.is_genuine(make(SECRETS[1:]), STATE, SECRETS[:1], NOW)


def test_every_altered_letter_is_noticed() -> None:
    """R16."""
    token = make()
    for at in range(len(token)):
        letter = "A" if token[at] != "A" else "B"
        assert not reset_tokens.is_genuine(f"{token[:at]}{letter}{token[at + 1 :]}", STATE, SECRETS, NOW)


@pytest.mark.parametrize("text", ["", "x", "a" * 35, "a" * 37, "ä" * 36, "a" * 35 + "\n", "a" * 35 + "="])
def test_what_has_another_shape_names_nobody(text: str) -> None:
    assert reset_tokens.user_of(text) is None


def test_tokens_of_other_purposes_have_another_shape() -> None:
    maker = TokenMaker(LINK, SECRETS)
    assert reset_tokens.user_of(maker.token(b"12345678", maker.key_id)) is None
