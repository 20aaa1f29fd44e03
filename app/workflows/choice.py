"""Which runs a page shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ..digits import whole_number
from .models import RunState

PAGE_SIZE = 25


class Section(StrEnum):
    """The lists. Each run is in one of them, and in All."""

    ALL = "all"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def states(self) -> tuple[RunState, ...]:
        """What the list holds."""
        return tuple(RunState) if self is Section.ALL else (RunState(self.value),)


@dataclass(frozen=True)
class Choice:
    """Filters and page. At most one of `after` and `before` is set."""

    section: Section = Section.ALL
    workflow_id: int | None = None
    contact_id: int | None = None
    after: int | None = None
    before: int | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> "Choice":
        """What the query string asks for; what it cannot mean is left out."""
        after = whole_number(args.get("after"))
        return cls(
            section=next((each for each in Section if each == args.get("state")), Section.ALL),
            workflow_id=whole_number(args.get("workflow")),
            contact_id=whole_number(args.get("contact")),
            after=after,
            before=None if after else whole_number(args.get("before")),
        )

    def args(self, **changes: Any) -> dict[str, str]:
        """The query of this list with `changes`; without a place of its own it starts at its beginning."""
        wanted = replace(self, **{"after": None, "before": None, **changes})
        said = {
            "state": wanted.section.value if wanted.section != Section.ALL else None,
            "workflow": wanted.workflow_id,
            "contact": wanted.contact_id,
            "after": wanted.after,
            "before": wanted.before,
        }
        return {name: str(value) for name, value in said.items() if value}
