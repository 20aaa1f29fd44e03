"""The floors of pages, memory and start: Flask apps that say one word. Imports nothing of ours.

`app` is Flask alone. `app_with_rows` also reads a row through Flask-SQLAlchemy, without which no page of this product
could be: importing it takes longer, and more memory, than all of Flask. `app_that_books` runs the bare two statements
of a booking at each POST, by the driver itself.
"""

import os
import threading

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """The view."""
    return "Hello"


def app_with_rows() -> Flask:
    """The same with one row from SQLite."""
    from flask_sqlalchemy import SQLAlchemy
    from sqlalchemy import text

    made = Flask(__name__)
    made.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    rows = SQLAlchemy(made)

    @made.get("/")
    def hello() -> str:
        return rows.session.execute(text("SELECT 'Hello'")).scalar_one()

    return made


def app_that_books() -> Flask:
    """One booking a POST, of the link whose number the form holds, in the tables of `bare` at BARE_URL."""
    from .bare import booker, connect

    made, url, own = Flask(__name__), os.environ["BARE_URL"], threading.local()

    made.add_url_rule("/", view_func=hello)

    @made.post("/")
    def book() -> str:
        if not hasattr(own, "book"):
            own.book = booker(url, connect(url))
        own.book(int(request.form["link"]))
        return "Booked"

    return made
