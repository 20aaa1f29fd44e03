"""What happened in the demo, and when: written down in any order, lived through in the right one."""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter

# When, and what: a function that is called with that moment and opens its own transactions.
Entry = tuple[datetime, Callable[[datetime], None]]


def live_through(entries: Iterable[Entry]) -> None:
    """Do everything in its order, so that rows are numbered as if it had really happened."""
    for at, happens in sorted(entries, key=itemgetter(0)):
        happens(at)
