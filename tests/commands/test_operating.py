"""Commands that keep an installation well, as an operator types them."""

import re
import subprocess
import sys
from pathlib import Path

from .conftest import ROOT, SECRET, slotkey

OTHER = "n" * 40


def test_backup_and_restore_say_what_they_did_and_which_key_it_takes(
    environ: dict[str, str], tmp_path: Path
) -> None:
    slotkey(environ, "migrate")
    slotkey(environ, "demo")
    file = tmp_path / "demo.sqlite3"
    written = slotkey(environ, "backup", str(file))
    assert written.returncode == 0
    assert re.search(
        r"^Links: \d+ active, \d+ used, 1 deleted\. Bookings: \d+\. Events ", written.stdout, re.M
    )
    assert re.search(
        r"^Sound: integrity ok, used links (\d+) == their bookings \1, no overlaps\.$", written.stdout, re.M
    )
    assert re.search(r"^[0-9a-f]{8} +\d+ +\d+ +\d+   SECRET_KEY, makes new links$", written.stdout, re.M)
    again = slotkey(environ, "backup", str(file))
    assert (again.returncode, "exists already" in again.stderr) == (1, True)

    elsewhere = {**environ, "DATA_DIR": str(tmp_path / "elsewhere")}
    restored = slotkey(elsewhere, "restore", str(file))
    assert restored.stdout.splitlines()[1] == written.stdout.splitlines()[2]
    assert re.search(
        r"^Everything is back to \d{4}-\d\d-\d\d \d\d:\d\d UTC.* Active again", restored.stdout, re.M
    )
    assert "SECRET_KEY_FALLBACKS" not in restored.stdout
    refused = slotkey(elsewhere, "restore", str(file))
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    forced = slotkey({**elsewhere, "SECRET_KEY": OTHER}, "restore", str(file), "--force")
    assert forced.returncode == 0
    assert "NOT CONFIGURED" in forced.stdout
    assert re.search(r"Add the secret of [0-9a-f]{8} to SECRET_KEY_FALLBACKS", forced.stdout)
    assert SECRET not in written.stdout + forced.stdout


def test_doctor_says_what_to_do_and_makes_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    environ |= {"BASE_URL": "http://localhost:8000", "SECRET_KEY": "0123456789abcdef" * 3}
    ill = slotkey(environ, "doctor")
    assert ill.returncode == 1
    assert re.search(r"^fail  data folder  .* does not exist\. Run `slotkey migrate`", ill.stdout, re.M)
    assert not (tmp_path / "data").exists()
    slotkey(environ, "migrate")
    well = slotkey(environ, "doctor")
    assert (well.returncode, well.stderr) == (0, "")
    assert re.search(r"^ok    writing      The database takes writes\.$", well.stdout, re.M)
    assert re.search(
        r"^warn  address      .* Set BASE_URL to the name that people will use\.$", well.stdout, re.M
    )
    wrong = slotkey({**environ, "PORT": "many"}, "doctor")
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert re.fullmatch(r"fail  settings     PORT: must be a whole number [^\n]+\n", wrong.stdout)


def test_prune_counts_first_and_blanks_on_yes(environ: dict[str, str]) -> None:
    slotkey(environ, "migrate")
    slotkey(environ, "demo")
    counted = slotkey(environ, "prune", "--older-than", "1").stdout
    assert re.search(r"^Would blank, of before \S+ \S+ UTC: [1-9]\d* bookings, .*\.$", counted, re.M)
    assert "Nothing has been changed. Say --yes" in counted
    done = slotkey(environ, "prune", "--older-than", "1", "--yes").stdout
    assert done.split(": ")[1] == counted.splitlines()[0].split(": ")[1] + "\n"
    assert ": 0 bookings, 0 reasons, 0 links, " in slotkey(environ, "prune", "--older-than", "1").stdout
    assert slotkey(environ, "prune", "--yes").returncode == 2


def test_a_full_disk_leaves_no_half_backup(environ: dict[str, str], tmp_path: Path) -> None:
    """Files of this process may not grow beyond 64 KiB, as if the disk were full then."""
    slotkey(environ, "migrate")
    slotkey(environ, "demo")
    (tmp_path / "backups").mkdir()
    limited = subprocess.run(
        ["sh", "-c", f"ulimit -f 128; exec {sys.executable} -m app backup {tmp_path}/backups/full.sqlite3"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert limited.returncode == 1
    assert re.fullmatch(r"slotkey: The backup cannot be written to \S+: [^\n]+\n", limited.stderr)
    assert list((tmp_path / "backups").iterdir()) == []
    assert slotkey(environ, "backup", f"{tmp_path}/backups/whole.sqlite3").returncode == 0
