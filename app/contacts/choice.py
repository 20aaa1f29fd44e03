"""Which contacts a page shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..digits import whole_number

PAGE_SIZES = (25, 50, 100)
LONGEST_SEARCH, LONGEST_TAG = 200, 40


@dataclass(frozen=True)
class Choice:
    """Search, tag and page. At most one of `older_than` and `newer_than` is set; both are contact ids."""

    search: str = ""
    tag: str = ""
    per_page: int = PAGE_SIZES[0]
    older_than: int | None = None
    newer_than: int | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> "Choice":
        """What the query string asks for; whatever it says wrongly counts as not said."""
        older = whole_number(args.get("older"))
        per_page = whole_number(args.get("per"))
        return cls(
            search=args.get("q", "").strip()[:LONGEST_SEARCH],
            tag=args.get("tag", "").strip()[:LONGEST_TAG],
            per_page=per_page if per_page in PAGE_SIZES else PAGE_SIZES[0],
            older_than=older,
            newer_than=None if older else whole_number(args.get("newer")),
        )

    @property
    def is_narrowed(self) -> bool:
        """True when some contacts of the account may be left out."""
        return bool(self.search or self.tag)

    def args(self, **changes: Any) -> dict[str, Any]:
        """The query of this page with `changes`; without a page of its own it starts at the newest contact."""
        wanted = replace(self, **{"older_than": None, "newer_than": None, **changes})
        said = {
            "q": wanted.search,
            "tag": wanted.tag,
            "per": wanted.per_page if wanted.per_page != PAGE_SIZES[0] else None,
            "older": wanted.older_than,
            "newer": wanted.newer_than,
        }
        return {name: value for name, value in said.items() if value}
