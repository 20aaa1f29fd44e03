"""How a message of each channel is written, and handed to whoever takes it.

A carrier writes while it may read the database, and returns what hands the message over, for which nothing is held.
"""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from typing import Any

from .. import config
from ..delivery_errors import Permanent
from ..mail_server import MailServer, Sender
from ..phone import gsm, providers
from ..sms_gateway import Gateway
from . import compose, kinds, opt_outs
from .email import send
from .letters import Overtaken
from .models import Channel
from .occasions import Occasion
from .service import Receipt

NOBODY = Sender("", "nobody@localhost")
STOPPED = "This number has asked for no texts: it has sent STOP."
TOO_LONG = f"The text is too long: it would take more than {gsm.MOST_SEGMENTS} segments."


HandOver = Callable[[], Receipt]


def written(claimed: Any, now: datetime) -> HandOver:
    """The message, ready to go. Raises Overtaken when there is nothing to say any more."""
    return CARRIERS[claimed.channel](claimed, now)


def _mail(claimed: Any, now: datetime) -> HandOver:
    server = config.current().mail
    letter = kinds.write(Occasion(claimed, now, is_sending=True))
    mail = compose.mail(claimed, letter, server.sender if server else NOBODY, now)
    return partial(_hand_to_server, mail, claimed.to_address, server)


def _hand_to_server(mail: EmailMessage, address: str, server: MailServer | None) -> Receipt:
    if server is None:
        return Receipt(is_kept=True)
    send(mail, address, server)
    return Receipt()


def _text(claimed: Any, now: datetime) -> HandOver:
    if claimed.kind not in kinds.TO_STOPPED and opt_outs.has_stopped(claimed.account_id, claimed.to_address):
        raise Overtaken(STOPPED)
    text = gsm.written(kinds.text(Occasion(claimed, now, is_sending=True)))
    settings = config.current()
    outgoing = providers.Outgoing(
        claimed.to_address,
        text.text,
        claimed.message_id,
        f"{settings.base_url}/hooks/sms-reports?message={claimed.message_id}",
    )
    return partial(_hand_to_provider, outgoing, text.segments, settings.sms, now)


def _hand_to_provider(
    outgoing: providers.Outgoing, segments: int, gateway: Gateway | None, now: datetime
) -> Receipt:
    if segments > gsm.MOST_SEGMENTS:
        raise Permanent(TOO_LONG)
    if gateway is None:
        return Receipt(is_kept=True, segments=segments)
    return Receipt(provider_id=providers.send(outgoing, gateway, now), segments=segments)


CARRIERS: dict[Channel, Callable[[Any, datetime], HandOver]] = {Channel.EMAIL: _mail, Channel.SMS: _text}
