"""What each role may do to the others. Pure."""

from .models import Role

# From the most powerful; what an admin may not do, the owners alone may.
EXPLAINED = {
    Role.OWNER: "Everything, owners and admins included.",
    Role.ADMIN: "All calendars, groups and bookings, and the team but its owners.",
    Role.MEMBER: "The calendars that book them, with their links and bookings.",
}
_GIVES = {Role.OWNER: tuple(Role), Role.ADMIN: (Role.ADMIN, Role.MEMBER), Role.MEMBER: ()}


def given_by(role: Role) -> tuple[Role, ...]:
    """The roles that somebody in this role may give to others, and take from them."""
    return _GIVES[role]
