"""The router's MAC as a technician reads it from its label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from cpe_diag.field.raw.order import OrderError, station

if TYPE_CHECKING:
    from click import Context, Parameter

ON_RECORD: Final = "on record"
"""The option without a value: the MAC is the inventory's."""
BETWEEN: Final = str.maketrans("", "", ":-. ")


class RouterMac(click.ParamType[str]):
    """Twelve hexadecimal digits, with colons, hyphens, points or nothing between them."""

    name = "mac"

    def convert(self, value: str, param: Parameter | None, ctx: Context | None) -> str:
        """Give it as raw orders have it, in small letters with colons."""
        if value == ON_RECORD:
            return value
        try:
            return station(bytes.fromhex(value.translate(BETWEEN)).hex(":"))
        except (ValueError, OrderError):
            words = f"{value!r} is no router's MAC; write it as on its label: 02:00:5e:10:00:01"
            self.fail(words, param, ctx)
