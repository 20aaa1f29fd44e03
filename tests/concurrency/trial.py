"""Steps tried in a run of their own: a trial gives the steps, then is handed what became of them."""

from collections.abc import Callable, Generator, Mapping
from typing import NamedTuple

from app.contacts.models import Contact
from app.workflows.models import WorkflowRun, WorkflowStepRun
from app.workflows.steps import Step

from ..services.outside import Outside
from .causes import CAUSES
from .workspace import Case, Workspace


class Bench(NamedTuple):
    """Where a step is tried."""

    place: Workspace
    outside: Outside
    calendar_id: int


class Try(NamedTuple):
    """The steps, what lets a contact in, and what happens to the contact after that."""

    steps: tuple[Step, ...]
    trigger: str = "hook"
    cause: Callable[[Workspace, Case], object] = CAUSES["hook"]
    then: Callable[[Case], object] | None = None


class Outcome(NamedTuple):
    """What became of them, read inside the app's context."""

    case: Case
    run: WorkflowRun
    steps: Mapping[str, WorkflowStepRun]
    contact: Contact
    tags: list[str]


Trial = Generator[Try, Outcome, None]


def tag(word: str, key: str = "tag") -> Step:
    """A step that leaves a word on the contact."""
    return Step(key, "add_tag", {"tag": word})


def asks(about: str, *states: str) -> tuple[Step, ...]:
    """An If for each state; the one that holds leaves a tag such as "link used"."""
    return tuple(
        Step(
            f"{about}{n}", "if", {"about": about, "value": each}, (tag(f"{about} {each}", f"{about}-tag{n}"),)
        )
        for n, each in enumerate(states)
    )
