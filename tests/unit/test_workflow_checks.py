"""What may be published, and what conditions hold: tables of rules."""

import pytest

from app.workflows import conditions, kinds, values
from app.workflows.checks import faults
from app.workflows.facts import BookingState, Facts, LinkState
from app.workflows.known import CalendarNow, Known
from app.workflows.steps import Definition, Step

KNOWN = Known(
    calendars={1: CalendarNow("Intro call", True), 2: CalendarNow("Demo", False)},
    fields={"budget": "Budget"},
    members={7: "Ada"},
    forms={3: "Ask"},
    stages={4: "Qualified"},
)
LINK = Step("link", "create_link", {"calendar_id": 1})
MAIL = Step("mail", "send_email", {"subject": "Hello", "text": "Book here: {{ one_time_link }}"})
WITH_EMAIL = {"about": "field", "field": "email", "is": "is_filled"}


def said(*steps: Step, trigger: str = "contact_created", **filters: object) -> list[str]:
    return [fault.sentence for fault in faults(Definition(trigger, filters, steps=steps), KNOWN)]


def test_what_is_whole_may_be_published():
    assert said(LINK, MAIL) == []
    assert said(Step("a", "send_email", {**MAIL.options, "calendar_id": 1})) == []
    assert said(Step("a", "if", WITH_EMAIL, (LINK, MAIL)), trigger="call_missed") == []


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Step("a", "create_link", {}), "choose the calendar that the link books."),
        (Step("a", "create_link", {"calendar_id": 9}), "the calendar that was chosen is no longer there."),
        (
            Step("a", "create_link", {"calendar_id": 2}),
            "the calendar Demo is switched off, so its links open for nobody.",
        ),
        (MAIL, "choose the calendar that the link books."),
        (Step("a", "send_email", {"text": "Hello"}), "enter a subject."),
        (Step("a", "send_email", {"subject": "Hi"}), "enter what it says."),
        (
            Step("a", "send_email", {"subject": "Hi", "text": "{{ contact.nmae }}"}),
            "there is no value {{ contact.nmae }}.",
        ),
        (
            Step("a", "send_email", {"subject": "Hi", "text": "{{ contact.name }"}),
            "a value has to stand between {{ and }}; one half is missing ({{).",
        ),
        (
            Step("a", "send_email", {"subject": "Hi", "text": "{{ booking.place }}"}),
            "it tells of a booking, and there is none when this workflow starts.",
        ),
        (Step("a", "wait", {"until": "time"}), "enter how long, up to a year."),
        (Step("a", "wait", {"until": "date"}), "enter the date."),
        (
            Step("a", "wait", {"until": "link_used", "minutes": 60}),
            "it waits for a link, and no step before it makes one.",
        ),
        (Step("a", "if", {"about": "tag", "value": "vip"}), "there is no step in it."),
        (Step("a", "add_tag"), "enter the tag."),
        (Step("a", "set_field", {"field": "gone"}), "choose the field it sets."),
        (Step("a", "notify", {"user_id": 8, "text": "Hi"}), "choose who is told."),
        (
            Step("a", "notify", {"user_id": 7, "text": "{{ one_time_link }}"}),
            "the one-time link is for the contact alone, so nobody else is sent it.",
        ),
        (Step("a", "fly"), "this version of Slotkey has no such step."),
    ],
)
def test_a_fault_names_its_step(step, sentence):
    (fault,) = said(step)
    assert fault.casefold().endswith(sentence.casefold())
    assert fault.startswith("Step 1 (")


def test_who_calls_may_have_no_e_mail_address():
    (fault,) = said(Step("a", "send_email", {"subject": "Hi", "text": "Hello"}), trigger="call_missed")
    assert "Put this step in an If" in fault
    (fault,) = said(
        Step("a", "create_link", {"calendar_id": 1, "checks_recipient": True}), trigger="sms_received"
    )
    assert "recipient check" in fault


def test_an_if_in_an_if_in_an_if_is_the_deepest():
    inner = Step("tag", "add_tag", {"tag": "a"})
    for depth in range(4):
        inner = Step(f"if{depth}", "if", WITH_EMAIL, (inner,))
        found = said(inner)
        assert bool(found) == (depth == 3)
    assert found == ["Step 1.yes.1.yes.1.yes.1 (If / else): an If can stand in at most 2 others."]


def test_a_message_that_names_no_link_makes_none():
    plain = Step("a", "send_email", {"subject": "Hi", "text": "Hello", "calendar_id": 1})
    (fault,) = said(plain, MAIL)
    assert fault.startswith("Step 2 (Send e-mail)")


def test_a_message_may_name_the_calendar_of_its_booking():
    thanks = Step("a", "send_email", {"subject": "Hi", "text": "{{ calendar.name }}, {{ host.name }}"})
    assert said(thanks, trigger="booking_made") == []
    assert said(thanks, trigger="link_used") == []
    (fault,) = said(thanks)
    assert "choose the calendar" in fault


def test_a_link_that_is_over_is_not_sent_again():
    (fault,) = said(MAIL, trigger="link_expired")
    assert "the link that started this is over by then" in fault
    assert said(LINK, MAIL, trigger="link_expired") == []
    assert said(MAIL, trigger="link_not_opened", minutes=60) == []


def test_a_step_sees_the_links_of_its_own_way_only():
    other_way = Step("a", "if", {"about": "tag", "value": "vip"}, (LINK,), (MAIL,))
    (fault,) = said(other_way)
    assert fault.startswith("Step 1.no.1 (Send e-mail)")
    assert said(Step("a", "if", {"about": "tag", "value": "vip"}, (LINK, MAIL), (Step("s", "stop"),))) == []


def test_a_workflow_needs_a_trigger_and_a_step():
    assert said(trigger="") == [
        "Choose what starts this workflow.",
        "There is no step yet. Add at least one.",
    ]
    assert said(LINK, trigger="before_booking") == ["Trigger: say after what time, or how long before."]
    assert said(LINK, trigger="before_booking", minutes=60) == []
    assert said(LINK, trigger="form_submitted", form_id=99) == [
        "Trigger: the form that was chosen is no longer there."
    ]


SAM = Facts(
    name="Sam Lee",
    email="sam@example.org",
    fields={"budget": "5 000"},
    tags=frozenset({"VIP"}),
    link=LinkState.OPENED,
    booking=BookingState.COMING,
)


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        ({"about": "field", "field": "name", "is": "contains", "value": "LEE"}, True),
        ({"about": "field", "field": "email", "is": "is", "value": " SAM@example.org "}, True),
        ({"about": "field", "field": "phone", "is": "is_empty"}, True),
        ({"about": "field", "field": "phone", "is": "is_filled"}, False),
        ({"about": "field", "field": "budget", "is": "is_not", "value": "5 000"}, False),
        ({"about": "field", "field": "gone", "is": "is_empty"}, True),
        ({"about": "tag", "value": "vip"}, True),
        ({"about": "tag", "value": "new"}, False),
        ({"about": "link", "value": "opened"}, True),
        ({"about": "link", "value": "none"}, False),
        ({"about": "booking", "value": "coming"}, True),
        ({"about": "booking", "value": "none"}, False),
        ({}, False),
    ],
)
def test_conditions(options, holds):
    assert conditions.holds(options, SAM) is holds


def test_without_a_link_or_a_booking_a_condition_can_ask_for_that():
    assert conditions.holds({"about": "link", "value": "none"}, Facts())
    assert conditions.holds({"about": "booking", "value": "none"}, Facts())


def test_filters_narrow_a_trigger_down():
    assert kinds.matches("tag_added", {"tag": "VIP "}, {"tag": "vip"})
    assert not kinds.matches("tag_added", {"tag": "vip"}, {"tag": "new"})
    assert kinds.matches("tag_added", {"tag": ""}, {"tag": "new"})
    assert kinds.matches(
        "stage_reached", {"pipeline_id": 1, "stage_id": 2}, {"pipeline_id": 1, "stage_id": 2}
    )
    assert not kinds.matches(
        "stage_reached", {"pipeline_id": 1, "stage_id": 2}, {"pipeline_id": 1, "stage_id": 3}
    )
    assert kinds.matches("before_booking", {"minutes": 60, "calendar_id": 1}, {"calendar_id": 1})


def test_each_event_has_its_triggers():
    assert kinds.following("booking_created") == ("booking_made", "link_used")
    assert kinds.following("calendar_created") == ()
    assert all(
        kind.events or kind.is_timed or name in ("by_hand", "hook") for name, kind in kinds.TRIGGERS.items()
    )


def test_own_fields_are_values_too():
    assert values.unknown(
        ["{{ contact.fields.budget }} {{ contact.fields.gone }}"], {"budget": "Budget"}
    ) == ["contact.fields.gone"]
