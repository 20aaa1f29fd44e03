"""A page as a person should see it, whatever broke: ours, and whole."""

from app.proof.load import Answer, Request


def assert_asks_to_wait(answer: Answer) -> None:
    """503, after how many seconds to come back, and a whole page that says so."""
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert_whole(answer)


def assert_keeps(answer: Answer, form: Request) -> None:
    """What was typed, and the key by which the form books once however often it is sent."""
    for field in ("name", "email", "key"):
        assert f'value="{form.form[field]}"' in answer.body


def assert_whole(answer: Answer) -> None:
    """From its first line to its last, with a heading and our style."""
    assert answer.body.startswith("<!doctype html>")
    assert answer.body.rstrip().endswith("</html>")
    assert "<h1" in answer.body
    assert "app.css" in answer.body
