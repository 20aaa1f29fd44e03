"""E-mail addresses as mail servers take them. Pure."""


def wire_address(address: str) -> str:
    """The address with its domain in ASCII: bücher.example becomes xn--bcher-kva.example."""
    user, _, domain = address.rpartition("@")
    try:
        return f"{user}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address  # refused by the server, which says so


def masked(address: str) -> str:
    """ "s***@example.org": enough for whoever knows the address."""
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}***@{domain}"
