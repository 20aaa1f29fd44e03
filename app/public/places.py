"""Where a booking takes place, in words. Pure."""

from ..calendars.models import LocationKind


def place_before(kind: LocationKind, detail: str, host_name: str) -> str:
    """What the picker says: enough to decide by, nothing that is only for those who booked."""
    return {
        LocationKind.VIDEO: "Video call, with the link after you book",
        LocationKind.HOST_CALLS: f"Phone: {host_name} calls you",
        LocationKind.CONTACT_CALLS: f"Phone: you call {host_name}",
        LocationKind.IN_PERSON: detail or "In person",
        LocationKind.CUSTOM: detail or f"As arranged with {host_name}",
    }[kind]


def place_after(location: dict[str, str], host_name: str, phone: str) -> str:
    """What a booking says, from its own copy of the location."""
    detail = location.get("detail", "")
    kind = LocationKind(location.get("kind", LocationKind.CUSTOM))
    return {
        LocationKind.VIDEO: detail or f"Video call; {host_name} sends you the link",
        LocationKind.HOST_CALLS: f"{host_name} calls you on {phone}",
        LocationKind.CONTACT_CALLS: f"You call {host_name}{f' on {detail}' if detail else ''}",
        LocationKind.IN_PERSON: detail or "In person",
        LocationKind.CUSTOM: detail or f"As arranged with {host_name}",
    }[kind]
