"""Log lines that give no secret away: whatever looks like the address of a link or a booking is blotted out."""

import logging
import re

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SECRET_ADDRESS = re.compile(r"((?:/|%2F)[om](?:/|%2F))[^\s'\"?<>/]+", re.IGNORECASE)


class Discreet(logging.Formatter):
    """Formats as usual, tracebacks included, then blots tokens out."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET_ADDRESS.sub(r"\1...", super().format(record))


def set_up() -> None:
    """Send the app's own log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
