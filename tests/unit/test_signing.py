"""Signatures against the examples that their schemes publish, and what no longer fits them."""

from datetime import UTC, datetime, timedelta

import pytest

from app.phone.signing import (
    is_genuine,
    is_timely,
    is_twilios,
    key_of,
    secret_of,
    signature,
    signed_headers,
    twilio_signature,
)

ADDRESS = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALLER = "+14158675309"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", CALLER),
    ("Digits", "1234"),
    ("From", CALLER),
    ("To", "+18005551212"),
]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOK = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_twilio_s_own_examples() -> None:
    assert twilio_signature("12345", ADDRESS, FIELDS[::-1]) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    repeated = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        *(("Digits", each) for each in ("5678", "1234", "1234")),
    ]
    assert twilio_signature("12345", ADDRESS, repeated) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("token", "address", "fields"),
    [
        ("12346", ADDRESS, FIELDS),
        ("12345", ADDRESS.replace("bar=2", "bar=3"), FIELDS),
        ("12345", ADDRESS, [*FIELDS[:-1], ("To", "+18005551213")]),
        ("12345", ADDRESS, [*FIELDS, ("CallStatus", "no-answer")]),
        ("12345", ADDRESS, FIELDS[1:]),
    ],
)
def test_what_differs_is_not_twilio_s(token: str, address: str, fields: list[tuple[str, str]]) -> None:
    assert not is_twilios(token, address, fields, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_the_example_of_standard_webhooks() -> None:
    headers = signed_headers(SECRET, HOOK, AT, BODY)
    assert headers == {
        "webhook-id": HOOK,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }
    assert secret_of(key_of(SECRET)) == SECRET


@pytest.mark.parametrize(
    ("change", "given", "genuine"),
    [
        ({}, SIGNATURE, True),
        ({}, f"v1,AAAA v2,xyz {SIGNATURE}", True),
        ({"hook_id": "msg_other"}, SIGNATURE, False),
        ({"seconds": 1614265331}, SIGNATURE, False),
        ({"body": BODY + b" "}, SIGNATURE, False),
        ({"keys": [b"another"]}, SIGNATURE, False),
        ({"keys": [b"another", key_of(SECRET)]}, SIGNATURE, True),
        ({"keys": []}, SIGNATURE, False),
        ({}, "", False),
        ({}, SIGNATURE[:-1], False),
        ({}, SIGNATURE.replace("v1", "v2"), False),
        ({}, "v1,ünïcode", False),
    ],
)
def test_one_good_signature_is_enough_and_anything_else_none(change: dict, given: str, genuine: bool) -> None:
    asked = {"keys": [key_of(SECRET)], "hook_id": HOOK, "seconds": 1614265330, "body": BODY, **change}
    assert is_genuine(**asked, given=given) is genuine


def test_a_signature_has_one_meaning() -> None:
    """What is signed is joined by dots, so an id with a dot in it could take a part of the time or the body over."""
    key = key_of(SECRET)
    made = signature(key, "a.1", 2, b"x")
    assert made == signature(key, "a", 1, b"2.x")
    assert is_genuine([key], "a", 1, b"2.x", made)
    assert not is_genuine([key], "a.1", 2, b"x", made)


@pytest.mark.parametrize(
    ("minutes", "timely"), [(0, True), (5, True), (-5, True), (5.1, False), (-5.1, False)]
)
def test_a_signature_is_good_for_minutes(minutes: float, timely: bool) -> None:
    assert is_timely(int(AT.timestamp()), AT + timedelta(minutes=minutes)) is timely
