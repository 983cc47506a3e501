"""What hostapd says of its devices through ubus (src/ap/ubus.c; recordings hostapd_*).

The commands loop over `hostapd.*`: each object's name stands on a line of its own, and what was
asked of it follows.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers import fields
from cpe_diag.driver_kit.parsers.answers import refuse_failed, unparseable, whole_text
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import CommandAnswer

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

_OBJECT: Final = re.compile(r"^hostapd\.(\S+)\n", re.MULTILINE)
# IEEE 802.11-2020, 9.4.2.27 (BSS Load): channel utilisation is of 255.
_FULL_UTILISATION: Final = 255


def texts(text: str) -> Mapping[str, str]:
    """Cut an answer into what follows each object's name.

    Args:
        text: of all objects.

    Returns:
        By device, in their order.
    """
    parts = _OBJECT.split(text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def objects(answer: CommandAnswer) -> Mapping[str, Mapping[str, object]]:
    """Read lines `hostapd.DEVICE`, each followed by an object.

    A device that is listed and gives none, as when the call times out, leaves the whole open:
    to leave it out would say that it is off the air, or that nobody is associated.

    Args:
        answer: of the loop.

    Returns:
        The objects by device.

    Raises:
        UnreadableError: as `refuse_failed`; DEVICE_ERROR: hostapd gave none for a device;
            INCOMPLETE or UNPARSEABLE: the answer was cut.
    """
    if answer.exit_status:
        refuse_failed(answer)
    text, _ = whole_text(answer)
    found: dict[str, Mapping[str, object]] = {}
    decoder = json.JSONDecoder()
    for match in _OBJECT.finditer(text):
        if not text.startswith("{", match.end()):
            raise UnreadableError(
                FailureKind.DEVICE_ERROR, f"hostapd did not answer for {match[1]}"
            )
        try:
            value, _end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError) as error:
            raise unparseable(answer.command.label, f"no JSON from {match[1]}") from error
        found[match[1]] = value
    return found


def busy_percent(status: Mapping[str, object]) -> Maybe[float]:
    """Give channel utilisation; a radio that does not measure it says 0 of 0 (the recording).

    Args:
        status: of `get_status`.

    Returns:
        0 to 100.
    """
    airtime = fields.mapping(status, "airtime")
    share = airtime.get("utilization")
    if not fields.is_whole(share) or not airtime.get("time"):
        return NO_VALUE
    return round(share * 100 / _FULL_UTILISATION, 1)


def radar_wait_s(status: Mapping[str, object]) -> Maybe[int]:
    """Give how long a radio must still listen for radar before it may send.

    Args:
        status: of `get_status`, whose `dfs` is the channel availability check.

    Returns:
        Seconds, 0 where it need not listen.
    """
    dfs = fields.mapping(status, "dfs")
    active = fields.flag(dfs, "cac_active")
    if isinstance(active, Missing):
        return active
    return fields.whole(dfs, "cac_seconds_left") if active else 0
