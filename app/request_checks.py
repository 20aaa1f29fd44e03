"""What no request may be, looked at before anything reads its form."""

from io import BytesIO

from flask import abort, current_app, request
from flask_login import current_user
from gunicorn.http.errors import ParseException

UPLOADS = {"contacts.upload": 32 * 1024 * 1024}  # by endpoint; any other body is smaller


def allow_uploads() -> None:
    """Let people who are signed in send files where there is a place for them."""
    most = UPLOADS.get(request.endpoint or "")
    if most and request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = most


def refuse_what_cannot_be_read() -> None:
    """413 and 400 for bodies that form libraries would cut off or stumble over."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        _measure(current_app.config["MAX_CONTENT_LENGTH"])
    # Flask-WTF takes every name for text, and a part may come without one.
    if request.mimetype == "multipart/form-data" and None in request.form:
        abort(400)


def _measure(most: int) -> None:
    """Read a body that does not say how long it is. Of a long one Werkzeug would take the first part for the whole."""
    try:
        body = request.environ["wsgi.input"].read(most + 1)
    except (OSError, ParseException):  # these are no chunks
        abort(400)
    if len(body) > most:
        abort(413)
    request.environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    del request.environ["HTTP_TRANSFER_ENCODING"]
