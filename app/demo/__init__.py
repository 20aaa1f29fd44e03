"""Demo data, made through the services: what a small practice looks like after a few weeks."""

from .seed import EMAIL, open_link, seed
from .welcome import welcome

__all__ = ["EMAIL", "open_link", "seed", "welcome"]
