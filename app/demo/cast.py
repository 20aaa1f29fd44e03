"""Who and what appears in the demo. Plain data."""

from typing import Any

from ..bookings.booking_step import Attendee
from ..calendars.models import LocationKind

WORKING_DAYS = [[[540, 720], [780, 1020]]] * 4 + [[[540, 780]], [], []]  # lunch, and short Fridays
EVENINGS = [[[1080, 1260]]] * 5 + [[[600, 780]], []]

INTRO: dict[str, Any] = {
    "name": "Intro call",
    "tz": "Europe/Berlin",
    "duration_minutes": 30,
    "description": "Half an hour to find out whether we can help.",
    "weekly_hours": WORKING_DAYS,
    "minimum_notice_minutes": 240,
    "location_kind": LocationKind.VIDEO,
    "location_detail": "https://meet.example.org/dana",
}
CONSULTATION: dict[str, Any] = {
    "name": "Consultation",
    "tz": "America/New_York",
    "duration_minutes": 60,
    "step_minutes": 30,
    "description": "An hour on your plans, with notes afterwards.",
    "weekly_hours": [[[600, 1080]], [[600, 1080]], [[600, 1080]], [[600, 1080]], [], [], []],
    "buffer_before_minutes": 15,
    "buffer_after_minutes": 15,
    "minimum_notice_minutes": 1440,
    "location_kind": LocationKind.IN_PERSON,
    "location_detail": "12 Water Street, 3rd floor, New York",
    "questions": [
        {
            "id": "q1",
            "label": "What would you like to talk about?",
            "kind": "long_text",
            "required": True,
            "choices": [],
        },
        {
            "id": "q2",
            "label": "How many of you are coming?",
            "kind": "choice",
            "required": False,
            "choices": ["Just me", "Two", "Three or more"],
        },
    ],
}
PHONE_CALL: dict[str, Any] = {
    "name": "Evening phone call",
    "tz": "Asia/Kolkata",
    "duration_minutes": 20,
    "step_minutes": 20,
    "description": "Questions that are quicker to talk about than to write down.",
    "weekly_hours": EVENINGS,
    "limit_per_day": 3,
    "limit_per_week": 10,
    "needs_confirmation": True,
    "answer_minutes": 3 * 1440,
    "location_kind": LocationKind.HOST_CALLS,
    "expired_message": "If you still have a question, reply to our last e-mail.",
    "expired_offers_public_link": True,
}
GROUP = {"name": "Talk to us", "description": "A call to get to know each other, by video or by phone."}
CALENDARS = (INTRO, CONSULTATION, PHONE_CALL)

ANSWERS = [
    {"label": "What would you like to talk about?", "answer": "Moving our workshop to a new building."},
    {"label": "How many of you are coming?", "answer": "Two"},
]

CONTACTS = tuple(
    Attendee(name, f"{name.split()[0].lower()}@example.org", phone, tz, locale)
    for name, phone, tz, locale in (
        ("Sam Lee", "", "Europe/London", "en_GB"),
        ("Ana Silva", "+351210000101", "Europe/Lisbon", "en_PT"),
        ("Priya Raman", "+914400000102", "Asia/Kolkata", "en_IN"),
        ("Jonas Weber", "", "Europe/Berlin", "en_DE"),
        ("Maya Cohen", "+12125550103", "America/New_York", "en_US"),
        ("Mateo Herrera", "", "America/Mexico_City", "en_US"),
        ("Ingrid Dahl", "", "Europe/Oslo", "en_GB"),
        ("Kofi Mensah", "+233300000104", "Africa/Accra", "en_GH"),
        ("Yuki Tanaka", "", "Asia/Tokyo", "en_GB"),
        ("Aroha Ngata", "+6490000105", "Pacific/Auckland", "en_NZ"),
    )
)
