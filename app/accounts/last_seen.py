"""When a session was last used, noted now and then and best effort. Opens its own transaction."""

import logging
from datetime import datetime, timedelta

from flask import Flask, Response, after_this_request, current_app
from sqlalchemy import update

from ..db import connection, in_transaction
from .models import Session
from .sessions import SignedIn

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)


def noted(signed_in: SignedIn | None, now: datetime) -> SignedIn | None:
    """The same; if its row says too little about how recently it was used, that is written after this request."""
    if signed_in and now - signed_in.session.last_seen_at >= EVERY:
        app, session_id = current_app._get_current_object(), signed_in.session.id

        @after_this_request
        def note(answer: Response) -> Response:
            # When the answer is sent: nobody waits for it, and a database that is busy keeps no page back.
            answer.call_on_close(lambda: _write(app, session_id, now))
            return answer

    return signed_in


def _write(app: Flask, session_id: int, now: datetime) -> None:
    seen = update(Session).where(Session.id == session_id, Session.last_seen_at <= now - EVERY)
    try:
        with app.app_context():
            in_transaction(lambda: connection().execute(seen.values(last_seen_at=now)))
    except Exception:
        log.warning("it was not noted when a session was last used", exc_info=True)
