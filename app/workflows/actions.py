"""What each kind of step does, in the transaction that stores how the step went: both happen or neither.

It returns how the step ended, or until when it waits. What it refuses with (a DomainError) fails the step, and undoes
what it had begun.
"""

from collections.abc import Callable

from ..accounts.models import Membership, User
from ..contacts import fields, tags
from ..db import db
from ..errors import Conflict
from ..messaging.service import Recipient, queue_message
from ..pipelines.models import Stage
from ..pipelines.moving import place_contact
from . import conditions, filling, looking, path, sending, step_links, waits
from .calling import call_of
from .kinds import ROUND_BOOKING
from .models import Workflow
from .turns import Done, Ended, Result, Skipped, Turn, Until

CALLED_OFF = "The booking was cancelled, so there is nothing to wait for."


def perform(turn: Turn) -> Result:
    """Do the step. Raises DomainError when it cannot be done."""
    action = ACTIONS.get(turn.step.kind)
    if action is None:
        raise Conflict("This version of Slotkey has no such step.")
    return action(turn)


def _create_link(turn: Turn) -> Result:
    link = step_links.link_for(turn.run, turn.step, turn.contact, turn.definition, turn.now)
    return Done({"link_id": link.id})


def _wait(turn: Turn) -> Result:
    is_round_it = turn.step.options.get("until") in ROUND_BOOKING
    if is_round_it and turn.was_called_off:
        # What follows would remind of it, unless it asks first.
        asks = path.asks_after_booking(turn.definition.steps, turn.step.key)
        return Skipped(CALLED_OFF) if asks else Ended(CALLED_OFF)
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
    link, booking = looking.link_of(turn.run), looking.booking_of(turn.run)
    message_id = queue_message(
        "workflow_notice",
        Recipient(user.name, user.email),
        account_id=turn.run.account_id,
        effect=turn.effect,
        at=turn.now,
        user_id=user.id,
        contact_id=turn.contact.id,
        calendar_id=link.calendar_id if link else booking.calendar_id if booking else None,
        booking_id=booking.id if booking else None,
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
    "send_email": sending.send_email,
    "send_sms": sending.send_sms,
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
