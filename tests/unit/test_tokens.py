"""Tokens: R16, altered ones do not open; R17, what the database holds opens nothing."""

import string
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tokens import LINK, MANAGE, TokenMaker, new_nonce

OLD, NEW = "old " * 10, "new " * 10
maker = TokenMaker(LINK, [NEW])
nonces = st.binary(min_size=8, max_size=8)


@given(nonces)
def test_token_gives_its_nonce_back(nonce):
    token = maker.token(nonce, maker.key_id)
    assert len(token) == 32
    assert maker.nonce(token) == nonce


@given(nonces, st.integers(0, 31), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_no_single_change_opens(nonce, place, letter):
    """R16: 24 bytes fill 32 characters, so that no character has bits to spare."""
    token = maker.token(nonce, maker.key_id)
    altered = token[:place] + letter + token[place + 1 :]
    assert maker.nonce(altered) == (nonce if altered == token else None)


@pytest.mark.parametrize(
    "alter",
    [
        str.swapcase,
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: f" {token}",
        lambda token: f"{token}\n",
        lambda token: token[:-1] + "é",
        lambda token: token[:31] + "\uff21",
        lambda token: token[:-1] + "%",
        lambda token: token.replace("-", "+").replace("_", "/") + "\0",
        lambda _token: "",
    ],
)
def test_altered_spellings_do_not_open(alter):
    """R16: no second spelling."""
    token = maker.token(b"\xfb\xef\xbe\xff\xfa\x01\x02\x03", maker.key_id)
    assert maker.nonce(alter(token)) is None


@given(nonces)
def test_stored_bytes_open_nothing(nonce):
    """R17: whoever has the rows lacks the tag."""
    for guess in (nonce * 3, nonce + bytes(16), nonce + maker.key_id.encode() * 2):
        assert maker.nonce(urlsafe_b64encode(guess[:24]).decode()) is None


def test_purposes_are_not_interchangeable():
    nonce = new_nonce()
    manage = TokenMaker(MANAGE, [NEW])
    assert maker.nonce(manage.token(nonce, manage.key_id)) is None


def test_rotation_keeps_tokens_of_the_old_key_until_it_is_dropped():
    old, both = TokenMaker(LINK, [OLD]), TokenMaker(LINK, [NEW, OLD])
    nonce, key_id = new_nonce(), old.key_id
    token = old.token(nonce, key_id)
    assert both.token(nonce, key_id) == token
    assert both.nonce(token) == nonce
    assert both.key_id != key_id
    assert maker.token(nonce, key_id) is None
    assert maker.nonce(token) is None
