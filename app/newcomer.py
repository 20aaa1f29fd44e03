"""What `slotkey run` keeps in the data folder so that a newcomer has nothing to set: secret, demo password, port."""

import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

SECRET_FILE = "secret_key"  # noqa: S105
DEMO_PASSWORD_FILE = "demo_password"  # noqa: S105
PORTS_TRIED = 50


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with what it leaves out: a secret of our own, this machine as address, one web process."""
    address = f"http://127.0.0.1:{environ.get('PORT') or 8000}"
    own = {"WEB_PROCESSES": "1", "BASE_URL": address, **environ}
    return (
        own if _names(environ, "SECRET_KEY") else {**own, "SECRET_KEY": kept(_folder(environ), SECRET_FILE)}
    )


def known_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The same for the other commands where `run` has been used before; elsewhere `environ` as it is."""
    was_here = (_folder(environ) / SECRET_FILE).is_file()
    return environment(environ) if was_here and not _names(environ, "SECRET_KEY") else environ


def throwaway_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with a secret that is kept nowhere, for work on a scratch database."""
    own = {"BASE_URL": "http://127.0.0.1", **environ}
    return own if _names(environ, "SECRET_KEY") else {**own, "SECRET_KEY": secrets.token_hex(32)}


def kept(folder: Path, name: str) -> str:
    """The secret in the file `name` of the folder, made on first use; only this user of the machine can read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / name).exists():
        _keep(folder / name, secrets.token_urlsafe(32 if name == SECRET_FILE else 12))
    return (folder / name).read_text(encoding="utf-8").strip()


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one above it that nothing listens on."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if _is_free(host, port):
            return port
    raise OSError(f"no free port from {wanted} on")


def _keep(path: Path, text: str) -> None:
    # Linked when it is whole: of two processes that start together, both read what the first one wrote.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _names(environ: Mapping[str, str], name: str) -> bool:
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def _folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DATA_DIR") or "data").expanduser().resolve()
