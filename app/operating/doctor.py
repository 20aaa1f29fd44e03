"""`slotkey doctor`: looks at everything an installation needs, one line each."""

from collections.abc import Iterator

from ..config import Settings
from . import database_checks, machine_checks, sms_checks
from .findings import Finding

CHECKS = (
    machine_checks.of_settings,
    machine_checks.of_address,
    machine_checks.of_folder,
    machine_checks.of_disk,
    database_checks.of_database,
    database_checks.of_mail,
    sms_checks.of_sms,
)


def examine(settings: Settings) -> Iterator[Finding]:
    """What there is to say, as it is found. Changes nothing, and makes nothing that is missing."""
    for check in CHECKS:
        yield from check(settings)
