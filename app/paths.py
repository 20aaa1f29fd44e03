"""Where templates, static files and migrations lie: packed into the wheel, or beside `app/` in a checkout."""

from pathlib import Path

CODE = Path(__file__).resolve().parent


def beside_code(name: str) -> Path:
    """The folder `name`, absolute: inside the package when installed, else the sibling of `app/`."""
    packed = CODE / name
    return packed if packed.is_dir() else CODE.parent / name
