"""Sends what was queued: claim, send outside any transaction, record how it went.

Once in our database, at least once outside. A worker that dies between claim and record leaves the message in its
hands; it is sent again, under the same Message-ID, when its event is run again or after `service.LONGEST_TRY`. Where
the other side had the whole message and did not answer, nobody knows: that is shown as unclear, and only a person sends
it again.
"""

import logging
from datetime import datetime
from typing import Any, NamedTuple

from .. import clock
from ..db import db, in_transaction
from ..delivery_errors import Permanent, Stopped, Temporary, Unclear
from ..events import Event
from . import carriers, replies, service
from .carriers import HandOver
from .letters import Overtaken
from .models import MessageState
from .service import NOTHING_KNOWN, Receipt

log = logging.getLogger(__name__)

MOST_TRIES = len(service.WAITS) + 3
UNWRITABLE = "Slotkey could not write this message; the log of the worker says why."
NEVER_ENDED = "Sending it was begun several times, and never came to an end."


class Outcome(NamedTuple):
    """Where the message stands after a try, a sentence unless all went well, and what the other side has said."""

    state: MessageState
    why: str = ""
    receipt: Receipt = NOTHING_KNOWN
    has_opted_out: bool = False


def deliver(event: Event, now: datetime) -> None:
    """Send the message, unless somebody else has or is about to."""
    message_id = event.data["message_id"]
    claimed = in_transaction(lambda: service.claim(message_id, event.id, now))
    if claimed is not None:
        outcome = _try(claimed, now)
        in_transaction(lambda: _record(claimed, outcome, clock.now()))


def hand_out_waiting(now: datetime) -> None:
    """Periodic: hand out messages whose next try is due, and those that a lost worker had."""
    in_transaction(lambda: service.hand_out_waiting(now))


def _record(claimed: Any, outcome: Outcome, now: datetime) -> None:
    service.record(claimed, outcome.state, outcome.why, now, outcome.receipt)
    if outcome.has_opted_out:
        replies.stop_as_told(claimed, now)


def _try(claimed: Any, now: datetime) -> Outcome:
    if claimed.attempts > MOST_TRIES:
        return Outcome(MessageState.FAILED, NEVER_ENDED)
    try:
        hand_over = carriers.written(claimed, now)
    except Overtaken as over:
        return Outcome(MessageState.DROPPED, str(over))
    except Exception:
        log.exception("Message %s (%s) could not be written", claimed.id, claimed.kind)
        return Outcome(MessageState.FAILED, UNWRITABLE)
    finally:
        db.session.rollback()  # ends the reading: nothing is held while the other side thinks
    return _outcome(hand_over)


def _outcome(hand_over: HandOver) -> Outcome:
    try:
        receipt = hand_over()
    except Temporary as failed:
        return Outcome(MessageState.QUEUED, str(failed))
    except Stopped as stopped:
        return Outcome(MessageState.DROPPED, str(stopped), has_opted_out=True)
    except Permanent as refused:
        return Outcome(MessageState.FAILED, str(refused))
    except Unclear as unclear:
        return Outcome(MessageState.UNCLEAR, str(unclear))
    return Outcome(MessageState.KEPT if receipt.is_kept else MessageState.SENT, receipt=receipt)
