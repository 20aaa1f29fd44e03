"""Which opportunities the table of a pipeline shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..digits import whole_number

PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Choice:
    """Stage and page: at most one of `older_than` and `newer_than` is set; both are ids of opportunities."""

    stage_id: int | None = None
    per_page: int = PAGE_SIZES[0]
    older_than: int | None = None
    newer_than: int | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> "Choice":
        """What the query string asks for; whatever it says wrongly counts as not said."""
        older, size = whole_number(args.get("older")), whole_number(args.get("per"))
        return cls(
            stage_id=whole_number(args.get("stage")),
            per_page=size if size in PAGE_SIZES else PAGE_SIZES[0],
            older_than=older,
            newer_than=None if older else whole_number(args.get("newer")),
        )

    def args(self, **changes: Any) -> dict[str, int]:
        """The query of this table with `changes`; without a page of its own it starts at the newest."""
        wanted = replace(self, **{"older_than": None, "newer_than": None, **changes})
        said = {
            "stage": wanted.stage_id,
            "per": wanted.per_page if wanted.per_page != PAGE_SIZES[0] else None,
            "older": wanted.older_than,
            "newer": wanted.newer_than,
        }
        return {name: value for name, value in said.items() if value}
