"""Calendar Settings > Questions: add, remove and move without JavaScript, and what is stored."""

import pytest

from app.calendars.models import Calendar
from app.db import db, transaction

from ..forms_on_page import fill, forms_of, submit
from .calendar_people import make_scene

TWO = [
    {"id": "q4", "label": "What for?", "kind": "text", "required": True, "choices": []},
    {"id": "q1", "label": "Which size?", "kind": "choice", "required": False, "choices": ["S", "M"]},
]


@pytest.fixture
def scene(app, now):
    made = make_scene(app)
    with app.app_context(), transaction():
        db.session.get(Calendar, made.calendar_id).questions = TWO
    return made


def rows(answer):
    fields = next(form.fields for form in forms_of(answer) if "seen" in form.fields)
    return [fields[name][0] for name in sorted(fields) if name.endswith("-label")]


def press(scene, do, **changes):
    return submit(scene.client, scene.path("questions"), do=do, **changes)


@pytest.mark.parametrize(
    ("do", "labels"),
    [
        ("add", ["Typed", "Which size?", ""]),
        ("remove-0", ["Which size?"]),
        ("down-0", ["Which size?", "Typed"]),
        ("up-1", ["Which size?", "Typed"]),
        ("up-0", ["Typed", "Which size?"]),
        ("remove-9", ["Typed", "Which size?"]),
        ("nonsense", ["Typed", "Which size?"]),
    ],
)
def test_buttons_keep_what_is_typed_and_store_nothing(scene, do, labels):
    answer = press(scene, do, questions__0__label="Typed")
    assert answer.status_code == 200
    assert rows(answer) == labels
    assert scene.stored().questions == TWO


def test_moved_rows_are_stored_with_their_ids(scene):
    action, data = fill(scene.client, scene.path("questions"), "seen", do="up-1")
    moved = scene.client.post(action or scene.path("questions"), data=data)
    fields = next(form.fields for form in forms_of(moved) if "seen" in form.fields)
    assert scene.client.post(scene.path("questions"), data=fields).status_code == 303
    assert scene.stored().questions == [TWO[1], TWO[0]]


def test_new_row_gets_an_id_that_no_other_has(scene):
    added = press(scene, "add")
    fields = next(form.fields for form in forms_of(added) if "seen" in form.fields)
    fields |= {"questions-2-label": "Phone?", "questions-2-kind": "phone"}
    assert scene.client.post(scene.path("questions"), data=fields).status_code == 303
    stored = scene.stored().questions
    assert [each["id"] for each in stored] == ["q4", "q1", "q2"]
    assert stored[2] == {"id": "q2", "label": "Phone?", "kind": "phone", "required": False, "choices": []}


def test_all_rows_can_be_removed(scene):
    _, data = fill(scene.client, scene.path("questions"), "seen")
    kept = {name: value for name, value in data.items() if not name.startswith("questions-")}
    assert scene.client.post(scene.path("questions"), data=kept).status_code == 303
    assert scene.stored().questions == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"questions__0__label": " "}, "Enter the question, or remove it."),
        ({"questions__1__choices": "S"}, "Enter at least two choices"),
        ({"questions__1__choices": "S\nS"}, "Each choice may stand there once."),
        ({"questions__0__kind": "file"}, "Not a valid choice"),
        ({"questions__0__label": "x" * 201}, "200 characters"),
    ],
)
def test_bad_question_is_told_and_nothing_is_lost(scene, typed, sentence):
    answer = submit(scene.client, scene.path("questions"), **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Which size?" in answer.text
    assert scene.stored().questions == TWO


def test_fragment_is_part_of_the_page(scene):
    _, data = fill(scene.client, scene.path("questions"), "seen", do="add")
    headers = {"HX-Request": "true", "HX-Target": "form#questions"}
    part = scene.client.post(scene.path("questions"), data=data, headers=headers).text.strip()
    page = scene.client.post(scene.path("questions"), data=data).text
    assert part.startswith("<form")
    assert part in page


def test_no_more_than_twenty_questions(scene):
    many = {
        f"questions-{n}-{part}": value
        for n in range(40)
        for part, value in (("label", "Q"), ("kind", "text"))
    }
    _, data = fill(scene.client, scene.path("questions"), "seen")
    assert scene.client.post(scene.path("questions"), data=data | many).status_code == 303
    assert len(scene.stored().questions) == 20
