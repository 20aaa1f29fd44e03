"""A message in the owner's words. Pure."""

from .kinds import KINDS
from .models import Channel
from .models import MessageState as State

# State -> word and tone of its chip.
STATES = {
    State.QUEUED: ("Waiting", "used"),
    State.SENDING: ("Being sent", "used"),
    State.SENT: ("Sent", "active"),
    State.KEPT: ("Kept", "neutral"),
    State.FAILED: ("Failed", "danger"),
    State.UNCLEAR: ("Unclear", "expired"),
    State.DROPPED: ("Not needed", "deleted"),
}
# What each state means, where the message's own sentence does not say it.
MEANINGS = {
    State.QUEUED: "It is sent as soon as the worker gets to it.",
    State.SENDING: "It is being handed to the mail server.",
    State.SENT: "The mail server has taken it.",
    State.KEPT: "No mail server is set, so it went nowhere. You can read it here.",
}
# The same of texts, where it is another.
OF_TEXTS = {
    State.SENDING: "It is being handed to the SMS provider.",
    State.SENT: "The SMS provider has taken it.",
    State.KEPT: "No SMS provider is set, so it went nowhere. You can read it here.",
}
DELIVERED = "The provider says that it is on the phone."


def chip_of(message: object) -> tuple[str, str]:
    """(word, tone)."""
    return ("Delivered", "active") if message.delivered_at else STATES[message.state]


def meaning_of(message: object) -> str:
    """One or two sentences on where the message stands."""
    if message.state == State.QUEUED and message.why:
        return f"{message.why} It is tried again by itself."
    if message.delivered_at:
        return DELIVERED
    meanings = MEANINGS | OF_TEXTS if message.channel == Channel.SMS else MEANINGS
    return message.why or meanings.get(message.state, "")


def title_of(kind: str) -> str:
    """What the mail is, such as "Confirmation"."""
    return KINDS[kind].title if kind in KINDS else kind.replace("_", " ").capitalize()


def is_test(kind: str) -> bool:
    """True for what somebody has sent to themselves, to see how it arrives."""
    return kind in KINDS and KINDS[kind].is_test
