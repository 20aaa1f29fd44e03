"""One link a request, however many people press at once; with a twin without the guard (R9)."""

from functools import partial

from app.db import db, in_transaction, is_sqlite, transaction
from app.errors import Conflict
from app.links import lookup, requests, sending
from app.links.models import LinkRequest, LinkStatus, OneTimeLink
from app.links.requests import Asker

from ..factories import NOW, make_calendar, make_link, make_request, make_user, token_of
from .races import done, race

TRIES = 16


def old_link():
    gone = {"status": LinkStatus.DELETED, "deleted_at": NOW}
    return make_link(make_calendar(make_user()), for_email="sam@example.org", **gone)


def answers_of_one_request():
    """Each as a request of its own would do it, with rows it has read itself."""
    link = old_link()
    request_id = make_request(link).id

    def work():
        asked = db.session.get(LinkRequest, request_id)
        calendar = db.session.get(requests.Calendar, asked.calendar_id)
        return requests.answer(calendar, asked, calendar.host, NOW).id

    return [partial(in_transaction, work)] * TRIES


def replacements():
    children = db.select(db.func.count(OneTimeLink.id)).where(OneTimeLink.parent_id.is_not(None))
    return db.session.scalar(children)


def without_guard(monkeypatch):
    """The request is settled whatever its status, and the database lets it be settled again."""
    monkeypatch.setattr(requests, "IS_OPEN", db.true())
    on_postgresql = "" if is_sqlite() else " ON link_request"
    with transaction():
        db.session.execute(db.text(f"DROP TRIGGER link_request_settled_once{on_postgresql}"))


def test_one_request_is_answered_by_one_link(app):
    outcomes = race(app, answers_of_one_request())
    assert len(done(outcomes)) == 1
    assert all(isinstance(each, Conflict) for each in outcomes if each not in done(outcomes))
    assert replacements() == 1


def test_r9_without_the_guard_one_request_makes_several_links(app, monkeypatch):
    without_guard(monkeypatch)
    assert len(done(race(app, answers_of_one_request()))) >= 2
    assert replacements() >= 2


def test_answer_and_ignore_at_once_do_one_of_both(app):
    link = old_link()
    for number in range(10):
        request_id = make_request(link, email=f"zoe{number}@example.org").id

        def settle(how, request_id=request_id):
            asked = db.session.get(LinkRequest, request_id)
            calendar = db.session.get(requests.Calendar, asked.calendar_id)
            if how == "ignore":
                return requests.ignore(asked, calendar.host, NOW)
            return requests.answer(calendar, asked, calendar.host, NOW)

        outcomes = race(app, [partial(in_transaction, partial(settle, how)) for how in ("ignore", "answer")])
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    answered = db.select(db.func.count(LinkRequest.id)).where(LinkRequest.new_link_id.is_not(None))
    assert db.session.scalar(answered) == replacements()


def test_one_asker_is_kept_once(app):
    token = token_of(old_link())
    zoe = Asker("Zoe Lind", "zoe@example.org", "")
    race(app, [partial(in_transaction, lambda: requests.ask(lookup.find(token), zoe, NOW))] * TRIES)
    assert db.session.scalar(db.select(db.func.count(LinkRequest.id))) == 1


def test_replacement_sent_by_many_at_once_is_one(app):
    link_id = old_link().id

    def work():
        link = db.session.get(OneTimeLink, link_id)
        calendar = db.session.get(requests.Calendar, link.calendar_id)
        return sending.send_replacement(calendar, link, "Sam", "sam@example.org", calendar.host, NOW).id

    assert len(set(race(app, [partial(in_transaction, work)] * TRIES))) == 1
    assert replacements() == 1
