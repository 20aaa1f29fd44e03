"""Which network addresses belong to the open internet. Pure.

Not `ipaddress.is_global`: on Python 3.11 it says so of multicast, of 192.0.0.8, and of addresses in which a private one
of IPv4 is wrapped (64:ff9b::a9fe:a9fe, 2002:7f00:1::).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))

# The special-purpose registries of IANA, and multicast.
_SPECIAL_V4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_GIVEN_OUT_V6 = IPv6Network("2000::/3")  # all that is routed; private, local and multicast ranges lie outside
# Of it: Teredo and other protocols, documentation, 6to4. The tunnels are long dead, and wrap addresses of IPv4.
_SPECIAL_V6 = tuple(
    IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NAT64 = IPv6Network("64:ff9b::/96")


def may_be_reached(address: Address, allowed: tuple[Network, ...] = ()) -> bool:
    """True for an address of the open internet, and for one that `allowed` names."""
    real = unwrapped(address)
    return _is_public(real) or any(real in network for network in allowed if network.version == real.version)


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to (::ffff:a.b.c.d and NAT64), else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def parsed(text: str) -> Address:
    """The address that a resolver's answer names; a link's own name behind a percent sign is left out."""
    return ip_address(text.partition("%")[0])


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _GIVEN_OUT_V6 and not any(address in network for network in _SPECIAL_V6)
