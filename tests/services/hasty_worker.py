"""The real worker with every wait of mails cut to about a second. `python -m tests.services.hasty_worker ID`."""

import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial

from app import create_app, logs
from app.config import Settings
from app.messaging import delivery, email, service
from app.worker import handlers, process

SECOND = timedelta(seconds=1)


def make_haste() -> None:
    """Try again after a second for as long as it takes, and wait a second for each answer of the mail server."""
    # The longest stays: what is to be tried again much later than that counts as written by a clock that was wrong.
    service.WAITS = (SECOND,) * 1_000 + service.WAITS[-1:]
    delivery.send = partial(email.send, seconds=1.0)
    handlers.PERIODIC = process.PERIODIC = tuple(replace(each, every=SECOND) for each in handlers.PERIODIC)


def main() -> None:
    """Be the worker that the command line names."""
    make_haste()
    logs.set_up()
    settings = Settings.from_environment()
    process.run(create_app(settings), settings, sys.argv[1])


if __name__ == "__main__":
    main()
