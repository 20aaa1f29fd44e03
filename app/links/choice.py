"""Which links of a calendar a page shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from ..digits import whole_number
from .models import LinkSource, LinkStatus
from .search import pasted_token

PAGE_SIZES = (25, 50, 100)
LONGEST_SEARCH = 200
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Choice:
    """Filters, search and page. At most one of `older_than` and `newer_than` is set; both are link ids.

    `link_id` stands for an address that was pasted into the search: the address itself is kept out of the URL.
    """

    status: LinkStatus | None = None
    source: LinkSource | None = None
    search: str = ""
    link_id: int | None = None
    per_page: int = PAGE_SIZES[0]
    older_than: int | None = None
    newer_than: int | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> "Choice":
        """What the query string asks for; whatever it says wrongly counts as not said."""
        older = whole_number(args.get("older"))
        per_page = whole_number(args.get("per"))
        return cls(
            status=_word(LinkStatus, args.get("status")),
            source=_word(LinkSource, args.get("source")),
            search=args.get("q", "").strip()[:LONGEST_SEARCH],
            link_id=whole_number(args.get("link")),
            per_page=per_page if per_page in PAGE_SIZES else PAGE_SIZES[0],
            older_than=older,
            newer_than=None if older else whole_number(args.get("newer")),
        )

    @property
    def token(self) -> str | None:
        """The token of the address that stands in the search field, if one does."""
        return pasted_token(self.search)

    @property
    def is_narrowed(self) -> bool:
        """True when some links of the calendar may be left out."""
        return bool(self.status or self.source or self.search or self.link_id)

    def args(self, **changes: Any) -> dict[str, Any]:
        """The query of this page with `changes`; without a page of its own it starts at the newest link."""
        wanted = replace(self, **{"older_than": None, "newer_than": None, **changes})
        said = {
            "status": wanted.status and wanted.status.value,
            "source": wanted.source and wanted.source.value,
            "q": wanted.search,
            "link": wanted.link_id,
            "per": wanted.per_page if wanted.per_page != PAGE_SIZES[0] else None,
            "older": wanted.older_than,
            "newer": wanted.newer_than,
        }
        return {name: value for name, value in said.items() if value}

    def here(self) -> dict[str, Any]:
        """The query of this very page."""
        return self.args(older_than=self.older_than, newer_than=self.newer_than)


def _word(kind: type[Word], text: str | None) -> Word | None:
    return kind(text) if text in set(kind) else None
