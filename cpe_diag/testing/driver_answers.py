"""What a driver makes of an agent's objects, for the tests of drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.port_index import placeholders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue


def group_fields(
    driver: AccessDriver, group: str, objects: Mapping[Oid, SnmpValue], index: PortIndex
) -> Fields:
    """Decode a group as a probe does.

    Args:
        driver: whose group.
        group: for example `ont_state`.
        objects: what the agent holds, by oid: a recording, or made data.
        index: of which port; objects that need a part it does not have are not asked for.

    Returns:
        The fields; an object that was asked for and is not there is as the agent would say it.
    """
    specs = driver.groups[group]
    oids = [spec.at(index) for spec in specs]
    answers = {oid: objects.get(oid) for oid in oids if not placeholders(oid)}
    return Fields(decode_group(specs, answers, index), "recorded", group)
