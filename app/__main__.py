"""`python -m app`: the slotkey command."""

from .cli import main

main()
