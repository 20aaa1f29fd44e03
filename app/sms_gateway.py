"""Which provider takes our texts. Pure."""

from dataclasses import dataclass, field

TWILIO = "https://api.twilio.com"
TWILIO_OPTED_OUT = 21610  # its number for a text to whoever has sent STOP
PROVIDERS = ("log", "twilio", "webhook")


@dataclass(frozen=True)
class Twilio:
    """SMS_PROVIDER=twilio, or whoever speaks as Twilio does. `sender` is a number, or the id of a messaging service."""

    account: str
    sender: str
    token: str = field(repr=False)
    address: str = TWILIO


@dataclass(frozen=True)
class Webhook:
    """SMS_PROVIDER=webhook: an address of the operator's own that takes each text, signed with `secret`."""

    address: str
    secret: str = field(repr=False)


Gateway = Twilio | Webhook
