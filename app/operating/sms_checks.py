"""What the doctor says of the SMS provider."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from .. import phones
from ..config import Settings
from ..delivery_errors import DeliveryError
from ..phone import providers
from ..sms_gateway import TWILIO, Gateway, Twilio
from .findings import Finding, fail, ok, warn

SMS_SECONDS = 10.0
ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
# Short codes, names of up to eleven letters and ids of messaging services are senders too.
LIKE_A_NUMBER = re.compile(r"[+0-9 ()./-]{9,}")
OURSELVES = ("localhost", "127.0.0.1", "::1")


def of_sms(settings: Settings) -> Iterator[Finding]:
    """Whether its settings fit, and whether it lets us in. Sends nothing."""
    gateway = settings.sms
    if gateway is None:
        yield ok(
            "sms", "No SMS provider is set: texts are kept to be read, and go nowhere without SMS_PROVIDER."
        )
        return
    if _is_open(gateway):
        yield warn(
            "sms",
            f"Texts go to {gateway.address} unencrypted: whoever listens can read them.",
            "Give SMS_ADDRESS an address that begins with https://.",
        )
    yield _of_twilio(gateway) if isinstance(gateway, Twilio) else _of_webhook(gateway)


def _of_twilio(gateway: Twilio) -> Finding:
    if gateway.address == TWILIO and not ACCOUNT.fullmatch(gateway.account):
        return fail(
            "sms",
            "SMS_ACCOUNT is no account of Twilio's.",
            "Copy the Account SID from its console: it begins with AC.",
        )
    if LIKE_A_NUMBER.fullmatch(gateway.sender) and phones.e164(gateway.sender, None) != gateway.sender:
        return fail(
            "sms",
            f"SMS_FROM, {gateway.sender}, is no number with its country code.",
            "Write it without blanks, such as +4930901820, or name a messaging service by its id.",
        )
    try:
        providers.greet(gateway, SMS_SECONDS)
    except DeliveryError as refused:
        return fail("sms", str(refused), "Correct the SMS_ settings, or ask the provider.")
    return ok("sms", f"{_host(gateway)} lets us in.")


def _of_webhook(gateway: Gateway) -> Finding:
    """Whoever takes texts there knows no other request: one to try it would be a text."""
    return ok(
        "sms", f"Texts go to {_host(gateway)}. Nothing was sent to try it: Calls and SMS has a test for that."
    )


def _host(gateway: Gateway) -> str:
    return urlsplit(gateway.address).hostname or ""


def _is_open(gateway: Gateway) -> bool:
    return gateway.address.startswith("http://") and _host(gateway) not in OURSELVES
