"""Files by others are what they were when their hashes were compared with the publisher's."""

import re
from base64 import b64encode
from hashlib import sha256, sha384
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"


def recorded(what: str) -> str:
    return re.search(rf"^\| {what} \| (.+) \|$", (VENDOR / "README.md").read_text(), re.M)[1]


def test_htmx_is_the_published_file():
    content = (VENDOR / "htmx-4.0.1.min.js").read_bytes()
    assert sha256(content).hexdigest() == recorded("file sha256")
    assert "sha384-" + b64encode(sha384(content).digest()).decode() == recorded("file sha384")


def test_every_file_is_described_and_licensed():
    readme = (VENDOR / "README.md").read_text()
    others = {path.name for path in VENDOR.iterdir()} - {"README.md"}
    assert all(name in readme for name in others)
    assert any(name.endswith("LICENSE") for name in others)
