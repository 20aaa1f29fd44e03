"""What limits know of whoever sends a request."""

from ipaddress import IPv6Address, ip_address

from flask import request

HOUSEHOLD = 64  # bits of an IPv6 address that one subscriber gets whole


def address_key() -> str:
    """What this request's attempts are counted by: an IPv4 address, or the /64 of an IPv6 one.

    The address is the one that stands behind PROXY_COUNT proxies; headers that nobody vouches for say nothing.
    """
    return key_of(request.remote_addr or "")


def key_of(address: str) -> str:
    """The same for an address as text; anything else, such as the name of a Unix socket, stands for itself."""
    try:
        known = ip_address(_without_port(address).partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return f"{IPv6Address(int(known) >> HOUSEHOLD << HOUSEHOLD)}/{HOUSEHOLD}"


def _without_port(address: str) -> str:
    """Some proxies add the port of the connection, which would make every request somebody new."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
