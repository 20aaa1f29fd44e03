"""A command that signs a hook's request as a phone provider would, for whoever tries what follows from it."""

import json
import secrets

import click

from .installation import installed


@click.command("sign-hook")
@click.argument("kind", type=click.Choice(("missed-call", "text")))
@click.argument("number")
@click.argument("words", default="")
@click.option("--account", type=int, help="Number of the account; by default the first one that has hooks.")
def sign_hook(kind: str, number: str, words: str, account: int | None) -> None:
    """Print a request that tells of a missed call from NUMBER, or of a text that says WORDS; pipe it into
    `curl --config -` within five minutes."""
    from .. import clock
    from ..phone import settings
    from ..phone.signing import signed_headers

    with installed() as installation:
        hooks = settings.hooks_to_try(account)
        said = (
            {"from": number, "status": "no-answer"}
            if kind == "missed-call"
            else {"from": number, "text": words}
        )
        body = json.dumps(said)
        headers = signed_headers(hooks.secret, f"try-{secrets.token_hex(8)}", clock.now(), body.encode())
        path = "calls" if kind == "missed-call" else "sms"
        click.echo(_curl_config(f"{installation.base_url}/hooks/{path}/{hooks.name}", headers, body))


def _curl_config(address: str, headers: dict[str, str], body: str) -> str:
    """What curl reads as its options, one a line, each text as JSON writes it."""
    lines = [("url", address), ("header", "content-type: application/json")]
    lines += [("header", f"{name}: {value}") for name, value in headers.items()]
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in [*lines, ("data", body)])


COMMANDS = (sign_hook,)
