"""A step whose turn it is, and how it may end."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ..contacts.models import Contact
from . import looking
from .calling import Call
from .facts import BookingState, Facts
from .models import WorkflowRun
from .steps import Definition, Step


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


class Ended(NamedTuple):
    """The run is over, as a sentence says: nothing that follows would be right."""

    why: str


# A call is made outside the transaction; how it went is noted in the next one.
Result = Done | Skipped | Until | Ended | Call


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

    @property
    def was_called_off(self) -> bool:
        """True once the booking was cancelled that the run goes by; not where that is what it began with."""
        return self.facts.booking == BookingState.CANCELLED and self.run.started_by != "booking_cancelled"

    def text(self, name: str) -> str:
        """An option of the step that is a text."""
        return str(self.step.options.get(name) or "")

    @property
    def effect(self) -> str:
        """The key of what the step leads to outside: once, however often it is tried."""
        return f"run:{self.run.id}:{self.step.key}"
