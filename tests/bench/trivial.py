"""The floor of pages, memory and start: a Flask app that says one word. Imports nothing of ours."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """The view."""
    return "Hello"
