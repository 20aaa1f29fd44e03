"""Which messages a page shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .. import phones
from ..digits import whole_number
from .models import MessageState as State

PAGE_SIZES = (25, 50, 100)
LONGEST_ADDRESS = 254


class Section(StrEnum):
    """The lists. Each message is in one of them, and in All."""

    ALL = "all"
    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"
    UNCLEAR = "unclear"
    DROPPED = "dropped"

    @property
    def states(self) -> tuple[State, ...]:
        """What the list holds."""
        if self is Section.ALL:
            return tuple(State)
        return (State.QUEUED, State.SENDING) if self is Section.WAITING else (State(self.value),)


@dataclass(frozen=True)
class Choice:
    """Filters and page; `address` is a whole e-mail address, or a phone number as E.164.

    At most one of `after` and `before` is set.
    """

    section: Section = Section.ALL
    address: str = ""
    per_page: int = PAGE_SIZES[0]
    after: int | None = None
    before: int | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str], region: str | None = None) -> "Choice":
        """What the query string asks for; what it cannot mean is left out.

        A phone number without its country code is read as one of `region`.
        """
        after, size = whole_number(args.get("after", "")), args.get("per", "")
        return cls(
            section=next((each for each in Section if each == args.get("state")), Section.ALL),
            address=_address(args.get("to", "").strip()[:LONGEST_ADDRESS], region),
            per_page=next((each for each in PAGE_SIZES if str(each) == size), PAGE_SIZES[0]),
            after=after,
            before=None if after else whole_number(args.get("before", "")),
        )

    def args(self, **changes: Any) -> dict[str, str]:
        """The query of this list with `changes`; without a place of its own it starts at its beginning."""
        wanted = replace(self, **{"after": None, "before": None, **changes})
        said = {
            "state": wanted.section.value if wanted.section != Section.ALL else None,
            "to": wanted.address,
            "per": wanted.per_page if wanted.per_page != PAGE_SIZES[0] else None,
            "after": wanted.after,
            "before": wanted.before,
        }
        return {name: str(value) for name, value in said.items() if value}


def _address(typed: str, region: str | None) -> str:
    number = phones.e164(typed, region) if typed and "@" not in typed else None
    return number or typed
