"""What the owner is told of a link that was handed to the mail."""

from .. import config


def on_its_way(what: str, email: str) -> str:
    """ "A new link is on its way to sam@example.org.", or what to do while no mail server is set."""
    if config.current().mail:
        return f"{what} is on its way to {email}."
    return (
        f"{what} was not sent to {email}, for no mail server is set: copy its address, and send it yourself."
    )
