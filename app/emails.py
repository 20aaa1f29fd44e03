"""E-mail addresses as people type them. Pure."""

from email_validator import EmailNotValidError, validate_email

UNREADABLE = "Enter an e-mail address like sam@example.org."


def is_address(text: str) -> bool:
    """True for an address of the shape that mail servers take; whether it exists is not asked."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
