"""Settings, read once from the environment, typed, and refused at start with the setting's name when wrong."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from . import setting_values as values
from .mail_server import PORTS, MailServer, Security, security_called, sender
from .phone.public_addresses import Network
from .sms_gateway import PROVIDERS, TWILIO, Gateway, Twilio, Webhook

LOG_FORMATS = ("text", "json")


class BadSetting(Exception):
    """A setting is missing or malformed; the text begins with its name."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. `secrets` are newest first; the first one makes new tokens."""

    secrets: tuple[str, ...] = field(repr=False)
    base_url: str
    data_dir: Path
    database_url: str = field(repr=False)
    proxy_count: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 2
    web_threads: int = 4
    rate_limit_factor: float = 1.0
    locale: str = "en_GB"
    database_wait_seconds: float = 10.0
    log_format: str = "text"
    metrics_token: str = field(default="", repr=False)
    personal_data_days: int = 0  # after so long, what old bookings say of people is blanked; 0 keeps it
    mail: MailServer | None = None  # without one, messages are kept to be read, and go nowhere
    sms: Gateway | None = None  # the same of texts
    outbound_allow: tuple[
        Network, ...
    ] = ()  # what addresses that people give may lead to, though it is inside
    worker_threads: int = 8
    retry_seconds: tuple[float, ...] = (10, 60, 300, 1800, 7200, 21600)
    events_kept_days: int = 365

    @property
    def is_https(self) -> bool:
        """True when people reach this installation over TLS, so that cookies can be kept to it."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """True when bookings are kept in a file in the data folder."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of `environ` (names in README). Raises BadSetting, whose text starts with the name."""
        read = _Reader(environ)
        data_dir = read("DATA_DIR", values.folder, default="data")
        return cls(
            secrets=(
                read("SECRET_KEY", values.secret),
                *read("SECRET_KEY_FALLBACKS", values.secrets, default=""),
            ),
            base_url=read("BASE_URL", values.origin),
            data_dir=data_dir,
            database_url=read(
                "DATABASE_URL", values.database_url, default=f"sqlite:///{data_dir}/slotkey.sqlite3"
            ),
            proxy_count=read("PROXY_COUNT", values.whole(0, 10), default="0"),
            host=read("HOST", str, default="127.0.0.1"),
            port=read("PORT", values.whole(1, 65535), default="8000"),
            web_processes=read("WEB_PROCESSES", values.whole(1, 64), default="2"),
            web_threads=read("WEB_THREADS", values.whole(1, 128), default="4"),
            rate_limit_factor=read("RATE_LIMIT_FACTOR", values.positive, default="1"),
            locale=read("DEFAULT_LOCALE", values.locale, default="en_GB"),
            database_wait_seconds=read("DATABASE_WAIT_SECONDS", values.positive, default="10"),
            log_format=read("LOG_FORMAT", values.one_of(LOG_FORMATS), default="text"),
            metrics_token=read("METRICS_TOKEN", values.metrics_token, default=""),
            personal_data_days=read("PERSONAL_DATA_DAYS", values.whole(0, 36500), default="0"),
            mail=_mail(read),
            sms=_sms(read),
            outbound_allow=read("OUTBOUND_ALLOW", values.networks, default=""),
            worker_threads=read("WORKER_THREADS", values.whole(1, 128), default="8"),
            retry_seconds=read("RETRY_SECONDS", values.positives, default="10,60,300,1800,7200,21600"),
            events_kept_days=read("EVENTS_KEPT_DAYS", values.whole(30, 36500), default="365"),
        )


def current() -> Settings:
    """The settings of the running app."""
    return current_app.extensions["slotkey.settings"]


class _Reader:
    """Reads NAME, else the file that NAME_FILE points to (how secrets are mounted), else the default."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def __call__(self, name: str, convert: Callable[[str], Any], default: str | None = None) -> Any:
        text = self._text(name, default)
        try:
            return convert(text)
        except ValueError as wrong:
            raise BadSetting(f"{name}: {wrong}") from wrong

    def _text(self, name: str, default: str | None) -> str:
        path = self.environ.get(f"{name}_FILE")
        if path:
            return self._content(name, path)
        text = self.environ.get(name, "") or default
        if text is None:
            raise BadSetting(f"{name}: this setting is required and has no default")
        return text

    def _content(self, name: str, path: str) -> str:
        if self.environ.get(name):
            raise BadSetting(f"{name}: set either {name} or {name}_FILE, not both")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as wrong:
            raise BadSetting(f"{name}_FILE: cannot read {path}: {wrong.strerror}") from wrong


def _mail(read: _Reader) -> MailServer | None:
    host = read("MAIL_HOST", str.strip, default="")
    if not host:
        return None
    security = read("MAIL_TLS", security_called, default=Security.STARTTLS.value)
    return MailServer(
        host=host,
        port=read("MAIL_PORT", values.whole(1, 65535), default=str(PORTS[security])),
        security=security,
        sender=read("MAIL_FROM", sender),
        username=read("MAIL_USERNAME", str, default=""),
        password=read("MAIL_PASSWORD", str, default=""),
    )


def _sms(read: _Reader) -> Gateway | None:
    provider = read("SMS_PROVIDER", values.one_of(PROVIDERS), default=PROVIDERS[0])
    if provider == "twilio":
        return Twilio(
            account=read("SMS_ACCOUNT", values.filled),
            sender=read("SMS_FROM", values.filled),
            token=read("SMS_TOKEN", values.filled),
            address=read("SMS_ADDRESS", values.web_address, default=TWILIO),
        )
    if provider == "webhook":
        return Webhook(
            address=read("SMS_ADDRESS", values.web_address), secret=read("SMS_SECRET", values.hook_secret)
        )
    return None
