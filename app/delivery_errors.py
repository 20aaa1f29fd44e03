"""What can become of a message that was handed to the outside: raised by whoever carries mails and texts. Pure."""


class DeliveryError(Exception):
    """The message was not taken, or not surely; the text is a sentence for the owner."""


class Temporary(DeliveryError):
    """It was not taken; it may be later."""


class Permanent(DeliveryError):
    """It will never be taken."""


class Stopped(Permanent):
    """Whom it is for has told the other side that they want no more."""


class Unclear(DeliveryError):
    """The other side has the whole message and did not say what it does with it."""
