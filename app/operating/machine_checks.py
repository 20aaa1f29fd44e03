"""What the doctor looks at without the database: settings, address, data folder, disk."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ..config import Settings
from .findings import Finding, fail, ok, warn

MOUNTS = Path("/proc/self/mountinfo")
# Locks and shared memory, which SQLite's log needs, do not work over these, or not always.
NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "davfs",
)
LITTLE_LEFT, TOO_LITTLE_LEFT = 1_000_000_000, 100_000_000
FEW_CHARACTERS = 8


def of_settings(settings: Settings) -> Iterator[Finding]:
    """Whether they fit together."""
    if len(set(settings.secrets[0])) < FEW_CHARACTERS:
        yield fail("settings", "SECRET_KEY looks guessable.", "Make one with `openssl rand -hex 32`.")
    elif settings.is_https and not settings.proxy_count:
        yield warn(
            "settings",
            "BASE_URL is https, so a proxy stands in front, but PROXY_COUNT is 0: all visitors seem to come from it,"
            " and are limited together.",
            "Set PROXY_COUNT=1.",
        )
    else:
        yield ok("settings", "Every setting is understood.")


def of_address(settings: Settings) -> Iterator[Finding]:
    """Whether people can open the links we make."""
    host = urlsplit(settings.base_url).hostname or ""
    try:
        addresses = {found[4][0] for found in socket.getaddrinfo(host, None)}
    except OSError as unknown:
        yield fail(
            "address", f"{host} is not known: {unknown.strerror}.", "Correct BASE_URL, or add a DNS record."
        )
        return
    if all(ip_address(address.partition("%")[0]).is_loopback for address in addresses):
        yield warn(
            "address",
            f"{settings.base_url} is this machine itself: nobody else can open links.",
            "Set BASE_URL to the name that people will use.",
        )
    elif not settings.is_https:
        yield warn(
            "address",
            f"{settings.base_url} is not encrypted: whoever listens can use links and sessions.",
            "Put a proxy that speaks TLS in front and set BASE_URL to https://...",
        )
    else:
        yield ok("address", f"{settings.base_url} leads to {', '.join(sorted(addresses))}.")


def of_folder(settings: Settings) -> Iterator[Finding]:
    """Whether the data folder, and the database file in it, are ours alone."""
    folder = settings.data_dir
    if not folder.is_dir():
        yield fail("data folder", f"{folder} does not exist.", "Run `slotkey migrate`, which makes it.")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield fail("data folder", f"{folder} cannot be written to.", f"chown it to user {os.getuid()}.")
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield warn("data folder", f"{folder} is open to others on this machine.", f"chmod 700 {folder}")
    else:
        yield ok("data folder", f"{folder} is ours alone.")


def of_disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room, and whether the file system suits SQLite."""
    folder = place_of(settings)
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free where {folder} lies."
    if free < LITTLE_LEFT:
        say = fail if free < TOO_LITTLE_LEFT else warn
        yield say("disk", said, "Make room: without it nothing can be booked.")
    else:
        yield ok("disk", said)
    if settings.is_sqlite and (kind := kind_of_mount(folder)).startswith(NETWORK):
        yield warn(
            "file system",
            f"The SQLite file lies on a network file system ({kind}), where locks may fail and data be lost.",
            "Move it to a disk of this machine, or use PostgreSQL.",
        )


def place_of(settings: Settings) -> Path:
    """The folder whose disk fills up."""
    if settings.is_sqlite:
        return Path(settings.database_url.removeprefix("sqlite:///")).parent
    return settings.data_dir


def kind_of_mount(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that the folder lies on; empty where the system does not say."""
    if not mounts.is_file():
        return ""
    # "36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw"
    lines = (line.split() for line in mounts.read_text().splitlines())
    kinds = {fields[4].replace("\\040", " "): fields[fields.index("-") + 1] for fields in lines}
    above = [folder.resolve(), *folder.resolve().parents]
    return next((kinds[str(path)] for path in above if str(path) in kinds), "")
