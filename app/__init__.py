"""Slotkey: scheduling you host yourself, built round the one-time booking link."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application for `settings`, by default those of the environment. Raises config.BadSetting.

    Imported by the call: commands that need no pages, such as `slotkey --help`, do not wait for them.
    """
    from . import application, config

    return application.create_app(settings or config.Settings.from_environment())
