"""The browser of the tests. `python -m tests.services.chromium` installs it where it may.

Order: $CHROMIUM, /usr/bin/chromium, then Debian's package when this is root on Debian. Playwright's own download is
not used.
"""

import os
import subprocess
import sys
from pathlib import Path

DEBIAN = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
HELP = "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path."


def executable() -> str:
    """Path of the browser. Raises FileNotFoundError that says how to get one."""
    path = Path(os.environ.get("CHROMIUM") or DEBIAN)
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(HELP)
    return str(path)


def main() -> int:
    """Make sure there is a browser; the exit code for the shell."""
    try:
        executable()
    except FileNotFoundError as missing:
        if not (_may_install() and _install()):
            print(missing, file=sys.stderr)
            return 1
    return 0


def _may_install() -> bool:
    return os.getuid() == 0 and Path("/etc/debian_version").exists() and not os.environ.get("CHROMIUM")


def _install() -> bool:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    steps = (("update", "-q"), ("install", "-y", "-q", "--no-install-recommends", "chromium"))
    return all(subprocess.run(("apt-get", *step), check=False, env=environ).returncode == 0 for step in steps)


if __name__ == "__main__":
    sys.exit(main())
