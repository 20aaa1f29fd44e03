"""E-mail addresses as people type them. Pure."""

UNREADABLE = "Enter an e-mail address like sam@example.org."


def is_address(text: str) -> bool:
    """True for an address of the shape that mail servers take; whether it exists is not asked."""
    try:
        normalized(text, knows_reserved=True)
    except ValueError:
        return False
    return True


def normalized(text: str, *, knows_reserved: bool = False) -> str:
    """The address in the one way it is written, domains for tests only if `knows_reserved`. Raises ValueError with the
    reason as a sentence."""
    from email_validator import validate_email  # its patterns take as long to compile as all of ours

    return validate_email(text, check_deliverability=False, test_environment=knows_reserved).normalized
