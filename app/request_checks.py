"""What no request may be, looked at before anything reads its form."""

from flask import abort, request


def refuse_nameless_fields() -> None:
    """400 for a multipart body with a part that has no name: Flask-WTF takes every name for text."""
    if request.mimetype == "multipart/form-data" and None in request.form:
        abort(400)
