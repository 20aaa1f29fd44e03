"""Sends what was queued: claim, send outside any transaction, record how it went.

Once in our database, at least once outside. A worker that dies between claim and record leaves the message in its
hands; it is sent again, under the same Message-ID, when its event is run again or after `service.LONGEST_TRY`. Where
the server had the whole message and did not answer, nobody knows: that is shown as unclear, and only a person sends
it again.
"""

import logging
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple

from .. import clock, config
from ..db import db, in_transaction
from ..delivery_errors import Permanent, Temporary, Unclear
from ..events import Event
from ..mail_server import MailServer, Sender
from . import compose, kinds, service
from .email import send
from .letters import Overtaken
from .models import MessageState
from .occasions import Occasion

log = logging.getLogger(__name__)

NOBODY = Sender("", "nobody@localhost")
MOST_TRIES = len(service.WAITS) + 3
UNWRITABLE = "Slotkey could not write this message; the log of the worker says why."
NEVER_ENDED = "Sending it was begun several times, and never came to an end."


class Outcome(NamedTuple):
    """Where the message stands after a try, and a sentence unless all went well."""

    state: MessageState
    why: str = ""


def deliver(event: Event, now: datetime) -> None:
    """Send the message, unless somebody else has or is about to."""
    message_id = event.data["message_id"]
    claimed = in_transaction(lambda: service.claim(message_id, event.id, now))
    if claimed is not None:
        outcome = _try(claimed, now)
        in_transaction(lambda: service.record(claimed, *outcome, clock.now()))


def hand_out_waiting(now: datetime) -> None:
    """Periodic: hand out messages whose next try is due, and those that a lost worker had."""
    in_transaction(lambda: service.hand_out_waiting(now))


def _try(claimed: Any, now: datetime) -> Outcome:
    server = config.current().mail
    if claimed.attempts > MOST_TRIES:
        return Outcome(MessageState.FAILED, NEVER_ENDED)
    try:
        mail = _written(claimed, server.sender if server else NOBODY, now)
    except Overtaken as over:
        return Outcome(MessageState.DROPPED, str(over))
    except Exception:
        log.exception("Message %s (%s) could not be written", claimed.id, claimed.kind)
        return Outcome(MessageState.FAILED, UNWRITABLE)
    finally:
        db.session.rollback()  # ends the reading: nothing is held while the server thinks
    return _hand_over(mail, claimed.to_address, server) if server else Outcome(MessageState.KEPT)


def _written(claimed: Any, sender: Sender, now: datetime) -> EmailMessage:
    letter = kinds.write(Occasion(claimed, now, is_sending=True))
    return compose.mail(claimed, letter, sender, now)


def _hand_over(mail: EmailMessage, address: str, server: MailServer) -> Outcome:
    try:
        send(mail, address, server)
    except Temporary as failed:
        return Outcome(MessageState.QUEUED, str(failed))
    except Permanent as refused:
        return Outcome(MessageState.FAILED, str(refused))
    except Unclear as unclear:
        return Outcome(MessageState.UNCLEAR, str(unclear))
    return Outcome(MessageState.SENT)
