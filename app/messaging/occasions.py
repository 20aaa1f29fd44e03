"""What a builder is given to write a mail: the message's row, the time, and addresses with secrets in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import config

HIDDEN = "…"


@dataclass(frozen=True)
class Occasion:
    """A message about to be sent, or shown to somebody who is not its recipient: then secrets are hidden."""

    message: Any
    now: datetime
    is_sending: bool

    def address(self, path: str) -> str:
        """A page's full address, under BASE_URL whatever host a request named."""
        return f"{config.current().base_url}{path}"

    def secret_address(self, before: str, token: str | None, after: str = "") -> str | None:
        """An address with a token in it, such as ("/m/", token): hidden unless the mail is being sent.

        None without a token, which is when the server key that made it was dropped.
        """
        if token is None:
            return None
        return self.address(f"{before}{token if self.is_sending else HIDDEN}{after}")

    def secret(self, text: str) -> str:
        """A code or the like: hidden unless the mail is being sent."""
        return text if self.is_sending else HIDDEN * 3
