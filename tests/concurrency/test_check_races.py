"""No more than five tries a code, however many come at once; with a twin without the guard (R9)."""

from functools import partial

from app.db import db, in_transaction
from app.links import lookup, recipient_check
from app.links.models import RecipientChallenge

from ..factories import NOW, make_calendar, make_link, make_user, token_of
from .races import race

TRIES = 24


def tries_of_one_code():
    """Guesses that are all wrong, each with rows it has read itself."""
    link = make_link(make_calendar(make_user()), for_email="sam@example.org", checks_recipient=True)
    token = token_of(link)
    challenge_id = in_transaction(lambda: recipient_check.ask(lookup.find(token), NOW))
    code = int(recipient_check.code_of(db.session.get(RecipientChallenge, challenge_id)))

    def guess(number):
        wrong = f"{(code + number) % 10**6:06}"
        return in_transaction(lambda: recipient_check.try_code(lookup.find(token), challenge_id, wrong, NOW))

    return [partial(guess, number) for number in range(1, TRIES + 1)]


def test_a_code_takes_five_tries_of_all_that_come_at_once(app):
    outcomes = [each for each in race(app, tries_of_one_code()) if each]
    assert sorted(each.left for each in outcomes) == [0, 1, 2, 3, 4]


def test_r9_without_the_guard_it_takes_them_all(app, monkeypatch):
    count_try = recipient_check._count_try
    every = recipient_check.table.c.tries >= 0

    def unguarded(link, challenge_id, now):
        statement = count_try(link, challenge_id, now)
        statement._where_criteria = (recipient_check.table.c.id == challenge_id, every)
        return statement

    monkeypatch.setattr(recipient_check, "_count_try", unguarded)
    assert len([each for each in race(app, tries_of_one_code()) if each]) > recipient_check.MOST_TRIES
