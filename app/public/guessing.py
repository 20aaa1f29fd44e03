"""Made-up tokens, counted by address in this process only: guessing 128 bits is not worth a query.

Only an address's own wrong tokens are answered with 429: whoever holds a true one gets in from there too.
"""

import threading
from datetime import datetime, timedelta

from ..errors import TooMany

MOST_WRONG = 60
WINDOW_SECONDS = 60
MOST_ADDRESSES = 50_000


class Guesses:
    """How many wrong tokens each address has sent in the present minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._wrong: dict[str, int] = {}

    def count(self, address: str, now: datetime) -> None:
        """One more from `address`. Raises TooMany when it has sent too many this minute."""
        minute, seconds = divmod(int(now.timestamp()), WINDOW_SECONDS)
        with self._lock:
            if minute != self._minute or len(self._wrong) > MOST_ADDRESSES:
                self._minute, self._wrong = minute, {}
            wrong = self._wrong[address] = self._wrong.get(address, 0) + 1
        if wrong > MOST_WRONG:
            raise TooMany(
                "Too many wrong addresses were opened from your network. Wait a minute, then open the whole "
                "address from the message you received.",
                retry_after=timedelta(seconds=WINDOW_SECONDS - seconds),
            )
