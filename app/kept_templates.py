"""Templates as compiled, kept in the data folder: compiling those of one page takes longer than answering it ten times.

What is there is as trusted as the rest of the folder, which holds the key. Each text names what it was compiled from,
by its checksum, so a changed template is compiled again; so are all of them after an update of Jinja, which may compile
them otherwise, as an update of security does.
"""

from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from .config import Settings

JINJA = version("jinja2")


def folder(settings: Settings) -> Path:
    """Where they are kept; made when the first one is."""
    return settings.data_dir / "templates"


class KeptTemplates(FileSystemBytecodeCache):
    """A folder of compiled templates that nobody has to have: a page is not lost because the disk is full."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path

    def get_source_checksum(self, source: str) -> str:
        """Of the text and of what compiles it: Jinja itself asks for the text and Python only."""
        return super().get_source_checksum(f"{JINJA} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take up what was kept; what a lost power supply left half written counts as nothing."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template, if that can be done."""
        try:
            self._path.mkdir(mode=0o700, exist_ok=True)
            super().dump_bytecode(bucket)
        except OSError:
            return
