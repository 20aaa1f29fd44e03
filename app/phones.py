"""Phone numbers as people type them. Pure."""

SHORTEST = 7  # digits, with the country code: what is shorter calls no person, such as 110
UNREADABLE = "Enter a phone number with its country code, such as +49 30 901820."


def e164(text: str, region: str | None) -> str | None:
    """ "+49301234567"; a number without its country code is read as one of `region`. None when it is none."""
    return _written(text, region, "E164")


def international(text: str) -> str | None:
    """ "+49 30 1234567", only from a number with its country code; None when it is none."""
    return _written(text, None, "INTERNATIONAL")


def national(number: str) -> str:
    """The digits of an E.164 number without its country code, as somebody from there begins to dial it."""
    import phonenumbers

    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return ""


def _written(text: str, region: str | None, form: str) -> str | None:
    # Loading it costs more than the rest of a request, and few calendars ask.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    if len(f"{number.country_code}{phonenumbers.national_significant_number(number)}") < SHORTEST:
        return None
    return phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, form))
