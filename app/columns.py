"""Column types that several features share."""

from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import Enum as EnumType


def words(kind: type[StrEnum]) -> EnumType:
    """A column that keeps the values of `kind` as plain words, checked by the database."""
    return EnumType(
        kind,
        name=_snake(kind.__name__),
        native_enum=False,
        length=24,
        create_constraint=True,
        values_callable=_values,
    )


def _values(kind: type[Enum]) -> list[Any]:
    return [member.value for member in kind]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
