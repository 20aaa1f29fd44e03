"""Runs the web server: gunicorn with threads, an access log that names routes, and a fork without open files."""

import gc
import os
import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from . import logs, request_ids
from .config import Settings
from .db import db

ROUTE = "slotkey.route"
ONE_MILLISECOND = timedelta(milliseconds=1)
CONVERTED = re.compile(r"<int\([^)]*\):\w+>")
# Never the path: those of links and bookings are secrets.
ACCESS_LINE = (
    "%(at)s %(client)s %(method)s %(route)s %(status)s %(bytes)s bytes %(milliseconds)s ms %(request_id)s"
)


class DiscreetLogger(Logger):
    """gunicorn's own log, without the request lines that it quotes in errors."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.Discreet(self.error_fmt, self.datefmt))

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """One line for one answer. gunicorn's own way first gathers each header of the request and of the answer."""
        said = {
            name: "-" if value is None else value
            for name, value in _answered(resp, environ, request_time).items()
        }
        self.access_log.info(ACCESS_LINE, {**said, "at": self.now()})


class JsonLogger(Logger):
    """gunicorn's log as JSON, with the same care for what a line tells."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(logs.Json())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """One object for one answer."""
        self.access_log.info("answered", extra={"fields": _answered(resp, environ, request_time)})


def _answered(resp: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
    # The request itself is over: its number and route stand in `environ`. A file has none of them, and of a request
    # that could not be read gunicorn knows no more than the line it answers with.
    return {
        "client": environ.get("REMOTE_ADDR"),
        "method": environ.get("REQUEST_METHOD"),
        "route": environ.get(ROUTE),
        "status": int(resp.status.split()[0]),
        "bytes": resp.sent,
        "milliseconds": request_time // ONE_MILLISECOND,
        "request_id": environ.get(request_ids.ENVIRON),
    }


class Server(BaseApplication):
    """gunicorn for one app. `when_ready` is called once it listens."""

    def __init__(self, app: Flask, settings: Settings, when_ready: Callable[[], None] | None = None) -> None:
        self.app, self.settings, self.when_ready = app, settings, when_ready
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self.settings).items():
            self.cfg.set(name, value)
        self.cfg.set("when_ready", lambda _server: self._ready())
        counters = self.app.extensions["slotkey.counters"]
        self.cfg.set("post_fork", lambda _server, worker: counters.take_row(worker.age))

    def load(self) -> Flask:
        return self.app

    def _ready(self) -> None:
        # The app is made once and forked from here on. Processes must not share an open SQLite file or a
        # PostgreSQL socket, so none is left open.
        with self.app.app_context():
            db.engine.dispose()
        # What is loaded now stays: collecting it again and again took a fifth of a page's time, and unshared memory.
        gc.collect()
        gc.freeze()
        if self.when_ready:
            self.when_ready()


def serve(app: Flask, settings: Settings, when_ready: Callable[[], None] | None = None) -> None:
    """Serve until told to stop."""
    app.before_request(_name_route)
    Server(app, settings, when_ready).run()


def _name_route() -> None:
    request.environ[ROUTE] = route_name(request.url_rule.rule) if request.url_rule else "-"


@cache
def route_name(rule: str) -> str:
    """The rule as a line of the log shows it: "/calendars/<id>/links/<id>"."""
    return CONVERTED.sub("<id>", rule)


def _options(settings: Settings) -> dict[str, Any]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "worker_class": "gthread",
        "workers": settings.web_processes,
        "threads": settings.web_threads,
        "preload_app": True,
        "proc_name": "slotkey",
        "control_socket_disable": True,  # it would open a socket in the home folder
        "forwarded_allow_ips": "",  # PROXY_COUNT alone says whose headers are believed
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108
        "accesslog": "-",
        "logger_class": JsonLogger if settings.log_format == "json" else DiscreetLogger,
        "graceful_timeout": 20,
    }
