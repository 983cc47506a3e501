"""Typed fields from text, numbers and NULL as foreign databases and files hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

E = TypeVar("E", bound=StrEnum)

_MAC: Final = re.compile(r"[0-9a-f]{12}\Z")
"""Twelve hexadecimal digits, once `:`, `-` and `.` are taken out."""

_TRUE: Final = frozenset({"1", "true", "yes", "y", "on", "active", "in_service"})
_FALSE: Final = frozenset({"0", "false", "no", "n", "off", "inactive"})


@dataclass(slots=True, kw_only=True)
class FieldReader:
    """Reads typed fields and collects what is wrong with them, as (field, message)."""

    values: Mapping[str, object]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Give a field as text, or None where it is not said."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, float | Decimal) and value == int(value):
            value = int(value)
        return str(value).strip() or None

    def required(self, name: str) -> str:
        """Give a field that must be there."""
        text = self.text(name)
        if text is None:
            self.faults.append((name, "is required and is not there"))
        return text or ""

    def number(self, name: str, *, least: int = 1, most: int | None = None) -> int | None:
        """Give a field as a whole number within bounds."""
        text = self.text(name)
        if text is None:
            return None
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        if not text.isascii() or not text.isdigit():
            self.faults.append((name, f"expected a whole number {bounds}, found {text!r}"))
            return None
        number = int(text)
        if number < least or (most is not None and number > most):
            self.faults.append((name, f"expected a whole number {bounds}, found {text}"))
            return None
        return number

    def choice(self, name: str, choices: type[E]) -> E | None:
        """Give a field as a member of a closed set."""
        text = self.text(name)
        if text is None:
            return None
        for member in choices:
            if member.value == text.lower():
                return member
        expected = ", ".join(choices)
        self.faults.append((name, f"expected one of {expected}, found {text!r}"))
        return None

    def mac(self, name: str) -> str | None:
        """Give a field as a MAC address in lower-case colon form."""
        text = self.text(name)
        if text is None:
            return None
        digits = re.sub(r"[:.-]", "", text.lower())
        if not _MAC.match(digits):
            self.faults.append((name, f"expected a MAC address, found {text!r}"))
            return None
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))

    def truth(self, name: str, *, default: bool) -> bool:
        """Give a field as true or false."""
        text = self.text(name)
        if text is None:
            return default
        if text.lower() not in _TRUE | _FALSE:
            self.faults.append((name, f"expected true or false, found {text!r}"))
        return text.lower() in _TRUE
