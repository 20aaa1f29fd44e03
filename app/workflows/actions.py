"""What each kind of step does, in the transaction that stores how the step went: both happen or neither.

It returns how the step ended, or until when it waits. What it refuses with (a DomainError) fails the step, and undoes
what it had begun.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from ..accounts.models import Membership, User
from ..contacts import fields, tags
from ..contacts.models import Contact
from ..db import db
from ..errors import Conflict
from ..links.models import OneTimeLink
from ..links.openness import is_open
from ..messaging import opt_outs
from ..messaging.service import Recipient, queue_message, queue_sms
from ..pipelines.models import Stage
from ..pipelines.moving import place_contact
from . import conditions, filling, looking, step_links, values, waits
from .calling import Call, call_of
from .facts import Facts
from .models import Workflow, WorkflowRun
from .steps import Definition, Step

NO_EMAIL = "The contact has no e-mail address."
NO_PHONE = "The contact has no phone number."
STOPPED = "The contact wants no more such mails."
NO_TEXTS = "The contact wants no texts."
OVER = "The link was used, deleted or over already."


class Done(NamedTuple):
    """The step is done. `output` holds ids and plain values; `holds` is the answer of an `if`."""

    output: dict[str, Any] = {}
    holds: bool = False


class Skipped(NamedTuple):
    """There was nothing to do, and a sentence says why; the run goes on."""

    why: str


class Until(NamedTuple):
    """The step is looked at again then."""

    due_at: datetime
    why: str = ""


# A call is made outside the transaction; how it went is noted in the next one.
Result = Done | Skipped | Until | Call


@dataclass(frozen=True)
class Turn:
    """A step of a run whose turn it is. `began_at` is when the run first came to it."""

    run: WorkflowRun
    contact: Contact
    definition: Definition
    step: Step
    began_at: datetime
    now: datetime
    seen: dict[str, Facts] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """What is known of the run, read once."""
        if "facts" not in self.seen:
            self.seen["facts"] = looking.facts_of(self.run, self.contact, self.now)
        return self.seen["facts"]

    def text(self, name: str) -> str:
        """An option of the step that is a text."""
        return str(self.step.options.get(name) or "")

    @property
    def effect(self) -> str:
        """The key of what the step leads to outside: once, however often it is tried."""
        return f"run:{self.run.id}:{self.step.key}"


def perform(turn: Turn) -> Result:
    """Do the step. Raises DomainError when it cannot be done."""
    action = ACTIONS.get(turn.step.kind)
    if action is None:
        raise Conflict("This version of Slotkey has no such step.")
    return action(turn)


def _create_link(turn: Turn) -> Result:
    link = step_links.link_for(turn.run, turn.step, turn.contact, turn.definition, turn.now)
    return Done({"link_id": link.id})


def _send_email(turn: Turn) -> Result:
    contact = turn.contact
    if not contact.email:
        return Skipped(NO_EMAIL)
    if opt_outs.has_stopped(contact.account_id, contact.email):
        return Skipped(STOPPED)
    to = Recipient(contact.name, contact.email)
    return _send(turn, to, ("subject", "text"), partial(queue_message, "workflow_email"))


def _send_sms(turn: Turn) -> Result:
    contact = turn.contact
    if not contact.phone:
        return Skipped(NO_PHONE)
    if opt_outs.has_stopped(contact.account_id, contact.phone):
        return Skipped(NO_TEXTS)
    return _send(turn, Recipient(contact.name, contact.phone), ("text",), partial(queue_sms, "workflow_sms"))


def _send(turn: Turn, to: Recipient, texts: tuple[str, ...], queue: Callable[..., int | None]) -> Result:
    """Queue the message in the hours for sending, with the link it speaks of."""
    opens_at = waits.opens_at(turn.definition.settings.window, turn.now, turn.contact.tz or None)
    if opens_at > turn.now:
        return Until(opens_at, "Waits for the hours in which messages are sent.")
    link = _link_for(turn, *(turn.text(name) for name in texts))
    if link is not None and not is_open(link, turn.now):
        return Skipped(OVER)
    booking = looking.booking_of(turn.run)
    message_id = queue(
        to,
        account_id=turn.run.account_id,
        effect=turn.effect,
        at=turn.now,
        contact_id=turn.contact.id,
        link_id=link.id if link else None,
        calendar_id=link.calendar_id if link else booking.calendar_id if booking else None,
        booking_id=booking.id if booking else None,
        data={"run_id": turn.run.id, "version_id": turn.run.version_id, "step": turn.step.key},
    )
    if link is not None and message_id is not None:
        step_links.note_sent(link, turn.run, turn.step, turn.now)
    return Done({"message_id": message_id, **({"link_id": link.id} if link else {})})


def _link_for(turn: Turn, *texts: str) -> OneTimeLink | None:
    """The link that the texts speak of: the step's own where it names a calendar, else the run's."""
    if not values.needs_link(*texts):
        return None
    if turn.step.options.get("calendar_id"):
        return step_links.link_for(turn.run, turn.step, turn.contact, turn.definition, turn.now)
    found = looking.link_of(turn.run)
    if found is None:
        raise Conflict("The message speaks of a link, and no step before it has made one.")
    return db.session.get_one(OneTimeLink, found.id, populate_existing=True)


def _wait(turn: Turn) -> Result:
    due_at = waits.until(turn.step.options, turn.began_at, turn.facts)
    return Until(due_at) if due_at > turn.now else Done()


def _if(turn: Turn) -> Result:
    holds = conditions.holds(turn.step.options, turn.facts)
    return Done({"holds": holds}, holds)


def _add_tag(turn: Turn) -> Result:
    is_new = tags.add(turn.contact, turn.text("tag"), turn.now)
    return Done() if is_new else Skipped("The contact had this tag already.")


def _remove_tag(turn: Turn) -> Result:
    was_there = tags.remove(turn.contact, turn.text("tag"), turn.now)
    return Done() if was_there else Skipped("The contact did not have this tag.")


def _set_field(turn: Turn) -> Result:
    value = filling.fill(turn.text("value"), turn.run, turn.contact, turn.now)
    fields.set_value(turn.contact, turn.text("field"), value[: fields.LONGEST_VALUE], turn.now)
    return Done({"value": value[: fields.LONGEST_VALUE]})


def _move_stage(turn: Turn) -> Result:
    stage = db.session.get(Stage, turn.step.options.get("stage_id") or 0)
    if stage is None or stage.pipeline.account_id != turn.run.account_id:
        raise Conflict("The stage of this step is no longer there.")
    opportunity = place_contact(turn.contact, stage, turn.now)
    return Done({"opportunity_id": opportunity.id})


def _notify(turn: Turn) -> Result:
    user = db.session.get(User, turn.step.options.get("user_id") or 0)
    if user is None or not _is_member(user.id, turn.run.account_id):
        raise Conflict("Whoever was to be told is no longer in this workspace.")
    message_id = queue_message(
        "workflow_notice",
        Recipient(user.name, user.email),
        account_id=turn.run.account_id,
        effect=turn.effect,
        at=turn.now,
        user_id=user.id,
        contact_id=turn.contact.id,
        data={"run_id": turn.run.id, "version_id": turn.run.version_id, "step": turn.step.key},
    )
    return Done({"message_id": message_id})


def _is_member(user_id: int, account_id: int) -> bool:
    mine = db.select(Membership.id).where(Membership.user_id == user_id, Membership.account_id == account_id)
    return db.session.scalar(mine) is not None


def _webhook(turn: Turn) -> Result:
    workflow = db.session.get_one(Workflow, turn.run.workflow_id)
    return call_of(turn.text("url"), turn.effect, turn.run, turn.contact, workflow, turn.now)


def _stop(_turn: Turn) -> Result:
    return Done()


ACTIONS: dict[str, Callable[[Turn], Result]] = {
    "create_link": _create_link,
    "send_email": _send_email,
    "send_sms": _send_sms,
    "wait": _wait,
    "if": _if,
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "set_field": _set_field,
    "move_stage": _move_stage,
    "notify": _notify,
    "webhook": _webhook,
    "stop": _stop,
}
