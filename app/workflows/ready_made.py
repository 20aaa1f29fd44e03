"""Workflows to begin with: the three situations that a personal link is for, written out. Pure."""

from typing import NamedTuple

from .steps import Definition, Settings, Step, new_key, new_step

HELLO = "Hello {{ contact.first_name }},\n\n"
A_DAY = 1440
FOLLOWED_UP = Settings(stop_on_reply=True, stop_on_booking=True)


class ReadyMade(NamedTuple):
    """A workflow to begin with."""

    title: str
    text: str
    definition: Definition


def all_of_them(calendar_id: int | None) -> dict[str, ReadyMade]:
    """Each by its key. `calendar_id` is the calendar that their links book."""
    return {
        "form": ReadyMade(
            "A form is submitted",
            "Whoever fills in a form gets a personal link by e-mail, and a reminder after two days.",
            Definition("form_submitted", {}, FOLLOWED_UP, _mail_and_reminder(calendar_id)),
        ),
        "stage": ReadyMade(
            "A stage is reached",
            "A contact who comes to a stage of a pipeline gets a personal link by e-mail.",
            Definition("stage_reached", {}, FOLLOWED_UP, _mail_and_reminder(calendar_id)),
        ),
        "call": ReadyMade(
            "A call is missed",
            "Whoever called in vain gets an SMS with a personal link.",
            Definition("call_missed", {}, Settings(reentry=True, stop_on_booking=True), _sms(calendar_id)),
        ),
    }


def _mail_and_reminder(calendar_id: int | None) -> tuple[Step, ...]:
    thanks = (
        f"{HELLO}thank you for your interest. Please choose a time that suits you:\n\n{{{{ one_time_link }}}}\n\n"
        "This link is for you alone. It works once: after you book, it closes.\n\n{{ host.name }}"
    )
    again = (
        f"{HELLO}you have not chosen a time yet. If you still would like to talk, here is your link once more:\n\n"
        "{{ one_time_link }}\n\n{{ host.name }}"
    )
    return (
        new_step("create_link", {"calendar_id": calendar_id, "expires_days": 30}),
        new_step(
            "send_email",
            {"subject": "Choose a time: {{ calendar.name }} with {{ host.name }}", "text": thanks},
        ),
        new_step("wait", {"until": "link_used", "minutes": 2 * A_DAY}),
        Step(
            new_key(),
            "if",
            {"about": "link", "value": "used"},
            (new_step("stop", {}),),
            (new_step("send_email", {"subject": "Your link: {{ calendar.name }}", "text": again}),),
        ),
    )


def _sms(calendar_id: int | None) -> tuple[Step, ...]:
    text = "Sorry we missed your call. Choose a time with {{ host.name }}: {{ one_time_link }}"
    return (
        new_step("create_link", {"calendar_id": calendar_id, "expires_days": 14}),
        new_step("send_sms", {"text": text}),
    )
