"""Pure: values of objects as text by their SMI type, and what a person may wish for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import WishError
from cpe_diag.driver_kit.schema_check import suggestion

if TYPE_CHECKING:
    from cpe_diag.driver_kit.action_spec import ActionSpec
    from cpe_diag.ports import SnmpValue

NUMBERS: Final = frozenset({"integer", "unsigned", "gauge", "ticks"})

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
"""RFC 2579, DisplayString and SnmpAdminString: at most 255, no control characters here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawValue:
    """A value as text; `type` is an SMI type that writes it back exactly."""

    type: str
    text: str


def raw_value(value: SnmpValue, kind: str) -> RawValue | None:
    """Write what a node has answered as text.

    Args:
        value: from an SnmpReader.
        kind: the SMI type that a SET of the object needs; empty where it is only compared.

    Returns:
        The value, None where there is none or it is of another type than a SET would need.
    """
    match value:
        case None:
            return None
        case int():
            return RawValue(type=kind, text=str(value)) if kind in {*NUMBERS, ""} else None
        case bytes() if kind != "object_id" and kind not in NUMBERS:
            return _octets(value, kind)
        case str():
            return RawValue(type=kind, text=value) if kind in {"object_id", ""} else None
        case _:
            return None


def _octets(value: bytes, kind: str) -> RawValue:
    if kind != "hex":
        try:
            return RawValue(type=kind, text=value.decode("utf-8"))
        except UnicodeDecodeError:
            pass  # then it is put back octet by octet
    return RawValue(type="hex", text=value.hex())


def wished_value(spec: ActionSpec, wished: str | None) -> str | None:
    """Turn a person's word into the raw value that is sent.

    Args:
        spec: of the change.
        wished: what was said, None where nothing was.

    Returns:
        The raw value as text, None where the action takes none.

    Raises:
        WishError: a value is missing, not needed, or not one that the action takes.
    """
    takes = bool(spec.values or spec.value_range or spec.value_text)
    if not takes:
        if wished is not None:
            raise WishError(f"{spec.id} takes no value, and {wished!r} was given")
        return None
    if wished is None:
        raise WishError(f"{spec.id} needs a value: {allowed(spec)}")
    if spec.values:
        if wished not in spec.values:
            hint = suggestion(wished, spec.values)
            raise WishError(f"{spec.id} takes {allowed(spec)}, not {wished!r}{hint}")
        return str(spec.values[wished])
    if spec.value_range:
        least, most = spec.value_range
        if not re.fullmatch(r"-?[0-9]{1,10}", wished) or not least <= int(wished) <= most:
            raise WishError(f"{spec.id} takes {allowed(spec)}, not {wished!r}")
        return str(int(wished))
    if not _NAME.fullmatch(wished):
        raise WishError(f"{spec.id} takes {allowed(spec)}, not {wished!r}")
    return wished


def allowed(spec: ActionSpec) -> str:
    """Say which values an action takes."""
    if spec.values:
        return "one of " + ", ".join(spec.values)
    if spec.value_range:
        return f"a number from {spec.value_range[0]} to {spec.value_range[1]}"
    return "a name of 1 to 255 printable characters"
