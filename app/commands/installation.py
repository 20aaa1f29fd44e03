"""The installation that a command works on: its settings, and the app made of them."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..config import BadSetting, Settings

if TYPE_CHECKING:
    from flask import Flask


def make_app(settings: Settings) -> "Flask":
    """The app, its log set up and its data folder made. Raises BadSetting."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise BadSetting(f"DATA_DIR: cannot make {settings.data_dir}: {wrong.strerror}") from wrong
    return bare_app(settings)


def bare_app(settings: Settings) -> "Flask":
    """The same, and nothing is made that is not there."""
    with _loading():
        from .. import create_app, logs

        logs.set_up(settings.log_format)
        return create_app(settings)


@contextmanager
def _loading() -> Iterator[None]:
    """What is loaded stays: looking for garbage in it, now and again and again later, took a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def installed() -> Iterator[Settings]:
    """The app's context for a command that ends, with the settings of `run` where there are no others."""
    settings = known_settings()
    with make_app(settings).app_context():
        yield settings


def known_settings() -> Settings:
    """The settings of the environment, or those that `run` keeps. Raises BadSetting."""
    from .. import newcomer

    return Settings.from_environment(newcomer.known_environment(os.environ))
