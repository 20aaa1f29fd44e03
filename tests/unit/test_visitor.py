"""What limits count by."""

import pytest

from app.visitor import key_of


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8:1:2::9]:51234", "2001:db8:1:2::/64"),
        ("[::ffff:203.0.113.7]:1", "203.0.113.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_key_of_an_address(address: str, key: str) -> None:
    assert key_of(address) == key
