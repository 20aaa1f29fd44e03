"""Phone numbers as people type them, into E.164."""


def phone_of(text: str, region: str) -> str | None:
    """ "+49301234567", reading a number without its country code as one of `region`; None when it is none."""
    # Loading it costs more than the rest of a request, and few calendars ask.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
