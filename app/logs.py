"""Log lines that give no secret away: whatever looks like the address of a link or a booking is blotted out."""

import json
import logging
import re
from datetime import UTC, datetime

from . import request_ids

FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"
SECRET_ADDRESS = re.compile(r"((?:/|%2F)[omrieu](?:/|%2F))[^\s'\"?<>/]+", re.IGNORECASE)


class Discreet(logging.Formatter):
    """Formats as usual, tracebacks included, then blots tokens out. Knows the number of the request."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_ids.current() or "-"
        return blotted(super().format(record))


class Json(logging.Formatter):
    """One JSON object a line. `extra={"fields": {...}}` of a record adds names of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_ids.current(),
            "traceback": self.formatException(record.exc_info) if record.exc_info else None,
            **getattr(record, "fields", {}),
        }
        # Blotted before it is JSON: what follows a token there may be part of an escape.
        told = {name: blotted(value) if isinstance(value, str) else value for name, value in said.items()}
        return json.dumps({name: value for name, value in told.items() if value is not None})


def blotted(text: str) -> str:
    """The text without the secret part of addresses."""
    return SECRET_ADDRESS.sub(r"\1...", text)


def set_up(log_format: str = "text") -> None:
    """Send the app's own log to standard error, as the setting LOG_FORMAT says."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if log_format == "json" else Discreet(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
